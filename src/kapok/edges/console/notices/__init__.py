"""The bell and the notices of the person who is signed in."""
