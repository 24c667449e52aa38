"""The tables of work."""
