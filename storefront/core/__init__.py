"""Plain Python that knows no noun of the shop: money, the clock, errors, references."""
