"""Parts of screens, one widget per file."""
