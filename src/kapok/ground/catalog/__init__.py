"""The catalogue: flow templates, and later offers and specifications."""
