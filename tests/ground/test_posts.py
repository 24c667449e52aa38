"""The verbs of posts, tried at the door: A and B, leave, take-overs, roles that come with a post."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from kapok.ground.journal.queries import timeline
from kapok.ground.people import api as people
from kapok.ground.people import queries as people_queries
from kapok.ground.people.models import Grant, OrgUnit, Staff
from kapok.ground.posts import api as posts
from kapok.ground.posts import queries
from kapok.ground.posts.models import Absence, Post, PostAbsence, PostHolder
from kapok.ground.posts.rules import AbsenceKind, Cause, Place
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text
from tests.ground.conftest import AT, WHO, set_up_posts

DAY = timedelta(days=1)
LATER = {"actor": "staff/tester", "at": AT + DAY}


@pytest.fixture
def desk(db: None) -> SimpleNamespace:
    """The office with a post `desk` at the bureau: Chen is A, Mei is B; Wu belongs there too."""
    return set_up_posts()


def refused(refusal: type[KapokError], verb: Callable[..., Any], **values: Any) -> KapokError:
    """The verb is refused, and the journal stays as it was."""
    before = entries()
    with pytest.raises(refusal) as caught:
        verb(**{**WHO, **values})
    assert entries() == before
    return caught.value


def entries() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM journal_entry")
        return int(cursor.fetchone()[0])


def kinds(subject: str) -> list[str]:
    return [line.kind for line in reversed(timeline(subject))]


def leave(username: str, since: int, until: int, *, grant: bool = True, note: str = "") -> UUID:
    """A leave from one day after `AT` to another."""
    absence = posts.request_leave(username=username, since=AT + since * DAY, until=AT + until * DAY, note=note, **WHO)
    if grant:
        posts.grant_leave(absence=absence, **WHO)
    return absence


def acts(at: datetime) -> str | None:
    post = queries.acting("desk", at)
    assert post is not None
    return post.acting.username if post.acting else None


def test_a_post_has_an_a_and_a_b(desk: SimpleNamespace) -> None:
    post = queries.acting("desk", AT)
    assert post is not None
    assert post.a is not None
    assert post.b is not None
    assert (post.a.username, post.b.username, post.place) == ("chen", "mei", Place.A)
    assert post.accountable == post.acting == post.a
    assert (post.unit, post.function, post.title) == ("bureau", "desk", Text(zh="值班台", en="Desk"))
    assert kinds("post/desk") == ["posts.post_opened", "posts.appointed", "posts.appointed"]


def test_a_unit_has_one_post_of_a_function(desk: SimpleNamespace) -> None:
    title = Text(zh="又一个", en="Another")
    pair: dict[str, Any] = {"title": title, "a": "wu", "b": "lin"}
    refused(posts.PostTaken, posts.open_post, code="desk-2", function="desk", unit="bureau", **pair)
    refused(posts.PostTaken, posts.open_post, code="desk", function="other", unit="bureau", **pair)
    refused(people.UnknownUnit, posts.open_post, code="desk-2", function="desk", unit="moon", **pair)
    posts.open_post(code="desk-2", function="desk", unit="patch", **pair, **WHO)
    assert kinds("post/desk-2") == ["posts.post_opened", "posts.appointed", "posts.appointed"]


def test_a_post_is_opened_with_two_people_who_are_there(desk: SimpleNamespace) -> None:
    new: dict[str, Any] = {"code": "hall", "function": "hall", "title": Text(zh="前台", en="Counter"), "unit": "hall"}
    refused(posts.SamePerson, posts.open_post, **new, a="wu", b="wu")
    refused(people.UnknownStaff, posts.open_post, **new, a="wu", b="nobody")
    people.deactivate(username="wu", **WHO)
    refused(posts.Deactivated, posts.open_post, **new, a="lin", b="wu")
    people.reactivate(username="wu", **WHO)
    leave("wu", 2, 4)
    leave("lin", 3, 5)
    refused(posts.BothAbsent, posts.open_post, **new, a="lin", b="wu")
    assert [post.code for post in queries.post_rows()] == ["desk"]


def test_who_appoints_says_whom_they_mean_to_replace(desk: SimpleNamespace) -> None:
    error = refused(posts.PlaceTaken, posts.appoint, post="desk", place=Place.A, username="wu", instead_of="mei")
    assert error.text.en == (
        "Place A of Desk is held by chen now; reload the page, see who holds it and appoint again."
    )
    refused(posts.PlaceTaken, posts.appoint, post="desk", place=Place.A, username="chen")
    refused(posts.UnknownPost, posts.appoint, post="moon", place=Place.A, username="wu")
    refused(people.UnknownStaff, posts.appoint, post="desk", place=Place.A, username="nobody")
    assert acts(AT) == "chen"
    posts.appoint(post="desk", place=Place.A, username="wu", instead_of="CHEN", **WHO)
    assert acts(AT) == "wu"


def test_a_and_b_are_two_people(desk: SimpleNamespace) -> None:
    refused(posts.SamePerson, posts.appoint, post="desk", place=Place.B, username="chen", at=AT + DAY)
    posts.appoint(post="desk", place=Place.B, username="wu", **LATER)
    posts.appoint(post="desk", place=Place.A, username="mei", **LATER)
    holder = PostHolder.objects.get(staff__username="chen")
    holder.id, holder.place, holder.period = UUID(int=7), "B", DateTimeTZRange(AT, AT + DAY)
    PostHolder.objects.filter(staff__username="mei", place="B").update(period=DateTimeTZRange(AT, AT))
    with pytest.raises(IntegrityError, match="posts_nobody_is_a_and_b"), transaction.atomic():
        holder.save(force_insert=True)


def test_a_and_b_change_places(desk: SimpleNamespace) -> None:
    posts.grant_to_post(post="desk", role="agent", **WHO)
    posts.exchange(post="desk", **LATER)
    assert (acts(AT), acts(AT + DAY)) == ("chen", "mei")
    assert [units_of(name) for name in ("chen", "mei")] == [2, 2]
    refused(posts.UnknownPost, posts.exchange, post="moon")
    refused(posts.TooEarly, posts.exchange, post="desk")


def test_a_place_changes_hands_without_a_gap(desk: SimpleNamespace) -> None:
    posts.appoint(post="desk", place=Place.A, username="wu", **LATER)
    assert acts(AT) == "chen"
    assert acts(AT + DAY) == "wu"
    assert kinds("post/desk")[-2:] == ["posts.released", "posts.appointed"]
    refused(posts.SamePerson, posts.appoint, post="desk", place=Place.A, username="mei", at=AT + 2 * DAY)
    assert acts(AT + 2 * DAY) == "wu"


def test_a_holding_ends_not_before_it_begins(desk: SimpleNamespace) -> None:
    refused(posts.TooEarly, posts.appoint, post="desk", place=Place.A, username="wu", at=AT - DAY)


def test_whoever_holds_a_post_holds_it_until_it_is_closed(desk: SimpleNamespace) -> None:
    posts.grant_to_post(post="desk", role="agent", **WHO)
    refused(posts.TooEarly, posts.close_post, post="desk", at=AT - DAY)
    posts.close_post(post="desk", **LATER)
    refused(posts.ClosedPost, posts.close_post, post="desk")
    refused(posts.ClosedPost, posts.appoint, post="desk", place=Place.A, username="wu")
    refused(posts.ClosedPost, posts.exchange, post="desk")
    assert (acts(AT), acts(AT + DAY)) == ("chen", None)
    assert [units_of(name) for name in ("chen", "mei")] == [0, 0]
    assert kinds("post/desk")[-3:] == ["posts.released", "posts.released", "posts.post_closed"]


def test_how_long_offers_to_a_post_may_wait_is_changed(desk: SimpleNamespace) -> None:
    minutes = timedelta(minutes=1)
    posts.change_accept_time(post="desk", accept_ttl=90 * minutes, **WHO)
    posts.change_accept_time(post="desk", accept_ttl=90 * minutes, **WHO)
    assert Post.objects.get(code="desk").accept_ttl == 90 * minutes
    refused(posts.WrongAcceptTime, posts.change_accept_time, post="desk", accept_ttl=0 * minutes)
    refused(posts.UnknownPost, posts.change_accept_time, post="none", accept_ttl=5 * minutes)
    posts.change_accept_time(post="desk", accept_ttl=None, **LATER)
    assert Post.objects.get(code="desk").accept_ttl is None
    told = [line for line in timeline("post/desk") if line.kind == "posts.accept_time_changed"]
    assert [(line.actor, line.data["minutes"]) for line in told] == [("staff/tester", None), ("staff/tester", 90)]
    assert [line.sentence.en for line in told] == [
        "Time to accept an offer changed from 90 minutes to the general rule",
        "Time to accept an offer changed from the general rule to 90 minutes",
    ]
    posts.close_post(post="desk", **LATER)
    refused(posts.ClosedPost, posts.change_accept_time, post="desk", accept_ttl=5 * minutes)
    assert Post.objects.get(code="desk").accept_ttl is None


def test_a_post_is_not_opened_with_a_time_that_cannot_be(desk: SimpleNamespace) -> None:
    who = {"title": Text(zh="夜班", en="Night"), "unit": "bureau", "a": "mei", "b": "wu"}
    refused(posts.WrongAcceptTime, posts.open_post, code="night", function="night", accept_ttl=8 * DAY, **who)
    assert not Post.objects.filter(code="night").exists()


def test_b_acts_while_a_is_on_leave_and_a_still_answers(desk: SimpleNamespace) -> None:
    leave("chen", 2, 4, note="两单待回访，钥匙在抽屉")
    assert [acts(AT + day * DAY) for day in (0, 2, 3, 4)] == ["chen", "mei", "mei", "chen"]
    post = queries.acting("desk", AT + 2 * DAY)
    assert post is not None
    assert post.accountable is not None
    assert (post.accountable.username, post.accountable.there) == ("chen", False)
    assert kinds("post/desk")[-1] == "posts.standing_in"
    assert timeline("post/desk")[0].sentence.zh.endswith("由mei代行。两单待回访，钥匙在抽屉")
    assert kinds("staff/chen")[-2:] == ["posts.leave_requested", "posts.leave_granted"]
    assert queries.is_absent(desk.staff["chen"], AT + 2 * DAY)


def test_only_a_granted_leave_counts(desk: SimpleNamespace) -> None:
    asked = leave("chen", 2, 4, grant=False)
    assert acts(AT + 2 * DAY) == "chen"
    leave("mei", 2, 4)
    refusal = refused(posts.BothAbsent, posts.grant_leave, absence=asked)
    assert "mei" in refusal.text.en
    assert "2026-03-04 09:00" in refusal.text.zh
    refused(posts.BothAbsent, posts.request_leave, username="chen", since=AT + 3 * DAY, until=AT + 9 * DAY)
    leave("chen", 4, 5)  # exactly when the other is back


def test_somebody_is_absent_once_at_a_time(desk: SimpleNamespace) -> None:
    leave("wu", 2, 4)
    refused(posts.AbsentAlready, posts.request_leave, username="wu", since=AT + 3 * DAY, until=AT + 5 * DAY)
    refused(posts.WrongPeriod, posts.request_leave, username="wu", since=AT + 5 * DAY, until=AT + 5 * DAY)


def test_a_leave_is_settled_once(desk: SimpleNamespace) -> None:
    absence = leave("chen", 2, 4)
    refused(posts.AbsentAlready, posts.grant_leave, absence=absence)
    posts.withdraw_leave(absence=absence, **LATER)
    assert acts(AT + 2 * DAY) == "chen"
    assert not PostAbsence.objects.exists()
    assert "withdrawn" in refused(posts.AbsenceSettled, posts.withdraw_leave, absence=absence).text.en
    refused(posts.AbsenceSettled, posts.grant_leave, absence=absence)
    refused(posts.UnknownAbsence, posts.grant_leave, absence=UUID(int=1))
    leave("mei", 2, 4)


def test_nobody_grants_their_own_leave(desk: SimpleNamespace) -> None:
    asked = leave("chen", 1, 2, grant=False)
    refused(posts.OwnLeave, posts.grant_leave, absence=asked, actor="staff/chen")
    assert Absence.objects.get().state == "requested"
    posts.grant_leave(absence=asked, actor="staff/mei", at=AT)
    posts.declare_absent(username="wu", until=AT + DAY, actor="staff/wu", at=AT)  # an illness is a fact, not a favour


def test_who_comes_back_early_was_absent_until_then(desk: SimpleNamespace) -> None:
    absence = leave("chen", 2, 6)
    posts.withdraw_leave(absence=absence, actor="staff/chen", at=AT + 3 * DAY)
    assert [acts(AT + day * DAY) for day in (2, 3, 4)] == ["mei", "chen", "chen"]
    refused(posts.AbsenceSettled, posts.withdraw_leave, absence=absence, at=AT + 5 * DAY)


def test_who_is_ill_is_absent_at_once(desk: SimpleNamespace) -> None:
    posts.declare_absent(username="chen", until=AT + DAY, note="高烧，改由B角", **WHO)
    assert acts(AT) == "mei"
    assert Absence.objects.get().kind == AbsenceKind.UNPLANNED
    refused(posts.BothAbsent, posts.declare_absent, username="mei", until=AT + DAY)
    posts.appoint(post="desk", place=Place.B, username="wu", **WHO)
    posts.declare_absent(username="mei", until=AT + DAY, **WHO)
    assert acts(AT) == "wu"
    assert "illness" not in str([line.data for line in timeline("staff/chen")])


def test_nobody_is_appointed_into_an_absence_of_the_other(desk: SimpleNamespace) -> None:
    leave("chen", 2, 4)
    leave("wu", 3, 5)
    refused(posts.BothAbsent, posts.appoint, post="desk", place=Place.B, username="wu", at=AT + DAY)
    assert acts(AT + 3 * DAY) == "mei"
    posts.appoint(post="desk", place=Place.B, username="wu", actor="staff/tester", at=AT + 4 * DAY)


def test_the_database_itself_refuses_the_second_absence(desk: SimpleNamespace) -> None:
    leave("chen", 2, 4)
    with pytest.raises(IntegrityError, match="posts_never_both_absent"), transaction.atomic():
        Absence.objects.create(
            id=UUID(int=7), staff_id=desk.staff["mei"], kind="leave", state="granted", asked_at=AT,
            period=DateTimeTZRange(AT + 3 * DAY, AT + 5 * DAY),
        )  # fmt: skip
    leave("wu", 2, 3)
    with pytest.raises(IntegrityError, match="posts_never_both_absent"), transaction.atomic():
        PostHolder.objects.filter(staff__username="mei").update(staff_id=desk.staff["wu"])


BY_CHEN = {"actor": "staff/chen", "at": AT}
DECLARED = {"post": "desk", "username": "mei", "cause": Cause.DECLARED, "note": "交出一天"}


def test_b_takes_over_and_hands_back(desk: SimpleNamespace) -> None:
    values = {**DECLARED, "actor": "staff/chen"}
    refused(posts.NotDeputy, posts.take_over, **{**values, "username": "chen"})
    refused(posts.NoteMissing, posts.take_over, **{**values, "note": "  嗯 "})
    posts.take_over(**values, at=AT)
    assert acts(AT) == "mei"
    post = queries.acting("desk", AT)
    assert post is not None
    assert post.taken_over
    assert post.accountable == post.a
    refused(posts.TakenOver, posts.take_over, **values)
    refused(posts.TooEarly, posts.hand_back, post="desk", note="都办完了", at=AT - DAY)
    posts.hand_back(post="desk", note="都办完了", **LATER)
    assert acts(AT + DAY) == "chen"
    refused(posts.NotTakenOver, posts.hand_back, post="desk", note="都办完了", at=AT + DAY)
    assert kinds("post/desk")[-2:] == ["posts.taken_over", "posts.handed_back"]
    assert timeline("post/desk")[1].sentence.zh == "mei接管（A角声明交出）：交出一天"


def test_only_a_or_the_head_of_the_unit_declares_it(desk: SimpleNamespace) -> None:
    for actor in ("staff/mei", "staff/lin", "staff/tester"):
        error = refused(posts.NotDeclared, posts.take_over, **DECLARED, actor=actor)
        assert error.text.en == (
            "Only A of Desk (chen) or the head of A's unit (—) can declare this; ask them, or choose the true cause."
        )
    assert acts(AT) == "chen"
    lead("city", "lin")
    posts.take_over(**DECLARED, actor="staff/lin", at=AT)  # the bureau has no head of its own
    assert acts(AT) == "mei"
    posts.hand_back(post="desk", note="交还给您", **LATER)
    lead("bureau", "wu")
    error = refused(posts.NotDeclared, posts.take_over, **DECLARED, actor="staff/lin", at=AT + DAY)
    assert "其单位负责人（wu）" in error.text.zh
    posts.take_over(**DECLARED, actor="staff/wu", at=AT + DAY)


def test_of_a_head_the_head_above_declares_it(desk: SimpleNamespace) -> None:
    lead("bureau", "chen")
    lead("city", "lin")
    posts.take_over(**DECLARED, actor="staff/lin", at=AT)
    assert acts(AT) == "mei"


def test_leave_is_a_cause_only_while_a_is_away(desk: SimpleNamespace) -> None:
    values = {**DECLARED, "cause": Cause.LEAVE, "actor": "staff/mei"}
    error = refused(posts.NotAway, posts.take_over, **values)
    assert error.text.en.startswith("A of Desk (chen) is not absent now; note the absence first")
    assert error.text.zh == "“值班台”的A角（chen）此刻未离岗，不能以休假为由接管；请先登记离岗，或选择其他原因。"
    leave("chen", 1, 3)
    refused(posts.NotAway, posts.take_over, **values)
    refused(posts.NotAway, posts.take_over, **values, at=AT + 3 * DAY)
    posts.take_over(**values, at=AT + 2 * DAY)
    assert acts(AT + 4 * DAY) == "mei"  # until it is handed back


def test_silence_is_a_cause_only_once_an_offer_has_waited_too_long(desk: SimpleNamespace) -> None:
    values = {**DECLARED, "cause": Cause.SILENCE, "actor": "staff/mei"}
    error = refused(posts.NotSilent, posts.take_over, **values)
    assert error.text.en.startswith("A of Desk (chen) has let no offer pass its accept time;")
    assert "没有超时未接的移交" in error.text.zh
    matter = work.open_matter(kind="fault.reported", title="没有拨号音", facts={}, actor="staff/wu", at=AT)
    item = baton.offer(matter=matter, title=Text(zh="查修", en="Repair"), unit="bureau", actor="staff/wu", at=AT)
    in_time, late = AT + timedelta(minutes=30), AT + timedelta(minutes=31)
    refused(posts.NotSilent, posts.take_over, **values, at=in_time)
    assert acts(in_time) == "chen"
    with transaction.atomic():
        posts.take_over(**values, at=late)
        assert acts(late) == "mei"
        assert timeline("post/desk")[0].sentence.zh == "mei接管（A角超时未接）：交出一天"
        transaction.set_rollback(True)
    baton.accept(item=item, actor="staff/wu", at=late)
    refused(posts.NotSilent, posts.take_over, **values, at=late)


def test_who_is_away_does_not_take_over_and_a_acts_again_when_b_goes(desk: SimpleNamespace) -> None:
    posts.take_over(**DECLARED, **BY_CHEN)
    leave("mei", 2, 3)
    assert acts(AT + 2 * DAY) == "chen"
    posts.hand_back(post="desk", note="交还给您", **LATER)
    refused(posts.DeputyAbsent, posts.take_over, **DECLARED, actor="staff/chen", at=AT + 2 * DAY)


def test_a_take_over_ends_with_its_deputy(desk: SimpleNamespace) -> None:
    posts.take_over(**DECLARED, **BY_CHEN)
    posts.appoint(post="desk", place=Place.B, username="wu", **LATER)
    assert acts(AT + DAY) == "chen"


def units_of(username: str, permission: str = "work.do") -> int:
    return len(people_queries.units_where(Staff.objects.get(username=username).id, permission))


def test_a_role_of_a_post_is_held_with_the_post(desk: SimpleNamespace) -> None:
    posts.grant_to_post(post="desk", role="agent", **WHO)
    refused(posts.RoleOfPostHeld, posts.grant_to_post, post="desk", role="agent")
    refused(people.UnknownRole, posts.grant_to_post, post="desk", role="pope")
    assert [units_of(name) for name in ("chen", "mei", "wu")] == [2, 2, 0]  # the bureau and its patch
    posts.appoint(post="desk", place=Place.B, username="wu", **LATER)
    assert [units_of(name) for name in ("chen", "mei", "wu")] == [2, 0, 2]
    posts.revoke_from_post(post="desk", role="agent", **LATER)
    assert [units_of(name) for name in ("chen", "mei", "wu")] == [0, 0, 0]
    refused(posts.RoleOfPostMissing, posts.revoke_from_post, post="desk", role="agent")
    assert kinds("staff/wu")[-2:] == ["people.role_granted", "people.role_revoked"]


def test_what_is_granted_to_a_person_and_through_a_post_are_two_things(desk: SimpleNamespace) -> None:
    people.grant_role(username="chen", role="agent", unit="bureau", **WHO)
    posts.grant_to_post(post="desk", role="agent", **WHO)
    held = people_queries.person("chen")
    assert held is not None
    assert sorted(grant.through for grant in held.grants) == ["", "post/desk"]
    people.revoke_role(username="chen", role="agent", unit="bureau", **LATER)
    assert units_of("chen") == 2
    refused(people.NotHeld, people.revoke_role, username="chen", role="agent", unit="bureau")
    people.grant_role(username="chen", role="agent", unit="bureau", **LATER)
    posts.appoint(post="desk", place=Place.A, username="wu", **LATER)
    assert units_of("chen") == 2
    assert Grant.objects.get(staff__username="chen", revoked_at=None).through == ""


def test_the_last_administrator_stays_also_in_a_post(desk: SimpleNamespace) -> None:
    title = Text(zh="系统岗", en="System")
    posts.open_post(code="system", function="system", title=title, unit="city", a="chen", b="mei", **WHO)
    posts.grant_to_post(post="system", role="administrator", **WHO)
    people.revoke_role(username="lin", role="administrator", unit="city", **WHO)
    refused(people.LastAdministrator, posts.close_post, post="system", at=AT + DAY)
    refused(people.LastAdministrator, posts.revoke_from_post, post="system", role="administrator", at=AT + DAY)
    people.grant_role(username="chen", role="administrator", unit="city", **LATER)
    posts.close_post(post="system", **LATER)
    refused(people.LastAdministrator, people.revoke_role, username="chen", role="administrator", unit="city")


def test_whoever_holds_a_post_is_not_deactivated(desk: SimpleNamespace) -> None:
    posts.open_post(
        code="hall", function="hall", title=Text(zh="前台", en="Counter"), unit="hall", a="wu", b="chen", **WHO
    )
    error = refused(posts.HoldsPosts, people.deactivate, username="chen")
    assert error.text == Text(
        zh="“chen”还担任：值班台A角、前台B角。岗位不能缺A角或B角，请先在各岗位任命接任者（可由单位负责人暂任），或撤销岗位。",
        en="“chen” still holds: Desk A, Counter B. A post is never without A or B: appoint a successor to each first "
        "(the head of the unit may hold it meanwhile), or close the post.",
    )
    assert Staff.objects.get(username="chen").is_active
    posts.appoint(post="desk", place=Place.A, username="wu", **LATER)
    refused(posts.HoldsPosts, people.deactivate, username="chen", at=AT + DAY)
    posts.close_post(post="hall", **LATER)
    people.deactivate(username="chen", **LATER)
    refused(posts.Deactivated, posts.request_leave, username="chen", since=AT, until=AT + DAY)
    refused(posts.Deactivated, posts.appoint, post="desk", place=Place.B, username="chen")


def test_the_database_itself_refuses_a_vacant_place(desk: SimpleNamespace) -> None:
    chen = PostHolder.objects.filter(staff__username="chen")
    doors: tuple[Callable[[], Any], ...] = (
        lambda: chen.update(period=DateTimeTZRange(AT, AT + DAY)),
        chen.delete,
        lambda: Staff.objects.filter(username="mei").update(state="deactivated"),
        lambda: Post.objects.filter(code="desk").update(valid_to=AT + DAY),  # closed, and still held
        lambda: Post.objects.create(
            id=UUID(int=7), code="x", function="x", title_zh="x", title_en="x", unit_id=unit("hall"), valid_from=AT
        ),
    )
    for door in doors:
        with pytest.raises(IntegrityError, match="Open posts have an active A and B"), transaction.atomic():
            at_once(door)


def at_once(change: Callable[[], Any]) -> None:
    """A change, and what the database says of it when the transaction ends."""
    change()
    connection.check_constraints()


def unit(code: str) -> UUID:
    return OrgUnit.objects.get(code=code).id


def test_a_unit_with_posts_does_not_end(desk: SimpleNamespace) -> None:
    lead("hall", "lin")
    people.change_details(username="hall-lead-b", unit="city", **WHO)
    error = refused(people.UnitInUse, people.end_unit, code="hall")
    assert error.text.en == (
        "Hall is still in use and cannot be ended. Posts: Head. Transfer, end or revoke these first."
    )
    assert OrgUnit.objects.get(code="hall").valid_to is None
    posts.close_post(post="hall-lead", **LATER)
    people.end_unit(code="hall", **LATER)


def lead(unit: str, a: str, function: str = "lead") -> None:
    """A post that leads a unit, with a B of that unit who does nothing else."""
    code = f"{unit}-{function}"
    people.open_account(
        username=f"{code}-b", name="副职", unit=unit, language=Language.ZH, password="wet-cotton-9", **WHO
    )
    title = Text(zh="负责人", en="Head")
    posts.open_post(code=code, function=function, title=title, unit=unit, a=a, b=f"{code}-b", **WHO)


def test_the_ladder_goes_up_to_the_supervision_centre(desk: SimpleNamespace) -> None:
    lead("bureau", "wu")
    lead("city", "lin")
    lead("hall", "lin", "supervision")
    steps = queries.escalation("desk", AT)
    assert [(step.rung, step.person.username) for step in steps] == [
        ("a", "chen"), ("b", "mei"), ("head", "wu"), ("head", "lin"),
    ]  # fmt: skip
    leave("wu", 0, 1)
    assert [step.person.username for step in queries.escalation("desk", AT)] == ["chen", "mei", "bureau-lead-b", "lin"]
    assert queries.escalation("moon", AT) == []


def test_a_matter_always_finds_somebody(desk: SimpleNamespace, django_assert_max_num_queries: Any) -> None:
    lead("city", "lin")

    def found(unit: str, function: str | None = None, at: datetime = AT) -> str | None:
        post = queries.acting_for_unit(unit, at, function)
        return post.acting.username if post and post.acting else None

    assert found("bureau", "desk") == "chen"
    assert found("bureau") == "chen"
    assert found("bureau", "unknown") == "chen"
    assert found("patch") == found("hall", "desk") == "lin"
    assert found("moon") is None
    posts.close_post(post="desk", **LATER)
    assert found("bureau", "desk", AT + DAY) == "lin"
    with django_assert_max_num_queries(6):
        queries.acting_for_unit("bureau", AT, "desk")


def test_posts_of_a_person(desk: SimpleNamespace) -> None:
    assert [post.code for post in queries.posts_of(desk.staff["mei"], AT)] == ["desk"]
    assert queries.posts_of(desk.staff["mei"], datetime(2020, 1, 1, tzinfo=UTC)) == []
    assert queries.acting("moon", AT) is None
