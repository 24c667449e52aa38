"""News for other systems."""
