"""The demonstration's plant: what can be had where, and what cannot."""

from __future__ import annotations

import pytest

from kapok.ground.people import demo as people
from kapok.ground.places import demo as places
from kapok.network.inventory import browsing, demo, queries
from kapok.network.inventory.models import Resource
from tests.network.plant import AT


@pytest.fixture
def loaded(db: None) -> None:
    people.load(AT)
    places.load(AT)
    demo.load(AT)


@pytest.mark.parametrize(
    ("address", "service", "answer"),
    [
        ("TH01-002-201", "fixed_broadband", ("ftth", "SPL-TH01-1")),
        ("TH06-020", "fixed_voice", ("ftth", "SPL-TH06-2")),
        ("TH07-002", "fixed_broadband", ("dsl", "DP-TH07-1")),
        ("TH05-002", "leased_line", ("circuit", "SW-TYX")),
        ("TH10-008", "fixed_broadband", ("ftth", "SPL-TH10-2")),
        ("TH10-010", "mobile", ("radio", "")),
    ],
)
def test_what_can_be_had(loaded: None, address: str, service: str, answer: tuple[str, str]) -> None:
    found = queries.qualify(address, service, AT)
    assert (found.available, found.technology, found.point) == (True, *answer)


def test_what_cannot(loaded: None) -> None:
    none = queries.qualify("TH10-010", "fixed_broadband", AT)
    assert (none.available, [reason.code for reason in none.reasons]) == (False, ["NO_DP", "NO_DP"])
    full = queries.qualify("TH07-002", "fixed_broadband", AT, down_mbps=100)
    assert (full.available, [reason.code for reason in full.reasons]) == (False, ["NO_PORT", "TOO_SLOW"])
    assert full.expected_at is not None
    assert [(each.place, each.code, each.waiting) for each in browsing.demand()] == [
        ("SPL-TH07-1", "NO_PORT", 3), ("CAB-TH04", "NO_PRI", 1), ("SP", "NO_DP", 1),
    ]  # fmt: skip


def test_it_is_loaded_once(loaded: None) -> None:
    count = Resource.objects.count()
    demo.load(AT)
    assert Resource.objects.count() == count
