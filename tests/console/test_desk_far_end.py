"""Leased circuits at the front desk over HTTP: the far end is chosen, qualified, kept, ordered, shown and moved."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.test import Client

from kapok.back.workforce.models import Appointment
from kapok.chain.ordering.models import Leg, Order
from kapok.edges.selfcare.doors import CUSTOMER, UNTIL
from kapok.front.channels import api, basket
from kapok.front.channels.basket import Wish
from kapok.ground.customers import api as customers
from kapok.ground.places import api as places
from kapok.ground.places.rules import Segment
from kapok.network.inventory.models import Resource
from tests.chain import shop
from tests.console import counter_page
from tests.console.conftest import SignedIn
from tests.console.test_desk_lines import KEPT, part, sent
from tests.network import plant

FAR = re.compile(r'name="far_address" value="([^"]*)"')
PLACE = re.compile(r'<button class="btn btn-primary" data-shortcut="Enter" (disabled)?>')


@pytest.fixture
def bank(open_counter: str, cast: object) -> str:
    """A key account at 1号, whose manager speaks with it."""
    shop.add_switches()
    said: dict[str, Any] = {"kind": "organisation", "segment": "key_account", "unit": "key-accounts", "tier": "SL1"}
    number = customers.register_customer(name="珠江银行", address="n1", **said, **counter_page.by("manager"))
    api.take(channel="key_account", medium="phone", customer=number, **counter_page.by("keyaccount"))
    return number


def chosen(client: Client, bank: str, **more: str) -> str:
    return part(client, bank, "terms", **{"address": "n1", "offer": "circuit-10"} | more)


def written() -> tuple[int, int]:
    return Order.objects.count(), Resource.objects.exclude(holder="").count()


def test_an_offer_of_two_ends_asks_for_the_far_one_and_another_does_not(signed_in: SignedIn, bank: str) -> None:
    client = signed_in("account_manager")
    offered = part(client, bank, "offers", address="n1")
    assert offered.count("连接两个地址") == 2
    page = chosen(client, bank)
    assert (FAR.findall(page), PLACE.findall(page)) == ([""], ["disabled"])
    assert "该商品连接两个地址，请选择 B 端（远端）地址" in page
    assert 'data-list="far-places"' in page
    assert "data-adds disabled" in page
    website = chosen(client, bank, offer="website", far_address="n3")
    assert (FAR.findall(website), "体育西路3号" in website) == ([], False)


def test_both_ends_are_qualified_and_ordered(signed_in: SignedIn, bank: str) -> None:
    client = signed_in("account_manager")
    page = chosen(client, bank, far_address="n3")
    assert (FAR.findall(page), PLACE.findall(page)) == (["n3"], [""])
    assert "广东省体育西路1号 — 广东省体育西路3号" in page
    assert ("desk-can" in page, "desk-why" in page) == (True, False)
    answer = sent(client, bank, page, address="n1", offer="circuit-10", far_address="n3")
    assert answer.status_code == 302
    row = Leg.objects.select_related("address", "far_address").get()
    assert (row.address.code, row.far_address.code) == ("n1", "n3")  # type: ignore[union-attr]
    order = client.get(answer.headers["Location"]).content.decode()
    assert "广东省体育西路1号 — 广东省体育西路3号" in order


def test_the_end_that_lacks_plant_is_named_and_it_can_be_ordered_all_the_same(signed_in: SignedIn, bank: str) -> None:
    client = signed_in("account_manager")
    Resource.objects.filter(element__code="SW2").update(state="faulty")
    page = chosen(client, bank, far_address="n3")
    assert "B 端（远端）：端口已满" in page
    assert "A 端：" not in page
    sent(client, bank, page, address="n1", offer="circuit-10", far_address="n3")
    row = Leg.objects.get()
    assert (row.state, row.exception) == ("held", "10W")
    order = client.get(f"/orders/{row.order.number}").content.decode()
    assert "B 端（远端）：端口已满" in order


@pytest.mark.parametrize(
    ("far", "said"),
    [("", "请选择 B 端（远端）地址"), ("n1", "两端须为不同地址"), ("road", "只到“路巷”"), ("nowhere", "nowhere")],
)
def test_a_far_end_that_cannot_be_is_said_and_not_ordered(signed_in: SignedIn, bank: str, far: str, said: str) -> None:
    client, before = signed_in("account_manager"), written()
    page = chosen(client, bank, far_address=far)
    assert said in page
    assert PLACE.findall(page) == ["disabled"]
    answer = sent(client, bank, page, address="n1", offer="circuit-10", far_address=far)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert written() == before


def test_a_line_with_its_far_end_is_kept_and_another_far_end_than_shown_is_refused(
    signed_in: SignedIn, bank: str
) -> None:
    client, before = signed_in("account_manager"), written()
    kept = part(client, bank, "offers", address="n1", offer="circuit-10", far_address="n3", add="1")
    assert KEPT.findall(kept) == ["n1~circuit-10|n3"]
    answer = sent(client, bank, kept, line=["n1~circuit-10|n5"])
    assert (answer.status_code, written()) == (422, before)
    assert sent(client, bank, kept).status_code == 302
    assert Leg.objects.get().far_address.code == "n3"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "wish"),
    [
        ("n1~circuit-10|n3", Wish("n1", "circuit-10", "n3")), ("n1~fibre-100", Wish("n1", "fibre-100")),
        ("a~b~fibre-100", Wish("a~b", "fibre-100")), ("n1~circuit-10|", Wish("n1", "circuit-10")),
    ],
)  # fmt: skip
def test_a_line_is_read_as_it_was_sent(value: str, wish: Wish) -> None:
    assert basket.wishes([value]) == [wish]
    assert basket.wishes([wish.value]) == [wish]


def connected(bank: str) -> str:
    return shop.connected(whose=bank)


def test_the_pages_of_a_service_show_both_ends(signed_in: SignedIn, bank: str) -> None:
    service = connected(bank)
    client = signed_in("account_manager")
    assert "广东省体育西路1号 — 广东省体育西路3号" in client.get(f"/desk/customers/{bank}").content.decode()
    page = signed_in("manager").get(f"/services/{service}").content.decode()
    assert ("SW1:C001" in page, "SW2:C001" in page, "体育西路3号" in page) == (True, True, True)


@pytest.mark.parametrize(("end", "ends"), [("a", ("n5", None, "a")), ("b", ("n5", None, "b"))])
def test_the_end_that_is_chosen_moves(
    signed_in: SignedIn, bank: str, end: str, ends: tuple[str, str | None, str]
) -> None:
    service, client = connected(bank), signed_in("account_manager")
    page = f"/desk/customers/{bank}/services/{service}/move"
    assert '<select name="end"' in client.get(page).content.decode()
    terms = client.get(f"{page}/terms", {"address": "n5", "end": end}).content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', terms)
    assert seen is not None
    form = {"key": str(uuid4()), "seen": seen.group(1), "note": "", "address": "n5", "end": end}
    assert client.post(page, form | {"end": "b" if end == "a" else "a"}).status_code == 422
    answer = client.post(page, form)
    assert answer.status_code == 302
    row = Leg.objects.select_related("address", "far_address").get(action="move")
    assert (row.address.code, row.far_address, row.end) == ends  # type: ignore[union-attr]
    there = "B 端（远端）：广东省体育西路5号" if end == "b" else "广东省体育西路5号"
    assert there in client.get(answer.headers["Location"]).content.decode()


def test_where_an_end_is_already_it_does_not_move(signed_in: SignedIn, bank: str) -> None:
    service, client = connected(bank), signed_in("account_manager")
    page = f"/desk/customers/{bank}/services/{service}/move/terms"
    for end, there, other in (("a", "n1", "n3"), ("b", "n3", "n1")):
        assert "业务已在该地址" in client.get(page, {"address": there, "end": end}).content.decode()
        assert "两端须为不同地址" in client.get(page, {"address": other, "end": end}).content.decode()


# ---- somebody comes to both ----


SITE = re.compile(r'value="(n\d [^"/]+/[^"]+)"')
TWO = re.compile(r'<option value="([^"]+/[^"|]+\|[ab])"')


def with_windows(client: Client, bank: str) -> str:
    """The number of an order whose windows were chosen for each end at the desk."""
    for segment in Segment:
        places.assign_patch(unit="tianhe-east-1", segment=segment, address="n3", since=plant.AT, **plant.WHO)
    page = chosen(client, bank, far_address="n3")
    offered = SITE.findall(page)
    windows = [next(each for each in offered if each.startswith(place)) for place in ("n1 ", "n3 ")]
    later = next(each for each in offered if each.startswith("n3 ") and each[3:] != windows[0][3:])
    answer = sent(
        client, bank, page, address="n1", offer="circuit-10", far_address="n3", site_window=[windows[0], later]
    )
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return str(Order.objects.get().number)


def agreed(end: str) -> str:
    row = Appointment.objects.get(state="booked", end=end)
    return f"{row.starts_at.isoformat()}/{row.ends_at.isoformat()}"


def test_a_window_is_chosen_for_each_end_and_the_order_shows_both(signed_in: SignedIn, bank: str) -> None:
    client = signed_in("account_manager")
    number = with_windows(client, bank)
    assert set(Appointment.objects.values_list("end", "address__code")) == {("a", "n1"), ("b", "n3")}
    page = client.get(f"/orders/{number}").content.decode()
    assert page.count('class="leg-visit"') == 2
    assert ("上门 A 端 <strong" in page, "上门 B 端（远端） <strong" in page) == (True, True)
    form = client.get(f"/orders/{number}/1/visit").content.decode()
    other = next(
        each for each in TWO.findall(form) if each.endswith("|b") and each[:-2] not in {agreed("a"), agreed("b")}
    )
    near = agreed("a")
    assert client.post(f"/orders/{number}/1/visit", {"window": other, "reason": "customer"}).status_code == 302
    assert (agreed("a"), agreed("b")) == (near, other[:-2])


def inside(customer: str) -> Client:
    """A browser in which the customer has come in."""
    client = Client()
    session = client.session
    session[CUSTOMER], session[UNTIL] = customer, "2999-01-01T00:00:00+00:00"
    session.save()
    client.cookies[project.SESSION_COOKIE_NAME] = str(session.session_key)
    return client


def test_the_customer_sees_both_visits_and_moves_the_one_at_the_far_end(signed_in: SignedIn, bank: str) -> None:
    number = with_windows(signed_in("account_manager"), bank)
    mine = inside(bank)
    page = mine.get(f"/my/orders/{number}").content.decode()
    assert ("A 端：" in page, "B 端（远端）：" in page) == (True, True)
    for end in ("a", "b"):
        assert f"/my/orders/{number}/1/visit?end={end}" in page
    assert mine.get(f"/my/orders/{number}/1/visit").status_code == 404
    there = f"/my/orders/{number}/1/visit?end=b"
    form = mine.get(there).content.decode()
    assert "B 端（远端）" in form
    taken, near = {agreed("a"), agreed("b")}, agreed("a")
    other = next(each for each in re.findall(r'name="window" value="([^"]+)"', form) if each not in taken)
    assert mine.post(there, {"window": other}).status_code == 302
    assert (agreed("a"), agreed("b")) == (near, other)
