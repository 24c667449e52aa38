"""Entries of the journal as a reader is told of them: people by their names instead of their staff numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kapok.edges.console.ledger.presenting import names_of
from kapok.ground.journal import rules
from kapok.ground.journal.queries import Line

PEOPLE = (
    "from_staff", "to_staff", "answers", "holder", "owner", "approver", "username", "from_username", "absent", "acting",
)  # fmt: skip
"""The fields of entries that name people."""


def people_of(line: Line) -> dict[str, str]:
    """The staff numbers that an entry names, by the fields that do; who did it by the empty one."""
    told = {field: str(line.data[field]) for field in PEOPLE if line.data.get(field)} | {"": line.actor}
    return {field: actor.removeprefix("staff/") for field, actor in told.items()}


def known_people(lines: Sequence[Line]) -> Mapping[str, str]:
    """The names of the people whom these entries name, by their staff numbers; one query."""
    return names_of(f"staff/{number}" for line in lines for number in people_of(line).values())


def told(line: Line, known: Mapping[str, str]) -> Line:
    """The entry with people by their names; a number of nobody stays as it is."""
    named = {field: known[number] for field, number in people_of(line).items() if field and number in known}
    return replace(line, sentence=rules.sentence(line.kind, line.data | named)) if named else line
