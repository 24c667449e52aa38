"""What a breach is counted by: from a judgement to the small, hashable key that decides the award.

Two breaches with equal keys are owed the same in the same words, so whoever reckons many breaches reckons each key once. The key
holds local dates where a rule counts dates, and instants only where the rule needs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from kapok.kernel.promises import facts as known
from kapok.kernel.promises.allowance import Allowance
from kapok.kernel.promises.compensation import Compensation, Since
from kapok.kernel.promises.deadlines import Clock
from kapok.kernel.promises.facts import FactKind, Facts
from kapok.kernel.promises.judgement import Judgement
from kapok.kernel.promises.ladders import TIMES
from kapok.kernel.promises.pack import Pack, Promise
from kapok.kernel.promises.references import amounts
from kapok.kernel.promises.selector import matches, touches

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AwardKey:
    """Everything that an award depends on, besides the pack."""

    promise: str
    effective_from: date | None
    compensation: int
    """Which of the promise's compensations."""
    first: date
    """The local day from which units are counted: the day that fell due, or that of the opening."""
    last: date
    """The local day of fulfilment, or of now."""
    begins: datetime | None
    """The instant of `first`, where the rule counts more finely than days."""
    length: timedelta | None
    """From `begins` to fulfilment, where the rule counts lengths of time; less the pauses, where those do not count."""
    measure: timedelta | Decimal | None
    """The measure of a ladder."""
    skipped: tuple[date, ...]
    """Dates at whose end the clock was paused, where those do not count."""
    facts: tuple[tuple[str, str], ...]
    """The facts that the sum takes in."""
    extends: bool
    """The units extend the validity instead of being paid."""
    settled: date | None
    """The day of fulfilment, where something must be paid within a time from it."""


def award_key(judgement: Judgement, facts: Facts, pack: Pack, until: datetime) -> AwardKey | None:
    """The key of what is owed for a judgement as of `until`; None if nothing can be: not broken, excluded, or already paid once."""
    facts = {**facts, **judgement.facts}
    chosen = _chosen(judgement, facts, pack) if judgement.breached else None
    if chosen is None or judgement.due_at is None:
        return None
    return _key(judgement, chosen, facts, pack, until)


def _chosen(judgement: Judgement, facts: Facts, pack: Pack) -> tuple[int, Compensation] | None:
    for number, compensation in enumerate(judgement.promise.compensation):
        if matches(compensation.when, facts, pack.declared):
            excluded = touches(compensation.unless, facts, pack.declared) or (
                compensation.once and judgement.breach_number > 1
            )
            return None if excluded else (number, compensation)
    return None


def _key(judgement: Judgement, chosen: tuple[int, Compensation], facts: Facts, pack: Pack, until: datetime) -> AwardKey:
    number, compensation = chosen
    clock = Clock(judgement.promise, pack)
    due_at = judgement.due_at or until
    end = judgement.closed_at or until
    since_due = compensation.since is Since.DUE or judgement.opened_at is None
    begins = due_at if since_due else judgement.opened_at or due_at
    fine = finely(compensation)
    return AwardKey(
        promise=judgement.promise.code,
        effective_from=judgement.promise.effective.from_,
        compensation=number,
        first=clock.last_day(begins) if since_due else clock.day(begins),
        last=clock.day(end),
        begins=begins if fine and _dated(compensation) else None,
        length=_length(judgement, compensation, begins, end) if fine else None,
        measure=_measure(judgement, compensation, facts, pack, end),
        skipped=()
        if compensation.paused_counts or not compensation.by_dates
        else tuple(_paused_days(judgement, clock, end)),
        facts=tuple(sorted((name, str(facts[name])) for name in needed(compensation) if name in facts)),
        extends=compensation.extends_validity is not None
        and matches(compensation.extends_validity, facts, pack.declared),
        settled=clock.day(end) if compensation.pay_within or compensation.right else None,
    )


def _length(judgement: Judgement, compensation: Compensation, begins: datetime, end: datetime) -> timedelta:
    zero = timedelta()
    paused = (min(stop or end, end) - max(start, begins) for start, stop in judgement.pauses)
    held = zero if compensation.paused_counts else sum((max(span, zero) for span in paused), zero)
    return max(end - begins - held, zero)


def finely(compensation: Compensation) -> bool:
    """True if the count needs instants and not only dates."""
    by_length = (
        not compensation.by_dates and compensation.per != "occurrence" and not compensation.per.startswith("fact:")
    )
    return by_length or compensation.day_counts_if_over is not None


def _dated(compensation: Compensation) -> bool:
    """True if it matters when on the wall the counted time begins."""
    rated = any(amount.rate is not None for amount in amounts(compensation))
    return rated or compensation.per == "month" or compensation.day_counts_if_over is not None


def needed(compensation: Compensation) -> set[str]:
    """The facts that the sum takes in."""
    found = {amount.of for amount in amounts(compensation) if amount.of is not None}
    found |= {compensation.set_off} if compensation.set_off else set()
    return found | ({compensation.per.removeprefix("fact:")} if compensation.per.startswith("fact:") else set())


def _measure(
    judgement: Judgement, compensation: Compensation, facts: Facts, pack: Pack, end: datetime
) -> timedelta | Decimal | None:
    ladder = compensation.ladder
    if ladder is None:
        return None
    if ladder.measure in TIMES:
        begins = judgement.due_at if ladder.measure == "late" else judgement.opened_at
        return end - (begins or end)
    read = known.duration if pack.declared[ladder.measure].kind is FactKind.DURATION else known.number
    return read(facts.get(ladder.measure, ""))


def _paused_days(judgement: Judgement, clock: Clock, end: datetime) -> Iterator[date]:
    """The dates at whose last moment the clock was paused."""
    for begins, ends in judgement.pauses:
        day, stop = clock.day(begins), clock.day(ends or end)
        while day < stop:
            yield day
            day += DAY


def counted_days(key: AwardKey, compensation: Compensation, promise: Promise, pack: Pack) -> list[date]:
    """The dates that count, in order."""
    if compensation.day_counts_if_over is not None:
        return list(_hit_days(key, compensation.day_counts_if_over, Clock(promise, pack)))
    first = key.first if compensation.first_day else key.first + DAY
    last = key.last if compensation.last_day else key.last - DAY
    days = (first + DAY * n for n in range((last - first).days + 1))
    skipped = set(key.skipped)
    hours = pack.calendar(compensation.calendar or promise.calendar)
    return [day for day in days if day not in skipped and (compensation.per == "day" or hours.is_working_day(day))]


def _hit_days(key: AwardKey, threshold: Allowance, clock: Clock) -> Iterator[date]:
    """The dates of which more than the threshold was hit."""
    begins = key.begins or clock.midnight(key.first)
    ends, day = begins + (key.length or timedelta()), clock.day(begins)
    while (midnight := clock.midnight(day)) < ends:
        hit = min(ends, clock.midnight(day + DAY)) - max(begins, midnight)
        if hit > (threshold.fixed or timedelta()):
            yield day
        day += DAY
