"""Figures as people read them: durations, shares, money, moments. Whole numbers in, text out; nothing here uses float."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kapok.kernel.money import Money, exponent
from kapok.kernel.text import Language, Text

NOTHING = "—"
SECOND, MINUTE, HOUR, DAY = 10**6, 60 * 10**6, 3600 * 10**6, 86400 * 10**6
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_DAYS = Text(zh="{n} 天", en="{n} d")
_HOURS = Text(zh="{n} 小时", en="{n} h")
_MINUTES = Text(zh="{n} 分", en="{n} min")
_SECONDS = Text(zh="{n} 秒", en="{n} s")


def number(count: int) -> str:
    """A whole number, grouped in thousands."""
    return f"{count:,}"


def duration(us: int | None, language: Language) -> str:
    """Microseconds as people say them: `42 s`, `3 h 20 min`; from two days of 24 hours on `6.2 d`, always to one decimal."""
    if us is None:
        return NOTHING
    if us < 0:
        return "−" + duration(-us, language)
    if us < MINUTE:
        return _SECONDS.format(n=_tenths(us, SECOND).removesuffix(".0")).in_(language)
    if us < HOUR:
        return _pair(us, (MINUTE, _MINUTES), (SECOND, _SECONDS), language)
    if us < 2 * DAY - 30 * SECOND:
        return _pair(us, (HOUR, _HOURS), (MINUTE, _MINUTES), language)
    return _DAYS.format(n=_tenths(us, DAY)).in_(language)


def _tenths(us: int, unit: int) -> str:
    """`us` in `unit`, to one decimal place, halves upward."""
    return f"{_half_up(10 * us, unit) / Decimal(10):,.1f}"


def _half_up(value: int, unit: int) -> int:
    return (2 * value + unit) // (2 * unit)


def _pair(us: int, great: tuple[int, Text], small: tuple[int, Text], language: Language) -> str:
    whole, rest = divmod(_half_up(us, small[0]), great[0] // small[0])
    if whole == 60 and great[0] == MINUTE:  # 59 min 59.6 s
        return _HOURS.format(n=1).in_(language)
    named = great[1].format(n=whole).in_(language)
    return f"{named} {small[1].format(n=rest).in_(language)}" if rest else named


def seconds(us: int | None) -> str:
    """Microseconds as exact seconds, e.g. `12000` or `0.25`; empty for none."""
    if us is None:
        return ""
    whole, rest = divmod(abs(us), SECOND)
    return ("-" if us < 0 else "") + (f"{whole}.{rest:06d}".rstrip("0") if rest else str(whole))


def exact_seconds(us: int | None, language: Language) -> str:
    """The exact length for a tooltip: `12,000 s`."""
    whole, dot, rest = seconds(us).partition(".")
    return _SECONDS.format(n=f"{int(whole):,}{dot}{rest}").in_(language) if whole else ""


def mean(total: int, count: int) -> int | None:
    """The mean of `count` whole values, halves upward; none of nothing."""
    return _half_up(total, count) if count else None


def share(part: int, whole: int) -> str:
    """`part` of `whole` in percent to one decimal. Never `100.0%` when something is missing, never `0.0%` of something."""
    if not whole:
        return NOTHING
    tenths = _half_up(1000 * part, whole)
    if tenths >= 1000 and part < whole:
        return ">99.9%"
    if tenths == 0 and part > 0:
        return "<0.1%"
    return f"{tenths // 10}.{tenths % 10}%"


def money(minor: int | None, currency: str | None, language: Language) -> str:
    """An amount with its currency: `GBP 1,204.50`; renminbi in Chinese as `1,204.50 元`."""
    if minor is None or not currency:
        return NOTHING
    return Money(minor, currency).text.in_(language)


def amount(minor: int | None, currency: str | None) -> str:
    """An amount in major units without its currency, for a table that a machine reads."""
    return "" if minor is None else str(Decimal(minor).scaleb(-exponent(currency or "")))


def measured(value: str) -> str:
    """The text of a decimal or fraction (`811/840`) to at most four decimal places; any other text as it is."""
    numerator, slash, denominator = value.partition("/")
    try:
        exact = Decimal(numerator) / Decimal(denominator) if slash else Decimal(numerator)
        rounded = exact.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)
    except ArithmeticError:
        return value
    return f"{rounded:,f}".rstrip("0").rstrip(".")


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of that name; UTC when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def moment(at: int, zone: ZoneInfo) -> datetime | None:
    """The moment `at` microseconds after the epoch, on the clock of `zone`; none beyond the years of the calendar."""
    try:
        return (EPOCH + timedelta(microseconds=at)).astimezone(zone)
    except OverflowError:
        return None


def clock_time(at: int | None, zone: ZoneInfo) -> str:
    """A moment to the minute: `2026-10-03 14:20`."""
    when = None if at is None else moment(at, zone)
    return f"{when:%Y-%m-%d %H:%M}" if when else NOTHING


def iso_time(at: int | None, zone: ZoneInfo) -> str:
    """A moment in full, by ISO 8601 with its offset; empty for none."""
    when = None if at is None else moment(at, zone)
    return when.isoformat() if when else ""
