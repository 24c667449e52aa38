"""The inventory: what stands in the plant, what is allocated from it, which services run on it, who waits for more.

Promises that a port, a pair, a number is kept for one holder at a time; that a reservation is all or nothing and ends; that
what is in service becomes free only after its disconnection is confirmed; that every change says who made it, for whom, from
what to what. Where the walk finds an empty step it stores the shortage and gives it back; it is resolved by itself when
there is plant.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from kapok.ground.journal.nesting import Whole
from kapok.network.inventory import (
    allocating,
    lacking,
    moving,
    rows,
    serving,
)
from kapok.network.inventory.models import Resource
from kapok.network.inventory.plant.api import (
    add_element,
    add_pool,
    add_resources,
    add_site,
    audit,
    confirm_scrapped,
    correct,
    cover,
    import_plant,
    mark,
)
from kapok.network.inventory.queries import Reservation
from kapok.network.inventory.refusals import (
    NoSuchMove,
    NotDisconnected,
    NothingHeld,
    NotLacking,
    ReservationExpired,
    ResourceHeld,
)
from kapok.network.inventory.rules import EXPIRED, STATES, Need, ServiceState, State
from kapok.network.inventory.views import ShortageView

__all__ = [
    "Need",
    "NoSuchMove",
    "NotDisconnected",
    "NotLacking",
    "NothingHeld",
    "Reservation",
    "ReservationExpired",
    "ResourceHeld",
    "ServiceState",
    "State",
    "add_element",
    "add_pool",
    "add_resources",
    "add_site",
    "audit",
    "change_service",
    "confirm_build",
    "confirm_scrapped",
    "correct",
    "cover",
    "design_service",
    "expire_reservations",
    "import_plant",
    "keep",
    "mark",
    "move_service",
    "put_in_service",
    "release",
    "request_release",
    "reserve",
    "resolve_shortages",
    "say_lacking",
    "take_in",
    "wait_no_longer",
    "wait_otherwise",
]

EXPIRED_AT_ONCE = 2_000


@transaction.atomic
def reserve(
    *,
    holder: str,
    address: str,
    needs: Sequence[Need],
    until: datetime,
    whole: Whole | None = None,
    actor: str,
    at: datetime,
) -> Reservation:
    """Keep for the holder all that it needs at an address (`""`: at none), or nothing and say what is lacking.

    Walks from the address inwards and stops at the first empty step; what a need says is taken at another address, e.g. the far
    end of a circuit, is walked for from there. The lack is stored as a shortage, given back, not
    raised. Asked again for the same holder it adds only what is missing and lengthens the time; what is kept in place of another
    one that is wished for now is given back. As a part of a `whole`, whose holder is new with it, it leaves to that to tell what
    is kept, or lacking. Raises `NoHolder`, `NothingNeeded`, `UnknownKind`, `AlreadyPast`, `UnknownAddress`, `RetiredAddress`, and
    `WishTaken` where the one that a need wishes for is not free: then nothing is kept.
    """
    return allocating.reserve(
        holder=rows.tidy_holder(holder), address=address, needs=rows.tidy_needs(needs), until=rows.ahead(until, at),
        whole=whole, actor=actor, at=at,
    )  # fmt: skip


@transaction.atomic
def keep(*, holder: str, actor: str, at: datetime) -> int:
    """Assign to the holder what is reserved for it, without an end; how many moved. Asked again it moves nothing.

    Raises `ReservationExpired`, and `NothingHeld` where the holder has nothing.
    """
    given = {"holder": rows.tidy_holder(holder)}
    late = Resource.objects.filter(holder=holder, state=State.RESERVED, reserved_until__lte=at).first()
    if late is not None:
        raise ReservationExpired(holder=holder, until=f"{late.reserved_until:%Y-%m-%d %H:%M}")
    moved = moving.move("r.holder = %(holder)s", given, to=State.ASSIGNED, change="reserved_until = NULL", at=at)
    _refuse_empty_handed(moved, holder, State.RESERVED, beyond=(State.ASSIGNED, State.IN_SERVICE))
    moving.told(moved, actor=actor, at=at)
    return len(moved)


@transaction.atomic
def put_in_service(*, holder: str, service: str, roles: Sequence[str] = (), actor: str, at: datetime) -> int:
    """Say that the service runs on what is assigned to the holder; how many moved. Asked again it moves nothing.

    `roles` narrows it, where the holder has something for several services. Raises `UnknownService`, and `NothingHeld` where
    nothing is assigned to the holder.
    """
    found = rows.service_called(service)
    given = {"holder": rows.tidy_holder(holder), "service": found.id, "roles": list(roles), "all": not roles}
    moved = moving.move(
        "r.holder = %(holder)s AND (%(all)s OR r.role = ANY(%(roles)s::text[]))", given,
        to=State.IN_SERVICE, change="service_id = %(service)s", at=at, only=(State.ASSIGNED,),
    )  # fmt: skip
    _refuse_empty_handed(moved, holder, State.ASSIGNED, beyond=(State.IN_SERVICE,))
    moving.told(moved, actor=actor, at=at, service=found.number)
    return len(moved)


@transaction.atomic
def request_release(
    *,
    service: str = "",
    holder: str = "",
    keep_holder: str = "",
    kinds: Sequence[str] = (),
    codes: Sequence[str] = (),
    actor: str,
    at: datetime,
) -> int:
    """Ask for what a service runs on, or a holder has, to be released once it is disconnected; how many moved.

    What `keep_holder` has stays, e.g. the new line of a service that moved; `kinds` narrows it, e.g. to the old number, `codes`
    to these resources, e.g. those of one end.
    Asked again it moves nothing. Raises `UnknownService`, `NoHolder`.
    """
    where, given = _whose(service, holder)
    given |= {"kept": keep_holder, "kinds": list(kinds), "all": not kinds, "codes": list(codes), "any": not codes}
    moved = moving.move(
        f"{where} AND r.holder <> %(kept)s AND (%(all)s OR r.kind = ANY(%(kinds)s::text[]))"
        " AND (%(any)s OR r.code = ANY(%(codes)s::text[]))", given,
        to=State.PENDING_RELEASE, change="reserved_until = NULL", at=at,
    )  # fmt: skip
    moving.told(moved, actor=actor, at=at)
    return len(moved)


@transaction.atomic
def release(
    *,
    service: str = "",
    holder: str = "",
    evidence: str = "",
    rests_until: datetime | None = None,
    actor: str,
    at: datetime,
) -> int:
    """Free what is to be released, now that its disconnection is confirmed (`evidence` says how); of a holder also what
    never ran.

    A number rests for as long as its pool says, and at least until `rests_until`; a device of a pool that is tested is blocked
    until somebody marks it as free, or as scrapped. Asked again it moves nothing. Raises
    `NotDisconnected` where something is still in service and its release has not been asked for, `UnknownService`, `NoHolder`.
    """
    where, given = _whose(service, holder)
    given["rests_until"] = rests_until
    states = (State.PENDING_RELEASE,) if service else (State.PENDING_RELEASE, State.RESERVED, State.ASSIGNED)
    moved = moving.take_back(where, given, at=at)
    moved += moving.move(where, given, to=State.FREE, change=moving.LET_GO, at=at, only=states)
    running = Resource.objects.filter(_of(service, holder), state=State.IN_SERVICE).order_by("code").first()
    if running is not None and (holder or not moved):
        raise NotDisconnected(resource=running.code)
    moving.told(moved, actor=actor, at=at, note=evidence)
    return len(moved)


@transaction.atomic
def take_in(*, resources: Collection[str], evidence: str, actor: str, at: datetime) -> int:
    """Say that devices, by code, are back from the customer: they stay blocked until they are tested; how many were waited for.

    Of what nobody waits for, or is back already, nothing changes.
    """
    return moving.take_in(resources, evidence=evidence, actor=actor, at=at)


@transaction.atomic
def expire_reservations(*, at: datetime, actor: str) -> int:
    """Free what was reserved until now or earlier, some thousands at once; how many."""
    given: dict[str, Any] = {"most": EXPIRED_AT_ONCE}
    late = """r.id IN (SELECT id FROM inventory_resource WHERE state = 'reserved' AND reserved_until <= %(at)s
        ORDER BY reserved_until LIMIT %(most)s)"""
    moved = moving.move(late, given, to=State.FREE, change=moving.LET_GO, at=at, only=(State.RESERVED,), skip=True)
    moving.told(moved, actor=actor, at=at, note=EXPIRED.both)
    return len(moved)


@transaction.atomic
def resolve_shortages(*, actor: str, at: datetime) -> int:
    """Tell those who wait that there is plant, the longest waiting first and no more than there is plant for; how many."""
    return lacking.resolve(actor=actor, at=at)


@transaction.atomic
def say_lacking(
    *, holder: str, address: str, needs: Sequence[Need], code: str, actor: str, at: datetime
) -> ShortageView:
    """Store that plant is lacking for the holder though the records may claim otherwise: somebody stood before it.

    It counts at the element from which the holder has that kind, else at the nearest from which it would get it. What has become
    free after that ends it, as any other; the holder keeps what it has. Raises `NoHolder`, `NothingNeeded`, `UnknownKind`,
    `NotLacking`, `UnknownAddress`, `RetiredAddress`.
    """
    rows.hold(rows.tidy_holder(holder))
    return lacking.say(code, holder=holder, address=address, needs=rows.tidy_needs(needs), actor=actor, at=at)


@transaction.atomic
def wait_no_longer(*, holder: str, actor: str, at: datetime) -> None:
    """Say that the holder wants nothing any more, so that it is no demand and nobody waits behind it. Raises `NoHolder`."""
    lacking.give_up(rows.tidy_holder(holder), actor=actor, at=at)


@transaction.atomic
def wait_otherwise(*, holder: str, needs: Sequence[Need], actor: str, at: datetime) -> bool:
    """Let who waits wait for it as fast as these needs say; True where the records say what is lacking, so that it may look again.

    False also where it waits for nothing. Raises `NoHolder`.
    """
    return lacking.wait_otherwise(rows.tidy_holder(holder), needs)


@transaction.atomic
def confirm_build(*, place: str, code: str, expected_at: datetime, actor: str, at: datetime) -> int:
    """Say by when an element, the exchange area of that code, or the whole network (`"*"`) has plant again; how many wait for it.

    Each of them is told it (`inventory.shortage_dated`), and who asks later the same day. Raises `AlreadyPast`, `NothingWaits`.
    """
    return lacking.confirm(place, code, rows.ahead(expected_at, at), actor=actor, at=at)


@transaction.atomic
def design_service(
    *,
    customer: str,
    account: str = "",
    offer: str,
    offer_version: int,
    kind: str,
    address: str = "",
    far_address: str = "",
    characteristics: Mapping[str, Any] | None = None,
    spec: str = "",
    parent: str = "",
    holder: str,
    actor: str,
    at: datetime,
) -> str:
    """Draw up a service for a customer and say its number; nothing runs yet.

    Raises `UnknownCustomer`, `ForeignAccount`, `UnknownAddress`, `RetiredAddress`, `UnknownService` (its parent), `NoHolder`.
    """
    return serving.design(
        customer=customer, account=account, offer=offer, offer_version=offer_version, kind=kind, address=address,
        far_address=far_address, characteristics=dict(characteristics or {}), spec=spec, parent=parent,
        holder=rows.tidy_holder(holder), actor=actor, at=at,
    )  # fmt: skip


@transaction.atomic
def move_service(*, service: str, to: str, reason: str = "", code: str = "", actor: str, at: datetime) -> None:
    """Take a service to another state; a suspension says why, with a code of the list where one fits. To be there is no error.

    Raises `UnknownService`, `NoSuchMove`, `NoReasonGiven`.
    """
    serving.move(service, ServiceState(to), reason, code, actor=actor, at=at)


@transaction.atomic
def change_service(
    *,
    service: str,
    characteristics: Mapping[str, Any] | None = None,
    address: str | None = None,
    far_address: str | None = None,
    customer: str | None = None,
    account: str | None = None,
    offer: str | None = None,
    offer_version: int | None = None,
    actor: str,
    at: datetime,
) -> None:
    """Change what a service is (characteristics are put over the old ones), where it is, or whose it is; None leaves it as it is.

    Raises `UnknownService`, `UnknownAddress`, `RetiredAddress`, `UnknownCustomer`, `ForeignAccount`.
    """
    serving.change(
        service, characteristics=characteristics, address=address, far_address=far_address, customer=customer, account=account,
        offer=offer, offer_version=offer_version, actor=actor, at=at,
    )  # fmt: skip


def _whose(service: str, holder: str) -> tuple[str, dict[str, Any]]:
    """The rows of a service, of a holder, or of a holder on a service, as a condition and its values."""
    if not service:
        return "r.holder = %(holder)s", {"holder": rows.tidy_holder(holder)}
    where = "r.service_id = %(service)s" + (" AND r.holder = %(holder)s" if holder else "")
    return where, {"service": rows.service_called(service).id, "holder": holder}


def _of(service: str, holder: str) -> Q:
    by_service = Q(service__number=service) if service else Q()
    return by_service & (Q(holder=holder) if holder else Q())


def _refuse_empty_handed(moved: Sequence[moving.Moved], holder: str, wanted: State, beyond: tuple[State, ...]) -> None:
    """Nothing moved: that is right only where all has gone that way before."""
    if not moved and not Resource.objects.filter(holder=holder, state__in=beyond).exists():
        raise NothingHeld(holder=holder, state_name=STATES[wanted])
