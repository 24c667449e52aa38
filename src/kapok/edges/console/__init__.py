"""The staff console: server-rendered screens over the verbs of the modules below."""
