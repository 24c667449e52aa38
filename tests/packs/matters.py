"""Matters to be judged by the shipped packs: what happened when, on the wall of the pack's zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kapok.kernel.money import Money
from kapok.kernel.promises import Award, Entry, Judgement, Outcome, Pack, award, find, judge, load, parse


def shipped(name: str) -> Pack:
    """A shipped pack."""
    return load(find(name))


def switched(name: str, shipped_as: str, reading: str) -> Pack:
    """A shipped pack with a policy switch, e.g. `pay_on_trigger: true`, set to another reading."""
    path = find(name)
    text = path.read_text(encoding="utf-8")
    assert shipped_as in text
    return parse(text.replace(shipped_as, reading), str(path))


def at(pack: Pack, words: str) -> datetime:
    """A moment on the wall of the pack's zone."""
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(pack.zone))


def judged(pack: Pack, code: str, facts: Mapping[str, str], *events: tuple[str, str]) -> list[Judgement]:
    """What the promise `code` makes of a matter with these events, seen a day after the last of them."""
    entries = [Entry(kind, at(pack, when)) for kind, when in events]
    until = max(entry.at for entry in entries) + timedelta(days=1)
    return [row for promise in pack.by_code[code] for row in judge(promise, pack, entries, facts, until)]


def owed(pack: Pack, code: str, facts: Mapping[str, str], *events: tuple[str, str]) -> Award:
    """What is owed for the one breach in a matter."""
    (breach,) = judged(pack, code, facts, *events)
    assert breach.state is Outcome.BROKEN
    found = award(breach, facts, pack, breach.closed_at or at(pack, events[-1][1]))
    assert found is not None
    return found


def pays(found: Award, amount: str, currency: str) -> None:
    """The award is exactly this much, and says so in both languages."""
    assert found.money == Money.of(amount, currency)
    assert found.money.text.zh in found.text.zh
    assert found.money.text.en in found.text.en
