"""Kapok (木棉): the service system of a telecom operator."""

__version__ = "0.1.0"
