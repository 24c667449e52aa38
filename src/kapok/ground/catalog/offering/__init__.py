"""Offers: what is sold to whom, at which price, with what it needs and which promises the customer gets."""
