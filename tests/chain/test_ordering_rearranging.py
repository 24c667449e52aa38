"""An order on its way is for another address, or for more or fewer pieces (10Q): all of it is taken anew, or nothing changes."""

from __future__ import annotations

from typing import Any

import pytest

from kapok.chain.ordering import api, queries
from kapok.chain.ordering.models import Leg, Line
from kapok.kernel.errors import KapokError
from kapok.network.inventory import api as inventory
from kapok.network.inventory.models import Resource, Shortage
from tests.chain import shop
from tests.chain.shop import by, held, leg, line, placed, run, stands, told
from tests.network.plant import WHO

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_shop")]


def amend(number: str, minutes: float = 1, which: int = 1, **said: Any) -> None:
    api.amend(order=number, line=which, **said, **by("agent", minutes))


def ports(number: str) -> list[str]:
    rows = Resource.objects.filter(holder=leg(number).subject, kind="splitter_port")
    return list(rows.values_list("element__code", flat=True))


def second_splitter() -> None:
    inventory.add_element(code="SPL2", kind="splitter", parent="OLT1/1", covers=["n5"], **WHO)
    inventory.add_resources(kind="splitter_port", element="SPL2", count=1, **WHO)


def test_another_address_is_qualified_and_reserved_anew() -> None:
    second_splitter()
    number = placed()
    assert ports(number) == ["SPL1"]
    amend(number, address="n5")
    row = leg(number)
    assert (row.address.code, row.version, ports(number)) == ("n5", 2, ["SPL2"])  # type: ignore[union-attr]
    assert held(row.subject) == {
        "splitter_port": "reserved",
        "pon_port": "reserved",
        "onu": "reserved",
        "vlan": "reserved",
    }
    (said,) = told("ordering.amended", row.subject)
    assert said["what"] == "address"
    assert "n5" not in str(said)
    run(2)
    assert str(Line.objects.get(leg=row).service.address.code) == "n5"  # type: ignore[union-attr]


def test_where_there_is_no_plant_nothing_changes() -> None:
    number = placed()
    before = set(Resource.objects.filter(holder=leg(number).subject).values_list("code", flat=True))
    with pytest.raises(api.NoPlantThere) as refused:
        amend(number, address="n5")
    assert "5号" in refused.value.text.zh
    assert (leg(number).address.code, leg(number).version) == ("r101", 1)  # type: ignore[union-attr]
    assert set(Resource.objects.filter(holder=leg(number).subject).values_list("code", flat=True)) == before
    assert not Shortage.objects.exists()
    assert told("ordering.amended") == []


def test_what_waits_for_plant_goes_on_at_an_address_that_has_it() -> None:
    number = placed(line(address="n5"))
    assert stands(number) == ("held", "10W", "")
    amend(number, address="n1")
    assert stands(number) == ("inProgress", "", "")
    assert (ports(number), shop.order(number).state) == (["SPL1"], "inProgress")
    assert not Shortage.objects.filter(resolved_at=None).exists()


def test_once_the_plant_is_assigned_it_is_too_late() -> None:
    second_splitter()
    number = placed()
    run(1)
    with pytest.raises(api.TooLateToRearrange):
        amend(number, 2, address="n5")
    assert (leg(number).address.code, ports(number)) == ("r101", ["SPL1"])  # type: ignore[union-attr]


def test_past_the_point_of_no_return_and_when_cancelled_nothing_is_moved() -> None:
    service = shop.installed()
    number = placed(
        line("fibre-300", action="change", address="", service=service), whose=whose_of(service), minutes=20
    )
    with pytest.raises(KapokError):
        amend(number, 21, address="n5")
    cancelled = placed(line(address="n1"), minutes=30)
    api.cancel(order=cancelled, reason="客户改变主意", **by("agent", 31))
    with pytest.raises(api.NotAllowedNow):
        amend(cancelled, 32, address="n3")
    assert leg(cancelled).address.code == "n1"  # type: ignore[union-attr]


def whose_of(service: str) -> str:
    return shop.service(service).customer.number


@pytest.mark.parametrize(
    ("address", "refusal"), [("nowhere", "UnknownAddress"), ("road", "AddressTooWide"), ("r101", "NothingAmended")]
)
def test_an_address_that_cannot_be_is_refused(address: str, refusal: str) -> None:
    number = placed()
    with pytest.raises(KapokError) as refused:
        amend(number, address=address)
    assert type(refused.value).__name__ == refusal
    assert leg(number).version == 1


def test_more_pieces_cost_more_and_pieces_with_a_service_have_their_lines() -> None:
    whose = shop.customer("陈公司", "business")
    number = placed(line(), line("support"), whose=whose, channel="business")
    dear = shop.order(number).quote["monthly"]
    assert queries.may_be_recounted(leg(number).subject)
    amend(number, which=2, quantity=2)
    assert Line.objects.get(leg__order__number=number, number=2).quantity == 2
    assert shop.order(number).quote["monthly"] == dear + 12000
    assert shop.order(number).quote["prices"][2]["minor"] == 24000
    amend(number, 2, which=2, quantity=1)
    assert shop.order(number).quote["monthly"] == dear
    with pytest.raises(api.BadLine):
        amend(number, 3, quantity=2)
    with pytest.raises(api.BadLine):
        amend(number, 3, which=2, quantity=201)
    assert Leg.objects.get(order__number=number).version == 3
