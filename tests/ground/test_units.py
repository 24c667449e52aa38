"""The tree of units at its door: add, rename, move, end, and each refusal with nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import timeline
from kapok.ground.people import api as people
from kapok.ground.people import queries
from kapok.ground.people.models import Grant, OrgUnit, Staff
from kapok.ground.people.rules import UnitKind
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from tests.ground.conftest import AT, WHO

pytestmark = pytest.mark.usefixtures("office")


def units(*codes: str) -> frozenset[Any]:
    return frozenset(OrgUnit.objects.filter(code__in=codes).values_list("id", flat=True))


def tree() -> list[tuple[int, str]]:
    return [(unit.depth, unit.code) for unit in queries.unit_tree()]


def reach(username: str, permission: str) -> set[str]:
    ids = queries.units_where(Staff.objects.get(username=username).id, permission)
    return set(OrgUnit.objects.filter(id__in=ids).values_list("code", flat=True))


def test_units_are_added_and_renamed() -> None:
    people.add_unit(code="team", kind=UnitKind.TEAM, name=Text(zh="一班", en="Team 1"), parent="patch", **WHO)
    people.rename_unit(code="team", name=Text(zh="二班", en="Team 2"), **WHO)
    tree = [(unit.depth, unit.code, unit.name.zh, unit.people) for unit in queries.unit_tree()]
    assert tree == [
        (0, "city", "city中", 1), (1, "bureau", "bureau中", 1), (2, "patch", "patch中", 0),
        (3, "team", "二班", 0), (1, "hall", "hall中", 0),
    ]  # fmt: skip
    assert [line.sentence.en for line in timeline("unit/team")] == ["Renamed from Team 1 to Team 2", "Team 1 added"]
    with pytest.raises(people.CodeTaken):
        people.add_unit(code="team", kind=UnitKind.TEAM, name=Text(zh="x", en="x"), parent=None, **WHO)


def test_a_part_of_the_tree_is_shown_without_what_is_above() -> None:
    assert [(unit.depth, unit.code) for unit in queries.unit_tree(units("bureau", "patch"))] == [
        (0, "bureau"),
        (1, "patch"),
    ]


def test_a_unit_moves_with_everything_below_it() -> None:
    people.move_unit(code="bureau", parent="hall", **WHO)
    assert tree() == [(0, "city"), (1, "hall"), (2, "bureau"), (3, "patch")]
    assert queries.unit_tree()[-1].above == ("city", "hall", "bureau")
    [moved, added] = timeline("unit/bureau")
    assert moved.kind == "people.unit_moved"
    assert moved.sentence == Text(zh="由“city中”划归“hall中”", en="Moved from City to Hall")
    assert (moved.data["old_parent"], moved.data["parent"]) == ("city", "hall")
    assert (added.kind, [line.kind for line in timeline("unit/hall")]) == ("people.unit_added", ["people.unit_added"])


def test_roles_reach_a_unit_from_where_it_has_moved_to_and_no_longer_from_where_it_was() -> None:
    people.grant_role(username="chen", role="supervisor", unit="hall", **WHO)
    assert reach("chen", "people.read") == {"hall"}
    people.move_unit(code="patch", parent="hall", **WHO)
    assert reach("chen", "people.read") == {"hall", "patch"}
    people.move_unit(code="patch", parent="city", **WHO)
    assert reach("chen", "people.read") == {"hall"}


def test_a_unit_ends_and_stays_in_the_books() -> None:
    people.end_unit(code="patch", actor="staff/lin", at=datetime(2026, 3, 31, 16, 0, tzinfo=UTC))
    unit = OrgUnit.objects.get(code="patch")
    assert (unit.valid_from, unit.valid_to) == (date(2026, 3, 2), date(2026, 4, 1))  # by the calendar of Shanghai
    assert tree() == [(0, "city"), (1, "bureau"), (1, "hall")]
    assert [(each.code, each.valid_to) for each in queries.unit_tree(ended=True)][2] == ("patch", date(2026, 4, 1))
    assert [line.sentence.en for line in timeline("unit/patch")] == ["Patch ended", "Patch added"]
    assert timeline("unit/patch")[0].actor == "staff/lin"


def test_a_unit_that_was_set_up_by_mistake_ends_on_its_first_day() -> None:
    people.end_unit(code="patch", **WHO)
    assert OrgUnit.objects.get(code="patch").valid_to == date(2026, 3, 2)


def test_whoever_has_left_does_not_keep_a_unit_from_ending() -> None:
    people.move_unit(code="patch", parent="city", **WHO)
    people.deactivate(username="chen", **WHO)
    people.end_unit(code="bureau", **WHO)
    assert tree() == [(0, "city"), (1, "hall"), (1, "patch")]
    with pytest.raises(people.EndedUnit) as refused:
        people.reactivate(username="chen", **WHO)
    assert refused.value.text.en == "Bureau ended on 2026-03-02; choose a unit that still exists."
    people.change_details(username="chen", unit="hall", **WHO)
    people.reactivate(username="chen", **WHO)
    assert Staff.objects.get(username="chen").is_active


def test_what_is_still_there_keeps_a_unit_from_ending_and_is_named() -> None:
    people.grant_role(username="lin", role="agent", unit="bureau", **WHO)
    with pytest.raises(people.UnitInUse) as refused:
        people.end_unit(code="bureau", **WHO)
    assert refused.value.text == Text(
        zh="“bureau中”还在使用，不能撤销。在岗人员：陈卫东（chen）；下级单位：patch中；在此授予的角色：lin（客服代表）。"
        "请先调走、撤销或收回。",
        en="Bureau is still in use and cannot be ended. Active people: 陈卫东 (chen); Units below: Patch; "
        "Roles held here: lin (Agent). Transfer, end or revoke these first.",
    )
    assert OrgUnit.objects.get(code="bureau").valid_to is None


def test_a_role_that_no_longer_exists_is_named_by_its_code() -> None:
    Grant.objects.create(id=OrgUnit.objects.get(code="hall").id, staff=Staff.objects.get(username="lin"), role="old_role",
                         unit=OrgUnit.objects.get(code="hall"), granted_at=AT)  # fmt: skip
    with pytest.raises(people.UnitInUse, match=r"Roles held here: lin \(old_role\)"):
        people.end_unit(code="hall", **WHO)


MOON = Text(zh="月", en="Moon")


@pytest.mark.parametrize(
    ("verb", "values", "refusal"),
    [
        (people.move_unit, {"code": "bureau", "parent": "bureau"}, people.BelowItself),
        (people.move_unit, {"code": "bureau", "parent": "patch"}, people.BelowItself),
        (people.move_unit, {"code": "bureau", "parent": "city"}, people.AlreadyThere),
        (people.move_unit, {"code": "city", "parent": "bureau"}, people.TopUnit),
        (people.move_unit, {"code": "bureau", "parent": "moon"}, people.UnknownUnit),
        (people.move_unit, {"code": "moon", "parent": "bureau"}, people.UnknownUnit),
        (people.move_unit, {"code": "patch", "parent": "hall"}, people.EndedUnit),
        (people.move_unit, {"code": "hall", "parent": "bureau"}, people.EndedUnit),
        (people.end_unit, {"code": "city"}, people.UnitInUse),
        (people.end_unit, {"code": "bureau"}, people.UnitInUse),
        (people.end_unit, {"code": "hall"}, people.EndedUnit),
        (people.end_unit, {"code": "moon"}, people.UnknownUnit),
        (people.rename_unit, {"code": "moon", "name": MOON}, people.UnknownUnit),
        (people.rename_unit, {"code": "hall", "name": MOON}, people.EndedUnit),
        (people.add_unit, {"code": "moon", "kind": UnitKind.TEAM, "name": MOON, "parent": "hall"}, people.EndedUnit),
        (people.add_unit, {"code": "moon", "kind": UnitKind.TEAM, "name": MOON, "parent": "sun"}, people.UnknownUnit),
        (people.add_unit, {"code": "hall", "kind": UnitKind.TEAM, "name": MOON, "parent": "city"}, people.CodeTaken),
        (people.grant_role, {"username": "chen", "role": "agent", "unit": "hall"}, people.EndedUnit),
        (people.change_details, {"username": "chen", "name": "陈", "unit": "hall"}, people.EndedUnit),
    ],
)
def test_refusals_change_nothing(verb: Callable[..., Any], values: dict[str, Any], refusal: type[KapokError]) -> None:
    people.end_unit(code="hall", **WHO)
    before = [list(table.objects.order_by("id").values()) for table in (Entry, OrgUnit, Staff, Grant)]
    with pytest.raises(refusal) as refused:
        verb(**values, actor="staff/lin", at=AT + timedelta(days=1))
    assert "{" not in refused.value.text.zh + refused.value.text.en
    assert [list(table.objects.order_by("id").values()) for table in (Entry, OrgUnit, Staff, Grant)] == before
