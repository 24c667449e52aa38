"""Random histories: whatever people try, work is never without somebody who answers for it, and the time adds up."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kapok.ground.commitments import api as commitments
from kapok.ground.commitments.explaining import judgement_of
from kapok.ground.commitments.models import Commitment
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from kapok.ground.work.baton import queries
from kapok.ground.work.models import Handoff, Item, Turn
from kapok.ground.work.rules import LIVE, ItemState, Reason, Side
from kapok.kernel.errors import KapokError
from kapok.kernel.promises import find
from tests.ground.conftest import AT
from tests.ground.work_office import by, fault, later, offered, set_up_work

PEOPLE = ("agent", "agent2", "desk", "tech", "tech2", "tech3", "engineer", "judge")
UNITS = ("field", "exchange", "dispatch", "hotline")


class Undone(Exception):
    """Takes everything back after one history."""


Move = Callable[[UUID, str, dict[str, Any]], None]
MOVES: tuple[Move, ...] = (
    lambda item, _, who: baton.accept(item=item, **who),
    lambda item, _, who: baton.refuse(item=item, reason=Reason.WRONG_AREA, defect="区域不符", **who),
    lambda item, _, who: baton.concede(item=item, **who),
    lambda item, _, who: baton.dispute(item=item, note="有异议", **who),
    lambda item, _, who: baton.judge(item=item, found_for=Side.RECEIVER, note="裁定", **who),
    lambda item, _, who: baton.judge(item=item, found_for=Side.OFFERER, note="裁定", **who),
    lambda item, _, who: baton.withdraw(item=item, **who),
    lambda item, _, who: baton.drop(item=item, note="不再需要", **who),
    lambda item, _, who: baton.deliver(item=item, evidence=["照片"], **who),
    lambda item, _, who: baton.confirm(item=item, **who),
    lambda item, _, who: baton.reject(item=item, defect="有缺陷", **who),
    lambda item, unit, who: baton.transfer(item=item, unit=unit, note="转派", **who),
    lambda item, _, who: baton.return_to_offerer(item=item, reason=Reason.DATA_MISSING, defect="缺资料", **who),
    lambda item, _, who: baton.send_back(item=item, to="accept", note="未通过", **who),
    lambda item, _, who: baton.take_over(item=item, note="代办", **who),
)
steps = st.tuples(
    st.integers(0, 5),
    st.integers(0, len(MOVES) - 1),
    st.sampled_from(PEOPLE),
    st.sampled_from(UNITS),
    st.integers(0, 40),
)


def check(subject: str) -> None:
    for item in Item.objects.filter(matter__subject=subject):
        turns = list(Turn.objects.filter(item=item).order_by("number"))
        running = [turn for turn in turns if turn.until is None]
        state = ItemState(item.state)
        assert item.accountable_id
        assert len(running) == (state in LIVE or (state is ItemState.DELIVERED and item.confirm))
        assert all(earlier.until == after.since for earlier, after in pairwise(turns))
        assert Handoff.objects.filter(item=item, state__in=["offered", "refused", "disputed"]).count() == (
            state in {ItemState.OFFERED, ItemState.REFUSED, ItemState.DISPUTED}
        )
        assert (item.holder_id is not None) >= (state is ItemState.HELD)


def history(moves: list[tuple[int, int, str, str, int]], *, flow: bool) -> None:
    set_up_work()
    pack = find("guangzhou-pledges").read_text(encoding="utf-8")
    commitments.adopt_pack(document=pack, actor="staff/tester", at=AT - timedelta(days=1))
    subject, minutes = fault(flow=flow), 0.0
    offered(subject, confirm=True)
    for place, move, who, unit, waits in moves:
        minutes += waits
        items = list(Item.objects.filter(matter__subject=subject).order_by("opened_at", "id"))
        try:
            with transaction.atomic():
                MOVES[move](items[place % len(items)].id, unit, by(who, minutes))
        except KapokError:
            pass
        check(subject)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    work.happen(matter=subject, kind="fault.restored", **by("agent", minutes + 1))
    for row in Commitment.objects.select_related("pack"):
        judged = judgement_of(row, at=later(minutes + 2))
        whole = sum((share.time for share in queries.attribution(row.id, later(minutes + 2))), timedelta())
        assert judged is None or whole == judged.elapsed


@pytest.mark.django_db
@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(st.lists(steps, min_size=5, max_size=25), st.booleans())
def test_whatever_people_try_somebody_answers_and_the_time_adds_up(
    moves: list[tuple[int, int, str, str, int]], flow: bool
) -> None:
    with contextlib.suppress(Undone), transaction.atomic():
        history(moves, flow=flow)
        raise Undone
