"""Channels over their verbs: interactions, routing with what it writes, the three-hour clock, notes, one-time codes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from kapok.chain.ordering.models import Order
from kapok.front.channels import api, gathering, queries
from kapok.front.channels.models import AccessCode, Case, ChannelSetting, DoorKnock, Interaction, Note, Placed
from kapok.front.channels.online import api as online
from kapok.front.channels.refusals import BadChoice
from kapok.front.channels.rules import Course, Via
from kapok.ground.commitments import scheduler
from kapok.ground.commitments.explaining import explain
from kapok.ground.commitments.models import Commitment
from kapok.ground.customers import api as customers
from kapok.ground.customers import queries as known
from kapok.ground.customers.refusals import ErasedCustomer, StarOutOfRange, UnknownCustomer
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import timeline
from kapok.ground.people import api as people
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.places.models import PlaceDefect
from kapok.ground.places.refusals import UnknownAddress
from kapok.ground.work import api as work
from kapok.ground.work import urging
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Item, Matter
from kapok.ground.work.refusals import NotAPerson
from kapok.kernel.text import Text
from kapok.network.inventory.models import Resource
from tests.chain import shop
from tests.front.counter import ask, business, case, clock, matter, seconds

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]

HEARD = {"how": "call", "connected": timedelta(seconds=20)}
QUOTE = {"substance": "quote", "reply": "两条 100M 专线，月租 1200 元"}


def take(minutes: float = 0, by: str = "agent", **said: Any) -> UUID:
    return api.take(**({"channel": "hotline", "medium": "phone"} | said), **shop.by(by, minutes))


# ---- interactions ----


def test_whoever_takes_an_interaction_is_its_first_contact() -> None:
    number = shop.customer(phone="13800138000")
    one = take(calling="138 0013 8000", topic="新装咨询")
    view = queries.interaction(one)
    assert (view.customer, view.first_contact, view.topic, view.ended_at) == (number, "agent", "新装咨询", None)
    assert view.calling == "138****8000"
    api.close_interaction(interaction=one, resolution="已告知资费", **shop.by("agent", 4))
    assert queries.interaction(one).ended_at == shop.later(4)
    assert [view.id for view in queries.interactions_of(number)] == [one]


def test_one_serves_one_customer_at_a_time() -> None:
    one = take()
    with pytest.raises(api.StillTalking):
        take(1)
    assert take(1, "agent2") != one
    api.close_interaction(interaction=one, resolution="咨询完毕", **shop.by("agent", 2))
    assert take(3) != one
    assert Interaction.objects.count() == 3


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"channel": "telegraph"}, BadChoice), ({"medium": "hall"}, api.NotOfTheChannel), ({"medium": "fax"}, BadChoice),
        ({"direction": "up"}, BadChoice), ({"customer": "C99999999"}, UnknownCustomer), ({"topic": "长" * 201}, api.WordsMissing),
    ],
)  # fmt: skip
def test_an_interaction_that_cannot_be_is_refused_and_leaves_nothing(
    said: dict[str, str], refused: type[Exception]
) -> None:
    before = Entry.objects.count()
    with pytest.raises(refused):
        take(**said)
    assert (Interaction.objects.count(), Entry.objects.count()) == (0, before)


def test_only_its_first_contact_closes_an_interaction_and_once() -> None:
    one = take()
    with pytest.raises(api.NotYourInteraction):
        api.close_interaction(interaction=one, resolution="完毕", **shop.by("agent2", 1))
    with pytest.raises(api.WordsMissing):
        api.close_interaction(interaction=one, resolution=" ", **shop.by("agent", 1))
    number = shop.customer()
    api.recognise_customer(interaction=one, customer=number, **shop.by("agent", 1))
    api.close_interaction(interaction=one, resolution="完毕", **shop.by("agent", 2))
    with pytest.raises(api.InteractionOver):
        api.close_interaction(interaction=one, resolution="再次", **shop.by("agent", 3))
    with pytest.raises(api.UnknownInteraction):
        api.close_interaction(interaction=uuid4(), resolution="完毕", **shop.by("agent", 3))
    assert queries.interaction(one).resolution == "完毕"
    with pytest.raises(NotAPerson):
        api.take(channel="hotline", medium="phone", actor="system", at=shop.later(5))


def test_a_calling_number_leads_to_the_service_and_its_customer() -> None:
    number = shop.installed("voice", address="n5")
    row = Resource.objects.get(kind="number", service__number=number)
    assert queries.recognise("020 0000 0000") is None
    assert queries.recognise("") is None
    found = queries.Recognised(shop.service(number).customer.number, number, Via.SERVICE)
    assert row.value.startswith("20")
    area, line = row.value[:2], row.value[2:]
    for calling in (f"020-{line}", f"+86 20 {line}", f"0086{row.value}", f"86{row.value}", line, row.value):
        assert queries.recognise(calling) == found, calling
    assert [queries.recognise(each) for each in (f"0755-{line}", f"+{row.value}", f"+44 {area} {line}")] == [None] * 3
    for kept in (f"0{row.value}", line):  # as another system may have written it
        Resource.objects.filter(id=row.id).update(value=kept)
        assert queries.recognise(f"020-{line}") == found


@pytest.mark.parametrize("kept", ["020-38880011", "+86 20 3888 0011", "38880011"])
def test_a_contact_is_known_by_its_number_however_both_are_written(kept: str) -> None:
    number = shop.customer("越秀书店", phone=kept)
    for calling in ("02038880011", "+862038880011", "0086 20 38880011", "3888 0011", "2038880011"):
        assert queries.recognise(calling) == queries.Recognised(number, "", Via.CONTACT)
    assert queries.recognise("0755-38880011") is None


def test_a_contact_that_two_customers_share_tells_nobody() -> None:
    one = shop.customer("甲乙", phone="13900139000")
    assert queries.recognise("13900139000") == queries.Recognised(one, "", Via.CONTACT)
    shop.customer("丙丁", phone="13900139000")
    assert queries.recognise("13900139000") is None


# ---- routing ----


def test_a_business_request_goes_to_the_account_manager_within_three_hours() -> None:
    number = business()
    subject, decision = ask(calling="020-38880011", pressed="9")
    assert (decision.unit, decision.owner, decision.three_hours) == ("key-accounts", "keyaccount", True)
    one = matter(subject)
    assert (one.first_contact.username, case(subject).owner.username) == ("agent", "keyaccount")
    assert clock(subject).due_at == shop.later(180)
    assert clock(subject).owner == "staff/agent"
    (told,) = shop.told("channels.routed", subject)
    assert (told["rules"], told["course"]) == (["R1", "R7", "R5", "R5"], "open")
    view = queries.cases_of(number)[0]
    assert [rule for rule, _ in view.reasons] == ["R1", "R7", "R5", "R5"]


def test_what_is_open_is_urged_not_opened_twice() -> None:
    number = business()
    subject, _ = ask(customer=number)
    again, decision = ask(30, customer=number, same_as=subject, note="客户着急")
    assert (again, decision.course, Case.objects.count(), Matter.objects.count()) == (subject, Course.URGE, 1, 1)
    assert urging.pressing([subject]) == {subject: urging.Pressing(1, "staff/agent", shop.later(30), "客户着急")}
    other, _ = ask(31, customer=number, kind="complaint", complaint_kind="billing")
    assert other != subject
    mine, _ = ask(40, "keyaccount", customer=number, same_as=subject, note="自己催")
    assert mine == subject
    assert [(each["note"], each["number"]) for each in shop.told("work.urged", subject)] == [
        ("客户着急", 1),
        ("自己催", 2),
    ]


def test_a_public_fault_goes_to_the_patch_and_stays_with_whoever_was_asked_first() -> None:
    subject, decision = ask(kind="fault", title="断网", customer=shop.customer(address="r101"))
    assert (decision.unit, decision.defect) == ("tianhe-east", False)
    assert [reason.rule.value for reason in decision.reasons] == ["R1", "R7", "R6"]
    assert matter(subject).first_contact.username == "agent"
    assert Matter.objects.get(subject=subject, near__code="tianhe-east-1").unit.code == "hotline"
    assert PlaceDefect.objects.count() == 0


def test_an_address_without_a_patch_has_an_owner_and_is_noted_as_a_defect() -> None:
    subject, decision = ask(kind="fault", title="断网", address="n9", customer=shop.customer())
    assert (decision.defect, case(subject).owner.username, matter(subject).near_id) == (True, "agent", None)
    assert list(PlaceDefect.objects.values_list("address__code", flat=True)) == ["n9"]


def test_a_stranger_goes_to_the_longest_idle_of_the_channel() -> None:
    first = take(0, "agent")
    api.close_interaction(interaction=first, resolution="完毕", **shop.by("agent", 1))
    _, decision = ask(2, title="资费咨询")
    assert (decision.unit, decision.owner) == ("hotline", "agent2")
    api.release_staff(channel="hotline", username="agent2", **shop.by("admin", 3))
    assert ask(4, title="资费咨询")[1].owner == "agent"


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"kind": "wish"}, BadChoice), ({"channel": "fax"}, BadChoice), ({"customer": "C1"}, UnknownCustomer),
        ({"address": "nowhere"}, UnknownAddress), ({"title": ""}, work.TitleMissing),
        ({"title": "长" * 5_000_000}, work.TitleMissing),
        ({"interaction": uuid4()}, api.UnknownInteraction), ({"facts": {"service": "telex"}}, work.InvalidFact),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_and_leaves_nothing(said: dict[str, Any], refused: type[Exception]) -> None:
    before = Entry.objects.count()
    with pytest.raises(refused):
        ask(**said)
    assert (Case.objects.count(), Matter.objects.count(), Entry.objects.count()) == (0, 0, before)


def test_a_matter_of_an_interaction_is_linked_to_it() -> None:
    talk = take(customer=business())
    subject, _ = ask(1, customer=queries.interaction(talk).customer, interaction=talk)
    assert queries.interaction(talk).matters == (subject,)


# ---- the three hours ----


def test_a_bare_acknowledgement_does_not_stop_the_clock_and_the_breach_fires() -> None:
    subject, _ = ask(customer=business())
    assert not api.answer(matter=subject, **HEARD, **shop.by("keyaccount", 10))
    assert "request.acknowledged" in _happened(subject)
    assert not api.answer(matter=subject, **QUOTE, **shop.by("keyaccount", 20))
    assert clock(subject).state == "open"
    for how in ({"how": "call", "connected": seconds(19)}, {"how": "message", "word": " "}):
        with pytest.raises(api.NotHeard):
            api.answer(matter=subject, **how, **shop.by("keyaccount", 30))
    scheduler.fire(at=shop.later(121))
    assert "commitments.warned" in _kinds(subject)
    scheduler.fire(at=shop.later(181))
    assert clock(subject).state == "overdue"
    assert "commitments.breached" in _kinds(subject)
    assert api.answer(matter=subject, **HEARD, **shop.by("keyaccount", 200))
    assert (clock(subject).state, clock(subject).closed_at) == ("broken", shop.later(200))


def test_a_substantive_reply_that_was_heard_stops_the_clock() -> None:
    subject, _ = ask(customer=business())
    assert api.answer(matter=subject, **QUOTE, how="message", word="好的", **shop.by("keyaccount", 170))
    assert (clock(subject).state, clock(subject).closed_at) == ("kept", shop.later(170))
    assert _happened(subject).count("request.answered") == 1
    assert not Item.objects.filter(matter__subject=subject, ended_at=None).exists()
    scheduler.fire(at=shop.later(400))
    assert "commitments.breached" not in _kinds(subject)
    with pytest.raises(api.AlreadyAnswered):
        api.answer(matter=subject, **QUOTE, **shop.by("keyaccount", 180))
    work.close_matter(matter=subject, **shop.by("keyaccount", 181))


def test_the_flow_cannot_say_answered_before_it_was() -> None:
    subject, _ = ask(customer=business())
    with pytest.raises(api.NotSubstantive):
        work.happen(matter=subject, kind="request.answered", **shop.by("agent", 5))
    minutes = 5.0
    for stage, who in (("answer", "keyaccount"), ("acknowledge", "keyaccount")):
        item = Item.objects.get(matter__subject=subject, stage=stage, ended_at=None)
        minutes += 2
        baton.accept(item=item.id, **shop.by(who, minutes))
        if stage == "acknowledge":
            with pytest.raises(api.NotSubstantive):
                baton.deliver(item=item.id, **shop.by(who, minutes + 1))
            assert Item.objects.get(id=item.id).state == "held"
        else:
            baton.deliver(item=item.id, **shop.by(who, minutes + 1))
    assert clock(subject).state == "open"
    assert api.answer(matter=subject, **QUOTE, **HEARD, **shop.by("keyaccount", 20))
    assert clock(subject).state == "kept"


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({}, api.NotSubstantive), ({"substance": "promise", "reply": "会的"}, BadChoice), ({"reply": "价格如下"}, BadChoice),
        ({"substance": "quote", "reply": ""}, api.WordsMissing), ({"how": "smoke"}, BadChoice),
        (QUOTE | {"how": "smoke"}, BadChoice), ({"substance": "refusal", "reply": "长" * 1001}, api.WordsMissing),
    ],
)  # fmt: skip
def test_what_is_no_answer_changes_nothing(said: dict[str, Any], refused: type[Exception]) -> None:
    subject, _ = ask(customer=business())
    before = Entry.objects.count()
    with pytest.raises(refused):
        api.answer(matter=subject, **said, **shop.by("keyaccount", 5))
    assert (case(subject).substance, Entry.objects.count()) == ("", before)


def test_who_neither_answers_for_it_nor_belongs_there_cannot_answer() -> None:
    subject, _ = ask(customer=business())
    with pytest.raises(api.NotAnswering):
        api.answer(matter=subject, **QUOTE, **HEARD, **shop.by("technician", 5))
    with pytest.raises(api.NotACase):
        api.answer(matter="request/R2026-999999", **QUOTE, **shop.by("keyaccount", 5))
    assert clock(subject).state == "open"
    assert api.answer(matter=subject, **QUOTE, **HEARD, **shop.by("keyaccount2", 6))


WORD = {"who": "店主", "how": "call", "why": "已找别家"}


def test_only_the_customers_word_withdraws_a_request() -> None:
    subject, _ = ask(customer=business())
    for note in ("", "客户不要了"):
        with pytest.raises((api.NotWithdrawn, work.NoteMissing)):
            work.happen(matter=subject, kind="request.withdrawn", note=note, **shop.by("agent", 10))
    assert (clock(subject).state, _kinds(subject) & {"request.withdrawn"}) == ("open", set())
    for said, refused in (
        ({"who": ""}, api.WordsMissing), ({"why": " "}, api.WordsMissing), ({"how": ""}, BadChoice),
        ({"said_at": shop.later(-2)}, api.NotThen), ({"said_at": shop.later(12)}, api.NotThen),
    ):  # fmt: skip
        with pytest.raises(refused):
            api.withdraw(**{"matter": subject, "said_at": shop.later(5), **WORD, **said}, **shop.by("keyaccount", 11))
    with pytest.raises(api.NotAnswering):
        api.withdraw(matter=subject, said_at=shop.later(5), **WORD, **shop.by("technician", 11))
    assert (clock(subject).state, case(subject).withdrawn_at) == ("open", None)
    api.withdraw(matter=subject, said_at=shop.later(5), **WORD, **shop.by("keyaccount", 11))
    kept = case(subject)
    assert (kept.withdrawn_at, kept.withdrawn_by, kept.word, kept.told_by) == (
        shop.later(5),
        "店主",
        "已找别家",
        "staff",
    )
    assert clock(subject).state == "void"
    (told,) = shop.told("channels.withdrawn", subject)
    assert (told["how"], told["told_by"], "已找别家" in str(told), "店主" in str(told)) == (
        "call",
        "staff",
        False,
        False,
    )
    said = explain(clock(subject).id, at=shop.later(20))
    assert "欧阳慧（keyaccount） 登记，非客户本人操作" in said.zh
    for again in (
        lambda: api.withdraw(matter=subject, said_at=shop.later(6), **WORD, **shop.by("keyaccount", 12)),
        lambda: api.answer(matter=subject, **QUOTE, **HEARD, **shop.by("keyaccount", 12)),
    ):
        with pytest.raises(api.AlreadyWithdrawn):
            again()


def test_what_was_answered_is_not_withdrawn_any_more() -> None:
    subject, _ = ask(customer=business())
    assert api.answer(matter=subject, **QUOTE, **HEARD, **shop.by("keyaccount", 6))
    with pytest.raises(api.AlreadyAnswered):
        api.withdraw(matter=subject, said_at=shop.later(5), **WORD, **shop.by("keyaccount", 11))
    assert clock(subject).state == "kept"


def test_a_request_that_no_channel_took_in_is_withdrawn_with_a_note() -> None:
    subject = work.open_matter(kind="request.received", title="报价", first_contact="agent", **shop.by("agent"))
    with pytest.raises(work.NoteMissing):
        work.happen(matter=subject, kind="request.withdrawn", **shop.by("agent", 1))
    work.happen(matter=subject, kind="request.withdrawn", note="客户来电 10:05 撤回", **shop.by("agent", 2))
    assert "request.withdrawn" in _kinds(subject)


def test_whose_word_it_is_that_an_answer_was_heard_is_told_apart() -> None:
    ours, own = ask(customer=business())[0], ask(1, customer=business(phone="020-38880012"))[0]
    assert api.answer(matter=ours, **QUOTE, **HEARD, **shop.by("keyaccount", 6))
    api.answer(matter=own, **QUOTE, **shop.by("keyaccount", 6))
    whose = case(own).customer
    assert whose is not None
    online.acknowledge(matter=own, customer=whose.number, actor=f"customer/{whose.number}", at=shop.later(7))
    assert (case(ours).told_by, case(own).told_by) == ("staff", "customer")
    assert [shop.told("channels.acknowledged", each)[0]["told_by"] for each in (ours, own)] == ["staff", "customer"]
    assert "非客户本人操作" in explain(clock(ours).id, at=shop.later(8)).zh
    assert "由客户本人确认" in explain(clock(own).id, at=shop.later(8)).zh
    assert "said by the customer themselves" in explain(clock(own).id, at=shop.later(8)).en


def _happened(subject: str) -> list[str]:
    kinds = Entry.objects.filter(subject=subject).order_by("transaction", "position").values_list("kind", flat=True)
    return [kind for kind in kinds if kind.startswith("request.")]


def _kinds(subject: str) -> set[str]:
    return set(Entry.objects.filter(subject=subject).values_list("kind", flat=True))


# ---- orders, notes ----


def test_a_form_sent_twice_places_one_order() -> None:
    number, key = shop.customer(), uuid4()
    talk = take(customer=number)
    said: dict[str, Any] = {"key": key, "customer": number, "channel": "hotline", "lines": [shop.line()], "pay": True}
    first = api.take_order(**said, interaction=talk, **shop.by("agent", 1))
    again = api.take_order(**said, interaction=talk, **shop.by("agent", 1))
    assert first == again
    assert (Order.objects.count(), queries.interaction(talk).matters) == (1, (f"order/{first}",))


def test_a_form_that_was_refused_may_be_sent_again() -> None:
    number, key = shop.customer(), uuid4()
    said: dict[str, Any] = {"key": key, "customer": number, "channel": "hotline", "pay": True}
    with pytest.raises(UnknownAddress):
        api.take_order(**said, lines=[shop.line(address="nowhere")], **shop.by("agent", 1))
    assert (Order.objects.count(), Placed.objects.count()) == (0, 0)
    assert api.take_order(**said, lines=[shop.line()], **shop.by("agent", 2)).startswith("O2026-")


def test_notes_stay_with_the_customer_and_their_words_out_of_the_journal() -> None:
    number = shop.customer()
    api.add_note(customer=number, words="只在晚上接电话", **shop.by("agent", 1))
    (note,) = queries.notes_of(number)
    assert (note.words, note.author) == ("只在晚上接电话", "agent")
    assert shop.told("channels.noted", f"customer/{number}") == [{}]
    for words in ("", "长" * 1001):
        with pytest.raises(api.WordsMissing):
            api.add_note(customer=number, words=words, **shop.by("agent", 1))
    assert Note.objects.count() == 1


def test_the_channels_say_how_they_are_staffed() -> None:
    views = queries.channels()
    assert [view.code.value for view in views] == ["key_account", "business", "public", "transient", "hotline"]
    assert views[-1].staff == ("梁小敏", "苏婷")
    with pytest.raises(BadChoice):
        api.set_channel(
            channel="fax",
            mass="hotline",
            business="hotline",
            key="hotline",
            supervision="hotline",
            segment="public",
            **shop.by("admin"),
        )


# ---- codes ----


def entered(order: str, code: str, minutes: float = 1, address: str = "10.0.0.1") -> tuple[str, str] | None:
    return api.enter(order=order, code=code, address=address, actor="customer", at=shop.later(minutes))


def sent(order: str, minutes: float = 0, address: str = "10.0.0.1") -> str:
    api.send_code(order=order, address=address, actor="customer", at=shop.later(minutes))
    return AccessCode.objects.filter(order=order).values_list("shown", flat=True).first() or ""


def test_a_code_lets_the_customer_of_the_order_in_once(settings: Settings) -> None:
    settings.DEMO = True
    number = shop.customer(phone="13800138000")
    order = shop.placed(whose=number)
    code = sent(order)
    [told] = [each for each in timeline(f"order/{order}") if each.kind == "channels.code_sent"]
    assert (len(code), told.data) == (6, {"sent_to": "138****8000"})
    assert queries.shown_codes(number) == {order: code}
    wrong = "000000" if code != "000000" else "000001"
    assert entered(order, wrong) is None
    assert entered(f" {order.lower()} ", code) == (order, number)
    assert entered(order, code, 2) is None
    assert queries.shown_codes(number) == {}


def test_a_code_runs_out_and_is_not_kept_in_clear_outside_a_demonstration(settings: Settings) -> None:
    order = shop.placed(whose=shop.customer(phone="13800138000"))
    assert sent(order) == ""
    settings.DEMO = True
    code = sent(order, 1)
    assert entered(order, code, 11) is None
    code = sent(order, 12)
    for _ in range(5):
        assert entered(order, "x", 13) is None
    assert entered(order, code, 14) is None


def test_nobody_learns_which_orders_exist() -> None:
    before = Entry.objects.count()
    sent("O2026-999999")
    sent("'; drop table--" * 100)
    assert (AccessCode.objects.count(), Entry.objects.count(), DoorKnock.objects.count()) == (0, before, 2)
    assert entered("O2026-999999", "123456") is None
    assert sent(shop.placed(whose=shop.customer())) == ""  # no contact, no code


def test_who_knocks_too_often_is_turned_away() -> None:
    for _ in range(5):
        sent("O2026-999999", address="10.0.0.2")
    with pytest.raises(api.KnockedTooOften):
        sent("O2026-999999", address="10.0.0.3")
    sent("O2026-999998", address="10.0.0.3")
    sent("O2026-999999", 61, address="10.0.0.3")
    for number in range(30):
        entered(f"O2026-{number:06}", "1", address="10.0.0.4")
    with pytest.raises(api.KnockedTooOften):
        entered("O2026-100000", "1", address="10.0.0.4")


def test_what_a_merged_customer_asked_is_open_for_the_one_that_stands_for_it() -> None:
    keep, drop = business(), business(phone="")
    subject, _ = ask(customer=drop)
    customers.merge(keep=keep, drop=drop, reason="同一家店", **shop.by("admin", 1))
    for number in (keep, drop):
        assert ask(2, customer=number, same_as=subject)[0] == subject
    assert [view.matter for view in queries.cases_of(keep)] == [subject]


# ---- what an interaction says about how it is routed ----


def test_r1_and_r2_a_key_account_is_known_with_its_star_and_never_waits_in_the_mass_queue() -> None:
    bank = shop.customer("银行", "key_account", tier="SL1", star=5, manager="keyaccount", phone="020-38880000")
    subject, decision = ask(kind="fault", title="专线中断", calling="020-38880000")
    assert (decision.unit, decision.owner, case(subject).unit.code) == ("key-accounts", "keyaccount", "key-accounts")
    assert [each.rule.value for each in decision.reasons] == ["R1", "R7", "R2", "R2"]
    assert (
        decision.reasons[0].text.en == f"the calling number is a contact of theirs: {bank} (Key accounts VIP SL1 ★★★★★)"
    )


def test_r4_an_incident_that_is_not_announced_attaches_nothing() -> None:
    incident = work.open_matter(kind="incident.occurred", title="光缆中断", first_contact="agent", **shop.by("agent"))
    subject, decision = ask(1, kind="fault", title="无法上网")
    assert (decision.course, subject == incident) == (Course.OPEN, False)


def test_r5_who_dialled_the_business_line_has_the_three_hours() -> None:
    home = shop.customer("甲乙")
    for minutes, dialled, count in ((0, "10000", False), (10, "10009", True)):
        talk = take(minutes, customer=home, dialled=dialled)
        assert queries.interaction(talk).dialled == dialled
        subject, decision = ask(minutes + 1, customer=home, interaction=talk)
        assert (decision.three_hours, decision.unit) == (count, "key-accounts" if count else "hotline")
        api.close_interaction(interaction=talk, resolution="已受理", **shop.by("agent", minutes + 2))
        Case.objects.filter(matter=subject).update(customer=None)
    with pytest.raises(BadChoice):
        take(20, dialled="110")
    assert Interaction.objects.count() == 2


def test_r5_a_fault_by_the_business_line_reaches_the_account_manager_within_the_three_hours() -> None:
    for minutes, said in ((0, {"pressed": "9"}), (10, {"dialled": "10009"})):
        subject, decision = ask(minutes, kind="fault", title="断网", customer=business(phone=""), **said)
        assert (decision.unit, decision.owner, decision.three_hours) == ("key-accounts", "keyaccount", True)
        assert (case(subject).owner.username, matter(subject).first_contact.username) == ("keyaccount", "agent")


def test_r2_stars_go_before_the_mass_queue_as_the_channel_says() -> None:
    star = shop.customer("陈静", star=5, address="r101")
    assert ask(kind="fault", title="断网", customer=star)[1].unit == "key-accounts"
    ChannelSetting.objects.filter(code="hotline").update(stars_first=6)
    assert (
        ask(1, kind="fault", title="断网", customer=shop.customer("陈静", star=5, address="r101"))[1].unit
        != "key-accounts"
    )
    ChannelSetting.objects.filter(code="hotline").update(stars_first=None)
    assert (
        ask(2, kind="fault", title="断网", customer=shop.customer("陈静", star=7, address="r101"))[1].unit
        != "key-accounts"
    )
    with pytest.raises(StarOutOfRange):
        api.set_channel(
            channel="hotline", mass="hotline", business="hotline", key="hotline", supervision="hotline", segment="public",
            stars_first=8, **shop.by("admin"),
        )  # fmt: skip


def test_r1_who_took_back_that_they_may_be_called_is_not_to_be_disturbed() -> None:
    number = shop.customer("陈静")
    said = {"customer": number, "purpose": "calls", "means": "phone"}

    def quiet(minutes: float) -> bool:
        _, decision = ask(minutes, customer=number, title=f"咨询 {minutes}")
        return "免打扰" in decision.reasons[0].text.zh

    assert (quiet(0), known.customer(number).wants_no_calls) == (False, False)
    customers.give_consent(**said, **shop.by("agent", 1))
    assert quiet(2) is False
    customers.withdraw_consent(**said, **shop.by("agent", 3))
    assert (quiet(4), known.customer(number).wants_no_calls) == (True, True)
    customers.give_consent(**said, **shop.by("agent", 5))
    assert quiet(6) is False


def test_how_idle_somebody_is_is_read_along_an_index_and_of_their_last_interactions() -> None:
    for minutes in range(0, 6, 2):
        talk = take(minutes)
        api.close_interaction(interaction=talk, resolution="完毕", **shop.by("agent", minutes + 1))
    staff = Staff.objects.get(username="agent")
    assert gathering._last({staff.id}, shop.later(60)) == {staff.id: shop.later(5)}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {gathering.ENDED}", [[staff.id]])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan using channels_of_staff" in plan, plan


def test_who_is_on_duty_is_asked_once_however_many_teams_there_are() -> None:
    centre = OrgUnit.objects.get(code="tianhe-east")
    with CaptureQueriesContext(connection) as one:
        gathering._on_duty(centre, shop.later(0))
    for number in range(3):
        people.add_unit(
            code=f"team-{number}", kind="team", parent="tianhe-east", name=Text(zh="班", en="team"), **shop.by("admin")
        )
    with CaptureQueriesContext(connection) as more:
        gathering._on_duty(centre, shop.later(0))
    assert len(one) == len(more)


@pytest.mark.parametrize(
    ("minutes", "owner", "unit", "call_back"),
    [(0.5, "agent", "hotline", False), (1, "agent2", "dispatch", False), (5, "agent", "hotline", True)],
)
def test_r8_after_a_time_anybody_takes_it_after_a_longer_one_it_is_called_back(
    minutes: float, owner: str, unit: str, call_back: bool
) -> None:
    ChannelSetting.objects.filter(code="hotline").update(skill="fibre-splicing")
    talk = take()
    subject, decision = ask(9, waited=timedelta(minutes=minutes), interaction=talk)
    kept = case(subject)
    assert (kept.owner.username, kept.unit.code, kept.call_back) == (owner, unit, call_back)
    assert decision.call_back is call_back
    found = queries.case(subject)
    assert found is not None
    assert (found.call_back, found.reasons[-1][0]) == (call_back, "R8")


# ---- a caller whom nobody knew ----


def test_a_stranger_who_is_named_later_has_the_interaction_and_what_they_asked_with_its_clock() -> None:
    talk = take()
    subject, _ = ask(interaction=talk)
    assert (queries.interaction(talk).customer, case(subject).customer) == ("", None)
    assert not Commitment.objects.filter(subject=subject, promise="reply").exists()
    api.close_interaction(interaction=talk, resolution="待回电", **shop.by("agent", 5))
    whose = business()
    api.recognise_customer(interaction=talk, customer=whose, **shop.by("agent2", 10))
    assert queries.interaction(talk).customer == whose
    assert [case.matter for case in queries.cases_of(whose)] == [subject]
    row = clock(subject)
    assert (row.state, row.due_at) == ("open", shop.later(180))
    assert shop.told("channels.recognised") == [{"customer": whose}]


def test_what_is_somebodys_is_not_given_to_another_once_it_is_over() -> None:
    one, other = shop.customer("甲乙"), shop.customer("丙丁")
    talk = take(customer=one)
    with pytest.raises(api.NotYourInteraction):
        api.recognise_customer(interaction=talk, customer=other, **shop.by("agent2", 1))
    api.recognise_customer(interaction=talk, customer=one, **shop.by("agent2", 1))
    api.close_interaction(interaction=talk, resolution="完毕", **shop.by("agent", 2))
    with pytest.raises(api.InteractionOver):
        api.recognise_customer(interaction=talk, customer=other, **shop.by("agent", 3))
    with pytest.raises(api.UnknownInteraction):
        api.recognise_customer(interaction=uuid4(), customer=one, **shop.by("agent", 3))
    assert queries.interaction(talk).customer == one
    assert shop.told("channels.recognised") == []


def test_a_wrong_naming_is_corrected_with_all_that_was_opened_in_it() -> None:
    wrong, right = shop.customer("甲乙"), business()
    earlier, _ = ask(customer=wrong, kind="complaint", complaint_kind="billing")
    talk = take(1, customer=wrong)
    subject, _ = ask(2, customer=wrong, interaction=talk)
    urged, decision = ask(
        3, customer=wrong, kind="complaint", complaint_kind="billing", same_as=earlier, interaction=talk
    )
    assert (urged, decision.course) == (earlier, Course.URGE)
    assert not Commitment.objects.filter(subject=subject, promise="reply").exists()
    api.recognise_customer(interaction=talk, customer=right, **shop.by("agent", 4))
    assert [view.matter for view in queries.cases_of(right)] == [subject]
    assert [view.matter for view in queries.cases_of(wrong)] == [earlier]
    assert matter(subject).facts["segment"] == "business"
    assert (clock(subject).state, clock(subject).due_at) == ("open", shop.later(182))


def test_a_service_of_whom_was_named_wrongly_is_not_of_the_other() -> None:
    service = shop.installed("voice", address="n5")
    wrong, right = shop.service(service).customer.number, business()
    talk = take(customer=wrong)
    subject, _ = ask(1, customer=wrong, service=service, kind="fault", title="无法拨号", interaction=talk)
    assert case(subject).service is not None
    api.recognise_customer(interaction=talk, customer=right, **shop.by("agent", 2))
    kept = case(subject)
    assert (kept.customer.number if kept.customer else "", kept.service) == (right, None)


def test_a_stranger_is_not_named_as_somebody_who_is_erased() -> None:
    gone, talk = shop.customer("王五"), take()
    customers.erase_person(customer=gone, reason="客户要求删除", **shop.by("manager", 1))
    with pytest.raises(ErasedCustomer):
        api.recognise_customer(interaction=talk, customer=gone, **shop.by("agent", 2))
    assert queries.interaction(talk).customer == ""
