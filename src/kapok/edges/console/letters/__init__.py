"""What subscribers of the journal could not take: look, try again, set aside."""
