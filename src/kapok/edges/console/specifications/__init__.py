"""Screens of specifications of services and resources, and of usage plans."""
