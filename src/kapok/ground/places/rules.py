"""Places, decided without a database. Pure."""
