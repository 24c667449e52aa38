"""Flow templates, decided without a database. Pure."""
