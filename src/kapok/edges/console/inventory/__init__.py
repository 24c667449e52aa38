"""Screens of the inventory."""
