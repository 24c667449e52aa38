"""What is known of a matter from its entries, for whoever judges it: live, entry by entry, or in bulk, over an export."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kapok.kernel.promises.facts import Facts
from kapok.kernel.promises.judgement import Entry
from kapok.kernel.promises.turns import STOPS
from kapok.kernel.promises.vocabulary import MATTER_CHANGED

ALSO = "also"
"""The fact of a pausing entry that names all that the same pause was said of: the matter and work on it."""
AT_END = "at_end"
"""The fact of a pause, or of its end, at one end of a matter that has two (`a`, `b`): the other one is worked on."""
OF_ONE_ENTRY = frozenset({STOPS, ALSO, AT_END, "reason", "requested_by", "approved_by", "evidence"})
"""What is said of a single entry (a pause), never of the matter."""


def known_facts(entries: Iterable[Entry]) -> dict[str, Any]:
    """What is known of a matter: for each fact the first value that its entries give, whatever order they arrived in.

    Of entries of one kind and moment those come first whose facts do, as words. What a `matter.changed` says holds by the policy
    of each promise, and is not among them.
    """
    known: dict[str, Any] = {}
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.kind, _words(entry))):
        if entry.kind != MATTER_CHANGED:
            for name, value in entry.facts.items():
                if name not in OF_ONE_ENTRY and is_said(value):
                    known.setdefault(name, value)
    return known


def by_matter(entries: Sequence[Entry], facts: Facts) -> list[Entry]:
    """The entries with the facts that are theirs alone: what they only repeat of the matter can be changed by a later entry."""
    return [Entry(entry.kind, entry.at, _own(entry, facts)) for entry in entries]


def is_said(value: Any) -> bool:
    """Whether a fact has a value at all; None and blanks say nothing."""
    return value is not None and str(value).strip() != ""


def _own(entry: Entry, facts: Facts) -> dict[str, Any]:
    told = {name: value for name, value in entry.facts.items() if is_said(value)}
    if entry.kind == MATTER_CHANGED:
        return told
    return {
        name: value
        for name, value in told.items()
        if name in OF_ONE_ENTRY or name not in facts or str(facts[name]) != str(value)
    }


def _words(entry: Entry) -> list[tuple[str, str]]:
    return sorted(
        (name, str(value)) for name, value in entry.facts.items() if name not in OF_ONE_ENTRY and is_said(value)
    )
