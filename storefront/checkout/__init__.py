"""Turning a bag into an order: addresses, shipping, placing."""
