"""Activation: network elements brought to do what a service needs.

Promises that what is asked under one key is done once, whoever asks again and whatever died meanwhile; that each attempt stands
in the journal with request and answer, secrets masked. What an element answers is an `Outcome`, never an exception. The verbs
that speak to elements must not be called within a transaction: they write before and after, and hold none open meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kapok.ground.journal import api as journal
from kapok.network.activation import calls, events
from kapok.network.activation.adapters.base import Adapter, Outcome, Request
from kapok.network.activation.adapters.simulated import SIMULATED
from kapok.network.activation.models import Call, SimulatedFault
from kapok.network.activation.refusals import (
    BadKey,
    CallOvertaken,
    CallSettled,
    KeyUsed,
    NoFault,
    NotSimulated,
    UnknownCall,
    UnknownFault,
    WrongCount,
)
from kapok.network.activation.rules import FAULTS, Fault, Verb

__all__ = [
    "Adapter", "BadKey", "CallOvertaken", "CallSettled", "KeyUsed", "NoFault", "NotSimulated", "Outcome", "Request",
    "UnknownCall", "UnknownFault", "WrongCount", "activate", "modify", "must_be_current", "resume", "suspend",
    "switch_off_fault", "switch_on_fault", "terminate", "test", "try_again",
]  # fmt: skip

MOST_CALLS = 1000


def activate(*, key: str, service: str, kind: str, params: Mapping[str, Any], actor: str, at: datetime) -> Outcome:
    """Let a service work: its elements are told in the configured order.

    Where one refuses for good, what the others did is undone. Raises `KeyUsed`, `BadKey`.
    """
    return calls.ask(Verb.ACTIVATE, key=key, service=service, kind=kind, params=params, actor=actor, at=at)


def suspend(*, key: str, service: str, kind: str, params: Mapping[str, Any], actor: str, at: datetime) -> Outcome:
    """Keep a service from working; `params["reason"]` is what the customer's login is told. Raises `KeyUsed`, `BadKey`."""
    return calls.ask(Verb.SUSPEND, key=key, service=service, kind=kind, params=params, actor=actor, at=at)


def resume(*, key: str, service: str, kind: str, params: Mapping[str, Any], actor: str, at: datetime) -> Outcome:
    """Let a suspended service work again. Raises `KeyUsed`, `BadKey`."""
    return calls.ask(Verb.RESUME, key=key, service=service, kind=kind, params=params, actor=actor, at=at)


def modify(*, key: str, service: str, kind: str, params: Mapping[str, Any], actor: str, at: datetime) -> Outcome:
    """Change what `params` name (a speed, a port, a number), nothing else. Raises `KeyUsed`, `BadKey`."""
    return calls.ask(Verb.MODIFY, key=key, service=service, kind=kind, params=params, actor=actor, at=at)


def terminate(*, key: str, service: str, kind: str, params: Mapping[str, Any], actor: str, at: datetime) -> Outcome:
    """Take a service down, the elements in the reverse order. Raises `KeyUsed`, `BadKey`."""
    return calls.ask(Verb.TERMINATE, key=key, service=service, kind=kind, params=params, actor=actor, at=at)


def test(*, key: str, service: str, kind: str, params: Mapping[str, Any], actor: str, at: datetime) -> Outcome:
    """Measure a service before it is handed over; `measured` holds what all its elements say. Raises `KeyUsed`, `BadKey`."""
    return calls.ask(Verb.TEST, key=key, service=service, kind=kind, params=params, actor=actor, at=at)


def try_again(*, call: UUID, actor: str, at: datetime) -> Outcome:
    """Ask once more what failed or was abandoned, as it was asked, unless the service was told something else since.

    Raises `UnknownCall`, `CallSettled`, `CallOvertaken`.
    """
    return calls.ask_again(_called(call), actor=actor, at=at)


def must_be_current(*, call: UUID) -> None:
    """Refuse a call that is not to be asked again. Raises `UnknownCall`, `CallSettled`, `CallOvertaken`."""
    calls.must_be_current(_called(call))


def _called(identifier: UUID) -> Call:
    row = Call.objects.filter(pk=identifier).first()
    if row is None:
        raise UnknownCall
    return row


@transaction.atomic
def switch_on_fault(*, element: str, fault: str, calls: int | None = None, actor: str, at: datetime) -> None:
    """Let a simulated element misbehave, for so many calls or until it is switched off; another fault there ends.

    Raises `NotSimulated`, `UnknownFault`, `WrongCount`.
    """
    _refuse_real(element)
    if fault not in set(Fault):
        raise UnknownFault(fault=fault[:40], known=", ".join(Fault))
    if calls is not None and not 1 <= calls <= MOST_CALLS:
        raise WrongCount
    SimulatedFault.objects.update_or_create(
        element=element, defaults={"fault": fault, "calls_left": calls, "since": at, "actor": actor}
    )
    journal.record(
        events.FaultSwitchedOn(
            subject=f"element/{element}", actor=actor, at=at, fault=fault, fault_name=FAULTS[Fault(fault)], calls=calls
        )
    )


@transaction.atomic
def switch_off_fault(*, element: str, actor: str, at: datetime) -> None:
    """Let a simulated element behave again. Raises `NotSimulated`, `NoFault`."""
    _refuse_real(element)
    row = SimulatedFault.objects.select_for_update().filter(element=element).first()
    if row is None:
        raise NoFault(element=element)
    row.delete()
    name = FAULTS[Fault(row.fault)]
    journal.record(
        events.FaultSwitchedOff(subject=f"element/{element}", actor=actor, at=at, fault=row.fault, fault_name=name)
    )


def _refuse_real(element: str) -> None:
    if element not in SIMULATED:
        raise NotSimulated(element=element[:40], known=", ".join(SIMULATED))
