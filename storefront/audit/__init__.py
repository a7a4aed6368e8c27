"""Who did or read what, and why: append-only, hash-chained, verified."""
