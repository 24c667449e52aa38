"""Many connections at once, and random histories: A and B are never both absent, and a place has one holder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kapok.ground.people import api as people
from kapok.ground.people.models import Grant, OrgUnit
from kapok.ground.posts import api as posts
from kapok.ground.posts.models import Absence, Post, PostHolder
from kapok.ground.posts.rules import Place
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text
from tests.ground.conftest import AT, WHO, set_up_posts
from tests.races import outcomes

DAY = timedelta(days=1)


def ask(username: str, since: int = 2, until: int = 4) -> UUID:
    return posts.request_leave(username=username, since=AT + since * DAY, until=AT + until * DAY, **WHO)


def grant(absence: UUID) -> Callable[[], Any]:
    return lambda: posts.grant_leave(absence=absence, **WHO)


@pytest.mark.usefixtures("committed_desk")
@pytest.mark.parametrize("attempt", range(2))
def test_of_thirty_two_leaves_at_the_same_moment_one_is_granted(attempt: int) -> None:
    asked = [ask(username) for username in ("chen", "mei") * 16]
    outcome = outcomes(*[grant(absence) for absence in asked])
    assert outcome.count("done") == 1
    assert set(outcome) == {"AbsentAlready", "BothAbsent", "done"}
    assert Absence.objects.filter(state="granted").count() == 1


@pytest.mark.usefixtures("committed_desk")
@pytest.mark.parametrize("attempt", range(3))
def test_nobody_slips_into_a_post_while_a_leave_is_granted(attempt: int) -> None:
    posts.grant_leave(absence=ask("wu"), **WHO)
    asked = ask("chen")
    outcome = outcomes(grant(asked), lambda: posts.appoint(post="desk", place=Place.B, username="wu", **WHO))
    assert outcome == ["BothAbsent", "done"]


@pytest.mark.usefixtures("committed_desk")
def test_a_place_is_filled_once() -> None:
    posts.grant_to_post(post="desk", role="agent", **WHO)
    people.open_account(username="ma", name="马", unit="hall", language=Language.ZH, password="wet-cotton-9", **WHO)

    def appoint(username: str) -> Callable[[], Any]:
        return lambda: posts.appoint(post="desk", place=Place.A, username=username, instead_of="chen", **WHO)

    assert outcomes(*[appoint(name) for name in ("ma", "wu", "lin") * 3]) == ["PlaceTaken"] * 8 + ["done"]
    assert PostHolder.objects.filter(period__upper_inf=True, place="A").count() == 1
    assert Grant.objects.filter(role="agent", revoked_at=None).count() == 2


@pytest.mark.usefixtures("committed_desk")
@pytest.mark.parametrize("attempt", range(3))
def test_nobody_is_appointed_while_they_are_deactivated(attempt: int) -> None:
    outcome = outcomes(
        lambda: posts.appoint(post="desk", place=Place.B, username="wu", **WHO),
        lambda: people.deactivate(username="wu", **WHO),
    )
    assert outcome in (["Deactivated", "done"], ["HoldsPosts", "done"])
    [b] = PostHolder.objects.select_related("staff").filter(place="B", period__upper_inf=True)
    assert b.staff.is_active


@pytest.mark.usefixtures("committed_desk")
@pytest.mark.parametrize("attempt", range(3))
def test_a_unit_does_not_end_while_a_post_of_it_is_opened(attempt: int) -> None:
    outcome = outcomes(
        lambda: posts.open_post(
            code="hall", function="hall", title=Text(zh="前台", en="Counter"), unit="hall", a="wu", b="lin", **WHO
        ),
        lambda: people.end_unit(code="hall", **WHO),
    )
    assert outcome in (["EndedUnit", "done"], ["UnitInUse", "done"])
    assert Post.objects.filter(code="hall").exists() == OrgUnit.objects.filter(code="hall", valid_to=None).exists()


PEOPLE = st.sampled_from(["chen", "mei", "wu", "lin"])
DAYS = st.integers(0, 12)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("leave"), PEOPLE, DAYS, st.integers(1, 5)),
        st.tuples(st.just("ill"), PEOPLE, DAYS, st.integers(1, 5)),
        st.tuples(st.just("appoint"), PEOPLE, DAYS, st.sampled_from(list(Place))),
        st.tuples(st.just("exchange"), PEOPLE, DAYS, DAYS),
        st.tuples(st.just("deactivate"), PEOPLE, DAYS, DAYS),
        st.tuples(st.just("back"), PEOPLE, DAYS, DAYS),
    ),
    max_size=14,
)


def play(step: tuple[str, str, int, Any]) -> None:
    """One verb, whatever it says; a refusal is as good as a change."""
    verb, username, day, value = step
    who: dict[str, Any] = {"actor": "staff/tester", "at": AT + day * DAY}
    match verb:
        case "leave":
            posts.grant_leave(absence=ask(username, day, day + value), **WHO)
        case "ill":
            posts.declare_absent(username=username, until=who["at"] + value * DAY, **who)
        case "appoint":
            posts.appoint(post="desk", place=value, username=username, **who)
        case "exchange":
            posts.exchange(post="desk", **who)
        case "deactivate":
            people.deactivate(username=username, **who)
        case "back":
            absence = Absence.objects.filter(staff__username=username, state="granted").first()
            if absence:
                posts.withdraw_leave(absence=absence.id, **who)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_whatever_happens_a_post_is_never_without_both(db: None, steps: list[tuple[str, str, int, Any]]) -> None:
    with transaction.atomic():
        set_up_posts()
        posts.grant_to_post(post="desk", role="agent", **WHO)
        for step in steps:
            try:
                play(step)
            except KapokError:
                continue
        connection.check_constraints()
        check()
        transaction.set_rollback(True)


def check() -> None:
    """By hand, from what is stored and not from what the database derives."""
    held = [(row.staff_id, row.place, row.period) for row in PostHolder.objects.all() if not row.period.isempty]
    away = [(row.staff_id, row.period) for row in Absence.objects.filter(state="granted")]
    for hours in range(0, 18 * 24, 12):
        at = AT + timedelta(hours=hours)
        here = [(staff, place) for staff, place, period in held if at in period]
        assert len({place for _, place in here}) == len({staff for staff, _ in here}) == len(here) == 2
        gone = {staff for staff, period in away if at in period}
        assert len(gone & {staff for staff, _ in here}) <= 1
    present = {row.staff_id for row in PostHolder.objects.filter(period__upper_inf=True)}
    assert set(Grant.objects.filter(revoked_at=None, role="agent").values_list("staff", flat=True)) == present
