"""The customers' own pages: follow an order, move the visit, confirm the result, rate it."""
