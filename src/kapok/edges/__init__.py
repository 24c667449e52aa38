"""Where people and machines come in: the staff console, and later self-care, open APIs and intake."""
