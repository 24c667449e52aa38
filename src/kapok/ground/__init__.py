"""What everything stands on: the journal, people, and later places, customers, catalogue, commitments and work."""
