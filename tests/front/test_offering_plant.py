"""What the desk says can be had at an address is what an order for it finds there: for every offer, and whatever is lacking."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from kapok.chain.ordering.models import Leg
from kapok.front.channels import offering
from kapok.front.channels.offering import Choice
from kapok.network.inventory.models import Element, Resource
from tests.chain import shop

pytestmark = pytest.mark.django_db
GONE = ["", "splitter_port", "pon_port", "onu", "vlan", "secondary_pair", "primary_pair", "mdf_port", "line_port", "number",
        "sim", "ipv4", "circuit_port"]  # fmt: skip
FAR = "n3"
PEOPLE = {"public": "hotline", "business": "business", "key_account": "key_account"}


@pytest.fixture(autouse=True)
def _shop(db: None) -> None:
    shop.set_up()
    shop.add_switch()


def choices(segment: str, address: str) -> Iterator[tuple[str, Choice]]:
    """Every offer that such a customer can choose there, to 3号 where it has a far end; with the customer."""
    far = offering.Asked(FAR, shop.later(1))
    whose = shop.customer(segment, segment=segment)
    for each in offering.choices(whose, PEOPLE[segment], address, shop.later(1)):
        yield whose, far.with_far(each) if each.two_ended else each


def waits(whose: str, segment: str, choice: Choice, address: str) -> bool:
    """Whether an order for it would lack something; nothing of it is kept."""
    with transaction.atomic():
        number = shop.placed(
            shop.line(choice.code, address=address, far_address=FAR if choice.two_ended else ""),
            whose=whose,
            channel=PEOPLE[segment],
            promised_date=None,
            minutes=2,
        )
        found = Leg.objects.filter(order__number=number, exception="10W").exists()
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("segment", PEOPLE)
@pytest.mark.parametrize("address", ["r101", "n5", "n9"])
@pytest.mark.parametrize("gone", GONE)
def test_what_is_said_is_what_an_order_finds(segment: str, address: str, gone: str) -> None:
    Resource.objects.filter(kind=gone).delete()
    told = list(choices(segment, address))
    assert told
    said = {each.code: each.why_not is not None for _, each in told}
    assert said == {each.code: waits(whose, segment, each, address) for whose, each in told}


def test_a_voice_line_is_said_to_come_by_copper_for_its_offer_takes_copper() -> None:
    found = {each.code: each for _, each in choices("public", "r101")}
    assert found["voice"].technology is not None
    assert found["voice"].technology.en == "copper pair"
    Resource.objects.filter(kind="primary_pair").delete()
    found = {each.code: each for _, each in choices("public", "r101")}
    assert found["voice"].technology is None
    assert found["voice"].why_not is not None
    assert found["fibre-100"].why_not is None


def test_of_a_bundle_each_part_is_answered_by_its_own_way() -> None:
    found = {each.code: each for _, each in choices("business", "r101")}
    brought = found["sme-blue"].technology
    assert (brought and brought.zh, brought and brought.en) == (
        "固定电话：铜缆；光纤宽带 300M：光纤到户",
        "Telephone line: copper pair; Fibre broadband 300 M: fibre to the home",
    )
    (answer,) = (
        each.found for each in offering.qualify("fixed_voice", "r101", shop.later(1)) if len(each.found.ways) > 1
    )
    assert [(way.technology, way.max_down_mbps, way.point) for way in answer.ways] == [
        ("ftth", 1000, "SPL1"), ("copper", 0, "DP1"),
    ]  # fmt: skip
    assert (answer.technology, answer.max_down_mbps, answer.point) == ("ftth", 1000, "SPL1")


def test_a_bundle_is_as_fast_as_the_line_of_its_part(db: None) -> None:
    """What the distribution point of the telephone could carry says nothing of the fibre."""
    Element.objects.filter(code="DP1").update(down_mbps=20)
    assert {each.code: each for _, each in choices("business", "r101")}["sme-blue"].why_not is None
    Element.objects.filter(code="SPL1").update(down_mbps=100)
    slow = {each.code: each for _, each in choices("business", "r101")}["sme-blue"].why_not
    assert slow is not None
    assert slow.en == "fibre to the home gives 100 Mbit/s at most, not 300"
