"""What is wished of a service is what it can be, at an address where somebody can be served; else nothing is written."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kapok.chain.ordering import api
from kapok.chain.ordering.models import Line, Order
from kapok.ground.catalog.specifying import api as specifications
from kapok.ground.catalog.specifying.document import Sort
from kapok.network.inventory.models import Service
from tests import shipped
from tests.chain import shop
from tests.chain.shop import by, do, leg, line, placed, run

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]


def at_the_visit(**more: object) -> str:
    number = placed(**more)  # type: ignore[arg-type]
    run(1)
    do(number, "appoint", 2)
    return number


@pytest.mark.parametrize(
    ("wished", "said"),
    [
        ({"down_mbps": -5}, "下行速率（Mbit/s）”不能是“-5”：填写 1 至 100 的整数"),
        ({"down_mbps": 10**5000}, "不能是“…”：填写 1 至 100 的整数"),
        ({"down_mbps": 101}, "填写 1 至 100 的整数"),
        ({"down_mbps": "fast"}, "填写 1 至 100 的整数"),
        ({"down_mbps": True}, "填写 1 至 100 的整数"),
        ({"profile": "ftth-1000"}, "速率模板”不能是“ftth-1000”：按商品所定：ftth-100"),
        ({"colour": "red"}, "没有这一项，请删去；可填：缘由、宽带账号、下行速率（Mbit/s）"),
        ({"number_wish": "x"}, ""),
        ({"login": "o'brien"}, "宽带账号”不能是“o'brien”：小写字母"),
        ({"login": "😀"}, "宽带账号"),
        ({"login": 5}, "请填写文字"),
    ],
)  # fmt: skip
def test_what_a_service_cannot_be_is_neither_ordered_nor_amended(wished: dict[str, Any], said: str) -> None:
    whose, number = shop.customer(), at_the_visit()
    orders = Order.objects.count()
    for attempt in (
        lambda: placed(line(characteristics=wished), whose=whose),
        lambda: api.amend(order=number, line=1, characteristics=wished, **by("agent", 11)),
    ):
        with pytest.raises((api.NotSpecified, api.BadLine)) as refused:
            attempt()
        assert said in refused.value.text.zh
    assert Order.objects.count() == orders
    assert Line.objects.get(leg=leg(number)).characteristics == {}


def test_what_a_service_can_be_is_ordered_and_of_a_bundle_what_its_parts_can_be() -> None:
    slower = {"down_mbps": 50, "login": "chenjing88", "profile": "ftth-100", "reason": "客户要求"}
    number = placed(line(characteristics=slower))
    assert Line.objects.get(leg=leg(number)).characteristics == slower
    whose = shop.customer("陈公司", "business")
    bundle = placed(line("sme-blue", characteristics={"down_mbps": 200}), whose=whose, channel="business")
    assert Line.objects.get(leg__order__number=bundle, offer__code="fibre-300").characteristics == {"down_mbps": 200}
    with pytest.raises(api.NotSpecified):
        placed(line("sme-blue", characteristics={"down_mbps": 301}), whose=whose, channel="business")


FIBRE = next(each for each in shipped.SERVICES if each["code"] == "fibre-broadband")


def narrower() -> None:
    """A new version of the specification, in which nobody may wish for another speed, and a profile is one of a list."""
    document = copy.deepcopy(FIBRE)
    choices = [{"value": f"ftth-{mbps}", "title": {"zh": f"{mbps}", "en": f"{mbps}"}} for mbps in (100, 300, 1000)]
    document["characteristics"][0]["configurable"] = False
    document["characteristics"][2]["choices"] = choices
    specifications.draft_specification(sort=Sort.SERVICE, document=document, **by("manager", 20))
    specifications.publish_specification(sort=Sort.SERVICE, code="fibre-broadband", revision=1, **by("manager", 20))


def test_running_orders_and_services_keep_the_specification_they_were_sold_with() -> None:
    whose, number, service = shop.customer(), at_the_visit(), shop.installed()
    narrower()
    api.amend(order=number, line=1, characteristics={"down_mbps": 50}, **by("agent", 30))
    assert Line.objects.get(leg=leg(number)).characteristics == {"down_mbps": 50}
    assert Line.objects.get(leg=leg(number)).offer.number == 1
    assert Service.objects.get(number=service).offer_version == 1
    orders = Order.objects.count()
    with pytest.raises(api.NotSpecified) as refused:
        placed(line(characteristics={"down_mbps": 50}), whose=whose, minutes=30)
    assert "由商品所定，请删去" in refused.value.text.zh
    assert Order.objects.count() == orders
    fresh = placed(line(characteristics={"down_mbps": 100, "profile": "ftth-100"}), whose=whose, minutes=30)
    assert Line.objects.get(leg=leg(fresh)).offer.number == 2


def test_a_retired_specification_leaves_orders_as_they_are() -> None:
    number = at_the_visit()
    specifications.retire_specification(sort=Sort.SERVICE, code="fibre-broadband", **by("manager", 20))
    api.amend(order=number, line=1, characteristics={"down_mbps": 50}, **by("agent", 30))
    with pytest.raises(api.NotSpecified):
        api.amend(order=number, line=1, characteristics={"down_mbps": 101}, **by("agent", 30))
    assert Line.objects.get(leg=leg(number)).characteristics == {"down_mbps": 50}


@pytest.mark.parametrize(("address", "level"), [("road", "路巷"), ("gd", "省")])
def test_nobody_is_installed_at_a_road(address: str, level: str) -> None:
    whose = shop.customer()
    with pytest.raises(api.AddressTooWide) as refused:
        placed(line(address=address), whose=whose)
    assert (f"只到“{level}”" in refused.value.text.zh, refused.value.field) == (True, "address")
    assert not Order.objects.exists()
