"""Money: the one gateway to Stripe, our own ledger, settling, refunding, reconciling."""
