"""What a person asks of the network beside the flow: a test of a service now, a call that failed once more.

They speak to elements: they must not be called within a transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from kapok.chain.ordering import agreeing, settling
from kapok.chain.ordering.models import Line, Step
from kapok.chain.ordering.performing import runs_on, setting
from kapok.chain.ordering.rules import Action
from kapok.kernel.ids import uuid7
from kapok.network.activation import api as activation
from kapok.network.activation import queries as activation_queries
from kapok.network.inventory import queries as inventory
from kapok.network.inventory.refusals import UnknownService


def test_now(*, service: str, kind: str, actor: str, at: datetime) -> activation.Outcome:
    """Measure a service and compare it with what is recorded of it; while it is being built, with what is ordered.

    Raises `BadKey`.
    """
    key, params = f"console/{uuid7(at)}", _expected(service)
    return activation.test(key=key, service=service, kind=kind, params=params, actor=actor, at=at)


def _expected(number: str) -> dict[str, Any]:
    """What a test compares; nothing of a service that the inventory does not know."""
    try:
        service = inventory.service(number)
    except UnknownService:
        return {}
    known = agreeing.recorded(service) if service.state in agreeing.LIVE else _ordered(number)
    return {name: known[name] for name in agreeing.COMPARED if known.get(name) not in {None, ""}}


def _ordered(number: str) -> dict[str, Any]:
    lines = Line.objects.filter(service__number=number, leg__action=Action.INSTALL.value)
    line = lines.select_related("offer", "service", "leg").order_by("leg__id").last()
    return setting(line, runs_on(line)) if line else {}


def try_again(*, call: UUID, actor: str, at: datetime) -> activation.Outcome | None:
    """Ask once more what failed. What an order asked its step asks soon, as it is ordered now: then None.

    Raises `NotSettleable` where the order waits for it no longer, and what `activation.api.try_again` does.
    """
    key = activation_queries.call(call).key
    step = _steps([key]).get(key)
    if step is None:
        return activation.try_again(call=call, actor=actor, at=at)
    activation.must_be_current(call=call)
    settling.retry_step(step=step.id, actor=actor, at=at)
    return None


def over(keys: Collection[str]) -> set[str]:
    """Those of the keys of calls whose steps cannot be tried again: the order goes on without them, or is doing them now."""
    return {key for key, step in _steps(keys).items() if step.state not in settling.STUCK}


def _steps(keys: Collection[str]) -> dict[str, Step]:
    """The steps that asked under these keys; what a person asked has none."""
    asked = {key: identifier for key in keys if (identifier := _step_of(key))}
    found = Step.objects.in_bulk(set(asked.values()))
    return {key: found[identifier] for key, identifier in asked.items() if identifier in found}


def _step_of(key: str) -> UUID | None:
    """A step asks under its own identifier, with its line (`performing.perform`)."""
    try:
        return UUID(key[:36])
    except ValueError:
        return None
