"""How each kind of network element is spoken to."""
