"""A small field team: an east service centre with two patches, three technicians, a road; and one in the west."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from kapok.back.workforce import api
from kapok.ground.people import api as people
from kapok.ground.people.rules import UnitKind
from kapok.ground.places import api as places
from kapok.ground.places.rules import Level, Segment
from kapok.ground.posts import api as posts
from kapok.kernel.text import Language, Text
from tests import worlds

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Guangzhou
MONDAY = AT.date()
WHO: dict[str, Any] = {"actor": "staff/tester", "at": AT}


def named(zh: str) -> Text:
    return Text(zh=zh, en=zh.upper())


def clock(hour: float, days: int = 1) -> datetime:
    """That hour by the clock of Guangzhou, so many days after the Monday."""
    return datetime(2026, 3, 1, 16, tzinfo=UTC) + timedelta(days=days, hours=hour)


UNITS = (
    ("city", UnitKind.BRANCH, None),
    ("response", UnitKind.CENTRE, "city"),
    ("dispatch", UnitKind.TEAM, "response"),
    ("hotline", UnitKind.TEAM, "response"),
    ("bureau", UnitKind.BUREAU, "city"),
    ("east", UnitKind.SERVICE_CENTRE, "bureau"),
    ("east-field", UnitKind.TEAM, "east"),
    ("east-1", UnitKind.PATCH, "east"),
    ("east-2", UnitKind.PATCH, "east"),
    ("west", UnitKind.SERVICE_CENTRE, "bureau"),
)
PEOPLE = (
    ("head", "manager", "city"),
    ("disp", "dispatcher", "dispatch"),
    ("super", "supervisor", "city"),
    ("agent", "agent", "hotline"),
    ("han", "technician", "east-field"),
    ("liu", "technician", "east-field"),
    ("mo", "technician", "east-2"),
    ("wu", "technician", "west"),
)


def set_up() -> None:
    """The team without work."""
    worlds.begin("team", set_up_team)


def set_up_team() -> None:
    """Han and Liu splice fibre (Liu climbs, too), Mo only in the second patch, Wu in the west; Han is on from 8 to 16."""
    for code, kind, parent in UNITS:
        people.add_unit(code=code, kind=kind, name=named(code), parent=parent, **WHO)
    for username, role, unit in PEOPLE:
        people.open_account(
            username=username, name=username.title(), unit=unit, language=Language.ZH, password="wet-cotton-9", **WHO
        )
        people.grant_role(username=username, role=role, unit=unit, **WHO)
    for skill in ("fibre", "climbing", "diving"):
        posts.define_skill(code=skill, title=named(skill), **WHO)
    for username, skill, level in (
        ("han", "fibre", 3), ("liu", "fibre", 2), ("liu", "climbing", 2), ("mo", "fibre", 2), ("wu", "fibre", 2),
        ("han", "climbing", 1),
    ):  # fmt: skip
        posts.award_skill(username=username, skill=skill, level=level, **WHO)
    posts.define_shift(code="day", title=named("day"), starts=time(8), ends=time(16), **WHO)
    posts.define_shift(code="short", title=named("short"), starts=time(10), ends=time(14), **WHO)
    for username, shift in (("han", "day"), ("liu", "short"), ("mo", "day"), ("wu", "day")):
        for days in (0, 1):
            posts.plan_shift(username=username, day=MONDAY + timedelta(days=days), shift=shift, **WHO)
    set_up_places()


def set_up_places() -> None:
    """Road A lies in the first patch, road B in the second, road C in the west's exchange area, road D nowhere."""
    places.draw_exchange_area(code="EA", name=named("ea"), unit="east", **WHO)
    places.draw_exchange_area(code="WA", name=named("wa"), unit="west", **WHO)
    places.draw_exchange_area(code="NA", name=named("na"), **WHO)
    places.add_address(code="gd", level=Level.PROVINCE, name=named("gd"), parent=None, **WHO)
    for code, area in (("a", "EA"), ("b", "EA"), ("c", "WA"), ("d", "NA")):
        places.add_address(code=code, level=Level.ROAD, name=named(code), parent="gd", exchange_area=area, **WHO)
    for number, longitude in ((1, 113.32), (3, 113.33), (5, 113.34)):
        places.add_address(
            code=f"a{number}", level=Level.NUMBER, name=named(f"a{number}"), parent="a", longitude=longitude,
            latitude=23.13, **WHO,
        )  # fmt: skip
    for road, patch in (("a", "east-1"), ("b", "east-2")):
        places.assign_patch(unit=patch, segment=Segment.PUBLIC, address=road, since=AT - timedelta(days=1), **WHO)


def book(holder: str = "order/O2026-000001-1", hour: float = 10, **more: Any) -> UUID:
    """A visit of an hour for splicing at a1, tomorrow from 10 to 12, unless said otherwise."""
    said: dict[str, Any] = {
        "address": "a1", "skill": "fibre", "minutes": 60, "starts_at": clock(hour), "ends_at": clock(hour + 2)
    }  # fmt: skip
    return api.book(holder=holder, **{**said, **more}, **WHO)
