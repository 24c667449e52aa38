"""Hand-offs whose answer stands are counted by weeks: the figures are at every moment those of counting each hand-off."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from kapok.ground.people.models import OrgUnit
from kapok.ground.work.baton import api as baton
from kapok.ground.work.baton.figures import Counts, figures
from kapok.ground.work.baton.models import SettledHandoffs
from kapok.ground.work.baton.upkeep import merge_settled
from kapok.ground.work.models import Handoff, Item
from kapok.ground.work.rules import HANDOFF_MOVES, HandoffState, Reason, Side, Way
from kapok.kernel.ids import uuid7
from tests.ground.conftest import AT
from tests.ground.work_office import by, fault, held, later, offered, set_up_work
from tests.races import at_once

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MONDAY = AT.replace(hour=0)
"""The office opens on a Monday, within the first hours of a week by UTC."""
SETTLED = {state for state in HandoffState if not HANDOFF_MOVES[state]}


@pytest.fixture
def office(db: None) -> None:
    set_up_work()


def within(since: datetime, until: datetime, at: datetime, units: Collection[UUID] | None = None) -> list[Counts]:
    return sorted(figures(at, since=since, until=until, units=units).counts, key=str)


def month(at: datetime | None = None) -> list[Counts]:
    """The week of the office and those around it."""
    return within(MONDAY - 14 * DAY, MONDAY + 21 * DAY, at or later(600))


def morning(at: datetime | None = None) -> list[Counts]:
    """The same hand-offs, in so short a time that each is counted alone."""
    return within(AT, later(600), at or later(600))


def counted(rows: Sequence[Handoff], at: datetime) -> list[Counts]:
    """Each hand-off by itself, as one would by hand."""
    pairs: dict[tuple[UUID, UUID], list[Handoff]] = {}
    for row in rows:
        pairs.setdefault((row.from_unit_id, row.to_unit_id), []).append(row)
    found = [Counts(*pair, *(sum(each) for each in zip(*(told(row, at) for row in of), strict=True)))
             for pair, of in pairs.items()]  # fmt: skip
    return sorted(found, key=str)


def told(row: Handoff, at: datetime) -> tuple[int, ...]:
    state, answered = HandoffState(row.state), row.answered_at
    late = answered > row.accept_by_at if answered else state is HandoffState.OFFERED and row.accept_by_at < at
    accepted, waits = state is HandoffState.ACCEPTED, state is HandoffState.OFFERED
    taken_back = row.way == Way.RETURN and state is HandoffState.WITHDRAWN
    return (
        1, accepted and not late, late, bool(row.reason) and not (accepted or waits or taken_back), row.disputed_at is not None,
        state is HandoffState.UPHELD, state is HandoffState.OVERRULED, row.way == Way.RETURN,
    )  # fmt: skip


# ---- by the verbs ----


@pytest.mark.usefixtures("office")
def test_whatever_becomes_of_hand_offs_whole_weeks_say_what_counting_says() -> None:
    one, late, refused, contested, taken_back, open_one = (offered(fault()) for _ in range(6))
    assert month() == morning()
    baton.accept(item=one, **by("tech", 5))
    baton.accept(item=late, **by("tech", 40))
    baton.withdraw(item=taken_back, note="派错", **by("agent", 31))
    for each in (refused, contested):
        baton.refuse(item=each, reason=Reason.WRONG_AREA, defect="不在本片区", **by("tech", 10))
    assert month() == morning()
    baton.dispute(item=contested, note="在本片区", **by("agent", 20))
    baton.concede(item=refused, **by("agent", 21))
    merge_settled()
    baton.judge(item=contested, found_for=Side.OFFERER, note="在本片区", **by("judge", 30))
    baton.return_to_offerer(item=one, reason=Reason.DUPLICATE, defect="重复", **by("tech", 35))
    assert month() == morning()
    assert not Handoff.objects.get(item=open_one, state="offered").answered_at
    (most, *_), before = month(), month(later(29))
    assert (most.offered, most.accepted_in_time, most.late, most.overruled) == (7, 1, 4, 1)
    assert (
        before == morning(later(29)) != month()
    )  # what waits is late once its time is over, without anybody doing anything


@pytest.mark.usefixtures("office")
def test_what_is_settled_is_counted_once_and_merged_into_one_row_of_its_week_and_pair() -> None:
    for minutes in (1, 2, 3):
        held(fault(minutes=minutes), minutes=minutes)
    held(fault(minutes=8 * 24 * 60), minutes=8 * 24 * 60)
    offered(fault())
    rows = SettledHandoffs.objects.order_by("week", "id")
    assert list(rows.values_list("week", "offered", "merged")) == [
        *[(MONDAY, 1, False)] * 3, (MONDAY + 7 * DAY, 1, False),
    ]  # fmt: skip
    before = month()
    assert merge_settled() == 2
    assert list(rows.values_list("week", "offered", "in_time", "merged")) == [
        (MONDAY, 3, 3, True), (MONDAY + 7 * DAY, 1, 1, True),
    ]  # fmt: skip
    held(fault(minutes=4), minutes=4)
    assert (merge_settled(), merge_settled()) == (1, 0)
    assert list(rows.values_list("week", "offered", "merged")) == [(MONDAY, 4, True), (MONDAY + 7 * DAY, 1, True)]
    (pair,), (now,) = before, month()
    assert (pair.offered, now.offered, now.accepted_in_time) == (5, 6, 5)


# ---- at random ----


def made(dice: random.Random, row: Handoff, item: Item, units: Sequence[UUID], number: int) -> Handoff:
    """Some hand-off of five weeks, at their bounds too; its number is the same for the same seed, other than its id."""
    state = dice.choice([HandoffState.ACCEPTED, HandoffState.WITHDRAWN, *[HandoffState.OFFERED] * 4])
    person = row.from_staff_id
    offered_at = MONDAY + dice.choice([dice.randrange(5) * 7 * DAY, dice.randrange(5 * 7 * 24 * 60) * MINUTE])
    answered = {"answered_at": offered_at + dice.randrange(60) * MINUTE, "answered_by_id": person}
    return Handoff(
        id=uuid7(offered_at), item=item, matter_id=item.matter_id, number=number, way=dice.choice(list(Way)),
        from_unit_id=dice.choice(units), from_staff_id=person, from_answers_id=person, to_unit_id=dice.choice(units),
        to_answers_id=person, offered_at=offered_at, accept_by_at=offered_at + 30 * MINUTE, state=state,
        reason=dice.choice(["", Reason.DUPLICATE]), **(answered if state in SETTLED else {}),
    )  # fmt: skip


def goes_on(dice: random.Random, row: Handoff, to: HandoffState) -> None:
    """The hand-off moves on as the verbs let it."""
    since = row.answered_at or row.offered_at
    at, person = since + dice.randrange(20_000) * MINUTE, row.from_staff_id
    said: dict[str, Any] = {"state": to}
    if row.state == HandoffState.OFFERED:
        at = row.offered_at + dice.choice([30, dice.randrange(60)]) * MINUTE
        said |= {"answered_at": at, "answered_by": person}
        said |= {"reason": Reason.DUPLICATE} if to is HandoffState.REFUSED else {}
    elif to is HandoffState.DISPUTED:
        said |= {"disputed_at": at, "disputed_by": person}
    elif to is not HandoffState.WITHDRAWN:
        side = Side.OFFERER if to is HandoffState.OVERRULED else Side.RECEIVER
        said |= {"judged_at": at, "judged_by": person, "found_for": side}
    assert Handoff.objects.filter(id=row.id, state=row.state).update(**said) == 1


@pytest.fixture
def units(office: None) -> list[UUID]:
    return list(OrgUnit.objects.order_by("code").values_list("id", flat=True))


def fill(dice: random.Random, units: Sequence[UUID], number: int) -> None:
    """Hand-offs that wait, and some that come with an answer."""
    row = Handoff.objects.select_related("item").get(item=offered(fault()))
    copies = [Item(**{f.attname: getattr(row.item, f.attname) for f in Item._meta.fields}) for _ in range(number)]
    for copy in copies:
        copy.id, copy.stage = uuid7(AT), ""
    with connection.cursor() as cursor:  # the hand-offs alone matter here, not whose turn it is
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE work_item DISABLE TRIGGER USER")
    Item.objects.bulk_create(copies)
    Handoff.objects.bulk_create(made(dice, row, copy, units, 10 + place) for place, copy in enumerate(copies))


def compare(dice: random.Random, units: Sequence[UUID]) -> None:
    """The figures of some periods and units are those of counting, the whole of them among them."""
    bounds = [
        MONDAY + dice.choice([dice.randrange(-7, 50) * DAY, dice.randrange(50 * 24 * 60) * MINUTE]) for _ in range(4)
    ]
    for since, until in ((MONDAY, MONDAY + 35 * DAY), sorted(bounds[:2]), sorted(bounds[2:])):
        at, some = MONDAY + dice.randrange(50) * DAY, dice.choice([None, list(units[:1]), list(units[1:4])])
        rows = Handoff.objects.filter(offered_at__gte=since, offered_at__lt=until)
        asked = [row for row in rows if some is None or row.from_unit_id in some or row.to_unit_id in some]
        assert within(since, until, at, some) == counted(asked, at)


@pytest.mark.parametrize("seed", range(4))
def test_at_every_moment_the_figures_are_those_of_counting(units: list[UUID], seed: int) -> None:
    dice = random.Random(seed)
    fill(dice, units, 300)
    for turn in range(240):
        row = dice.choice(list(Handoff.objects.exclude(state__in=SETTLED).order_by("number")))
        goes_on(dice, row, dice.choice(sorted(HANDOFF_MOVES[HandoffState(row.state)])))
        if turn % 30 == 0:
            dice.choice([merge_settled, int])()
            compare(dice, units)
    settled = Handoff.objects.filter(state__in=SETTLED).count()
    assert sum(SettledHandoffs.objects.values_list("offered", flat=True)) == settled > 200
    merge_settled()
    compare(dice, units)
    assert not SettledHandoffs.objects.filter(merged=False).exists()


# ---- at the same moment ----


@pytest.mark.usefixtures("transactional_db")
def test_what_is_settled_while_others_are_merged_is_counted_once() -> None:
    set_up_work()
    items = [offered(fault()) for _ in range(6)]
    for item in items[:4]:
        baton.accept(item=item, **by("tech", 5))
    settle = [lambda item=item: baton.accept(item=item, **by("tech", 6)) for item in items[4:]]
    at_once(merge_settled, *settle, merge_settled, morning, merge_settled)
    assert month() == morning()
    with transaction.atomic():
        merge_settled()
        baton.accept(item=offered(fault()), **by("tech", 7))
        assert at_once(month) == at_once(morning)
        transaction.set_rollback(True)
    assert month() == morning()
    merge_settled()
    assert [row.offered for row in SettledHandoffs.objects.all()] == [6]
    assert month() == morning()
