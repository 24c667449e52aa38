"""Days, weeks and months of the ordinary calendar, counted on the wall clock of a zone, working or not.

The time of day is kept. A time that a change to summer time skips moves on by as much as the clock does; a repeated time is
the first of the two, unless the start itself was a second pass. A month without that day ends on its last day.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kapok.kernel.hours.errors import OutsideHorizon
from kapok.kernel.hours.grown import FIRST_YEAR, LAST_YEAR
from kapok.kernel.hours.instants import DAY, EPOCH_ORDINAL, as_utc
from kapok.kernel.hours.zones import utc_of, wall_of


def add_calendar_days(start: datetime, n: int, zone: ZoneInfo) -> datetime:
    """`n` days after `start` (before it, for n below zero) in UTC. Raises `NaiveMoment` or `OutsideHorizon`."""
    wall, second_pass = wall_of(as_utc(start, "start"), zone)
    return _shown(wall + n * DAY, zone, second_pass=second_pass)


def add_weeks(start: datetime, n: int, zone: ZoneInfo) -> datetime:
    """`n` weeks after `start`, as `add_calendar_days` counts them."""
    return add_calendar_days(start, 7 * n, zone)


def add_months(start: datetime, n: int, zone: ZoneInfo) -> datetime:
    """`n` months after `start`: from 31 January one month on is 28 or 29 February. Raises as `add_calendar_days`."""
    wall, second_pass = wall_of(as_utc(start, "start"), zone)
    number, time = divmod(wall, DAY)
    day = date.fromordinal(number + EPOCH_ORDINAL)
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise OutsideHorizon(first=FIRST_YEAR, last=LAST_YEAR)
    last = monthrange(year, month + 1)[1]
    landed = date(year, month + 1, min(day.day, last)).toordinal() - EPOCH_ORDINAL
    return _shown(landed * DAY + time, zone, second_pass=second_pass)


def _shown(wall: int, zone: ZoneInfo, *, second_pass: bool) -> datetime:
    try:
        return utc_of(wall, zone, second_pass=second_pass)
    except OverflowError:
        raise OutsideHorizon(first=FIRST_YEAR, last=LAST_YEAR) from None
