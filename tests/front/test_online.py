"""What comes by the web over its verbs: who is asked first, where it goes, what stops the clock, what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db.models import Model

from kapok.chain.ordering.models import Order
from kapok.front.channels import api as counter_api
from kapok.front.channels import queries
from kapok.front.channels.models import Case, ChannelStaff, DoorKnock, Interaction, Message, Placed, Stranger
from kapok.front.channels.online import api
from kapok.front.channels.online import queries as online
from kapok.front.channels.online.rules import BY_CUSTOMER
from kapok.front.channels.rules import Course
from kapok.ground.catalog.offering.refusals import UnknownOffer
from kapok.ground.commitments import scheduler
from kapok.ground.commitments.models import Commitment
from kapok.ground.customers import api as customers
from kapok.ground.journal.models import Entry
from kapok.ground.places.refusals import UnknownAddress
from kapok.ground.work import urging
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Item, Matter
from kapok.network.inventory.refusals import UnknownService
from tests.chain import shop
from tests.front.counter import business, case, clock, matter

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]

NETWORK = "10.0.0.1"
QUOTE = {"substance": "quote", "reply": "两条专线，月租 1200 元"}


def who(customer: str = "", minutes: float = 0) -> dict[str, Any]:
    actor = f"customer/{customer}" if customer else "customer"
    return {"network": NETWORK, "actor": actor, "at": shop.later(minutes)}


def ask(customer: str, minutes: float = 0, **said: Any) -> str:
    given = {"topic": "question", "words": "专线多少钱一个月？"} | said
    return api.ask(customer=customer, **given, **who(customer, minutes))[0]


def leave(minutes: float = 0, **said: Any) -> str:
    given = {"words": "体育西路能装千兆吗？", "name": "王小明", "phone": "138 0013 8000", "agreed": True} | said
    return api.leave_request(**given, **who(minutes=minutes))


def order(customer: str, minutes: float = 0, key: UUID | None = None, **said: Any) -> str:
    given = {"lines": [shop.line()], "pay": True} | said
    return api.take_order(key=key or uuid4(), customer=customer, **given, **who(customer, minutes))


def happened(subject: str) -> list[str]:
    found = Entry.objects.filter(subject=subject).order_by("transaction", "position").values_list("kind", flat=True)
    return [kind for kind in found if kind.startswith(("request.", "channels.", "work."))]


def everything(*but: type[Model]) -> tuple[int, ...]:
    tables: tuple[type[Model], ...] = (Case, Matter, Interaction, Message, Stranger, Order, Placed, DoorKnock, Entry)
    return tuple(table._default_manager.count() for table in tables if table not in but)


# ---- asking ----


def test_r5_a_business_request_by_the_web_is_offered_to_the_account_manager_and_has_an_owner_meanwhile() -> None:
    number = business()
    subject = ask(number, call_back=True)
    row = case(subject)
    assert (row.channel, row.unit.code, row.owner.username, row.call_back) == (
        "business",
        "key-accounts",
        "keyaccount",
        True,
    )
    assert [each["rule"] for each in row.reasons] == ["R1", "R7", "R5", "R5", "R8"]
    assert (clock(subject).due_at, clock(subject).owner) == (shop.later(180), "staff/agent")
    (talk,) = queries.interactions_of(number)
    assert (talk.channel.value, talk.medium.value, talk.first_contact, talk.matters) == (
        "business", "web", "agent", (subject,),
    )  # fmt: skip
    assert (talk.started_at, talk.ended_at) == (shop.later(0), shop.later(0))
    assert matter(subject).title == "网上咨询 / A question by the web"


def test_r2_a_key_account_by_the_web_is_offered_to_its_manager_while_the_channel_answers_for_it() -> None:
    counter_api.assign_staff(channel="key_account", username="manager", **shop.by("admin"))
    number = shop.customer("某银行", "key_account", tier="SL1", manager="keyaccount2")
    subject = ask(number)
    assert (case(subject).channel, matter(subject).first_contact.username) == ("key_account", "manager")
    assert [each["rule"] for each in case(subject).reasons] == ["R1", "R7", "R2", "R2", "R8"]
    (item,) = Item.objects.filter(matter__subject=subject)
    baton.accept(item=item.id, **shop.by("keyaccount2", 9))
    assert (matter(subject).first_contact.username, clock(subject).owner) == ("keyaccount2", "staff/keyaccount2")


def three_hours(subject: str) -> str:
    """Who answers for the reply to a fault."""
    return Commitment.objects.get(subject=subject, promise="reply-fault").owner


@pytest.mark.parametrize(
    ("segment", "flow", "channel"),
    [("business", "business-repair", "business"), ("key_account", "key-account-fault", "key_account")],
)
def test_what_a_firm_reports_by_the_web_is_the_channels_until_its_manager_accepts_to_keep_them_informed(
    segment: str, flow: str, channel: str
) -> None:
    counter_api.assign_staff(channel=channel, username="manager", **shop.by("admin"))
    number = shop.customer("越秀书店", segment, manager="keyaccount")
    service = shop.installed(whose=number)
    subject = ask(number, 60, topic="fault", words="断网了", service=service)
    row = Matter.objects.select_related("flow__template", "first_contact").get(subject=subject)
    assert (row.flow and row.flow.template.code, row.first_contact.username) == (flow, "manager")
    assert three_hours(subject) == "staff/manager"
    accept = Item.objects.get(matter__subject=subject)
    baton.accept(item=accept.id, **shop.by("keyaccount" if segment == "key_account" else "agent", 62))
    baton.deliver(item=accept.id, **shop.by("keyaccount" if segment == "key_account" else "agent", 63))
    assert matter(subject).first_contact.username == "manager"
    update = Item.objects.select_related("accountable").get(matter__subject=subject, stage="update")
    assert update.accountable.username == "keyaccount"
    with pytest.raises(baton.MeantForAnother):
        baton.accept(item=update.id, **shop.by("keyaccount2", 64))
    baton.accept(item=update.id, **shop.by("keyaccount", 65))
    assert (matter(subject).first_contact.username, three_hours(subject)) == ("keyaccount", "staff/keyaccount")


def test_where_nobody_serves_the_account_manager_is_asked_first() -> None:
    ChannelStaff.objects.update(until=shop.later(0))
    subject = ask(business())
    assert (matter(subject).first_contact.username, case(subject).reasons[-1]["rule"]) == ("keyaccount", "R5")


def test_r3_what_is_open_is_urged_and_the_words_go_there() -> None:
    number = business()
    subject = ask(number)
    again, decision = api.ask(customer=number, topic="wish", words="请尽快", same_as=subject, **who(number, 5))
    assert (again, decision.course, Case.objects.count()) == (subject, Course.URGE, 1)
    assert [each.words for each in online.messages_about(subject)] == ["专线多少钱一个月？", "请尽快"]
    assert happened(subject)[-3:] == ["work.urged", "channels.routed", "channels.wrote"]
    title = "网上申请办理 / Something asked for by the web"
    assert urging.pressing([subject]) == {subject: urging.Pressing(1, f"customer/{number}", shop.later(5), title)}


def test_r6_and_r8_a_household_is_asked_after_by_the_longest_idle_and_goes_to_its_patch() -> None:
    number = shop.customer(address="r101")
    first, second = ask(number, 1, topic="fault", words="断网了"), ask(number, 2, topic="bill", words="账单不对")
    assert case(first).unit.code == "tianhe-east"
    assert [each["rule"] for each in case(first).reasons] == ["R1", "R7", "R6", "R8"]
    assert {matter(first).first_contact.username, matter(second).first_contact.username} == {"agent", "agent2"}
    assert (case(second).kind, matter(second).facts["complaint_kind"]) == ("complaint", "billing")


def test_the_channels_own_staff_come_before_the_hotlines() -> None:
    counter_api.assign_staff(channel="public", username="manager", **shop.by("admin"))
    assert matter(ask(shop.customer())).first_contact.username == "manager"


def test_where_nobody_serves_it_is_refused_and_nothing_is_kept() -> None:
    ChannelStaff.objects.update(until=shop.later(0))
    number, before = shop.customer(), everything()
    with pytest.raises(api.NobodyServes, match="10000"):
        ask(number)
    assert everything()[:-1] == before[:-1]


def test_the_words_stay_out_of_the_journal() -> None:
    ask(business(), words="我的身份证号是 440101199001011234")
    assert not Entry.objects.filter(data__icontains="440101199001011234").exists()


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"topic": "weather"}, api.BadChoice), ({"words": ""}, api.WordsMissing), ({"words": "长" * 2001}, api.WordsMissing),
        ({"words": "长" * 5_000_000}, api.WordsMissing), ({"service": "S99999999"}, UnknownService),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_and_leaves_nothing(said: dict[str, Any], refused: type[Exception]) -> None:
    number = business()
    before = everything()
    with pytest.raises(refused):
        ask(number, **said)
    assert everything() == before


def test_of_somebody_elses_service_nothing_can_be_asked() -> None:
    theirs, number = shop.installed(), business()
    before = everything()
    with pytest.raises(UnknownService):
        ask(number, service=theirs)
    assert everything() == before


def test_nobody_asks_without_end() -> None:
    number = business()
    for minute in range(20):
        ask(number, minute)
    before = everything()
    with pytest.raises(api.KnockedTooOften):
        ask(number, 20)
    assert everything() == before
    ask(number, 61)


# ---- the reply, and whether it answers ----


def test_the_customers_yes_stops_the_clock() -> None:
    number = business()
    subject = ask(number)
    with pytest.raises(api.NothingToSay):
        api.acknowledge(matter=subject, customer=number, actor=f"customer/{number}", at=shop.later(5))
    assert not counter_api.answer(matter=subject, **QUOTE, **shop.by("keyaccount", 20))
    assert clock(subject).state == "open"
    seen = online.asked(subject, number)
    assert seen is not None
    assert (seen.contact, seen.may_acknowledge, [each.author for each in seen.messages]) == (
        "欧阳慧",
        True,
        ["", "欧阳慧"],
    )
    api.acknowledge(matter=subject, customer=number, actor=f"customer/{number}", at=shop.later(30))
    assert (clock(subject).state, clock(subject).closed_at) == ("kept", shop.later(30))
    assert happened(subject).count("request.answered") == 1
    told = Entry.objects.filter(subject=subject, kind__in=["channels.acknowledged", "request.answered"])
    assert set(told.values_list("actor", flat=True)) == {f"customer/{number}"}
    with pytest.raises(api.AlreadyAnswered):
        api.acknowledge(matter=subject, customer=number, actor=f"customer/{number}", at=shop.later(31))


def test_the_customers_no_lets_the_clock_run_until_a_new_reply_is_acknowledged() -> None:
    number = business()
    subject = ask(number)
    counter_api.answer(matter=subject, **QUOTE, **shop.by("keyaccount", 20))
    customer = {"matter": subject, "customer": number, "actor": f"customer/{number}"}
    with pytest.raises(api.WordsMissing):
        api.turn_down(**customer, word=" ", at=shop.later(30))
    api.turn_down(**customer, word="没有说安装费", at=shop.later(30))
    assert (case(subject).substance, case(subject).replied_at, clock(subject).state) == ("", None, "open")
    with pytest.raises(api.NothingToSay):
        api.acknowledge(**customer, at=shop.later(31))
    scheduler.fire(at=shop.later(181))
    assert clock(subject).state == "overdue"
    counter_api.answer(matter=subject, substance="quote", reply="安装费 500 元", **shop.by("keyaccount", 190))
    api.acknowledge(**customer, word="清楚了", at=shop.later(200))
    assert (clock(subject).state, clock(subject).closed_at) == ("broken", shop.later(200))
    words = ["专线多少钱一个月？", QUOTE["reply"], "没有说安装费", "安装费 500 元", "清楚了"]
    assert [each.words for each in online.messages_about(subject)] == words


def test_nobody_acknowledges_for_somebody_else() -> None:
    number, other = business(), shop.customer()
    subject = ask(number)
    counter_api.answer(matter=subject, **QUOTE, **shop.by("keyaccount", 20))
    for verb in (api.acknowledge, api.turn_down):
        with pytest.raises(api.NotACase):
            verb(matter=subject, customer=other, word="好的", actor=f"customer/{other}", at=shop.later(30))
    assert (online.asked(subject, other), clock(subject).state) == (None, "open")


# ---- strangers ----


def test_a_stranger_leaves_a_request_that_has_an_owner_and_can_be_called_back() -> None:
    subject = leave(address="r101")
    row = case(subject)
    assert (row.customer, row.channel, row.call_back, row.unit.code) == (None, "public", True, "tianhe-east")
    assert matter(subject).first_contact.username in {"agent", "agent2"}
    left = online.left_by(subject)
    assert left is not None
    assert (left.name, left.phone) == ("王**", "138****8000")
    assert not Entry.objects.filter(data__icontains="13800138000").exists()
    seen = api.see_stranger(matter=subject, purpose="order", **shop.by("agent", 5))
    assert seen == ("王小明", "13800138000")
    assert [each["purpose"] for each in shop.told("channels.stranger_seen", subject)] == ["order"]
    assert counter_api.answer(
        matter=subject, substance="diagnosis", reply="可以装", how="call", connected=timedelta(seconds=30),
        **shop.by(matter(subject).first_contact.username, 9),
    )  # fmt: skip


def test_what_a_stranger_left_is_seen_only_for_a_purpose_by_a_person() -> None:
    subject, mine = leave(), ask(business())
    before = Entry.objects.count()
    with pytest.raises(api.BadChoice):
        api.see_stranger(matter=subject, purpose="", **shop.by("agent", 5))
    with pytest.raises(api.NoStranger):
        api.see_stranger(matter=mine, purpose="order", **shop.by("agent", 5))
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"agreed": False}, api.NotAgreed), ({"name": ""}, api.WordsMissing), ({"name": "长" * 61}, api.WordsMissing),
        ({"phone": "abc"}, api.BadPhone), ({"phone": "1" * 16}, api.BadPhone), ({"phone": "9" * 5_000_000}, api.BadPhone),
        ({"words": " "}, api.WordsMissing), ({"words": "x" * 5_000_000}, api.WordsMissing),
        ({"address": "nowhere"}, UnknownAddress),
    ],
)  # fmt: skip
def test_what_a_stranger_cannot_leave_is_refused_and_nothing_is_kept(
    said: dict[str, Any], refused: type[Exception]
) -> None:
    before = everything()
    with pytest.raises(refused):
        leave(**said)
    assert everything() == before


def test_strangers_neither_write_nor_look_without_end() -> None:
    for minute in range(3):
        leave(minute)
    with pytest.raises(api.KnockedTooOften):
        leave(3)
    assert Stranger.objects.count() == 3
    for _ in range(120):
        api.look_up(**who())
    with pytest.raises(api.KnockedTooOften):
        api.look_up(**who())


# ---- ordering ----


def test_an_order_by_the_web_has_a_first_contact_and_comes_once() -> None:
    number, key = shop.customer(address="r101"), uuid4()
    placed = order(number, key=key)
    assert order(number, key=key) == placed
    row = Order.objects.select_related("first_contact").get()
    assert (row.number, row.channel, row.first_contact.username in {"agent", "agent2"}) == (placed, "public", True)
    (talk,) = queries.interactions_of(number)
    assert (talk.medium.value, talk.first_contact, talk.matters) == (
        "web",
        row.first_contact.username,
        (f"order/{placed}",),
    )
    assert set(Entry.objects.filter(kind="ordering.placed").values_list("actor", flat=True)) == {f"customer/{number}"}


def test_the_form_of_somebody_else_says_nothing_of_their_order() -> None:
    number, other, key = shop.customer(), shop.customer("丙丁"), uuid4()
    order(number, key=key)
    with pytest.raises(api.FormUsed, match="Open the page anew"):
        order(other, key=key)
    assert Order.objects.count() == 1


def test_what_is_refused_counts_as_an_attempt_and_a_form_sent_twice_does_not() -> None:
    number, key = shop.customer(), uuid4()
    order(number, key=key)
    order(number, key=key)
    assert DoorKnock.objects.filter(kind="placed").count() == 1
    for count in range(2, 11):
        with pytest.raises(UnknownOffer):
            order(number, lines=[shop.line("nothing")])
        assert DoorKnock.objects.filter(kind="placed").count() == count
    with pytest.raises(api.KnockedTooOften):
        order(number)
    assert (Order.objects.count(), Placed.objects.count()) == (1, 1)


def test_a_customer_suspends_and_resumes_alone_and_nothing_else() -> None:
    number = shop.customer()
    service = shop.installed(whose=number)
    for action in ("cease", "move", "transfer", "resume", "telex"):
        before = everything(DoorKnock)
        with pytest.raises((api.NotAlone, api.BadChoice)):
            order(
                number, 10, lines=[shop.line(action=action, address="n3" if action == "move" else "", service=service)]
            )
        assert everything(DoorKnock) == before
    placed = order(number, 11, lines=[shop.line(action="suspend", address="", service=service)])
    shop.do(placed, "accept", 12)
    shop.run(13)
    assert (shop.service(service).state, shop.service(service).suspension_reason) == ("suspended", BY_CUSTOMER)
    back = order(number, 20, lines=[shop.line(action="resume", address="", service=service)])
    shop.run(21)
    assert (shop.service(service).state, back != placed) == ("active", True)


def test_what_we_suspended_only_we_resume() -> None:
    number = shop.customer()
    service = shop.installed(whose=number)
    owed = shop.placed(
        shop.line(action="suspend", address="", service=service, characteristics={"reason": "欠费"}),
        whose=number,
        minutes=10,
    )
    shop.do(owed, "accept", 11)
    shop.run(12)
    with pytest.raises(api.NotAlone):
        order(number, 20, lines=[shop.line(action="resume", address="", service=service)])
    assert shop.service(service).state == "suspended"


def test_nobody_orders_for_somebody_elses_service() -> None:
    service, number = shop.installed(), shop.customer("丙丁")
    before = everything(DoorKnock)
    with pytest.raises(shop.api.NotTheirService):
        order(number, 10, lines=[shop.line(action="suspend", address="", service=service)])
    assert everything(DoorKnock) == before


def test_what_a_merged_customer_asked_stays_with_the_one_that_stands_for_it() -> None:
    keep, drop = business(), business(phone="")
    subject = ask(drop)
    customers.merge(keep=keep, drop=drop, reason="同一家店", **shop.by("admin", 1))
    assert [each.matter for each in online.asked_by(keep)] == [subject]
    assert online.asked(subject, keep) is not None
