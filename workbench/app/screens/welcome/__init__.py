"""The first minute: what was found, and three ways to begin."""
