"""Answers on their way out of the program: clipboard and files."""
