"""Customers: parties, customers, accounts, contacts, consents, segments and tiers."""
