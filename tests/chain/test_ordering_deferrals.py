"""What was put off at the customer's wish goes on by itself when its day has come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kapok.back.workforce.models import WorkOrder
from kapok.chain.ordering import api, deferrals, forecast, moves
from kapok.chain.ordering.models import Leg
from kapok.ground.commitments import api as commitments
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import line as as_line
from kapok.ground.notices import reactions as notices
from kapok.ground.notices.models import Notice
from kapok.ground.people import api as people
from kapok.ground.posts import api as posts
from kapok.ground.posts.rules import Place
from tests.chain import shop
from tests.chain.shop import by, do, later, leg, live, placed, run, stands, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_shop")]
DAY = 24 * 60
UNTIL = 5 * DAY
SAID = {"reason": "客户装修", "evidence": "来电录音 17"}


def put_off(*, who: str = "supervisor", until: float = UNTIL, **more: Any) -> str:
    number = placed(**more)
    run(1)
    if "appoint" in live(number):
        do(number, "appoint", 2)
    api.defer(order=number, leg=1, until=later(until), **SAID, **by(who, 10))
    return number


def ends(minutes: float) -> int:
    return deferrals.end(at=later(minutes))


def pledge(number: str) -> Commitment:
    return Commitment.objects.get(subject=leg(number).subject, promise="install")


def notices_of(kind: str, username: str = "agent") -> list[tuple[str, str]]:
    """What the bell tells somebody of that kind, once every entry has been delivered twice."""
    for entry in Entry.objects.filter(kind=kind).order_by("recorded_at", "id"):
        for _ in range(2):
            notices.tell(as_line(entry))
    return list(Notice.objects.filter(kind=kind, recipient__username=username).values_list("subject", "title_en"))


def test_it_goes_on_when_its_day_has_come_its_clocks_run_from_then_and_the_first_contact_is_told() -> None:
    number = put_off()
    visit = shop.item(number, "visit").id
    assert ends(UNTIL - 1) == 0
    assert (stands(number)[:2], pledge(number).state) == (("held", "10P"), "paused")
    assert ends(UNTIL + 2 * DAY) == 1  # nobody had looked for two days
    row = leg(number)
    assert (stands(number), row.until, row.reason) == (("inProgress", "", ""), None, "")
    assert shop.order(number).state == "inProgress"
    assert (pledge(number).state, pledge(number).pauses) == (
        "open",
        [[later(10).isoformat(), later(UNTIL).isoformat()]],
    )
    assert WorkOrder.objects.get(item=visit).appointment is None
    (said,) = told("ordering.deferral_over", row.subject)
    assert (said["owner"], said["title"]["en"]) == (
        "staff/agent",
        "no longer put off, it goes on: agree a window for the visit anew",
    )
    assert notices_of("ordering.deferral_over") == [(row.subject, said["title"]["en"])]
    assert [ends(UNTIL + 3 * DAY), len(told("ordering.back_on_course", row.subject))] == [0, 1]


def test_who_took_the_order_and_has_left_is_not_told_but_the_head_is() -> None:
    number = put_off()
    posts.exchange(post="hotline-desk", **by("manager", 11))
    posts.appoint(post="hotline-desk", place=Place.B, username="dispatcher", **by("manager", 11))
    people.deactivate(username="agent", **by("manager", 12))
    assert ends(UNTIL) == 1
    assert notices_of("ordering.deferral_over") == []
    assert told("ordering.deferral_over", leg(number).subject)[0]["owner"] == moves.SYSTEM
    assert Notice.objects.filter(kind="ordering.deferral_over").count() == 1


def test_unpaid_it_waits_for_the_payment_again() -> None:
    number = put_off(pay=False)
    assert ends(UNTIL) == 1
    assert stands(number) == ("pending", "", "")


def test_what_still_waited_for_approval_ends_with_it() -> None:
    number = put_off(who="technician", until=100)
    assert (pledge(number).state, ends(100)) == ("open", 1)
    (request,) = commitments.asking.PauseRequest.objects.filter(subject=leg(number).subject)
    commitments.approve_request(request=request.id, **by("supervisor", 105))
    assert pledge(number).pauses == [[later(10).isoformat(), later(100).isoformat()]]


def test_only_what_is_put_off_goes_on_by_itself() -> None:
    gone_on, waiting, given_up, anew = (put_off() for _ in range(4))
    api.undefer(order=gone_on, leg=1, reason="装修完毕", **by("agent", 20))
    api.undefer(order=waiting, leg=1, reason="装修完毕", **by("agent", 20))
    api.wait_for_plant(order=waiting, leg=1, reason="管道未通", expected_at=later(UNTIL), **by("dispatcher", 21))
    api.cancel(order=given_up, reason="不装了", **by("agent", 22))
    api.undefer(order=anew, leg=1, reason="改期", **by("agent", 23))
    api.defer(order=anew, leg=1, until=later(2 * UNTIL), **SAID, **by("supervisor", 24))
    assert ends(UNTIL) == 0
    assert stands(waiting)[:2] == ("held", "10W")
    assert [ends(2 * UNTIL), stands(anew)[0]] == [1, "inProgress"]


def test_one_that_is_refused_does_not_keep_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = put_off(), put_off()
    goes_on = deferrals.deviating.undefer

    def refuses(row: Leg, **said: Any) -> None:
        if row.order.number == first:
            raise api.NotDeferred
        goes_on(row, **said)

    monkeypatch.setattr(deferrals.deviating, "undefer", refuses)
    assert (ends(UNTIL), stands(first)[0], stands(second)[0]) == (1, "held", "inProgress")
    monkeypatch.undo()
    assert (ends(UNTIL + 1), stands(first)[0]) == (1, "inProgress")


def test_the_first_contact_is_told_once_that_an_order_will_be_late() -> None:
    number = placed()
    run(1)
    late = later(10 * DAY)
    assert forecast.watch(at=late) == 1
    (said,) = told("ordering.in_jeopardy", leg(number).subject)
    wanted = (leg(number).subject, f"expected later than promised; left: {said['left']['en']}")
    assert notices_of("ordering.in_jeopardy") == [wanted]
    assert Notice.objects.get().due_at == pledge(number).due_at
    Leg.objects.update(jeopardy_at=None)
    assert forecast.watch(at=late + timedelta(minutes=5)) == 1  # out of it and in again, before anybody has looked
    assert notices_of("ordering.in_jeopardy") == [wanted]
    Notice.objects.update(seen_at=late + timedelta(minutes=6))
    Leg.objects.update(jeopardy_at=None)
    assert forecast.watch(at=late + timedelta(days=1)) == 1
    assert len(notices_of("ordering.in_jeopardy")) >= 2


def test_the_settings_say_who_else_is_told(settings: Any) -> None:
    settings.NOTICES_TELL = {**settings.NOTICES_TELL, "ordering.in_jeopardy": frozenset({"owner", "head"})}
    placed()
    run(1)
    forecast.watch(at=later(10 * DAY))
    notices_of("ordering.in_jeopardy")
    told_ = set(Notice.objects.values_list("recipient__username", flat=True))
    assert "agent" in told_
    assert len(told_) == 2
