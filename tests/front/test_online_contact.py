"""What a firm orders or reports by the web is the channel's, until its account manager accepts to be the first contact of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from kapok.chain.ordering import reactions
from kapok.chain.ordering.models import Leg, Order
from kapok.front.channels import api as counter_api
from kapok.front.channels.models import ChannelStaff
from kapok.front.channels.online import api
from kapok.ground.catalog import api as catalog
from kapok.ground.commitments import scheduler
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import line as as_line
from kapok.ground.posts import api as posts
from kapok.ground.work import api as work
from kapok.ground.work import queries as matters
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Handoff, Item, Matter
from kapok.ground.work.rules import Reason
from tests.chain import shop
from tests.front.counter import ask as at_the_desk
from tests.front.counter import business, case, matter

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]

AGENTS = {"agent", "agent2"}


def who(customer: str, minutes: float = 0) -> dict[str, Any]:
    return {"network": "10.0.0.1", "actor": f"customer/{customer}", "at": shop.later(minutes)}


def order(customer: str, minutes: float = 0, **said: Any) -> str:
    given = {"lines": [shop.line()], "pay": True, "key": uuid4()} | said
    return api.take_order(customer=customer, **given, **who(customer, minutes))


def ask(customer: str, minutes: float = 0, **said: Any) -> str:
    given = {"topic": "fault", "words": "专线不通"} | said
    return api.ask(customer=customer, **given, **who(customer, minutes))[0]


def firm(segment: str) -> str:
    """A customer of the segment whom `keyaccount` looks after, in a house of the street."""
    return shop.customer("越秀书店", segment, manager="keyaccount", address="r101")


def offers(subject: str) -> list[Handoff]:
    """Of the first contact of a matter, in their order."""
    rows = Handoff.objects.select_related("item", "to_unit", "to_staff", "to_answers", "from_staff")
    return list(rows.filter(matter__subject=subject, item__contact=True).order_by("offered_at", "number"))


def offer(subject: str) -> Handoff:
    (found,) = offers(subject)
    return found


def without(*flows: str) -> None:
    """The operator has none of these flows in force any more."""
    for code in flows:
        catalog.retire_flow(code=code, **shop.by("admin"))


def owners(subject: str) -> set[str]:
    """Who answers for the clocks of a matter."""
    return set(Commitment.objects.filter(subject=subject).values_list("owner", flat=True))


def served() -> None:
    """Ordering has heard what was told so far."""
    for entry in list(Entry.objects.filter(kind="work.first_contact_passed").order_by("at", "recorded_at", "id")):
        reactions.hear(as_line(entry))


# ---- orders ----


@pytest.mark.parametrize("segment", ["business", "key_account"])
def test_an_order_by_the_web_is_the_channels_and_offered_to_the_account_manager(segment: str) -> None:
    counter_api.assign_staff(channel=segment, username="manager", **shop.by("admin"))
    number = order(firm(segment))
    subject, row = f"order/{number}-1", Order.objects.select_related("first_contact", "unit").get()
    assert (row.first_contact.username, matter(subject).first_contact.username, owners(subject)) == (
        "manager", "manager", {"staff/manager"},
    )  # fmt: skip
    asked = offer(subject)
    assert (asked.from_staff.username, asked.to_staff and asked.to_staff.username, asked.to_answers.username) == (
        "manager", "keyaccount", "keyaccount",
    )  # fmt: skip
    assert (asked.to_unit.code, asked.accept_by_at, asked.note) == (
        "key-accounts", shop.later(30), "网上下单 / An order by the web",
    )  # fmt: skip
    with pytest.raises(baton.MeantForAnother):
        baton.accept(item=asked.item_id, **shop.by("keyaccount2", 5))
    assert matter(subject).first_contact.username == "manager"
    baton.accept(item=asked.item_id, **shop.by("keyaccount", 6))
    assert (matter(subject).first_contact.username, owners(subject)) == ("keyaccount", {"staff/keyaccount"})
    served()
    row.refresh_from_db()
    assert (row.first_contact.username, row.unit.code) == ("keyaccount", "key-accounts")


def test_the_flow_of_the_order_goes_on_meanwhile_and_its_end_does_not_wait_for_the_manager() -> None:
    number = order(firm("business"))
    subject = f"order/{number}-1"
    assert set(Item.objects.filter(matter__subject=subject, contact=False).values_list("stage", flat=True)) == {
        "accept"
    }
    way = Handoff.objects.get(item__matter__subject=subject, item__stage="accept").way
    assert way == Handoff.objects.get(item__matter__subject=f"order/{order(shop.customer())}-1").way
    work.happen(
        matter=subject, kind="order.cancelled", note="不要了", **shop.by(matter(subject).first_contact.username, 9)
    )
    assert {item.state for item in Item.objects.filter(matter__subject=subject)} == {"withdrawn"}


def test_who_accepts_one_leg_answers_for_the_order_and_all_of_its_legs() -> None:
    number = order(firm("business"), lines=[shop.line(), shop.line(address="n1")])
    legs = list(Leg.objects.order_by("number").values_list("subject", flat=True))
    assert [len(offers(each)) for each in legs] == [1, 0]
    baton.accept(item=offer(legs[0]).item_id, **shop.by("keyaccount", 4))
    assert matter(legs[1]).first_contact.username in AGENTS
    served()
    assert {matter(each).first_contact.username for each in legs} == {"keyaccount"}
    assert [owners(each) for each in legs] == [{"staff/keyaccount"}] * 2
    back = work.hand_over_first_contact(matter=legs[1], to="keyaccount2", note="请接", **shop.by("keyaccount", 6))
    baton.accept(item=back, **shop.by("keyaccount2", 7))
    served()
    assert {matter(each).first_contact.username for each in legs} == {"keyaccount2"}
    assert Order.objects.select_related("first_contact").get(number=number).first_contact.username == "keyaccount2"


def test_what_the_manager_refuses_stays_with_the_channel_which_offers_it_to_another() -> None:
    subject = f"order/{order(firm('business'))}-1"
    first = matter(subject).first_contact.username
    asked = offer(subject).item_id
    baton.refuse(item=asked, reason=Reason.WRONG_AREA, defect="已转他人", **shop.by("keyaccount", 2))
    assert asked in {each.item for each in matters.my_work(first, shop.later(2)).refused}
    baton.concede(item=asked, **shop.by(first, 3))
    assert matter(subject).first_contact.username == first
    again = work.hand_over_first_contact(matter=subject, to="keyaccount2", note="请接", **shop.by(first, 4))
    baton.accept(item=again, **shop.by("keyaccount2", 5))
    assert matter(subject).first_contact.username == "keyaccount2"


def test_an_order_that_the_manager_leaves_lying_counts_against_them_and_falls_to_the_deputy() -> None:
    subject = f"order/{order(firm('business'))}-1"
    asked = offer(subject).item_id
    scheduler.fire(at=shop.later(31))
    late = Commitment.objects.get(subject=f"work/{asked}", promise="handoff-accept")
    assert (late.state, late.due_at, late.owner) == ("overdue", shop.later(30), "staff/keyaccount")
    baton.take_over(item=asked, note="代接", **shop.by("keyaccount2", 32))
    row = Matter.objects.select_related("acting").get(subject=subject)
    assert (matter(subject).first_contact.username, row.acting and row.acting.username) == ("keyaccount", "keyaccount2")


def test_nobody_is_offered_the_order_of_a_household_or_of_a_firm_whose_manager_nobody_stands_in_for() -> None:
    posts.declare_absent(username="keyaccount2", until=shop.later(600), note="出差", **shop.by("keyaccount2"))
    order(shop.customer(manager="keyaccount"), 1)
    order(business(manager="keyaccount2"), 1)
    order(business(manager=""), 1)
    assert (Order.objects.count(), Item.objects.filter(contact=True).count()) == (3, 0)


def test_where_nobody_serves_the_manager_has_the_order_and_is_offered_nothing() -> None:
    ChannelStaff.objects.update(until=shop.later(0))
    subject = f"order/{order(firm('business'))}-1"
    assert (matter(subject).first_contact.username, offers(subject)) == ("keyaccount", [])


# ---- what no flow covers ----


@pytest.mark.parametrize("segment", ["business", "key_account"])
@pytest.mark.parametrize("topic", ["fault", "network", "question"])
def test_what_no_flow_covers_is_offered_to_the_account_manager_too(topic: str, segment: str) -> None:
    without("business-reply", "key-account-fault", "top-account-fault")
    subject = ask(firm(segment), topic=topic)
    assert (Matter.objects.get(subject=subject).flow, matter(subject).first_contact.username in AGENTS) == (None, True)
    asked = offer(subject)
    assert (asked.to_staff and asked.to_staff.username, asked.to_unit.code) == ("keyaccount", "key-accounts")
    baton.accept(item=asked.item_id, **shop.by("keyaccount", 3))
    assert matter(subject).first_contact.username == "keyaccount"
    assert owners(subject) <= {"staff/keyaccount"}


def test_who_repairs_is_chosen_by_the_rules_as_before_and_the_manager_is_asked_once() -> None:
    without("key-account-fault", "top-account-fault")
    patch, key = ask(firm("business")), ask(firm("key_account"))
    given = Item.objects.select_related("accountable").filter(matter__subject=patch, contact=False).get()
    assert (given.accountable.username, case(patch).owner.username, case(patch).work) == (
        case(patch).owner.username, "technician", given.id,
    )  # fmt: skip
    (asked,) = Item.objects.filter(matter__subject=key)
    assert (asked.contact, case(key).work, case(key).owner.username) == (True, asked.id, "keyaccount")


def test_a_complaint_about_us_is_not_offered_to_the_manager_nor_what_a_household_asks_nor_what_is_taken_by_hand() -> (
    None
):
    number = firm("business")
    asked = [ask(number, 1, topic="complaint", words="客户经理态度差"), ask(number, 2, topic="bill", words="账单不对")]
    asked.append(ask(shop.customer(manager="keyaccount"), 3))
    asked.append(at_the_desk(4, kind="fault", title="专线不通", customer=number)[0])
    assert (len(set(asked)), Item.objects.filter(contact=True).exists()) == (4, False)


def test_a_flow_that_offers_a_stage_by_name_offers_the_contact_with_it_alone() -> None:
    number = firm("business")
    asked = ask(number, topic="question", words="专线多少钱？")
    service = shop.installed(whose=number)
    reported = ask(number, 60, service=service)
    assert Item.objects.filter(matter__subject=asked).exists()
    assert (offers(asked), offers(reported)) == ([], [])


QUOTE: dict[str, Any] = {"substance": "quote", "reply": "每月 1200 元", "how": "message", "word": "好"}


@pytest.mark.parametrize(
    ("by", "state", "first"), [("keyaccount", "delivered", "keyaccount"), ("agent", "withdrawn", "")]
)
def test_who_replies_to_a_request_without_a_flow_has_accepted_or_nobody_is_asked_any_more(
    by: str, state: str, first: str
) -> None:
    without("business-reply")
    subject = ask(firm("business"), topic="question")
    item: UUID = offer(subject).item_id
    before = matter(subject).first_contact.username
    assert counter_api.answer(matter=subject, **QUOTE, **shop.by(by, 5))
    assert (Item.objects.get(id=item).state, matter(subject).first_contact.username) == (state, first or before)
    assert not Item.objects.filter(matter__subject=subject, ended_at=None).exists()
