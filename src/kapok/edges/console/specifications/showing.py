"""What the pages show of a specification, in words."""

from __future__ import annotations

from collections.abc import Iterator

from kapok.ground.catalog.difference import NO, YES
from kapok.ground.catalog.specifying.document import (
    COUNTED,
    STATE_MODELS,
    TYPES,
    Characteristic,
    ResourceSpecification,
    ServiceSpecification,
    Specification,
    Specified,
    UsagePlan,
    Value,
    ValueType,
)
from kapok.kernel.promises.values import value_title
from kapok.kernel.text import Text, joined

SERVICE = Text(zh="业务", en="Service")
RESOURCES = Text(zh="可占资源", en="Resources it can take")
STATES = Text(zh="状态模型", en="State model")
COUNTS = Text(zh="计量对象", en="What is counted")
UNIT = Text(zh="计量单位", en="Unit")


def facts(entry: Specification, specified: Specified) -> Iterator[tuple[Text, Text]]:
    """What it says beside its characteristics, each with its name."""
    if isinstance(entry, ServiceSpecification):
        yield SERVICE, value_title("service", entry.service)
        yield RESOURCES, joined(_resource(kind, specified) for kind in entry.resources)
    if isinstance(entry, ResourceSpecification):
        yield STATES, STATE_MODELS[entry.states]
    if isinstance(entry, UsagePlan):
        yield COUNTS, COUNTED[entry.counts]
        yield UNIT, entry.unit


def _resource(kind: str, specified: Specified) -> Text:
    known = specified.resources.get(kind)
    return known.title if known else Text(zh=kind, en=kind)


def characteristics(entry: Specification) -> list[tuple[Characteristic, Text, Text]]:
    """Each characteristic with what it can be and what holds where nothing is stated."""
    return [(each, possible(each), _said(each, each.default)) for each in getattr(entry, "characteristics", ())]


def possible(known: Characteristic) -> Text:
    """What a characteristic can be."""
    if known.choices:
        return joined(known.values.values())
    if known.type is ValueType.NUMBER:
        return Text(zh=f"{known.least} 至 {known.most}", en=f"{known.least} to {known.most}")
    return TYPES[known.type]


def _said(known: Characteristic, value: Value | None) -> Text:
    if isinstance(value, bool):
        return YES if value else NO
    words = "" if value is None else str(value)
    return known.values.get(words, Text(zh=words, en=words))
