"""An order is pressed for and supervised: it says so, whoever has the work is told, supervision ends by a word or with it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kapok.chain.ordering import api, queries
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import line as as_line
from kapok.ground.notices.models import Notice
from kapok.ground.notices.reactions import tell
from kapok.ground.posts import queries as posts
from kapok.ground.work import api as work
from kapok.ground.work import urging
from kapok.ground.work.models import Matter, Urge
from tests.chain.shop import by, do, item, later, leg, placed, run, stands, told

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]


def at_the_visit(**more: object) -> str:
    number = placed(**more)  # type: ignore[arg-type]
    run(1)
    do(number, "appoint", 2)
    return number


def notices_to() -> set[tuple[str, str]]:
    for entry in map(as_line, Entry.objects.filter(kind__in=["work.urged", "work.supervised"]).order_by("position")):
        tell(entry)
    return set(Notice.objects.filter(commitment=None).values_list("kind", "recipient__username"))


def test_a_leg_that_is_pressed_for_says_how_often_by_whom_and_why() -> None:
    number = at_the_visit()
    visit = item(number, "visit")
    api.expedite(order=number, note="客户催问", **by("agent", 10))
    api.expedite(order=number, leg=1, note="客户再次催问", **by("agent", 12))
    with pytest.raises(work.NotWaiting):
        api.expedite(order=number, note="路过催单", **by("viewer", 13))
    assert urging.tally(Matter.objects.get(subject=leg(number).subject).id).urged == 2
    (row,) = queries.orders(queries.Filter(pressed="urged")).rows
    assert row.pressed is not None
    assert (row.pressed.urged, row.pressed.supervised, row.pressed.by) == (2, False, "staff/agent")
    assert (row.pressed.since, row.pressed.why) == (later(12), "客户再次催问")
    assert row.pressed.badge.en == "urged ×2"
    assert queries.orders(queries.Filter(pressed="supervised")).rows == []
    told_of = {each.username for each in (visit.holder, visit.accountable) if each}
    assert notices_to() == {("work.urged", username) for username in told_of}
    title = Notice.objects.filter(commitment=None).order_by("-at", "-happened_at").values_list("title_zh", flat=True)
    assert set(title) == {"第 1 次催办，缘由见时间线", "第 2 次催办，缘由见时间线"}


def test_supervision_tells_the_head_too_and_stands_until_it_is_lifted() -> None:
    number = at_the_visit()
    visit = item(number, "visit")
    with pytest.raises(api.NotSupervised):
        api.lift_supervision(order=number, note="误操作", **by("agent", 9))
    api.expedite(order=number, note="重点客户", supervise=True, **by("supervisor", 10))
    with pytest.raises(work.NotWaiting):
        api.expedite(order=number, note="路过督办", supervise=True, **by("viewer", 11))
    api.expedite(order=number, note="再次督办", supervise=True, **by("supervisor", 12))
    (found,) = queries.supervised()
    assert (found.order, found.leg, found.by, found.since, found.why) == (
        number,
        1,
        "staff/supervisor",
        later(10),
        "重点客户",
    )
    assert (found.urged, found.badge.zh) == (2, "督办 · 催单 ×2")
    assert queries.pressed_of([leg(number).subject, "order/none"]) == {leg(number).subject: found}
    told_of = {each.username for each in (visit.holder, visit.accountable) if each}
    heads = {each.username for each in posts.around("", visit.unit.code, later(10)).heads[:1]} - {"supervisor"}
    assert notices_to() == {("work.supervised", username) for username in told_of | heads}
    with pytest.raises(work.NoteMissing):
        api.lift_supervision(order=number, note=" ", **by("supervisor", 20))
    assert len(queries.supervised()) == 1
    api.lift_supervision(order=number, note="已落实", **by("supervisor", 20))
    assert (queries.supervised(), leg(number).supervised_why) == ([], "")
    (row,) = queries.orders(queries.Filter(pressed="urged")).rows
    assert row.pressed is not None
    assert (row.pressed.badge.zh, row.pressed.since, row.pressed.why) == ("催单 ×2", later(12), "再次督办")
    assert told("ordering.supervision_lifted", leg(number).subject) == [{"note": "已落实"}]


def test_supervision_ends_with_the_order() -> None:
    number = at_the_visit()
    api.expedite(order=number, note="重点客户", supervise=True, **by("agent", 10))
    api.cancel(order=number, reason="客户放弃", **by("agent", 11))
    run(12)
    assert stands(number)[0] == "cancelled"
    assert queries.supervised() == []
    assert queries.orders(queries.Filter(pressed="urged")).rows == []
    assert queries.order(number).legs[0].pressed is None
    with pytest.raises(api.NotSupervised):
        api.lift_supervision(order=number, note="已落实", **by("agent", 13))


def test_a_list_costs_the_same_however_many_orders_are_urged() -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as sent:
            queries.orders(queries.Filter(pressed="urged"))
        return len(sent)

    api.expedite(order=at_the_visit(), note="客户催问", **by("agent", 10))
    before = statements()
    for _ in range(2):
        api.expedite(order=placed(), note="客户催问", **by("agent", 11))
    assert (statements(), len(queries.orders(queries.Filter(pressed="urged")).rows)) == (before, 3)
    assert before == 4


def test_a_customer_who_asks_again_counts_and_what_is_refused_does_not() -> None:
    number = at_the_visit()
    subject = leg(number).subject
    work.take_urge(matter=subject, note="怎么还没来", actor="customer/C000001", at=later(10))
    assert queries.pressed_of([subject])[subject].by == "customer/C000001"
    with pytest.raises(work.NoteMissing):
        work.take_urge(matter=subject, note=" ", actor="customer/C000001", at=later(11))
    with pytest.raises(work.UnknownMatter):
        work.take_urge(matter="order/none", note="怎么还没来", actor="customer/C000001", at=later(11))
    assert set(Urge.objects.values_list("number", "why")) == {(1, "怎么还没来")}
