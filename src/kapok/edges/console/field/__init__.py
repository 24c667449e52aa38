"""Screens of field work: the dispatch board and the phone of the technician."""
