"""One commitment in full: its clock, its time line, the promise behind it, what was changed of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.timezone import get_current_timezone

from kapok.edges.console.ledger.drawings.face import face
from kapok.edges.console.ledger.drawings.hands import burned, lanes
from kapok.edges.console.ledger.facts import NOTHING, Facts, Known, fact_name, known_of
from kapok.edges.console.ledger.presenting import Shown, all_shown, names_of, shown
from kapok.edges.console.packs.drawings.course import Course, course
from kapok.edges.console.packs.presenting import Row as PromiseRow
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.commitments import queries, requests
from kapok.ground.commitments.explaining import explain
from kapok.ground.commitments.naming import FIELDS
from kapok.ground.commitments.rules import STATES, State
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.kernel.money import Money
from kapok.kernel.promises import Judgement, Outcome, Tier
from kapok.kernel.promises.terms import TIERS
from kapok.kernel.text import Text, joined

OUTCOMES = {
    State.OPEN: Outcome.OPEN,
    State.PAUSED: Outcome.OPEN,
    State.OVERDUE: Outcome.OVERDUE,
    State.KEPT: Outcome.KEPT,
    State.BROKEN: Outcome.BROKEN,
    State.VOID: Outcome.VOID,
}


@screen(permission=Permission.LEDGER_READ)
def commitment(request: ScreenRequest, id: UUID) -> HttpResponse:  # noqa: A002  # the name in the address
    """One commitment of one's units; its clock refreshes itself."""
    detail = seen(request, id).seen_at(request.at)
    names = {unit.code: unit.name for unit in people.unit_tree(ended=True)}
    drawn, known = line(detail, request.at), known_of([detail.facts, *_facts_changed(detail.revisions)])
    values = {
        "detail": detail,
        "at": request.at,
        "shown": all_shown([detail.row], request.at, names)[0],
        "people": names_of([detail.row.owner]),
        "face": face(detail, request.at),
        "course": drawn,
        "lanes": lanes(detail.row.subject, drawn.scale, request.at) if drawn else [],
        "burned": burned(id, request.at, names),
        "promise": PromiseRow(detail.words, detail.made_by),
        "tiers": tiers(detail.row.subject, request.at, names, queries.scope(request.units)),
        "facts": list(known.said(detail.facts)),
        "owed": owed(detail.owed),
        "explained": explain(id, at=request.at).in_(request.language).splitlines(),
        "may_pause": detail.row.running and _may_pause(request, detail.row.unit),
        "asked": requests.of_matter(detail.row.subject),
        "revisions": [revised(each, known) for each in reversed(detail.revisions)],
    }
    part = request.headers.get("HX-Target") == "clock"
    return render(request, "ledger/clock.html" if part else "ledger/commitment.html", values)


def seen(request: ScreenRequest, id: UUID) -> queries.Detail:  # noqa: A002  # the name in the address
    """The commitment, if one's units answer for it. Raises `Http404`."""
    detail = queries.commitment(id)
    if detail is None or not queries.scope(request.units).holds(detail.row.unit):
        raise Http404
    return detail


def _may_pause(request: ScreenRequest, unit: str) -> bool:
    return queries.scope(people.units_where(request.user.id, Permission.LEDGER_PAUSE)).holds(unit)


def line(detail: queries.Detail, at: datetime) -> Course | None:
    """Its course on one line, from opening to due or now, whichever is later."""
    row = detail.row
    if row.opened_at is None:
        return None
    judgement = Judgement(
        promise=detail.words,
        opened_at=row.opened_at,
        due_at=row.due_at,
        target_at=row.target_at,
        closed_at=row.closed_at,
        state=Outcome.OVERDUE if row.running and row.due_at and row.due_at < at else OUTCOMES[row.state],
        pauses=row.pauses,
        calendar_version=detail.calendar_version,
        zone=detail.zone,
    )
    return course(judgement, detail.made_by, at)


@dataclass(frozen=True)
class TierShown:
    """What was promised in one tier of a matter."""

    tier: Tier
    name: Text
    rows: list[Shown]


def tiers(subject: str, at: datetime, names: Mapping[str, Text], reader: queries.Scope) -> list[TierShown]:
    """The tiers of a matter side by side, those in which nothing was promised left out.

    Whoever has to do with a matter must know all that binds in it; what other units answer for is shown but not opened.
    """
    return [
        TierShown(tier, TIERS[tier], [replace(shown(row, at, names), linked=reader.holds(row.unit)) for row in rows])
        for tier, rows in queries.standing(subject).items()
        if rows
    ]


@dataclass(frozen=True)
class Owed:
    """What a breach costs, and how that was reckoned."""

    money: Money | None
    extension_days: int
    pay_by: datetime | None
    reckoning: Text


def owed(written: Mapping[str, Any] | None) -> Owed | None:
    """What a commitment's breach costs, None where nothing is owed."""
    if not written:
        return None
    money = Money(written["amount_minor"], written["currency"]) if written["amount_minor"] else None
    pay_by = datetime.fromisoformat(written["pay_by"]) if written["pay_by"] else None
    return Owed(money, written["extension_days"], pay_by, Text(**written["reckoning"]))


@dataclass(frozen=True)
class RevisedShown:
    """What one entry changed, each field with what it was and what it became."""

    at: datetime
    entry: UUID
    changes: list[tuple[Text, Text, Text]]


def revised(each: queries.Revised, known: Known) -> RevisedShown:
    """A revision in words; of facts only those that differ."""
    return RevisedShown(each.at, each.entry, [said for change in each.changes for said in _changes(change, known)])


def _facts_changed(revisions: Iterable[queries.Revised]) -> list[Facts]:
    """The facts as they were and as they became, of all revisions."""
    sides = (side for each in revisions for change in each.changes for side in (change.before, change.after))
    return [side for side in sides if isinstance(side, Mapping)]


def _changes(change: queries.Changed, known: Known) -> Iterator[tuple[Text, Text, Text]]:
    before, after = change.before, change.after
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in {**before, **after}:
            if before.get(name) != after.get(name):
                yield fact_name(name), known.value(name, before), known.value(name, after)
        return
    yield FIELDS.get(change.field, Text(zh=change.field, en=change.field)), said(before), said(after)


def said(value: Any) -> Text:
    """A value of a revision as one reads it: moments on the wall, states by their names, lists in a row, nothing as nothing."""
    if isinstance(value, list):
        sides = (joined(map(said, each), zh="–", en="–") if isinstance(each, list) else said(each) for each in value)
        return joined(sides) if value else NOTHING
    if value is None or value == "":
        return NOTHING
    if not isinstance(value, str):
        return Text(zh=str(value), en=str(value))
    return STATES[State(value)] if value in set(State) else _moment(value)


def _moment(words: str) -> Text:
    try:
        moment = datetime.fromisoformat(words).astimezone(get_current_timezone())
    except ValueError:
        return Text(zh=words, en=words)
    return Text(zh=f"{moment:%Y-%m-%d %H:%M:%S}", en=f"{moment:%Y-%m-%d %H:%M:%S}")
