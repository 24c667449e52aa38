"""What happens to a matter, in the closed vocabulary of promises: the entries by which commitments are judged.

A *matter* is an order, a fault, a complaint, a request, a hand-off: whatever promises are made about. Every kind of
`kernel.promises.EVENTS` has one event class here; `happening` makes one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from kapok.ground.journal.rules import Event
from kapok.kernel.promises import EVENTS, is_said

SAID_APART = ("reason", "evidence")
"""What is said of a pause or a waiver in a person's own words: no promise is judged by it."""


@dataclass(frozen=True, kw_only=True)
class Happening(Event):
    """Something that happened to the matter `subject`.

    `facts` is what was known of it then (`kernel.promises.FACTS`, and `stops` of a pause); `unit` and `owner` (`staff/…`) are
    who answers for the matter from then on, where the entry says so. `note`, and why and on what evidence clocks stop or fall
    away (`reason`, `evidence`), is what a person typed, and kept apart.
    """

    kind = "matter"
    wording = EVENTS["matter.changed"]
    typed = frozenset({"note", *SAID_APART})

    facts: Mapping[str, Any] = field(default_factory=dict)
    unit: str = ""
    owner: str = ""
    note: str = ""
    reason: str = ""
    evidence: str = ""


def _named(kind: str) -> type[Happening]:
    return type(f"Happening_{kind.replace('.', '_')}", (Happening,), {"kind": kind, "wording": EVENTS[kind]})


HAPPENINGS: Mapping[str, type[Happening]] = MappingProxyType({kind: _named(kind) for kind in EVENTS})


def happening(
    kind: str,
    *,
    subject: str,
    actor: str,
    at: datetime,
    correlation: UUID | None = None,
    facts: Mapping[str, Any] = MappingProxyType({}),
    unit: str = "",
    owner: str = "",
    note: str = "",
) -> Happening:
    """The event of that kind, ready to be recorded; of the facts those that a person typed are kept apart.

    Raises `KeyError` for a kind outside the vocabulary.
    """
    words = {name: str(facts[name]) for name in SAID_APART if is_said(facts.get(name))}
    known = {name: value for name, value in facts.items() if name not in SAID_APART}
    return HAPPENINGS[kind](
        subject=subject, actor=actor, at=at, correlation=correlation, facts=known, unit=unit, owner=owner, note=note, **words
    )  # fmt: skip
