"""The rule packs an audit can be judged by, and which of their promises a map can open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from kapok.batch.audit import plan
from kapok.batch.audit.map import AuditMap
from kapok.kernel import promises
from kapok.kernel.promises import EVENTS, Fact, Pack, PackRefused, Promise
from kapok.kernel.promises.selector import Bounds, Condition, Selector, matches, touches
from kapok.kernel.promises.values import value_title
from kapok.kernel.text import Text
from kapok.supervision.mining.refusals import UnknownPack


class Hindrance(StrEnum):
    """Why a promise cannot open on a log."""

    NO_EVENT = "no_event"
    UNKNOWN_FACT = "unknown_fact"
    OTHER_FACT = "other_fact"


WORDS: Mapping[Hindrance, Text] = {
    Hindrance.NO_EVENT: Text(zh="映射里没有开始计时的事件：{what}", en="the map has no event that opens it: {what}"),
    Hindrance.UNKNOWN_FACT: Text(zh="须先知道：{what}", en="needs to know: {what}"),
    Hindrance.OTHER_FACT: Text(zh="不适用：{what}", en="does not apply: {what}"),
}
BOUNDS: Mapping[str, Text] = {
    "at_least": Text(zh="不少于 {value}", en="at least {value}"),
    "above": Text(zh="多于 {value}", en="more than {value}"),
    "at_most": Text(zh="不超过 {value}", en="at most {value}"),
    "below": Text(zh="少于 {value}", en="less than {value}"),
}
NEVER_CLOSES = Text(zh="映射里没有结束计时的事件：{what}", en="the map has no event that closes it: {what}")


@dataclass(frozen=True)
class Prospect:
    """What a promise can expect of a map: `hindrance` says why it cannot open, `warning` what will be amiss when it does."""

    promise: Promise
    hindrance: Text | None = None
    warning: Text | None = None


def packs() -> dict[str, Pack]:
    """The installed packs by name, without those that make no sense."""
    found = {path.stem: _loaded(path, path.stat().st_mtime_ns) for path in promises.available()}
    return {name: pack for name, pack in found.items() if pack is not None}


def pack(name: str) -> Pack:
    """One installed pack. Raises `UnknownPack`."""
    found = packs().get(name)
    if found is None:
        raise UnknownPack(pack=name[:100])
    return found


def kinds_of(chosen: Pack) -> tuple[str, ...]:
    """The event kinds that the promises of a pack listen to, in the order of the vocabulary."""
    heard = {kind for promise in chosen.promises for kind in promise.roles}
    return tuple(kind for kind in EVENTS if kind in heard)


def facts_of(chosen: Pack) -> dict[str, Fact]:
    """The facts that the promises of a pack ask about, those of the most promises first."""
    asked = [name for promise in chosen.promises for name in {**promise.applies, **promise.unless}]
    names = sorted(dict.fromkeys(asked), key=lambda name: -asked.count(name))
    return {name: chosen.declared[name] for name in names if name in chosen.declared}


def check(chosen_pack: Pack, audit_map: AuditMap) -> None:
    """Refuse a map by which nothing of the pack could be judged: what `kapok.batch.audit.plan` raises."""
    plan.chosen(chosen_pack, audit_map)
    plan.baton_hours(chosen_pack, audit_map)


def prospects(chosen: Pack, audit_map: AuditMap) -> list[Prospect]:
    """What each promise of a pack can expect of a map; those that can open first."""
    named = [promise for promise in chosen.promises if not audit_map.promises or promise.code in audit_map.promises]
    found = [_prospect(promise, chosen, audit_map) for promise in named]
    return sorted(found, key=lambda prospect: prospect.hindrance is not None)


@lru_cache(maxsize=128)
def _loaded(path: Path, changed_ns: int) -> Pack | None:  # noqa: ARG001 - a pack that was changed is read anew
    try:
        return promises.load(path)
    except PackRefused:
        return None


def _prospect(promise: Promise, chosen: Pack, audit_map: AuditMap) -> Prospect:
    hindrance = next(_hindrances(promise, chosen, audit_map), None)
    kinds = {rule.kind for rule in audit_map.events}
    closable = not promise.closes or bool(kinds & set(promise.closes))
    return Prospect(promise, hindrance, None if closable else NEVER_CLOSES.format(what=_named(promise.closes)))


def _hindrances(promise: Promise, chosen: Pack, audit_map: AuditMap) -> Iterator[Text]:
    if not set(promise.opens) & {rule.kind for rule in audit_map.events}:
        yield WORDS[Hindrance.NO_EVENT].format(what=_named(promise.opens))
    facts = audit_map.facts
    for name, condition in promise.applies.items():
        if name in audit_map.fact_columns:
            continue
        asked = {name: condition}
        if name not in facts:
            yield WORDS[Hindrance.UNKNOWN_FACT].format(what=_asked(asked, chosen))
        elif not matches(asked, facts, chosen.declared):
            yield WORDS[Hindrance.OTHER_FACT].format(what=_asked(asked, chosen))
    if touches(promise.unless, facts, chosen.declared):
        yield WORDS[Hindrance.OTHER_FACT].format(what=_asked(promise.unless, chosen))


def _named(kinds: tuple[str, ...]) -> Text:
    words = [EVENTS[kind] for kind in kinds]
    return Text(zh="、".join(word.zh for word in words), en=", ".join(word.en for word in words))


def _asked(selector: Selector, chosen: Pack) -> Text:
    """The conditions of a selector in words: the title of the fact and what it must be."""
    zh, en = [], []
    for name, condition in selector.items():
        values = _values(name, condition)
        title = chosen.declared[name].title
        zh.append(f"{title.zh}（{'、'.join(value.zh for value in values)}）")
        en.append(f"{title.en} ({', '.join(value.en for value in values)})")
    return Text(zh="、".join(zh), en=", ".join(en))


def _values(fact: str, condition: Condition) -> list[Text]:
    if isinstance(condition, Bounds):
        bounds = condition.model_dump(exclude_none=True)
        return [BOUNDS[bound].format(value=value) for bound, value in bounds.items()]
    return [value_title(fact, value) for value in condition]
