"""Screens of customers."""
