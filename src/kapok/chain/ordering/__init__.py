"""Ordering: orders, from a customer's wish to a working line."""
