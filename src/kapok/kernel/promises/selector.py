"""Selectors: to which matters a promise applies, as conditions on facts. All conditions must hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema, model_validator

from kapok.kernel.promises import facts as known
from kapok.kernel.promises.facts import Fact, FactKind, Facts
from kapok.kernel.promises.fields import Strict, listed, refuse


class Bounds(Strict):
    """A range of a number or a duration, e.g. `{at_least: 201, at_most: 2500}` or `{above: 24 hours}`."""

    at_least: str | None = None
    """This or more."""
    above: str | None = None
    """More than this."""
    at_most: str | None = None
    """This or less."""
    below: str | None = None
    """Less than this."""

    @model_validator(mode="before")
    @classmethod
    def _as_words(cls, data: Any) -> Any:
        return {key: str(value) for key, value in data.items() if value is not None} if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _one_of_each(self) -> Bounds:
        both = (self.at_least and self.above) or (self.at_most and self.below)
        if both or not (self.at_least or self.above or self.at_most or self.below):
            raise refuse(
                "bounds",
                "范围须写一个下限（at_least 或 above）和/或一个上限（at_most 或 below）",
                "a range is one lower bound (at_least or above), one upper bound (at_most or below), or one of each",
            )
        return self

    def hold(self, fact: Fact, value: Any) -> bool:
        """True if the value of `fact` lies within."""
        read = _read(fact, value)
        if read is None:
            return False
        low, high = _read(fact, self.at_least or self.above), _read(fact, self.at_most or self.below)
        above = low is None or read > low or (self.at_least is not None and read == low)
        below = high is None or read < high or (self.at_most is not None and read == high)
        return bool(above and below)

    def readable(self, fact: Fact, value: Any) -> bool:
        """True if `value` is a value of `fact` at all."""
        return _read(fact, value) is not None

    def empty(self, fact: Fact) -> bool:
        """True if nothing lies within."""
        low, high = _read(fact, self.at_least or self.above), _read(fact, self.at_most or self.below)
        if low is None or high is None:
            return False
        return bool(low > high or (low == high and (self.above is not None or self.below is not None)))

    def unreadable(self, fact: Fact) -> str | None:
        """A bound that is not a value of `fact`, if there is one."""
        given = (self.at_least, self.above, self.at_most, self.below)
        return next((words for words in given if words is not None and _read(fact, words) is None), None)


def _read(fact: Fact, value: Any) -> Any:
    if value is None:
        return None
    return known.duration(value) if fact.kind is FactKind.DURATION else known.number(value)


def _condition(value: Any) -> Any:
    return value if isinstance(value, dict | Bounds) else listed(value)


_ONE_VALUE = {"type": ["string", "number", "boolean"]}
_VALUE_SCHEMA = {
    "anyOf": [
        _ONE_VALUE,
        {"type": "array", "items": _ONE_VALUE, "minItems": 1},
        {
            "type": "object",
            "properties": {
                bound: {"type": ["string", "number"]} for bound in ("at_least", "above", "at_most", "below")
            },
            "additionalProperties": False,
        },
    ]
}
Condition = Annotated[Bounds | tuple[str, ...], BeforeValidator(_condition), WithJsonSchema(_VALUE_SCHEMA)]
Selector = dict[str, Condition]


def holds(condition: Condition, fact: Fact, value: Any) -> bool:
    """True if one condition holds for the value of its fact."""
    return condition.hold(fact, value) if isinstance(condition, Bounds) else str(value) in condition


def matches(selector: Selector, facts: Facts, declared: Mapping[str, Fact]) -> bool:
    """True if every condition holds. A fact that is not known does not meet its condition."""
    return all(name in facts and holds(condition, declared[name], facts[name]) for name, condition in selector.items())


def touches(selector: Selector, facts: Facts, declared: Mapping[str, Fact]) -> bool:
    """True if any condition holds: the reading of `unless`."""
    return any(name in facts and holds(condition, declared[name], facts[name]) for name, condition in selector.items())


def impossible(selector: Selector, unless: Selector, declared: Mapping[str, Fact]) -> Iterator[tuple[str, str]]:
    """Why a selector can never match: (fact, reason code) for each hopeless condition."""
    for name, condition in selector.items():
        if name not in declared:
            continue
        if isinstance(condition, Bounds):
            if condition.empty(declared[name]):
                yield name, "empty_range"
        elif not condition:
            yield name, "no_value"
        elif set(condition) <= _excluded(unless.get(name)):
            yield name, "excluded_by_unless"


def _excluded(condition: Condition | None) -> set[str]:
    return set() if condition is None or isinstance(condition, Bounds) else set(condition)
