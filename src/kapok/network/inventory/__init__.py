"""Inventory: plant, numbers, addresses of the network, and the services that use them."""
