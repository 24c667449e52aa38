"""Which column is the case, the time, the activity, the unit, the person: by the names that people give them and by their shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import available_timezones

from kapok.batch.audit.suggest import times
from kapok.batch.audit.suggest.sample import Column, Sample
from kapok.batch.audit.suggest.times import Guess

Weights = Mapping[str, float]


def _weights(groups: Mapping[float, str]) -> Weights:
    return {word: weight for weight, words in groups.items() for word in words.split()}


# What a word in a column's name speaks for (or, below zero, against).
CASE = _weights(
    {
        9: "case:concept:name",
        3: "case caseid ticket 工单 单号 订单 案件",
        2: "incident order number 流水 编号 申告 投诉",
        1: "complaint request issue nr no id key reference",
        -2: "problem event 事件",
        -3: "caller customer user product 客户 用户",
        -4: "zip phone 号码 电话 工号",
    }
)
ACTIVITY = _weights(
    {
        9: "concept:name",
        4: "activity 活动 环节 工序",
        3: "event task step action operation 操作 步骤 动作 节点",
        2.5: "status 状态",
        2: "state phase stage 事件",
        1: "type",
        -2: "code id",
        -4: "人 时间",
        -9: "case",
    }
)
TIME = _weights(
    {
        9: "time:timestamp",
        3: "timestamp",
        2: "time 时间",
        1.5: "updated",
        1: "event date 操作 发生 日期",
        -0.5: "start",
        -3: "due planned 要求 计划",
    }
)
UNIT = _weights(
    {
        9: "org:group",
        4: "班组",
        3: "group team unit department dept 部门 单位 团队",
        2: "division queue organization organisation desk centre center 中心 组",
        1: "office 局",
        -0.5: "id",
        -3: "country",
    }
)
PERSON = _weights(
    {
        9: "org:resource",
        4: "assignee 处理人 操作员 操作人",
        3: "resource assigned person agent staff employee engineer handler performer technician 经办 负责人 责任人 员工",
        2: "owner worker 人员 工号",
        -3: "at date time",
        -4: "country group 时间",
    }
)
TRANSITIONS = frozenset(
    _weights(
        {1: "schedule assign reassign start suspend resume complete autoskip manualskip withdraw ate_abort pi_abort"}
    )
)

Score = Callable[[Column], float | None]


@dataclass(frozen=True)
class Roles:
    """The columns that were found."""

    case: Column
    time: Column
    guess: Guess
    clock: Column | None
    clock_format: str | None
    activity: Column | None
    lifecycle: Column | None
    unit: Column | None
    person: Column | None
    zone: Column | None

    @property
    def taken(self) -> frozenset[str]:
        """The names of all of them."""
        columns = (self.case, self.time, self.clock, self.activity, self.lifecycle, self.unit, self.person, self.zone)
        return frozenset(column.name for column in columns if column is not None)


def named(name: str, words: Weights) -> float:
    """What the words in a column's name speak for; a name that is a word of its own counts alone."""
    plain = name.casefold()
    if plain in words:
        return words[plain]
    tokens = {token for token in re.split(r"[^a-z]+", plain) if token}
    return sum(weight for word, weight in words.items() if (word in tokens if word.isascii() else word in plain))


def roles(log: Sample) -> Roles | None:
    """The roles of the columns; None when the log has no time or nothing that could be a case."""
    guesses = {name: guess for name, column in log.columns.items() if (guess := times.guess(column)) is not None}
    clocks = {name: form for name, column in log.columns.items() if (form := times.clock_format(column)) is not None}
    plain = {name: column for name, column in log.columns.items() if name not in guesses and name not in clocks}
    case = _best(plain, lambda column: _case(log, column))
    if case is None or not guesses:
        return None
    time = _best({name: log.columns[name] for name in guesses}, lambda column: _time(log, column, case, guesses))
    if time is None:
        return None
    clock = next((log.columns[name] for name in clocks if not guesses[time.name].clock), None)
    others = {name: column for name, column in plain.items() if name != case.name}
    lifecycle = next((column for column in others.values() if _is_lifecycle(column)), None)
    zone = next((column for column in others.values() if _is_zone(column)), None)
    rest = {name: column for name, column in others.items() if column not in (lifecycle, zone)}
    activity = _best(rest, lambda column: _activity(log, column, case))
    rest = {name: column for name, column in rest.items() if column is not activity}
    unit = _best(rest, lambda column: _by_name(column, UNIT))
    person = _best({n: c for n, c in rest.items() if c is not unit}, lambda column: _by_name(column, PERSON))
    return Roles(
        case=case, time=time, guess=guesses[time.name], clock=clock, clock_format=clocks[clock.name] if clock else None,
        activity=activity, lifecycle=lifecycle, unit=unit, person=person, zone=zone,
    )  # fmt: skip


def _best(columns: Mapping[str, Column], score: Score) -> Column | None:
    scored = [(value, column) for column in columns.values() if (value := score(column)) is not None]
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def _case(log: Sample, column: Column) -> float | None:
    """Cases have names like numbers, several rows each, and hardly a row is without."""
    if column.distinct < 2 or column.known < 0.8 * log.rows:
        return None
    each = column.known / column.distinct
    shape = 1.5 if 1.2 <= each <= 200 else -1.0
    numbered = sum(any(letter.isdigit() for letter in word) for word, _ in column.top[:200]) / min(200, column.distinct)
    return named(column.name, CASE) + shape + numbered + column.distinct / log.rows


def _time(log: Sample, column: Column, case: Column, guesses: Mapping[str, Guess]) -> float | None:
    """The time of the event differs from row to row of a case; the time of the case does not."""
    guess = guesses[column.name]
    if column.known < 0.5 * log.rows:
        return None
    certain = (guess.rival is None) + guess.clock + guess.share
    return 4 * log.variety(column, case) + 4 * column.known / log.rows + certain + named(column.name, TIME)


def _activity(log: Sample, column: Column, case: Column) -> float | None:
    """Activities are few words that come again in every case."""
    name = named(column.name, ACTIVITY)
    if name <= 0 or not 1 <= column.distinct <= 500 or column.known < 0.5 * log.rows:
        return None
    return name + log.variety(column, case) - column.distinct / 500


def _by_name(column: Column, words: Weights) -> float | None:
    name = named(column.name, words)
    return name + column.known / len(column.words) if name >= 2 and column.distinct >= 2 else None


def _is_lifecycle(column: Column) -> bool:
    values = {word.casefold() for word, _ in column.top}
    return "lifecycle" in column.name.casefold() or (bool(values) and values <= TRANSITIONS)


def _is_zone(column: Column) -> bool:
    return bool(column.top) and {word for word, _ in column.top} <= available_timezones()
