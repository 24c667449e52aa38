"""Pages by keyset: the address names the row after which the page goes on."""

from __future__ import annotations

from uuid import UUID


def identifier(words: str) -> UUID | None:
    """The row that the address names; None where it names none."""
    try:
        return UUID(words) if words else None
    except ValueError:
        return None
