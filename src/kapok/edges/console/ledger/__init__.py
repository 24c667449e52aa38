"""The ledger of commitments: every running promise with its clock, and one of them in full."""
