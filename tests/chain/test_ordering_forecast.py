"""Which legs will be late, before they are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kapok.chain.ordering import forecast, queries
from kapok.ground.catalog.cast import FLOWS, INSTALL
from kapok.ground.catalog.template import parse
from kapok.ground.commitments.models import Commitment
from tests.chain import shop
from tests.chain.shop import do, later, leg, placed, run, told

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]
FLOW = parse(INSTALL)
DAY = timedelta(days=1)


def test_the_stages_left_take_their_budgets_on_the_longest_way() -> None:
    said = {"done": ("accept", "assign"), "running": {"configure": later(0), "appoint": later(0)}}
    told_ = forecast.foretold(FLOW, {}, **said, takes={}, due_at=later(0) + 7 * DAY, at=later(0))  # type: ignore[arg-type]
    assert told_.expected_at == later(0) + 8 * DAY
    assert [stage.code for stage in told_.stages] == ["appoint", "visit", "test"]
    assert told_.late


def test_what_takes_less_of_late_counts_less_and_what_runs_is_as_far_as_its_time() -> None:
    said = {"done": ("accept", "assign", "configure"), "running": {"appoint": later(-60)}}
    takes = {("install", "visit"): timedelta(hours=4), ("install", "test"): timedelta(hours=1)}
    told_ = forecast.foretold(FLOW, {}, **said, takes=takes, due_at=None, at=later(0))  # type: ignore[arg-type]
    assert told_.expected_at == later(0) + timedelta(hours=2 * 24 - 1 + 5)
    assert not told_.late


def test_working_time_is_spread_over_the_week() -> None:
    flows = {document["code"]: parse(document) for document in FLOWS}
    assert forecast.budget(flows["circuit-sl1"].stages["assign"]) == timedelta(days=1.4)
    assert forecast.budget(flows["business-reply"].stages["take"]) == timedelta(hours=1.05)
    assert "fetch" not in forecast.reached(flows["cease"], {"visit_needed": "no"})
    assert "fetch" in forecast.reached(flows["cease"], {"visit_needed": "yes"})


def test_jeopardy_is_said_before_the_breach_and_once() -> None:
    number = placed()
    run(1)
    forecast.watch(at=later(5))
    row = leg(number)
    assert row.expected_at is not None
    assert row.jeopardy_at is None
    late = later(10 * 24 * 60)
    assert forecast.watch(at=late) == 1
    assert forecast.watch(at=late + timedelta(minutes=1)) == 0
    assert leg(number).jeopardy_at == late
    assert Commitment.objects.get(subject=row.subject, promise="install").state == "open"
    (said,) = told("ordering.in_jeopardy", row.subject)
    assert said["left"]["en"].endswith("Test and complete")
    assert [each.number for each in queries.late(late)] == [number]
    assert queries.orders(queries.Filter(jeopardy=True)).rows[0].jeopardy_at == late
    do(number, "appoint", 10 * 24 * 60 + 5)
    do(number, "visit", 10 * 24 * 60 + 6)
    run(10 * 24 * 60 + 7)
    forecast.watch(at=later(10 * 24 * 60 + 8))
    assert queries.late(later(10 * 24 * 60 + 8)) == []


def test_the_time_that_stages_took_of_late_is_measured() -> None:
    for _ in range(5):
        shop.installed()
    took = forecast.measured(later(60))
    assert took["install", "confirm"] == timedelta(minutes=2)
