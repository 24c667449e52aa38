"""Weeks, months and quarters of instants, as the wall calendar of one zone shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from kapok.kernel.hours.zones import Offsets

Integers = npt.NDArray[np.int64]

_DAY_US = 86_400_000_000
_FIRST_MONDAY = date(1969, 12, 29)  # the Monday of the week of the Unix epoch


def local_days(instants: Integers, zone: ZoneInfo) -> Integers:
    """The dates of instants on the wall of `zone`, as days since 1970-01-01."""
    if not len(instants):
        return instants
    offsets = Offsets.between(zone, int(instants.min()) // _DAY_US - 1, int(instants.max()) // _DAY_US + 2)
    return offsets.to_wall(instants) // _DAY_US


@dataclass(frozen=True)
class Periods:
    """The calendar periods of a zone over a span of time."""

    offsets: Offsets

    @classmethod
    def between(cls, zone: str, first_at: int, last_at: int) -> Periods:
        """Periods for instants from `first_at` to `last_at`, in microseconds since the Unix epoch."""
        return cls(Offsets.between(ZoneInfo(zone), first_at // _DAY_US - 1, last_at // _DAY_US + 2))

    def weeks(self, instants: Integers) -> Integers:
        """The week (Monday to Sunday) of each instant, counted from that of the Unix epoch."""
        return (self.offsets.to_wall(instants) // _DAY_US + 3) // 7

    def months(self, instants: Integers) -> Integers:
        """The month of each instant, counted from 1970-01."""
        if not len(instants):
            return instants
        days = self.offsets.to_wall(instants) // _DAY_US
        first = int(days.min())
        months = np.arange(first, int(days.max()) + 1).astype("M8[D]").astype("M8[M]").astype(np.int64)
        return months[days - first]

    @staticmethod
    def week_name(week: int) -> str:
        """The ISO 8601 name of a week, such as `2026-W01`."""
        year, number, _ = (_FIRST_MONDAY + timedelta(weeks=week)).isocalendar()
        return f"{year}-W{number:02}"

    @staticmethod
    def month_name(month: int) -> str:
        """The name of a month, such as `2026-10`."""
        return f"{1970 + month // 12}-{month % 12 + 1:02}"

    @classmethod
    def week_names(cls, weeks: Integers) -> list[str | None]:
        """The names of weeks."""
        return [cls.week_name(week) for week in weeks.tolist()]

    @classmethod
    def month_names(cls, months: Integers) -> list[str | None]:
        """The names of months."""
        return [cls.month_name(month) for month in months.tolist()]
