"""What was asked before: search, open, rename, delete."""
