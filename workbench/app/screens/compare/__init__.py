"""The home of the program: one prompt, several lanes, live numbers."""
