"""What was somebody's before it is another's: a stranger who is named, a line that was transferred."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kapok.front.channels import api
from kapok.front.channels.models import Linked, Message, Stranger
from kapok.front.channels.online import api as online
from kapok.ground.customers import api as customers
from kapok.ground.journal.rules import FORGOTTEN
from kapok.ground.work import api as work
from kapok.network.activation.models import Accounting, Call
from tests.chain import shop
from tests.front.counter import matter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_shop")]

ABOUT: dict[str, Any] = {"reason": "the customer asked for it", **shop.by("manager", 400)}
WEB: dict[str, Any] = {"network": "10.0.0.1", "actor": "customer"}


def left(minutes: float = 0) -> str:
    return online.leave_request(
        words="体育西路能装千兆吗？我是王小明", name="王小明", phone="138 0013 8000", agreed=True, at=shop.later(minutes),
        **WEB,
    )  # fmt: skip


def closed(subject: str, minutes: float) -> None:
    """Answered by a call, and closed."""
    who = matter(subject).first_contact.username
    assert api.answer(
        matter=subject, substance="diagnosis", reply="可以装", how="call", connected=timedelta(seconds=30),
        **shop.by(who, minutes),
    )  # fmt: skip
    work.close_matter(matter=subject, note="已答复", **shop.by(who, minutes + 1))


def named(subject: str, number: str, minutes: float) -> None:
    talk = Linked.objects.get(matter=subject).interaction_id
    who = matter(subject).first_contact.username
    api.recognise_customer(interaction=talk, customer=number, **shop.by(who, minutes))


def test_a_stranger_who_is_named_gets_what_they_left_and_it_is_forgotten() -> None:
    subject, other = left(), left(1)
    number = shop.customer("王小明", phone="13800138000")
    Message.objects.filter(case=subject).update(customer=None)
    named(subject, number, 2)
    assert Message.objects.get(case=subject).customer.number == number  # type: ignore[union-attr]
    closed(subject, 3)
    found = customers.export_person(customer=number, **ABOUT)
    assert [(each["name"], each["phone"]) for each in found["channels.stranger"]] == [("王小明", "13800138000")]
    assert "体育西路能装千兆吗？我是王小明" in [each["words"] for each in found["channels.message"]]
    customers.erase_person(customer=number, **ABOUT)
    row = Stranger.objects.get(case=subject)
    assert (row.name, row.phone) == (FORGOTTEN, FORGOTTEN)
    assert set(Message.objects.filter(case=subject).values_list("words", flat=True)) == {FORGOTTEN}
    assert Stranger.objects.get(case=other).phone == "13800138000"
    assert Message.objects.filter(case=other).exclude(words=FORGOTTEN).exists()


def packet(service: str, session: str, status: str, minutes: float) -> None:
    Accounting.objects.create(
        session=session, status=status, login="line@kapok", service=service, framed_address=f"100.64.0.{session[1:]}",
        at=shop.later(minutes), seconds=int(minutes),
    )  # fmt: skip


def transferred(service: str, whose: str, heir: str, minutes: float) -> None:
    said = {"to_customer": heir, "consent_from": "同意书 1", "consent_to": "同意书 2"}
    asked = shop.line(action="transfer", address="", service=service)
    number = shop.placed(replace(asked, characteristics=said), whose=whose, minutes=minutes)
    for stage in ("accept", "debts"):
        shop.do(number, stage, minutes + 1)
    shop.run(minutes + 2)
    assert shop.service(service).customer.number == heir


def seen(number: str) -> tuple[set[str], set[str]]:
    """The sessions in an export, and the verbs asked of the network."""
    found = customers.export_person(customer=number, **ABOUT)
    sessions = {each["session"] for each in found.get("activation.accounting", ())}
    return sessions, {each["id"] for each in found.get("activation.call", ())}


def test_after_a_transfer_each_has_what_the_network_wrote_down_in_their_time() -> None:
    service = shop.installed()
    first = shop.service(service).customer.number
    heir, last = shop.customer("李芳"), shop.customer("王五")
    for session, begins, ends in (("s1", 10, 20), ("s2", 90, 150), ("s3", 160, 170), ("s4", 300, 310)):
        packet(service, session, "Start", begins)
        packet(service, session, "Stop", ends)
    transferred(service, first, heir, 100)
    transferred(service, heir, last, 200)
    calls = {str(each.id): each.asked_at for each in Call.objects.filter(service=service)}
    early, middle, late = seen(first), seen(heir), seen(last)
    assert (early[0], middle[0], late[0]) == ({"s1", "s2"}, {"s3"}, {"s4"})
    assert early[1] == {each for each, at in calls.items() if at < shop.later(102)}
    assert early[1] | middle[1] | late[1] == set(calls)
    assert not early[1] & middle[1] | middle[1] & late[1]
    customers.erase_person(customer=first, **ABOUT)
    erased = Accounting.objects.filter(login="", framed_address="")
    assert set(erased.values_list("session", flat=True)) == {"s1", "s2"}
    assert set(Accounting.objects.exclude(login="").values_list("session", flat=True)) == {"s3", "s4"}
