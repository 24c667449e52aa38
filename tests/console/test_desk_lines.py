"""Orders of several lines over HTTP: the lines kept on the page, one total, a promise for each leg, all placed or nothing."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from kapok.chain.ordering import queries as orders
from kapok.chain.ordering.models import Leg, Line, Order
from kapok.front.channels import api
from kapok.ground.customers import api as customers
from tests.appointments import appointment_of
from tests.chain import shop
from tests.console import counter_page
from tests.console.conftest import SignedIn

SEEN = re.compile(r'name="seen" value="([^"]+)"')
KEPT = re.compile(r'name="line" value="([^"]+)"')
TOTAL = re.compile(r'id="total-(once|month)">([^<]+)<')


@pytest.fixture
def chen(open_counter: str, cast: object) -> str:
    """A customer of the shop."""
    return open_counter


def part(client: Client, customer: str, which: str, **asked: Any) -> str:
    return client.get(f"/desk/customers/{customer}/order/{which}", asked).content.decode()


def sent(client: Client, customer: str, page: str, **more: Any) -> Any:
    found = SEEN.search(page)
    form = {
        "key": str(uuid4()), "seen": found.group(1) if found else "", "line": KEPT.findall(page), "pay": "now", "note": "",
    } | more  # fmt: skip
    return client.post(f"/desk/customers/{customer}/order", form)


def test_a_second_line_makes_one_order_of_two_legs_with_one_total(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    kept = part(client, chen, "offers", address="r101", offer="fibre-100", add="1")
    assert KEPT.findall(kept) == ["r101~fibre-100"]
    assert 'name="offer"' not in kept
    page = part(client, chen, "terms", line="r101~fibre-100", address="n5", offer="voice")
    totals = dict(TOTAL.findall(page))
    assert ("200.00" in totals["once"], "113.00" in totals["month"]) == (True, True)
    assert page.count("承诺（工程线") == 2
    answer = sent(client, chen, page, address="n5", offer="voice")
    order = Order.objects.get()
    assert answer.headers["Location"] == f"/orders/{order.number}"
    legs = Leg.objects.filter(order=order).order_by("number").values_list("action", "address__code", "service_kind")
    assert list(legs) == [("install", "r101", "fixed_broadband"), ("install", "n5", "fixed_voice")]
    assert (order.quote["one_off"], order.quote["monthly"]) == (20000, 11300)
    (row,) = orders.orders_of(chen)
    assert (row.legs, row.state) == (2, "inProgress")
    desk = client.get(f"/desk/customers/{chen}").content.decode()
    assert "2 条工程线" in desk
    assert "<dd><strong>办理中</strong>" in client.get(f"/orders/{order.number}").content.decode()


SITE = re.compile(r'<option value="(\w+) ([^" ]+/[^"]+)"')


def test_an_order_of_two_places_takes_a_window_for_each(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    lines = ["r101~fibre-100", "n1~fibre-100"]
    page = part(client, chen, "terms", line=lines)
    assert 'name="window"' not in page
    free: dict[str, list[str]] = {}
    for address, window in SITE.findall(page):
        free.setdefault(address, []).append(window)
    assert list(free) == ["r101", "n1"]
    chosen = {"r101": free["r101"][0], "n1": free["n1"][-1]}
    assert chosen["r101"] != chosen["n1"]
    values = [f"{address} {window}" for address, window in chosen.items()]
    again = part(client, chen, "terms", line=lines, site_window=values)
    assert all(f'<option value="{value}" selected>' in again for value in values)
    assert sent(client, chen, page, site_window=values).status_code == 302
    order = Order.objects.get()
    for which, address in ((1, "r101"), (2, "n1")):
        visit = appointment_of(f"order/{order.number}-{which}")
        assert visit is not None
        assert (visit.address, f"{visit.starts_at.isoformat()}/{visit.ends_at.isoformat()}") == (
            address,
            chosen[address],
        )


def test_a_place_may_be_left_open_and_what_is_no_window_is_refused(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    page = part(client, chen, "terms", line=["r101~fibre-100", "n1~fibre-100"])
    (address, window), *_ = SITE.findall(page)
    for wrong in (f"{address} tomorrow", f"{address} 9999-12-31T20:00:00+00:00/9999-12-31T22:00:00+00:00", "r101"):
        refused = sent(client, chen, page, site_window=[wrong, ""])
        assert refused.status_code == 422
        assert "请从列表中选择时段" in refused.content.decode()
    past = sent(client, chen, page, site_window=[f"{address} 2020-01-01T09:00:00+08:00/2020-01-01T11:00:00+08:00"])
    assert past.status_code == 422
    assert not Order.objects.exists()
    assert sent(client, chen, page, site_window=[f"{address} {window}", ""]).status_code == 302
    order = Order.objects.get()
    assert appointment_of(f"order/{order.number}-1") is not None
    assert appointment_of(f"order/{order.number}-2") is None


def test_kept_lines_alone_are_an_order_and_a_line_can_be_left_out(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    two = ["r101~fibre-100", "n5~voice"]
    page = part(client, chen, "terms", line=two, drop="1")
    assert KEPT.findall(page) == ["n5~voice"]
    assert sent(client, chen, page).status_code == 302
    assert list(Line.objects.values_list("offer__code", "leg__address__code")) == [("voice", "n5")]


def test_without_a_line_or_with_half_a_line_nothing_is_placed(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    page = part(client, chen, "terms", line="r101~fibre-100")
    assert sent(client, chen, page, line=[]).status_code == 422
    half = sent(client, chen, page, address="n5")
    assert "请选择商品" in half.content.decode()
    assert KEPT.findall(half.content.decode()) == ["r101~fibre-100"]
    many = sent(client, chen, page, line=["r101~fibre-100"] * 25)
    assert "至多 20 行" in many.content.decode()
    assert Order.objects.count() == 0


def test_one_line_that_cannot_be_refuses_all_of_them_and_says_which(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    page = part(client, chen, "terms", line=["r101~fibre-100", "n5~telex"])
    assert "没有代码为“telex”的商品" in page
    answer = sent(client, chen, page)
    assert answer.status_code == 422
    assert "第 2 行：没有代码为“telex”的商品" in answer.content.decode()
    fine = part(client, chen, "terms", line=["r101~fibre-100", "n5~voice"])
    other = sent(client, chen, fine, line=["n5~voice", "r101~fibre-100"])
    assert "不一致" in other.content.decode()
    assert Order.objects.count() == 0


def test_a_key_account_orders_for_the_sites_of_its_hierarchy(signed_in: SignedIn, chen: str) -> None:
    shop.add_switch()
    who: dict[str, Any] = counter_page.by("manager")
    said = {"kind": "organisation", "segment": "key_account", "unit": "key-accounts"}
    head = customers.register_customer(name="珠江银行", tier="SL1", address="n1", **said, **who)
    customers.register_customer(name="珠江银行石牌支行", address="n3", parent=head, **said, **who)
    customers.register_customer(name="别处的支行", address="n5", parent=head, **said | {"unit": "hotline"}, **who)
    client = signed_in("account_manager")
    api.take(channel="key_account", medium="phone", customer=head, **counter_page.by("keyaccount"))
    places = client.get("/desk/addresses", {"customer": head}).content.decode()
    assert ('data-address="n1"' in places, 'data-address="n3"' in places) == (True, True)
    assert "别处的支行" not in places
    page = part(client, head, "terms", line=["n1~circuit-10|n5", "n3~circuit-100|n5"])
    assert sent(client, head, page).status_code == 302
    order = Order.objects.get()
    assert (order.customer.number, order.channel) == (head, "key_account")
    assert set(Leg.objects.values_list("address__code", flat=True)) == {"n1", "n3"}
    assert client.get("/desk/addresses", {"customer": chen}).status_code == 404
