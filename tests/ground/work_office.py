"""A small operator at work: a hotline, a dispatch desk and a field team with posts, and a flow that branches."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kapok.ground.catalog import api as catalog
from kapok.ground.people import api as people
from kapok.ground.people.models import Staff
from kapok.ground.people.rules import UnitKind
from kapok.ground.posts import api as posts
from kapok.ground.posts import queries as posts_queries
from kapok.ground.posts.rules import LEAD, Place
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Item, Matter
from kapok.kernel.text import Language, Text
from tests import worlds
from tests.ground.conftest import AT

UNITS = (
    ("city", UnitKind.BRANCH, None),
    ("response", UnitKind.CENTRE, "city"),
    ("hotline", UnitKind.TEAM, "response"),
    ("dispatch", UnitKind.TEAM, "response"),
    ("field", UnitKind.TEAM, "city"),
    ("exchange", UnitKind.TEAM, "city"),
)
PEOPLE = (
    ("lead", "city", "manager"),
    ("judge", "city", "supervisor"),
    ("agent", "hotline", "agent"),
    ("agent2", "hotline", "agent"),
    ("desk", "dispatch", "dispatcher"),
    ("desk2", "dispatch", "dispatcher"),
    ("tech", "field", "technician"),
    ("tech2", "field", "technician"),
    ("tech3", "field", "technician"),
    ("engineer", "exchange", "noc_engineer"),
)
POSTS = (
    ("head", LEAD, "city", "lead", "judge"),
    ("reception", "reception", "hotline", "agent", "agent2"),
    ("dispatching", "dispatching", "dispatch", "desk", "desk2"),
    ("repair", "repair", "field", "tech", "tech2"),
)
FLOW: dict[str, Any] = {
    "code": "repair",
    "title": {"zh": "修复", "en": "Repair"},
    "line": "assurance",
    "serves": {"pack": "guangzhou-pledges", "code": "repair"},
    "applies": {"service": ["fixed_voice"]},
    "nodes": [
        {"kind": "start", "code": "start"},
        {"kind": "stage", "code": "accept", "title": {"zh": "受理", "en": "Accept"}, "unit": "hotline", "budget": "30 minutes"},
        {"kind": "split", "code": "both"},
        {"kind": "stage", "code": "drop", "title": {"zh": "入户修复", "en": "Drop"}, "unit": "field", "budget": "8 hours",
         "evidence": [{"zh": "照片", "en": "photo"}]},
        {"kind": "stage", "code": "inform", "title": {"zh": "告知", "en": "Inform"}, "unit": "hotline", "budget": "2 hours"},
        {"kind": "join", "code": "done"},
        {"kind": "stage", "code": "test", "title": {"zh": "测试", "en": "Test"}, "unit": "exchange", "budget": "15 minutes"},
        {"kind": "end", "code": "end"},
    ],
    "edges": [
        {"from": "start", "to": "accept"},
        {"from": "accept", "to": "both"},
        {"from": "both", "to": "drop"},
        {"from": "both", "to": "inform"},
        {"from": "drop", "to": "done"},
        {"from": "inform", "to": "done"},
        {"from": "done", "to": "test"},
        {"from": "test", "to": "end"},
        {"from": "test", "to": "accept", "returns": {"zh": "未通过", "en": "failed"}},
    ],
}  # fmt: skip
WITH_FLOW = {"service": "fixed_voice"}


def later(minutes: float) -> datetime:
    """So many minutes after the office opened."""
    return AT + timedelta(minutes=minutes)


def by(username: str, minutes: float = 0) -> dict[str, Any]:
    """Who acts, and when."""
    return {"actor": f"staff/{username}", "at": later(minutes)}


def left(username: str, successor: str) -> None:
    """Somebody leaves the company in the first minute; the successor holds their posts from then on."""
    for held in posts_queries.posts_of(Staff.objects.get(username=username).id, later(1)):
        place = Place.A if held.a and held.a.username == username else Place.B
        posts.appoint(post=held.code, place=place, username=successor, **by("lead", 1))
    people.deactivate(username=username, **by("lead", 1))


def set_up_work() -> None:
    """Units, people with their roles, posts with A and B, one flow in force."""
    worlds.begin("work", _set_up_work)


def _set_up_work() -> None:
    who = {"actor": "staff/tester", "at": AT - timedelta(days=1)}
    for code, kind, parent in UNITS:
        people.add_unit(code=code, kind=kind, name=Text(zh=f"{code}班", en=code.title()), parent=parent, **who)
    for username, unit, role in PEOPLE:
        people.open_account(
            username=username, name=username, unit=unit, language=Language.ZH, password="wet-cotton-9", **who
        )
        people.grant_role(username=username, role=role, unit=unit, **who)
    for code, function, unit, a, b in POSTS:
        posts.open_post(code=code, function=function, title=Text(zh=code, en=code), unit=unit, a=a, b=b, **who)
    catalog.draft_flow(document=FLOW, **who)
    catalog.publish_flow(code="repair", revision=1, **who)


def fault(*, minutes: float = 0, flow: bool = False, **more: Any) -> str:
    """A fault reported to the hotline's agent."""
    facts = WITH_FLOW if flow else {"service": "wireless"}
    return work.open_matter(
        kind="fault.reported", title="没有拨号音", **{"facts": facts} | more, **by("agent", minutes)
    )


def offered(matter: str, unit: str = "field", *, minutes: float = 0, who: str = "agent", **more: Any) -> UUID:
    """Work outside of the flow, offered by the agent."""
    title = Text(zh="上门修复", en="Repair on site")
    return baton.offer(matter=matter, title=title, unit=unit, **more, **by(who, minutes))


def held(matter: str, *, minutes: float = 0, who: str = "tech", **more: Any) -> UUID:
    """The same, accepted at once by a technician."""
    item = offered(matter, minutes=minutes, **more)
    baton.accept(item=item, **by(who, minutes))
    return item


def stage(matter: str, code: str) -> UUID:
    """The item of a stage that is to be done now."""
    return Item.objects.get(matter__subject=matter, stage=code, undone_at=None, ended_at=None).id


def do(matter: str, code: str, who: str, minutes: float, *evidence: str) -> None:
    """Accept and deliver a stage."""
    item = stage(matter, code)
    baton.accept(item=item, **by(who, minutes))
    baton.deliver(item=item, evidence=evidence, **by(who, minutes + 1))


def live(matter: str) -> set[str]:
    """The stages that somebody has to do now."""
    rows = Item.objects.filter(matter__subject=matter, ended_at=None)
    return set(rows.values_list("stage", flat=True))


def item(identifier: UUID) -> Item:
    """The item as it stands."""
    return Item.objects.select_related("unit", "accountable", "holder").get(id=identifier)


def matter(subject: str) -> Matter:
    """The matter as it stands."""
    return Matter.objects.select_related("first_contact", "acting", "unit").get(subject=subject)
