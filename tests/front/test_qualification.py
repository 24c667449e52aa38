"""What can be had at an address by the offers on sale, for a network engineer and for the desk: one answer, few questions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from kapok.edges.console.templatetags.kapok import service_name
from kapok.front.channels import offering
from kapok.front.channels.offering import Choice, Qualified
from kapok.ground.catalog import demo as flows
from kapok.ground.catalog.offering import demo as offers
from kapok.ground.commitments import demo as packs
from kapok.ground.people import demo as people
from kapok.ground.places import demo as places
from kapok.ground.places.refusals import UnknownAddress
from kapok.ground.posts import demo as posts
from kapok.network.inventory import demo
from kapok.network.inventory.kinds import SERVICES
from kapok.network.inventory.models import Element, Resource
from tests import worlds
from tests.chain import shop
from tests.network.plant import AT


def _demonstration() -> None:
    for loader in (people, places, posts, packs, flows, offers, demo):
        loader.load(AT)


@pytest.fixture
def demonstration(db: None) -> None:
    """The demonstration's plant and offers."""
    worlds.begin("plant and offers of the demonstration", _demonstration)


@pytest.fixture
def small(db: None) -> None:
    """The small operator."""
    shop.set_up()


def qualify(service: str, address: str, down_mbps: int = 0, far: str = "") -> list[Qualified]:
    return offering.qualify(service, address, AT, down_mbps=down_mbps, far_address=far)


@pytest.mark.parametrize(
    ("address", "service", "answer"),
    [
        ("TH01-002-201", "fixed_broadband", ("ftth", 1000, "SPL-TH01-1")),
        ("TH06-020", "fixed_voice", ("copper", 0, "DP-TH06-2")),
        ("TH06-020", "payphone", ("copper", 0, "DP-TH06-2")),
        ("TH07-002", "fixed_voice", ("copper", 0, "DP-TH07-1")),
        ("TH05-002", "leased_line", ("circuit", 10_000, "SW-TYX")),
        ("TH10-008", "fixed_broadband", ("ftth", 1000, "SPL-TH10-2")),
        ("TH10-010", "wireless", ("radio", 100, "")),
        ("TH10-010", "data", ("", 0, "")),
    ],
)
def test_what_can_be_had(demonstration: None, address: str, service: str, answer: tuple[str, int, str]) -> None:
    found = qualify(service, address)[0].found
    assert (found.available, found.technology, found.max_down_mbps, found.point) == (True, *answer)


def test_what_cannot(demonstration: None) -> None:
    (none,) = qualify("fixed_broadband", "TH10-010")
    assert (none.found.available, [reason.code for reason in none.found.reasons]) == (False, ["NO_DP"])
    assert len(none.titles) == len(["three plans", "", "", "the bundle", "the trial"])
    full = qualify("fixed_broadband", "TH07-002", 100)[0].found
    assert (full.available, [reason.code for reason in full.reasons]) == (False, ["NO_PORT"]), "no offer takes DSL"
    assert full.expected_at == AT + timedelta(days=20)
    with pytest.raises(UnknownAddress):
        qualify("fixed_broadband", "nowhere")


def test_only_offers_that_are_fast_enough_answer(demonstration: None) -> None:
    fast = [title.en for each in qualify("fixed_broadband", "TH01-002", 301) for title in each.titles]
    assert fast == ["Fibre broadband 1000 M", "Fibre broadband 1000 M, 30 days on trial"]
    assert qualify("fixed_broadband", "TH01-002", 1001) == []
    assert qualify("iptv", "TH01-002") == []


def test_what_has_two_ends_is_answered_for_each(small: None) -> None:
    shop.add_switches()
    (near,) = qualify("leased_line", "n1")
    assert (near.found.point, near.two_ended, near.far) == ("SW1", True, None)
    (both,) = qualify("leased_line", "n1", far="n3")
    assert (both.found, both.titles, both.far.point if both.far else "") == (near.found, near.titles, "SW2")
    Resource.objects.filter(element__code="SW2").update(state="faulty")
    (short,) = qualify("leased_line", "n1", far="n3")
    assert (short.found.available, [each.code for each in short.far.reasons if short.far]) == (True, ["NO_PORT"])  # type: ignore[union-attr]
    with pytest.raises(UnknownAddress):
        qualify("leased_line", "n1", far="nowhere")
    fibre = qualify("fixed_broadband", "r101", far="n3")
    assert {(each.two_ended, each.far) for each in fibre} == {(False, None)}, "they have one end"


def test_what_is_too_slow_here_is_said_of_the_offers_that_are(small: None) -> None:
    Element.objects.filter(code="SPL1").update(down_mbps=200)
    found = {each.titles[0].en: each.found for each in qualify("fixed_broadband", "r101")}
    assert {title: each.max_down_mbps for title, each in found.items()} == {
        "Fibre broadband 100 M": 200, "Fibre broadband 300 M": 0, "Fibre broadband 1000 M": 0,
    }  # fmt: skip
    (slow,) = found["Fibre broadband 300 M"].reasons
    assert (slow.code, slow.text.en) == ("TOO_SLOW", "fibre to the home gives 200 Mbit/s at most, not 300")


def test_every_service_that_is_sold_has_a_name(demonstration: None) -> None:
    assert set(offering.offered(AT)) == {
        "data",
        "fixed_broadband",
        "fixed_voice",
        "leased_line",
        "payphone",
        "wireless",
    }
    assert set(offering.offered(AT)) <= set(SERVICES)
    with translation.override("zh-hans"):
        assert service_name("payphone") == "公用电话"


def test_the_engineer_hears_what_the_desk_says(small: None) -> None:
    """Also of what a technology by itself would not tell: there is no VLAN, no ONU."""
    for gone, code in (("", ""), ("onu", "NO_ONU"), ("vlan", "NO_VLAN")):
        Resource.objects.filter(kind=gone).delete()
        answer = qualify("fixed_broadband", "r101")[0]
        assert [reason.code for reason in answer.found.reasons] == ([code] if code else [])
        said = {each.code: each.why_not for each in offering.choices("", "public", "r101", AT)}
        text = answer.found.reasons[0].text if code else None
        assert {said[each] for each in ("fibre-100", "fibre-300", "fibre-1000", "trial-fibre-1000")} == {text}


@pytest.mark.parametrize(("segment", "channel", "offers"), [("public", "hotline", 6), ("business", "business", 11)])
def test_all_offers_are_looked_at_in_few_questions(small: None, segment: str, channel: str, offers: int) -> None:
    shop.add_switch()
    whose = shop.customer(segment, segment=segment)

    def choices() -> list[Choice]:
        return offering.choices(whose, channel, "r101", AT)

    choices()  # what the offers say is read once
    with CaptureQueriesContext(connection) as asked:
        found = choices()
    bundled = ["the parts of the bundle"] if segment == "business" else []
    questions = ["area", "customer", "payment", "offers on sale", *bundled, "the walk", "the days that were given"]
    assert (len(found), len(asked)) == (offers, len(questions))
