"""What a person sets for themselves: language, theme, password."""
