"""What a log is judged by: the promises of a pack, as a map applies them, as of one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kapok.batch.audit.intake.errors import IntakeError
from kapok.batch.audit.intake.sniffing import kind_of
from kapok.batch.audit.map import AuditMap
from kapok.batch.audit.periods import Periods
from kapok.kernel.errors import KapokError
from kapok.kernel.hours import Hours
from kapok.kernel.promises.accrual import AwardKey
from kapok.kernel.promises.pack import ROUND_THE_CLOCK, Pack, Promise
from kapok.kernel.promises.reckoning import Award
from kapok.kernel.text import Text


class NothingToJudge(KapokError):
    """No promise of the pack is opened by an event of the map."""

    wording = Text(
        zh="规则包“{pack}”中没有任何承诺由映射中的事件开始计时。映射里的事件：{kinds}；"
        "请在映射 events 下补上会开始计时的事件，例如 {opening}。",
        en="No promise of the pack '{pack}' is opened by an event of the map, which has: {kinds}. Add one that opens a promise"
        " under `events` in the map, for example {opening}.",
    )


class UnknownPromise(KapokError):
    """The map names a promise that the pack does not have."""

    wording = Text(
        zh="映射 promises：规则包“{pack}”没有承诺“{code}”。可用：{known}。",
        en="Map, promises: the pack '{pack}' has no promise '{code}'. It has: {known}.",
    )


class UnknownCalendar(KapokError):
    """The map names a calendar that the pack does not have."""

    wording = Text(
        zh="映射 calendar：规则包“{pack}”没有日历“{name}”。可用：{known}。",
        en="Map, calendar: the pack '{pack}' has no calendar '{name}'. It has: {known}.",
    )


@dataclass(frozen=True)
class Plan:
    """All that the judging of a bucket needs to know; it travels to the workers of a cluster."""

    pack: Pack
    map: AuditMap
    judged_at: int  # microseconds since the Unix epoch
    first_at: int
    last_at: int
    repeating: frozenset[int] = frozenset()
    """The inputs (by `source`) in which an event that says the same as an earlier one is an event by itself."""

    @cached_property
    def awards(self) -> dict[AwardKey, Award | None]:
        """What has been reckoned so far."""
        return {}

    @cached_property
    def promises(self) -> tuple[Promise, ...]:
        """The rows of the pack that are judged."""
        return chosen(self.pack, self.map)

    @cached_property
    def hours(self) -> Hours:
        """The hours in which the baton is counted."""
        return baton_hours(self.pack, self.map)

    @cached_property
    def periods(self) -> Periods:
        """Weeks and months, in the zone of the pack."""
        return Periods.between(self.pack.zone, self.first_at, self.last_at)


def repeating(audit_map: AuditMap, sources: Sequence[str]) -> frozenset[int]:
    """The inputs in which equal events count each: those that the map says, else those in XES."""
    if audit_map.duplicates is not None:
        return frozenset(range(len(sources)) if audit_map.duplicates == "keep" else ())
    return frozenset(source for source, address in enumerate(sources) if _is_xes(Path(address), audit_map))


def _is_xes(path: Path, audit_map: AuditMap) -> bool:
    if audit_map.file.kind is not None:
        return audit_map.file.kind == "xes"
    try:
        return path.is_file() and kind_of(path) == "xes"
    except IntakeError:
        return False


def chosen(pack: Pack, audit_map: AuditMap) -> tuple[Promise, ...]:
    """The promises that the map names, or else all that events of the map can open and close.

    A promise that the map can only open would be overdue in every case: it is judged only where the map names it.
    Raises `UnknownPromise` and `NothingToJudge`.
    """
    for code in audit_map.promises:
        if code not in pack.by_code:
            raise UnknownPromise(pack=pack.code, code=code, known=", ".join(pack.by_code))
    kinds = {rule.kind for rule in audit_map.events}
    rows = [row for row in pack.promises if kinds & set(row.opens)]
    if audit_map.promises:
        found = tuple(row for row in rows if row.code in audit_map.promises)
    else:
        found = tuple(row for row in rows if not row.closes or kinds & set(row.closes))
    if not found:
        opening = next((kind for row in pack.promises for kind in row.opens), "-")
        raise NothingToJudge(pack=pack.code, kinds=", ".join(sorted(kinds)) or "-", opening=opening)
    return found


def baton_hours(pack: Pack, audit_map: AuditMap) -> Hours:
    """The calendar that the map names for the baton; round the clock when it names none. Raises `UnknownCalendar`."""
    name = audit_map.calendar or ROUND_THE_CLOCK
    if name != ROUND_THE_CLOCK and name not in pack.calendars:
        raise UnknownCalendar(pack=pack.code, name=name, known=", ".join([ROUND_THE_CLOCK, *pack.calendars]))
    return pack.calendar(name)
