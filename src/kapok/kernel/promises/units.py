"""The units that a breach is counted in, each with the amount that it earns, in runs of equal ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from kapok.kernel.promises.accrual import DAY, AwardKey, counted_days
from kapok.kernel.promises.allowance import Allowance
from kapok.kernel.promises.compensation import Amount, Compensation, Counting, Ladder, Step
from kapok.kernel.promises.deadlines import Clock
from kapok.kernel.promises.ladders import TIMES, is_time, step_for
from kapok.kernel.promises.pack import Promise
from kapok.kernel.promises.wording import length
from kapok.kernel.promises.worth import NotKnown, Purse
from kapok.kernel.text import Text

NOTHING = Amount.model_construct(
    flat=Decimal(0), rate=None, percent=None, of=None, a_year=False, greater_of=(), sum_of=()
)
MICROSECOND = timedelta(microseconds=1)
ONE = Fraction(1)
DATES = {"day": Text(zh="天", en="day"), "working_day": Text(zh="个工作日", en="working day")}


@dataclass(frozen=True)
class Unit:
    """One unit, or the part of one that counts, and the day on which it accrues."""

    count: Fraction
    day: date


@dataclass(frozen=True)
class Run:
    """Units next to each other that earn the same."""

    count: Fraction
    first: date
    text: Text
    """What is counted, e.g. `2 days (2023-02-04 to 2023-02-05)`."""
    amount: Amount


def runs(key: AwardKey, compensation: Compensation, promise: Promise, purse: Purse) -> list[Run]:
    """The runs of units of a breach. Raises `NotKnown` when the count or the step hangs on a fact that is not known."""
    if compensation.ladder is not None:
        return [_ladder(compensation.ladder, key, purse)]
    units = list(_capped(_units(key, compensation, promise, purse), compensation))
    amounts = _amounts(compensation, len(units))
    by_month = compensation.per == "month"
    marked = [
        (_mark(amount, unit, purse, by_month=by_month), amount, unit)
        for amount, unit in zip(amounts, units, strict=True)
    ]
    found = []
    for _, group in groupby(marked, key=lambda item: item[0]):
        same = list(group)
        inside = [unit for _, _, unit in same]
        count = sum((unit.count for unit in inside), Fraction(0))
        found.append(Run(count, inside[0].day, _counted(count, inside, compensation), same[0][1]))
    return found


def _units(key: AwardKey, compensation: Compensation, promise: Promise, purse: Purse) -> Iterator[Unit]:
    if compensation.pay_on_trigger:
        yield Unit(ONE, key.first)
    if compensation.by_dates:
        yield from (Unit(ONE, day) for day in counted_days(key, compensation, promise, purse.pack))
    elif compensation.per == "occurrence":
        yield Unit(ONE, key.first)
    elif compensation.per.startswith("fact:"):
        yield Unit(purse.fact(compensation.per.removeprefix("fact:")), key.first)
    elif compensation.per == "month":
        yield from _months(key, Clock(promise, purse.pack))
    else:
        yield from _lengths(key, compensation, Clock(promise, purse.pack))


def _lengths(key: AwardKey, compensation: Compensation, clock: Clock) -> Iterator[Unit]:
    """Lengths of time, the last one started, left out or in part."""
    each = Allowance.parse(compensation.per).fixed or DAY
    whole, rest = divmod(key.length or timedelta(), each)
    rated = key.begins
    if rated is None and not compensation.tiers:
        yield Unit(Fraction(whole) + _part(rest, each, compensation.counting), key.first)
        return
    for number in range(whole):
        yield Unit(ONE, key.first if rated is None else clock.day(rated + number * each))
    if part := _part(rest, each, compensation.counting):
        yield Unit(part, key.first if rated is None else clock.day(rated + whole * each))


def _part(rest: timedelta, each: timedelta, counting: Counting) -> Fraction:
    if counting is Counting.EXACT:
        return Fraction(rest // MICROSECOND, each // MICROSECOND)
    return Fraction(1 if rest and counting is Counting.STARTED else 0)


def _months(key: AwardKey, clock: Clock) -> Iterator[Unit]:
    """The share of each calendar month that was hit, by its own length on the wall."""
    begins = key.begins or clock.midnight(key.first)
    ends = begins + (key.length or timedelta())
    month = clock.day(begins).replace(day=1)
    while clock.midnight(month) < ends:
        following = (month + timedelta(days=31)).replace(day=1)
        opens, closes = clock.midnight(month), clock.midnight(following)
        hit = min(ends, closes) - max(begins, opens)
        yield Unit(Fraction(hit // MICROSECOND, (closes - opens) // MICROSECOND), max(month, clock.day(begins)))
        month = following


def _capped(units: Iterator[Unit], compensation: Compensation) -> Iterator[Unit]:
    left = Fraction(compensation.cap.units) if compensation.cap and compensation.cap.units else None
    for unit in units:
        if left is None:
            yield unit
        elif left > 0:
            yield Unit(min(unit.count, left), unit.day)
            left -= unit.count
        else:
            return


def _amounts(compensation: Compensation, count: int) -> list[Amount]:
    """What each unit earns. A retroactive tier, once reached, is paid for the earlier units too."""
    if not compensation.tiers:
        return [compensation.amount or NOTHING] * count
    tiers = compensation.tiers
    places = [_tier(tiers, ordinal) for ordinal in range(1, count + 1)]
    reached = places[-1] if places else 0
    floor = max((place for place in range(reached + 1) if place < len(tiers) and tiers[place].retroactive), default=0)
    return [NOTHING if place >= len(tiers) else tiers[max(place, floor)].amount for place in places]


def _tier(tiers: tuple[Step, ...], ordinal: int) -> int:
    """The place of the tier of the n-th unit; past the last tier where that one has an end."""
    step = step_for(tiers, Decimal(ordinal), time=False)
    return len(tiers) if step is None else tiers.index(step)


def _mark(amount: Amount, unit: Unit, purse: Purse, *, by_month: bool) -> tuple[int, tuple[date | None, ...]]:
    """Units of equal marks stand on one line: the same amount, at the same dated rates; each calendar month on its own."""
    month = unit.day.replace(day=1) if by_month else None
    return id(amount), (month, *(_rate_from(name, unit.day, purse) for name in sorted(_rates(amount))))


def _rates(amount: Amount) -> set[str]:
    own = {amount.rate} if amount.rate is not None else set()
    return own.union(*(_rates(part) for part in (*amount.greater_of, *amount.sum_of)))


def _rate_from(name: str, day: date, purse: Purse) -> date | None:
    try:
        return purse.rate(name, day).from_
    except NotKnown:
        return None


def _ladder(ladder: Ladder, key: AwardKey, purse: Purse) -> Run:
    if key.measure is None:
        raise NotKnown(ladder.measure)
    time = is_time(ladder.measure, purse.pack)
    step = step_for(ladder.steps, key.measure, time=time)
    shown = length(key.measure) if isinstance(key.measure, timedelta) else f"{key.measure:f}"
    title = TIME_TITLES[ladder.measure] if ladder.measure in TIMES else purse.pack.declared[ladder.measure].title
    return Run(
        Fraction(1),
        key.last,
        Text(zh=f"{title.zh} {shown}", en=f"{title.en} {shown}"),
        step.amount if step else NOTHING,
    )


TIME_TITLES = {"late": Text(zh="逾期", en="late by"), "duration": Text(zh="历时", en="lasted")}


def _counted(count: Fraction, units: list[Unit], compensation: Compensation) -> Text:
    """What is counted, in words."""
    first, last = units[0].day, units[-1].day
    if compensation.per == "occurrence":
        return Text(zh=f"{first}", en=f"{first}")
    if compensation.by_dates:
        name, plural = DATES[compensation.per], "" if count == 1 else "s"
        span = f"{first}" if first == last else f"{first} – {last}"
        return Text(zh=f"{_number(count)} {name.zh}（{span}）", en=f"{_number(count)} {name.en}{plural} ({span})")
    if compensation.per == "month":
        return Text(zh=f"{first:%Y-%m} 月的 {_number(count)}", en=f"{_number(count)} of {first:%Y-%m}")
    if compensation.per.startswith("fact:"):
        return Text(zh=_number(count), en=_number(count))
    each = Allowance.parse(compensation.per).text
    return Text(zh=f"{_number(count)} 个 {each.zh}", en=f"{_number(count)} × {each.en}")


def _number(count: Fraction) -> str:
    """A count: a whole number, or six decimal places."""
    return str(count.numerator) if count.denominator == 1 else f"{Decimal(count.numerator) / count.denominator:.6f}"
