"""Identifiers that sort by time and are made in Python, so that any PostgreSQL from 15 on will do."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID


def uuid7(at: datetime) -> UUID:
    """A version 7 identifier (RFC 9562, section 5.7) for the aware moment `at`, to the millisecond."""
    milliseconds = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    high = (milliseconds << 16) | (0x7 << 12) | secrets.randbits(12)
    low = (0b10 << 62) | secrets.randbits(62)
    return UUID(int=(high << 64) | low)
