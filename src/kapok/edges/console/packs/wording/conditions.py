"""Selectors in words: to which matters a promise applies."""

from __future__ import annotations

from kapok.edges.console.packs.wording.phrases import NOTHING, either, joined, time
from kapok.kernel.promises import FactKind, Facts, Pack, Promise
from kapok.kernel.promises.selector import Bounds, Condition, Selector, holds
from kapok.kernel.promises.values import value_title
from kapok.kernel.text import Text

EVERY_MATTER = Text(zh="所有情形", en="every matter")


def conditions(selector: Selector, pack: Pack) -> list[Text]:
    """Each condition of a selector, e.g. `service: fixed voice or fixed broadband`."""
    return [condition(name, wanted, pack) for name, wanted in selector.items()]


def condition(name: str, wanted: Condition, pack: Pack) -> Text:
    """One condition in words."""
    fact = pack.declared[name]
    if isinstance(wanted, Bounds):
        words = bounds(wanted, is_time=fact.kind is FactKind.DURATION)
        return Text(zh=f"{fact.title.zh}{words.zh}", en=f"{fact.title.en} {words.en}")
    values = either([value_title(name, value) for value in wanted])
    return Text(zh=f"{fact.title.zh}为{values.zh}", en=f"{fact.title.en}: {values.en}")


def bounds(wanted: Bounds, *, is_time: bool) -> Text:
    """A range, e.g. `at least 201 and at most 2500`."""
    sides = (
        (wanted.at_least, "不少于", "at least"),
        (wanted.above, "超过", "more than"),
        (wanted.at_most, "不超过", "at most"),
        (wanted.below, "少于", "less than"),
    )
    parts = []
    for bound, zh, en in sides:
        if bound is not None:
            shown = time(bound) if is_time else Text(zh=bound, en=bound)
            parts.append(Text(zh=f"{zh} {shown.zh}", en=f"{en} {shown.en}"))
    return Text(zh="且".join(part.zh for part in parts), en=" and ".join(part.en for part in parts))


def applies(promise: Promise, pack: Pack) -> Text:
    """To which matters a promise applies, and to which it does not."""
    wanted = joined(conditions(promise.applies, pack)) if promise.applies else EVERY_MATTER
    spared = unless(promise.unless, pack)
    return Text(zh=f"{wanted.zh}{spared.zh}", en=f"{wanted.en}{spared.en}")


def unless(selector: Selector, pack: Pack) -> Text:
    """What a selector leaves out, as the end of a sentence; nothing of an empty one."""
    if not selector:
        return NOTHING
    words = conditions(selector, pack)
    zh, en = "，或".join(each.zh for each in words), ", or ".join(each.en for each in words)
    return Text(zh=f"（{zh}的除外）", en=f" (not where {en})")


def unmet(promise: Promise, pack: Pack, facts: Facts) -> list[Text]:
    """The conditions that keep a promise from applying to a matter with these facts."""
    missing = [
        Text(zh=f"只适用于{words.zh}", en=f"only where {words.en}")
        for name, wanted in promise.applies.items()
        if name not in facts or not holds(wanted, pack.declared[name], facts[name])
        for words in [condition(name, wanted, pack)]
    ]
    excluded = [
        Text(zh=f"{words.zh}的除外", en=f"not where {words.en}")
        for name, wanted in promise.unless.items()
        if name in facts and holds(wanted, pack.declared[name], facts[name])
        for words in [condition(name, wanted, pack)]
    ]
    return [*missing, *excluded]
