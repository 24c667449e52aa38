"""Who keeps whom waiting, and how the units conducted themselves: figures counted in one pass, as one would count them by hand."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kapok.ground.people.models import OrgUnit
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from kapok.ground.work.baton.figures import Conduct, figures
from kapok.ground.work.models import Handoff, Item, Urge
from kapok.ground.work.rules import HandoffState, Reason, Side, Way
from kapok.kernel.ids import uuid7
from tests.ground.conftest import AT
from tests.ground.work_office import by, fault, later, offered, set_up_work

MINUTE = timedelta(minutes=1)
SINCE, UNTIL, NOW = 60, 400, 450


@pytest.fixture(autouse=True)
def _office(db: None) -> None:
    set_up_work()


def conduct(since: float = 0, until: float = 60) -> list[Conduct]:
    return figures(later(60), since=later(since), until=later(until)).conduct()


def test_a_pair_of_units_and_the_points_of_one() -> None:
    one = offered(fault())
    baton.accept(item=one, **by("tech", 40))
    contested = offered(fault())
    baton.refuse(item=contested, reason=Reason.DUPLICATE, defect="重复", **by("tech", 10))
    baton.judge(item=contested, found_for=Side.OFFERER, note="不重复", **by("judge", 20))
    found = figures(later(60), since=AT, until=later(60))
    (pairing,) = found.pairings()
    assert (pairing.consumer, pairing.provider) == ("hotline", "field")
    counts = pairing.counts
    assert (counts.offered, counts.accepted_in_time, counts.late, counts.bad) == (3, 0, 2, 3)
    assert (counts.refused, counts.overruled, pairing.median_wait) == (1, 1, 25 * MINUTE)
    (field,) = found.conduct()
    assert (field.unit, field.unanswered, field.lost_as_receiver, field.points) == ("field", 2, 1, 3)


def test_an_offer_taken_back_after_its_time_was_left_unanswered_by_the_receiver() -> None:
    baton.withdraw(item=offered(fault()), note="客户已自行恢复", **by("agent", 40))
    baton.withdraw(item=offered(fault()), note="派错", **by("agent", 5))
    (field,) = conduct()
    assert (field.unit, field.unanswered, field.points) == ("field", 1, 1)


def test_the_transfer_beyond_what_is_tolerated_counts_in_its_period_though_the_others_came_before() -> None:
    one = offered(fault())
    baton.accept(item=one, **by("tech", 1))
    for minute, unit, giver, taker in (
        (2, "exchange", "tech", "engineer"), (4, "field", "engineer", "tech"), (6, "exchange", "tech", "engineer"),
    ):  # fmt: skip
        baton.transfer(item=one, unit=unit, warm=True, note="转派", **by(giver, minute))
        baton.accept(item=one, **by(taker, minute + 1))

    def passed_on(since: float, until: float) -> dict[str, int]:
        found = conduct(since, until)
        return {each.unit: each.passed_on for each in found if each.passed_on}

    assert (
        passed_on(0, 6) == {}
    )  # two are tolerated; the third is offered at the very end, which belongs to what follows
    assert passed_on(6, 60) == {"field": 1}
    assert passed_on(7, 60) == {}
    assert passed_on(0, 60) == {"field": 2, "exchange": 1}


# ---- beside a plain count of the rows ----


def made(dice: random.Random, row: Handoff, items: Sequence[Item], number: int, units: Sequence[UUID]) -> Handoff:
    """Some hand-off: any pair of units, way, state, reason, in time or late, in the period, at its bounds or outside."""
    person, giver, taker = row.from_staff_id, dice.choice(units), dice.choice(units)
    offered_at = later(dice.choice([SINCE, UNTIL, dice.randrange(0, 500)]))
    state = dice.choice(list(HandoffState))
    state = HandoffState.ACCEPTED if state is HandoffState.OFFERED and dice.random() < 0.5 else state
    waits = state is HandoffState.OFFERED
    answered = None if waits else offered_at + dice.choice([30, dice.randrange(1, 60)]) * MINUTE
    judged = state in {HandoffState.UPHELD, HandoffState.OVERRULED}
    refused = judged or state in {HandoffState.REFUSED, HandoffState.DISPUTED}
    return Handoff(
        id=uuid7(offered_at), item=items[number], matter_id=items[number].matter_id, number=10,
        way=dice.choice(list(Way)), from_unit_id=giver,
        from_staff_id=person, from_answers_id=person, to_unit_id=taker, to_answers_id=person, offered_at=offered_at,
        accept_by_at=offered_at + 30 * MINUTE, answered_at=answered, answered_by_id=None if waits else person, state=state,
        reason=Reason.DUPLICATE if refused or dice.random() < 0.3 else "",
        disputed_at=answered if refused and dice.random() < 0.5 else None, judged_at=answered if judged else None,
        judged_by_id=person if judged else None,
        found_for=(Side.OFFERER if state is HandoffState.OVERRULED else Side.RECEIVER) if judged else "",
    )  # fmt: skip


@pytest.fixture
def many() -> list[Handoff]:
    """Hundreds of hand-offs among all units, forty matters' work, and some urges."""
    dice = random.Random(7)
    row = Handoff.objects.get(item=offered(fault()))
    base = Item.objects.get(id=row.item_id)
    matters = [Item.objects.get(id=offered(fault())).matter_id for _ in range(40)]
    copies = [Item(**{f.attname: getattr(base, f.attname) for f in Item._meta.fields}) for _ in range(600)]
    for number, copy in enumerate(copies):
        copy.id, copy.stage, copy.matter_id = uuid7(AT), "", matters[number % 40]
    with connection.cursor() as cursor:  # the hand-offs alone matter here, not whose turn it is
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("work_item", "work_handoff"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    Item.objects.bulk_create(copies)
    units = sorted(OrgUnit.objects.values_list("id", flat=True))
    Handoff.objects.bulk_create(made(dice, row, copies, number, units) for number in range(600))
    work.urge(matter=fault(), note="催办", **by("agent", 100))
    return list(Handoff.objects.select_related("item"))


def within(rows: Sequence[Handoff]) -> list[Handoff]:
    return [row for row in rows if later(SINCE) <= row.offered_at < later(UNTIL)]


def is_late(row: Handoff) -> bool:
    if row.state == HandoffState.OFFERED:
        return row.accept_by_at < later(NOW)
    return row.answered_at is not None and row.answered_at > row.accept_by_at


def is_refused(row: Handoff) -> bool:
    unanswered = row.state == HandoffState.OFFERED or (row.way == Way.RETURN and row.state == HandoffState.WITHDRAWN)
    return row.reason != "" and row.state != HandoffState.ACCEPTED and not unanswered


def pair_by_hand(rows: Sequence[Handoff]) -> tuple[object, ...]:
    def count(holds: Callable[[Handoff], bool]) -> int:
        return sum(map(holds, rows))

    waits = [row.answered_at - row.offered_at for row in rows if row.answered_at]
    accepted = [row for row in rows if row.state == HandoffState.ACCEPTED]
    in_time = sum(row.answered_at is not None and row.answered_at <= row.accept_by_at for row in accepted)
    return (
        len(rows), in_time, count(is_late), count(is_refused), count(lambda row: row.disputed_at is not None),
        count(lambda row: row.state == HandoffState.UPHELD), count(lambda row: row.state == HandoffState.OVERRULED),
        timedelta(seconds=statistics.median(each.total_seconds() for each in waits)) if waits else None,
    )  # fmt: skip


def conduct_by_hand(everything: Sequence[Handoff], unit: UUID) -> tuple[int, ...]:
    rows = within(everything)
    transfers = [row for row in everything if row.way == Way.TRANSFER and row.offered_at < later(UNTIL)]
    times = [row.item.matter_id for row in transfers]
    passed = [row for row in rows if row.way == Way.TRANSFER and times.count(row.item.matter_id) > 2]
    urges = Urge.objects.filter(unit=unit, urged_at__gte=later(SINCE), urged_at__lt=later(UNTIL)).count()
    return (
        sum(is_late(row) and row.to_unit_id == unit for row in rows),
        sum(row.state == HandoffState.OVERRULED and row.to_unit_id == unit for row in rows),
        sum(row.state == HandoffState.UPHELD and row.from_unit_id == unit for row in rows),
        sum(row.way == Way.RETURN and row.from_unit_id == unit for row in rows),
        sum(row.from_unit_id == unit for row in passed), urges,
    )  # fmt: skip


WANTED: list[Collection[str] | None] = [None, ["field"], ["field", "hotline", "city"], []]


@pytest.mark.parametrize("codes", WANTED)
def test_the_figures_are_those_of_a_plain_count(many: list[Handoff], codes: Collection[str] | None) -> None:
    ids = dict(OrgUnit.objects.values_list("code", "id"))
    units = None if codes is None else [ids[code] for code in codes]
    with CaptureQueriesContext(connection) as sent:
        found = figures(later(NOW), since=later(SINCE), until=later(UNTIL), units=units)
        pairings, conducts = found.pairings(), found.conduct()
    assert len(sent) <= 7
    pairs: dict[tuple[UUID, UUID], list[Handoff]] = {}
    for row in within(many):
        if units is None or row.from_unit_id in units or row.to_unit_id in units:
            pairs.setdefault((row.from_unit_id, row.to_unit_id), []).append(row)
    shown = {
        (ids[each.consumer], ids[each.provider]): (
            each.counts.offered, each.counts.accepted_in_time, each.counts.late, each.counts.refused, each.counts.disputed,
            each.counts.upheld, each.counts.overruled, each.median_wait,
        )
        for each in pairings
    }  # fmt: skip
    assert len(shown) == len(pairings)
    assert shown == {pair: pair_by_hand(rows) for pair, rows in pairs.items()}
    by_unit = {
        ids[each.unit]: (
            each.unanswered, each.lost_as_receiver, each.lost_as_offerer, each.returns, each.passed_on, each.urged,
        )
        for each in conducts
    }  # fmt: skip
    concerned = {unit: conduct_by_hand(many, unit) for unit in (ids.values() if units is None else units)}
    assert by_unit == {unit: numbers for unit, numbers in concerned.items() if any(numbers)}
    assert codes == [] or all(any(numbers[place] for numbers in by_unit.values()) for place in range(5))


def test_the_worst_come_first(many: list[Handoff]) -> None:
    found = figures(later(NOW), since=later(SINCE), until=later(UNTIL))
    bad = [each.bad for each in found.counts]
    assert bad == sorted(bad, reverse=True)
    points = [each.points for each in found.conduct()]
    assert points == sorted(points, reverse=True)
    assert points[0] > points[-1]
    part = figures(later(NOW), since=later(SINCE), until=later(UNTIL), first=3, limit=2)
    assert (part.pairs, part.counts) == (len(found.counts), found.counts[3:5])
    assert part.pairings(part.counts[:1]) == found.pairings()[3:4]
    assert part.conduct() == found.conduct()
