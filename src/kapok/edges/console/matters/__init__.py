"""The time line of anything: a fault, an order, a work item, a person, a unit."""
