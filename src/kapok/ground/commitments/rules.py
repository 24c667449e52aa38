"""Commitments, decided without a database. Pure."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a commitment stands."""

    OPEN = "open"
    PAUSED = "paused"
    OVERDUE = "overdue"
    KEPT = "kept"
    BROKEN = "broken"
    VOID = "void"
