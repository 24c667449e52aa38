"""What is wished of a service is what it can be, at an address where somebody can be served; else nothing is written."""

from __future__ import annotations

from typing import Any

import pytest

from kapok.chain.ordering import api
from kapok.chain.ordering.models import Line, Order
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


@pytest.mark.parametrize(("address", "level"), [("road", "路巷"), ("gd", "省")])
def test_nobody_is_installed_at_a_road(address: str, level: str) -> None:
    whose = shop.customer()
    with pytest.raises(api.AddressTooWide) as refused:
        placed(line(address=address), whose=whose)
    assert (f"只到“{level}”" in refused.value.text.zh, refused.value.field) == (True, "address")
    assert not Order.objects.exists()
