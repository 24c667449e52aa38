"""One urge is one number everywhere: on the pages of matter and order, on the board, the phone and at the desk."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client

from kapok.back.workforce.models import WorkOrder
from kapok.chain.ordering import queries as orders
from kapok.front.channels import api as channels
from kapok.front.channels.online import api as online
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import line as as_line
from kapok.ground.notices.models import Notice
from kapok.ground.notices.reactions import tell
from kapok.ground.people.models import Staff
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Item, Urge
from kapok.kernel.text import Language
from tests.chain import shop
from tests.console.conftest import SignedIn

FIELD = "tianhe-east-field"
BADGE, TALLY = re.compile(r"urged ×(\d+)"), re.compile(r"urged (\d+) time")


@pytest.fixture
def chen(open_counter: str, cast: object) -> str:
    """A customer of the shop."""
    return open_counter


@pytest.fixture
def reads(signed_in: SignedIn) -> Callable[..., Client]:
    """Somebody who reads in English."""
    Staff.objects.update(must_change_password=False)
    return lambda role: signed_in(role, Language.EN)


def ordered(whose: str) -> tuple[str, str]:
    """An order at its visit: its subject, and the number of the order."""
    number = shop.placed(whose=whose)
    shop.run(1)
    shop.do(number, "appoint", 2)
    return shop.leg(number).subject, number


def broken(whose: str) -> str:
    """A fault that the field has to agree a window for: its subject."""
    facts = {"service": "fixed_broadband", "area": "urban"}
    asked = {"kind": "fault", "title": "光猫亮红灯", "channel": "hotline", "customer": whose, "facts": facts}
    fault, _ = channels.ask(**asked, **shop.by("agent"))
    for minutes, (stage, who) in enumerate((("accept", "agent"), ("dispatch", "dispatcher")), 1):
        item = Item.objects.get(matter__subject=fault, stage=stage, ended_at=None)
        learnt = {"fault_kind": "access_line"} if stage == "accept" else {}
        baton.accept(item=item.id, **shop.by(who, minutes))
        baton.deliver(item=item.id, facts=learnt, **shop.by(who, minutes))
    return fault


def visit_of(subject: str) -> UUID:
    """The work of the field that is in hand."""
    return WorkOrder.objects.get(item__matter__subject=subject, item__ended_at=None).item_id


def shown(reads: Callable[..., Client], whose: str, subject: str, number: str = "") -> dict[str, set[str]]:
    """Which numbers of urges each page says."""
    agent, dispatcher = reads("agent"), reads("dispatcher")
    pages = {
        "board": dispatcher.get("/dispatch", {"unit": FIELD}),
        "work order": dispatcher.get(f"/dispatch/{visit_of(subject)}"),
        "desk": agent.get(f"/desk/customers/{whose}"),
    }
    if number:
        pages |= {"order": agent.get(f"/orders/{number}"), "orders": agent.get("/orders", {"pressed": "urged"})}
    found = {name: set(BADGE.findall(page.content.decode())) for name, page in pages.items()}
    found["matter"] = set(TALLY.findall(agent.get(f"/matters/{subject}").content.decode()))
    told = reads("technician").get("/field/jobs").json()
    found["phone"] = {str(job["pressed"]) for job in (*told["jobs"], *told["open"]) if job["matter"] == subject}
    return found


def of_fault(*counts: str) -> dict[str, set[str]]:
    return {page: set(counts) for page in ("board", "work order", "desk", "matter", "phone")}


def of_order(*counts: str) -> dict[str, set[str]]:
    return of_fault(*counts) | {page: set(counts) for page in ("order", "orders")}


def told() -> list[str]:
    """Who was told of how many urges: each entry is taken twice, and told once."""
    for entry in Entry.objects.filter(kind__in=["work.urged", "work.supervised"]).order_by("position"):
        tell(as_line(entry))
        tell(as_line(entry))
    notices = Notice.objects.filter(commitment=None).order_by("recipient__username")
    return list(notices.values_list("recipient__username", flat=True))


def test_an_order_says_one_number_everywhere_whoever_urged_it_where(reads: Callable[..., Client], chen: str) -> None:
    subject, number = ordered(chen)
    assert shown(reads, chen, subject, number) == of_order() | {"phone": {"0"}}
    visit = visit_of(subject)
    ways = (
        ("agent", f"/orders/{number}/expedite"),
        ("agent", f"/work/act/urge/{subject}"),
        ("dispatcher", f"/dispatch/{visit}/press"),
        ("supervisor", f"/orders/{number}/supervise"),
    )
    for count, (who, address) in enumerate(ways, 1):
        assert reads(who).post(address, {"note": "客户催问"}).status_code == 302, address
        assert shown(reads, chen, subject, number) == of_order(str(count)), address
    assert set(Urge.objects.values_list("number", "urged_by", "why")) == {
        (count, f"staff/{who}", "客户催问") for count, (who, _) in enumerate(ways, 1)
    }
    assert "under supervision · urged ×4" in reads("agent").get("/orders").content.decode()


def test_what_is_only_supervised_was_urged_once_on_every_page(reads: Callable[..., Client], chen: str) -> None:
    subject, number = ordered(chen)
    head = reads("supervisor")
    head.post(f"/orders/{number}/supervise", {"note": "重点客户"})
    assert shown(reads, chen, subject, number) == of_order("1")
    assert "under supervision · urged ×1" in reads("dispatcher").get("/dispatch", {"unit": FIELD}).content.decode()
    head.post(f"/orders/{number}/lift", {"note": "已落实"})
    assert shown(reads, chen, subject, number) == of_order("1")
    (row,) = orders.orders(orders.Filter(pressed="urged")).rows
    assert row.pressed is not None
    assert (row.pressed.supervised, row.pressed.why) == (False, "重点客户")


def test_a_fault_says_one_number_everywhere_whoever_repeats_it_how(reads: Callable[..., Client], chen: str) -> None:
    fault = broken(chen)
    by_customer = {"network": "203.0.113.9", "actor": f"customer/{chen}", "at": shop.later(30)}
    again = {"kind": "fault", "title": "还没好", "channel": "hotline", "customer": chen, "same_as": fault}
    assert channels.ask(**again, **shop.by("keyaccount", 20))[0] == fault
    assert shown(reads, chen, fault) == of_fault("1")
    assert online.ask(customer=chen, topic="fault", words="什么时候修好？", same_as=fault, **by_customer)[0] == fault
    assert shown(reads, chen, fault) == of_fault("2")
    assert reads("dispatcher").post(f"/dispatch/{visit_of(fault)}/press", {"note": "客户催"}).status_code == 302
    assert shown(reads, chen, fault) == of_fault("3")
    assert reads("agent").post(f"/work/act/urge/{fault}", {"note": "客户催"}).status_code == 302
    assert shown(reads, chen, fault) == of_fault("4")
    by = ["staff/keyaccount", f"customer/{chen}", "staff/dispatcher", "staff/agent"]
    assert list(Urge.objects.order_by("number").values_list("urged_by", flat=True)) == by
    holder = Item.objects.get(id=visit_of(fault)).accountable.username
    assert told() == [holder] * 4


def test_a_refused_urge_leaves_no_row(reads: Callable[..., Client], chen: str) -> None:
    subject, number = ordered(chen)
    visit = visit_of(subject)
    for who, address, note in (
        ("agent", f"/orders/{number}/expedite", ""),
        ("agent", f"/work/act/urge/{subject}", " "),
        ("dispatcher", f"/dispatch/{visit}/press", ""),
        ("dispatcher", f"/dispatch/{visit}/press", "急"),
        ("agent", f"/dispatch/{visit}/press", "客户催"),
        ("viewer", f"/orders/{number}/expedite", "客户催"),
        ("viewer", f"/work/act/urge/{subject}", "客户催"),
        ("agent", f"/orders/{number}/supervise", "客户催"),
        ("agent", f"/orders/{number}/expedite?", "客户催"),
    ):
        reads(who).post(address, {"note": note} | ({"supervise": "on"} if address.endswith("?") else {}))
        assert not Urge.objects.exists(), (who, address, note)
    assert Entry.objects.filter(kind__startswith="work.urged").count() == 0
