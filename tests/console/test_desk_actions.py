"""What may be done with a service at the front desk over HTTP: each action on its page, what is refused, nothing half-written."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.html import escape

from kapok.chain.ordering.models import Leg, Line, Order
from kapok.front.channels import api, queries
from kapok.ground.commitments.models import Commitment
from kapok.ground.customers.models import PersonalLook
from kapok.ground.journal.models import Entry
from kapok.kernel.text import Language
from kapok.network.inventory import api as inventory
from kapok.network.inventory import queries as inventory_queries
from kapok.network.inventory.models import Resource
from tests.appointments import appointment_of
from tests.chain import shop
from tests.console import counter_page
from tests.console.conftest import SignedIn
from tests.network import plant

SEEN = re.compile(r'name="seen" value="([^"]+)"')
WINDOW = re.compile(r'<option value="([^"]+/[^"]+)"')
CHOSEN = {"change": {"offer": "fibre-300"}, "move": {"address": "n1"}}
SAID: dict[str, dict[str, str]] = {
    "change": {"offer": "fibre-300"}, "move": {"address": "n1"}, "suspend": {"reason": "customer_wish"}, "resume": {},
    "cease": {"reason": "moved", "how": "hall"},
    "replace": {"what": "onu", "reason": "faulty", "how": "hall"}, "renumber": {"number": "any"},
}  # fmt: skip


@pytest.fixture
def chen(open_counter: str, cast: object) -> str:
    """A customer of the shop."""
    return open_counter


def address(customer: str, service: str, action: str) -> str:
    return f"/desk/customers/{customer}/services/{service}/{action}"


def shown(client: Client, customer: str, service: str, action: str, **chosen: str) -> str:
    asked = chosen or CHOSEN.get(action, {})
    return client.get(f"{address(customer, service, action)}/terms", asked).content.decode()


def filled(client: Client, customer: str, service: str, action: str, **more: str) -> dict[str, Any]:
    """The form as the page shows it, filled in."""
    chosen = {name: more.get(name, value) for name, value in CHOSEN.get(action, {}).items()}
    found = SEEN.search(shown(client, customer, service, action, **chosen))
    return {"key": str(uuid4()), "seen": found.group(1) if found else "", "note": ""} | SAID.get(action, {}) | more


def act(client: Client, customer: str, service: str, action: str, **more: str) -> Any:
    return client.post(address(customer, service, action), filled(client, customer, service, action, **more))


def written() -> tuple[int, ...]:
    reserved = Resource.objects.filter(state="reserved").count()
    return Order.objects.count(), Leg.objects.count(), reserved, Commitment.objects.count(), Entry.objects.count()


def line() -> tuple[str, str, str, dict[str, Any]]:
    """The line of the last order: action, offer, service, what was wished beside it."""
    row = Line.objects.select_related("leg", "offer", "service").order_by("-leg__order__placed_at", "number").first()
    assert row is not None
    assert row.service is not None
    return row.leg.action, row.offer.code, row.service.number, row.characteristics


# ---- the customer's page ----


def test_each_service_shows_what_may_be_done_with_it_now(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    page = client.get(f"/desk/customers/{chen}").content.decode()
    for action in ("change", "move", "suspend", "cease", "transfer", "replace"):
        assert f'href="{address(chen, service, action)}"' in page
    for action in ("resume", "renumber"):
        assert address(chen, service, action) not in page
    assert "光纤宽带 100M" in page
    act(client, chen, service, "suspend")
    order = Order.objects.latest("placed_at").number
    page = client.get(f"/desk/customers/{chen}").content.decode()
    assert address(chen, service, "cease") not in page
    assert f'在途订单：<a class="tabular" href="/orders/{order}">' in page


def test_of_a_service_is_shown_since_when_rent_is_paid_unless_it_is_on_trial(signed_in: SignedIn, chen: str) -> None:
    shop.installed(whose=chen, address="n1")
    shop.installed("trial-fibre-1000", whose=chen, address="n3")
    page = signed_in("agent").get(f"/desk/customers/{chen}").content.decode()
    assert page.count("起租 2026-03-03") == 1
    assert "Rent since 2026-03-03" in signed_in("agent", Language.EN).get(f"/desk/customers/{chen}").content.decode()


def test_the_pages_read_in_english(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent", Language.EN), shop.installed(whose=chen)
    page = client.get(address(chen, service, "cease")).content.decode()
    for said in ("Why it is disconnected", "What it comes to", "Accept, check identity and debts", "Go ahead?"):
        assert said in page
    assert "拆机" not in page


# ---- each action ----


def test_where_a_service_is_stands_in_full_only_after_a_look_with_its_purpose(signed_in: SignedIn, chen: str) -> None:
    agent, service = signed_in("agent", Language.EN), shop.installed(whose=chen)
    found = inventory_queries.service(service)
    assert found is not None
    full = escape(found.address_full.en)
    page = agent.get(address(chen, service, "suspend")).content.decode()
    assert (full in page, "****, " in page, "Show the address in full" in page) == (False, True, True)
    before = PersonalLook.objects.count()
    place = f"/desk/customers/{chen}/services/{service}/address"
    assert full not in agent.post(place, {"purpose": ""}).content.decode()
    assert PersonalLook.objects.count() == before
    assert full in agent.post(place, {"purpose": "fault"}).content.decode()
    look = PersonalLook.objects.latest("at")
    assert (look.purpose, PersonalLook.objects.count()) == ("fault", before + 1)


def test_a_speed_is_changed_to_an_offer_that_the_line_carries(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    page = client.get(address(chen, service, "change")).content.decode()
    assert ('value="fibre-300"' in page, 'value="voice"' in page, 'value="trial-fibre-1000"' in page) == (
        True,
        False,
        False,
    )
    terms = shown(client, chen, service, "change")
    assert "88.00 元 → <strong>128.00 元</strong>" in terms
    assert "修改局数据" in terms
    assert act(client, chen, service, "change").status_code == 302
    assert line() == ("change", "fibre-300", service, {})


def test_a_service_moves_with_its_window_and_ends_where_it_was(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed("voice", whose=chen)
    terms = shown(client, chen, service, "move", address="n1")
    assert "旧址，新址开通后进行" in terms
    window = WINDOW.findall(terms)[0]
    assert act(client, chen, service, "move", window=window).status_code == 302
    legs = Leg.objects.filter(order__number=Order.objects.latest("placed_at").number).order_by("number")
    assert list(legs.values_list("action", "address__code", "state")) == [
        ("move", "n1", "inProgress"), ("cease", "r101", "acknowledged"),
    ]  # fmt: skip
    same = act(client, chen, shop.installed(whose=chen), "move", address="r101")
    assert (same.status_code, "已在该地址" in same.content.decode()) == (422, True)


def test_a_suspension_says_of_what_kind_it_is_and_is_taken_back(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    talk = api.take(channel="hotline", medium="phone", customer=chen, **counter_page.by("agent"))
    act(client, chen, service, "suspend", reason="lost", note="手机丢了")
    order = Order.objects.latest("placed_at")
    assert line() == ("suspend", "fibre-100", service, {"suspension": "lost"})
    assert (order.note, order.first_contact.username, order.paid_at is not None) == ("手机丢了", "agent", True)
    assert queries.interaction(talk).matters == (f"order/{order.number}",)
    inventory.move_service(service=service, to="suspended", reason="挂失", **plant.WHO)
    Leg.objects.filter(order=order).update(state="completed")
    assert act(client, chen, service, "resume").status_code == 302
    assert line()[:3] == ("resume", "fibre-100", service)


def test_equipment_is_replaced_and_the_reason_is_kept(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    page = client.get(address(chen, service, "replace")).content.decode()
    assert ('value="onu"' in page, 'value="sim"' in page) == (True, False)
    assert act(client, chen, service, "replace", what="sim").status_code == 422
    assert act(client, chen, service, "replace").status_code == 302
    assert line() == ("replace", "fibre-100", service, {"what": "onu", "reason": "故障损坏 / broken"})
    assert Resource.objects.filter(kind="onu", state="reserved").count() == 1


def test_a_technician_comes_with_the_new_part_in_the_window_that_was_chosen(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    assert WINDOW.findall(shown(client, chen, service, "replace")) == []
    terms = shown(client, chen, service, "replace", how="visit")
    assert "上门更换" in terms
    window = WINDOW.findall(terms)[0]
    said = filled(client, chen, service, "replace") | {"how": "visit", "window": window}
    stale = client.post(address(chen, service, "replace"), said)
    assert (stale.status_code, "不一致" in stale.content.decode()) == (422, True)
    seen = SEEN.search(terms)
    assert seen is not None
    assert client.post(address(chen, service, "replace"), said | {"seen": seen.group(1)}).status_code == 302
    assert line()[3] == {"what": "onu", "reason": "故障损坏 / broken", "visit": "yes"}
    leg = Leg.objects.latest("order__placed_at")
    visit = appointment_of(leg.subject)
    assert visit is not None
    assert f"{visit.starts_at.isoformat()}/{visit.ends_at.isoformat()}" == window


def test_a_part_of_an_offer_without_a_visit_is_handed_out(signed_in: SignedIn, chen: str) -> None:
    shop.new_version("fibre-100", visit=None)
    client, service = signed_in("agent"), shop.plant.install("order/other", whose=chen)
    inventory.change_service(service=service, offer_version=2, **plant.WHO)
    assert 'name="how"' not in client.get(address(chen, service, "replace")).content.decode()
    assert WINDOW.findall(shown(client, chen, service, "replace", how="visit")) == []


def test_a_number_is_changed_to_any_that_is_free(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed("voice", whose=chen, address="n5")
    page = client.get(address(chen, service, "renumber")).content.decode()
    assert "同号段现有 2 个空闲号码" in page
    assert act(client, chen, service, "renumber").status_code == 302
    assert line()[:3] == ("renumber", "voice", service)
    assert Resource.objects.filter(kind="number", state="reserved").count() == 1


def test_a_number_is_chosen_from_those_that_customers_like(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed("voice", whose=chen, address="n5")
    other = shop.installed("voice", whose=chen, address="n5")
    plant_values = "85551234 85556688 85550888 85558404"
    inventory.add_resources(kind="number", pool="N-TYX", values=plant_values, **plant.WHO)
    page = client.get(address(chen, service, "renumber")).content.decode()
    offered = re.findall(r'<option value="([0-9a-f-]{36})"[^>]*>(\d+)</option>', page)
    assert [number for _, number in offered][:2] == ["2085550888", "2085556688"]
    assert offered[-1][1] == "2085558404"
    wished = offered[0][0]
    assert act(client, chen, service, "renumber", number=wished).status_code == 302
    leg = Leg.objects.latest("order__placed_at")
    assert list(Resource.objects.filter(holder=leg.subject).values_list("value", "state")) == [
        ("2085550888", "reserved")
    ]
    assert not Entry.objects.filter(data__icontains="85550888").exists()
    before = written()
    for gone in (wished, str(uuid4()), str(Resource.objects.filter(kind="onu", state="free")[0].id)):
        refused = act(client, chen, other, "renumber", number=gone)
        assert (refused.status_code, "请另选一个" in refused.content.decode()) == (422, True)
        assert written() == before


def test_a_service_is_disconnected_with_a_reason_after_a_question(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    assert "data-confirm=" in client.get(address(chen, service, "cease")).content.decode()
    assert act(client, chen, service, "cease", reason="").status_code == 422
    assert act(client, chen, service, "cease").status_code == 302
    assert line() == ("cease", "fibre-100", service, {"reason": "搬离 / moved away"})


def test_the_desk_asks_who_brings_the_terminal_back_and_agrees_when_it_is_fetched(
    signed_in: SignedIn, chen: str
) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    page = client.get(address(chen, service, "cease")).content.decode()
    assert re.findall(r'<option value="(hall|visit)"[^>]*>([^<]+)</option>', page) == [
        ("hall", "客户送到营业厅"), ("visit", "技术人员上门取回"),
    ]  # fmt: skip
    assert WINDOW.findall(shown(client, chen, service, "cease", how="hall")) == []
    terms = shown(client, chen, service, "cease", how="visit")
    assert "上门收回设备" in terms
    window, seen = WINDOW.findall(terms)[0], SEEN.search(terms)
    assert seen is not None
    said = filled(client, chen, service, "cease") | {"how": "visit", "window": window, "seen": seen.group(1)}
    assert client.post(address(chen, service, "cease"), said).status_code == 302
    assert line()[3] == {"reason": "搬离 / moved away", "visit": "yes"}
    leg = Leg.objects.latest("order__placed_at")
    visit = appointment_of(leg.subject)
    assert visit is not None
    assert f"{visit.starts_at.isoformat()}/{visit.ends_at.isoformat()}" == window
    amend = client.get(f"/orders/{leg.order.number}/{leg.number}/amend").content.decode()
    assert "由谁送回终端" in amend
    sent = {"line": "1", "promised_date": "", "visit": "no"}
    assert client.post(f"/orders/{leg.order.number}/{leg.number}/amend", sent).status_code == 302
    assert appointment_of(leg.subject) is None
    assert Line.objects.get(leg=leg).characteristics["visit"] == "no"


def test_nobody_is_sent_for_a_terminal_where_the_offer_knows_of_no_visit(signed_in: SignedIn, chen: str) -> None:
    shop.new_version("fibre-100", visit=None)
    client, service = signed_in("agent"), shop.installed(whose=chen)
    assert "由谁送回终端" not in client.get(address(chen, service, "cease")).content.decode()


def test_a_transfer_takes_another_customer_of_ones_own_and_both_consents(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    heir, elsewhere = shop.customer("李芳"), counter_page.elsewhere()
    assert f'data-customer="{heir}"' in client.get("/desk/customers", {"who": "lf"}).content.decode()
    assert "data-customer" not in client.get("/desk/customers", {"who": elsewhere}).content.decode()
    said = {"to_customer": heir, "consent_from": "同意书 1", "consent_to": "同意书 2"}
    before = written()
    for wrong, why in (
        ({"to_customer": ""}, "请从列表中选择客户"), ({"to_customer": chen}, "本就属于"), ({"to_customer": "C9"}, "请从列表"),
        ({"to_customer": elsewhere}, "请从列表"), ({"consent_to": ""}, "is-invalid"), ({"consent_from": "长" * 201}, "200"),
    ):  # fmt: skip
        refused = act(client, chen, service, "transfer", **said | wrong)
        assert (refused.status_code, why in refused.content.decode()) == (422, True)
    assert written() == before
    assert act(client, chen, service, "transfer", **said).status_code == 302
    action, _, whose, wished = line()
    assert (action, whose) == ("transfer", service)
    assert wished == said | ({"to_account": wished["to_account"]} if "to_account" in wished else {})


# ---- what is refused ----


def test_what_the_state_does_not_allow_is_refused_and_nothing_is_written(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    page = client.get(address(chen, service, "resume")).content.decode()
    assert "不能办理“复机”" in page
    before = written()
    refused = act(client, chen, service, "resume")
    assert (refused.status_code, "不能办理“复机”" in refused.content.decode()) == (422, True)
    assert "不能办理“改号”" in act(client, chen, service, "renumber").content.decode()
    assert written() == before
    assert (
        signed_in("agent", Language.EN).get(address(chen, service, "resume")).content.decode().count("is not for it")
        == 1
    )


def test_a_second_order_on_the_same_service_is_refused(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    act(client, chen, service, "suspend")
    order, before = Order.objects.latest("placed_at").number, written()
    refused = act(client, chen, service, "cease")
    assert (refused.status_code, f"已有在途订单 {order}" in refused.content.decode()) == (422, True)
    assert written() == before


def test_sent_twice_it_places_one_order(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    form, count = filled(client, chen, service, "suspend"), Order.objects.count()
    first, again = (client.post(address(chen, service, "suspend"), form) for _ in range(2))
    assert first.headers["Location"] == again.headers["Location"]
    assert Order.objects.count() == count + 1


def test_a_stale_form_is_refused_with_what_changed(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    form = filled(client, chen, service, "cease")
    inventory.move_service(service=service, to="suspended", reason="欠费", **plant.WHO)
    before = written()
    refused = client.post(address(chen, service, "cease"), form)
    assert refused.status_code == 422
    assert "业务现为“停机”" in refused.content.decode()
    assert written() == before
    fresh = SEEN.search(refused.content.decode())
    assert fresh is not None
    assert client.post(address(chen, service, "cease"), form | {"seen": fresh.group(1)}).status_code == 302


def test_a_service_that_became_anothers_is_said_and_not_touched(signed_in: SignedIn, chen: str) -> None:
    client, service = signed_in("agent"), shop.installed(whose=chen)
    form = filled(client, chen, service, "cease")
    inventory.change_service(service=service, customer=shop.customer("李芳"), **plant.WHO)
    before = written()
    answer = client.post(address(chen, service, "cease"), form, follow=True)
    assert f"业务 {service} 现不属于该客户" in answer.content.decode()
    assert written() == before


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("change", {"offer": ""}), ("change", {"offer": "voice"}), ("change", {"offer": "fibre-100"}), ("move", {"address": ""}),
        ("move", {"address": "nowhere"}), ("move", {"window": "tomorrow"}), ("suspend", {"reason": "whim"}),
        ("suspend", {"seen": "forged"}), ("suspend", {"key": "x"}), ("suspend", {"note": "长" * 1001}),
        ("renumber", {"number": "1"}),
    ],
)  # fmt: skip
def test_bad_input_is_said_and_nothing_is_half_written(
    signed_in: SignedIn, chen: str, action: str, more: dict[str, str]
) -> None:
    client, service = signed_in("agent"), shop.installed("voice" if action == "renumber" else shop.FIBRE, whose=chen)
    form = filled(client, chen, service, action) | more
    before = written()
    assert client.post(address(chen, service, action), form).status_code == 422
    assert written() == before


def test_only_who_takes_orders_for_the_customer_gets_there(signed_in: SignedIn, chen: str) -> None:
    service = shop.installed(whose=chen)
    before = written()
    assert signed_in("viewer").get(address(chen, service, "cease")).status_code == 403
    assert signed_in("account_manager").post(address(chen, service, "cease"), {}).status_code == 404
    client = signed_in("agent")
    assert client.get(address(chen, service, "install")).status_code == 404
    assert client.get(f"{address(chen, 'S99999999', 'cease')}/terms").status_code == 404
    assert written() == before


@pytest.mark.parametrize(
    ("language", "words"), [(Language.ZH, "由有权解除者办理"), (Language.EN, "ordered by whoever may lift it")]
)
def test_for_a_debt_or_a_breach_only_who_may_lift_it_suspends(
    signed_in: SignedIn, chen: str, language: Language, words: str
) -> None:
    service = shop.installed(whose=chen)
    agent, before = signed_in("agent", language), written()
    page = agent.get(address(chen, service, "suspend")).content.decode()
    offered = {code: f'value="{code}"' in page for code in ("customer_wish", "lost", "fault", "arrears", "violation")}
    assert offered == {"customer_wish": True, "lost": True, "fault": True, "arrears": False, "violation": False}
    for code in ("arrears", "violation"):
        refused = act(agent, chen, service, "suspend", reason=code)
        assert (refused.status_code, words in refused.content.decode()) == (422, True)
    assert written() == before
    manager = signed_in("manager", language)
    assert 'value="arrears"' in manager.get(address(chen, service, "suspend")).content.decode()
    assert act(manager, chen, service, "suspend", reason="arrears").status_code == 302
    assert line() == ("suspend", "fibre-100", service, {"suspension": "arrears"})
