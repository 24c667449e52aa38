"""The inventory: what stands where, what is free, what can be had at an address, what is to be built."""
