"""Orders that leave their course, of many legs, and through every channel: what is promised, told, refused and answered for."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from kapok.chain.ordering import api, forecast, queries
from kapok.chain.ordering.models import Leg, Order, Step
from kapok.front.channels import api as channels
from kapok.front.channels.models import AccessCode
from kapok.ground.commitments.firing import Deed
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal.models import Entry
from kapok.ground.work.models import Item
from kapok.kernel.ids import uuid7
from kapok.network.activation.models import Call, SimulatedUnit
from kapok.network.inventory.models import Resource, Service
from tests.chain import shop
from tests.chain.shop import held, leg, line, live, stands, told
from tests.front import counter
from tests.stories import operator
from tests.stories.operator import DAY, after, by, passes, promise, works

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]


# ---- a key account, three legs, one late ----


def test_of_three_circuits_one_is_late_and_the_customer_is_told_one_state() -> None:
    shop.add_switch()
    whose = shop.customer("某银行", "key_account", tier="SL1")
    lines = [line("circuit-10", address=address) for address in ("n1", "n3", "n5")]
    number = api.place_order(customer=whose, channel="key_account", lines=lines, pay=True, **by("keyaccount", after()))
    due = datetime(2026, 3, 9, 10, tzinfo=UTC)
    assert {promise(number, "SL1-circuit", which).due_at for which in (1, 2, 3)} == {due}
    assert {promise(number, "SL1-circuit", which).owner for which in (1, 2, 3)} == {"staff/keyaccount"}
    passes(after(hours=0.1))
    for which in (1, 2):
        for stage in ("access-a", "access-b", "progress"):
            works(number, stage, after(1), which=which)
    for stage in ("access-a", "progress"):
        works(number, stage, after(1), which=3)
    operator.takes(number, "access-b", after(1), which=3)
    assert [stands(number, which)[0] for which in (1, 2, 3)] == ["completed", "completed", "inProgress"]
    for which in (1, 2):
        api.confirm(order=number, leg=which, **by("keyaccount", after(1, 0.25)))
    assert (queries.order(number).state_name.en, shop.order(number).state) == ("in progress", "inProgress")
    assert forecast.watch(at=after(1, 1)) >= 0
    assert operator.kept(number, 3) == {"SL1-circuit": "open"}
    assert leg(number, 3).jeopardy_at is None

    assert forecast.watch(at=after(6)) == 1
    assert (leg(number, 3).jeopardy_at, promise(number, "SL1-circuit", 3).state) == (after(6), "open")
    (warned,) = told("ordering.in_jeopardy")
    assert (warned["due"], after(6) < due) == (due.isoformat(), True)
    assert [row.number for row in queries.late(after(6))] == [number]

    passes(due - timedelta(seconds=1))
    assert not Entry.objects.filter(kind="commitments.breached", subject__startswith="order/").exists()
    assert passes(due)[Deed.BREACHED] == 1
    (breach,) = Entry.objects.filter(kind="commitments.breached", subject=leg(number, 3).subject)
    assert (breach.at, breach.data["promise"], breach.data["owner"]) == (due, "SL1-circuit", "staff/keyaccount")
    done = after(8)
    operator.delivers(number, "access-b", done, which=3)
    late = promise(number, "SL1-circuit", 3)
    assert (late.state, late.breached_at, late.owner, late.unit) == ("broken", due, "staff/keyaccount", "key-accounts")
    assert {which: promise(number, "SL1-circuit", which).state for which in (1, 2)} == {1: "kept", 2: "kept"}
    whom = operator.charged(late, done)
    assert max(whom, key=lambda each: whom[each]) == ("tianhe-east-field", "technician", "technician")
    assert sum(whom.values(), timedelta()) == late.elapsed
    assert (stands(number, 3)[0], shop.order(number).state) == ("completed", "completed")
    assert [each["customer"] for each in told("ordering.placed")] == [whose]


# ---- returned twice, cancelled too late ----


def test_a_second_return_is_refused_and_nothing_is_half_done() -> None:
    number = shop.placed()
    passes(after(hours=0.1))
    works(number, "appoint", after(hours=1))
    api.return_leg(order=number, leg=1, reason="端口与现场不符", **by("technician", after(hours=2)))
    assert (stands(number), live(number)) == (("inProgress", "10R", "10R"), {"assign"})
    items = list(Item.objects.order_by("id").values())
    rows, steps = list(Leg.objects.values()), list(Step.objects.order_by("id").values())
    entries, plant = Entry.objects.count(), held(leg(number).subject)
    with pytest.raises(api.ReturnRunning):
        api.return_leg(order=number, leg=1, reason="再退一次", **by("technician", after(hours=2.1)))
    assert list(Item.objects.order_by("id").values()) == items
    assert (list(Leg.objects.values()), list(Step.objects.order_by("id").values())) == (rows, steps)
    assert (Entry.objects.count(), held(leg(number).subject)) == (entries, plant)
    assert promise(number, "install").state == "open"

    passes(after(hours=2.2))
    assert (stands(number), live(number)) == (("inProgress", "", ""), {"appoint"})
    assert list(Call.objects.order_by("asked_at", "id").values_list("verb", flat=True)) == [
        "activate", "terminate", "activate",
    ]  # fmt: skip
    assert (SimulatedUnit.objects.count(), Service.objects.count()) == (1, 1)
    works(number, "appoint", after(hours=3))
    works(number, "visit", after(1))
    assert (stands(number)[0], promise(number, "install").state) == ("completed", "kept")
    assert promise(number, "install").elapsed == DAY, "the customer's clock ran on through the return"


def test_after_the_point_of_no_return_a_cancellation_is_refused_and_becomes_a_disconnection() -> None:
    whose = shop.customer()
    number = shop.placed(whose=whose)
    passes(after(hours=0.1))
    works(number, "appoint", after(hours=1))
    assert queries.order(number).legs[0].cancel_refused is None
    item = shop.item(number, "visit")
    operator.takes(number, "visit", after(hours=1.25))
    operator.delivers(number, "visit", after(1), then_passes=False)
    assert (leg(number).committed_at, item.stage) == (after(1), "visit")
    before = (Entry.objects.count(), held(leg(number).subject), stands(number))
    with pytest.raises(api.PastNoReturn, match="order its disconnection"):
        api.cancel(order=number, reason="不想要了", **by("agent", after(1, 0.1)))
    assert (Entry.objects.count(), held(leg(number).subject), stands(number)) == before
    passes(after(1, 0.2))
    with pytest.raises(api.NotAllowedNow):
        api.cancel(order=number, reason="不想要了", **by("agent", after(1, 0.3)))
    api.confirm(order=number, leg=1, **by("agent", after(1, 0.3)))

    service = operator.service_of(number)
    asked = line(action="cease", address="", service=service)
    ended = api.place_order(customer=whose, channel="hotline", lines=[asked], pay=True, **by("agent", after(1, 0.4)))
    works(ended, "accept", after(1, 0.5))
    works(ended, "close", after(1, 0.75))
    assert (shop.service(service).state, shop.order(ended).state, shop.order(number).state) == (
        "terminated", "completed", "completed",
    )  # fmt: skip
    assert not Resource.objects.exclude(state="free").exists()


# ---- the five channels ----


@pytest.mark.parametrize(
    ("channel", "medium", "segment", "offer", "agent", "agreed"),
    [
        ("key_account", "visit", "key_account", "circuit-10", "keyaccount", "SL1-circuit"),
        ("business", "phone", "business", "fibre-300", "agent", "install"),
        ("business", "visit", "business", "fibre-300", "keyaccount2", "install"),
        ("public", "hall", "public", "fibre-100", "manager", "install"),
        ("public", "visit", "public", "fibre-100", "manager", "install"),
        ("transient", "hall", "public", "sim-voice", "agent2", "install-wireless"),
        ("hotline", "phone", "public", "fibre-1000", "agent2", "install"),
    ],
)
def test_whichever_channel_is_asked_takes_the_order_and_answers_for_it(
    channel: str, medium: str, segment: str, offer: str, agent: str, agreed: str
) -> None:
    shop.add_switch()
    whose = shop.customer("某客户", segment, **({"tier": "SL1"} if segment == "key_account" else {}))
    talk = channels.take(channel=channel, medium=medium, customer=whose, topic="装机", **by(agent, after()))
    form: dict[str, Any] = {
        "key": uuid7(after()),
        "customer": whose,
        "channel": channel,
        "pay": True,
        "interaction": talk,
    }
    number = channels.take_order(**form, lines=[line(offer, address="n1")], **by(agent, after()))
    assert channels.take_order(**form, lines=[line(offer, address="n1")], **by(agent, after())) == number
    assert Order.objects.count() == 1, "a form that is sent twice places one order"
    channels.close_interaction(interaction=talk, resolution="已受理", **by(agent, after(hours=0.05)))
    assert (told("channels.taken")[0]["first_contact"], told("channels.taken")[0]["medium"]) == (agent, medium)
    row = shop.order(number)
    assert (row.channel, row.first_contact.username) == (channel, agent)
    assert promise(number, agreed).owner == f"staff/{agent}"
    assert told("ordering.placed")[0]["channel"] == channel
    passes(after(hours=0.1))
    operator.works_all(number, after(hours=0.2))
    assert (stands(number)[0], promise(number, agreed).state) == ("completed", "kept")
    assert leg(number).confirmed_at == after(hours=0.2)


HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def came_in(customer: str) -> Client:
    """The customer in their own pages, by a one-time code."""
    client = Client()
    client.post("/my/", {"order": customer})
    client.post("/my/code", {"order": customer, "code": AccessCode.objects.get(order=customer).shown})
    return client


def test_by_the_web_the_customer_orders_and_confirms_alone_and_somebody_answers_for_it(settings: Settings) -> None:
    settings.DEMO = True
    counter.set_up_channels()
    channels.assign_staff(channel="public", username="manager", **by("admin", after()))
    whose = shop.customer("陈静", address="r101", phone="13800138000")
    client = came_in(whose)
    page = client.get("/my/new", {"address": "r101", "offer": "fibre-100"}).content.decode()
    form = dict(HIDDEN.findall(page)) | {"pay": "bill"}
    number = client.post("/my/new", form).headers["Location"].rpartition("/")[2]
    assert client.post("/my/new", form).headers["Location"] == f"/my/orders/{number}"
    assert Order.objects.count() == 1, "a form that is sent twice places one order"
    (taken,) = told("channels.taken")
    assert (taken["channel"], taken["medium"], taken["first_contact"], taken["customer"]) == (
        "public", "web", "manager", whose,
    )  # fmt: skip
    row = shop.order(number)
    assert (row.channel, row.first_contact.username, row.quote["monthly"]) == ("public", "manager", 8800)
    pledge = promise(number, "install")
    assert (pledge.owner, pledge.opened_at, pledge.due_at) == ("staff/manager", row.paid_at, row.placed_at + 15 * DAY)
    assert f"<strong>{timezone.localdate(pledge.due_at):%Y-%m-%d}</strong>" in page, (
        "what was shown is what is promised"
    )
    passes(datetime.now(UTC))
    while stages := live(number) - {"confirm"}:
        for stage in sorted(stages):
            works(number, stage, datetime.now(UTC))
    assert client.post(f"/my/orders/{number}/1/confirm", {"rating": "5"}).status_code == 302
    assert (stands(number)[0], promise(number, "install").state, leg(number).rating) == ("completed", "kept", 5)
    (confirmed,) = Entry.objects.filter(subject=leg(number).subject, kind="order.confirmed")
    assert confirmed.actor == f"customer/{whose}"


def test_a_channel_sells_only_what_is_its_to_sell_and_writes_nothing_else() -> None:
    whose = shop.customer()
    for channel, offer in (("transient", "fibre-100"), ("hotline", "payphone"), ("public", "circuit-10")):
        with pytest.raises(api.BadLine, match=offer):
            api.place_order(customer=whose, channel=channel, lines=[line(offer)], pay=True, **by("agent", after()))
    with pytest.raises(api.BadMoment):
        api.place_order(
            customer=whose, channel="hotline", lines=[line()], pay=True, promised_date=date(2026, 3, 1),
            **by("agent", after()),
        )  # fmt: skip
    assert not Order.objects.exists()
    assert not Resource.objects.exclude(state="free").exists()
    assert not Commitment.objects.exists()
