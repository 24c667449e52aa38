"""The ledger's queries: pages along lanes give the rows that plain SQL gives, whatever the filter; what binds; who sees what."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries

from kapok.ground.commitments import lanes, queries
from kapok.ground.commitments.lanes import Filter, Place
from kapok.ground.commitments.models import Commitment
from kapok.ground.commitments.rules import RUNNING, State
from kapok.ground.people.models import OrgUnit
from kapok.kernel.promises import Tier
from tests.console.promised import HOUR, adopted, promised

NOW = datetime.now(UTC)
STATES = tuple(State)


@pytest.fixture
def many(db: None) -> list[Commitment]:
    """Two hundred commitments of all kinds, many due at the same moment and some at none."""
    version, dice = adopted(), random.Random(7)
    rows = []
    for number in range(200):
        due = None if number % 9 == 0 else NOW + dice.randint(-5, 5) * HOUR
        state = dice.choice(STATES)
        rows.append(
            Commitment(
                id=UUID(int=dice.getrandbits(128)), subject=f"fault/F{number // 2:02}", number=number % 2, pack=version,
                promise=dice.choice(["repair", "SL1-repair"]), tier=dice.choice(["pledge", "contract"]),
                direction="within", state=state.value, unit=dice.choice(["", "a", "b", "c"]),
                owner=dice.choice(["staff/lin", "staff/chen"]), opened_at=NOW - 9 * HOUR, due_at=due, first_due_at=due,
                elapsed=HOUR, late_by=timedelta(), calendar_version="1", zone="Asia/Shanghai",
            )
        )  # fmt: skip
    return Commitment.objects.bulk_create(rows)


def filters() -> Iterator[Filter]:
    units: list[tuple[str, ...] | None] = [None, ("a",), ("", "b", "c"), ("moon",)]
    named: list[dict[str, Any]] = [
        {}, {"promise": "repair"}, {"tier": "contract", "owners": ("staff/lin",)}, {"owners": ("staff/chen", "staff/lin")},
        {"subject": "fault/F1"}, {"undated": True},
        {"due_before": NOW}, {"due_from": NOW, "due_before": NOW + 3 * HOUR}, {"subject": "fault/%"},
    ]  # fmt: skip
    for unit, states, more, latest in product(units, [STATES, tuple(RUNNING), (State.KEPT,)], named, [False, True]):
        yield Filter(units=unit, states=states, latest_first=latest, **more)


def plainly(wanted: Filter) -> list[Commitment]:
    """The same rows as one would ask for them."""
    rows = Commitment.objects.filter(state__in=[state.value for state in wanted.states])
    if wanted.units is not None:
        rows = rows.filter(unit__in=wanted.units)
    named: dict[str, Any] = {name: getattr(wanted, name) for name in ("promise", "tier") if getattr(wanted, name)}
    if wanted.owners:
        named["owner__in"] = wanted.owners
    rows = rows.filter(**named, subject__startswith=wanted.subject)
    if wanted.undated:
        rows = rows.filter(due_at=None)
    if wanted.due_from:
        rows = rows.filter(due_at__gte=wanted.due_from)
    if wanted.due_before:
        rows = rows.filter(due_at__lt=wanted.due_before)
    sign = -1 if wanted.latest_first else 1
    return sorted(rows, key=lambda row: (row.due_at is None, sign * (row.due_at or NOW).timestamp(), sign * row.id.int))


@pytest.mark.parametrize("dense", [-1, lanes.DENSE])
def test_pages_are_those_of_plain_sql(many: list[Commitment], monkeypatch: pytest.MonkeyPatch, dense: int) -> None:
    monkeypatch.setattr(lanes, "DENSE", dense)
    for wanted in filters():
        expected = [row.id for row in plainly(wanted)]
        found: list[UUID] = []
        place: Place | None = None
        while True:
            page = queries.ledger(wanted, after=place, limit=17)
            found += [row.id for row in page.rows]
            place = page.after
            if place is None:
                break
        assert found == expected, wanted


def test_counts_are_those_of_plain_sql(many: list[Commitment]) -> None:
    for wanted in filters():
        plain = [row.state for row in plainly(wanted)]
        assert queries.counts(wanted) == {state: plain.count(state) for state in wanted.states}, wanted


def test_counting_stops_one_after_the_most(many: list[Commitment]) -> None:
    for units in (None, ("", "a", "b", "c")):
        found = lanes.count(Filter(units=units, states=STATES), at_most=4)
        assert set(found.values()) == {5}


def test_the_number_of_queries_does_not_grow(
    many: list[Commitment], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for limit in (5, 150):
        with django_assert_num_queries(3):
            queries.ledger(Filter(states=STATES), limit=limit)
    with django_assert_num_queries(1):
        queries.counts(Filter(states=STATES))


def test_the_earliest_due_binds_overall_and_in_each_tier(office: SimpleNamespace) -> None:
    promised(due=3 * HOUR, promise="repair")
    promised(due=2 * HOUR, promise="SL1-repair")
    promised(due=5 * HOUR, promise="SL2-repair")
    promised(due=HOUR, promise="SL3-repair", state="kept")
    promised("fault/F2", due=HOUR / 2)
    found = queries.binding("fault/F1")
    assert found.overall is not None
    assert found.overall.promise == "SL1-repair"
    assert {tier: row.promise for tier, row in found.by_tier.items()} == {
        Tier.CONTRACT: "SL1-repair", Tier.PLEDGE: "repair",
    }  # fmt: skip
    assert queries.binding("fault/F9") == queries.Binding(None, {})


def test_what_stands_still_binds_only_where_nothing_runs(office: SimpleNamespace) -> None:
    promised(due=HOUR, promise="repair", state="paused")
    assert queries.first_due(["fault/F1"])["fault/F1"].promise == "repair"
    promised(due=2 * HOUR, promise="SL1-repair")
    found = queries.binding("fault/F1")
    assert found.overall is not None
    assert found.overall.promise == "SL1-repair"
    assert {tier: row.promise for tier, row in found.by_tier.items()} == {
        Tier.CONTRACT: "SL1-repair", Tier.PLEDGE: "repair",
    }  # fmt: skip
    assert queries.first_due(["fault/F1"])["fault/F1"].promise == "SL1-repair"


def test_of_two_due_together_the_one_made_earlier_binds(office: SimpleNamespace) -> None:
    due = NOW + HOUR
    promised(due_at=due, age=HOUR, promise="SL1-repair")
    promised(due_at=due, age=2 * HOUR, promise="SL2-repair")
    found = queries.binding("fault/F1").overall
    assert found is not None
    assert found.promise == "SL2-repair"


def test_tiers_stand_from_law_to_stage(office: SimpleNamespace) -> None:
    for promise in ("repair-accept", "repair", "SL1-repair"):
        promised(promise=promise)
    standing = queries.standing("fault/F1")
    assert list(standing) == [Tier.LAW, Tier.CONTRACT, Tier.PLEDGE, Tier.STAGE]
    assert [[row.promise for row in rows] for rows in standing.values()] == [
        [], ["SL1-repair"], ["repair"], ["repair-accept"],
    ]  # fmt: skip


def test_a_person_sees_own_clocks_the_first_due_first(office: SimpleNamespace) -> None:
    promised(due=2 * HOUR, owner="staff/lin")
    promised("fault/F2", due=HOUR, owner="staff/lin")
    promised("fault/F3", due=-HOUR, owner="staff/lin", state="kept")
    promised("fault/F4", due=HOUR, owner="staff/chen")
    assert [row.subject for row in queries.due_soon("staff/lin")] == ["fault/F2", "fault/F1"]
    assert [row.subject for row in queries.due_soon("staff/lin", limit=1)] == ["fault/F2"]


def test_of_each_subject_the_first_due_is_found(office: SimpleNamespace, django_assert_num_queries: Any) -> None:
    for subject in ("work/1", "work/2", "work/3"):
        promised(subject, due=3 * HOUR)
        promised(subject, due=2 * HOUR, promise="SL1-repair")
        promised(subject, due=HOUR, promise="SL2-repair", state="kept")
    with django_assert_num_queries(2):
        found = queries.first_due(["work/1", "work/3", "work/9"])
    assert {subject: row.promise for subject, row in found.items()} == {"work/1": "SL1-repair", "work/3": "SL1-repair"}


def test_a_scope_is_ones_units_and_the_top_sees_what_has_no_unit(office: SimpleNamespace) -> None:
    units = {unit.code: unit.id for unit in OrgUnit.objects.all()}
    everything = queries.scope(units.values())
    assert everything == queries.Scope(None)
    assert everything.holds("nowhere")
    assert everything.narrowed(["bureau", "x"]) == ("bureau", "x")
    bureau = queries.scope([units["bureau"], units["patch"]])
    assert bureau == queries.Scope(("bureau", "patch"))
    assert (bureau.holds("patch"), bureau.holds(""), bureau.holds("hall")) == (True, False, False)
    assert bureau.narrowed(["hall", "patch"]) == ("patch",)


def test_matters_are_found_by_the_beginning_of_their_number(office: SimpleNamespace) -> None:
    for subject, unit in (
        ("fault/F10", "bureau"),
        ("fault/F11", "hall"),
        ("order/F12", "bureau"),
        ("work/F13", "bureau"),
    ):
        promised(subject, unit=unit)
        promised(subject, unit=unit, promise="SL1-repair")
    kinds = ("fault", "order")
    assert queries.matters(queries.Scope(None), kinds, "F1", limit=8) == ["fault/F10", "fault/F11", "order/F12"]
    assert queries.matters(queries.Scope(None), kinds, "F1", limit=1) == ["fault/F10"]
    assert queries.matters(queries.Scope(("bureau",)), kinds, "F1", limit=8) == ["fault/F10", "order/F12"]
    assert queries.matters(queries.Scope(None), kinds, "F_", limit=8) == []


def test_a_place_among_the_undated_goes_on_among_the_undated(many: list[Commitment]) -> None:
    wanted = Filter(states=STATES)
    undated = [row.id for row in plainly(wanted) if row.due_at is None]
    page = queries.ledger(wanted, after=Place(None, undated[3]), limit=500)
    assert [row.id for row in page.rows] == undated[4:]
    assert queries.ledger(replace(wanted, due_before=NOW), after=Place(None, undated[3])).rows == []
