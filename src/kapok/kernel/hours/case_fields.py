"""Reading the fields of one clock case: moments, lengths, pauses. Each refusal names the case, the field and the remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from kapok.kernel.errors import KapokError
from kapok.kernel.hours import errors
from kapok.kernel.hours.cases import Amount, Answer
from kapok.kernel.hours.pauses import Measure, Pause
from kapok.kernel.text import Text

_AMOUNT = re.compile(r"([+-]?\d{1,9})([smhd])", re.ASCII)
_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}
_MOST_SECONDS = 10**12

_UNKNOWN = Text(zh="{field} 不能是 {value!r}。可用：{known}。", en="{field} cannot be {value!r}. It may be: {known}.")
_MISSING = Text(zh="缺少字段 {field}。请补上。", en="the field {field} is missing. Add it.")
_UNREADABLE = Text(zh="{field} 不能是 {value!r}。请写{wanted}。", en="{field} cannot be {value!r}. Write {wanted}.")
_A_MOMENT = Text(
    zh="时刻，如 2026-10-01T08:30:00（当地），UTC 则末尾加 Z",
    en="a moment such as 2026-10-01T08:30:00 (wall time), with a Z at the end for UTC",
)
_A_NUMBER = Text(zh="秒数，如 3600", en="a number of seconds such as 3600")
_A_LENGTH = Text(zh="工作时长，如 90s、90m 或 3h", en="working time such as 90s, 90m or 3h")
_DAYS = Text(zh="天数，如 2d 或 -7d", en="days such as 2d or -7d")
_AN_OFFSET = Text(zh="工作时长或天数，如 -10m、+3h 或 2d", en="working time or days such as -10m, +3h or 2d")
_A_FLAG = Text(zh="true 或 false", en="true or false")
_PAIRS = Text(zh="成对时刻的列表 [[开始, 结束], …]", en="a list of pairs of moments [[from, until], ...]")
_A_LEVEL = Text(zh="映射 {offset: …, expect: …}", en="a mapping {offset: ..., expect: ...}")


class BrokenCases(KapokError):
    """A file of clock cases, or one case of it, that cannot be read; `where` says which."""

    wording = Text(zh="{where}:{problem}", en="{where}: {problem}")


def broken(where: Text, problem: Text, **values: Any) -> BrokenCases:
    """The refusal of what stands at `where`; `values` fill the places of `problem`."""
    return BrokenCases(where=where, problem=problem.format(**values))


def choice(where: Text, field: str, value: object, known: Iterable[str]) -> str:
    """`value`, which must be one of `known`."""
    names = tuple(known)
    if str(value) not in names:
        raise broken(where, _UNKNOWN, field=field, value=value, known=", ".join(names))
    return str(value)


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of the case at `where`; wall times are those of `zone`."""

    where: Text
    values: Mapping[str, Any]
    zone: ZoneInfo

    def required(self, field: str) -> Any:
        """The value of a field that must be there."""
        if self.values.get(field) is None:
            raise broken(self.where, _MISSING, field=field)
        return self.values[field]

    def moment(self, field: str) -> datetime:
        """A moment in UTC."""
        return self._moment(field, self.required(field))

    def seconds(self, field: str) -> timedelta | None:
        """A length given in seconds, None when it is left out."""
        value = self.values.get(field)
        return None if value is None else self._seconds(field, value)

    def working_time(self) -> Amount:
        """The amount of an operation that counts working time."""
        amount = _amount(self.required("amount"))
        if amount is None or amount.days:
            raise self._unreadable("amount", self.values["amount"], _A_LENGTH)
        return amount

    def days(self) -> Amount:
        """The amount of an operation that counts days."""
        amount = _amount(self.required("amount"))
        if amount is None or amount.time:
            raise self._unreadable("amount", self.values["amount"], _DAYS)
        return amount

    def flag(self, field: str) -> bool:
        """A yes or no; no when it is left out."""
        value = self.values.get(field, False)
        if not isinstance(value, bool):
            raise self._unreadable(field, value, _A_FLAG)
        return value

    def measure(self) -> Measure:
        """How pauses are measured; in working time when it is left out."""
        return Measure(choice(self.where, "measure", self.values.get("measure", Measure.WORKING), Measure))

    def pauses(self) -> tuple[Pause, ...]:
        """The pauses; an end left empty means that the pause lasts."""
        value = self.values.get("pauses") or []
        if not isinstance(value, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
            raise self._unreadable("pauses", value, _PAIRS)
        return tuple((self._moment("pauses", a), None if b is None else self._moment("pauses", b)) for a, b in value)

    def level(self) -> tuple[Amount, datetime] | None:
        """The escalation: its offset and when it is expected."""
        value = self.values.get("level")
        if value is None:
            return None
        if not isinstance(value, Mapping) or set(value) != {"offset", "expect"}:
            raise self._unreadable("level", value, _A_LEVEL)
        offset = _amount(value["offset"])
        if offset is None:
            raise self._unreadable("level.offset", value["offset"], _AN_OFFSET)
        return offset, self._moment("level.expect", value["expect"])

    def expected(self, *, length: bool) -> Answer | str:
        """What must come out: seconds for a `length`, else a moment; or the name of a refusal."""
        value = self.required("expect")
        if isinstance(value, str) and value in errors.__dict__:
            return value
        return self._seconds("expect", value) if length else self._moment("expect", value)

    def _moment(self, field: str, value: object) -> datetime:
        try:
            typed = datetime.fromisoformat(str(value)) if isinstance(value, (str, date)) else None
            if typed is not None:
                return (typed if typed.tzinfo else typed.replace(tzinfo=self.zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise self._unreadable(field, value, _A_MOMENT)

    def _seconds(self, field: str, value: object) -> timedelta:
        try:
            seconds = Decimal(str(value))
            if abs(seconds) < _MOST_SECONDS:
                return timedelta(microseconds=int(seconds.scaleb(6)))
        except InvalidOperation:
            pass
        raise self._unreadable(field, value, _A_NUMBER)

    def _unreadable(self, field: str, value: object, wanted: Text) -> BrokenCases:
        return broken(self.where, _UNREADABLE, field=field, value=value, wanted=wanted)


def _amount(value: object) -> Amount | None:
    match = _AMOUNT.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    number, unit = int(match[1]), match[2]
    return Amount(days=number) if unit == "d" else Amount(time=number * _UNITS[unit])
