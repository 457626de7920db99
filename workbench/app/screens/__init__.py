"""Whole screens, each in a folder with its look beside it."""
