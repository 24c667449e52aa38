"""Work, decided without a database. Pure."""
