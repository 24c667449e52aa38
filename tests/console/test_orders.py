"""Orders over HTTP: the list, the order as a living chain, exceptions and their forms, who may what."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localtime

from kapok.back.workforce import api as workforce
from kapok.back.workforce.models import WorkOrder
from kapok.chain.ordering import api, engine, forecast, unpaid
from kapok.chain.ordering.models import Leg, Line, Step
from kapok.ground.commitments.models import Commitment, PauseRequest
from kapok.ground.journal import queries as journal
from kapok.ground.journal.models import Entry
from kapok.ground.notices.models import Notice
from kapok.ground.notices.reactions import tell
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.work.models import Item, Urge
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Language
from kapok.network.activation import api as activation
from kapok.network.inventory import queries as inventory
from kapok.network.inventory.models import Resource, Shortage
from tests.chain import shop
from tests.chain.conftest import open_shop
from tests.chain.shop import leg, line, stands

__all__ = ["open_shop"]

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]
AGO = timedelta(minutes=30)


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def now() -> datetime:
    return datetime.now(UTC)


def signed_in(username: str, language: Language = Language.EN) -> Client:
    client = Client()
    Staff.objects.filter(username=username).update(language=language.value, must_change_password=False)
    client.force_login(Staff.objects.get(username=username), "django.contrib.auth.backends.ModelBackend")
    return client


def placed(**more: Any) -> str:
    said = {"channel": "hotline", "lines": [line()], "pay": True} | more
    return api.place_order(customer=shop.customer(), **said, actor="staff/agent", at=now() - AGO)


def run() -> None:
    engine.advance(at=now(), limit=50)


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def chain(page: str) -> list[tuple[str, str]]:
    """Each stage with its status, as the page shows them."""
    found = re.findall(r'chain-stage is-(\w+)"[^>]*>\s*<strong>(?:<svg.*?</svg>)?([^<]+)</strong>', page, re.DOTALL)
    return [(title.strip(), status) for status, title in found]


def test_the_order_is_shown_as_a_living_chain_with_who_holds_what_and_until_when() -> None:
    number = placed()
    run()
    page = text(signed_in("agent"), f"/orders/{number}")
    assert chain(page) == [
        ("Accept and survey", "done"), ("Assign resources", "done"), ("Configure the exchange", "done"),
        ("Dispatch and appointment", "running"), ("Installation on site", "next"), ("Test and complete", "later"),
        ("Confirm with the customer", "later"), ("Rent is billed", "later"),
    ]  # fmt: skip
    for words in (
        "in progress",
        "within 5 days",
        "Tianhe East Field Team",
        "Installed or moved within 15 days",
        "activate",
    ):
        assert words in page
    assert "data-due=" in page
    part = (
        signed_in("agent")
        .get(f"/orders/{number}", headers={"HX-Request": "true", "HX-Target": "order"})
        .content.decode()
    )
    assert "<html" not in part
    assert "chain-stage" in part
    chinese = text(signed_in("agent", Language.ZH), f"/orders/{number}")
    for words in ("上门施工", "办理中", "时限 5 日", "系统步骤"):
        assert words in chinese


def test_the_order_says_from_when_it_counts_for_billing_once_billing_was_told() -> None:
    number = Line.objects.get(service__number=shop.installed(address="n1")).leg.order.number
    page = text(signed_in("agent"), f"/orders/{number}")
    assert chain(page)[-1] == ("Rent is billed", "done")
    assert "counts for billing from 2026-03-03 on" in page
    assert "自 2026-03-03 起计费" in text(signed_in("agent", Language.ZH), f"/orders/{number}")


def test_the_order_shows_the_ipv6_prefix_that_it_has() -> None:
    shop.with_prefixes()
    number = placed()
    own = Resource.objects.get(holder=leg(number).subject, kind="ipv6_prefix").value
    page = text(signed_in("agent"), f"/orders/{number}")
    assert "IPv6 prefix" in page
    assert own in page


def test_the_list_is_filtered_paged_and_shows_what_is_wrong() -> None:
    first = placed()
    waiting = placed(lines=[line(address="n9")])
    unpaid = placed(pay=False)
    client = signed_in("agent")
    page = text(client, "/orders")
    assert re.findall(r'href="/orders/(O2026-\d+)">', page) == [unpaid, waiting, first]
    assert "10W waiting for plant" in page
    held = text(client, "/orders?state=held")
    assert re.findall(r'href="/orders/(O2026-\d+)">', held) == [waiting]
    assert re.findall(r'href="/orders/(O2026-\d+)">', text(client, "/orders?exception=10W")) == [waiting]
    assert re.findall(r'href="/orders/(O2026-\d+)">', text(client, f"/orders?text={first}")) == [first]
    assert "No orders here" in text(client, "/orders?state=failed")
    assert text(client, "/orders?state=nonsense&after=nonsense").count("O2026-") >= 3
    forecast.watch(at=now() + timedelta(days=10))
    late = text(client, "/orders?jeopardy=yes")
    assert "Later than promised" in late
    assert unpaid not in late


def test_paying_cancelling_and_what_would_be_taken_back() -> None:
    number = placed(pay=False)
    client = signed_in("agent")
    page = text(client, f"/orders/{number}")
    assert "not paid: no promise counts yet" in page
    assert client.get(f"/orders/{number}/pay").status_code == 405
    assert "Paid; the promises count now." in client.post(f"/orders/{number}/pay", follow=True).content.decode()
    assert "has been paid already" in client.post(f"/orders/{number}/pay", follow=True).content.decode()
    run()
    form = text(client, f"/orders/{number}/1/cancel")
    assert re.findall(r"<ol>(.*?)</ol>", form, re.DOTALL)[0].count("<li>") == 2
    assert "take the activation back" in form
    assert [name in each for name in ("Cancel the order", "Cancel this leg") for each in (page, form)] == [
        True,
        True,
        False,
        False,
    ]
    refused = client.post(f"/orders/{number}/1/cancel", {"cause": "customer", "reason": ""}).content.decode()
    assert "This field is required" in refused
    assert stands(number)[0] == "inProgress"
    sent = {"cause": "customer", "reason": "改变主意"}
    assert "is being given back" in client.post(f"/orders/{number}/1/cancel", sent, follow=True).content.decode()
    run()
    assert stands(number)[0] == "cancelled"
    assert not Resource.objects.exclude(holder="").exists()


def test_a_deferral_says_what_waits_for_whom() -> None:
    number = placed()
    run()
    agent = signed_in("agent")
    asks = text(agent, f"/orders/{number}/1/defer")
    assert "It takes the approval of somebody else" in asks
    assert "what you enter is your approval" not in asks
    until = (now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    said = {"until": until, "reason": "客户装修", "evidence": "录音 17"}
    answer = agent.post(f"/orders/{number}/1/defer", said, follow=True).content.decode()
    assert "the pause waits for approval" in answer
    asked = PauseRequest.objects.get()
    for words in (f"/ledger/requests/{asked.id}", "waiting for approval", "the clocks run on until it is approved"):
        assert words in answer
    assert (stands(number)[:2], asked.asked_by) == (("held", "10P"), "staff/agent")
    subject = leg(number).subject
    assert not Commitment.objects.filter(subject=subject, state="paused").exists()
    manager = signed_in("manager", Language.ZH)
    assert "您的登记即为批准" in text(manager, f"/orders/{number}/1/defer")
    manager.post(f"/ledger/requests/{asked.id}", {"answer": "approve", "word": ""})
    assert Commitment.objects.get(subject=subject, promise="install").pauses == [[asked.asked_at.isoformat(), None]]
    agent = signed_in("agent")
    assert "waiting for approval" not in text(agent, f"/orders/{number}")
    tell(journal.line(Entry.objects.get(kind="commitments.pause_answered")))
    notice = Notice.objects.get(recipient__username="agent")
    assert (Notice.objects.count(), notice.title.en) == (1, "put off at the customer's wish: approved")
    assert f"open-{notice.id}" in text(agent, "/notices")
    for _ in range(2):  # seen or not, it leads to what was asked
        assert agent.post(f"/notices/{notice.id}/open").headers["Location"] == f"/ledger/requests/{asked.id}"
    assert "asked by" in text(agent, f"/ledger/requests/{asked.id}").lower()
    mine = text(signed_in("technician"), "/notices?all=1")
    assert f"open-{notice.id}" not in mine


def test_who_asked_sees_the_request_though_its_clocks_are_anothers() -> None:
    number = placed()
    run()
    said = {"reason": "客户装修", "evidence": "录音 17", "until": now() + timedelta(days=3)}
    asked = api.defer(order=number, leg=1, **said, actor="staff/technician", at=now())
    assert "Put down by" in text(signed_in("technician"), f"/ledger/requests/{asked}")
    assert signed_in("technician2").get(f"/ledger/requests/{asked}").status_code == 404
    refused = signed_in("technician").post(f"/ledger/requests/{asked}", {"answer": "approve", "word": ""}, follow=True)
    assert "cannot approve what they asked for themselves" in refused.content.decode()
    assert PauseRequest.objects.get().state == "waiting"


def test_the_desk_sees_what_the_customer_is_told() -> None:
    number = placed()
    run()
    page = text(signed_in("agent"), f"/orders/{number}")
    assert "What the customer sees · We call you to agree when we come." in page
    assert "Assign resources: We assign the line from our exchange to your home." in page
    chinese = text(signed_in("agent", Language.ZH), f"/orders/{number}")
    assert "客户看到的内容 · 我们致电与您约定上门时间。" in chinese


def test_a_number_and_a_visit_are_wished_otherwise_on_the_order_s_page() -> None:
    minutes = (now() - shop.AT).total_seconds() / 60
    voice, fibre = shop.installed("voice", address="n5", minutes=minutes - 300), shop.installed(minutes=minutes - 300)
    asked = (("voice", "renumber", voice), ("fibre-100", "replace", fibre))
    renumbered, replaced = (
        shop.placed(line(offer, action=action, address="", service=service), whose=owner(service), minutes=minutes - 60)
        for offer, action, service in asked
    )
    client = signed_in("agent")
    free = Resource.objects.filter(kind="number", state="free", pool__code="N-TYX").order_by("-code")[0]
    assert "Another number" in text(client, f"/orders/{renumbered}/1/amend")
    sent = {"line": "1", "offer": "", "promised_date": ""}
    page = client.post(f"/orders/{renumbered}/1/amend", sent | {"number": str(free.id)}, follow=True).content.decode()
    assert "Amended." in page
    assert list(Resource.objects.filter(holder=leg(renumbered).subject).values_list("id", flat=True)) == [free.id]
    taken = Resource.objects.filter(kind="number", state="in_service")[0]
    refused = client.post(f"/orders/{renumbered}/1/amend", sent | {"number": str(taken.id)}).content.decode()
    assert "is no longer free" in refused
    assert "somebody comes" in text(client, f"/orders/{replaced}/1/amend")
    page = client.post(f"/orders/{replaced}/1/amend", sent | {"visit": "yes"}, follow=True).content.decode()
    assert "Amended." in page
    assert Line.objects.get(leg=leg(replaced)).characteristics == {"visit": "yes"}
    plain = text(client, f"/orders/{placed()}/1/amend")
    assert "Another number" not in plain
    assert "somebody comes" not in plain


def owner(service: str) -> str:
    return str(shop.service(service).customer.number)


def test_exceptions_have_their_forms() -> None:
    number = placed()
    run()
    client = signed_in("dispatcher")
    assert "orders/" in text(client, f"/orders/{number}")
    Staff.objects.filter(username="dispatcher").update(language="en")
    manager = signed_in("manager")
    page = text(manager, f"/orders/{number}")
    for code in ("wait", "defer", "cancel", "amend"):
        assert f"/orders/{number}/1/{code}" in page
    assert f"/orders/{number}/1/return" not in page
    until = (now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    said = {"until": until, "reason": "客户装修", "evidence": "录音 17"}
    late = manager.post(f"/orders/{number}/1/defer", said | {"until": "2020-01-01T08:00"}).content.decode()
    assert "lies in the past" in late
    answer = manager.post(f"/orders/{number}/1/defer", said, follow=True).content.decode()
    assert "the clocks stand still" in answer
    assert stands(number)[:2] == ("held", "10P")
    assert "10P" in answer
    assert "waiting for approval" not in answer
    answer = manager.post(f"/orders/{number}/1/undefer", {"reason": "装修完毕"}, follow=True).content.decode()
    assert stands(number)[:2] == ("inProgress", "")
    sent = {"line": "1", "offer": "fibre-300", "promised_date": ""}
    assert "Amended." in manager.post(f"/orders/{number}/1/amend", sent, follow=True).content.decode()
    unchanged = manager.post(f"/orders/{number}/1/amend", sent | {"offer": ""}).content.decode()
    assert "Nothing would change" in unchanged
    form = text(manager, f"/orders/{number}/1/wait")
    assert re.findall(r'<option value="(\w+)">([^<]+)</option>', form) == [
        ("NO_DP", "no access point near the address"), ("NO_PORT", "no port is left"), ("NO_PON", "the PON is full"),
        ("NO_VLAN", "no VLAN is left"), ("NO_ONU", "no ONU is left"),
    ]  # fmt: skip
    assert "This field is required" in manager.post(f"/orders/{number}/1/wait", {"reason": "无光缆"}).content.decode()
    assert stands(number)[:2] == ("inProgress", "")
    said = {"code": "NO_PORT", "reason": "无光缆"}
    answer = manager.post(f"/orders/{number}/1/wait", said, follow=True).content.decode()
    assert "10W waiting for plant" in answer
    assert "no port is left: 无光缆" in answer
    assert "SPL1" in text(manager, "/inventory/shortages")


def test_a_technician_chooses_what_is_lacking_from_a_list_in_their_language() -> None:
    number = placed()
    run()
    item = shop.item(number, "appoint").id
    workforce.accept(item=item, actor="staff/technician", at=now())
    for language, name in ((Language.EN, "no port is left"), (Language.ZH, "端口已满")):
        (job,) = signed_in("technician", language).get("/field/jobs").json()["jobs"]
        assert ([code for code, _ in job["lacks"]], dict(job["lacks"])["NO_PORT"]) == (
            ["NO_DP", "NO_PORT", "NO_PON", "NO_VLAN", "NO_ONU"], name,
        )  # fmt: skip
    told = {"deed": "wait", "item": str(item), "key": str(uuid7(now())), "pressed_at": now().isoformat()}
    sent = told | {"said": {"note": "分光器满", "code": "NO_PORT", "expected_at": ""}}
    assert signed_in("technician").post("/field/deeds", {"told": json.dumps(sent)}).json() == {
        "done": True,
        "new": True,
    }
    assert (stands(number)[:2], Shortage.objects.get().element.code) == (("held", "10W"), "SPL1")


def test_what_the_system_could_not_do_is_tried_again_or_settled_by_hand() -> None:
    number = placed()
    activation.switch_on_fault(element="olt", fault="refuses", actor="staff/noc", at=now())
    run()
    client = signed_in("manager")
    page = text(client, f"/orders/{number}")
    step = Step.objects.get(leg=leg(number), name="activate")
    assert "left to people" in page
    assert "The element refused" in page
    assert "The element refused" in text(client, "/orders")
    answer = client.post(f"/orders/steps/{step.id}/retry", follow=True).content.decode()
    assert "It is tried again at once." in answer
    run()
    assert f"/orders/steps/{step.id}/settle" in text(client, f"/orders/{number}")
    sent = {"note": "手工录入"}
    assert "Settled by hand" in client.post(f"/orders/steps/{step.id}/settle", sent, follow=True).content.decode()
    assert "does not exist" not in text(client, f"/orders/{number}")
    refused = client.post(f"/orders/steps/{step.id}/retry", follow=True).content.decode()
    assert "there is nothing to settle" in refused


def test_the_centre_settles_exceptions_of_every_unit_s_orders_and_the_network_sees_what_it_could_not_do() -> None:
    number, quiet = placed(), placed()
    assert leg(number).order.unit.code == "hotline"
    noc = signed_in("noc")
    assert noc.get(f"/orders/{number}").status_code == 404
    activation.switch_on_fault(element="olt", fault="refuses", actor="staff/noc", at=now())
    run()
    step, other = (Step.objects.get(leg=leg(each), name="activate") for each in (number, quiet))
    assert (step.state, other.state) == ("fallen_out", "fallen_out")
    client = signed_in("dispatcher")
    listed = text(client, "/orders")
    assert set(re.findall(r'href="/orders/(O2026-\d+)">', listed)) == {number, quiet}
    assert "The element refused" in listed
    assert number in text(client, "/orders?unit=hotline")
    page = text(client, f"/orders/{number}")
    for address in (f"steps/{step.id}/retry", f"steps/{step.id}/settle", f"{number}/1/wait", f"{number}/1/defer"):
        assert f"/orders/{address}" in page, address
    assert 'href="/ledger/' not in page, "the clocks are another unit's to open"
    assert 'href="/ledger/' in text(signed_in("agent"), f"/orders/{number}")
    assert "It is tried again at once." in client.post(f"/orders/steps/{step.id}/retry", follow=True).content.decode()
    run()
    sent = {"note": "手工录入"}
    assert "Settled by hand" in client.post(f"/orders/steps/{step.id}/settle", sent, follow=True).content.decode()
    said = {"code": "NO_PORT", "reason": "分光器满"}
    assert "10W" in client.post(f"/orders/{number}/1/wait", said, follow=True).content.decode()
    assert stands(number)[:2] == ("held", "10W")
    assert client.post(f"/orders/{number}/1/plant", follow=True).status_code == 200
    assert "The element refused" in text(noc, f"/orders/{quiet}")
    assert f"/orders/steps/{other.id}/settle" not in text(noc, f"/orders/{quiet}")
    assert noc.post(f"/orders/steps/{other.id}/settle", sent).status_code == 403
    assert noc.post(f"/orders/{quiet}/1/wait", said).status_code == 403
    assert Step.objects.get(id=other.id).state == "fallen_out"
    assert signed_in("keyaccount").get(f"/orders/{quiet}").status_code == 404


def test_the_network_tries_again_what_asks_it_and_nothing_else_of_an_order() -> None:
    number = placed()
    activation.switch_on_fault(element="olt", fault="refuses", calls=1, actor="staff/noc", at=now())
    run()
    noc, step = signed_in("noc"), Step.objects.get(leg=leg(number), name="activate")
    assert f"/orders/steps/{step.id}/retry" in text(noc, f"/orders/{number}")
    reserved = Step.objects.get(leg=leg(number), name="reserve")
    Step.objects.filter(id=reserved.id).update(state="fallen_out")
    assert f"/orders/steps/{reserved.id}/" not in text(noc, f"/orders/{number}")
    assert noc.post(f"/orders/steps/{reserved.id}/retry").status_code == 403
    assert Step.objects.get(id=reserved.id).state == "fallen_out"
    Step.objects.filter(id=reserved.id).update(state="done")
    done = noc.post(f"/orders/steps/{step.id}/retry", follow=True).content.decode()
    assert "It is tried again at once." in done
    run()
    assert Step.objects.get(id=step.id).state == "done"


def test_who_settles_exceptions_elsewhere_does_so_for_what_their_unit_has_in_hand(settings: Any) -> None:
    settings.WORKFORCE_DISPATCH_UNIT = "kapok"
    number = placed()
    client, at = signed_in("dispatcher"), leg(number)
    assert client.get(f"/orders/{number}").status_code == 404
    run()
    assert f"/orders/{number}/1/wait" not in text(client, f"/orders/{number}")  # its stage at dispatch is done
    said = {"code": "NO_PORT", "reason": "分光器满"}
    assert client.post(f"/orders/{number}/1/wait", said).status_code == 403
    Item.objects.filter(matter__subject=at.subject, stage="appoint").update(
        unit=OrgUnit.objects.get(code="dispatch").id
    )
    assert f"/orders/{number}/1/wait" in text(client, f"/orders/{number}")
    assert "10W" in client.post(f"/orders/{number}/1/wait", said, follow=True).content.decode()


def test_the_order_is_pressed_for_and_confirmed() -> None:
    number = placed()
    run()
    client = signed_in("agent")
    sent = {"note": "客户催问", "supervise": "on"}
    assert "under supervision</label>" not in text(client, f"/orders/{number}/expedite")
    refused = client.post(f"/orders/{number}/expedite", sent, follow=True).content.decode()
    assert "You may urge this order, but not put it under supervision." in refused
    assert (Urge.objects.exists(), leg(number).supervised_at) == (False, None)
    said = {"note": "客户催问"}
    assert "has been told" in client.post(f"/orders/{number}/expedite", said, follow=True).content.decode()
    assert (Urge.objects.count(), leg(number).supervised_at) == (1, None)
    head = signed_in("supervisor")
    assert "Put it under supervision" in text(head, f"/orders/{number}/expedite")
    assert "has been told" in head.post(f"/orders/{number}/expedite", sent, follow=True).content.decode()
    for page in (f"/orders/{number}", "/orders", f"/desk/customers/{leg(number).order.customer.number}"):
        assert "under supervision" in text(client, page), page
    assert number in text(client, "/orders?pressed=supervised")
    assert f"/orders/{number}/lift" not in text(client, f"/orders/{number}")
    assert 'id="supervised"' in text(head, "/orders")
    assert "No longer" in head.post(f"/orders/{number}/lift", {"note": "已落实"}, follow=True).content.decode()
    assert f'href="/orders/{number}"' not in text(client, "/orders?pressed=supervised")
    again = head.post(f"/orders/{number}/supervise", {"note": "再列入"}, follow=True).content.decode()
    assert "their head have been told" in again
    for entry in Entry.objects.filter(kind="work.supervised").order_by("position"):
        tell(journal.line(entry))
    (notice, *_) = Notice.objects.filter(kind="work.supervised")
    reader = signed_in(notice.recipient.username)
    assert "Put under supervision" in text(reader, "/notices")
    opened = reader.post(f"/notices/{notice.id}/open")
    assert opened["Location"] == f"/matters/{notice.subject}"
    assert f"/orders/{number}/1/confirm" not in text(client, f"/orders/{number}")
    early = client.post(f"/orders/{number}/1/confirm", {"word": "回访 3", "rating": "5"}).content.decode()
    assert "does not wait for the customer" in early
    minutes = (now() - shop.AT).total_seconds() / 60
    shop.do(number, "appoint", minutes)
    shop.do(number, "visit", minutes)
    run()
    assert f"/orders/{number}/1/confirm" in text(client, f"/orders/{number}")
    answer = client.post(f"/orders/{number}/1/confirm", {"word": "回访 3", "rating": "5"}, follow=True).content.decode()
    assert "Confirmed by the customer." in answer
    assert leg(number).rating == 5


def test_who_may_see_and_do_what() -> None:
    number = placed()
    run()
    technician = signed_in("technician")
    assert "Dispatch and appointment" in text(technician, f"/orders/{number}")
    assert technician.post(f"/orders/{number}/1/cancel", {"cause": "customer", "reason": "想撤"}).status_code == 403
    assert stands(number)[0] == "inProgress"
    assert f"/orders/{number}/1/cancel" not in text(technician, f"/orders/{number}")
    agent = signed_in("agent")
    assert agent.post(f"/orders/{number}/1/wait", {"reason": "无光缆"}).status_code == 403
    stranger = signed_in("keyaccount")
    assert stranger.get(f"/orders/{number}").status_code == 404
    assert number not in text(stranger, "/orders")
    assert Client().get(f"/orders/{number}").status_code == 302
    assert agent.get("/orders/O2026-999999").status_code == 404
    assert agent.get(f"/orders/{number}/7/cancel").status_code == 404
    assert agent.get(f"/orders/{number}/1/fly").status_code == 404


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.EN, "amended after the payment: CNY 50.00 once goes to the bill"),
        (Language.ZH, "缴费后改单，一次性差额 50.00 元 计入账单"),
    ],
)
def test_what_an_amendment_costs_more_is_shown_on_the_order_and_at_the_desk(language: Language, said: str) -> None:
    shop.new_version("fibre-300", dearer=5000)
    number = placed()
    whose = leg(number).order.customer.number
    agent = signed_in("agent", language)
    for page in (f"/orders/{number}", f"/desk/customers/{whose}"):
        assert said not in text(agent, page)
    api.amend(order=number, line=1, offer="fibre-300", actor="staff/agent", at=now())
    for page in (f"/orders/{number}", f"/desk/customers/{whose}"):
        assert said in text(agent, page), page


def test_what_was_amended_is_listed_whatever_became_of_it() -> None:
    """10Q is no exception that an order is in, but a version: what is done or given up stays on the list."""
    placed()
    amended, done_with = placed(), placed()
    for number in (amended, done_with):
        api.amend(order=number, line=1, offer="fibre-300", actor="staff/agent", at=now())
    api.cancel(order=done_with, reason="不装了", actor="staff/agent", at=now())
    client = signed_in("agent")
    page = text(client, "/orders?exception=10Q")
    assert re.findall(r'href="/orders/(O2026-\d+)">', page) == [done_with, amended]
    assert page.count("10Q amended</span>") == 2
    assert re.findall(r'href="/orders/(O2026-\d+)">', text(client, "/orders?exception=10Q&state=open")) == [
        each for each in (done_with, amended) if shop.order(each).closed_at is None
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        assert "ordering_leg_amended" in Leg.objects.filter(version__gt=1).values("order").explain()


def test_an_amendment_offers_what_the_line_may_become_and_wants_the_word_for_a_later_day() -> None:
    day = (now() + timedelta(days=20)).date()
    number, plain = placed(promised_date=day), placed()
    client = signed_in("agent")
    page = text(client, f"/orders/{number}/1/amend")
    offered = re.findall(r'<option value="([a-z][a-z0-9-]+)"', page)
    assert {"fibre-300", "fibre-1000"} <= set(offered)
    assert not {"fibre-100", "trial-fibre-1000", "landline"} & set(offered)
    assert "Needed for a later promised date" in page
    assert "Needed for a later promised date" not in text(client, f"/orders/{plain}/1/amend")
    later = {"line": "1", "offer": "", "promised_date": (day + timedelta(days=9)).isoformat(), "evidence": ""}
    refused = client.post(f"/orders/{number}/1/amend", later).content.decode()
    assert "takes the evidence of the customer" in html.unescape(refused)
    assert (leg(number).promised_date, leg(number).version) == (day, 1)
    client.post(f"/orders/{number}/1/amend", later | {"evidence": "来电录音 31"})
    assert (leg(number).promised_date, leg(number).version) == (day + timedelta(days=9), 2)
    strange = client.post(f"/orders/{number}/1/amend", {"line": "1", "offer": "landline", "promised_date": ""})
    assert "Select a valid choice" in strange.content.decode()


def test_what_is_put_off_is_shown_with_what_will_happen_and_when() -> None:
    number = placed()
    run()
    until = now() + timedelta(days=3)
    said = {"reason": "客户装修", "evidence": "录音 17", "actor": "staff/supervisor", "at": now()}
    visit = shop.item(number, "appoint").id
    api.defer(order=number, leg=1, until=until, **said)
    when = f"{localtime(until):%Y-%m-%d %H:%M}"
    page = text(signed_in("agent"), f"/orders/{number}")
    assert f"At {when} it goes on by itself: the clocks run again and the first contact is told." in page
    words = f"put off at the customer's wish (10P); it goes on by itself at {when}"
    assert words in html.unescape(text(signed_in("dispatcher"), f"/dispatch/{visit}"))
    phone = signed_in("technician")
    rests = [each["rest"] for each in phone.get(reverse("console:field-jobs")).json()["open"]]
    assert rests == [words]


def test_what_waits_for_plant_without_a_date_says_that_none_can_be_given() -> None:
    number = placed(lines=[line(address="n9")])
    forecast.watch(at=now())
    agent = signed_in("agent")
    words = "No date can be given: nobody has said when the plant comes."
    assert words in text(agent, f"/orders/{number}")
    assert "no date: plant is lacking" in text(agent, "/orders")
    forecast.watch(at=now() + timedelta(days=20))
    assert "Even if it came now it would be later than promised" in text(agent, f"/orders/{number}")


def test_an_unpaid_order_says_when_it_lapses_and_then_that_it_has() -> None:
    number = placed(pay=False)
    agent, day = signed_in("agent"), timedelta(days=1)
    lapses = localtime(shop.order(number).placed_at + 14 * day)
    assert f"cancelled by itself on {lapses:%Y-%m-%d %H:%M} unless it is paid" in text(agent, f"/orders/{number}")
    for days in (5, 14):
        unpaid.look(at=shop.order(number).placed_at + days * day)
    page = text(agent, f"/orders/{number}")
    assert "not paid in time, it lapsed by itself" in page
    assert "unless it is paid" not in page
    assert f"/orders/{number}/pay" not in page


def test_the_page_shows_what_each_leg_has_of_the_plant_and_leads_on() -> None:
    number = placed(lines=[line(), line(address="n1")])
    run()
    agent, whose = signed_in("agent"), shop.order(number).customer.number
    page = text(agent, f"/orders/{number}")
    assert f'<a href="/desk/customers/{whose}">{whose}</a>' in page
    first = page[page.index('id="leg-1-plant"') : page.index('id="leg-1-steps"')]
    for row in Resource.objects.filter(holder=leg(number).subject).select_related("element__site", "pool"):
        assert row.code in first
    rows = re.findall(r'data-label="What">([^<]+)</td>.*?<span class="badge">([^<]+)<', first)
    assert [name for name, _ in rows] == ["splitter port", "place on the PON", "VLAN", "ONU"]
    assert {state for _, state in rows} == {"assigned"}
    assert "SPL1" in first
    assert "/dispatch/" not in page
    (item,) = WorkOrder.objects.filter(item__matter__subject=leg(number).subject).values_list("item", flat=True)
    assert f'href="/dispatch/{item}"' in text(signed_in("dispatcher"), f"/orders/{number}")


def test_the_plant_of_all_legs_is_read_at_once() -> None:
    def asked(legs: int) -> int:
        number = placed(lines=[line()] + [line("voice", address="n1")] * (legs - 1))
        subjects = [leg(number, which).subject for which in range(1, legs + 1)]
        with CaptureQueriesContext(connection) as found:
            assert set(inventory.held_of(subjects)) == set(subjects)
        return len(found)

    assert asked(1) == asked(2) == 1


def test_an_amendment_offers_what_is_specified_and_another_address() -> None:
    number = placed()
    client, where = signed_in("agent"), f"/orders/{number}/1/amend"
    page = text(client, where)
    assert "At most 100; empty leaves it as it is." in page
    asked = {"line": "1", "offer": "", "promised_date": "", "where": ""}
    client.post(where, asked | {"specified_down_mbps": "50", "specified_login": "chenjing88"})
    assert Line.objects.get(leg=leg(number)).characteristics == {"down_mbps": 50, "login": "chenjing88"}
    assert "Ensure this value is less" in client.post(where, asked | {"specified_down_mbps": "101"}).content.decode()
    nowhere = client.post(where, asked | {"where": "月球路1号"}).content.decode()
    assert "No house number or room answers to this." in nowhere
    several = client.post(where, asked | {"where": "体育西路"}).content.decode()
    offered = re.findall(r'name="address" value="([^"]+)"', several)
    assert {"n3", "n5"} <= set(offered)
    assert "Choose one of these addresses." in several
    assert leg(number).version == 2
    client.post(where, asked | {"where": "体育西路", "address": "n3"})
    assert (leg(number).address.code, leg(number).version) == ("n3", 3)  # type: ignore[union-attr]
    refused = html.unescape(client.post(where, asked | {"where": "体育西路5号"}).content.decode())
    assert "Nothing was changed and what is reserved stays" in refused
    assert leg(number).version == 3


def test_more_pieces_are_offered_where_there_can_be_more() -> None:
    whose = shop.customer("陈公司", "business")
    said: dict[str, Any] = {"customer": whose, "channel": "business", "pay": True, "actor": "staff/agent"}
    number = api.place_order(lines=[line(), line("support")], **said, at=now() - AGO)
    client, where = signed_in("agent"), f"/orders/{number}/1/amend"
    assert 'name="quantity"' not in text(client, f"/orders/{placed()}/1/amend")
    client.post(where, {"line": "2", "offer": "", "promised_date": "", "where": "", "quantity": "3"})
    assert Line.objects.get(leg=leg(number), number=2).quantity == 3
