"""What is counted in millions, as columns over Arrow: the audit of an event log."""
