"""Who answers, and what happens when they cannot. Usable without the app."""
