"""What the plant carries: up from a service to the core, and down from an element or an exchange area to the services."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kapok.ground.places.models import ExchangeArea
from kapok.network.inventory import api, reaching
from kapok.network.inventory.models import Element, Service
from kapok.network.inventory.reaching import Above
from tests.network import plant

pytestmark = [pytest.mark.usefixtures("plant"), pytest.mark.django_db]


def elements(*codes: str) -> frozenset[object]:
    return frozenset(Element.objects.filter(code__in=codes).values_list("id", flat=True))


def service(number: str) -> Service:
    return Service.objects.get(number=number)


def under(*codes: str, areas: tuple[str, ...] = ()) -> int:
    homes = ExchangeArea.objects.filter(code__in=areas).values_list("id", flat=True)
    return reaching.count_under([*elements(*codes)], list(homes))  # type: ignore[list-item]


def test_a_service_hangs_on_all_that_feeds_it_and_on_its_exchange_area() -> None:
    fibre, copper = plant.install(), plant.install("order/O2026-000002-1", needs=plant.COPPER)
    area = ExchangeArea.objects.get(code="TYX").id
    found = reaching.above([service(fibre).id, service(copper).id])
    assert found[service(fibre).id] == Above(elements("SPL1", "OLT1/1", "OLT1"), frozenset({area}))
    assert found[service(copper).id] == Above(elements("DP1", "CAB1", "MDF1", "EX1"), frozenset({area}))


def test_what_lies_under_an_element_or_an_area_is_counted_once() -> None:
    plant.install()
    plant.install("order/O2026-000002-1", needs=plant.COPPER)
    assert [under(code) for code in ("OLT1", "OLT1/1", "SPL1", "CAB1", "EX1")] == [1, 1, 1, 1, 1]
    assert under("OLT1", "SPL1", "MDF1") == 2
    assert under(areas=("TYX",)) == 2
    assert under("OLT1", areas=("TYX",)) == 2
    assert under(areas=("SP",)) == 0
    assert under() == 0


def test_what_is_disconnected_or_goes_by_radio_lies_under_nothing() -> None:
    number = plant.install()
    Service.objects.filter(number=number).update(kind="mobile")
    assert (under("OLT1"), under(areas=("TYX",))) == (0, 0)
    assert reaching.above([service(number).id])[service(number).id] == Above()
    Service.objects.filter(number=number).update(kind="fixed_broadband", state="terminated")
    assert under("OLT1") == 0


def test_the_parts_of_a_bundle_hang_on_the_lines_of_the_whole() -> None:
    whole = plant.install()
    part = api.design_service(
        customer=service(whole).customer.number, offer="iptv", offer_version=1, kind="iptv", address="r101", parent=whole,
        holder="order/O2026-000001-1", **plant.WHO,
    )  # fmt: skip
    api.move_service(service=part, to="active", **plant.WHO)
    assert under("SPL1") == 2
    found = reaching.above([service(part).id])
    assert found[service(part).id].elements == elements("SPL1", "OLT1/1", "OLT1")


def test_however_many_services_it_takes_two_queries_up_and_one_down() -> None:
    numbers = [plant.install(f"order/O2026-00000{serial}-1") for serial in range(1, 4)]
    asked = [service(number).id for number in numbers]
    with CaptureQueriesContext(connection) as queries:
        reaching.above(asked)
        under("OLT1")
    assert len(queries) == 2 + 2  # one of them asks for the code
