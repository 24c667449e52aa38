"""The composition root: settings, addresses, subscriptions."""
