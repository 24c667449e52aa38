"""Calendars and moments that the tests of the clock share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from kapok.kernel.hours import Hours

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKDAYS = DAYS[:5]


def weekly(*windows: tuple[str, str], zone: str = "UTC", days: Sequence[str] = WORKDAYS, **rules: Any) -> Hours:
    """The same windows on each of `days`."""
    return Hours.parse({"zone": zone, "week": {day: [list(window) for window in windows] for day in days}, **rules})


def office(zone: str = "UTC", **rules: Any) -> Hours:
    """Monday to Friday, nine to five."""
    return weekly(("09:00", "17:00"), zone=zone, **rules)


def utc(text: str) -> datetime:
    """ "2026-01-05 09:00" in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(text: str, zone: str, fold: int = 0) -> datetime:
    """ "2026-01-05 09:00" on the wall of `zone`, as a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)
