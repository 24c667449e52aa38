"""Notices: who is told when a clock warns, when a promise is broken, and what follows from it."""
