"""One's own work over HTTP: offers, refusals, judgement, delivery, matters one answers for; and who stays outside."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from kapok.ground.commitments.models import Commitment
from kapok.ground.journal.queries import timeline
from kapok.ground.people.models import Staff
from kapok.ground.posts import api as posts
from kapok.ground.posts.queries import skill_titles
from kapok.ground.work import api as matters
from kapok.ground.work import queries
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Item, Matter
from kapok.ground.work.rules import ItemState, Reason
from kapok.kernel.text import Language
from tests.console import office
from tests.console.conftest import SignedIn


@pytest.fixture
def at_work(cast: object) -> None:
    office.set_up()


pytestmark = pytest.mark.usefixtures("at_work")


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def piles(page: str) -> dict[str, int]:
    """The piles of the page with how much lies on them."""
    found = re.findall(r'id="pile-(\w+)">[^<]+<span class="badge">(\d+)</span>', page)
    return {code: int(number) for code, number in found}


def test_an_offer_is_shown_with_its_clocks_accepted_and_delivered(signed_in: SignedIn) -> None:
    subject = office.fault()
    client = signed_in("agent", Language.EN)
    page = text(client, "/work")
    assert piles(page) == {"offers": 1, "matters": 1}
    for words in (
        "Accept, line test, pre-handle",
        "from 梁小敏, Hotline Team",
        "answer within",
    ):
        assert words in page
    item = queries.items_of(subject)[0]
    assert client.get(f"/work/items/{item.id}/accept").status_code == 405
    page = client.post(f"/work/items/{item.id}/accept", follow=True).content.decode()
    assert "It is in your hands now." in page
    assert piles(page) == {"held": 1, "matters": 1}
    form = text(client, f"/work/items/{item.id}/deliver")
    fields = re.findall(r'name="(evidence_\d)"', form)
    sent = dict.fromkeys(fields, "line test 17") | {"note": ""}
    assert client.post(f"/work/items/{item.id}/deliver", sent).headers["Location"] == "/work"
    assert office.found(item.id).state == "delivered"
    assert [each.stage for each in queries.items_of(subject)][1:] != []


def kinds(subject: str) -> list[str]:
    return [line.kind for line in timeline(subject)]


def test_facts_are_changed_and_the_clocks_judged_anew(signed_in: SignedIn) -> None:
    subject = office.fault()
    client = signed_in("agent", Language.EN)
    address = f"/work/act/change/{subject}"
    page = text(client, address)
    assert '<option value="public" selected>' in page
    assert "Change the facts" in text(client, f"/matters/{subject}")
    same = {
        "fact-segment": "public",
        "fact-service": "fixed_broadband",
        "fact-fault_kind": "access_line",
        "note": "looked",
    }
    assert "Nothing is different" in client.post(address, same).content.decode()
    wrong = client.post(address, same | {"fact-segment": "nobody"}).content.decode()
    assert re.search(r'id="id_fact-segment".*?Select a valid choice', wrong, re.DOTALL)
    assert "matter.changed" not in kinds(subject)
    answer = client.post(address, same | {"fact-segment": "business", "next": f"/matters/{subject}"})
    assert answer.headers["Location"] == f"/matters/{subject}"
    assert Matter.objects.get(subject=subject).facts == office.FAULT | {"segment": "business"}
    assert timeline(subject)[0].data["facts"] == {"segment": "business"}
    assert signed_in("technician").post(address, same | {"fact-segment": "public"}).status_code == 404


def test_a_matter_is_made_urgent_later_and_no_longer_so(signed_in: SignedIn) -> None:
    subject = office.fault()
    client = signed_in("agent", Language.EN)
    address = f"/work/act/change/{subject}"
    assert '<option value="no" selected>no</option>' in text(client, address)
    client.post(address, {"fact-urgent": "yes", "note": "an old person alone"})
    assert timeline(subject)[0].data["facts"] == {"urgent": "yes"}
    assert Matter.objects.get(subject=subject).urgent
    assert '<option value="yes" selected>yes</option>' in text(client, address)
    assert "urgent yes" in re.sub(r"<[^>]+>|\s+", " ", text(client, f"/matters/{subject}")).replace("  ", " ")
    client.post(address, {"fact-urgent": "no", "note": "somebody is with her"})
    assert not Matter.objects.get(subject=subject).urgent


def test_what_happens_and_what_is_delivered_bring_facts(signed_in: SignedIn) -> None:
    subject = office.fault()
    client = signed_in("agent", Language.EN)
    page = text(client, f"/work/act/happen/{subject}")
    assert 'name="fact-cause"' in page
    assert 'name="fact-segment"' not in page  # known already: it is put right as a change
    client.post(f"/work/act/happen/{subject}", {"kind": "fault.diagnosed", "fact-cause": "operator"})
    assert Matter.objects.get(subject=subject).facts["cause"] == "operator"
    item = queries.items_of(subject)[0]
    client.post(f"/work/items/{item.id}/accept")
    form = text(client, f"/work/items/{item.id}/deliver")
    assert '<option value="operator" selected>' in form
    sent = dict.fromkeys(re.findall(r'name="(evidence_\d)"', form), "line test 17")
    known = {"fact-segment": "public", "fact-service": "fixed_broadband", "fact-fault_kind": "access_line"}
    client.post(f"/work/items/{item.id}/deliver", sent | known | {"fact-cause": "third_party", "fact-outage": "total"})
    assert queries.facts_of(subject) == office.FAULT | {"cause": "third_party", "outage": "total"}
    assert next(line for line in timeline(subject) if line.kind == "matter.changed").data["facts"] == {
        "cause": "third_party",
        "outage": "total",
    }


def test_the_skill_that_work_takes_is_said_before_it_is_accepted(signed_in: SignedIn) -> None:
    subject = office.fault()
    item = queries.items_of(subject)[0]
    code, title = next(iter(skill_titles().items()))
    client = signed_in("agent", Language.EN)
    assert "takes the skill" not in text(client, "/work")
    Item.objects.filter(id=item.id).update(skill=code)
    for address in ("/work", f"/matters/work/{item.id}"):
        assert f"takes the skill {title.en}" in text(client, address)


def test_a_refusal_names_its_reason_and_goes_back_to_the_offerer(signed_in: SignedIn) -> None:
    subject = office.fault()
    item = office.asked(subject, "tianhe-east-field")
    technician = signed_in("technician", Language.EN)
    address = f"/work/items/{item.id}/refuse"
    assert "This field is required" in technician.post(address, {"reason": "wrong_area", "defect": ""}).content.decode()
    complaint = technician.post(address, {"reason": "no_wish", "defect": "x y"}).content.decode()
    assert "is not one of the available choices" in complaint
    assert office.found(item.id).state == "offered"
    technician.post(address, {"reason": "wrong_area", "defect": "belongs to Yuexiu"})
    assert office.found(item.id).state == "refused"
    agent = signed_in("agent", Language.EN)
    page = text(agent, "/work")
    assert "refused by Tianhe East Field Team: wrong area" in page
    assert "belongs to Yuexiu" in page
    agent.post(f"/work/items/{item.id}/dispute", {"note": "the address is in Tianhe"})
    assert piles(text(signed_in("dispatcher", Language.EN), "/work")) == {}  # judges within the desk only
    supervisor = signed_in("supervisor", Language.EN)
    page = text(supervisor, "/work")
    assert piles(page) == {"judge": 1}
    judged = {"found_for": "offerer", "note": "the map says Tianhe"}
    supervisor.post(f"/work/items/{item.id}/judge", judged)
    assert office.found(item.id).state == "offered"
    page = text(technician, "/work")
    assert piles(page) == {"offers": 1}
    assert "/refuse" not in page  # imposed: it must be taken
    page = text(technician, f"/matters/work/{item.id}")
    for words in ("refusal overruled", "the map says Tianhe", "belongs to Yuexiu", "imposed by judgement"):
        assert words in page


def test_nobody_acts_on_what_does_not_concern_them(signed_in: SignedIn) -> None:
    subject = office.fault()
    item = office.asked(subject, "tianhe-east-field")
    for role in ("keyaccount", "noc"):
        client = signed_in({"keyaccount": "account_manager", "noc": "noc_engineer"}[role])
        assert client.post(f"/work/items/{item.id}/accept").status_code == 404
        assert client.get(f"/work/act/urge/{subject}").status_code == 404
        assert client.get(f"/matters/work/{item.id}").status_code == 404
        assert client.get(f"/matters/{subject}").status_code == 404
    assert signed_in("viewer").get("/work").status_code == 403
    assert office.found(item.id).state == "offered"


def test_a_title_kept_in_both_languages_is_read_in_ones_own(signed_in: SignedIn) -> None:
    subject = office.fault()
    Matter.objects.filter(subject=subject).update(title="新装 光纤宽带 / install Fibre broadband")
    for language, words, other in (
        (Language.EN, "install Fibre broadband", "光纤宽带"),
        (Language.ZH, "新装 光纤宽带", "Fibre broadband"),
    ):
        client = signed_in("agent", language)
        for page in (text(client, "/work"), text(client, "/handoffs"), text(client, f"/matters/{subject}")):
            seen = re.sub(r'title="[^"]*"', "", page)  # where the whole stands, for whoever points at it
            assert words in seen
            assert other not in seen


def test_of_the_work_of_a_matter_one_opens_what_one_has_to_do_with(signed_in: SignedIn) -> None:
    subject = office.fault()
    own = office.asked(subject, "tianhe-east-field")
    others = next(each for each in queries.items_of(subject) if each.id != own.id)
    technician, agent = signed_in("technician"), signed_in("agent")
    page = text(technician, f"/matters/{subject}")
    assert f"/matters/work/{own.id}" in page
    assert others.title.zh in page
    for each in queries.items_of(subject):
        seen = technician.get(f"/matters/work/{each.id}").status_code == 200
        assert seen is (f"/matters/work/{each.id}" in page)
        assert f"/matters/work/{each.id}" in text(agent, f"/matters/{subject}")


def test_what_the_verb_refuses_is_said_and_nothing_happens(signed_in: SignedIn) -> None:
    item = office.asked(office.fault(), "tianhe-east-field", to="technician2")
    client = signed_in("technician", Language.EN)
    page = client.post(f"/work/items/{item.id}/accept", follow=True).content.decode()
    assert "technician2" in page
    assert office.found(item.id).state == "offered"
    assert "Deliver" in client.post(f"/work/items/{item.id}/deliver", {"note": ""}).content.decode()
    assert client.post(f"/work/items/{item.id}/fly").status_code == 404
    assert client.post("/work/items/00000000-0000-0000-0000-000000000000/accept").status_code == 404


def test_something_new_is_taken_up_and_its_clocks_run_at_once(signed_in: SignedIn) -> None:
    client = signed_in("agent", Language.EN)
    sent = {
        "kind": "fault.reported",
        "title": "no dial tone",
        "service": "fixed_voice",
        "fault_kind": "access_line",
        "note": "",
    }
    address = client.post("/work/take", sent).headers["Location"]
    page = text(client, address)
    for words in (
        "no dial tone",
        "Taken up; you answer for it to the end.",
        "Binding:",
        "First contact: 梁小敏, Hotline Team",
    ):
        assert words in page
    matter = Matter.objects.get()
    assert (matter.first_contact.username, matter.facts) == (
        "agent", {"service": "fixed_voice", "fault_kind": "access_line"},
    )  # fmt: skip
    page = client.post("/work/take", sent | {"title": ""}).content.decode()
    assert "This field is required" in page
    assert Matter.objects.count() == 1


def test_what_happens_to_a_matter_is_noted_until_it_is_closed(signed_in: SignedIn) -> None:
    subject = office.fault(facts={"service": "fixed_voice"}, kind="complaint.received")
    client = signed_in("agent", Language.EN)
    early = client.post(f"/work/act/close/{subject}", {"note": ""}).content.decode()
    assert "form-card" in early
    assert queries.matter(subject).state == "open"  # type: ignore[union-attr]  # it is there
    client.post(
        f"/work/act/happen/{subject}?next=/matters/{subject}", {"kind": "customer.informed", "note": "in a week"}
    )
    assert timeline(subject)[0].kind == "customer.informed"
    assert "customer.deferred" not in text(client, f"/work/act/happen/{subject}")
    unknown = client.post(f"/work/act/happen/{subject}", {"kind": "fault.restored", "note": ""}).content.decode()
    assert "is not one of the available choices" in unknown
    client.post(f"/work/act/urge/{subject}", {"note": "please hurry"})
    page = text(client, f"/matters/{subject}")
    assert "please hurry" in page
    assert "urged 1 time" in page
    assert "transferred" not in page


def test_the_first_contact_passes_only_when_it_is_accepted(signed_in: SignedIn) -> None:
    subject = office.fault()
    agent = signed_in("agent", Language.EN)
    agent.post(f"/work/act/hand-over/{subject}", {"to": "keyaccount", "note": "a key account"})
    assert queries.matter(subject).first_contact == "agent"  # type: ignore[union-attr]  # it is there
    other = signed_in("account_manager", Language.EN)
    page = text(other, "/work")
    assert piles(page) == {"offers": 1}
    assert "To be the first contact" in page
    assert "a key account" in page
    asked = queries.my_work("keyaccount", office.now()).offers[0].item
    other.post(f"/work/items/{asked}/accept")
    assert queries.matter(subject).first_contact == "keyaccount"  # type: ignore[union-attr]  # it is there
    assert piles(text(other, "/work")) == {"matters": 1}


def test_what_is_settled_leaves_ones_work_and_is_closed_among_what_was_settled_lately(signed_in: SignedIn) -> None:
    complaint = {"kind": "complaint.received", "facts": {"complaint_kind": "billing"}}
    settled, left = office.fault("settled", **complaint), office.fault("left", **complaint)
    client = signed_in("agent", Language.EN)
    assert piles(text(client, "/work")) == {"matters": 2}
    assert "Nothing has been settled" in text(client, "/work/settled")
    client.post(f"/work/act/happen/{settled}", {"kind": "complaint.resolved", "note": "ok"})
    page = text(client, "/work")
    assert (piles(page), settled in page, left in page, 'href="/work/settled"' in page) == (
        {"matters": 1}, False, True, True,
    )  # fmt: skip
    lately = text(client, "/work/settled")
    assert (piles(lately), left in lately, f"/work/act/close/{settled}" in lately) == ({"settled": 1}, False, True)
    client.post(f"/work/act/close/{settled}", {"note": ""})
    lately = text(client, "/work/settled")
    assert (queries.matter(settled).state, piles(lately)) == ("closed", {"settled": 1})  # type: ignore[union-attr]
    assert f"/work/act/close/{settled}" not in lately
    assert "settled" not in piles(text(signed_in("account_manager"), "/work/settled"))


def test_a_deputy_takes_over_what_was_left_unanswered(signed_in: SignedIn) -> None:
    subject = office.fault(ago=timedelta(hours=2))
    item = queries.items_of(subject)[0]
    client = signed_in("agent", Language.EN)
    assert "is-unanswered" in text(client, "/work")
    from kapok.ground.people.cast import LOGINS
    from tests.console.conftest import _sign_in

    deputy = Client()
    _sign_in(deputy, next(login for login in LOGINS if login.username == "agent2"), Language.EN)
    assert "take_over" in piles(text(deputy, "/work"))
    deputy.post(f"/work/items/{item.id}/take-over", {"note": "agent is at lunch"})
    held = office.found(item.id)
    assert (held.holder, held.accountable) == ("agent2", "agent")


def test_the_first_contact_takes_a_matter_back_from_the_deputy(signed_in: SignedIn) -> None:
    subject = office.fault(ago=timedelta(hours=2))
    client = signed_in("agent", Language.EN)
    assert "Give the matter back" not in text(client, f"/matters/{subject}")
    posts.declare_absent(
        username="agent",
        until=office.now() + timedelta(hours=9),
        actor="staff/agent",
        at=office.now() - timedelta(hours=1),
    )
    matters.take_over_matter(matter=subject, note="agent is ill", actor="staff/agent2", at=office.now())
    assert f"/work/act/hand-back/{subject}" in text(client, f"/matters/{subject}")
    client.post(f"/work/act/hand-back/{subject}", {"note": ""})
    assert queries.matter(subject).acting == "agent2"  # type: ignore[union-attr]
    client.post(f"/work/act/hand-back/{subject}", {"note": "back at the desk"})
    assert queries.matter(subject).acting == ""  # type: ignore[union-attr]
    assert "Give the matter back" not in text(client, f"/matters/{subject}")
    commitment = Commitment.objects.filter(subject=subject).first()
    assert commitment is not None
    burned = text(signed_in("supervisor", Language.EN), f"/ledger/{commitment.id}").partition('class="burned"')[2]
    assert "Hotline Team 梁小敏 " in burned.partition("</ul>")[0]  # by name, as everywhere on the page


def test_a_closed_matter_is_reopened_on_its_page_from_the_stage_one_chooses(signed_in: SignedIn) -> None:
    subject = office.fault()
    client = signed_in("agent", Language.EN)
    for code in ("accept", "dispatch"):
        item = next(each for each in queries.items_of(subject) if each.stage == code)
        who = "agent" if code == "accept" else "dispatcher"
        baton.accept(item=item.id, actor=f"staff/{who}", at=office.now())
        evidence = [text.en for text in queries.evidence_of(item.id)]
        baton.deliver(item=item.id, evidence=evidence, actor=f"staff/{who}", at=office.now())
    assert "Reopen" not in text(client, f"/matters/{subject}")
    Matter.objects.filter(subject=subject).update(state="closed", closed_at=office.now())
    address = f"/work/act/reopen/{subject}"
    assert address in text(client, f"/matters/{subject}")
    page = text(client, address)
    assert re.findall(r'<option value="(\w+)"', page) == ["dispatch", "accept"]
    client.post(address, {"note": "", "again_from": "accept"})
    assert Matter.objects.get(subject=subject).state == "closed"
    client.post(address, {"note": "dead again", "again_from": "accept"})
    assert Matter.objects.get(subject=subject).state == "open"
    assert [each.stage for each in queries.items_of(subject) if each.state is ItemState.OFFERED] == ["accept"]
    assert "Give the matter back" not in text(client, f"/matters/{subject}")


def test_a_page_of_work_costs_the_same_whatever_its_length(
    signed_in: SignedIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        office.fault(f"fault {number}")
    client = signed_in("agent", Language.EN)
    text(client, "/work")
    with django_assert_max_num_queries(40):
        assert piles(text(client, "/work")) == {"offers": 12, "matters": 12}


def test_every_form_opens_in_both_languages(signed_in: SignedIn) -> None:
    subject = office.fault()
    item = office.asked(subject, "hotline")
    for language in Language:
        client = signed_in("agent", language)
        for code in (
            "refuse",
            "deliver",
            "transfer",
            "return",
            "drop",
            "withdraw",
            "concede",
            "dispute",
            "judge",
            "confirm",
        ):
            assert client.get(f"/work/items/{item.id}/{code}").status_code == 200, code
        for code in (
            "happen",
            "offer",
            "urge",
            "not-reached",
            "hand-over",
            "close",
            "take-over",
            "hand-back",
            "reopen",
        ):
            assert client.get(f"/work/act/{code}/{subject}").status_code == 200, code


def test_refused_work_is_given_back_by_who_concedes(signed_in: SignedIn) -> None:
    item = office.asked(office.fault(), "tianhe-east-field")
    baton.refuse(
        item=item.id, reason=Reason.DATA_MISSING, defect="no address", actor="staff/technician", at=office.now()
    )
    client = signed_in("agent", Language.EN)
    client.post(f"/work/items/{item.id}/concede", {"note": ""})
    assert office.found(item.id).holder == "agent"
    client.post(
        f"/work/items/{item.id}/transfer", {"unit": "tianhe-east-field", "to": "", "warm": "on", "note": "with address"}
    )
    assert office.found(item.id).state == "offered"
    client.post(f"/work/items/{item.id}/withdraw", {"note": ""})
    assert office.found(item.id).state == "held"
    client.post(f"/work/items/{item.id}/drop", {"note": "solved by itself"})
    assert office.found(item.id).state == "withdrawn"


def test_a_commitment_shows_whose_turn_it_was_and_who_used_its_time(signed_in: SignedIn) -> None:
    subject = office.fault(ago=timedelta(hours=3))
    item = office.asked(subject, "tianhe-east-field", at=office.now() - timedelta(hours=2))
    baton.accept(item=item.id, actor="staff/technician", at=office.now() - timedelta(hours=1))
    row = Commitment.objects.get(subject=subject, promise="repair")
    page = text(signed_in("supervisor", Language.EN), f"/ledger/{row.id}")
    name = Staff.objects.get(username="technician").name
    for words in ("Whose turn it was", "Who used the time", f"Tianhe East Field Team {name}", "being worked on"):
        assert words in page
    shares = re.findall(r'<strong class="tabular">(\d+)%</strong>', page)
    assert sum(map(int, shares)) in range(98, 103)
