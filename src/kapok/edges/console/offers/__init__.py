"""Screens of offers."""
