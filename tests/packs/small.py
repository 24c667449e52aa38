"""Small packs for the tests, and moments written as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from textwrap import indent
from zoneinfo import ZoneInfo

from kapok.kernel import promises
from kapok.kernel.promises import Award, Entry, Judgement, Outcome, Pack, Promise

HEAD = """\
code: small
version: "1"
title: {{zh: 小包, en: A small pack}}
jurisdiction: XX
currency: {currency}
zone: {zone}
instruments:
  rule: {{title: {{zh: 规则, en: The rule}}}}
calendars:
  office:
    week: {{{office}}}
  weekdays:
    week: {{{weekdays}}}
    holidays: ["2026-12-25"]
{calendars}{extra}
promises:
"""
OFFICE = ", ".join(f'{day}: [["09:00", "17:00"]]' for day in ("mon", "tue", "wed", "thu", "fri"))
WEEKDAYS = OFFICE.replace("09:00", "00:00").replace("17:00", "24:00")
PROMISE = """\
- code: {code}
  title: {{zh: 承诺, en: The promise}}
  tier: pledge
  instrument: rule
  evidence: {{level: own}}
"""


def text(*terms: str, zone: str = "Europe/London", currency: str = "GBP", extra: str = "", calendars: str = "") -> str:
    """The YAML of a pack of promises `p`, `p2`, ... with these terms."""
    rows = [
        PROMISE.format(code="p" if number == 1 else f"p{number}") + indent(term.strip("\n"), "  ") + "\n"
        for number, term in enumerate(terms, start=1)
    ]
    head = HEAD.format(zone=zone, currency=currency, extra=extra, calendars=calendars, office=OFFICE, weekdays=WEEKDAYS)
    return head + "".join(rows)


def pack(*terms: str, zone: str = "Europe/London", currency: str = "GBP", extra: str = "", calendars: str = "") -> Pack:
    """A pack of promises with these terms."""
    return promises.parse(text(*terms, zone=zone, currency=currency, extra=extra, calendars=calendars), "small.yaml")


def at(words: str, zone: str = "Europe/London") -> datetime:
    """`2026-03-02 09:00` on the wall of `zone`."""
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(zone))


def utc(words: str) -> datetime:
    """`2026-03-02 09:00` in UTC."""
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


FAR = utc("2040-01-01 00:00")


def only(
    rules: Pack,
    *entries: Entry,
    facts: dict[str, str] | None = None,
    until: datetime = FAR,
    promise: Promise | None = None,
) -> Judgement:
    """The one judgement of a matter by the pack's first promise."""
    (judged,) = promises.judge(promise or rules.promises[0], rules, entries, facts or {}, until)
    return judged


def owed(judged: Judgement, rules: Pack, facts: dict[str, str] | None = None, until: datetime = FAR) -> Award:
    """The award of a judgement that has one."""
    award = promises.award(judged, facts or {}, rules, until)
    assert award is not None
    assert judged.state in {Outcome.BROKEN, Outcome.OVERDUE}
    return award


def money(award: Award) -> str:
    """The sum of an award, e.g. `GBP 12.48`."""
    return str(award.money)


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
