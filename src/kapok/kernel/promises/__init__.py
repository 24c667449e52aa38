"""Promises: rules as data, and the pure judgement of one matter by them."""
