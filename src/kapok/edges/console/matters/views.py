"""One subject of the journal: what happened to it, what was promised of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render

from kapok.edges.console.ledger.facts import Facts, known_of
from kapok.edges.console.ledger.one import tiers
from kapok.edges.console.ledger.presenting import name_of, shown
from kapok.edges.console.refusals import not_permitted
from kapok.edges.console.screen import EVERYBODY, ScreenRequest, screen
from kapok.edges.console.telling import known_people, told
from kapok.edges.console.work.of_subject import of_item, of_matter
from kapok.ground.commitments import queries
from kapok.ground.commitments.standing import said_of
from kapok.ground.journal import queries as journal
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission
from kapok.ground.work import queries as work_queries
from kapok.kernel.text import Text

PAGE = 50
WORK = "work"
PERMISSIONS = {"staff": Permission.PEOPLE_READ, "unit": Permission.PEOPLE_READ, "system": Permission.SYSTEM_READ}
"""What one needs to see the time line of a kind of subject; of every other kind the ledger's."""


@dataclass(frozen=True)
class Entry:
    """One line of the time line, with what was said besides its sentence."""

    line: journal.Line
    sentence: Text
    """What happened, people by their names."""
    note: str
    """What was said besides; empty where the sentence says it."""
    unit: Text
    facts: list[tuple[Text, Text]]
    stage: Text | None = None
    """The work item of the matter that it happened to, if it was one."""


@screen(permission=EVERYBODY)
def matter(request: ScreenRequest, subject: str) -> HttpResponse:
    """The time line of a subject, latest first; above it the clocks of a matter. Who may see it hangs on what it is."""
    kind = subject.partition("/")[0]
    needed = PERMISSIONS.get(kind, Permission.LEDGER_READ)
    units = people.units_where(request.user.id, needed)
    if not units:
        return not_permitted(request, needed)
    reader = queries.scope(units)
    work, item = of_matter(request, subject, reader), None
    if kind == WORK:
        item = of_item(request, subject.removeprefix(f"{WORK}/"), reader)
    whole = kind not in {*PERMISSIONS, WORK}
    correlation, stages = (_correlation(subject), _stages(subject)) if whole else (None, {})
    before = _before(request, {subject, *stages}, correlation)
    lines = journal.timeline(subject, correlation=correlation, parts=list(stages), before=before, limit=PAGE + 1)
    standing = {} if kind in PERMISSIONS else queries.standing(subject)
    answering = {row.unit for rows in standing.values() for row in rows}
    if not (work or item or _may_see(subject, answering, lines, units)):
        raise Http404
    names = {unit.code: unit.name for unit in people.unit_tree(ended=True)}
    binding = queries.binding(subject).overall
    known = known_people(lines)
    values = {
        "subject": subject,
        "name": name_of(subject),
        "at": request.at,
        "people": known,
        "entries": list(_entries(lines[:PAGE], names, stages, known)),
        "after": lines[PAGE - 1].id if len(lines) > PAGE else None,
        "tiers": tiers(subject, request.at, names, reader),
        "binding": shown(binding, request.at, names) if binding else None,
        "work": work,
        "item": item,
    }
    part = request.headers.get("HX-Target") == "matter"
    return render(request, "matters/standing.html" if part else "matters/matter.html", values)


def _may_see(subject: str, answering: set[str], lines: list[journal.Line], units: frozenset[UUID]) -> bool:
    """Whether the reader's units have to do with it: they answer for a commitment of it, or an entry hands it to them."""
    kind, _, name = subject.partition("/")
    if kind == "system":
        return True
    if kind == "staff":
        person = people.person(name)
        return person is not None and bool(person.units & units)
    if kind == "unit":
        return any(unit.code == name for unit in people.unit_tree(units, ended=True))
    reader = queries.scope(units)
    named = {str(line.data.get("unit") or "") for line in lines}
    return any(reader.holds(unit) for unit in answering | named)


def _correlation(subject: str) -> UUID | None:
    """The work that a matter is, by which its hand-overs are found, too; of what is none, the work that it belongs to."""
    return work_queries.identifier_of(subject) or journal.correlation_of(subject)


def _stages(subject: str) -> dict[str, Text]:
    """What the work items of a matter are called, by their subjects."""
    return {item.subject: item.title for item in work_queries.items_of(subject)}


def _before(request: ScreenRequest, subjects: set[str], correlation: UUID | None) -> journal.Line | None:
    """The entry after which the page goes on."""
    words = request.GET.get("before", "")
    if not words:
        return None
    try:
        found = journal.line_of(UUID(words))
    except ValueError:
        raise Http404 from None
    if found is None or not (found.subject in subjects or (correlation and found.correlation == correlation)):
        raise Http404
    return found


def _entries(
    lines: list[journal.Line], units: Mapping[str, Text], stages: Mapping[str, Text], people: Mapping[str, str]
) -> Iterator[Entry]:
    named = known_of(_facts(line) for line in lines)
    for line in lines:
        sentence = told(line, people).sentence
        note = str(line.data.get("note") or "")
        said = list(named.said(_facts(line)))
        code = str(line.data.get("unit") or "")
        unit = units.get(code, Text(zh=code, en=code))
        said_already = bool(note) and note in sentence.zh
        yield Entry(line, sentence, "" if said_already else note, unit, said, stages.get(line.subject))


def _facts(line: journal.Line) -> Facts:
    """What an entry says besides its sentence; nothing where it has no facts."""
    return said_of(line.data) if isinstance(line.data.get("facts"), dict) else {}
