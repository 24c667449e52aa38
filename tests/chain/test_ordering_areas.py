"""What is promised depends on the kind of area: an address in the country gets the promise of the country."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kapok.chain.ordering import previewing
from kapok.ground.commitments.models import Commitment
from kapok.ground.places import api as places
from kapok.ground.places import queries
from kapok.ground.work.models import Matter
from kapok.kernel.text import Text
from tests.chain import shop
from tests.chain.shop import customer, leg, line, placed
from tests.network.plant import WHO

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]
URBAN, RURAL = "CN-36-A1-INSTALL-URBAN", "CN-36-A1-INSTALL-RURAL"
TIYU = Text(zh="体育西", en="Tiyu West")


def country() -> None:
    places.draw_exchange_area(code="TYX", name=TIYU, area="rural", **WHO)


def law(subject: str) -> list[str]:
    """What the law promises of a leg."""
    rows = Commitment.objects.filter(subject=subject, promise__startswith="CN-36-A1-INSTALL")
    return list(rows.values_list("promise", flat=True))


def test_an_address_in_the_country_gets_the_promise_of_the_country() -> None:
    before = placed(line("voice"))
    country()
    after = placed(line("voice"), whose=customer("别人"))
    assert law(leg(before).subject) == [URBAN]
    assert law(leg(after).subject) == [RURAL]
    facts = Matter.objects.get(subject=leg(after).subject).facts
    assert facts["area"] == "rural"
    shown = previewing.preview(customer=customer("第三人"), channel="hotline", lines=[line("voice")], at=shop.AT)
    assert RURAL in {each.promise for each in shown.promises}


def test_each_leg_gets_the_promise_of_its_own_address() -> None:
    country()
    places.correct_address(code="n3", exchange_area="SP", **WHO)
    number = placed(line("voice"), line("voice", address="n3"))
    assert (law(leg(number, 1).subject), law(leg(number, 2).subject)) == ([RURAL], [URBAN])


def test_where_nobody_has_said_the_setting_does(settings: Any) -> None:
    settings.ORDERING_AREA = "rural"
    number = placed(line("voice"))
    assert law(leg(number).subject) == [RURAL]


def test_a_service_that_is_changed_is_where_it_is() -> None:
    service = shop.installed()
    country()
    whose = shop.service(service).customer.number
    number = placed(line(action="suspend", address="", service=service), whose=whose, minutes=50)
    assert Matter.objects.get(subject=leg(number).subject).facts["area"] == "rural"


def test_the_kinds_of_many_addresses_are_asked_at_once() -> None:
    country()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert queries.areas_of(["r101", "n3", "gd", "nowhere"]) == {"r101": "rural", "n3": "rural"}
    assert len(asked) == 1
    assert (queries.area_of("r101"), queries.area_of("gd")) == ("rural", "")
