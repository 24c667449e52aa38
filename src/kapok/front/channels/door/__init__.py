"""The customers' door: one-time codes, attempts, forms that placed an order."""
