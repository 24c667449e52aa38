"""The front: the channels of the customers."""
