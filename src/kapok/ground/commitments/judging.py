"""The live judgement: all entries of a matter in, its commitment rows brought up to date.

It runs within the `transaction.atomic` of the verb that records an entry. The matter is locked first; whoever comes second sees
the entries of whoever came first, so the rows are what the kernel makes of all entries together, in whatever order and however
late they arrive. What one verb records together is judged in one pass: it is of one moment, so that nothing was promised, or
broken, in between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Any

from django.db import connection

from kapok.ground.commitments import registry, rules
from kapok.ground.commitments.models import Commitment
from kapok.ground.commitments.reconciling import Change, Outcome, reconcile
from kapok.ground.journal import queries as journal
from kapok.ground.journal.matters import Happening, happening
from kapok.ground.journal.models import Entry
from kapok.ground.journal.reading import read
from kapok.kernel import promises
from kapok.kernel.promises import EVENTS, Judgement
from kapok.kernel.promises.vocabulary import MATTER_CHANGED

# Whoever judges shares the packs; whoever adopts one has them alone.
LOCK = "SELECT commitments_lock(%s)"
ENTRIES = "commitments_entries(%s)"
BUT = "this.id <> ALL((SELECT %s::uuid[])::uuid[])"
"""Worded so that the server keeps its plan: of an array that it knows it thinks the length of worth planning anew for."""
KEEP_PACKS = "SELECT pg_advisory_xact_lock(hashtextextended('packs', 8))"


@dataclass
class Matter:
    """A matter under lock: its entries as the journal holds them and as the kernel takes them, and its commitments."""

    subject: str
    entries: list[Entry]
    rows: list[Commitment] = field(default_factory=list)
    known: list[promises.Entry] = field(init=False)
    facts: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.known, self.facts = as_known(self.entries)

    @cached_property
    def until(self) -> datetime:
        """The latest moment that is known once its commitments are: of an entry, or for which a clock of it has fired."""
        fired = (row.fired_through for row in self.rows if row.fired_through is not None)
        return max(chain((entry.at for entry in self.entries), fired))

    def answering(self, judgement: Judgement) -> tuple[str, str]:
        """The unit and the person who answer for a new commitment: named by the entry that opened it, else who answers for the
        matter's other commitments, else who acted.
        """
        entry = self._opening(judgement)
        if entry.data.get("owner"):
            return entry.data.get("unit", ""), entry.data["owner"]
        known = next((row for row in reversed(self.rows) if row.state in rules.RUNNING), None)
        return (known.unit, known.owner) if known else (entry.data.get("unit", ""), entry.actor)

    def _opening(self, judgement: Judgement) -> Entry:
        first = judgement.used[0][0] if judgement.used else self.known[0]
        return next(entry for entry, known in zip(self.entries, self.known, strict=True) if known is first)


@dataclass(frozen=True)
class Hearing:
    """A matter, and its promises that have to be judged anew because of `entry`: those that hear one of `kinds`."""

    matter: Matter
    entry: Entry
    kinds: Collection[str] | None
    """None for every promise of the matter."""
    first: bool = False
    """Nothing that is heard had happened to the matter before: it can have no commitments yet."""

    @property
    def asked(self) -> Collection[str]:
        """The kinds of which a pack must hear one to have a say."""
        return {entry.kind for entry in self.matter.entries} if self.kinds is None else self.kinds


def as_known(entries: Sequence[Entry]) -> tuple[list[promises.Entry], dict[str, Any]]:
    """Journal entries as the kernel takes them, in the same order, and what is known of their matter."""
    told = [promises.Entry(entry.kind, entry.at, entry.data.get("facts", {})) for entry in entries]
    facts = promises.known_facts(told)
    return promises.by_matter(told, facts), facts


def lock(*subjects: str) -> None:
    """Let nobody else judge these matters until the transaction ends; whoever comes second waits."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted(subjects)])


def keep_packs() -> None:
    """Let nobody judge by the packs until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP_PACKS)


def locked(subject: str) -> Matter:
    """The matter with its commitments, alone until the transaction ends, by packs that stay as they are."""
    (matter,) = locked_together([subject])
    return matter


def locked_together(subjects: Sequence[str]) -> list[Matter]:
    """The same of several matters, in the order in which they are named; two statements however many there are."""
    found = {matter.subject: matter for matter in _locked({subject: [] for subject in subjects})}
    _with_rows(list(found.values()))
    return [found[subject] for subject in dict.fromkeys(subjects)]


def _locked(new: Mapping[str, Sequence[Entry]]) -> list[Matter]:
    """The matters without their commitments, locked in the order of their names: no two verbs wait for each other.

    What has just been told of each (`new`) is at hand and not read again. Of one that begins with it there is nothing else, and
    nobody else who could judge it.
    """
    entries: dict[str, list[Entry]] = {subject: [] for subject in sorted(new)}
    before = [subject for subject in entries if not any(entry.begins for entry in new[subject])]
    for entry in _told_before(before, new) if before else ():
        if is_heard(entry.kind):
            entries[entry.subject].append(entry)
    if not before:
        lock()
    return [
        Matter(subject, sorted([*told, *new[subject]], key=lambda entry: entry.at)) for subject, told in entries.items()
    ]


def _told_before(subjects: Sequence[str], new: Mapping[str, Sequence[Entry]]) -> list[Entry]:
    at_hand = ",".join(str(entry.id) for subject in subjects for entry in new[subject])
    return read(Entry, BUT, subjects, f"{{{at_hand}}}", source=ENTRIES)


def _with_rows(matters: Sequence[Matter]) -> None:
    """Read the commitments of matters under lock; a scheduler passes them over until they are judged."""
    of = {matter.subject: matter.rows for matter in matters}
    if not of:
        return
    found = Commitment.objects.filter(subject__in=of)
    for row in found.order_by("opened_at", "number").select_for_update(no_key=True):
        of[row.subject].append(row)


def judge(entries: Iterable[Entry]) -> None:
    """Bring the commitments of their matters up to date after `entries`, in one pass."""
    new: dict[str, list[Entry]] = {}
    for entry in entries:
        new.setdefault(entry.subject, []).append(entry)
    _judge([_hearing(matter, new[matter.subject]) for matter in _locked(new)])


def judge_again(subjects: Iterable[str]) -> None:
    """Bring the commitments of matters up to date after the packs have changed.

    Whoever keeps the packs (`keep_packs`) is alone with every matter: so many locks would not fit into the server's memory.
    """
    for subject in subjects:
        matter = Matter(subject, journal.happenings(subject))
        _judge([Hearing(matter, matter.entries[-1], None)])


def _hearing(matter: Matter, new: Sequence[Entry]) -> Hearing:
    kinds = None if _changes_facts(matter, new) else {entry.kind for entry in new}
    return Hearing(matter, new[-1], kinds, first=len(new) == len(matter.entries))


def _judge(hearings: Sequence[Hearing]) -> None:
    """Judge what the packs have to say; of a matter that none hears not even the commitments are read."""
    packs = registry.hearing(
        {kind for each in hearings for kind in each.asked}, [each.matter.facts for each in hearings]
    )
    heard = [(each, touched) for each in hearings if (touched := list(_touched(each, packs)))]
    if not heard:
        return
    _with_rows([each.matter for each, _ in heard if not each.first])
    outcome = Outcome()
    for each, touched in heard:
        for version, code in touched:
            _settle(each, version, code, outcome)
    outcome.keep()


def _touched(hearing: Hearing, packs: Iterable[registry.Adopted]) -> Iterable[tuple[rules.Version, str]]:
    """The promises to judge anew, with the version of their pack. Several rows of a pack may share a code: judged once."""
    matter = hearing.matter
    for adopted in packs:
        if adopted.hears(hearing.asked, matter.facts):
            pack = adopted.version.pack
            touched = rules.touched(pack, matter.known, hearing.kinds)
            if hearing.first:  # nothing falls away: what cannot apply makes nothing
                touched = (each for each in touched if promises.may_apply(each, pack, matter.known, matter.facts))
            yield from ((adopted.version, code) for code in dict.fromkeys(promise.code for promise in touched))


def _settle(hearing: Hearing, version: rules.Version, code: str, outcome: Outcome) -> None:
    """Several rows of a pack may share a code, each for its own dates: together they are one promise."""
    matter, promises_of_code = hearing.matter, version.pack.by_code[code]
    made = [
        judgement
        for promise in promises_of_code
        for judgement in rules.judged(version, promise, matter.known, matter.facts, matter.until)
    ]
    rows = [row for row in matter.rows if row.pack_id == version.key and row.promise == code]
    if rows or made:
        change = Change(matter.subject, version, promises_of_code[-1], hearing.entry)
        reconcile(change, rows, made, matter.answering, outcome)


def _changes_facts(matter: Matter, new: Sequence[Entry]) -> bool:
    """Whether other promises than those that hear their kinds may be judged otherwise because of these entries."""
    if any(entry.kind == MATTER_CHANGED for entry in new):
        return True
    told = {entry.id for entry in new}
    others = [each for each in matter.entries if each.id not in told]
    return bool(others) and as_known(others)[1] != matter.facts


def told(matter: Matter, kind: str, *, actor: str, at: datetime, facts: Mapping[str, Any]) -> Happening:
    """An entry about a matter that goes with its others: under the same correlation."""
    correlation = matter.entries[-1].correlation if matter.entries else None
    return happening(kind, subject=matter.subject, actor=actor, at=at, correlation=correlation, facts=facts)


def is_heard(kind: str) -> bool:
    """Whether an entry of this kind can matter to a promise at all."""
    return kind in EVENTS
