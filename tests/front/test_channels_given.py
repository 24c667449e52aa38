"""What the rules decide reaches whom they chose: work that is offered, a queue that is served in its order, calls to be made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kapok.front.channels import api, queries, queueing
from kapok.front.channels.models import Case, ChannelSetting
from kapok.front.channels.online import api as online
from kapok.front.channels.online import queries as written
from kapok.front.channels.rules import Course
from kapok.ground.commitments.models import Commitment
from kapok.ground.people import api as people
from kapok.ground.people.models import Staff
from kapok.ground.posts import api as posts
from kapok.ground.work import api as work
from kapok.ground.work import queries as matters
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Handoff, Item
from kapok.kernel.text import Text
from tests.chain import shop
from tests.front.counter import ask, business, case, clock, matter

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]


def take(minutes: float = 0, by: str = "agent", **said: Any) -> UUID:
    return api.take(**({"channel": "hotline", "medium": "phone"} | said), **shop.by(by, minutes))


def offered(username: str, minutes: float = 1) -> list[str]:
    """The matters whose work is offered to somebody."""
    return [each.matter for each in matters.my_work(username, shop.later(minutes)).offers]


def given(subject: str) -> Handoff:
    """The offer that is open."""
    return Handoff.objects.select_related("to_unit", "to_staff", "from_staff").get(
        item__matter__subject=subject, state="offered"
    )


# ---- offered to whom the rules chose ----


def patch_with_a_manager() -> str:
    """A household of the patch tianhe-east-1, which has an A and a B."""
    title = Text(zh="社区经理", en="Community manager")
    said: dict[str, Any] = {"code": "east-1-care", "function": "care", "title": title, "unit": "tianhe-east-1"}
    posts.open_post(**said, a="technician2", b="technician", **shop.by("admin"))
    for username in ("technician2", "technician"):
        people.grant_role(username=username, role="technician", unit="tianhe-east-1", **shop.by("admin"))
    return shop.customer(address="n1")


def test_r6_the_a_of_the_patch_is_offered_what_the_hotline_took_in_and_the_clock_runs() -> None:
    home = patch_with_a_manager()
    subject, decision = ask(kind="fault", title="断网", customer=home)
    assert (decision.unit, decision.owner) == ("tianhe-east-1", "technician2")
    row = given(subject)
    assert (row.to_unit.code, row.to_staff and row.to_staff.username) == ("tianhe-east-1", decision.owner)
    assert (row.from_staff.username, matter(subject).first_contact.username) == ("agent", "agent")
    assert subject in offered(decision.owner)
    assert subject not in offered("agent2")
    accepts = Commitment.objects.get(subject=f"work/{row.item_id}", promise="handoff-accept")
    assert (accepts.opened_at, accepts.due_at) == (shop.later(0), shop.later(30))


def test_r8_the_longest_idle_is_offered_it_by_name() -> None:
    talk = take()
    subject, decision = ask(1, interaction=talk, title="资费咨询")
    assert (decision.owner, given(subject).to_unit.code) == ("agent2", "hotline")
    assert (offered("agent2", 2), offered("agent", 2)) == ([subject], [])
    item = given(subject).item_id
    baton.accept(item=item, **shop.by("agent2", 3))
    baton.deliver(item=item, **shop.by("agent2", 9))
    assert matter(subject).first_contact.username == "agent"


def test_who_is_not_of_the_queue_is_asked_as_one_of_their_own_unit() -> None:
    ChannelSetting.objects.filter(code="hotline").update(skill="fibre-splicing")
    subject, decision = ask(waited=timedelta(minutes=2), interaction=take(), title="资费咨询")
    assert (decision.unit, decision.owner) == ("dispatch", "agent2")
    assert (case(subject).unit.code, given(subject).to_unit.code) == ("dispatch", "hotline")


def test_nothing_is_offered_to_the_taker_nor_where_a_flow_says_who_works() -> None:
    api.release_staff(channel="hotline", username="agent2", **shop.by("admin"))
    mine, decision = ask(title="资费咨询")
    assert (decision.owner, case(mine).work) == ("agent", None)
    assert not Item.objects.filter(matter__subject=mine).exists()
    firm, _ = ask(1, customer=business())
    assert set(Item.objects.filter(matter__subject=firm).values_list("stage", flat=True)) == {"answer"}
    assert case(firm).work is None


def test_what_a_household_asks_by_the_business_line_is_offered_to_its_manager_and_stays_with_the_taker() -> None:
    line, said = ask(2, customer=shop.customer(manager="keyaccount"), pressed="9")
    assert (said.owner, said.three_hours, matter(line).first_contact.username) == ("keyaccount", True, "agent")
    offer = given(line)
    assert (offer.to_staff == Staff.objects.get(username="keyaccount"), offer.to_unit.code) == (True, "key-accounts")
    assert line in offered("keyaccount")
    assert Commitment.objects.get(subject=line, promise="reply-line").owner == "staff/agent"
    assert Commitment.objects.filter(promise="handoff-accept", closed_at=None).count() == 1
    with pytest.raises(api.NotAnswering):
        api.answer(matter=line, substance="quote", reply="每月 59 元", **shop.by("technician", 3))
    assert api.answer(
        matter=line, substance="quote", reply="每月 59 元", how="message", word="好", **shop.by("keyaccount", 4)
    )


def test_r7_a_complaint_about_a_person_is_offered_to_the_supervision_and_not_to_whoever_serves() -> None:
    home = patch_with_a_manager()
    for complaint in ("attitude", "billing", "other"):
        subject, decision = ask(kind="complaint", complaint_kind=complaint, title="投诉", customer=home)
        assert (decision.unit, case(subject).unit.code, given(subject).to_unit.code) == ("supervision",) * 3
        assert (given(subject).to_staff, matter(subject).line) == (None, "supervision")
        assert subject in offered("supervisor")
        for username in ("technician2", "technician", "agent2"):
            assert subject not in offered(username)
    network, decision = ask(kind="complaint", complaint_kind="network", title="网速慢", customer=home)
    assert (decision.unit, matter(network).line) == ("tianhe-east-1", "assurance")


def test_by_the_web_a_complaint_about_us_is_not_asked_of_the_account_manager() -> None:
    number = business(address="n1")
    who: dict[str, Any] = {"network": "10.0.0.1", "actor": f"customer/{number}", "at": shop.later(1)}
    asked, _ = online.ask(customer=number, topic="question", words="专线多少钱？", **who)
    complained, _ = online.ask(customer=number, topic="complaint", words="客户经理态度差", **who)
    assert (case(asked).owner.username, given(asked).to_staff and given(asked).to_answers.username) == (
        "keyaccount",
    ) * 2
    assert (matter(complained).first_contact.username, matter(complained).facts["complaint_kind"]) == (
        "agent2",
        "attitude",
    )
    assert "account_manager" not in matter(complained).facts
    assert case(complained).unit.code == "supervision"


def test_an_answer_ends_the_work_that_was_offered_and_what_was_refused_does_not_stand_in_its_way() -> None:
    subject, _ = ask(interaction=take(), title="资费咨询")
    baton.refuse(item=given(subject).item_id, reason="data_missing", defect="没有号码", **shop.by("agent2", 2))
    said = {"substance": "quote", "reply": "每月 59 元", "how": "message", "word": "好"}
    assert api.answer(matter=subject, **said, **shop.by("agent", 3))
    other, _ = ask(4, "agent2", title="资费咨询")
    assert api.answer(matter=other, **said, **shop.by("agent2", 5))
    assert not Item.objects.filter(matter__subject=other, ended_at=None).exists()
    work.close_matter(matter=other, **shop.by("agent2", 6))


def test_who_took_the_work_may_answer() -> None:
    home = patch_with_a_manager()
    subject, decision = ask(customer=home, title="想装宽带")
    item = given(subject).item_id
    said = {"substance": "quote", "reply": "每月 59 元", "how": "message", "word": "好"}
    with pytest.raises(api.NotAnswering):
        api.answer(matter=subject, **said, **shop.by("dispatcher", 2))
    baton.accept(item=item, **shop.by(decision.owner, 3))
    baton.transfer(item=item, unit="dispatch", warm=True, note="请查资源", **shop.by(decision.owner, 4))
    baton.accept(item=item, **shop.by("dispatcher", 5))
    assert api.answer(matter=subject, **said, **shop.by("dispatcher", 6))


# ---- the queue ----


def everybody_talks() -> list[UUID]:
    """Both who serve the hotline are in a call."""
    return [take(0, "agent"), take(0, "agent2")]


def test_what_waits_is_the_units_and_is_given_in_its_order_to_who_becomes_idle() -> None:
    first_talk, other_talk = everybody_talks()
    first, decision = ask(1, interaction=first_talk, title="资费咨询")
    second, _ = ask(2, "agent2", interaction=other_talk, title="办理咨询")
    assert (decision.owner, decision.waits) == ("", True)
    assert (case(first).waits_since, case(second).waits_since) == (shop.later(1), shop.later(2))
    assert (given(first).to_staff, given(first).to_unit.code) == (None, "hotline")
    assert set(offered("agent2", 2)) == {first, second}
    assert queueing.serve_waiting(at=shop.later(1.5)) == 0
    api.close_interaction(interaction=other_talk, resolution="完毕", **shop.by("agent2", 1.6))
    assert queueing.serve_waiting(at=shop.later(1.7)) == 1
    assert (given(first).to_staff == Staff.objects.get(username="agent2"), given(second).to_staff) == (True, None)
    assert (case(first).owner.username, case(first).waits_since) == ("agent2", None)
    assert queueing.serve_waiting(at=shop.later(1.8)) == 0
    (told,) = shop.told("channels.rerouted", first)
    assert (told["owner"], told["unit"]) == ("agent2", "hotline")
    assert case(first).reasons[-1]["rule"] == "R8"
    assert case(second).waits_since == shop.later(2)


def test_what_waits_overflows_and_then_is_called_back_though_nobody_asks_again() -> None:
    ChannelSetting.objects.filter(code="hotline").update(skill="fibre-splicing")
    talks = everybody_talks()
    subject, _ = ask(1, interaction=talks[0], title="资费咨询")
    assert queueing.serve_waiting(at=shop.later(3)) == 0
    assert not case(subject).call_back
    assert queueing.serve_waiting(at=shop.later(6)) == 1
    assert (case(subject).call_back, case(subject).waits_since, given(subject).to_staff) == (True, shop.later(1), None)
    assert queueing.serve_waiting(at=shop.later(7)) == 0
    other, _ = ask(7, interaction=talks[0], title="办理咨询")
    api.close_interaction(interaction=talks[1], resolution="完毕", **shop.by("agent2", 8))
    assert queueing.serve_waiting(at=shop.later(8)) == 1
    assert (case(other).owner.username, case(other).unit.code, case(other).call_back) == ("agent2", "dispatch", False)
    assert case(subject).waits_since == shop.later(1)


def test_who_asks_now_does_not_pass_who_waits() -> None:
    talks = everybody_talks()
    waits, _ = ask(1, interaction=talks[0], title="资费咨询")
    api.close_interaction(interaction=talks[1], resolution="完毕", **shop.by("agent2", 2))
    late, decision = ask(3, interaction=talks[0], title="办理咨询")
    assert (case(waits).owner.username, decision.owner, decision.waits) == ("agent2", "", True)
    assert case(late).waits_since == shop.later(3)


def test_what_one_of_the_unit_took_waits_no_longer_and_stays_theirs() -> None:
    talks = everybody_talks()
    subject, _ = ask(1, interaction=talks[0], title="资费咨询")
    baton.accept(item=given(subject).item_id, **shop.by("agent", 2))
    api.close_interaction(interaction=talks[1], resolution="完毕", **shop.by("agent2", 3))
    assert queueing.serve_waiting(at=shop.later(4)) == 0
    assert (case(subject).waits_since, Item.objects.get(matter__subject=subject).state) == (None, "held")
    assert shop.told("channels.rerouted", subject) == []


def test_what_the_agent_said_of_the_language_still_counts_in_the_queue() -> None:
    for username, language in (("agent", "yue"), ("agent2", "en")):
        posts.withdraw_skill(username=username, skill=f"language-{language}", **shop.by("manager"))
    talk = take(0, "agent", language="ja")
    subject, _ = ask(1, interaction=talk, title="料金")
    assert (case(subject).language, queueing.serve_waiting(at=shop.later(1.5))) == ("ja", 0)
    posts.define_skill(code="language-ja", title=Text(zh="日语服务", en="Service in Japanese"), **shop.by("manager", 1))
    posts.award_skill(username="agent2", skill="language-ja", level=2, **shop.by("manager", 1.6))
    assert queueing.serve_waiting(at=shop.later(1.7)) == 1
    assert case(subject).owner.username == "agent2"


def test_the_keeper_looks_every_second() -> None:
    talks = everybody_talks()
    ask(1, interaction=talks[0], title="资费咨询")
    upkeep = queueing.Upkeep()
    assert upkeep(shop.later(1)) == 0
    api.close_interaction(interaction=talks[1], resolution="完毕", **shop.by("agent2", 1))
    assert upkeep(shop.later(1) + timedelta(milliseconds=900)) == 0
    assert upkeep(shop.later(1) + timedelta(seconds=1)) == 1


# ---- to be called back ----


def test_who_is_to_be_called_stands_in_a_list_until_they_were_called() -> None:
    talks = everybody_talks()
    subject, _ = ask(1, interaction=talks[0], waited=timedelta(minutes=5), title="资费咨询")
    hotline = {case(subject).unit_id}
    assert [each.matter for each in queries.to_be_called("nobody", hotline)] == [subject]
    assert [each.matter for each in queries.to_be_called("agent", set())] == [subject]
    assert queries.to_be_called("keyaccount", set()) == []
    with pytest.raises(api.NotAnswering):
        api.note_called_back(matter=subject, **shop.by("technician", 8))
    api.note_called_back(matter=subject, **shop.by("agent2", 9))
    assert (case(subject).called_at, queries.how_many_to_call("agent", hotline)) == (shop.later(9), 0)
    with pytest.raises(api.NotToBeCalled):
        api.note_called_back(matter=subject, **shop.by("agent2", 10))
    assert len(shop.told("channels.called_back", subject)) == 1


# ---- R3: what is the same ----


def test_r3_another_question_of_a_business_has_its_own_three_hours() -> None:
    number = business()
    first, _ = ask(customer=number)
    second, decision = ask(30, customer=number, title="另一件事")
    assert (second != first, decision.course) == (True, Course.OPEN)
    assert (clock(first).due_at, clock(second).due_at) == (shop.later(180), shop.later(210))
    who: dict[str, Any] = {"network": "10.0.0.1", "actor": f"customer/{number}", "at": shop.later(40)}
    third, decision = online.ask(customer=number, topic="question", words="第三件事", **who)
    assert (decision.course, clock(third).due_at) == (Course.OPEN, shop.later(220))
    same, decision = online.ask(customer=number, topic="question", words="还没有答复", same_as=first, **who)
    assert (same, decision.course) == (first, Course.URGE)
    assert [each.words for each in written.messages_about(first)] == ["还没有答复"]


def test_r3_a_form_that_is_sent_twice_asks_one_thing() -> None:
    talk = take()
    first, _ = ask(1, interaction=talk, title="资费咨询")
    assert ask(1, interaction=talk, title=" 资费咨询 ")[0] == first
    assert ask(2, interaction=talk, title="办理咨询")[0] != first
    number = business()
    who: dict[str, Any] = {"network": "10.0.0.1", "actor": f"customer/{number}", "at": shop.later(3)}
    web = [
        online.ask(customer=number, topic="question", words=words, **who)[0]
        for words in ("多少钱？", "多少钱？", "何时装？")
    ]
    assert (web[0] == web[1], web[0] == web[2]) == (True, False)


def test_r3_on_one_service_the_same_kind_is_urged_as_before() -> None:
    service = shop.installed("voice", address="n5")
    first, _ = ask(kind="fault", title="无法拨号", service=service)
    again, decision = ask(1, kind="fault", title="还是不通", service=service)
    assert (again, decision.course) == (first, Course.URGE)


def test_r3_only_what_is_open_and_theirs_can_be_the_same() -> None:
    number, other = business(), shop.customer("丙丁")
    theirs, _ = ask(customer=other)
    before = Case.objects.count()
    for same_as in (theirs, "request/R2026-999999", "x" * 5000):
        with pytest.raises(api.NotOpenNow):
            ask(1, customer=number, same_as=same_as)
    with pytest.raises(api.NotOpenNow):
        ask(1, same_as=theirs)
    assert Case.objects.count() == before


# ---- R5: the business line ----


@pytest.mark.parametrize("said", [{"pressed": "9"}, {"dialled": "10009"}])
@pytest.mark.parametrize("known", [True, False])
def test_r5_whoever_comes_by_the_business_line_has_the_clock(said: dict[str, str], known: bool) -> None:
    number = shop.customer("甲乙") if known else ""
    subject, decision = ask(customer=number, **said)
    row = Commitment.objects.get(subject=subject, promise="reply-line")
    assert (decision.three_hours, row.state, row.due_at) == (True, "open", shop.later(180))
    assert matter(subject).facts["came_by"] == "business_line"
    assert given(subject).to_unit.code == "key-accounts"
    reply = {"substance": "quote", "reply": "每月 59 元", "how": "message", "word": "好"}
    assert api.answer(matter=subject, **reply, **shop.by("keyaccount", 100))
    assert Commitment.objects.get(subject=subject, promise="reply-line").state == "kept"
    plain, _ = ask(1, customer=number)
    assert not Commitment.objects.filter(subject=plain, promise__startswith="reply").exists()


def test_r5_who_is_named_as_a_business_later_has_one_clock_from_when_they_asked() -> None:
    talk = take(dialled="10009")
    subject, _ = ask(1, interaction=talk)
    api.recognise_customer(interaction=talk, customer=business(), **shop.by("agent", 20))
    states = dict(Commitment.objects.filter(subject=subject, tier="pledge").values_list("promise", "state"))
    assert (states["reply"], states["reply-line"]) == ("open", "void")
    assert clock(subject).due_at == shop.later(181)
