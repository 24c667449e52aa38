"""Services: drawn up, moved from state to state by one conditional UPDATE, changed with before and after in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kapok.ground.customers import rows as customers
from kapok.ground.journal import api as journal
from kapok.ground.places.models import Address
from kapok.ground.places.refusals import RetiredAddress, UnknownAddress
from kapok.kernel.ids import uuid7
from kapok.network.inventory import rows, rules
from kapok.network.inventory.events import ServiceChanged, ServiceDesigned, ServiceMoved
from kapok.network.inventory.models import Service
from kapok.network.inventory.refusals import NoSuchMove
from kapok.network.inventory.rules import SERVICE_STATES, ServiceState

CHANGES = ("characteristics", "address", "far_address", "customer", "account", "offer", "offer_version")
"""What may change of a service as it is."""


def design(
    *, customer: str, account: str, offer: str, offer_version: int, kind: str, address: str, far_address: str,
    characteristics: dict[str, Any], spec: str, parent: str, holder: str, actor: str, at: datetime,
) -> str:  # fmt: skip
    """Write the service down; see `api.design_service`."""
    whose = customers.customer_called(customer)
    made = Service(
        id=uuid7(at), number=rows.next_number(), customer=whose, account=rows.account_of(whose, account), offer=offer,
        offer_version=offer_version, spec=spec, kind=kind, address=_address(address), holder=holder,
        far_address=_address(far_address), parent=rows.service_called(parent) if parent else None, state=ServiceState.DESIGNED,
        characteristics=characteristics, designed_at=at, changed_at=at,
    )  # fmt: skip
    made.save(force_insert=True)
    journal.record(
        ServiceDesigned(
            subject=made.subject, actor=actor, at=at, service=made.number, customer=whose.number, offer=offer, holder=holder
        )
    )  # fmt: skip
    return made.number


def move(number: str, to: ServiceState, reason: str, code: str = "", *, actor: str, at: datetime) -> None:
    """Take it to `to`, once; see `api.move_service`."""
    found = rows.service_called(number, lock=True)
    before = ServiceState(found.state)
    if before is to:
        return
    reason = rows.tidy_reason(reason) if reason.strip() or to is ServiceState.SUSPENDED else ""
    why = {ServiceState.SUSPENDED: reason, ServiceState.ACTIVE: ""}.get(to, found.suspension_reason)
    which = {ServiceState.SUSPENDED: code, ServiceState.ACTIVE: ""}.get(to, found.suspension_code)
    moved = Service.objects.filter(id=found.id, state__in=rules.service_sources(to)).update(
        state=to, suspension_reason=why, suspension_code=which, changed_at=at
    )
    if not moved:
        raise NoSuchMove(what=number, before_name=SERVICE_STATES[before], after_name=SERVICE_STATES[to])
    journal.record(
        ServiceMoved(
            subject=found.subject, actor=actor, at=at, service=number, before=before, before_name=SERVICE_STATES[before],
            after=to, after_name=SERVICE_STATES[to], reason=reason,
        )
    )  # fmt: skip


def change(
    number: str, *, characteristics: Mapping[str, Any] | None, address: str | None, far_address: str | None,
    customer: str | None, account: str | None, offer: str | None, offer_version: int | None, actor: str, at: datetime,
) -> None:  # fmt: skip
    """Change what is given; see `api.change_service`. What stays as it was is not told."""
    found = rows.service_called(number, lock=True)
    before = _told(found)
    if characteristics is not None:
        found.characteristics = {**found.characteristics, **characteristics}
    if address is not None:
        found.address = _address(address)
    if far_address is not None:
        found.far_address = _address(far_address)
    if customer is not None:
        found.customer, found.account = customers.customer_called(customer), None
    if account is not None:
        found.account = rows.account_of(found.customer, account)
    found.offer, found.offer_version = offer or found.offer, offer_version or found.offer_version
    after = _told(found)
    differs = [name for name, value in after.items() if value != before[name]]
    if not differs:
        return
    found.changed_at = at
    found.save(update_fields=[*after, "changed_at"])
    journal.record(
        ServiceChanged(
            subject=found.subject, actor=actor, at=at, service=number, fields=", ".join(differs),
            before=_kept(before, differs), after=_kept(after, differs),
        )
    )  # fmt: skip


def _kept(told: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """What the journal keeps of it, which is never rewritten."""
    return {name: rules.masked(told[name]) if name == "characteristics" else told[name] for name in names}


def _told(service: Service) -> dict[str, Any]:
    return {
        "characteristics": service.characteristics, "address": service.address.code if service.address else "",
        "far_address": service.far_address.code if service.far_address else "",
        "customer": service.customer.number, "account": service.account.number if service.account else "",
        "offer": service.offer, "offer_version": service.offer_version,
    }  # fmt: skip


def _address(code: str) -> Address | None:
    """A living address, none for none; nothing is locked, for many services share one."""
    if not code:
        return None
    found = Address.objects.filter(code=code).first()
    if found is None:
        raise UnknownAddress(code=code[:40])
    if found.retired_at is not None:
        raise RetiredAddress(address=found.full)
    return found
