"""Places: standard addresses, exchange areas, patches."""
