"""Whose turn it was along the time line of a commitment, and who burned how much of its time: bars in percent of the width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kapok.edges.console.ledger.presenting import clock, names_of
from kapok.edges.console.packs.drawings.course import Scale
from kapok.edges.console.packs.drawings.week import Bar
from kapok.ground.work.attribution import Share
from kapok.ground.work.baton.queries import Leg, attribution, baton
from kapok.ground.work.rules import PARTS, Part
from kapok.kernel.text import Text

WIDE = 9.0
"""From so many percent on a bar has room for its name."""


@dataclass(frozen=True)
class Stretch:
    """One turn on the line: where it stands, what it was, whose."""

    bar: Bar
    tone: str
    label: Text
    said: Text
    fits: bool


@dataclass(frozen=True)
class Lane:
    """The turns of one work item."""

    title: Text
    stretches: Sequence[Stretch]


def lanes(subject: str, scale: Scale, at: datetime) -> list[Lane]:
    """The hand-overs of a matter, a lane for each of its work items, along the line of a commitment."""
    found: dict[UUID, list[Leg]] = {}
    for leg in baton(subject):
        if leg.since < scale.last and (leg.until or at) > scale.first:
            found.setdefault(leg.item, []).append(leg)
    return [Lane(legs[0].title, [_stretch(leg, scale, at) for leg in legs]) for legs in found.values()]


def _stretch(leg: Leg, scale: Scale, at: datetime) -> Stretch:
    until = min(max(leg.until or at, leg.since), scale.last)
    bar = scale.bar(leg.since, until)
    span, part = clock(until - leg.since), leg.part_name
    who = leg.acted_by_name or leg.answers_name
    said = Text(
        zh=f"{leg.unit_name.zh}（{who}）{part.zh} {span.zh}", en=f"{leg.unit_name.en} ({who}), {part.en}, {span.en}"
    )
    return Stretch(bar, leg.part.value, leg.unit_name, said, float(bar.width.rstrip("%")) >= WIDE)


@dataclass(frozen=True)
class Burned:
    """What one party took of the time."""

    bar: Bar
    tone: str
    name: Text
    part: Text
    time: Text
    percent: str


NEITHER = Text(zh="双方均不计", en="charged to neither")


def burned(commitment: UUID, at: datetime, units: dict[str, Text]) -> list[Burned]:
    """Who burned the time of a commitment; the parts add up to the whole. Empty where none has run."""
    shares = attribution(commitment, at)
    whole = sum((share.time for share in shares), timedelta())
    people = names_of(f"staff/{who}" for share in shares for who in (share.party.answers, share.party.acted_by))
    begins, found = timedelta(), []
    for share in shares:
        if share.time:
            found.append(_burned(share, begins, whole, units, people))
            begins += share.time
    return found


def _burned(
    share: Share, begins: timedelta, whole: timedelta, units: dict[str, Text], people: Mapping[str, str]
) -> Burned:
    party, percent = share.party, share.time / whole * 100
    unit = units.get(party.unit, Text(zh=party.unit, en=party.unit)) if party.unit else NEITHER
    answers, acted = (people.get(who, who) for who in (party.answers, party.acted_by))
    who = f"{answers}, {acted}" if acted and party.acted_by != party.answers else answers
    name = Text(zh=f"{unit.zh} {who}".strip(), en=f"{unit.en} {who}".strip())
    bar = Bar(f"{begins / whole * 100:.3f}%", f"{percent:.3f}%")
    return Burned(bar, Part(party.part).value, name, PARTS[Part(party.part)], clock(share.time), f"{percent:.0f}%")
