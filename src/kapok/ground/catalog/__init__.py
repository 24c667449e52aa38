"""The catalogue: flow templates, and the offers whose orders follow them."""
