"""The network: what services run on."""
