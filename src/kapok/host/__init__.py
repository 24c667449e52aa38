"""This machine: the embedded database, the web and worker processes, backup and health."""
