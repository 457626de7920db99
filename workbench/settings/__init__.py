"""The user's configuration: where it is, what it may say, what it said."""
