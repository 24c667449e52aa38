"""Comparing the records with what was found in the plant, and putting the record right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import StringIO

from kapok.kernel.errors import KapokError
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text
from kapok.network.inventory import rows
from kapok.network.inventory.models import Element, Finding, PlantAudit, Pool, Resource
from kapok.network.inventory.plant import adding, reading
from kapok.network.inventory.plant.drafts import Loaded, Spot
from kapok.network.inventory.refusals import BadCell, CodeTaken, PlantRowsRefused, UnknownElement, UnknownPool
from kapok.network.inventory.rules import State

COLUMNS = ("element", "pool", "kind", "port", "state")
REMEDY = Text(
    zh="应为CSV（UTF-8或GBK），首行为列名：element或pool、kind、port、state（free、used、faulty）。",
    en="It must be CSV in UTF-8 or GBK with the columns element or pool, kind, port and state (free, used, faulty) named in its "
    "first line.",
)
ONE_HOME = Text(zh="element与pool须且只须填写一项", en="fill in element or pool, one of them")


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
    """One port, or one value of a pool, that was looked at; its code is that which its record has, or would have."""

    home: Element | Pool
    kind: str
    port: str
    code: str
    found: Found

    @property
    def place(self) -> dict[str, Element | Pool]:
        """The element or the pool, as a finding names it."""
        return {"pool" if isinstance(self.home, Pool) else "element": self.home}


def compare(content: bytes, file: str, *, actor: str, at: datetime) -> tuple[PlantAudit, Counter[str]]:
    """Compare all that is recorded of the elements and pools in the file with what the file says, and keep each difference.

    Raises `NotAPlantFile`, `PlantRowsRefused`.
    """
    seen = _read(StringIO(reading.text_of(content, REMEDY), newline=""))
    homes = {each.home.id for each in seen.values()}
    kinds = {(each.home.id, each.kind) for each in seen.values()}
    recorded = {
        row.code: row
        for some in adding.slices(homes)
        for row in Resource.objects.filter(home__in=some).select_related("element", "pool")
        if (row.home, row.kind) in kinds
    }
    audit = PlantAudit(id=uuid7(at), file=file[:200], at=at, actor=actor, elements=len(homes), matches=0)
    findings = [*_not_found(audit, recorded, seen, at), *_found(audit, recorded, seen, at)]
    audit.matches = len(seen.keys() & recorded.keys()) - sum(each.outcome == Outcome.DIFFERENT for each in findings)
    audit.save(force_insert=True)
    Finding.objects.bulk_create(findings, batch_size=5_000)
    return audit, Counter(each.outcome for each in findings)


def _read(lines: Iterable[str]) -> dict[str, Seen]:
    loaded, listed = Loaded(), list(reading.table(lines, REMEDY, known=COLUMNS, needed="port"))
    some_of = {column: list(adding.slices(_named(listed, column))) for column in ("element", "pool")}
    elements = {each.code: each for some in some_of["element"] for each in Element.objects.filter(code__in=some)}
    pools = {each.code: each for some in some_of["pool"] for each in Pool.objects.filter(code__in=some)}
    seen: dict[str, Seen] = {}
    for spot, row in listed:
        try:
            one = _seen(row, elements, pools)
            if one.code in seen:
                raise _twice(one)
            seen[one.code] = one
        except KapokError as refused:
            loaded.refuse(spot, refused)
    if loaded.refused:
        raise PlantRowsRefused(refused=loaded.refused, line=loaded.rows[0].line, reason=loaded.rows[0].reason)
    return seen


def _named(listed: Iterable[tuple[Spot, dict[str, str]]], column: str) -> set[str]:
    return {row[column] for _, row in listed if row.get(column)}


def _twice(seen: Seen) -> BadCell:
    return BadCell(
        column="port", value=seen.port, expected=Text(zh="同一端口在文件中出现两次", en="the file has this port twice")
    )


def _seen(row: dict[str, str], elements: dict[str, Element], pools: dict[str, Pool]) -> Seen:
    element, pool = row.get("element", ""), row.get("pool", "")
    if bool(element) is bool(pool):
        raise BadCell(column="element / pool", value=f"{element} {pool}".strip()[:40], expected=ONE_HOME)
    if element and element not in elements:
        raise UnknownElement(code=element[:80])
    if pool and pool not in pools:
        raise UnknownPool(code=pool[:80])
    kind, found = rows.known_kind(reading.needed(row, "kind")), reading.needed(row, "state")
    if found not in set(Found):
        raise BadCell(
            column="state", value=found[:40], expected=Text(zh="free、used或faulty", en="free, used or faulty")
        )
    port = reading.needed(row, "port")
    if pool:
        new = adding.one_value(pools[pool], kind, port)
        return Seen(pools[pool], kind, new.value, new.code, Found(found))
    home = elements[element]
    adding.check_home(kind, home.kind, home.code)
    tidy = rows.tidy_port(home.code, port)
    return Seen(home, kind, tidy, f"{home.code}:{tidy}", Found(found))


def _not_found(
    audit: PlantAudit, recorded: dict[str, Resource], seen: dict[str, Seen], at: datetime
) -> Iterable[Finding]:
    for code in sorted(recorded.keys() - seen.keys()):
        row = recorded[code]
        if row.state == State.RETIRED:  # nobody looks for what is scrapped
            continue
        yield Finding(
            id=uuid7(at), audit=audit, element=row.element, pool=row.pool, resource=row, kind=row.kind, code=code,
            outcome=Outcome.MISSING, recorded=row.state,
        )  # fmt: skip


def _found(audit: PlantAudit, recorded: dict[str, Resource], seen: dict[str, Seen], at: datetime) -> Iterable[Finding]:
    for code, one in sorted(seen.items()):
        row = recorded.get(code)
        if row is not None and SEEN_AS.get(State(row.state)) is one.found:
            continue
        outcome = Outcome.DIFFERENT if row else Outcome.EXTRA
        yield Finding(
            id=uuid7(at), audit=audit, **one.place, resource=row, kind=one.kind, code=code, outcome=outcome,
            recorded=row.state if row else "", found=one.found,
        )  # fmt: skip


def wanted_state(finding: Finding) -> State:
    """What the record is to become: of what was not found blocked, else as it was found."""
    return RIGHTED[Found(finding.found)] if finding.found else State.BLOCKED


def new_record(finding: Finding, at: datetime) -> str:
    """Write the record of what was found without one; its code. Raises `CodeTaken` where it has one elsewhere."""
    home = finding.pool or finding.element
    value = finding.code.removeprefix(f"{home.code}:") if home else finding.code
    new = adding.New(finding.kind, finding.code, value, finding.element_id, finding.pool_id, wanted_state(finding))
    if not adding.write([new], at):
        raise CodeTaken(code=finding.code)
    return finding.code
