"""What the clock refuses, each with a name, the field and the remedy."""

from __future__ import annotations

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class HoursError(KapokError):
    """The root of everything that the clock refuses."""


class CalendarError(HoursError):
    """A calendar that cannot be read; `field` says where, for example `week.mon[0]`."""


class WrongShape(CalendarError):
    """Something else stands where a mapping, a list or a pair is expected."""

    wording = Text(
        zh="日历字段“{field}”应为{wanted}，而不是 {value!r}。",
        en="Calendar field '{field}' must be {wanted}, not {value!r}.",
    )


class UnknownField(CalendarError):
    """A key that a calendar does not have."""

    wording = Text(
        zh="日历没有字段“{field}”。可用的字段：{known}。",
        en="A calendar has no field '{field}'. It may have: {known}.",
    )


class UnknownZone(CalendarError):
    """A time zone that the tz database does not know."""

    wording = Text(
        zh="日历字段“{field}”：没有时区 {value!r}。请写 IANA 名称，例如 {example}。",
        en="Calendar field '{field}': there is no time zone {value!r}. Write an IANA name, for example {example}.",
    )


class BadTime(CalendarError):
    """A time of day that cannot be read."""

    wording = Text(
        zh='日历字段“{field}”：{value!r} 不是时刻。请加引号写成 "HH:MM"，从 "00:00" 到 "24:00"。',
        en='Calendar field \'{field}\': {value!r} is no time of day. Write "HH:MM" in quotes, "00:00" to "24:00".',
    )


class BadDate(CalendarError):
    """A date that cannot be read or does not exist."""

    wording = Text(
        zh='日历字段“{field}”：{value!r} 不是日期。请写 "YYYY-MM-DD"，每年重复的写 "MM-DD"。',
        en='Calendar field \'{field}\': {value!r} is no date. Write "YYYY-MM-DD", or "MM-DD" for every year.',
    )


class EmptyWindow(CalendarError):
    """A window that ends where it begins."""

    wording = Text(
        zh='日历字段“{field}”：时段始于 {value} 又止于 {value}。全天请写 ["00:00", "24:00"]，休息请删去该时段。',
        en="Calendar field '{field}': the window begins and ends at {value}. "
        'Write ["00:00", "24:00"] for the whole day, or leave the window out.',
    )


class OverlappingWindows(CalendarError):
    """Two windows of one day that overlap."""

    wording = Text(
        zh="日历字段“{field}”：时段 {earlier} 与 {later} 重叠。请合并或改动其中之一。",
        en="Calendar field '{field}': the windows {earlier} and {later} overlap. Join them or change one.",
    )


class NaiveMoment(HoursError):
    """A moment without a time zone."""

    wording = Text(
        zh="“{field}”没有时区：{value}。请给出带时区的时刻，例如 UTC。",
        en="'{field}' has no time zone: {value}. Give an aware moment, for example in UTC.",
    )


class NotMicroseconds(HoursError):
    """A column that does not hold int64 microseconds."""

    wording = Text(
        zh="“{field}”的类型是 {value}，应为 int64：自 1970-01-01 UTC 起的微秒。",
        en="'{field}' is of type {value}; it must be int64, microseconds since 1970-01-01 UTC.",
    )


class NegativeAllowance(HoursError):
    """An allowance below zero."""

    wording = Text(
        zh="“{field}”为负：{value}。时限不能小于零；要往回算，请用 due_back。",
        en="'{field}' is negative: {value}. An allowance is zero or more; to reckon backwards, use due_back.",
    )


class NoWorkingTime(HoursError):
    """The calendar has no working time left where some is needed."""

    wording = Text(
        zh="日历{where}没有工作时间。请为它设一个每周或每年重复的工作时段。",
        en="The calendar has no working time {where}. Give it a window that comes again every week or year.",
    )


class OutsideHorizon(HoursError):
    """The answer lies outside the years that the clock reckons with."""

    wording = Text(
        zh="结果超出时钟所能计算的年份（{first}–{last}）。请检查时刻与时限。",
        en="The answer lies outside the years that the clock reckons with ({first} to {last}). "
        "Check the moment and the allowance.",
    )


class StillPaused(HoursError):
    """A due time was asked while a pause without an end holds the clock."""

    wording = Text(
        zh="自 {since} 起的暂停尚未结束，因此还没有到期时刻。请先给出暂停的结束时刻。",
        en="A pause that began at {since} has not ended, so there is no due time yet. Give the pause an end first.",
    )


class ReversedPause(HoursError):
    """A pause that ends before it begins."""

    wording = Text(
        zh="暂停的结束 {end} 早于开始 {start}。请对调或更正。",
        en="A pause ends at {end}, before it begins at {start}. Swap or mend the two.",
    )


class BadPolicy(HoursError):
    """A day-counting policy with a value that it cannot have."""

    wording = Text(
        zh="计日规则字段“{field}”不能是 {value!r}。可用：{known}。",
        en="Day policy field '{field}' cannot be {value!r}. It may be: {known}.",
    )
