"""Tests of the Stripe emulator, driven by the real Stripe library over loopback."""
