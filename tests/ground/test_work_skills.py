"""A stage that takes a skill goes to the nearest unit that has it, and only who has it takes it."""

from __future__ import annotations

import copy
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kapok.ground.catalog import api as catalog
from kapok.ground.journal.models import Entry
from kapok.ground.people import api as people
from kapok.ground.people.rules import UnitKind
from kapok.ground.posts import api as posts
from kapok.ground.posts import queries
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Item
from kapok.kernel.text import Language, Text
from tests.ground.conftest import AT
from tests.ground.work_office import FLOW, by, do, fault, item, live, offered, set_up_work, stage

pytestmark = pytest.mark.django_db
BEFORE = {"actor": "staff/tester", "at": AT - timedelta(hours=1)}


@pytest.fixture(autouse=True)
def _office(db: None) -> None:
    set_up_work()
    posts.define_skill(code="fibre", title=Text(zh="光纤熔接", en="Fibre splicing"), **BEFORE)
    posts.define_shift(code="day", title=Text(zh="白班", en="Day"), starts=time(0), ends=time(0), **BEFORE)


def able(*usernames: str, skill: str = "fibre") -> None:
    for username in usernames:
        posts.award_skill(username=username, skill=skill, level=2, **BEFORE)


def on_duty(username: str) -> None:
    for day in range(2):
        moment = AT - timedelta(days=1 - day)
        posts.plan_shift(username=username, day=date(moment.year, moment.month, moment.day), shift="day", **BEFORE)


def nearest(near: str, *, on_its_ground: bool = False) -> str | None:
    found = queries.unit_with_skill("fibre", near=near, at=AT, on_its_ground=on_its_ground)
    return found.code if found else None


def with_skill() -> None:
    """From now on the repair at the drop takes the skill."""
    document: dict[str, Any] = copy.deepcopy(FLOW)
    node = next(each for each in document["nodes"] if each["code"] == "drop")
    del node["unit"]
    node["skill"] = "fibre"
    catalog.draft_flow(document=document, **BEFORE)
    catalog.publish_flow(code="repair", revision=1, **BEFORE)


def test_nobody_has_it() -> None:
    assert nearest("hotline") is None
    able("tech3")
    people.deactivate(username="tech3", **BEFORE)
    assert nearest("hotline") is None


def test_the_nearest_unit_in_the_tree_has_it() -> None:
    able("tech", "desk")  # from the hotline: the desk two steps away, the field three
    assert [nearest(unit) for unit in ("hotline", "dispatch", "field", "city")] == [
        "dispatch",
        "dispatch",
        "field",
        "field",
    ]
    able("agent")
    assert nearest("hotline") == "hotline"


def test_who_is_on_duty_goes_before_who_is_near_and_who_is_away_comes_last() -> None:
    able("desk", "tech")
    on_duty("tech")
    assert nearest("hotline") == "field"
    posts.declare_absent(username="tech", until=AT + timedelta(days=1), note="家中急事", **BEFORE)
    assert nearest("hotline") == "dispatch"
    posts.declare_absent(username="desk", until=AT + timedelta(days=1), note="家中急事", **BEFORE)
    assert nearest("hotline") == "dispatch"


def test_on_its_ground_the_own_team_goes_before_whoever_is_on_duty_elsewhere() -> None:
    for code, kind, parent in (
        ("east", UnitKind.SERVICE_CENTRE, "city"),
        ("east-team", UnitKind.TEAM, "east"),
        ("east-1", UnitKind.PATCH, "east"),
        ("east-2", UnitKind.PATCH, "east"),
    ):
        people.add_unit(code=code, kind=kind, name=Text(zh=code, en=code), parent=parent, **BEFORE)
    for username, unit in (("ann", "east-team"), ("ben", "east-2")):
        people.open_account(
            username=username, name=username, unit=unit, language=Language.ZH, password="wet-cotton-9", **BEFORE
        )
    able("tech", "ann", "ben")
    on_duty("tech")
    on_duty("ben")
    assert nearest("east-1") == "east-2"
    assert nearest("east-1", on_its_ground=True) == "east-team"
    assert nearest("east-2", on_its_ground=True) == "east-2"
    people.deactivate(username="ann", **BEFORE)
    assert nearest("east-1", on_its_ground=True) == "east-2"


def test_another_operator_does_not_lend_its_people() -> None:
    people.add_unit(code="other", kind=UnitKind.BRANCH, name=Text(zh="别家", en="Other"), parent=None, **BEFORE)
    people.open_account(
        username="stranger", name="stranger", unit="other", language=Language.ZH, password="wet-cotton-9", **BEFORE
    )
    able("stranger")
    assert nearest("hotline") is None
    assert nearest("other") == "other"


def test_one_query_whatever_there_is() -> None:
    able("desk", "tech", "agent2")
    with CaptureQueriesContext(connection) as queried:
        nearest("exchange")
    assert len(queried) == 1


def test_the_stage_goes_to_who_can_and_only_they_take_it() -> None:
    able("tech2")
    with_skill()
    subject = fault(flow=True)
    do(subject, "accept", "agent", 1)
    drop = stage(subject, "drop")
    row = item(drop)
    assert (row.unit.code, row.skill, row.accountable.username) == ("field", "fibre", "tech")
    with pytest.raises(baton.LacksSkill) as refused:
        baton.accept(item=drop, **by("tech", 3))
    assert "光纤熔接" in refused.value.text.zh
    assert "Fibre splicing" in refused.value.text.en
    assert item(drop).state == "offered"
    baton.accept(item=drop, **by("tech2", 4))
    assert item(drop).state == "held"


def test_a_skill_that_has_run_out_is_none() -> None:
    posts.award_skill(username="tech", skill="fibre", level=2, until=AT + timedelta(minutes=5), **BEFORE)
    able("tech2")
    with_skill()
    subject = fault(flow=True)
    do(subject, "accept", "agent", 1)
    with pytest.raises(baton.LacksSkill):
        baton.accept(item=stage(subject, "drop"), **by("tech", 9))


def test_a_transfer_asks_for_the_skill_too() -> None:
    able("tech2")
    with_skill()
    subject = fault(flow=True)
    do(subject, "accept", "agent", 1)
    drop = stage(subject, "drop")
    baton.accept(item=drop, **by("tech2", 2))
    baton.transfer(item=drop, unit="exchange", note="请协助", **by("tech2", 3))
    with pytest.raises(baton.LacksSkill):
        baton.accept(item=drop, **by("engineer", 4))


def test_where_nobody_can_anybody_of_the_matters_unit_may_and_it_is_noted() -> None:
    with_skill()
    subject = fault(flow=True)
    do(subject, "accept", "agent", 1)
    row = item(stage(subject, "drop"))
    assert (row.unit.code, row.skill) == ("hotline", "")
    noted = Entry.objects.get(subject=subject, kind="work.defect_noted", data__code="nobody_able")
    assert noted.data["what"]["en"] == "nobody has the skill Fibre splicing"
    do(subject, "drop", "agent2", 5, "照片")
    assert live(subject) == {"inform"}


def test_a_skill_that_nobody_has_set_up_keeps_a_flow_from_being_published() -> None:
    document = copy.deepcopy(FLOW)
    document["nodes"][1] |= {"unit": "", "skill": "telepathy"}
    catalog.draft_flow(document=document, **BEFORE)
    with pytest.raises(catalog.FlowRefused, match="telepathy"):
        catalog.publish_flow(code="repair", revision=1, **BEFORE)


def test_work_outside_of_a_flow_takes_no_skill() -> None:
    one = offered(fault())
    baton.accept(item=one, **by("tech3", 1))
    assert not Item.objects.exclude(skill="").exists()
