"""A strict stand-in for Stripe in test mode: its own process, on this machine only, importing nothing of the shop."""
