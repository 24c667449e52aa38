"""What billing is told of a leg: from which day rent counts for its lines, counts otherwise, rests or ends (起租、止租).

Told once for each line, however often it is asked, what comes to the same together. Billing reads it in the journal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from kapok.chain.ordering import events, moves
from kapok.chain.ordering.amending import parts_of
from kapok.chain.ordering.models import Leg, Line
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.performing import code_of
from kapok.chain.ordering.rules import ACTIONS, Action
from kapok.ground.catalog.offering.document import Kind, PriceKind
from kapok.ground.catalog.offering.rows import stated
from kapok.kernel.text import Text


class Effect(StrEnum):
    """What becomes of the rent."""

    TRIES = "tries"
    BEGINS = "begins"
    CHANGES = "changes"
    RESTS = "rests"
    GOES_ON = "goes_on"
    ENDS = "ends"


EFFECTS: Final[Mapping[Effect, Text]] = {
    Effect.TRIES: Text(zh="试用，不收费", en="on trial, free of charge"),
    Effect.BEGINS: Text(zh="起租", en="rent begins"),
    Effect.CHANGES: Text(zh="变更计费", en="billed as changed"),
    Effect.RESTS: Text(zh="停机计费", en="billed as suspended"),
    Effect.GOES_ON: Text(zh="恢复计费", en="billed in full again"),
    Effect.ENDS: Text(zh="止租", en="rent ends"),
}
OF_ACTION: Final[Mapping[Action, Effect]] = {
    Action.INSTALL: Effect.BEGINS,
    Action.SUSPEND: Effect.RESTS,
    Action.RESUME: Effect.GOES_ON,
    Action.CEASE: Effect.ENDS,
}
"""Whatever else is done leaves the rent running, for another plan, place, number or owner."""


def counts_from(completed_at: datetime) -> date:
    """The first day for which what has been completed counts: `ORDERING_BILLS_AFTER` later, in the operator's time zone.

    One rule for begin and end: an end on the day of the begin is charged for no day, and no day is charged twice.
    """
    return timezone.localdate(completed_at, timezone.get_default_timezone()) + settings.ORDERING_BILLS_AFTER


def tell(leg: Leg, act: Act) -> None:
    """Tell billing of the lines of which it has not been told; runs in the `transaction.atomic` that has locked the leg.

    The old end of a move is none of its business: the service lives on, the leg of its new place says so.
    """
    if leg.after_id is not None:
        return
    untold = Line.objects.filter(leg=leg, billed_from=None)
    lines = list(
        untold.select_related("offer", "leg__order", "service__account", "service__customer").order_by("number")
    )
    if not lines:
        return
    day, parts, tried = counts_from(leg.completed_at or act.at), parts_of(leg.order), _tried(lines)
    untold.update(billed_from=day)
    said: dict[Effect, list[dict[str, Any]]] = {}
    for line in lines:
        said.setdefault(_effect(line, tried), []).append(_said(line, parts))
    for effect, each in said.items():
        moves.say(
            leg, events.BillingDue, act, order=leg.order.number, action=leg.action,
            action_name=ACTIONS[Action(leg.action)], account=leg.order.account.number if leg.order.account else "",
            effect=effect.value, effect_name=EFFECTS[effect], counts_from=day, lines=each,
        )  # fmt: skip


def _effect(line: Line, tried: Collection[UUID]) -> Effect:
    action = Action(line.leg.action)
    if action is Action.INSTALL and line.offer.kind == Kind.TRIAL:
        return Effect.TRIES
    if action is Action.CHANGE and line.service_id in tried:
        return Effect.BEGINS
    return OF_ACTION.get(action, Effect.CHANGES)


def _tried(lines: Collection[Line]) -> set[UUID]:
    """Of their services those that have been on trial until now."""
    others = Line.objects.filter(service__in=[each.service_id for each in lines if each.service_id])
    installed = others.filter(leg__action=Action.INSTALL, offer__kind=Kind.TRIAL)
    kept = others.filter(leg__action=Action.CHANGE, billed_from__isnull=False)
    return set(installed.exclude(service__in=kept.values("service")).values_list("service", flat=True))


def _said(line: Line, parts: Collection[str]) -> dict[str, Any]:
    service, why = line.service, code_of(line)
    account = service.account if service and service.account else line.leg.order.account
    said: dict[str, Any] = {
        "line": line.number, "offer": line.offer.code, "version": line.offer.number, "quantity": line.quantity,
        "service": service.number if service else "", "account": account.number if account else "",
        "customer": (service.customer if service else line.leg.order.customer).number,
        "prices": [] if line.offer.code in parts else _prices(line),
    }  # fmt: skip
    return said | {"suspension": why} if why else said


def _prices(line: Line) -> list[dict[str, Any]]:
    """What the version of the offer costs; once only where it is installed. A bundle has the price of its parts."""
    once = line.leg.action == Action.INSTALL
    prices = (each for each in stated(line.offer_id).prices if once or each.kind is not PriceKind.ONE_OFF)
    return [each.model_dump(mode="json") for each in prices]


def since(services: Collection[str]) -> dict[str, date]:
    """From which day whoever has each of these services pays rent for it: no trial, nor what billing was not told of. One query."""
    paid = ~Q(offer__kind=Kind.TRIAL) & Q(leg__action__in=[Action.INSTALL, Action.CHANGE])
    told = Line.objects.filter(service__number__in=services, billed_from__isnull=False).values("service__number")
    taken_over = Max("billed_from", filter=Q(leg__action=Action.TRANSFER))
    rows = told.annotate(day=Coalesce(taken_over, Min("billed_from", filter=paid))).exclude(day=None)
    return dict(rows.values_list("service__number", "day"))
