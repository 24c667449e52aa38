"""Plant: sites, elements, pools, and the resources upon them, as they come into use and as they are found.

Promises that plant is a tree of known kinds, that a resource stands where its kind belongs, and that whoever waited is told
when there is more. Refuses a code that is taken and to mark what somebody holds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kapok.ground.journal import api as journal
from kapok.ground.places import rows as places
from kapok.ground.places.rules import tidy_text
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text
from kapok.network.inventory import kinds, lacking, moving, rows, rules
from kapok.network.inventory.events import (
    Covered,
    PlantAdded,
    PlantAudited,
    PlantImported,
    RecordCorrected,
    ScrapConfirmed,
)
from kapok.network.inventory.models import Element, Finding, Pool, Resource, Site
from kapok.network.inventory.plant import adding, auditing, in_use, loading, reading
from kapok.network.inventory.plant.drafts import Loaded
from kapok.network.inventory.refusals import NoSuchMove, NotScrapped, ResourceHeld, RestTooLong
from kapok.network.inventory.rules import State
from kapok.network.inventory.views import subject_of, told_as

__all__ = [
    "Loaded",
    "add_element",
    "add_pool",
    "add_resources",
    "add_site",
    "audit",
    "confirm_scrapped",
    "correct",
    "cover",
    "import_plant",
    "mark",
]


@transaction.atomic
def add_site(
    *,
    code: str,
    name: Text,
    exchange_area: str | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    actor: str,
    at: datetime,
) -> None:
    """Take a site into use. Raises `BadPlantCode`, `CodeTaken`, `BadPlaceName`, `UnknownExchangeArea`, `BadPoint`."""
    tidy, names = adding.refuse_known(Site, code), tidy_text(name)
    point = places.checked_point(longitude, latitude)
    Site.objects.create(
        id=uuid7(at), code=tidy, name_zh=names.zh, name_en=names.en, longitude=point[0], latitude=point[1],
        exchange_area=places.exchange_area_called(exchange_area),
    )  # fmt: skip
    _added(f"site/{tidy}", Text(zh="站点", en="Site"), tidy, 0, actor=actor, at=at)


@transaction.atomic
def add_element(
    *,
    code: str,
    kind: str,
    site: str = "",
    parent: str = "",
    exchange_area: str | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    down_mbps: int | None = None,
    serial: str = "",
    covers: Sequence[str] = (),
    actor: str,
    at: datetime,
) -> None:
    """Take an element into use, fed by `parent`; without an exchange area it has that of its site or of what feeds it.

    Raises `BadPlantCode`, `CodeTaken`, `UnknownKind`, `UnknownSite`, `UnknownElement`, `UnknownExchangeArea`, `BadPoint`,
    `NotAPoint`, `UnknownAddress`, `RetiredAddress`, `BadCount`.
    """
    tidy, sort = adding.refuse_known(Element, code), rows.known_element_kind(kind)
    where, above = rows.site_called(site), rows.element_called(parent) if parent else None
    area, point = places.exchange_area_called(exchange_area), places.checked_point(longitude, latitude)
    made = Element.objects.create(
        id=uuid7(at), code=tidy, kind=sort, site=where, parent=above, longitude=point[0], latitude=point[1],
        exchange_area_id=adding.area_of(area.id if area else None, where, above), serial=serial[:80],
        down_mbps=rows.tidy_count(down_mbps, 1_000_000) if down_mbps is not None else None,
    )  # fmt: skip
    _added(made.subject, kinds.ELEMENT_KINDS[sort], tidy, 0, actor=actor, at=at)
    if covers:
        _cover(made, covers, actor, at)


@transaction.atomic
def add_pool(
    *,
    code: str,
    kind: str,
    name: Text,
    exchange_area: str | None = None,
    quarantine_days: int = 0,
    tested: bool | None = None,
    values: str = "",
    actor: str,
    at: datetime,
) -> None:
    """Open a pool, with its values: a range, a prefix or a list (see `add_resources`).

    Whether what comes back is `tested` before it is given out again goes by the kind where nothing is said.
    Raises `BadPlantCode`, `CodeTaken`, `UnknownKind`, `BadPlaceName`, `UnknownExchangeArea`, `BadRange`, `WrongHome`,
    `RestTooLong`.
    """
    if not 0 <= quarantine_days <= reading.LONGEST_REST:
        raise RestTooLong(days=quarantine_days, most=reading.LONGEST_REST)
    tidy, sort, names = adding.refuse_known(Pool, code), rows.known_kind(kind), tidy_text(name)
    made = Pool(
        id=uuid7(at), code=tidy, kind=sort, name_zh=names.zh, name_en=names.en, quarantine_days=quarantine_days,
        exchange_area=places.exchange_area_called(exchange_area), tested=adding.is_tested(sort, said=tested),
    )  # fmt: skip
    adding.check_pool(sort, sort, tidy)
    made.save(force_insert=True)
    count = adding.add_values(made, values, State.FREE, at) if values.strip() else 0
    _added(made.subject, Text(zh="资源池", en="Pool"), tidy, count, actor=actor, at=at)
    lacking.resolve(actor=actor, at=at)


@transaction.atomic
def add_resources(
    *,
    kind: str,
    element: str = "",
    pool: str = "",
    count: int = 0,
    values: str = "",
    state: str = State.FREE,
    actor: str,
    at: datetime,
) -> int:
    """Add ports to an element (`count` of them, numbered on, or by the names in `values`) or values to a pool; how many.

    `values` of a pool are a range (`2038880000-2038880999`), a prefix (`203.0.113.0/24`) or a list. Who waited for them is
    told. Raises `UnknownKind`, `UnknownElement`, `UnknownPool`, `WrongHome`, `BadCount`, `BadRange`, `BadPlantCode`,
    `PortTooLong`, `CodeTaken`, `NoSuchMove`.
    """
    sort, stands = rows.known_kind(kind), rows.known_mark(state)
    home: Element | Pool
    if pool:
        home = rows.pool_called(pool)
        adding.check_pool(sort, home.kind, home.code)
        added = adding.add_values(home, values, stands, at)
    else:
        home = rows.element_called(element)
        names = [name for name in values.replace(",", " ").split() if name]
        added = (
            adding.add_named_ports(home, sort, names, stands, at)
            if names
            else adding.add_ports(home, sort, count, stands, at)
        )
    _added(home.subject, kinds.HOPS[sort].name, home.code, added, actor=actor, at=at)
    lacking.resolve(actor=actor, at=at)
    return added


@transaction.atomic
def cover(*, element: str, addresses: Sequence[str], actor: str, at: datetime) -> int:
    """Let an element serve addresses and all that lies below them; how many are new.

    Raises `UnknownElement`, `NotAPoint`, `UnknownAddress`, `RetiredAddress`.
    """
    added = _cover(rows.element_called(element), addresses, actor, at)
    lacking.resolve(actor=actor, at=at)
    return added


@transaction.atomic
def mark(*, resource: str, state: str, note: str = "", actor: str, at: datetime) -> None:
    """Mark what nobody holds as faulty, blocked, kept for a project, scrapped, or free again; other than free needs a note.

    So a device that was to be tested is free once it came back in order, or scrapped; what is scrapped stays so.

    Raises `UnknownResource`, `UnknownKind`, `NoReasonGiven`, `ResourceHeld`, `NoSuchMove`.
    """
    found, to = rows.resource_called(resource), rows.known_mark(state)
    reason = rows.tidy_reason(note) if to is not State.FREE or note.strip() else ""
    _mark(found, to, reason, rules.MARKS - {State.RETIRED}, actor=actor, at=at)


def _mark(found: Resource, to: State, reason: str, only: Collection[State], *, actor: str, at: datetime) -> None:
    """Raises `ResourceHeld`, and `NoSuchMove` where it is in none of the states of `only` that lead to `to`."""
    before = State(found.state)
    if before in rules.HELD:
        raise ResourceHeld(resource=found.code, state_name=rules.STATES[before], holder=found.holder)
    moved = moving.move(
        "r.id = %(id)s", {"id": found.id, "note": reason if to is not State.FREE else ""}, to=to, change="note = %(note)s", at=at,
        only=only,
    )  # fmt: skip
    if not moved:
        raise NoSuchMove(what=found.code, before_name=rules.STATES[before], after_name=rules.STATES[to])
    moving.told(moved, actor=actor, at=at, note=reason)
    if to is State.FREE:
        lacking.resolve(actor=actor, at=at)


@transaction.atomic
def import_plant(
    *,
    content: bytes,
    source: str,
    file: str,
    dry_run: bool = False,
    leave_out_refused: bool = False,
    report: bool = False,
    actor: str,
    at: datetime,
) -> Loaded:
    """Load a file of plant (`source` is `csv` or `netbox`) and say what came of it, with every refused row and why.

    A dry run changes nothing; for a `report` all refused rows are kept, not the first alone. Rows that are refused keep the
    whole file out unless they are to be left out. What a NetBox export names that is here already stays as it is. Raises
    `NotAPlantFile`, `PlantRowsRefused`.
    """
    loaded = loading.load(
        content, loading.Source(source), dry_run=dry_run, leave_out_refused=leave_out_refused, report=report, at=at
    )
    if dry_run:
        return loaded
    journal.record(
        PlantImported(
            subject="plant", actor=actor, at=at, file=file[:200], sites=loaded.sites, elements=loaded.elements,
            resources=loaded.resources, coverage=loaded.coverage, refused=loaded.refused,
        )
    )  # fmt: skip
    moving.told(loaded.moved, actor=actor, at=at, note=in_use.WHY.both)
    lacking.resolve(actor=actor, at=at)
    return loaded


@transaction.atomic
def audit(*, content: bytes, file: str, actor: str, at: datetime) -> UUID:
    """Compare the records of the elements and pools in a CSV file with what was found there; the audit.

    The columns are element or pool, kind, port, state.

    Raises `NotAPlantFile`, `PlantRowsRefused`.
    """
    made, counts = auditing.compare(content, file, actor=actor, at=at)
    journal.record(
        PlantAudited(
            subject=f"plant-audit/{made.id}", actor=actor, at=at, file=made.file, matches=made.matches,
            missing=counts["missing"], extra=counts["extra"], different=counts["different"],
        )
    )  # fmt: skip
    return made.id


@transaction.atomic
def correct(*, finding: str, reason: str, actor: str, at: datetime) -> None:
    """Put the record right after an audit: as it was found; what was not found is blocked, what has no record gets one.

    What was scrapped by the record and found is used again, as it was found. What somebody holds is not touched, for a customer's
    line hangs on it. Raises `UnknownFinding`, `NoReasonGiven`, `ResourceHeld`, and `CodeTaken` where the record of what was found
    stands elsewhere.
    """
    found, why = rows.open_finding(finding), rows.tidy_reason(reason)
    code, to = found.code, auditing.wanted_state(found)
    if found.resource is None:
        auditing.new_record(found, at)
    elif found.resource.state != to:
        _mark(rows.resource_called(code), to, why, rules.MARKS, actor=actor, at=at)
    Finding.objects.filter(id=found.id).update(corrected_at=at, reason=why)
    journal.record(
        RecordCorrected(
            subject=subject_of(found.kind, code), actor=actor, at=at, resource=told_as(found.kind, code), outcome=found.outcome,
            outcome_name=auditing.OUTCOMES[auditing.Outcome(found.outcome)], reason=why,
        )
    )  # fmt: skip


@transaction.atomic
def confirm_scrapped(*, finding: str, reason: str, actor: str, at: datetime) -> None:
    """Settle that what an audit found is scrapped all the same: the record stands, and it is to be taken out of the plant.

    Raises `UnknownFinding`, `NoReasonGiven`, `NotScrapped`.
    """
    found, why = rows.open_finding(finding), rows.tidy_reason(reason)
    if found.resource is None or found.resource.state != State.RETIRED:
        raise NotScrapped(resource=found.code)
    Finding.objects.filter(id=found.id).update(corrected_at=at, reason=why)
    journal.record(
        ScrapConfirmed(
            subject=subject_of(found.kind, found.code), actor=actor, at=at, resource=told_as(found.kind, found.code), reason=why
        )
    )  # fmt: skip


def _cover(element: Element, addresses: Sequence[str], actor: str, at: datetime) -> int:
    added = adding.cover(element, list(dict.fromkeys(addresses)), at)
    journal.record(
        Covered(subject=element.subject, actor=actor, at=at, element=element.code, count=added, addresses=list(addresses)[:100])
    )  # fmt: skip
    return added


def _added(subject: str, what: Text, name: str, count: int, *, actor: str, at: datetime) -> None:
    journal.record(PlantAdded(subject=subject, actor=actor, at=at, what=what, name=name, count=count))
