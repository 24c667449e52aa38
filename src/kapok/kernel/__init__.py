"""The pure heart: hours, promises, money, text, ids, errors. No Django, no system clock, no input or output."""
