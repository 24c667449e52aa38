"""Group faults announced to customers: what they cover, what is said about them, who reported one and is to be told."""
