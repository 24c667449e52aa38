"""The report in a few sentences, and the key figures of its head."""

from __future__ import annotations

from dataclasses import dataclass

from kapok.batch.audit.figures import Baton, Figures, PromiseFigures
from kapok.batch.audit.report.format import share
from kapok.batch.audit.report.reader import Reader


@dataclass(frozen=True)
class Counts:
    """Commitments of one promise, or of all together. A commitment is decided when it was kept, or missed its due moment."""

    opened: int
    kept: int
    broken: int
    open: int
    overdue: int
    void: int

    @classmethod
    def of(cls, *promises: PromiseFigures) -> Counts:
        """The counts of these promises together."""
        return cls(
            opened=sum(promise.opened for promise in promises),
            kept=sum(promise.kept for promise in promises),
            broken=sum(promise.broken for promise in promises),
            open=sum(promise.open for promise in promises),
            overdue=sum(promise.overdue for promise in promises),
            void=sum(promise.void for promise in promises),
        )

    @property
    def failed(self) -> int:
        """Closed too late, or still running past the due moment."""
        return self.broken + self.overdue

    @property
    def decided(self) -> int:
        """Those of which the verdict is known."""
        return self.kept + self.failed

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """The whole in its parts, in the order in which a bar shows them."""
        names = ("kept", "broken", "overdue", "open", "void")
        return tuple((name, getattr(self, name)) for name in names)


@dataclass(frozen=True)
class KeyFigure:
    """One figure of the head: its name, its value, what it means, and how it is coloured."""

    name: str
    value: str
    note: str
    kind: str = ""


def owed(figures: Figures) -> int | None:
    """What all breaches cost, in `figures.currency`; none when the pack pays nothing or in several currencies."""
    amounts = [promise.owed_minor for promise in figures.promises if promise.currency == figures.currency]
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known and figures.currency else None


def sentences(figures: Figures, reader: Reader) -> list[str]:
    """What a hurried reader should know, in plain words."""
    return [
        _read(figures, reader),
        _kept(Counts.of(*figures.promises), reader),
        *_owed(figures, reader),
        *_population(figures, reader),
        *_baton(figures.baton, reader),
    ]


def _read(figures: Figures, reader: Reader) -> str:
    reading = figures.reading
    counted = {"cases": reader.counted(reading.cases, "case"), "events": reader.counted(reading.events, "event")}
    if reading.first_at is None or reading.last_at is None:
        return reader("sum_read_undated", **counted)
    first, last = (reader.moment(at)[:10] for at in (reading.first_at, reading.last_at))
    return reader("sum_read", **counted, first=first, last=last)


def _kept(counts: Counts, reader: Reader) -> str:
    if not counts.decided:
        return reader("sum_none")
    return reader(
        "sum_kept",
        decided=reader.counted(counts.decided, "commitment"),
        kept=reader.number(counts.kept),
        share=share(counts.kept, counts.decided),
        failed=reader.number(counts.failed),
        overdue=reader.number(counts.overdue),
    )


def _owed(figures: Figures, reader: Reader) -> list[str]:
    amount, unpriced = owed(figures), sum(promise.unpriced for promise in figures.promises)
    known = [reader("sum_owed", owed=reader.money(amount, figures.currency))] if amount else []
    return known + ([reader("unpriced", n=reader.counted(unpriced, "breach"))] if unpriced else [])


def _population(figures: Figures, reader: Reader) -> list[str]:
    verdicts = [verdict.held for promise in figures.promises for verdict in promise.population]
    if not verdicts:
        return []
    held, missed, few = (reader.number(verdicts.count(verdict)) for verdict in (True, False, None))
    return [reader("sum_population", rules=reader.counted(len(verdicts), "rule"), held=held, missed=missed, few=few)]


def _baton(baton: Baton, reader: Reader) -> list[str]:
    named = [holder for holder in baton.by_unit if holder.unit]
    if not named or not baton.total_us:
        return []
    longest = max(named, key=lambda holder: (holder.held_us, holder.unit))
    return [
        reader(
            "sum_baton",
            transfers=reader.counted(baton.transfers, "transfer"),
            unit=longest.unit,
            share=share(longest.held_us, baton.total_us),
        )
    ]


def key_figures(figures: Figures, reader: Reader) -> list[KeyFigure]:
    """The figures of the head, from left to right."""
    counts, cases = Counts.of(*figures.promises), figures.reading.cases
    of = reader("key_kept_of", kept=reader.number(counts.kept), decided=reader.number(counts.decided))
    moved = f"{figures.baton.transfers / cases:.1f}" if cases else "0"
    tiles = [
        KeyFigure(reader("key_kept"), share(counts.kept, counts.decided), of, "kept"),
        *(
            KeyFigure(reader(f"key_{kind}"), reader.number(count), reader(f"key_{kind}_note"), kind)
            for kind, count in counts.parts[1:4]
        ),
        KeyFigure(reader("key_cases"), reader.number(cases), reader("key_cases_note", n=moved)),
    ]
    if (amount := owed(figures)) is not None and (amount or not any(promise.unpriced for promise in figures.promises)):
        tiles.insert(4, KeyFigure(reader("key_owed"), reader.money(amount, figures.currency), reader("key_owed_note")))
    return tiles
