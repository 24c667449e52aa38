"""Packs and promises: read them, and reckon by them."""
