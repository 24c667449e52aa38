"""An instant in its two forms: an aware UTC datetime, and whole microseconds since the Unix epoch.

Both are exact; nothing here or above ever passes through a float.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kapok.kernel.hours.errors import NaiveMoment

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000  # microseconds
DAY = 86_400 * SECOND  # microseconds
EPOCH_ORDINAL = EPOCH.toordinal()


def as_utc(moment: datetime, field: str) -> datetime:
    """`moment` in UTC. Raises `NaiveMoment`, naming `field`, when it has no zone."""
    if moment.utcoffset() is None:
        raise NaiveMoment(field=field, value=moment.isoformat())
    return moment.astimezone(UTC)


def micros(moment: datetime) -> int:
    """Microseconds since the Unix epoch of an aware `moment`."""
    return (moment - EPOCH) // MICROSECOND


def moment(instant: int) -> datetime:
    """The UTC datetime of an `instant` in microseconds since the Unix epoch."""
    return EPOCH + timedelta(microseconds=instant)
