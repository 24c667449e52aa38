"""The customers of the demonstration: every segment and tier, hierarchies, and loaded twice without harm."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kapok.ground.customers import demo, queries
from kapok.ground.customers.doubles import doubles
from kapok.ground.customers.models import Customer
from kapok.ground.journal.models import Entry
from kapok.ground.people import demo as people_demo
from kapok.ground.places import demo as places_demo
from tests.ground.conftest import AT

pytestmark = pytest.mark.django_db


def test_there_is_a_small_city_in_every_segment_and_tier() -> None:
    for module in (people_demo, places_demo, demo):
        module.load(AT)
    living = Customer.objects.filter(merged_into=None)
    assert living.count() == 58
    assert set(living.values_list("segment", flat=True)) == {
        "public", "business", "key_account", "wholesale", "internal",
    }  # fmt: skip
    assert set(living.values_list("tier", flat=True)) == {"", "SL1", "SL2", "SL3"}
    bank = queries.search("K-111", units=None)[0]
    assert [(each.name, each.depth) for each in queries.hierarchy(bank.number)] == [
        ("岭南木棉银行", 0), ("岭南木棉银行天河支行", 1), ("岭南木棉银行体育西网点", 2), ("岭南木棉银行石牌网点", 2),
        ("岭南木棉银行数据中心", 1),
    ]  # fmt: skip
    assert [(pair.name, pair.shares.en) for pair in doubles(units=None)] == [("王*", "the same name and address")]
    before = Entry.objects.count()
    demo.load(AT + timedelta(days=1))
    assert Entry.objects.count() == before
