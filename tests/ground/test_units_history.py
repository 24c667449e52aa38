"""What units were: changes with a day, the tree as of a day, and each refusal with nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from kapok.ground.journal.models import Entry
from kapok.ground.people import api as people
from kapok.ground.people import history, queries
from kapok.ground.people.models import FormerUnit, OrgUnit
from kapok.ground.people.rules import UnitKind
from kapok.ground.posts import api as posts
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from tests.ground.conftest import set_up_posts

APRIL = {"actor": "staff/lin", "at": datetime(2026, 4, 20, 1, 0, tzinfo=UTC)}
NEW = Text(zh="新局", en="New Bureau")


@pytest.fixture(autouse=True)
def _office(db: None) -> None:
    """City > bureau > patch, and hall beside the bureau, all founded on 2026-03-02."""
    set_up_posts()


def tree(on: date | None = None) -> list[tuple[int, str, str]]:
    return [(unit.depth, unit.code, unit.name.en) for unit in queries.unit_tree(on=on)]


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def test_the_tree_is_told_as_it_was_on_a_day() -> None:
    people.rename_unit(code="bureau", name=NEW, since=day(3, 20), **APRIL)
    people.move_unit(code="patch", parent="hall", since=day(4, 1), **APRIL)
    people.add_unit(
        code="team", kind=UnitKind.TEAM, name=Text(zh="班", en="Team"), parent="patch", since=day(4, 10), **APRIL
    )
    people.end_unit(code="team", since=day(4, 15), **APRIL)
    assert tree(day(3, 1)) == []
    first = [(0, "city", "City"), (1, "bureau", "Bureau"), (2, "patch", "Patch"), (1, "hall", "Hall")]
    assert tree(day(3, 2)) == tree(day(3, 19)) == first
    renamed = [(0, "city", "City"), (1, "bureau", "New Bureau"), (2, "patch", "Patch"), (1, "hall", "Hall")]
    assert tree(day(3, 20)) == tree(day(3, 31)) == renamed
    moved = [(0, "city", "City"), (1, "bureau", "New Bureau"), (1, "hall", "Hall"), (2, "patch", "Patch")]
    assert tree(day(4, 1)) == tree(day(4, 9)) == tree(day(4, 15)) == tree() == moved
    assert tree(day(4, 14)) == [*moved, (3, "team", "Team")]
    assert {unit.people for unit in queries.unit_tree(on=day(4, 14))} == {None}


def test_as_of_a_day_takes_two_queries_however_much_has_changed() -> None:
    for number in range(3, 20):
        people.rename_unit(
            code="patch", name=Text(zh=f"{number}片", en=f"Patch {number}"), since=day(3, number), **APRIL
        )
    with CaptureQueriesContext(connection) as sent:
        assert (2, "patch", "Patch 9") in tree(day(3, 9))
    assert len(sent) == 2


def test_a_unit_says_what_it_was() -> None:
    people.rename_unit(code="patch", name=Text(zh="一片", en="Patch 1"), since=day(3, 10), **APRIL)
    people.move_unit(code="patch", parent="hall", since=day(4, 1), **APRIL)
    people.rename_unit(code="bureau", name=NEW, since=day(3, 5), **APRIL)
    patch = OrgUnit.objects.get(code="patch").id
    with CaptureQueriesContext(connection) as sent:
        told = [
            (each.since, each.until, each.name.en, each.parent, each.parent_name) for each in history.versions(patch)
        ]
    assert told == [
        (day(4, 1), None, "Patch 1", "hall", Text(zh="hall中", en="Hall")),
        (day(3, 10), day(4, 1), "Patch 1", "bureau", NEW),
        (day(3, 2), day(3, 10), "Patch", "bureau", Text(zh="bureau中", en="Bureau")),  # as the bureau was called then
    ]
    assert len(sent) == 3
    [city] = history.versions(OrgUnit.objects.get(code="city").id)
    assert (city.since, city.until, city.parent, city.parent_name) == (day(3, 2), None, None, None)


def test_the_second_change_of_a_day_corrects_the_first() -> None:
    people.rename_unit(code="patch", name=Text(zh="错", en="Wrong"), since=day(4, 1), **APRIL)
    people.rename_unit(code="patch", name=Text(zh="对", en="Right"), since=day(4, 1), **APRIL)
    people.move_unit(code="patch", parent="hall", since=day(4, 1), **APRIL)
    assert FormerUnit.objects.count() == 1
    assert (2, "patch", "Right") in tree(day(4, 1))
    assert (2, "patch", "Patch") in tree(day(3, 31))
    people.rename_unit(code="hall", name=NEW, since=day(3, 2), **APRIL)  # on the day it was founded
    assert (1, "hall", "New Bureau") in tree(day(3, 2))


def test_who_moved_out_from_under_a_unit_was_below_it_until_then() -> None:
    people.move_unit(code="hall", parent="patch", since=day(3, 10), **APRIL)
    people.move_unit(code="hall", parent="city", since=day(4, 1), **APRIL)
    refused(people.BelowItself, people.move_unit, code="bureau", parent="hall", since=day(3, 31))
    refused(people.BelowItself, people.move_unit, code="bureau", parent="hall", since=day(3, 5))
    people.move_unit(code="bureau", parent="hall", since=day(4, 1), **APRIL)


def test_a_unit_ends_not_before_the_last_of_it_has_gone() -> None:
    people.grant_role(username="wu", role="agent", unit="hall", **APRIL)
    people.revoke_role(username="wu", role="agent", unit="hall", **APRIL)
    error = refused(people.UsedUntil, people.end_unit, code="hall", since=day(4, 19))
    assert error.text.en == "Hall had units below it, posts or roles until 2026-04-20; choose that day or a later one."
    people.move_unit(code="patch", parent="city", since=day(4, 2), **APRIL)
    people.add_unit(code="team", kind=UnitKind.TEAM, name=NEW, parent="patch", since=day(4, 2), **APRIL)
    people.end_unit(code="team", since=day(4, 9), **APRIL)
    refused(people.UsedUntil, people.end_unit, code="patch", since=day(4, 8))
    people.end_unit(code="patch", since=day(4, 9), **APRIL)
    posts.close_post(post="desk", **APRIL)
    for username in ("chen", "mei", "wu"):
        people.change_details(username=username, unit="city", **APRIL)
    refused(people.UsedUntil, people.end_unit, code="bureau", since=day(4, 1))  # the patch belonged to it until the 2nd
    refused(people.UsedUntil, people.end_unit, code="bureau", since=day(4, 19))  # and the desk until the 20th
    people.end_unit(code="bureau", since=day(4, 20), **APRIL)


def refused(refusal: type[KapokError], verb: Callable[..., Any], **values: Any) -> KapokError:
    """The verb is refused, and nothing has changed."""
    before = [list(table.objects.order_by("id").values()) for table in (Entry, OrgUnit, FormerUnit)]
    with pytest.raises(refusal) as caught:
        verb(**values, **APRIL)
    assert [list(table.objects.order_by("id").values()) for table in (Entry, OrgUnit, FormerUnit)] == before
    assert "{" not in caught.value.text.zh + caught.value.text.en
    return caught.value


@pytest.mark.parametrize(
    ("verb", "values", "refusal"),
    [
        (people.rename_unit, {"code": "patch", "name": NEW, "since": day(4, 21)}, people.NotYet),
        (people.rename_unit, {"code": "patch", "name": NEW, "since": day(3, 1)}, people.NotBefore),
        (people.rename_unit, {"code": "hall", "name": NEW, "since": day(4, 4)}, people.NotBefore),
        (people.move_unit, {"code": "patch", "parent": "hall", "since": day(4, 21)}, people.NotYet),
        (people.move_unit, {"code": "patch", "parent": "hall", "since": day(3, 1)}, people.FoundedLater),
        (people.move_unit, {"code": "hall", "parent": "bureau", "since": day(4, 4)}, people.NotBefore),
        (people.end_unit, {"code": "patch", "since": day(4, 21)}, people.NotYet),
        (people.end_unit, {"code": "patch", "since": day(3, 1)}, people.NotBefore),
        (people.add_unit, {"code": "x", "kind": UnitKind.TEAM, "name": NEW, "parent": "hall", "since": day(3, 1)},
         people.FoundedLater),
        (people.add_unit, {"code": "x", "kind": UnitKind.TEAM, "name": NEW, "parent": None, "since": day(5, 1)}, people.NotYet),
    ],
)  # fmt: skip
def test_a_day_that_cannot_be(verb: Callable[..., Any], values: dict[str, Any], refusal: type[KapokError]) -> None:
    people.rename_unit(code="hall", name=Text(zh="厅", en="Hall"), since=day(4, 5), **APRIL)
    refused(refusal, verb, **values)


def test_the_database_keeps_the_versions_of_a_unit_apart() -> None:
    people.rename_unit(code="patch", name=NEW, since=day(4, 1), **APRIL)
    former = FormerUnit.objects.get()
    former.id, former.period = UUID(int=7), DateRange(day(3, 31), day(4, 9))
    with pytest.raises(IntegrityError, match="people_unit_is_one_thing_at_a_time"), transaction.atomic():
        former.save(force_insert=True)
    former.period = DateRange(day(4, 2), None)
    with pytest.raises(IntegrityError, match="people_former_unit_has_a_time"), transaction.atomic():
        former.save(force_insert=True)
