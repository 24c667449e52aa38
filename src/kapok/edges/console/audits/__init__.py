"""Audits: anybody's log, uploaded, mapped by pointing, judged, read and compared."""
