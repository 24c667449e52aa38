"""The demonstration's plant: loaded once, with a few who wait. What can be had where: `tests/front/test_qualification.py`."""

from __future__ import annotations

import pytest

from kapok.ground.people import demo as people
from kapok.ground.places import demo as places
from kapok.network.inventory import browsing, demo
from kapok.network.inventory.models import Resource
from tests.network.plant import AT


@pytest.fixture
def loaded(db: None) -> None:
    people.load(AT)
    places.load(AT)
    demo.load(AT)


def test_who_waits(loaded: None) -> None:
    assert [(each.place, each.code, each.waiting) for each in browsing.demand()] == [
        ("SPL-TH07-1", "NO_PORT", 3), ("CAB-TH04", "NO_PRI", 1), ("SP", "NO_DP", 1),
    ]  # fmt: skip


def test_it_is_loaded_once(loaded: None) -> None:
    count = Resource.objects.count()
    demo.load(AT)
    assert Resource.objects.count() == count
