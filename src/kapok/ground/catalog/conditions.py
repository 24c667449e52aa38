"""Conditions as people type and read them: `fault_kind: cable, exchange; lines: > 10`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kapok.kernel.errors import KapokError
from kapok.kernel.promises import Fact
from kapok.kernel.promises.selector import Bounds, Selector
from kapok.kernel.promises.values import value_title
from kapok.kernel.text import Text, joined

SIGNS = {">=": "at_least", ">": "above", "<=": "at_most", "<": "below"}
"""The longer sign first, so that `>=` is not read as `>`."""
FULL_WIDTH = str.maketrans("：；，、＞＜＝", ":;,,><=")


class BadCondition(KapokError):
    """A condition that cannot be read."""

    wording = Text(
        zh="读不懂条件“{words}”：请写成“fault_kind: cable, exchange”，数字写“lines: > 10”，多个条件用分号隔开。",
        en="'{words}' is no condition: write 'fault_kind: cable, exchange', for numbers 'lines: > 10', several with semicolons.",
    )


def written(selector: Selector) -> str:
    """A selector as it is typed."""
    return "; ".join(f"{name}: {_said(condition)}" for name, condition in selector.items())


def read_out(selector: Selector, declared: Mapping[str, Fact], *, named: bool = True) -> Text:
    """A selector in words, each fact and value by its name; without the names of the facts where a picture asks for them."""
    parts = [_read_out(name, condition, declared.get(name), named=named) for name, condition in selector.items()]
    return joined(parts, zh="；", en="; ")


def _read_out(name: str, condition: Bounds | tuple[str, ...], fact: Fact | None, *, named: bool) -> Text:
    title = fact.title if fact else Text(zh=name, en=name)
    if isinstance(condition, Bounds):
        said = _said(condition)
        return Text(zh=f"{title.zh} {said}", en=f"{title.en} {said}")
    values = joined(value_title(name, value) for value in condition)
    return Text(zh=f"{title.zh}：{values.zh}", en=f"{title.en}: {values.en}") if named else values


def understood(words: str) -> dict[str, Any]:
    """What was typed, as a selector in plain data. Raises `BadCondition`."""
    parts = [part.strip() for part in words.translate(FULL_WIDTH).split(";") if part.strip()]
    return dict(_understood(part) for part in parts)


def listed(words: str) -> list[str]:
    """Values typed in a row."""
    return [word.strip() for word in words.translate(FULL_WIDTH).split(",") if word.strip()]


def _said(condition: Bounds | tuple[str, ...]) -> str:
    if not isinstance(condition, Bounds):
        return ", ".join(condition)
    bounds: Mapping[str, str | None] = condition.model_dump()
    return ", ".join(f"{sign} {bounds[name]}" for sign, name in SIGNS.items() if bounds[name] is not None)


def _understood(part: str) -> tuple[str, Any]:
    name, _, said = part.partition(":")
    values = listed(said)
    if not name.strip() or not values:
        raise BadCondition(words=part[:60])
    signed = [next((sign for sign in SIGNS if value.startswith(sign)), "") for value in values]
    if not any(signed):
        return name.strip(), values
    if not all(signed) or len(set(signed)) < len(signed):
        raise BadCondition(words=part[:60])
    return name.strip(), {
        SIGNS[sign]: value.removeprefix(sign).strip() for sign, value in zip(signed, values, strict=True)
    }
