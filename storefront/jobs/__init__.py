"""Work promised in a transaction and done after it: the outbox and its worker loop."""
