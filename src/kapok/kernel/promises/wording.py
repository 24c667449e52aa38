"""A promise in words, for people who read the rule and not the file."""

from __future__ import annotations

from kapok.kernel.promises.evidence import LEVELS
from kapok.kernel.promises.pack import ROUND_THE_CLOCK, Pack, Promise
from kapok.kernel.promises.terms import DIRECTIONS, TIERS
from kapok.kernel.promises.vocabulary import EVENTS
from kapok.kernel.text import Text

NOT_VERIFIED = Text(zh="未核实", en="not verified")


def kinds(names: tuple[str, ...]) -> Text:
    """Event kinds by their names in both languages."""
    return Text(zh="、".join(EVENTS[name].zh for name in names), en=", ".join(EVENTS[name].en for name in names))


def term(promise: Promise) -> Text:
    """What must be done in what time, e.g. `finish within 24 hours`."""
    direction = DIRECTIONS[promise.direction]
    if promise.limit is not None:
        sign, bound = (
            ("≤", promise.limit.at_most) if promise.limit.at_most is not None else ("≥", promise.limit.at_least)
        )
        words = f"{promise.limit.fact} {sign} {bound}"
        return Text(zh=f"{direction.zh}:{words}", en=f"{direction.en}: {words}")
    if promise.allowance is None:
        return (
            direction
            if promise.agreed is None
            else Text(zh=f"{direction.zh}:约定日期", en=f"{direction.en} the agreed date")
        )
    calendar = "" if promise.calendar == ROUND_THE_CLOCK else f" [{promise.calendar}]"
    return Text(
        zh=f"{direction.zh} {promise.allowance.text.zh}{calendar}",
        en=f"{direction.en} {promise.allowance.text.en}{calendar}",
    )


def summary(promise: Promise, pack: Pack) -> Text:
    """A promise in three lines: code and title; tier, instrument, clause and evidence; term and the events that bound it."""
    instrument = pack.instruments[promise.instrument]
    level = LEVELS[promise.evidence.level]
    doubt = (
        Text(zh="", en="") if promise.evidence.verified else Text(zh=f"({NOT_VERIFIED.zh})", en=f" ({NOT_VERIFIED.en})")
    )
    until = (
        Text(zh=f" → {kinds(promise.closes).zh}", en=f" > {kinds(promise.closes).en}")
        if promise.closes
        else Text(zh="", en="")
    )
    clause = f" {promise.clause}" if promise.clause else ""
    return Text(
        zh=f"{promise.code}  {promise.title.zh}\n  {TIERS[promise.tier].zh} · {instrument.title.zh}{clause} · {level.zh}{doubt.zh}"
        f"\n  {term(promise).zh}:{kinds(promise.opens).zh}{until.zh}",
        en=f"{promise.code}  {promise.title.en}\n  {TIERS[promise.tier].en} · {instrument.title.en}{clause} · {level.en}{doubt.en}"
        f"\n  {term(promise).en}: {kinds(promise.opens).en}{until.en}",
    )
