"""The windows that are free, in short."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from kapok.back.workforce import queries
from tests.back.team import AT


def free(
    address: str = "a1", skill: str = "fibre", minutes: int = 60, after: datetime = AT, days: int = 2
) -> list[Any]:
    """Day of the month, hours and room of the windows."""
    found = queries.windows(address=address, skill=skill, minutes=minutes, after=after, days=days)
    hour = timedelta(hours=8)
    return [((w.starts_at + hour).day, (w.starts_at + hour).hour, (w.ends_at + hour).hour, w.free) for w in found]
