"""Pictures: which files there are, their size and words, and where they lie."""
