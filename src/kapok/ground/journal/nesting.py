"""Verbs that are a part of a larger verb, in its transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import unwrap
from typing import ParamSpec, TypeVar

from django.db.models import Model

from kapok.ground.journal.api import record_together
from kapok.ground.journal.rules import Event
from kapok.ground.journal.writing import write

Given = ParamSpec("Given")
Said = TypeVar("Said")


@dataclass(frozen=True, kw_only=True)
class Whole:
    """What a verb has to write and to tell. Its parts may leave theirs here, for one statement each however many parts there are.

    Nothing of it stands in the database before; so whoever reads what a part has made writes, or records, first.
    """

    rows: list[Model] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    new: set[str] = field(default_factory=set)
    """Subjects that it has made, of which nothing was told before."""

    def write(self) -> None:
        """Insert the new rows, the tables in the order in which they came. Raises `IntegrityError`."""
        write(*self._tables())

    def record(self) -> None:
        """Insert the new rows, and record what there is to tell; clocks are judged by it. Raises what `record_together` does."""
        told, new = list(self.told), frozenset(self.new)
        self.told.clear()
        self.new.clear()
        record_together(told, self._tables(), new)

    def _tables(self) -> list[list[Model]]:
        tables: dict[type[Model], list[Model]] = {}
        for row in self.rows:
            tables.setdefault(type(row), []).append(row)
        self.rows.clear()
        return list(tables.values())


def as_part(verb: Callable[Given, Said]) -> Callable[Given, Said]:
    """The verb without a `transaction.atomic` of its own, which within another is a savepoint: two statements.

    For a verb that lets whatever the part raises end its own transaction as well; who wants to go on after a refusal calls it as
    it is.
    """
    part: Callable[Given, Said] = unwrap(verb)
    return part
