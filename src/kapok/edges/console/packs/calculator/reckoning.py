"""The answer of the calculator: the judgement of one matter, what is owed, and why a promise does not apply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from kapok.edges.console.packs.calculator.forms import CaseForm
from kapok.edges.console.packs.drawings.course import CLOSED, DUE, NOW, OPENED, TARGET, Course, course
from kapok.edges.console.packs.wording import unmet
from kapok.edges.console.packs.wording.phrases import begun, ends_with_the_day, length, wall
from kapok.edges.console.packs.wording.terms import CLOCKLESS
from kapok.kernel.promises import (
    ANOMALIES,
    Award,
    Clock,
    Entry,
    Fact,
    Facts,
    Judgement,
    Outcome,
    Pack,
    Promise,
    award,
    explain,
    judge,
)
from kapok.kernel.promises.cycles import in_force
from kapok.kernel.promises.wording import OUTCOMES
from kapok.kernel.text import Text

NOT_IN_FORCE = Text(zh="当日尚未生效或已失效", en="it is not in force on that day")
TONES = {
    Outcome.KEPT: "good",
    Outcome.BROKEN: "bad",
    Outcome.OPEN: "running",
    Outcome.OVERDUE: "bad",
    Outcome.VOID: "void",
}


@dataclass(frozen=True)
class Reckoning:
    """One matter judged by one promise."""

    judgement: Judgement
    award: Award | None
    until: datetime
    course: Course | None
    declared: Mapping[str, Fact]
    """The facts that the pack may ask about."""

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the wall on which moments are shown."""
        return ZoneInfo(self.judgement.zone)

    @property
    def moments(self) -> list[tuple[Text, Text]]:
        """When it began, fell due, was aimed at and done; nothing where there was no clock."""
        judgement, promise = self.judgement, self.judgement.promise
        if promise.direction in CLOCKLESS:
            return []
        by_day = ends_with_the_day(promise)
        named = [
            (OPENED, judgement.opened_at, False),
            (DUE, judgement.due_at, by_day),
            (TARGET, judgement.target_at, by_day),
            (CLOSED, judgement.closed_at, False) if judgement.closed_at else (NOW, self.until, False),
        ]
        return [(begun(name), wall(at, self.zone, ends_day=day)) for name, at, day in named if at is not None]

    @property
    def tone(self) -> str:
        """How the outcome is coloured."""
        return TONES[self.judgement.state]

    @property
    def outcome(self) -> Text:
        """What became of it."""
        return begun(OUTCOMES[self.judgement.state])

    @property
    def elapsed(self) -> Text | None:
        """The running time; None where there was no clock."""
        promise = self.judgement.promise
        if promise.direction in CLOCKLESS or self.judgement.opened_at is None:
            return None
        return length(self.judgement.elapsed, in_days=not promise.working)

    @property
    def late_by(self) -> Text | None:
        """By how much it was missed."""
        return length(self.judgement.late_by) if self.judgement.late_by else None

    @property
    def anomalies(self) -> list[Text]:
        """What was odd."""
        return [ANOMALIES[anomaly] for anomaly in self.judgement.anomalies]

    @property
    def steps(self) -> list[Text]:
        """How it was judged, line by line."""
        words = explain(self.judgement, self.declared)
        return [Text(zh=zh, en=en) for zh, en in zip(words.zh.splitlines(), words.en.splitlines(), strict=True)]


@dataclass(frozen=True)
class NotApplicable:
    """The promise was not made in this matter."""

    reasons: Sequence[Text]


def reckon(form: CaseForm) -> Reckoning | NotApplicable:
    """The answer to a valid form. Raises what the clock raises."""
    entries, until = list(_entries(form)), form.until
    rows = form.pack.by_code[form.promise.code]
    judged = [each for row in rows for each in judge(row, form.pack, entries, form.facts, until)]
    if not judged:
        return NotApplicable(_reasons(rows, form.pack, form.facts, entries[0].at))
    judgement = judged[0]
    owed = award(judgement, form.facts, form.pack, until)
    drawn = None if judgement.promise.direction in CLOCKLESS else course(judgement, form.pack, until)
    return Reckoning(judgement, owed, until, drawn, form.pack.declared)


def _entries(form: CaseForm) -> Iterator[Entry]:
    """What happened, by the first kind of each list: whichever of them it was, the clock does the same."""
    promise, given = form.promise, form.cleaned_data
    opening = next((kind for kind in promise.opens if kind not in promise.closes), promise.opens[0])
    if given.get("opened"):
        yield Entry(opening, given["opened"])
    for begins, ends in form.pauses:
        yield Entry(promise.pauses[0], begins)
        if ends is not None and promise.resumes:
            yield Entry(promise.resumes[0], ends)
    if given.get("closed"):
        yield Entry(promise.closes[0], given["closed"])


def _reasons(rows: Sequence[Promise], pack: Pack, facts: Facts, at: datetime) -> list[Text]:
    day = Clock(rows[-1], pack).day(at)
    valid = [row for row in rows if in_force(row, pack, day)]
    return unmet(valid[-1], pack, facts) if valid else [NOT_IN_FORCE]
