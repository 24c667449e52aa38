"""Work: the baton. Matters, work items, hand-offs, disputes."""
