"""The laboratory: real network peers (RADIUS, SIP, traps) beside this instance, started when they are installed."""
