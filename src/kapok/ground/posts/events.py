"""What posts' verbs record in the journal. People appear by their staff number; why somebody is away is never written there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from kapok.ground.journal.rules import Event
from kapok.kernel.text import Text


@dataclass(frozen=True, kw_only=True)
class PostOpened(Event):
    """A unit got a post."""

    kind: ClassVar[str] = "posts.post_opened"
    wording: ClassVar[Text] = Text(zh="在{unit_name}设岗：{title}", en="Post opened at {unit_name}: {title}")
    title: Text
    function: str
    unit: str
    unit_name: Text


@dataclass(frozen=True, kw_only=True)
class PostClosed(Event):
    """A post is no more."""

    kind: ClassVar[str] = "posts.post_closed"
    wording: ClassVar[Text] = Text(zh="撤岗", en="Post closed")


@dataclass(frozen=True, kw_only=True)
class AcceptTimeChanged(Event):
    """From then on offers to the post may wait longer or shorter; `minutes` is None where the general rule holds."""

    kind: ClassVar[str] = "posts.accept_time_changed"
    wording: ClassVar[Text] = Text(
        zh="接受移交的时限由{before_name}改为{after_name}",
        en="Time to accept an offer changed from {before_name} to {after_name}",
    )
    minutes: int | None
    before_name: Text
    after_name: Text


@dataclass(frozen=True, kw_only=True)
class Appointed(Event):
    """A person holds a place of the post from then on."""

    kind: ClassVar[str] = "posts.appointed"
    wording: ClassVar[Text] = Text(zh="{username}任{place_name}", en="{username} appointed as {place_name}")
    username: str
    place: str
    place_name: Text


@dataclass(frozen=True, kw_only=True)
class Released(Event):
    """A person no longer holds a place of the post."""

    kind: ClassVar[str] = "posts.released"
    wording: ClassVar[Text] = Text(zh="{username}不再任{place_name}", en="{username} released as {place_name}")
    username: str
    place: str
    place_name: Text


@dataclass(frozen=True, kw_only=True)
class RoleAttached(Event):
    """A role comes with the post."""

    kind: ClassVar[str] = "posts.role_attached"
    wording: ClassVar[Text] = Text(zh="岗位附带角色：{role_name}", en="The post carries the role {role_name}")
    role: str
    role_name: Text


@dataclass(frozen=True, kw_only=True)
class RoleDetached(Event):
    """A role no longer comes with the post."""

    kind: ClassVar[str] = "posts.role_detached"
    wording: ClassVar[Text] = Text(
        zh="岗位不再附带角色：{role_name}", en="The post no longer carries the role {role_name}"
    )
    role: str
    role_name: Text


@dataclass(frozen=True, kw_only=True)
class LeaveRequested(Event):
    """A person asked to be away."""

    kind: ClassVar[str] = "posts.leave_requested"
    wording: ClassVar[Text] = Text(zh="申请离岗：{since}至{until}", en="Leave asked for: {since} to {until}")
    absence: str
    since: str
    until: str


@dataclass(frozen=True, kw_only=True)
class LeaveGranted(Event):
    """A person is away in that time."""

    kind: ClassVar[str] = "posts.leave_granted"
    wording: ClassVar[Text] = Text(zh="准予离岗：{since}至{until}", en="Leave granted: {since} to {until}")
    absence: str
    since: str
    until: str


@dataclass(frozen=True, kw_only=True)
class DeclaredAbsent(Event):
    """A person is away at once, without having asked."""

    kind: ClassVar[str] = "posts.declared_absent"
    wording: ClassVar[Text] = Text(zh="临时缺勤：{since}至{until}", en="Absent without notice: {since} to {until}")
    absence: str
    since: str
    until: str


@dataclass(frozen=True, kw_only=True)
class LeaveWithdrawn(Event):
    """A person is there after all."""

    kind: ClassVar[str] = "posts.leave_withdrawn"
    wording: ClassVar[Text] = Text(zh="撤回离岗：{since}至{until}", en="Leave withdrawn: {since} to {until}")
    absence: str
    since: str
    until: str


@dataclass(frozen=True, kw_only=True)
class StandingIn(Event):
    """The other of the post acts while one is away; `note` is the hand-over note."""

    kind: ClassVar[str] = "posts.standing_in"
    wording: ClassVar[Text] = Text(
        zh="{absent}离岗（{since}至{until}），由{acting}代行。{note}",
        en="{acting} acts while {absent} is away ({since} to {until}). {note}",
    )
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    absent: str
    acting: str
    since: str
    until: str
    note: str


@dataclass(frozen=True, kw_only=True)
class TookOver(Event):
    """B acts from then on."""

    kind: ClassVar[str] = "posts.taken_over"
    wording: ClassVar[Text] = Text(
        zh="{username}接管（{cause_name}）：{note}", en="{username} took over ({cause_name}): {note}"
    )
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    username: str
    from_username: str
    cause: str
    cause_name: Text
    note: str


@dataclass(frozen=True, kw_only=True)
class HandedBack(Event):
    """A acts again."""

    kind: ClassVar[str] = "posts.handed_back"
    wording: ClassVar[Text] = Text(zh="{username}交还：{note}", en="{username} handed back: {note}")
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    username: str
    note: str


@dataclass(frozen=True, kw_only=True)
class SkillDefined(Event):
    """There is a skill more, or it has another title."""

    kind: ClassVar[str] = "posts.skill_defined"
    wording: ClassVar[Text] = Text(zh="设立技能：{title}", en="Skill defined: {title}")
    title: Text


@dataclass(frozen=True, kw_only=True)
class SkillAwarded(Event):
    """A person masters a skill at a level."""

    kind: ClassVar[str] = "posts.skill_awarded"
    wording: ClassVar[Text] = Text(zh="技能：{title}，{level_name}", en="Skill: {title}, {level_name}")
    skill: str
    title: Text
    level: int
    level_name: Text


@dataclass(frozen=True, kw_only=True)
class SkillWithdrawn(Event):
    """A person no longer counts as mastering a skill."""

    kind: ClassVar[str] = "posts.skill_withdrawn"
    wording: ClassVar[Text] = Text(zh="取消技能：{title}", en="Skill withdrawn: {title}")
    skill: str
    title: Text


@dataclass(frozen=True, kw_only=True)
class ShiftDefined(Event):
    """There is a shift more."""

    kind: ClassVar[str] = "posts.shift_defined"
    wording: ClassVar[Text] = Text(
        zh="设立班次：{title}（{starts}–{ends}）", en="Shift defined: {title} ({starts}–{ends})"
    )
    title: Text
    starts: str
    ends: str


@dataclass(frozen=True, kw_only=True)
class ShiftPlanned(Event):
    """A person is on duty."""

    kind: ClassVar[str] = "posts.shift_planned"
    wording: ClassVar[Text] = Text(zh="排班：{day}，{title}", en="On duty: {day}, {title}")
    shift: str
    title: Text
    day: date


@dataclass(frozen=True, kw_only=True)
class ShiftCleared(Event):
    """A person is not on duty after all."""

    kind: ClassVar[str] = "posts.shift_cleared"
    wording: ClassVar[Text] = Text(zh="取消排班：{day}，{title}", en="No longer on duty: {day}, {title}")
    shift: str
    title: Text
    day: date


@dataclass(frozen=True, kw_only=True)
class PersonnelTakenIn(Event):
    """A personnel file was taken in; what it changed stands on the people's and the posts' own time lines."""

    kind: ClassVar[str] = "posts.personnel_taken_in"
    wording: ClassVar[Text] = Text(
        zh="导入人员文件：新增{new}人，变更{changed}人", en="Personnel file taken in: {new} new, {changed} changed"
    )
    new: int
    changed: int
