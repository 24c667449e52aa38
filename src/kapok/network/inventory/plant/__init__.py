"""Plant: what stands in the network, as it comes into use and as it is found."""
