"""A small operator to try the verbs of the ground on."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from kapok.ground.people import api as people
from kapok.ground.people.models import Staff
from kapok.ground.people.rules import UnitKind
from kapok.ground.posts import api as posts
from kapok.kernel.text import Language, Text
from tests import worlds

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
WHO = {"actor": "staff/tester", "at": AT}


def set_up_office() -> SimpleNamespace:
    """city > bureau > patch, and hall beside the bureau; Lin administers the city, Chen works in the bureau."""
    worlds.begin("office", _set_up_office)
    return SimpleNamespace(lin="lin", chen="chen")


def _set_up_office() -> None:
    for code, kind, parent in (
        ("city", UnitKind.BRANCH, None),
        ("bureau", UnitKind.BUREAU, "city"),
        ("patch", UnitKind.PATCH, "bureau"),
        ("hall", UnitKind.HALL, "city"),
    ):
        people.add_unit(code=code, kind=kind, name=Text(zh=f"{code}中", en=code.title()), parent=parent, **WHO)
    for username, name, unit in (("lin", "林静", "city"), ("chen", "陈卫东", "bureau")):
        people.open_account(
            username=username, name=name, unit=unit, language=Language.ZH, phone="13800138000",
            email=f"{username}@example.com", password="wet-cotton-9", **WHO,
        )  # fmt: skip
    people.grant_role(username="lin", role="administrator", unit="city", **WHO)


@pytest.fixture
def office(db: None) -> SimpleNamespace:
    return set_up_office()


@pytest.fixture
def committed_office(transactional_db: None) -> SimpleNamespace:
    """The same office, visible to other connections."""
    return set_up_office()


def set_up_posts() -> SimpleNamespace:
    """The office with a post `desk` at the bureau: Chen is A, Mei is B; Wu belongs there too."""
    worlds.begin("posts of the office", _set_up_posts)
    return SimpleNamespace(staff=dict(Staff.objects.values_list("username", "id")))


def _set_up_posts() -> None:
    _set_up_office()
    for username, name in (("mei", "梅芳"), ("wu", "吴畏")):
        people.open_account(
            username=username, name=name, unit="bureau", language=Language.ZH, password="wet-cotton-9", **WHO
        )
    title = Text(zh="值班台", en="Desk")
    posts.open_post(code="desk", function="desk", title=title, unit="bureau", a="chen", b="mei", **WHO)


@pytest.fixture
def committed_desk(transactional_db: None) -> SimpleNamespace:
    """The same, visible to other connections."""
    return set_up_posts()
