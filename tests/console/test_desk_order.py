"""An order on one page over HTTP: what is shown before it is sent, what is refused, and that nothing is half-written."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from kapok.chain.ordering.models import Leg, Order
from kapok.front.channels import api, queries
from kapok.ground.catalog.offering import api as offers
from kapok.ground.catalog.offering import queries as catalog
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal.models import Entry
from kapok.kernel.text import Text
from kapok.network.inventory import api as inventory
from kapok.network.inventory.models import Resource
from tests.appointments import appointment_of
from tests.chain import shop
from tests.console import counter_page
from tests.console.conftest import SignedIn
from tests.network import plant

SEEN = re.compile(r'name="seen" value="([^"]+)"')
WINDOW = re.compile(r'<option value="([^"]+/[^"]+)"')


@pytest.fixture
def chen(open_counter: str, cast: object) -> str:
    """A customer of the shop."""
    return open_counter


def shown(client: Client, customer: str, offer: str = "fibre-100", address: str = "r101") -> str:
    return client.get(f"/desk/customers/{customer}/order/terms", {"address": address, "offer": offer}).content.decode()


def filled(client: Client, customer: str, **more: Any) -> dict[str, Any]:
    """The form as the page shows it, filled in."""
    offer, address = more.get("offer", "fibre-100"), more.get("address", "r101")
    found = SEEN.search(shown(client, customer, offer, address))
    seen = found.group(1) if found else ""
    return {
        "key": str(uuid4()),
        "seen": seen,
        "address": address,
        "offer": offer,
        "window": "",
        "pay": "now",
        "note": "",
    } | more


def written() -> tuple[int, ...]:
    """How much there is of all that an order writes."""
    reserved = Resource.objects.filter(state="reserved").count()
    return Order.objects.count(), Leg.objects.count(), reserved, Commitment.objects.count(), Entry.objects.count()


def test_the_page_shows_qualification_price_windows_and_promise_before_it_is_sent(
    signed_in: SignedIn, chen: str
) -> None:
    client = signed_in("agent")
    page = client.get(f"/desk/customers/{chen}/order").content.decode()
    assert "可以办理" in page
    assert 'value="fibre-100"' in page
    there = client.get(f"/desk/customers/{chen}/order/offers", {"address": "n9"}).content.decode()
    assert "desk-why" in there
    before = written()
    terms = shown(client, chen)
    assert " 元" in terms
    assert WINDOW.search(terms)
    assert "固定电话和宽带" in terms or "承诺" in terms
    assert written() == before


def test_the_promise_shown_is_the_promise_made(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    due = re.findall(r'<strong class="tabular">([\d-]+ [\d:]+)</strong>', shown(client, chen))
    client.post(f"/desk/customers/{chen}/order", filled(client, chen))
    made = Commitment.objects.filter(subject__startswith="order/", due_at__isnull=False).exclude(tier="stage")
    days = sorted(f"{row.due_at.astimezone().date()}" for row in made if row.due_at)
    assert sorted(each.split(" ")[0] for each in due) == days
    assert days


def test_an_order_is_placed_whole_with_its_window(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    talk = api.take(channel="hotline", medium="phone", customer=chen, **counter_page.by("agent"))
    window = WINDOW.findall(shown(client, chen))[0]
    answer = client.post(f"/desk/customers/{chen}/order", filled(client, chen, window=window))
    order = Order.objects.get()
    assert answer.headers["Location"] == f"/orders/{order.number}"
    assert (order.customer.number, order.channel, order.first_contact.username, order.paid_at is not None) == (
        chen, "hotline", "agent", True,
    )  # fmt: skip
    visit = appointment_of(f"order/{order.number}-1")
    assert visit is not None
    assert f"{visit.starts_at.isoformat()}/{visit.ends_at.isoformat()}" == window
    assert queries.interaction(talk).matters == (f"order/{order.number}",)


def test_sent_twice_it_places_one_order(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    form = filled(client, chen)
    first = client.post(f"/desk/customers/{chen}/order", form)
    again = client.post(f"/desk/customers/{chen}/order", form)
    assert first.headers["Location"] == again.headers["Location"]
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"offer": "telex"}, "没有代码为"), ({"address": "nowhere"}, "nowhere"), ({"address": ""}, "请从列表中选择地址"),
        ({"window": "2020-01-01T09:00:00+08:00/2020-01-01T11:00:00+08:00"}, "已"), ({"offer": ""}, "请选择商品"),
        ({"window": "9999-12-31T20:00:00+00:00/9999-12-31T22:00:00+00:00"}, "请从列表中选择时段"),
        ({"window": "tomorrow"}, "请从列表中选择时段"),
        ({"window": "2026-12-01T09:00/2026-12-01T11:00"}, "请从列表中选择时段"), ({"note": "长" * 1_500_000}, "1000"),
        ({"pay": "never"}, "never"), ({"key": "x"}, ""), ({"seen": "forged"}, "不一致"),
    ],
)  # fmt: skip
def test_bad_input_is_said_and_nothing_is_half_written(
    signed_in: SignedIn, chen: str, more: dict[str, str], said: str
) -> None:
    client = signed_in("agent")
    form, before = filled(client, chen) | more, written()
    answer = client.post(f"/desk/customers/{chen}/order", form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert written() == before


@pytest.mark.parametrize(
    ("offer", "said"),
    [
        ("telex", "没有代码为“telex”的商品"),
        ("fibre-draft", "商品“fibre-draft”还是草稿、尚未发布"),
        ("circuit-10", "只售给渠道：大客户渠道、商业客户渠道"),
        ("sim-voice", "商品“sim-voice”已停售"),
    ],
)
def test_why_an_offer_cannot_be_had_is_said_truly_and_once(
    signed_in: SignedIn, chen: str, offer: str, said: str
) -> None:
    client = signed_in("agent")
    offers.copy_offer(
        code="fibre-100", number=1, to="fibre-draft", title=Text(zh="待定", en="draft"), **shop.by("manager")
    )
    offers.retire_offer(code="sim-voice", **shop.by("manager"))
    page, before = shown(client, chen, offer), written()
    assert page.count(said) == 1
    answer = client.post(f"/desk/customers/{chen}/order", filled(client, chen, offer=offer))
    assert (answer.status_code, answer.content.decode().count(said)) == (422, 1)
    assert written() == before


def test_a_road_is_no_address_to_be_served_at(signed_in: SignedIn, chen: str) -> None:
    client, before = signed_in("agent"), written()
    said = "只到“路巷”，无法装机：请选到门牌、楼栋或房号"
    assert shown(client, chen, address="road").count(said) == 1
    offered = client.get(f"/desk/customers/{chen}/order/offers", {"address": "road"}).content.decode()
    assert (offered.count(said), "fibre-100" in offered) == (1, False)
    answer = client.post(f"/desk/customers/{chen}/order", filled(client, chen, address="road"))
    assert (answer.status_code, answer.content.decode().count(said)) == (422, 1)
    assert written() == before


def test_five_megabytes_are_refused_at_the_door(signed_in: SignedIn, chen: str) -> None:
    client, before = signed_in("agent"), written()
    answer = client.post(f"/desk/customers/{chen}/order", filled(client, chen, note="a" * 5 * 2**20))
    assert answer.status_code == 413
    assert "内容太长" in answer.content.decode()
    assert "一张表单至多 5 MB" in answer.content.decode()
    assert len(answer.content) < 50_000
    assert written() == before


def test_a_field_that_is_too_long_is_said_beside_it_and_the_others_are_kept(signed_in: SignedIn, chen: str) -> None:
    client, before = signed_in("agent"), written()
    answer = client.post(f"/desk/customers/{chen}/order", filled(client, chen, note="很" * 1001, pay="later"))
    page = answer.content.decode()
    assert (answer.status_code, "1000" in page, "r101" in page) == (422, True, True)
    assert "fibre-100" in page
    assert written() == before


def test_an_address_without_a_patch_has_no_windows_and_says_why(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    terms = shown(client, chen, "voice", "n5")
    assert not WINDOW.search(terms)
    assert "片区" in terms


def test_a_stale_form_is_refused_with_what_changed(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    form = filled(client, chen)
    old = catalog.offer("fibre-100")
    document = old.offer.document()
    for price in document["prices"]:
        price["amount"] += 1000
    offers.draft_offer(document=document, **counter_page.by("manager"))
    offers.publish_offer(code="fibre-100", revision=1, **counter_page.by("manager"))
    before = written()
    answer = client.post(f"/desk/customers/{chen}/order", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"第 {old.number + 1} 版（原第 {old.number} 版）" in page
    assert "月费由" in page
    assert written() == before
    fresh = SEEN.search(page)
    assert fresh is not None
    again = client.post(f"/desk/customers/{chen}/order", form | {"seen": fresh.group(1)})
    assert again.status_code == 302


def test_a_qualification_that_changed_is_said(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    form = filled(client, chen)
    for code in Resource.objects.filter(kind="splitter_port", state="free").values_list("code", flat=True):
        inventory.mark(resource=code, state="faulty", note="雷击", **plant.WHO)
    before = written()
    answer = client.post(f"/desk/customers/{chen}/order", form)
    assert answer.status_code == 422
    assert "该地址现已不能办理" in answer.content.decode()
    assert written() == before


def test_a_window_that_is_full_is_said_beside_it(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    window = WINDOW.findall(shown(client, chen))[0]
    form = filled(client, chen, window=window)
    taken = 0
    while window in WINDOW.findall(shown(client, chen)):
        number = shop.customer(f"客户{taken}")
        begins, ends = window.split("/")
        shop.api.place_order(
            customer=number, channel="hotline", lines=[shop.line(offer="voice")], pay=True,
            window=(datetime.fromisoformat(begins), datetime.fromisoformat(ends)), **counter_page.by("agent"),
        )  # fmt: skip
        taken += 1
    before = written()
    answer = client.post(f"/desk/customers/{chen}/order", form)
    assert answer.status_code == 422
    assert "已约满" in answer.content.decode()
    assert written() == before
    assert taken


def test_roads_narrow_the_search_and_only_what_can_be_served_is_chosen(signed_in: SignedIn, chen: str) -> None:
    page = signed_in("agent").get("/desk/addresses", {"where": "tyxl", "customer": chen}).content.decode()
    assert ('data-narrow="广东省体育西路"' in page, 'data-address="road"' in page) == (True, False)
    assert ('data-address="n1"' in page, 'data-narrow="广东省体育西路1号"' in page) == (True, False)
    below = signed_in("agent").get("/desk/addresses", {"where": "广东省体育西路"}).content.decode()
    assert {f'data-address="{code}"' in below for code in ("n1", "n3", "r101")} == {True}
