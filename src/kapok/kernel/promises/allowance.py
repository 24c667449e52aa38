"""An amount of time as a rule states it: `15 days`, `3 working hours`, `2 working days`, `8 weeks`, `5 months`.

`hours` always run round the clock; `working hours` run in the promise's calendar. Days, weeks, months and years keep the wall
time of their start unless the promise names a point of the day at which they end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class Unit(StrEnum):
    """The units a rule can count in."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    WORKING_HOUR = "working hour"
    DAY = "day"
    WORKING_DAY = "working day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


NAMES = {
    Unit.SECOND: Text(zh="秒", en="second"),
    Unit.MINUTE: Text(zh="分钟", en="minute"),
    Unit.HOUR: Text(zh="小时", en="hour"),
    Unit.WORKING_HOUR: Text(zh="个工作小时", en="working hour"),
    Unit.DAY: Text(zh="日", en="day"),
    Unit.WORKING_DAY: Text(zh="个工作日", en="working day"),
    Unit.WEEK: Text(zh="周", en="week"),
    Unit.MONTH: Text(zh="个月", en="month"),
    Unit.YEAR: Text(zh="年", en="year"),
}
SECONDS = {
    Unit.SECOND: 1,
    Unit.MINUTE: 60,
    Unit.HOUR: 3600,
    Unit.WORKING_HOUR: 3600,
    Unit.DAY: 86400,
    Unit.WEEK: 604800,
}
WORKING = frozenset({Unit.WORKING_HOUR, Unit.WORKING_DAY})
BY_THE_DATE = frozenset({Unit.DAY, Unit.WORKING_DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR})
PATTERN = r"^(\d{1,6}(?:\.\d{1,3})?) (second|minute|hour|working hour|day|working day|week|month|year)s?$"
_WORDS = re.compile(PATTERN, re.ASCII)


class BadAllowance(KapokError):
    """An amount of time that Kapok cannot read."""

    wording = Text(
        zh="无法读懂时限“{words}”：请写成“24 hours”“15 days”“3 working hours”“2 working days”“5 months”等；"
        "日及更长的单位须为整数。",
        en="'{words}' is not an amount of time: write e.g. '24 hours', '15 days', '3 working hours', '2 working days' or '5 months'"
        " (days and longer in whole numbers)",
    )


@dataclass(frozen=True, slots=True)
class Allowance:
    """`number` of `unit`; whole numbers only for days and longer."""

    number: Decimal
    unit: Unit

    @classmethod
    def parse(cls, words: str) -> Allowance:
        """An allowance from its words. Raises `BadAllowance`."""
        found = _WORDS.fullmatch(words)
        if found is None:
            raise BadAllowance(words=words[:40])
        number, unit = Decimal(found[1]), Unit(found[2])
        if unit in BY_THE_DATE and number % 1:
            raise BadAllowance(words=words[:40])
        return cls(number, unit)

    @property
    def working(self) -> bool:
        """True if it is counted in the promise's calendar."""
        return self.unit in WORKING

    @property
    def by_the_date(self) -> bool:
        """True if it is counted in dates, not in running time."""
        return self.unit in BY_THE_DATE

    @property
    def fixed(self) -> timedelta | None:
        """Its length if every day has 24 hours; None for working days, months and years."""
        return self.span if self.unit in SECONDS else None

    @property
    def span(self) -> timedelta:
        """Its length in running time. Raises `KeyError` for working days, months and years, which have none."""
        return timedelta(microseconds=int(self.number * SECONDS[self.unit] * 1_000_000))

    @property
    def text(self) -> Text:
        """The allowance in words."""
        name, plural = NAMES[self.unit], "" if self.number == 1 else "s"
        return Text(zh=f"{self.number} {name.zh}", en=f"{self.number} {name.en}{plural}")

    def __str__(self) -> str:
        return self.text.en

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": PATTERN,
            "examples": ["24 hours", "15 days", "2 working days", "3 working hours"],
        }

    @classmethod
    def _validate(cls, value: Any) -> Allowance:
        try:
            return cls.parse(str(value))
        except BadAllowance as refusal:
            raise PydanticCustomError("allowance", "{en}", {"en": refusal.text.en, "zh": refusal.text.zh}) from None
