"""What must be known of a matter to judge it by a promise: the facts that its selector, its terms and its compensation ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kapok.edges.console.packs.wording.conditions import condition
from kapok.kernel.promises import Fact, Pack, Promise
from kapok.kernel.promises.accrual import needed
from kapok.kernel.promises.ladders import TIMES
from kapok.kernel.promises.values import VALUES
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Question:
    """One fact to ask for."""

    name: str
    fact: Fact
    required: bool
    initial: str = ""
    wanted: Text | None = None
    """The condition under which the promise applies."""

    @property
    def values(self) -> list[str]:
        """The values of a choice, in the order of the vocabulary, those of the pack's own behind."""
        order = list(VALUES.get(self.name, {}))
        return sorted(self.fact.values, key=lambda value: (order.index(value) if value in order else len(order), value))


def questions(rows: Sequence[Promise], pack: Pack) -> list[Question]:
    """The questions of the rows of one promise, each once, what decides whether it applies first."""
    found: dict[str, Question] = {}
    for promise in rows:
        for question in (*_of_selector(promise, pack), *_of_terms(promise, pack), *_of_money(promise, pack)):
            found.setdefault(question.name, question)
    return list(found.values())


def _of_selector(promise: Promise, pack: Pack) -> Iterator[Question]:
    for name, wanted in promise.applies.items():
        initial = wanted[0] if isinstance(wanted, tuple) else ""
        yield Question(name, pack.declared[name], required=True, initial=initial, wanted=condition(name, wanted, pack))


def _of_terms(promise: Promise, pack: Pack) -> Iterator[Question]:
    if promise.agreed is not None:
        fact = promise.agreed.fact
        yield Question(fact, pack.declared[fact], required=promise.agreed.means == "is_the_promise")
    if promise.limit is not None:
        yield Question(promise.limit.fact, pack.declared[promise.limit.fact], required=True)


def _of_money(promise: Promise, pack: Pack) -> Iterator[Question]:
    """What the sum takes in, then what excludes; both may stay unknown."""
    for each in promise.compensation:
        measure = {each.ladder.measure} - TIMES if each.ladder else set()
        for name in (*sorted(needed(each) | measure), *each.when, *(each.extends_validity or {})):
            yield Question(name, pack.declared[name], required=False)
    for selector in (promise.unless, *(each.unless for each in promise.compensation)):
        for name in selector:
            yield Question(name, pack.declared[name], required=False)
