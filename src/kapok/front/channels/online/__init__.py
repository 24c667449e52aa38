"""The web as a channel: what customers, and strangers, do by themselves on the operator's own pages."""
