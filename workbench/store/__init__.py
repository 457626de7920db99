"""The history: one SQLite file, one writer, and what is read from it."""
