"""A business request is its taker's until the account manager, asked by name, accepts it; the web, the desk and deputies alike."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kapok.front.channels import api
from kapok.front.channels.online import api as online
from kapok.ground.commitments import scheduler
from kapok.ground.commitments.models import Commitment
from kapok.ground.people import api as people
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.posts import api as posts
from kapok.ground.work import api as work
from kapok.ground.work import queries as matters
from kapok.ground.work.baton import api as baton
from kapok.ground.work.baton import figures
from kapok.ground.work.baton import queries as hand_offs
from kapok.ground.work.models import Handoff, Item, Tenure
from kapok.ground.work.rules import Reason, Side
from kapok.kernel.text import Text
from tests.chain import shop
from tests.front.counter import ask, business, case, clock, matter

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]

QUOTE: dict[str, Any] = {"substance": "quote", "reply": "每月 1200 元"}
HEARD: dict[str, Any] = {"how": "call", "connected": timedelta(seconds=40)}


def offer(subject: str) -> Handoff:
    """The offer that is open."""
    related = ("to_unit", "to_staff", "to_answers", "from_staff", "item")
    return Handoff.objects.select_related(*related).get(matter__subject=subject, state="offered")


def stage(subject: str, code: str = "answer") -> UUID:
    """The item of a stage that runs."""
    return Item.objects.get(matter__subject=subject, stage=code, ended_at=None).id


def stands(subject: str) -> tuple[str, str, str, str]:
    """Who answers for the matter and its three hours, for which unit, and who acts for them."""
    row = matter(subject)
    return row.first_contact.username, row.unit.code, clock(subject).owner, row.acting.username if row.acting else ""


AGENTS, MANAGERS = ("agent", "hotline", "staff/agent", ""), ("keyaccount", "key-accounts", "staff/keyaccount", "")


@pytest.mark.parametrize(
    ("taker", "channel"), [("agent", "hotline"), ("manager", "public"), ("dispatcher", "business")]
)
def test_whoever_took_it_answers_for_it_until_the_account_manager_accepts(taker: str, channel: str) -> None:
    subject, decision = ask(by=taker, channel=channel, customer=business())
    before = stands(subject)
    assert (before[0], before[2:], decision.owner) == (taker, (f"staff/{taker}", ""), "keyaccount")
    row = offer(subject)
    assert (row.from_staff.username, row.to_staff and row.to_staff.username, row.to_answers.username) == (
        taker, "keyaccount", "keyaccount",
    )  # fmt: skip
    assert (row.to_unit.code, row.item.accountable.username, row.accept_by_at) == (
        "key-accounts", "keyaccount", shop.later(30),
    )  # fmt: skip
    baton.accept(item=row.item_id, **shop.by("keyaccount", 10))
    assert stands(subject) == MANAGERS
    (told,) = shop.told("work.first_contact_passed", subject)
    assert (told["from_staff"], told["to_staff"]) == (taker, "keyaccount")
    kept = Tenure.objects.select_related("answers").get(matter__subject=subject)
    assert (kept.answers.username, kept.until) == (taker, shop.later(10))
    baton.deliver(item=row.item_id, **shop.by("keyaccount", 20))
    last = offer(subject)
    assert (last.item.stage, last.to_staff and last.to_staff.username) == ("acknowledge", "keyaccount")
    baton.accept(item=last.item_id, **shop.by("keyaccount", 21))
    assert (stands(subject), len(shop.told("work.first_contact_passed", subject))) == (MANAGERS, 1)


def test_nobody_else_accepts_it_and_nothing_passes() -> None:
    subject, _ = ask(customer=business())
    with pytest.raises(baton.MeantForAnother):
        baton.accept(item=stage(subject), **shop.by("keyaccount2", 5))
    for username in ("agent", "technician"):
        with pytest.raises(baton.NotYours):
            baton.accept(item=stage(subject), **shop.by(username, 5))
    with pytest.raises(work.NotOwner):
        work.happen(matter=subject, kind="customer.informed", **shop.by("keyaccount", 6))
    assert (stands(subject), shop.told("work.first_contact_passed")) == (AGENTS, [])


def test_what_the_manager_refuses_comes_back_and_goes_by_name_to_another_who_accepts_it() -> None:
    subject, _ = ask(customer=business())
    item = stage(subject)
    baton.refuse(item=item, reason=Reason.WRONG_AREA, defect="客户已转他人", **shop.by("keyaccount", 5))
    assert (Item.objects.get(id=item).state, stands(subject)) == ("refused", AGENTS)
    baton.concede(item=item, **shop.by("agent", 6))
    assert (Item.objects.get(id=item).holder, stands(subject)) == (matter(subject).first_contact, AGENTS)
    baton.transfer(item=item, unit="key-accounts", to="keyaccount2", warm=True, note="请接", **shop.by("agent", 7))
    assert stands(subject) == AGENTS
    baton.accept(item=item, **shop.by("keyaccount2", 8))
    assert stands(subject) == ("keyaccount2", "key-accounts", "staff/keyaccount2", "")


def test_a_refusal_that_is_not_upheld_is_the_managers_to_take() -> None:
    subject, _ = ask(customer=business())
    item = stage(subject)
    baton.refuse(item=item, reason=Reason.DUPLICATE, defect="昨天答过", **shop.by("keyaccount", 5))
    baton.dispute(item=item, note="是另一件事", **shop.by("agent", 6))
    baton.judge(item=item, found_for=Side.OFFERER, note="须承接", **shop.by("supervisor", 8))
    row = offer(subject)
    assert (row.way, row.to_staff and row.to_staff.username, row.to_answers.username) == (
        "imposed", "keyaccount", "keyaccount",
    )  # fmt: skip
    with pytest.raises(baton.MustBeTaken):
        baton.refuse(item=item, reason=Reason.DUPLICATE, defect="不接", **shop.by("keyaccount", 9))
    assert stands(subject) == AGENTS
    baton.accept(item=item, **shop.by("keyaccount", 10))
    assert stands(subject) == MANAGERS


def test_an_offer_that_nobody_accepts_counts_against_the_manager_and_falls_to_the_deputy() -> None:
    subject, _ = ask(customer=business())
    item = stage(subject)
    with pytest.raises(baton.StillThere):
        baton.take_over(item=item, note="代接", **shop.by("keyaccount2", 29))
    scheduler.fire(at=shop.later(31))
    accepts = Commitment.objects.get(subject=f"work/{item}", promise="handoff-accept")
    assert (accepts.state, accepts.due_at, accepts.owner) == ("overdue", shop.later(30), "staff/keyaccount")
    assert [each.offer.item for each in hand_offs.unanswered(shop.later(31))] == [item]
    assert stands(subject) == AGENTS
    assert item in {each.item for each in matters.my_work("keyaccount2", shop.later(31)).to_take_over}
    baton.take_over(item=item, note="代接", **shop.by("keyaccount2", 32))
    assert stands(subject) == (*MANAGERS[:3], "keyaccount2")
    work.hand_back_matter(matter=subject, note="交还", **shop.by("keyaccount", 40))
    assert stands(subject) == MANAGERS


def test_while_the_manager_is_away_the_deputy_takes_it_at_once() -> None:
    posts.declare_absent(username="keyaccount", until=shop.later(600), note="出差", **shop.by("keyaccount"))
    subject, decision = ask(1, customer=business())
    row = offer(subject)
    assert (decision.owner, row.to_staff and row.to_staff.username, stands(subject)) == (
        "keyaccount",
        "keyaccount",
        AGENTS,
    )
    baton.take_over(item=row.item_id, note="A角出差", **shop.by("keyaccount2", 2))
    assert stands(subject) == (*MANAGERS[:3], "keyaccount2")
    assert (Item.objects.get(id=row.item_id).state, api.answer(matter=subject, **QUOTE, **HEARD, **shop.by("keyaccount2", 9))) == (
        "held", True,
    )  # fmt: skip


def test_a_manager_who_is_away_without_a_deputy_is_not_asked_but_the_unit_and_the_contact_stays() -> None:
    posts.declare_absent(username="keyaccount2", until=shop.later(600), note="出差", **shop.by("keyaccount2"))
    subject, decision = ask(1, customer=business(manager="keyaccount2"))
    assert (decision.owner, offer(subject).to_staff, offer(subject).to_unit.code) == ("", None, "key-accounts")
    baton.accept(item=stage(subject), **shop.by("keyaccount", 3))
    assert stands(subject) == AGENTS


def test_the_manager_who_replies_has_accepted() -> None:
    subject, _ = ask(customer=business())
    assert not api.answer(matter=subject, **HEARD, **shop.by("keyaccount", 5))
    assert stands(subject) == AGENTS
    assert not api.answer(matter=subject, **QUOTE, **shop.by("keyaccount", 6))
    assert (stands(subject), Item.objects.get(id=stage(subject)).state, clock(subject).state) == (
        MANAGERS,
        "held",
        "open",
    )
    assert api.answer(matter=subject, **HEARD, **shop.by("keyaccount", 7))
    work.close_matter(matter=subject, **shop.by("keyaccount", 8))


def answered(subject: str) -> list[tuple[str, str, str, str]]:
    """What became of each offer: its stage and state, who answered it, and who handed the work in."""
    rows = Handoff.objects.filter(matter__subject=subject).order_by("offered_at", "id")
    told = rows.values_list("item__stage", "state", "answered_by__username", "item__holder__username")
    return [(stage, state, who, holder) for stage, state, who, holder in told]


def in_time(minutes: float) -> tuple[int, int]:
    """Of what the account managers were offered, how much they accepted in time, and how much they left lying."""
    found = figures.figures(shop.later(minutes), since=shop.later(-1), until=shop.later(minutes))
    counts = found.receivers[OrgUnit.objects.get(code="key-accounts").id]
    return counts.accepted_in_time, counts.late


TAKERS = [("answer", "withdrawn", "agent", "agent"), ("acknowledge", "withdrawn", "agent", "agent")]


@pytest.mark.parametrize(("minutes", "late"), [(7, 0), (45, 1)])
def test_who_took_it_may_answer_and_keeps_it(minutes: float, late: int) -> None:
    subject, _ = ask(customer=business())
    assert api.answer(matter=subject, **QUOTE, **HEARD, **shop.by("agent", minutes))
    assert (stands(subject), clock(subject).state, shop.told("work.first_contact_passed")) == (AGENTS, "kept", [])
    assert not Item.objects.filter(matter__subject=subject, ended_at=None).exists()
    assert (answered(subject), in_time(minutes + 1)) == (TAKERS, (0, late))


def test_what_the_taker_replied_is_theirs_when_the_customer_confirms_it_by_the_web() -> None:
    number = business()
    subject, _ = ask(customer=number)
    item = stage(subject)
    assert not api.answer(matter=subject, **QUOTE, **shop.by("agent", 7))
    assert [each[:3] for each in answered(subject)] == [("answer", "withdrawn", "agent")]
    row = Item.objects.select_related("holder", "accountable", "unit").get(id=item)
    assert (row.state, row.holder and row.holder.username, row.unit.code) == ("held", "agent", "hotline")
    owners = set(Commitment.objects.filter(subject=f"work/{item}", state="open").values_list("owner", flat=True))
    assert owners <= {f"staff/{row.accountable.username}"}
    with pytest.raises(baton.NotOffered):
        baton.accept(item=item, **shop.by("keyaccount", 8))
    online.acknowledge(matter=subject, customer=number, actor=f"customer/{number}", at=shop.later(9))
    assert (answered(subject), stands(subject)[:2], in_time(10)) == (TAKERS, AGENTS[:2], (0, 0))


def test_a_colleague_who_replies_accepts_nothing_in_the_managers_name() -> None:
    subject, _ = ask(customer=business())
    assert api.answer(matter=subject, **QUOTE, **HEARD, **shop.by("keyaccount2", 7))
    assert stands(subject) == AGENTS
    mine = [
        ("answer", "withdrawn", "keyaccount2", "keyaccount2"),
        ("acknowledge", "withdrawn", "keyaccount2", "keyaccount2"),
    ]
    assert (answered(subject), in_time(8)) == (mine, (0, 0))


def test_what_the_rules_gave_to_somebody_is_not_accepted_for_them_either() -> None:
    subject, decision = ask(customer=shop.customer(manager="keyaccount"), pressed="9")
    assert (decision.owner, answered(subject)) == ("keyaccount", [("", "offered", None, None)])
    assert api.answer(matter=subject, **QUOTE, **HEARD, **shop.by("agent", 7))
    assert (answered(subject), in_time(8)) == ([("", "withdrawn", "agent", "agent")], (0, 0))


def test_a_hand_over_that_is_open_ends_when_the_manager_accepts() -> None:
    subject, _ = ask(customer=business())
    asked = work.hand_over_first_contact(matter=subject, to="agent2", note="交班", **shop.by("agent", 1))
    baton.accept(item=stage(subject), **shop.by("keyaccount", 2))
    assert (stands(subject), Item.objects.get(id=asked).state) == (MANAGERS, "withdrawn")
    with pytest.raises(baton.NotOffered):
        baton.accept(item=asked, **shop.by("agent2", 3))


def test_who_has_passed_the_contact_on_does_not_get_it_back_with_work() -> None:
    subject, _ = ask(customer=business())
    baton.accept(item=stage(subject), **shop.by("keyaccount", 2))
    asked = work.hand_over_first_contact(matter=subject, to="keyaccount2", note="换人", **shop.by("keyaccount", 3))
    baton.accept(item=asked, **shop.by("keyaccount2", 4))
    baton.deliver(item=stage(subject), **shop.by("keyaccount", 5))
    baton.accept(item=stage(subject, "acknowledge"), **shop.by("keyaccount", 6))
    assert stands(subject)[0] == "keyaccount2"


def test_work_that_the_manager_passes_on_does_not_take_the_contact_along() -> None:
    subject, _ = ask(customer=business())
    item = stage(subject)
    baton.accept(item=item, **shop.by("keyaccount", 2))
    baton.transfer(
        item=item, unit="key-accounts", to="keyaccount2", warm=True, note="请算价", **shop.by("keyaccount", 3)
    )
    baton.accept(item=item, **shop.by("keyaccount2", 4))
    held = Item.objects.select_related("holder").get(id=item)
    assert (stands(subject), held.holder and held.holder.username) == (MANAGERS, "keyaccount2")


def test_a_manager_who_has_changed_units_since_may_reply_and_it_counts_for_neither_unit() -> None:
    subject, _ = ask(customer=business())
    people.revoke_role(username="keyaccount", role="account_manager", unit="key-accounts", **shop.by("admin", 1))
    Staff.objects.filter(username="keyaccount").update(unit=OrgUnit.objects.get(code="dispatch"))
    with pytest.raises(baton.NotYours):
        baton.accept(item=stage(subject), **shop.by("keyaccount", 2))
    assert api.answer(matter=subject, **QUOTE, **HEARD, **shop.by("keyaccount", 7))
    assert [each[:3] for each in answered(subject)] == [
        ("answer", "withdrawn", "keyaccount"),
        ("acknowledge", "accepted", "keyaccount"),
    ]
    assert (stands(subject)[:2], in_time(8), case(subject).substance) == (("keyaccount", "dispatch"), (0, 0), "quote")


def mistaken(**said: Any) -> tuple[UUID, str]:
    """What somebody asks who is taken for a firm that `keyaccount` looks after: the interaction, and the matter."""
    wrong = business()
    talk = api.take(channel="hotline", medium="phone", customer=wrong, **shop.by("agent"))
    return talk, ask(1, interaction=talk, customer=wrong, **said)[0]


def other(**more: Any) -> str:
    """Another firm, whose it really is."""
    return business(**({"manager": "keyaccount2", "phone": "020-38880012"} | more))


def test_what_was_asked_for_who_was_named_wrongly_is_offered_to_the_right_ones_manager() -> None:
    talk, subject = mistaken()
    item = stage(subject)
    assert (matter(subject).facts["account_manager"], case(subject).owner.username) == ("keyaccount", "keyaccount")
    api.recognise_customer(interaction=talk, customer=other(), **shop.by("agent", 20))
    row = offer(subject)
    assert (row.item_id, row.to_staff and row.to_staff.username, row.to_answers.username, row.item.accountable.username) == (
        item, "keyaccount2", "keyaccount2", "keyaccount2",
    )  # fmt: skip
    assert (row.from_staff.username, row.accept_by_at, case(subject).owner.username) == (
        "agent", shop.later(50), "keyaccount2",
    )  # fmt: skip
    assert [each[1:3] for each in answered(subject)] == [("withdrawn", None), ("offered", None)]
    owners = set(Commitment.objects.filter(subject=f"work/{item}", state="open").values_list("promise", "owner"))
    assert ("handoff-accept", "staff/keyaccount2") in owners
    assert {owner for _, owner in owners} == {"staff/keyaccount2"}
    with pytest.raises(baton.MeantForAnother):
        baton.accept(item=item, **shop.by("keyaccount", 21))
    with pytest.raises(api.NotAnswering):
        api.answer(matter=subject, **QUOTE, **shop.by("technician", 21))
    scheduler.fire(at=shop.later(40))
    baton.accept(item=item, **shop.by("keyaccount2", 45))
    assert (stands(subject)[:2], in_time(46)) == (("keyaccount2", "key-accounts"), (1, 0))


def test_what_the_wrong_manager_accepted_stays_theirs() -> None:
    talk, subject = mistaken()
    baton.accept(item=stage(subject), **shop.by("keyaccount", 2))
    api.recognise_customer(interaction=talk, customer=other(), **shop.by("agent", 3))
    assert (stands(subject), [each[1] for each in answered(subject)]) == (MANAGERS, ["accepted"])


def test_of_the_right_one_without_a_manager_a_of_the_patch_is_asked_as_the_rules_choose() -> None:
    title = Text(zh="商客经理", en="Business manager")
    posts.open_post(
        code="east-business", function="business-manager", title=title, unit="tianhe-east-1", a="technician2", b="technician",
        **shop.by("admin"),
    )  # fmt: skip
    talk, subject = mistaken(address="r101")
    api.recognise_customer(interaction=talk, customer=other(manager=""), **shop.by("agent", 2))
    _, chosen = ask(3, by="agent2", customer=other(manager="", phone="020-38880013"), address="r101")
    row = offer(subject)
    assert (chosen.owner, row.to_staff and row.to_staff.username) == ("technician2", "technician2")
    assert (matter(subject).facts["account_manager"], case(subject).owner.username) == (chosen.owner, chosen.owner)


def test_of_the_right_one_whom_nobody_looks_after_the_unit_is_asked() -> None:
    talk, subject = mistaken()
    api.recognise_customer(interaction=talk, customer=other(manager=""), **shop.by("agent", 2))
    row = offer(subject)
    assert (row.to_staff, row.to_unit.code, case(subject).owner.username) == (None, "key-accounts", "agent")
    baton.accept(item=row.item_id, **shop.by("keyaccount2", 3))
    assert stands(subject) == AGENTS


def test_who_was_known_to_nobody_has_a_manager_once_they_are_named() -> None:
    talk = api.take(channel="hotline", medium="phone", **shop.by("agent"))
    known, _ = ask(1, interaction=talk, facts={"segment": "business"})
    assert (offer(known).to_staff, "account_manager" in matter(known).facts) == (None, False)
    api.recognise_customer(interaction=talk, customer=other(), **shop.by("agent", 2))
    row = offer(known)
    assert (matter(known).facts["account_manager"], row.to_staff and row.to_staff.username) == (
        "keyaccount2",
        "keyaccount2",
    )
    baton.accept(item=row.item_id, **shop.by("keyaccount2", 3))
    assert stands(known)[0] == "keyaccount2"


def test_what_the_rules_gave_outside_of_a_flow_goes_to_the_right_ones_manager_too() -> None:
    wrong, right = (shop.customer(manager=each) for each in ("keyaccount", "keyaccount2"))
    talk = api.take(channel="hotline", medium="phone", customer=wrong, **shop.by("agent"))
    subject, _ = ask(1, interaction=talk, customer=wrong, pressed="9")
    assert offer(subject).to_answers.username == "keyaccount"
    api.recognise_customer(interaction=talk, customer=right, **shop.by("agent", 2))
    row = offer(subject)
    assert (row.to_staff and row.to_staff.username, case(subject).owner.username) == ("keyaccount2", "keyaccount2")


def test_what_is_given_outside_of_a_flow_goes_to_the_deputy_while_the_manager_is_away() -> None:
    posts.declare_absent(username="keyaccount", until=shop.later(600), note="出差", **shop.by("keyaccount"))
    subject, decision = ask(1, customer=shop.customer(manager="keyaccount"), pressed="9")
    assert (decision.owner, offer(subject).to_staff) == ("keyaccount", Staff.objects.get(username="keyaccount2"))
    baton.accept(item=offer(subject).item_id, **shop.by("keyaccount2", 2))
    assert matter(subject).first_contact.username == "agent"
