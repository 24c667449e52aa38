"""The demonstration's posts, skills and a week of shifts. Running it again adds only what is missing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from kapok.ground.posts import api
from kapok.ground.posts.models import Post, RosterEntry, Shift, Skill, StaffSkill
from kapok.ground.posts.refusals import Deactivated, OnDutyAlready, OnLeave
from kapok.ground.posts.rules import LEAD, SUPERVISION
from kapok.kernel.text import Text

ACTOR = "system"


@dataclass(frozen=True)
class Duty:
    """A post of the demonstration, with its A, its B and the roles that come with it."""

    code: str
    function: str
    title: Text
    unit: str
    a: str
    b: str
    roles: tuple[str, ...] = ()


DUTIES = (
    Duty("hotline-desk", "reception", Text(zh="热线受理岗", en="Hotline reception"), "hotline", "agent", "agent2"),
    Duty("payphone-desk", "reception", Text(zh="公话受理岗", en="Payphone reception"), "payphones", "agent3", "agent2"),
    Duty("tianhe-east-1-payphones", "payphone-manager", Text(zh="天河东一公话管理岗", en="Payphones of Tianhe East 1"),
         "tianhe-east-1", "technician3", "technician4"),
    Duty("tianhe-east-2-payphones", "payphone-manager", Text(zh="天河东二公话管理岗", en="Payphones of Tianhe East 2"),
         "tianhe-east-2", "technician4", "technician3"),
    Duty("dispatch-desk", "dispatch", Text(zh="综合调度岗", en="Dispatch"), "dispatch", "dispatcher", "dispatcher2"),
    Duty("tianhe-east-repair", "field", Text(zh="天河东装维岗", en="Tianhe East field work"), "tianhe-east-field", "technician",
         "technician2"),
    Duty("monitoring-watch", "watch", Text(zh="网络监控值班岗", en="Network watch"), "monitoring", "noc", "noc2"),
    Duty("key-account-care", "care", Text(zh="大客户经理岗", en="Key-account care"), "key-accounts", "keyaccount",
         "keyaccount2"),
    Duty("branch-lead", LEAD, Text(zh="分公司负责人", en="Head of the branch"), "kapok", "manager", "supervisor", ("manager",)),
    Duty("supervision-desk", SUPERVISION, Text(zh="服务督导岗", en="Service supervision"), "supervision", "supervisor",
         "analyst", ("supervisor",)),
)  # fmt: skip

SKILLS = (
    ("fault-handling", Text(zh="障碍受理", en="Fault handling")),
    ("language-yue", Text(zh="粤语服务", en="Service in Cantonese")),
    ("language-en", Text(zh="英语服务", en="Service in English")),
    ("fibre", Text(zh="光纤熔接", en="Fibre splicing")),
    ("climbing", Text(zh="登高作业", en="Work at height")),
    ("ip-network", Text(zh="数据网维护", en="IP network")),
)

ABLE = (
    ("agent", "fault-handling", 2),
    ("agent2", "fault-handling", 3),
    ("agent", "language-yue", 3),
    ("agent2", "language-en", 2),
    ("technician", "fibre", 3),
    ("technician", "climbing", 2),
    ("technician2", "fibre", 1),
    ("technician2", "language-en", 3),
    ("technician3", "fibre", 2),
    ("technician3", "climbing", 3),
    ("technician4", "fibre", 2),
    ("technician4", "climbing", 2),
    ("noc", "ip-network", 3),
    ("noc2", "ip-network", 2),
)

SHIFTS = (
    ("day", Text(zh="白班", en="Day"), time(8), time(16)),
    ("late", Text(zh="中班", en="Late"), time(16), time(0)),
    ("night", Text(zh="夜班", en="Night"), time(0), time(8)),
)

WEEK = (
    ("agent", ("day", "day", "late", "late", "day", None, None)),
    ("agent2", ("late", "late", "day", "day", "late", "day", None)),
    ("dispatcher", ("day", "day", "day", "late", "late", None, "day")),
    ("dispatcher2", ("late", "late", "late", "day", "day", "day", None)),
    ("technician", ("day", "day", "day", "day", "day", None, None)),
    ("technician2", ("day", "day", None, "day", "day", "day", "day")),
    ("technician3", ("late", "late", "day", None, "late", "day", "day")),
    ("technician4", (None, "late", "late", "late", None, "late", "day")),
    ("noc", ("day", "night", "night", None, "day", "late", None)),
    ("noc2", ("night", None, "day", "day", "night", None, "day")),
)
"""From Monday to Sunday of the week in which the demonstration is loaded, and of those in which it is loaded again."""

BEFORE = timedelta(days=50)
"""How long before the demonstration its posts were filled, so that somebody answers for its story and can do it."""


@transaction.atomic
def load(at: datetime) -> None:
    """Set up the posts of the demonstration and fill them; who was appointed or put on a shift since stays as it is."""
    present = set(Post.objects.values_list("code", flat=True))
    for duty in DUTIES:
        if duty.code not in present:
            _set_up(duty, at - BEFORE)
    skills, shifts = (set(table.objects.values_list("code", flat=True)) for table in (Skill, Shift))
    for code, title in SKILLS:
        if code not in skills:
            api.define_skill(code=code, title=title, actor=ACTOR, at=at - BEFORE)
    for code, title, starts, ends in SHIFTS:
        if code not in shifts:
            api.define_shift(code=code, title=title, starts=starts, ends=ends, actor=ACTOR, at=at)
    if not StaffSkill.objects.exists():
        for username, skill, level in ABLE:
            api.award_skill(username=username, skill=skill, level=level, actor=ACTOR, at=at - BEFORE)
    plan_weeks(at, {username for username, _ in WEEK}, 1)


def _set_up(duty: Duty, at: datetime) -> None:
    api.open_post(
        code=duty.code, function=duty.function, title=duty.title, unit=duty.unit, a=duty.a, b=duty.b, actor=ACTOR, at=at
    )
    for role in duty.roles:
        api.grant_to_post(post=duty.code, role=role, actor=ACTOR, at=at)


def plan_weeks(at: datetime, people: Collection[str], count: int) -> None:
    """Put these people on their shifts of this week and of those after it, `count` in all; a week with a plan stays as it is."""
    today = timezone.localdate(at)
    first = today - timedelta(days=today.weekday())
    for monday in (first + timedelta(days=7 * week) for week in range(count)):
        planned = RosterEntry.objects.filter(day__range=(monday, monday + timedelta(days=6)))
        there = set(planned.values_list("staff__username", flat=True))
        for username, shifts in WEEK:
            if username in people and username not in there:
                _plan_week(username, shifts, monday, at)


def _plan_week(username: str, shifts: Sequence[str | None], monday: date, at: datetime) -> None:
    for weekday, shift in enumerate(shifts):
        if shift:
            with suppress(OnLeave, OnDutyAlready, Deactivated):
                api.plan_shift(username=username, day=monday + timedelta(days=weekday), shift=shift, actor=ACTOR, at=at)
