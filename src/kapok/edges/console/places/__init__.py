"""Addresses: find one, see who answers for it, load a table of them."""
