"""The rows that the verbs act on, looked up; and what was typed, checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from kapok.ground.customers.models import BillingAccount, Customer
from kapok.network.inventory import kinds, rules
from kapok.network.inventory.models import Element, Finding, Pool, Resource, Service, Shortage, Site
from kapok.network.inventory.refusals import (
    AlreadyPast,
    BadCount,
    BadPlantCode,
    ForeignAccount,
    NoHolder,
    NoReasonGiven,
    NothingNeeded,
    PortTooLong,
    UnknownElement,
    UnknownFinding,
    UnknownKind,
    UnknownPool,
    UnknownResource,
    UnknownService,
    UnknownSite,
    WishTaken,
)
from kapok.network.inventory.views import EVERYWHERE

REASON_LENGTH = 200
MOST_NEEDED = 64


def element_called(code: str) -> Element:
    """The element with this code. Raises `UnknownElement`."""
    found = Element.objects.select_related("exchange_area", "site", "parent").filter(code=code).first()
    if found is None:
        raise UnknownElement(code=code[:80])
    return found


def site_called(code: str) -> Site | None:
    """The site with this code, none for none. Raises `UnknownSite`."""
    if not code:
        return None
    found = Site.objects.select_related("exchange_area").filter(code=code).first()
    if found is None:
        raise UnknownSite(code=code[:80])
    return found


def pool_called(code: str) -> Pool:
    """The pool with this code. Raises `UnknownPool`."""
    found = Pool.objects.select_related("exchange_area").filter(code=code).first()
    if found is None:
        raise UnknownPool(code=code[:80])
    return found


def waiting_at(place: str, code: str) -> QuerySet[Shortage]:
    """Who waits for the same thing at an element or exchange area of that code, or (`EVERYWHERE`) in the whole network."""
    there = Q(element__code=place) | Q(element=None, exchange_area__code=place)
    if place == EVERYWHERE:
        there = Q(element=None, exchange_area=None)
    return Shortage.objects.filter(there, code=code, resolved_at=None)


def resource_called(code: str) -> Resource:
    """The resource with this code, held until the verb's `transaction.atomic` ends. Raises `UnknownResource`."""
    found = Resource.objects.select_for_update(no_key=True, of=("self",)).filter(code=code).first()
    if found is None:
        raise UnknownResource(code=code[:120])
    return found


def service_called(number: str, *, lock: bool = False) -> Service:
    """The service with this number, locked on demand. Raises `UnknownService`."""
    rows = Service.objects.select_related("customer", "account", "address", "far_address", "parent")
    found = (rows.select_for_update(no_key=True, of=("self",)) if lock else rows).filter(number=number).first()
    if found is None:
        raise UnknownService(number=number[:20])
    return found


def open_finding(identifier: str) -> Finding:
    """The finding that nobody has settled, locked. Raises `UnknownFinding`."""
    rows = Finding.objects.select_related("resource", "element", "pool").select_for_update(no_key=True, of=("self",))
    found = rows.filter(id=identifier, corrected_at=None).first()
    if found is None:
        raise UnknownFinding
    return found


def account_of(customer: Customer, number: str) -> BillingAccount | None:
    """The customer's account of that number, none for none. Raises `ForeignAccount`."""
    if not number:
        return None
    found = BillingAccount.objects.filter(number=number, customer=customer).first()
    if found is None:
        raise ForeignAccount(account=number[:20], customer=customer.number)
    return found


def next_number() -> str:
    """The number of a new service."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('inventory_service_number')")
        return f"S{cursor.fetchone()[0]:08d}"


def hold(holder: str) -> None:
    """Let nobody else reserve for this holder until the verb ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('inventory:' || %s, 0))", [holder])


def tidy_holder(holder: str) -> str:
    """For whom something is kept. Raises `NoHolder`."""
    tidy = holder.strip()
    if not 1 <= len(tidy) <= 60 or not tidy.isprintable():
        raise NoHolder
    return tidy


def tidy_needs(needs: Sequence[rules.Need]) -> list[rules.Need]:
    """The needs in the order of the walk, added up. Raises `NothingNeeded`, `UnknownKind`, `WishTaken`."""
    for need in needs:
        known_kind(need.kind)
        if not 1 <= need.count <= MOST_NEEDED or len(need.role) > 20:
            raise NothingNeeded
    found = rules.together(needs)
    if not found or any(need.count > MOST_NEEDED for need in found):
        raise NothingNeeded
    for need in found:
        if need.wish and (need.count > 1 or not _is_identifier(need.wish)):
            raise WishTaken(kind_name=kinds.HOPS[kinds.Kind(need.kind)].name)
    return found


def _is_identifier(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def known_kind(kind: str) -> kinds.Kind:
    """The kind of resource. Raises `UnknownKind`."""
    try:
        return kinds.Kind(kind)
    except ValueError:
        raise UnknownKind(kind=kind[:40], kinds=", ".join(kinds.Kind)) from None


def known_element_kind(kind: str) -> kinds.ElementKind:
    """The kind of element. Raises `UnknownKind`."""
    try:
        return kinds.ElementKind(kind)
    except ValueError:
        raise UnknownKind(kind=kind[:40], kinds=", ".join(kinds.ElementKind)) from None


def known_mark(state: str) -> rules.State:
    """A state that a person may give. Raises `UnknownKind`."""
    if state not in rules.MARKS:
        raise UnknownKind(kind=state[:40], kinds=", ".join(sorted(rules.MARKS)))
    return rules.State(state)


def tidy_code(code: str) -> str:
    """A code of plant as it is kept. Raises `BadPlantCode`."""
    tidy = code.strip()
    if not rules.is_code(tidy):
        raise BadPlantCode(code=tidy[:80])
    return tidy


def tidy_port(element: str, port: str) -> str:
    """What an element's port is called, as it is kept. Raises `BadPlantCode`, `PortTooLong`."""
    tidy = tidy_code(port)
    if len(element) + 1 + len(tidy) > rules.LONGEST_CODE:
        raise PortTooLong(port=tidy, element=element, most=rules.LONGEST_CODE - 1)
    return tidy


def tidy_reason(reason: str) -> str:
    """A reason as it is kept. Raises `NoReasonGiven`."""
    tidy = " ".join(reason.split())
    if not 1 <= len(tidy) <= REASON_LENGTH or not tidy.isprintable():
        raise NoReasonGiven
    return tidy


def tidy_count(count: int, most: int) -> int:
    """A number of things. Raises `BadCount`."""
    if not 1 <= count <= most:
        raise BadCount(count=count, most=most)
    return count


def ahead(moment: datetime, at: datetime) -> datetime:
    """A moment that lies ahead. Raises `AlreadyPast`."""
    if moment <= at:
        raise AlreadyPast(until=f"{moment:%Y-%m-%d %H:%M}")
    return moment
