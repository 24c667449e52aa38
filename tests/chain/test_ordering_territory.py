"""Field work is done by the team of the ground that the address lies on: offered, promised and dispatched there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from kapok.back.workforce import api as workforce
from kapok.back.workforce import queries
from kapok.back.workforce.models import Appointment, WorkOrder
from kapok.ground.people import api as people
from kapok.ground.people.models import OrgUnit
from kapok.ground.people.rules import UnitKind
from kapok.ground.places import api as places
from kapok.ground.places import territories
from kapok.ground.places.rules import Segment
from kapok.ground.posts import api as posts
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Item, Matter
from kapok.kernel.text import Language, Text
from tests.chain import shop
from tests.chain.shop import by, later, line, live, placed, run
from tests.network.plant import AT, WHO

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_shop", "west")]
SAID: dict[str, Any] = {"actor": "staff/admin", "at": AT - timedelta(hours=1)}


@pytest.fixture
def west(open_shop: None, db: None) -> None:
    """The houses 1 and 9 lie in the west, where Wei works from Wednesday on; all else in the east."""
    for code, kind, parent in (
        ("tianhe-west", UnitKind.SERVICE_CENTRE, "tianhe"),
        ("tianhe-west-field", UnitKind.TEAM, "tianhe-west"),
        ("tianhe-west-1", UnitKind.PATCH, "tianhe-west"),
        ("tianhe-west-2", UnitKind.PATCH, "tianhe-west"),
    ):
        people.add_unit(code=code, kind=kind, name=Text(zh=code, en=code), parent=parent, **SAID)
    for username, unit in (("wei", "tianhe-west-field"), ("pan", "tianhe-west-2")):
        people.open_account(
            username=username, name=username.title(), unit=unit, language=Language.ZH, password="wet-cotton-9", **SAID
        )
        people.grant_role(username=username, role="technician", unit=unit, **SAID)
    posts.award_skill(username="wei", skill="fibre", level=3, **SAID)
    for days in (2, 3):
        posts.plan_shift(username="wei", day=timezone.localdate(AT) + timedelta(days=days), shift="day", **SAID)
    for unit, segment, address in (
        ("tianhe-east-1", Segment.PUBLIC, "road"),
        ("tianhe-west-1", Segment.PUBLIC, "n1"),
        ("tianhe-west-1", Segment.PUBLIC, "n9"),
    ):
        places.assign_patch(unit=unit, segment=segment, address=address, since=AT, **WHO)


def window(address: str) -> tuple[datetime, datetime]:
    found = queries.windows(address=address, skill="fibre", minutes=90, after=AT, days=5)[0]
    return found.starts_at, found.ends_at


def field(subject: str) -> WorkOrder:
    """The work order that is to be done now."""
    rows = WorkOrder.objects.select_related("unit", "technician", "appointment__unit", "item__unit")
    return rows.get(item__matter__subject=subject, item__ended_at=None)


def near(subject: str) -> str:
    found = Matter.objects.select_related("near").get(subject=subject).near
    return found.code if found else ""


def test_an_order_is_promised_offered_and_dispatched_on_the_ground_of_its_address() -> None:
    chosen = window("r101")
    assert chosen[0].date() == (AT + timedelta(days=2)).date()  # Wei's first day; in the east somebody is there today
    assert window("n3")[0].date() == AT.date()
    number = placed(window=chosen)
    subject = f"order/{number}-1"
    assert (near(subject), Appointment.objects.select_related("unit").get().unit.code) == ("tianhe-west-1",) * 2
    run(1)
    row = field(subject)
    assert (row.kind, row.unit.code, row.item.unit.code, row.item.skill) == (
        "visit", "tianhe-west-field", "tianhe-west-field", "fibre",
    )  # fmt: skip
    assert workforce.dispatch(item=row.item_id, **by("dispatcher", 2)).technician == "wei"
    workforce.accept(item=row.item_id, **by("wei", 3))
    assert (field(subject).state, field(subject).item.holder_id) == ("appointed", field(subject).technician_id)


def test_where_no_window_is_chosen_the_team_of_that_ground_agrees_it_whoever_is_on_duty_elsewhere() -> None:
    number, other = placed(), placed(line(address="n3"))
    run(1)
    assert live(number) == live(other) == {"appoint"}
    assert field(f"order/{number}-1").unit.code == "tianhe-west-field"
    assert field(f"order/{other}-1").unit.code == "tianhe-east-field"
    with pytest.raises(baton.NotYours):
        baton.accept(item=field(f"order/{number}-1").item_id, **by("technician", 2))


def test_a_fault_is_repaired_from_the_ground_it_is_on() -> None:
    facts = {"service": "fixed_broadband", "segment": "public", "area": "urban", "fault_kind": "access_line"}
    told: dict[str, Any] = {"kind": "fault.reported", "title": "光猫亮红灯", "facts": facts}
    here = work.open_matter(near="tianhe-west-1", **told, **by("agent"))
    anywhere = work.open_matter(**told, **by("agent"))
    for subject in (here, anywhere):
        for stage, who in (("accept", "agent"), ("dispatch", "dispatcher")):
            item = Item.objects.get(matter__subject=subject, stage=stage).id
            baton.accept(item=item, **by(who, 1))
            baton.deliver(item=item, **by(who, 1))
    assert field(here).unit.code == "tianhe-west-field"
    assert field(anywhere).unit.code == "tianhe-east-field"  # nearest with somebody on duty, as before
    item = field(here).item_id
    workforce.accept(item=item, **by("wei", 3))
    chosen = window("n9")
    workforce.appoint(
        item=item, starts_at=chosen[0], ends_at=chosen[1], errand=workforce.Errand("n9", "fibre", 60), **by("wei", 4)
    )
    workforce.reply(item=item, **by("wei", 5))
    assert (field(here).item.stage, field(here).unit.code) == ("drop", "tianhe-west-field")
    assert workforce.dispatch(item=field(here).item_id, **by("dispatcher", 6)).technician == "wei"


def test_the_ground_of_the_appointment_decides_where_a_matter_did_not_know_it() -> None:
    """A fault of which nobody said where it is: the east asks the customer, the visit is the west's."""
    facts = {"service": "fixed_broadband", "segment": "public", "area": "urban", "fault_kind": "access_line"}
    fault = work.open_matter(kind="fault.reported", title="光猫亮红灯", facts=facts, **by("agent"))
    for stage, who in (("accept", "agent"), ("dispatch", "dispatcher")):
        item = Item.objects.get(matter__subject=fault, stage=stage).id
        baton.accept(item=item, **by(who, 1))
        baton.deliver(item=item, **by(who, 1))
    item = field(fault).item_id
    workforce.accept(item=item, **by("technician", 3))
    chosen = window("n9")
    workforce.appoint(
        item=item, starts_at=chosen[0], ends_at=chosen[1], errand=workforce.Errand("n9", "fibre", 60),
        **by("technician", 4),
    )  # fmt: skip
    assert near(fault) == "tianhe-west-1"
    workforce.reply(item=item, **by("technician", 5))
    assert (field(fault).item.stage, field(fault).unit.code) == ("drop", "tianhe-west-field")


def test_whoever_is_sent_from_the_promised_ground_is_offered_the_work_of_another_unit() -> None:
    """The unit that has the visit is another one, as a flow that names a unit would have it."""
    number = placed(window=window("r101"))
    run(1)
    subject = f"order/{number}-1"
    row = field(subject)
    baton.carry_to(item=row.item_id, unit="tianhe-east-field", **by("dispatcher", 2))
    assert (field(subject).unit.code, field(subject).state) == ("tianhe-east-field", "created")
    assert workforce.dispatch(item=row.item_id, **by("dispatcher", 3)).technician == "wei"
    now = field(subject)
    assert (now.unit.code, now.item.unit.code, now.state, now.technician and now.technician.username) == (
        "tianhe-west-field", "tianhe-west-field", "dispatched", "wei",
    )  # fmt: skip
    workforce.accept(item=row.item_id, **by("wei", 4))
    with pytest.raises(baton.NotOffered):
        baton.carry_to(item=row.item_id, unit="tianhe-east-field", **by("dispatcher", 5))


def test_the_segment_has_its_own_ground() -> None:
    places.assign_patch(unit="tianhe-west-2", segment=Segment.BUSINESS, address="n3", since=AT, **WHO)

    def asked(segment: str) -> dict[str, str]:
        found = territories.territories_of(["n3", "r101", "nowhere"], segment, at=later(1))
        units: dict[Any, str] = dict(OrgUnit.objects.values_list("id", "code"))
        return {code: units.get(each.unit, "") for code, each in found.items()}

    assert asked("public") == {"n3": "tianhe-east-1", "r101": "tianhe-west-1", "nowhere": ""}
    assert asked("business") == {"n3": "tianhe-west-2", "r101": "tianhe-west-1", "nowhere": ""}
    number = placed(line(address="n3"), whose=shop.customer("陈公司", "business"), channel="business")
    assert near(f"order/{number}-1") == "tianhe-west-2"
