"""E-mails: promised in a transaction, rendered and sent after it."""
