"""Commands of `kapok manage`."""
