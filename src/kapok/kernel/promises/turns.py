"""The turns of a matter: its entries in the order in which they count, each with its roles and the facts that hold at it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kapok.kernel.promises.facts import Facts
from kapok.kernel.promises.judgement import Entry
from kapok.kernel.promises.moves import MOVES, Role, State, in_order, rank
from kapok.kernel.promises.pack import Pack, Promise
from kapok.kernel.promises.selector import holds, matches, touches
from kapok.kernel.promises.vocabulary import MATTER_CHANGED

STOPS = "stops"
"""The fact of a pausing entry that names the tiers it stops, e.g. `stage pledge`; absent: every promise that lists its kind."""


@dataclass(frozen=True)
class Turn:
    """An entry with the roles it plays for one promise and the facts that hold at it."""

    entry: Entry
    roles: frozenset[Role]
    facts: Facts


def turns(promise: Promise, pack: Pack, entries: Sequence[Entry], facts: Facts) -> list[Turn]:
    """The turns of a matter for one promise, in order, by the promise's policy on changed facts."""
    ordered = sorted(entries, key=lambda entry: _place(promise, entry))
    if promise.on_change == "from_now":
        return list(_from_now(promise, pack, ordered, facts))
    for entry in ordered:
        if entry.kind == MATTER_CHANGED:
            facts = {**facts, **entry.facts}
    played = ((entry, roles_of(promise, entry)) for entry in ordered)
    return [Turn(entry, roles, {**facts, **entry.facts}) for entry, roles in played if roles]


def applies(promise: Promise, pack: Pack, facts: Facts) -> bool:
    """True if the promise applies to a matter with these facts."""
    return matches(promise.applies, facts, pack.declared) and not touches(promise.unless, facts, pack.declared)


def may_apply(promise: Promise, pack: Pack, entries: Sequence[Entry], facts: Facts) -> bool:
    """False if a condition fails whatever the entries say: on a fact of the matter that none of them says anew."""
    for name, condition in promise.applies.items():
        holding = name in facts and holds(condition, pack.declared[name], facts[name])
        if not holding and not any(name in entry.facts for entry in entries):
            return False
    return True


def roles_of(promise: Promise, entry: Entry) -> frozenset[Role]:
    """The roles of one entry; a pause that names the tiers it stops does not stop the others."""
    played = promise.roles.get(entry.kind, frozenset())
    return played - {Role.PAUSE} if spares(promise, entry.facts.get(STOPS)) else played


def spares(promise: Promise, stops: Any) -> bool:
    """Whether a pause that stops the tiers in `stops` (None: all) leaves the clock of this promise alone."""
    return stops is not None and promise.tier not in str(stops).replace(",", " ").split()


def _place(promise: Promise, entry: Entry) -> tuple[Any, ...]:
    """Where an entry stands among the others; a change of facts holds for everything else of the same instant."""
    roles = roles_of(promise, entry)
    words = sorted((name, str(value)) for name, value in entry.facts.items())
    return (entry.at, rank(roles) if roles else -1, entry.kind, words)


def _from_now(promise: Promise, pack: Pack, ordered: Sequence[Entry], facts: Facts) -> Iterator[Turn]:
    """A change of facts takes the promise away, or makes it, from the change on. The matter itself goes on meanwhile."""
    state, applied = State.IDLE, applies(promise, pack, facts)
    for entry in ordered:
        if entry.kind == MATTER_CHANGED:
            facts = {**facts, **entry.facts}
            before, applied = applied, applies(promise, pack, facts)
            if before != applied:
                yield Turn(entry, _change(state) if applied else frozenset({Role.VOID}), facts)
            continue
        roles = roles_of(promise, entry)
        for role in in_order(roles):
            state, _ = MOVES[state, role]
        if roles and applied:
            yield Turn(entry, roles, {**facts, **entry.facts})


def _change(state: State) -> frozenset[Role]:
    """The roles of a change that makes the promise, by where the matter stands: running, paused, or not open at all."""
    making = {State.RUNNING: {Role.OPEN}, State.PAUSED: {Role.OPEN, Role.PAUSE}, State.HELD: {Role.PAUSE}}
    return frozenset(making.get(state, {Role.RESUME}))
