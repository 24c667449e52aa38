"""A van that is counted and loaded at once, over several connections: what was recorded adds up."""

from __future__ import annotations

from typing import Any

import pytest

from kapok.back.workforce import api
from kapok.back.workforce.models import Stock
from kapok.ground.journal.models import Entry
from tests.back import job
from tests.back.team import named
from tests.races import at_once

VAN: dict[str, Any] = {"plate": "A·10001", "material": "connector", **job.by("head")}


@pytest.mark.usefixtures("committed_team")
def test_each_count_says_what_the_one_before_it_left() -> None:
    job.van()
    counts = [17, 12, 9, 5]
    assert at_once(*[lambda n=n: api.count_van(count=n, **VAN) for n in counts]) == [None] * 4
    entries = Entry.objects.filter(kind="workforce.van_counted").order_by("transaction", "position")
    said = {entry.data["before"]: entry.data["count"] for entry in entries}
    at, passed = 20, []
    while at in said:
        at = said.pop(at)
        passed.append(at)
    assert (sorted(passed, reverse=True), at) == (counts, Stock.objects.get(material__code="connector").count)


@pytest.mark.usefixtures("committed_team")
def test_what_is_loaded_meanwhile_is_neither_lost_nor_counted_twice() -> None:
    job.van()
    assert at_once(lambda: api.count_van(count=10, **VAN), lambda: api.load_van(count=5, **VAN)) == [None] * 2
    (counted,) = Entry.objects.filter(kind="workforce.van_counted")
    left = Stock.objects.get(material__code="connector").count
    assert (counted.data["before"], left) in {(20, 15), (25, 10)}


@pytest.mark.usefixtures("committed_team")
def test_two_who_count_a_material_that_never_lay_there_both_count() -> None:
    job.van()
    api.define_material(code="splice", title=named("splice"), counted=named("piece"), **job.EARLIER)
    given = VAN | {"material": "splice"}
    assert at_once(lambda: api.count_van(count=3, **given), lambda: api.count_van(count=4, **given)) == [None] * 2
    stock = Stock.objects.get(material__code="splice")
    befores = {entry.data["before"] for entry in Entry.objects.filter(kind="workforce.van_counted")}
    assert (stock.count in {3, 4}, befores) == (True, {0, 7 - stock.count})
