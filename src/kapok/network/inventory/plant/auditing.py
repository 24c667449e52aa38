"""Comparing the records with what was found in the plant, and putting the record right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kapok.kernel.errors import KapokError
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text
from kapok.network.inventory import rows
from kapok.network.inventory.models import Element, Finding, PlantAudit, Resource
from kapok.network.inventory.plant import adding, reading
from kapok.network.inventory.plant.drafts import Loaded, Spot
from kapok.network.inventory.refusals import BadCell, PlantRowsRefused, UnknownElement
from kapok.network.inventory.rules import State

COLUMNS = ("element", "kind", "port", "state")
REMEDY = Text(
    zh="应为UTF-8编码的CSV，首行为列名：element、kind、port、state（free、used、faulty）。",
    en="It must be CSV in UTF-8 with the columns element, kind, port and state (free, used, faulty) named in its first line.",
)


class Found(StrEnum):
    """What somebody who looks at a port can see."""

    FREE = "free"
    USED = "used"
    FAULTY = "faulty"


FOUND: dict[Found, Text] = {
    Found.FREE: Text(zh="空闲", en="free"),
    Found.USED: Text(zh="占用", en="in use"),
    Found.FAULTY: Text(zh="损坏", en="faulty"),
}


class Outcome(StrEnum):
    """How record and plant differ."""

    MISSING = "missing"
    EXTRA = "extra"
    DIFFERENT = "different"


OUTCOMES: dict[Outcome, Text] = {
    Outcome.MISSING: Text(zh="有账无实", en="recorded, not found"),
    Outcome.EXTRA: Text(zh="有实无账", en="found, not recorded"),
    Outcome.DIFFERENT: Text(zh="状态不符", en="in another state"),
}
SEEN_AS = {
    State.FREE: Found.FREE, State.RESERVED: Found.FREE, State.ASSIGNED: Found.FREE, State.IN_SERVICE: Found.USED,
    State.PENDING_RELEASE: Found.USED, State.FAULTY: Found.FAULTY, State.BLOCKED: Found.USED, State.PROJECT: Found.USED,
}  # fmt: skip
"""What a record in this state looks like in the plant: a line that is not yet connected still looks free, and what is scrapped
is seen nowhere."""

RIGHTED = {Found.FREE: State.FREE, Found.USED: State.BLOCKED, Found.FAULTY: State.FAULTY}
"""What a record nobody holds becomes: used without a record of by whom means that nobody else may have it."""


@dataclass(frozen=True)
class Seen:
    """One port that was looked at."""

    spot: Spot
    element: Element
    kind: str
    port: str
    found: Found

    @property
    def code(self) -> str:
        """The code that its record has, or would have."""
        return f"{self.element.code}:{self.port}"


def compare(lines: Iterable[str], file: str, *, actor: str, at: datetime) -> tuple[PlantAudit, Counter[str]]:
    """Compare all that is recorded of the elements in the file with what the file says, and keep each difference.

    Raises `NotAPlantFile`, `PlantRowsRefused`.
    """
    seen = _read(lines)
    elements = {each.element.id for each in seen.values()}
    kinds = {(each.element.id, each.kind) for each in seen.values()}
    recorded = {
        row.code: row
        for some in adding.slices(elements)
        for row in Resource.objects.filter(element__in=some).select_related("element")
        if (row.element_id, row.kind) in kinds
    }
    audit = PlantAudit(id=uuid7(at), file=file[:200], at=at, actor=actor, elements=len(elements), matches=0)
    findings = [*_not_found(audit, recorded, seen, at), *_found(audit, recorded, seen, at)]
    audit.matches = len(seen.keys() & recorded.keys()) - sum(each.outcome == Outcome.DIFFERENT for each in findings)
    audit.save(force_insert=True)
    Finding.objects.bulk_create(findings, batch_size=5_000)
    return audit, Counter(each.outcome for each in findings)


def _read(lines: Iterable[str]) -> dict[str, Seen]:
    loaded, listed = Loaded(), list(reading.table(lines, REMEDY, known=COLUMNS, needed="element"))
    named = {row["element"] for _, row in listed}
    elements = {each.code: each for some in adding.slices(named) for each in Element.objects.filter(code__in=some)}
    seen: dict[str, Seen] = {}
    for spot, row in listed:
        try:
            one = _seen(spot, row, elements)
            if one.code in seen:
                raise _twice(one)
            seen[one.code] = one
        except KapokError as refused:
            loaded.refuse(spot, refused)
    if loaded.refused:
        raise PlantRowsRefused(refused=loaded.refused, line=loaded.rows[0].line, reason=loaded.rows[0].reason)
    return seen


def _twice(seen: Seen) -> BadCell:
    return BadCell(
        column="port", value=seen.port, expected=Text(zh="同一端口在文件中出现两次", en="the file has this port twice")
    )


def _seen(spot: Spot, row: dict[str, str], elements: dict[str, Element]) -> Seen:
    if row["element"] not in elements:
        raise UnknownElement(code=row["element"][:80])
    element, kind = elements[row["element"]], rows.known_kind(reading.needed(row, "kind"))
    adding.check_home(kind, element.kind, element.code)
    found = reading.needed(row, "state")
    if found not in set(Found):
        raise BadCell(
            column="state", value=found[:40], expected=Text(zh="free、used或faulty", en="free, used or faulty")
        )
    return Seen(spot, element, kind, rows.tidy_port(element.code, reading.needed(row, "port")), Found(found))


def _not_found(
    audit: PlantAudit, recorded: dict[str, Resource], seen: dict[str, Seen], at: datetime
) -> Iterable[Finding]:
    for code in sorted(recorded.keys() - seen.keys()):
        row = recorded[code]
        if row.state == State.RETIRED:  # nobody looks for what is scrapped
            continue
        yield Finding(
            id=uuid7(at), audit=audit, element=row.element, resource=row, kind=row.kind, code=code,
            outcome=Outcome.MISSING, recorded=row.state,
        )  # fmt: skip


def _found(audit: PlantAudit, recorded: dict[str, Resource], seen: dict[str, Seen], at: datetime) -> Iterable[Finding]:
    for code, one in sorted(seen.items()):
        row = recorded.get(code)
        if row is not None and SEEN_AS.get(State(row.state)) is one.found:
            continue
        outcome = Outcome.DIFFERENT if row else Outcome.EXTRA
        yield Finding(
            id=uuid7(at), audit=audit, element=one.element, resource=row, kind=one.kind, code=code, outcome=outcome,
            recorded=row.state if row else "", found=one.found,
        )  # fmt: skip


def wanted_state(finding: Finding) -> State:
    """What the record is to become: of what was not found blocked, else as it was found."""
    return RIGHTED[Found(finding.found)] if finding.found else State.BLOCKED


def new_record(finding: Finding, at: datetime) -> str:
    """Write the record of what was found without one; its code."""
    element: UUID = finding.element_id
    port = finding.code.removeprefix(f"{finding.element.code}:")
    adding.write([adding.New(finding.kind, finding.code, port, element, None, wanted_state(finding))], at)
    return finding.code
