"""Which clocks of a matter run, and which of them a pause would stop: the packs decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kapok.ground.commitments import judging, rules
from kapok.ground.commitments.models import Commitment
from kapok.ground.commitments.registry import pack_of
from kapok.ground.journal import queries as journal
from kapok.ground.journal.matters import SAID_APART
from kapok.ground.journal.models import Entry
from kapok.kernel.promises import Promise


def open_commitments(subject: str) -> list[Commitment]:
    """The commitments of a matter that are not settled, earliest due first."""
    rows = Commitment.objects.filter(subject=subject, state__in=rules.RUNNING).select_related("pack")
    return list(rows.order_by("due_at", "id"))


def promise_of(row: Commitment) -> Promise:
    """The row of its pack that a commitment was made by: of several with one code the one in force on the day of its opening."""
    candidates, made = pack_of(row.pack).by_code[row.promise], row.opened_at or row.closed_at
    if made is None:
        return candidates[-1]
    day = made.astimezone(ZoneInfo(row.zone)).date()
    return next((each for each in candidates if each.effective.holds(day)), candidates[-1])


def stoppable(subject: str, kind: str, stops: Sequence[str] = (), *, end: str = "") -> list[Commitment]:
    """The running clocks of a matter that an entry of `kind` for these tiers (none named: all) would stop.

    At one `end` also those that stand still: it may outlast what holds them at the other.
    """
    running = (row for row in open_commitments(subject) if end or not is_paused(row))
    return [row for row in running if rules.stopped_by(promise_of(row), kind, stops)]


def resumable(subject: str, kind: str) -> list[Commitment]:
    """The paused clocks of a matter that the end of a pause of `kind` would let run again."""
    paused = (row for row in open_commitments(subject) if is_paused(row))
    return [row for row in paused if rules.resumed_by(promise_of(row), kind)]


def pauses_told(subject: str, correlation: UUID) -> list[rules.Paused]:
    """The pauses of a matter and of work on it, and what ended them, in order; the matter is locked, so that none is missed."""
    judging.lock(subject)
    kinds = [*rules.ENDS, *frozenset().union(*rules.ENDS.values())]
    rows = Entry.objects.filter(correlation=correlation, kind__in=kinds).order_by("at", "recorded_at", "id")
    return [rules.Paused(each.kind, each.subject, each.at, said_of(each.data)) for each in journal.lines(rows)]


def said_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry, read with its words, says of a pause or a waiver. Entries of old have the words among the facts."""
    return {**(data.get("facts") or {}), **{name: data[name] for name in SAID_APART if data.get(name)}}


def pauses_standing(subjects: Sequence[str]) -> dict[str, set[str]]:
    """By what kinds of pauses, told of themselves, these stand still; those that do not are left out."""
    told: dict[str, list[rules.Paused]] = {}
    kinds = [*rules.ENDS, *frozenset().union(*rules.ENDS.values())]
    for row in Entry.objects.filter(subject__in=subjects, kind__in=kinds).order_by("at", "recorded_at", "id"):
        told.setdefault(row.subject, []).append(rules.Paused(row.kind, row.subject, row.at, {}))
    stand = {subject: {pause.kind for pause in rules.standing(each)} for subject, each in told.items()}
    return {subject: kinds for subject, kinds in stand.items() if kinds}


def is_paused(row: Commitment) -> bool:
    """Whether its clock stands still: its last pause has no end."""
    return bool(row.pauses) and row.pauses[-1][1] is None


def waivable(subject: str) -> list[Commitment]:
    """The open commitments of a matter that fall away when they are waived."""
    return [row for row in open_commitments(subject) if "clock.waived" in promise_of(row).voids]
