"""What a matter's own module knows and does for the field: where the visit is, whose it is, how it leaves its course."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings
from django.utils import timezone

from kapok.back.workforce import rules
from kapok.back.workforce.rules import Access, Errand, Place, Rest
from kapok.kernel.text import Text


class Chain(Protocol):
    """The module that `settings.WORKFORCE_MATTERS` names for a kind of matter; each is called with the matter's subject."""

    def errands(self, holders: Collection[str]) -> Mapping[str, Errand]:
        """Where the visit is, and what it takes, of those that take one; one query."""

    def customer_of(self, holder: str) -> str:
        """The number of the customer; empty where there is none."""

    def put_off(self, holder: str, *, until: datetime, reason: str, evidence: str, actor: str, at: datetime) -> None:
        """The customer wishes it later (10P)."""

    def lacks_of(self, holders: Collection[str]) -> Mapping[Place, Mapping[str, Text]]:
        """Which plant each of these could lack at which end, by the codes of shortages; one query."""

    def ordered_of(self, holders: Collection[str]) -> Mapping[str, Mapping[str, int]]:
        """What was ordered with these, by the test that shows it, in its unit; one query."""

    def lack_plant(
        self, place: Place, *, reason: str, code: str, expected_at: datetime | None, actor: str, at: datetime
    ) -> None:
        """Our plant is lacking there (10W); without a code nobody says which."""

    def resting(self, holders: Collection[str]) -> Mapping[str, Rest]:
        """Those of the matters that are put off, or wait for plant, now."""

    def see_access(self, holder: str, *, actor: str, at: datetime) -> tuple[Access, ...]:
        """By what the lines of the matter log in; that somebody saw it is kept."""

    def go_on(self, holder: str, *, reason: str, actor: str, at: datetime) -> bool:
        """It goes on, if it was put off or waited; False where plant is lacking still."""


def chain_of(holder: str) -> Chain | None:
    """Who answers for a matter; None where nobody does."""
    name = settings.WORKFORCE_MATTERS.get(holder.partition("/")[0])
    return cast(Chain, import_module(name)) if name else None


def resting(holders: Iterable[str]) -> dict[str, Rest]:
    """Those of the matters that are put off, or wait for plant, now; one question to each module."""
    found: dict[str, Rest] = {}
    for chain, mine in _by_module(holders):
        found |= chain.resting(mine)
    return found


def errands(holders: Iterable[str]) -> dict[str, Errand]:
    """Where the visits of these matters are, and what they take, as far as their modules know; one question to each module."""
    found: dict[str, Errand] = {}
    for chain, mine in _by_module(holders):
        found |= chain.errands(mine)
    return found


def told(rest: Rest) -> Text:
    """That a matter rests, in words, and until when where that is known."""
    if rest.until is None:
        return rest.text
    return rules.UNTIL[rest.deed].format(why=rest.text, until=f"{timezone.localtime(rest.until):%Y-%m-%d %H:%M}")


def puts_off(holder: str) -> bool:
    """Whether such a matter can be put off, or wait for plant."""
    return holder.partition("/")[0] in settings.WORKFORCE_MATTERS


def lacks(holders: Iterable[str]) -> Mapping[Place, Mapping[str, Text]]:
    """Which plant each of these matters could lack at which end, as far as its own module knows; one question to each module."""
    found: dict[Place, Mapping[str, Text]] = {}
    for chain, mine in _by_module(holders):
        found |= chain.lacks_of(mine)
    return found


def ordered(holders: Iterable[str]) -> Mapping[str, Mapping[str, int]]:
    """What was ordered with these matters, by the test that shows it, as far as their modules know; one question to each module."""
    found: dict[str, Mapping[str, int]] = {}
    for chain, mine in _by_module(holders):
        found |= chain.ordered_of(mine)
    return found


def _by_module(holders: Iterable[str]) -> Iterator[tuple[Chain, list[str]]]:
    """The modules that answer for these matters, each with its own."""
    kinds: dict[str, list[str]] = {}
    for holder in holders:
        kinds.setdefault(holder.partition("/")[0], []).append(holder)
    for mine in kinds.values():
        if chain := chain_of(mine[0]):
            yield chain, mine
