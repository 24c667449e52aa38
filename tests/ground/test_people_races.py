"""Two connections at once: what must not happen twice does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from kapok.ground.people import api as people
from kapok.ground.people import queries
from kapok.ground.people.models import FormerUnit, Grant, OrgUnit, Staff
from kapok.ground.people.rules import UnitKind
from kapok.kernel.text import Language, Text
from tests.ground.conftest import AT, WHO
from tests.races import outcomes

pytestmark = pytest.mark.usefixtures("committed_office")


@pytest.mark.parametrize("attempt", range(5))
def test_two_administrators_cannot_remove_each_other(attempt: int) -> None:
    people.grant_role(username="chen", role="administrator", unit="city", **WHO)
    outcome = outcomes(
        lambda: people.deactivate(username="lin", **WHO),
        lambda: people.revoke_role(username="chen", role="administrator", unit="city", **WHO),
    )
    assert outcome == ["LastAdministrator", "done"]
    assert Grant.objects.filter(role="administrator", revoked_at=None, staff__state="active").count() == 1


def test_a_person_is_deactivated_once() -> None:
    assert outcomes(*[lambda: people.deactivate(username="chen", **WHO)] * 4) == ["AlreadyDeactivated"] * 3 + ["done"]
    assert Staff.objects.get(username="chen").state == "deactivated"


def test_a_role_is_granted_once() -> None:
    def grant() -> None:
        people.grant_role(username="chen", role="agent", unit="hall", **WHO)

    assert outcomes(*[grant] * 4) == ["AlreadyHeld"] * 3 + ["done"]
    assert Grant.objects.filter(role="agent", revoked_at=None).count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_two_units_cannot_be_moved_below_each_other(attempt: int) -> None:
    outcome = outcomes(
        lambda: people.move_unit(code="bureau", parent="hall", **WHO),
        lambda: people.move_unit(code="hall", parent="patch", **WHO),
    )
    assert outcome == ["BelowItself", "done"]
    assert len(queries.unit_tree()) == 4  # in a ring, none of them would hang from the top


def end(code: str) -> Callable[[], Any]:
    return lambda: people.end_unit(code=code, **WHO)


@pytest.mark.parametrize("attempt", range(3))
@pytest.mark.parametrize(
    "filled",
    [
        lambda: people.change_details(username="chen", unit="patch", **WHO),
        lambda: people.grant_role(username="chen", role="agent", unit="patch", **WHO),
        lambda: people.move_unit(code="hall", parent="patch", **WHO),
        lambda: people.open_account(username="wu", name="吴", unit="patch", language=Language.ZH, **WHO),
        lambda: people.add_unit(code="team", kind=UnitKind.TEAM, name=Text(zh="班", en="Team"), parent="patch", **WHO),
    ],
    ids=["person", "role", "unit", "account", "new unit"],
)
def test_a_unit_cannot_end_while_something_is_put_there(filled: Callable[[], Any], attempt: int) -> None:
    outcome = outcomes(end("patch"), filled)
    ended = OrgUnit.objects.get(code="patch").valid_to is not None
    assert outcome == ["EndedUnit" if ended else "UnitInUse", "done"]


def test_a_person_cannot_come_back_to_a_unit_that_ends() -> None:
    people.deactivate(username="chen", **WHO)
    people.move_unit(code="patch", parent="city", **WHO)
    outcome = outcomes(end("bureau"), lambda: people.reactivate(username="chen", **WHO))
    ended = OrgUnit.objects.get(code="bureau").valid_to is not None
    assert outcome == ["EndedUnit" if ended else "UnitInUse", "done"]
    assert Staff.objects.get(username="chen").is_active is not ended


def test_a_unit_ends_once() -> None:
    assert outcomes(*[end("hall")] * 4) == ["EndedUnit"] * 3 + ["done"]


def test_renames_at_the_same_moment_follow_each_other() -> None:
    at = AT + timedelta(days=9)
    names = [Text(zh=f"{number}片", en=f"Patch {number}") for number in range(6)]
    outcome = outcomes(
        *[lambda name=name: people.rename_unit(code="patch", name=name, actor="staff/lin", at=at) for name in names]  # type: ignore[misc]
    )
    assert outcome == ["done"] * 6
    [former] = FormerUnit.objects.all()
    assert (former.name.en, former.period.lower, former.period.upper) == ("Patch", date(2026, 3, 2), date(2026, 3, 11))
