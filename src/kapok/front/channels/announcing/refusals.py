"""What announcing a group fault refuses, each with its remedy."""

from __future__ import annotations

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class NotAGroupFault(KapokError):
    """Only of faults and incidents it is said that they concern many."""

    wording = Text(
        zh="“{matter}”不是故障或通信事故，不能发布群障公告。",
        en="“{matter}” is neither a fault nor an incident; only these are announced.",
    )


class AlreadyAnnounced(KapokError):
    """The matter has an open announcement."""

    wording = Text(
        zh="“{matter}”已有群障公告，请修改该公告。", en="“{matter}” is announced already; change that announcement."
    )


class NothingCovered(KapokError):
    """An announcement has to say what it covers."""

    wording = Text(
        zh="请至少填写一个局向或网元编码，说明影响范围；最多 {most} 个。",
        en="Name an exchange area or an element, {most} at most, so that it is known whom it concerns.",
    )


class BadSince(KapokError):
    """A fault that has not begun yet."""

    wording = Text(
        zh="故障开始时间不能晚于现在（{now}）。",
        en="A fault cannot have begun after now ({now}); correct the beginning.",
    )


class BadExpectation(KapokError):
    """The expected restoration lies in the past."""

    wording = Text(
        zh="预计恢复时间必须晚于现在（{now}）；不确定时请留空。",
        en="The expected restoration has to lie after now ({now}); leave it empty where it is not known.",
    )


class UnknownAnnouncement(KapokError):
    """No announcement has this identifier."""

    wording = Text(
        zh="没有这份群障公告，请从群障列表重新打开。",
        en="There is no such announcement; open it again from the list of group faults.",
    )


class AnnouncementOver(KapokError):
    """The announcement has ended."""

    wording = Text(
        zh="该群障公告已于 {ended} 结束，不能再修改。",
        en="This announcement ended at {ended}; it is not changed any more.",
    )


class NotOver(KapokError):
    """Nobody is told that it is over before it is."""

    wording = Text(
        zh="该群障尚未结束，结束后再回访客户。", en="This group fault is not over; tell the customers once it is."
    )


class UnknownReport(KapokError):
    """No customer's report has this identifier."""

    wording = Text(zh="没有这条客户报障，请刷新页面。", en="There is no such report; load the page anew.")


class AlreadyTold(KapokError):
    """The customer was told already."""

    wording = Text(zh="该客户已由 {username} 于 {told} 回访。", en="{username} told this customer at {told} already.")
