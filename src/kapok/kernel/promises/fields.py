"""The small types that the parts of a pack are made of, each with its JSON Schema and its refusal in both languages."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from kapok.kernel.promises.vocabulary import EVENTS
from kapok.kernel.text import Text


class Strict(BaseModel):
    """A part of a pack: frozen, and no key that Kapok does not know. The text under a field is its description."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, populate_by_name=True)


def refuse(code: str, zh: str, en: str) -> PydanticCustomError:
    """A refusal in both languages, to be raised within a validator."""
    return PydanticCustomError(code, "{en}", {"zh": zh, "en": en})


def _text(value: Any) -> Text:
    if (
        not isinstance(value, dict)
        or set(value) != {"zh", "en"}
        or not all(isinstance(v, str) and v.strip() for v in value.values())
    ):
        raise refuse("text", "需要中英文两种文字：{zh: ..., en: ...}", "needs both languages: {zh: ..., en: ...}")
    return Text(zh=value["zh"], en=value["en"])


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


def _kind(value: str) -> str:
    if value in EVENTS:
        return value
    near = difflib.get_close_matches(value, EVENTS, n=1) or ["fault.reported"]
    raise refuse(
        "event_kind",
        f"未知事件“{value}”：是否指“{near[0]}”？全部事件见 kapok packs schema",
        f"unknown event kind '{value}': did you mean '{near[0]}'? `kapok packs schema` lists them all",
    )


def _decimal(value: Any) -> Decimal:
    try:
        read = Decimal(str(value).strip())
    except InvalidOperation:
        read = Decimal("NaN")
    if not read.is_finite() or abs(read) > 10**15:
        raise refuse("number", f"“{value}”不是数", f"'{value}' is not a number")
    return read


def percent(value: Any) -> Decimal:
    """The number of a percentage, with or without its sign. Raises a refusal."""
    return _decimal(str(value).strip().removesuffix("%"))


def _clock(value: Any) -> time:
    words = str(value)
    if (
        len(words) == 5
        and words[2] == ":"
        and words[:2].isdigit()
        and words[3:].isdigit()
        and words[:2] < "24"
        and words[3:] < "60"
    ):
        return time(int(words[:2]), int(words[3:]))
    raise refuse("clock", f'“{value}”不是时刻，请写成 "17:00"', f"'{value}' is not a time of day: write e.g. \"17:00\"")


def _list_schema(item: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [item, {"type": "array", "items": item}]}


_KIND_SCHEMA = {"type": "string", "enum": sorted(EVENTS)}
_NUMBER_SCHEMA = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}]}
_PERCENT_SCHEMA = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^\d+(\.\d+)? ?%$"}]}
_TEXT_SCHEMA = {
    "type": "object",
    "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
    "required": ["zh", "en"],
    "additionalProperties": False,
}

Words = Annotated[Text, BeforeValidator(_text), WithJsonSchema(_TEXT_SCHEMA)]
EventKind = Annotated[str, AfterValidator(_kind), WithJsonSchema(_KIND_SCHEMA)]
EventKinds = Annotated[tuple[EventKind, ...], BeforeValidator(_listed), WithJsonSchema(_list_schema(_KIND_SCHEMA))]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed), WithJsonSchema(_list_schema({"type": "string"}))]
Number = Annotated[Decimal, BeforeValidator(_decimal), WithJsonSchema(_NUMBER_SCHEMA)]
Percent = Annotated[Decimal, BeforeValidator(percent), Field(ge=0), WithJsonSchema(_PERCENT_SCHEMA)]
TimeOfDay = Annotated[
    time, BeforeValidator(_clock), WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"})
]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]

listed: Callable[[Any], Any] = _listed


class Period(Strict):
    """Days from `from` up to and including `to`; open where a side is absent."""

    from_: date | None = Field(None, alias="from")
    """The first day."""
    to: date | None = None
    """The last day."""

    @model_validator(mode="after")
    def _ordered(self) -> Period:
        if self.from_ and self.to and self.to < self.from_:
            raise refuse("period", "结束日早于开始日：请对调", "ends before it begins: swap the two days")
        return self

    def holds(self, day: date) -> bool:
        """True if `day` lies within."""
        return (self.from_ or date.min) <= day <= (self.to or date.max)

    def meets(self, other: Period) -> bool:
        """True if the two share a day."""
        return (self.from_ or date.min) <= (other.to or date.max) and (other.from_ or date.min) <= (self.to or date.max)


ALWAYS = Period.model_construct(from_=None, to=None)
