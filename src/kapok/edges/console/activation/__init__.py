"""Screens of activation calls."""
