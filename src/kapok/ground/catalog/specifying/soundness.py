"""Whether a specification may be published: what it names exists, and what it says hangs together. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from itertools import chain

from kapok.ground.catalog.specifying.document import (
    Characteristic,
    Described,
    ResourceSpecification,
    ServiceSpecification,
    Specification,
    ValueType,
)
from kapok.ground.catalog.template import Finding, finding
from kapok.kernel.promises import FACTS
from kapok.kernel.text import Text

KINDS = frozenset({
    "circuit_port", "dsl_port", "ipv4", "ipv6_prefix", "line_port", "mdf_port", "number", "onu", "pon_port", "primary_pair",
    "secondary_pair", "sim", "splitter_port", "vlan",
})  # fmt: skip
"""The kinds that the inventory can allocate; it says them itself, above this layer."""


def problems(entry: Specification, resources: Set[str]) -> tuple[Finding, ...]:
    """Everything that keeps a specification from being published; `resources` are the kinds whose specification is in force."""
    found: list[Iterator[Finding]] = []
    if isinstance(entry, Described):
        found += [_once("characteristics", [each.name for each in entry.characteristics])]
        found += [_characteristic(each) for each in entry.characteristics]
    if isinstance(entry, ServiceSpecification):
        found += [_known("service", [entry.service], FACTS["service"].values), _once("resources", entry.resources)]
        found += [_known("resources", entry.resources, resources)]
    if isinstance(entry, ResourceSpecification):
        found += [_known("code", [entry.code], KINDS)]
    return tuple(chain.from_iterable(found))


def _known(where: str, given: list[str] | tuple[str, ...], known: Set[str]) -> Iterator[Finding]:
    for value in sorted(set(given) - known):
        yield _finding(
            where,
            "unknown_value",
            f"没有“{value}”：请从 {'、'.join(sorted(known))} 中选",
            f"there is no '{value}': use one of {', '.join(sorted(known))}",
        )


def _once(where: str, names: list[str] | tuple[str, ...]) -> Iterator[Finding]:
    for name in sorted({name for name in names if list(names).count(name) > 1}):
        yield _finding(where, "twice", f"“{name}”写了两次：请删去一个", f"'{name}' stands twice: remove one")


def _characteristic(each: Characteristic) -> Iterator[Finding]:
    zh, en = each.title.zh, each.title.en
    if each.choices and each.type is not ValueType.WORDS:
        yield _finding(
            "characteristics",
            "choices",
            f"“{zh}”不是文字，不能有选项：请删去选项或改类型",
            f"'{en}' is not words and has no choices: remove them or change its type",
        )
    yield from _once("characteristics", [choice.value for choice in each.choices])
    if each.type is ValueType.NUMBER and each.least > each.most:
        yield _finding(
            "characteristics", "range", f"“{zh}”的下限大于上限：请对调", f"'{en}' begins above its end: swap the two"
        )
    elif each.default is not None and not each.fits(each.default):
        yield _finding(
            "characteristics",
            "default",
            f"“{zh}”的默认值不合规格：请改为允许的值",
            f"the default of '{en}' is none that it can be: give one that is allowed",
        )


FIELDS: Mapping[str, Text] = {
    "code": Text(zh="代码", en="code"),
    "service": Text(zh="业务", en="service"),
    "resources": Text(zh="资源", en="resources"),
    "characteristics": Text(zh="特性", en="characteristics"),
}
"""What the parts of a specification are called."""


def _finding(where: str, code: str, zh: str, en: str) -> Finding:
    return finding(where, code, zh, en, called=FIELDS[where])
