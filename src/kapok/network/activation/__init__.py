"""Activation: network elements brought to do what a service needs."""
