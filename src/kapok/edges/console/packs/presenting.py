"""Packs and promises as the pages show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, zip_longest

from kapok.edges.console.packs.jurisdictions import jurisdiction
from kapok.edges.console.packs.library import Shelf, Volume
from kapok.edges.console.packs.wording import Line, headline, lines
from kapok.kernel.promises import EVENTS, Duty, Evidence, Pack, Promise, Tier
from kapok.kernel.promises.evidence import LEVELS
from kapok.kernel.promises.pack import DatedRate, Instrument
from kapok.kernel.promises.references import amounts
from kapok.kernel.promises.terms import TIERS
from kapok.kernel.text import Text

KINDS = {
    Tier.LAW: Text(zh="法规", en="Regulations"),
    Tier.PLEDGE: Text(zh="公开承诺", en="Public pledges"),
    Tier.CONTRACT: Text(zh="合同", en="Contracts"),
    Tier.STAGE: Text(zh="内部标准", en="Internal standards"),
}
FOUND_SHOWN = 4


@dataclass(frozen=True)
class Cited:
    """Evidence as it is shown: how well the row is known, and where it can be read."""

    evidence: Evidence

    @property
    def level(self) -> Text:
        """What the level is called."""
        return LEVELS[self.evidence.level]

    @property
    def links(self) -> list[str]:
        """The sources that are addresses."""
        return [source for source in self.evidence.source if source.startswith(("https://", "http://"))]

    @property
    def titles(self) -> list[str]:
        """The sources that are titles of a publication."""
        return [source for source in self.evidence.source if source not in self.links]


@dataclass(frozen=True)
class PackRow:
    """A pack in the list, and the promises in it that a search found."""

    pack: Pack
    found: Sequence[Promise] = ()
    more: int = 0

    @property
    def jurisdiction(self) -> Text:
        """Where it is in force."""
        return jurisdiction(self.pack.jurisdiction)

    @property
    def tiers(self) -> list[tuple[Text, int]]:
        """How many promises of each tier it has."""
        counts = [(TIERS[tier], sum(row.tier is tier for row in self.pack.promises)) for tier in Tier]
        return [(name, count) for name, count in counts if count]


def kind(pack: Pack) -> Tier:
    """What a pack is: that of its promises which binds most; one that has only duties states law."""
    tiers = {promise.tier for promise in pack.promises}
    return next((tier for tier in Tier if tier in tiers), Tier.LAW)


def pack_rows(shelf: Shelf, query: str) -> list[tuple[Text, list[PackRow]]]:
    """The packs by what they are, those that `query` finds by themselves or by a promise."""
    rows = [row for volume in shelf.volumes.values() if (row := _row(volume, query)) is not None]
    rows.sort(key=lambda row: (list(Tier).index(kind(row.pack)), row.pack.jurisdiction != "CN", row.pack.code))
    return [(KINDS[tier], list(group)) for tier, group in groupby(rows, key=lambda row: kind(row.pack))]


def _row(volume: Volume, query: str) -> PackRow | None:
    if not query:
        return PackRow(volume.pack)
    found = volume.finds(query)
    if not found and not volume.answers(query):
        return None
    return PackRow(volume.pack, found[:FOUND_SHOWN], max(len(found) - FOUND_SHOWN, 0))


@dataclass(frozen=True)
class Row:
    """A promise as prose."""

    promise: Promise
    pack: Pack

    @property
    def anchor(self) -> str:
        """The name by which the row can be linked; rows that share a code are told apart by their first day."""
        rows, begins = self.pack.by_code[self.promise.code], self.promise.effective.from_
        return self.promise.code if len(rows) == 1 or begins is None else f"{self.promise.code}-{begins}"

    @property
    def tier(self) -> Text:
        """Who made it."""
        return TIERS[self.promise.tier]

    @property
    def cited(self) -> Cited:
        """How well it is known."""
        return Cited(self.promise.evidence)

    @property
    def headline(self) -> Text:
        """It in one sentence."""
        return headline(self.promise, self.pack)

    @property
    def lines(self) -> list[Line]:
        """It line by line."""
        return lines(self.promise, self.pack)


@dataclass(frozen=True)
class Chapter:
    """The promises and duties that stand in one instrument."""

    code: str
    instrument: Instrument
    rows: Sequence[Row]
    duties: Sequence[tuple[Duty, Cited]]

    @property
    def clauses(self) -> list[tuple[str, list[Row]]]:
        """The rows by clause, clauses in the order in which they first appear."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.promise.clause, []).append(row)
        return list(found.items())


def chapters(pack: Pack, chosen: Sequence[Promise], *, with_duties: bool) -> list[Chapter]:
    """The chosen promises by instrument, in the order of the pack."""
    found = []
    for code, instrument in pack.instruments.items():
        rows = [Row(promise, pack) for promise in chosen if promise.instrument == code]
        duties = (
            [(duty, Cited(duty.evidence)) for duty in pack.duties if duty.instrument == code] if with_duties else []
        )
        if rows or duties:
            found.append(Chapter(code, instrument, rows, duties))
    return found


@dataclass(frozen=True)
class RateTable:
    """The dated values of one rate, the newest first."""

    name: str
    rows: Sequence[tuple[DatedRate, date | None, Cited]]
    """Each with its last day; None of the last one."""


def rate_tables(pack: Pack, names: Sequence[str] | None = None) -> list[RateTable]:
    """The dated rates of a pack, or those of the given names."""
    wanted = pack.rates if names is None else {name: pack.rates[name] for name in names}
    return [RateTable(name, list(_dated(rates))[::-1]) for name, rates in wanted.items()]


def _dated(rates: Sequence[DatedRate]) -> Iterator[tuple[DatedRate, date | None, Cited]]:
    following = [rate.from_ - timedelta(days=1) for rate in rates[1:]]
    for rate, last in zip_longest(rates, following):
        yield rate, rate.to or last, Cited(rate.evidence)


def rates_of(promise: Promise) -> list[str]:
    """The dated rates that the compensations of a promise take."""
    used = {amount.rate for each in promise.compensation for amount in amounts(each) if amount.rate is not None}
    return sorted(used)


EVENT_ROLES = (
    ("opens", Text(zh="开始", en="opens")),
    ("pauses", Text(zh="暂停", en="pauses")),
    ("resumes", Text(zh="恢复", en="resumes")),
    ("closes", Text(zh="完成", en="closes")),
    ("reopens", Text(zh="重开", en="reopens")),
    ("voids", Text(zh="取消", en="takes away")),
)


def event_roles(promise: Promise) -> Iterator[tuple[Text, Sequence[tuple[str, Text]]]]:
    """What each event does to the clock of a promise: the role, and its events by kind and name."""
    for name, words in EVENT_ROLES:
        kinds: Sequence[str] = getattr(promise, name)
        if kinds:
            yield words, [(kind, EVENTS[kind]) for kind in kinds]
