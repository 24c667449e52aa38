"""What the system does in the baton: it begins a matter later, hands in for a unit, sends back, leaves work to people."""

from __future__ import annotations

import pytest

from kapok.ground.journal.models import Entry
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Delivery, Handoff, Item
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from tests.ground.work_office import by, do, fault, item, later, live, matter, set_up_work, stage

pytestmark = pytest.mark.django_db
SYSTEM = "system/ordering"


@pytest.fixture(autouse=True)
def _office(db: None) -> None:
    set_up_work()


def kinds(subject: str) -> list[tuple[str, str]]:
    entries = Entry.objects.filter(subject=subject).order_by("recorded_at", "id")
    return [
        (kind, actor) for kind, actor in entries.values_list("kind", "actor") if kind.startswith(("handoff.", "work."))
    ]


def test_a_matter_may_begin_later() -> None:
    subject = fault(flow=True, begin=False)
    assert matter(subject).flow is not None
    assert live(subject) == set()
    work.begin(matter=subject, **by("agent", 5))
    assert live(subject) == {"accept"}
    work.begin(matter=subject, **by("agent", 6))
    assert Item.objects.filter(matter__subject=subject).count() == 1
    with pytest.raises(work.UnknownMatter):
        work.begin(matter="fault/none", **by("agent", 5))


def test_the_system_hands_in_for_who_answers() -> None:
    subject = fault(flow=True)
    one = stage(subject, "accept")
    baton.carry_out(item=one, note="自动受理", at=later(3))
    row = item(one)
    assert (row.state, row.holder and row.holder.username, row.accountable.username) == ("delivered", "agent", "agent")
    assert live(subject) == {"drop", "inform"}
    assert kinds(f"work/{one}") == [
        ("handoff.offered", "staff/agent"), ("handoff.accepted", SYSTEM), ("handoff.delivered", SYSTEM),
    ]  # fmt: skip
    delivery = Delivery.objects.get(item=one)
    assert (delivery.delivered_by.username, delivery.note) == ("agent", "自动受理")


def test_what_somebody_holds_stays_theirs() -> None:
    subject = fault(flow=True)
    one = stage(subject, "accept")
    baton.accept(item=one, **by("agent2", 1))
    baton.carry_out(item=one, at=later(3))
    assert Delivery.objects.get(item=one).delivered_by.username == "agent2"


def test_the_system_gives_evidence_like_everybody() -> None:
    subject = fault(flow=True)
    baton.carry_out(item=stage(subject, "accept"), at=later(1))
    drop = stage(subject, "drop")
    with pytest.raises(baton.EvidenceMissing):
        baton.carry_out(item=drop, at=later(2))
    assert item(drop).state == "offered"
    baton.carry_out(item=drop, evidence=["光功率 -18 dBm"], at=later(2))
    assert item(drop).state == "delivered"


def test_what_is_done_is_not_done_again() -> None:
    subject = fault(flow=True)
    one = stage(subject, "accept")
    baton.carry_out(item=one, at=later(1))
    with pytest.raises(baton.NotHeld):
        baton.carry_out(item=one, at=later(2))
    assert Delivery.objects.filter(item=one).count() == 1


def test_the_system_sends_back_what_it_finds_wanting() -> None:
    subject = fault(flow=True)
    baton.carry_out(item=stage(subject, "accept"), at=later(1))
    do(subject, "drop", "tech", 2, "照片")
    do(subject, "inform", "agent", 4)
    test = stage(subject, "test")
    baton.carry_back(item=test, to="accept", why=Text(zh="光功率过低", en="too little light"), at=later(6))
    assert item(test).state == "withdrawn"
    assert live(subject) == {"accept"}
    with pytest.raises(KapokError, match="accept"):
        baton.carry_back(item=stage(subject, "accept"), to="drop", why=Text(zh="不可", en="not so"), at=later(7))


def test_what_the_system_cannot_do_is_left_to_people() -> None:
    subject = fault(flow=True)
    one = stage(subject, "accept")
    baton.leave_to_people(item=one, why=Text(zh="设备无应答", en="no answer"), at=later(1))
    assert Handoff.objects.get(item=one).note == "设备无应答 / no answer"
    entry = Entry.objects.get(subject=f"work/{one}", kind="work.left_to_people")
    assert entry.data == {"why": {"zh": "设备无应答", "en": "no answer"}}
    assert item(one).state == "offered"


def test_the_module_that_runs_a_matter_tells_of_it_but_pauses_nothing() -> None:
    subject = fault(flow=True)
    work.tell(matter=subject, kind="fault.cancelled", note="系统撤销", actor=SYSTEM, at=later(2))
    assert matter(subject).cancelled_at == later(2)
    assert live(subject) == set()
    with pytest.raises(work.PausesClocks):
        work.tell(matter=subject, kind="customer.deferred", actor=SYSTEM, at=later(3))
    with pytest.raises(work.UnknownKind):
        work.tell(matter=subject, kind="fault.vanished", actor=SYSTEM, at=later(3))
