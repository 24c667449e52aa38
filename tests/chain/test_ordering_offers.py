"""Every offer of the demonstration can be delivered: its elements are told and tested with what its own needs bring."""

from __future__ import annotations

import pytest

from kapok.chain.ordering.models import Leg, Step
from kapok.ground.catalog.offering import cast
from kapok.network.activation.models import Call
from tests.chain import shop
from tests.chain.shop import do, line, live, placed, run, stands

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]
SERVED = [each["code"] for each in cast.OFFERS if each.get("kind") != "option"]
OFFERS = {each["code"]: each for each in cast.OFFERS}


def ordered(code: str) -> str:
    """An order of this offer through a channel that sells it, by somebody to whom it is sold."""
    segment = OFFERS[code].get("segments", ["business"])[0]
    whose = shop.customer("天河贸易", segment=segment)
    ends = {"address": "n1", "far_address": "n3"} if code.startswith("circuit") else {}
    return placed(line(code, **ends), whose=whose, channel=OFFERS[code]["channels"][0])


def carried(number: str) -> None:
    """People and the system do their parts by turns, until nothing is left but the word of the customer."""
    for turn in range(8):
        run(3 * turn + 1)
        for one in Leg.objects.filter(order__number=number):
            for stage in live(number, one.number) - {"confirm"}:
                do(number, stage, 3 * turn + 2, which=one.number)


@pytest.mark.parametrize("code", SERVED)
def test_an_offer_is_activated_and_tested_with_what_it_needs(code: str) -> None:
    shop.add_switches()
    number = ordered(code)
    carried(number)
    legs = Leg.objects.filter(order__number=number)
    assert {stands(number, one.number) for one in legs} == {("completed", "", "")}
    told = dict(Step.objects.filter(leg__in=legs, name__in=["activate", "test"]).values_list("name", "state"))
    assert told == {"activate": "done", "test": "done"}
    assert not Call.objects.exclude(ok=True).exists()


def test_a_website_says_that_no_element_serves_it() -> None:
    carried(ordered("website"))
    assert set(Call.objects.values_list("verb", "code")) == {("activate", "no_element"), ("test", "no_element")}
    assert "无需操作" in Call.objects.first().text.zh  # type: ignore[union-attr]
