"""Channels: who was asked first, through which channel, and who answers."""
