"""The tables of posts."""
