"""What we sell: products, variants, prices, price breakdowns, collections, stock. Holds no maker's name."""
