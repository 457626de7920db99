"""Small questions that stand above a screen and end with an answer."""
