"""Posts, decided without a database. Pure."""
