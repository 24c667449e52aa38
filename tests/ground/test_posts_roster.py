"""Skills, shifts and who is on duty."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest

from kapok.ground.journal.queries import timeline
from kapok.ground.people import api as people
from kapok.ground.posts import api as posts
from kapok.ground.posts import queries
from kapok.ground.posts.models import RosterEntry, StaffSkill
from kapok.kernel.text import Text
from tests.ground.conftest import AT, WHO, set_up_posts
from tests.ground.test_posts import DAY, kinds, leave, refused

MONDAY = date(2026, 3, 2)
NIGHT = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)  # two o'clock on Tuesday in Guangzhou


@pytest.fixture
def desk(db: None) -> SimpleNamespace:
    set_up = set_up_posts()
    posts.define_shift(code="day", title=Text(zh="白班", en="Day"), starts=time(8), ends=time(16), **WHO)
    posts.define_shift(code="night", title=Text(zh="夜班", en="Night"), starts=time(22), ends=time(6), **WHO)
    posts.define_skill(code="fibre", title=Text(zh="光纤熔接", en="Fibre splicing"), **WHO)
    return set_up


def on_duty(at: datetime) -> list[str]:
    return [each.person.username for each in queries.duty("bureau", at)]


def test_who_is_on_the_night_shift_is_on_duty_after_midnight(desk: SimpleNamespace) -> None:
    posts.plan_shift(username="mei", day=MONDAY, shift="night", **WHO)
    posts.plan_shift(username="wu", day=MONDAY, shift="day", **WHO)
    posts.award_skill(username="mei", skill="fibre", level=2, **WHO)
    [mei] = queries.duty("bureau", NIGHT)
    assert (mei.person.username, mei.skills, mei.shift.zh) == ("mei", {"fibre": 2}, "夜班")
    assert mei.until == datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
    assert on_duty(AT) == ["wu"]
    assert on_duty(mei.until) == queries.duty("hall", NIGHT) == []
    assert timeline("staff/mei")[1].sentence.en == "On duty: 2026-03-02, Night"


def test_nobody_is_on_two_shifts_at_once(desk: SimpleNamespace) -> None:
    posts.define_shift(code="late", title=Text(zh="晚班", en="Late"), starts=time(15), ends=time(23), **WHO)
    posts.plan_shift(username="mei", day=MONDAY, shift="night", **WHO)
    refused(posts.OnDutyAlready, posts.plan_shift, username="mei", day=MONDAY, shift="late")
    refused(posts.OnDutyAlready, posts.plan_shift, username="mei", day=MONDAY, shift="night")
    posts.plan_shift(username="mei", day=MONDAY, shift="day", **WHO)
    posts.clear_shift(username="mei", day=MONDAY, shift="night", **WHO)
    refused(posts.NotPlanned, posts.clear_shift, username="mei", day=MONDAY, shift="night")
    assert RosterEntry.objects.get().shift.code == "day"
    assert kinds("staff/mei")[-3:] == ["posts.shift_planned", "posts.shift_planned", "posts.shift_cleared"]


def test_who_is_absent_is_not_on_duty(desk: SimpleNamespace) -> None:
    posts.plan_shift(username="wu", day=MONDAY, shift="day", **WHO)
    posts.declare_absent(username="wu", until=AT + DAY, **WHO)
    assert on_duty(AT) == []
    leave("mei", 2, 3)
    refused(posts.OnLeave, posts.plan_shift, username="mei", day=date(2026, 3, 4), shift="day")
    refused(posts.UnknownShift, posts.plan_shift, username="mei", day=MONDAY, shift="dusk")
    people.deactivate(username="wu", **WHO)
    refused(posts.Deactivated, posts.plan_shift, username="wu", day=MONDAY, shift="day")


def test_a_skill_has_one_level_at_a_time_and_may_run_out(desk: SimpleNamespace) -> None:
    posts.award_skill(username="mei", skill="fibre", level=1, **WHO)
    posts.award_skill(username="mei", skill="fibre", level=3, until=AT + 9 * DAY, actor="staff/tester", at=AT + DAY)
    levels = [queries.skills_of({desk.staff["mei"]}, AT + day * DAY) for day in (0, 1, 9)]
    assert [list(level.values()) for level in levels] == [[{"fibre": 1}], [{"fibre": 3}], []]
    posts.withdraw_skill(username="mei", skill="fibre", actor="staff/tester", at=AT + 2 * DAY)
    refused(posts.SkillNotHeld, posts.withdraw_skill, username="mei", skill="fibre", at=AT + 3 * DAY)
    assert queries.skills_of({desk.staff["mei"]}, AT + 3 * DAY) == {}
    assert StaffSkill.objects.count() == 2


def test_what_a_skill_and_a_shift_refuse(desk: SimpleNamespace) -> None:
    title = Text(zh="光纤", en="Fibre")
    refused(posts.CodeInUse, posts.define_skill, code="fibre", title=title)
    refused(posts.CodeInUse, posts.define_shift, code="day", title=title, starts=time(8), ends=time(9))
    refused(posts.UnknownSkill, posts.award_skill, username="mei", skill="copper", level=1)
    refused(posts.UnknownLevel, posts.award_skill, username="mei", skill="fibre", level=4)
    refused(posts.WrongPeriod, posts.award_skill, username="mei", skill="fibre", level=1, until=AT - timedelta(days=1))
