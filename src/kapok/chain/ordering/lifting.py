"""Who wants a suspension, who may order it and who lift it: the reason decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kapok.chain.ordering import debts, rules
from kapok.chain.ordering.drafting import Asked
from kapok.chain.ordering.performing import SUSPENSION
from kapok.chain.ordering.refusals import BadLine, LiftedByOthers, LiftedWhenPaid, SuspendedByOthers
from kapok.chain.ordering.rules import Action
from kapok.ground.customers.models import BillingAccount
from kapok.ground.people import queries as people
from kapok.ground.people.models import Staff
from kapok.ground.people.roles import PERMISSIONS, Permission
from kapok.kernel.text import Text
from kapok.network.inventory.models import Service
from kapok.network.inventory.rules import ASKED_FOR, SUSPENSIONS, Suspension

IMPOSED = frozenset({Suspension.ARREARS, Suspension.VIOLATION})
"""These only who holds `services.lift` orders and lifts."""
CAUSE = "cause"
LEAVE_OUT = Text(zh="停机类别已说明由谁提出，请留空", en="leave it out: the kind of suspension says it")


def cause_of(characteristics: Mapping[str, Any]) -> str:
    """Who wants a suspension: the customer for reasons of their own; without a reason of the list whom it says, else we do."""
    code = str(characteristics.get(SUSPENSION, ""))
    if code:
        return rules.CUSTOMER if code in ASKED_FOR else rules.OPERATOR
    return str(characteristics.get(CAUSE, rules.OPERATOR))


def must_be_reasons(lines: Sequence[Asked]) -> None:
    """A suspension that names a reason names one of the list, and is wanted by whom that says. Raises `BadLine`."""
    for line in lines:
        if line.action is Action.SUSPEND:
            said = line.draft.characteristics
            code, cause = said.get(SUSPENSION, ""), said.get(CAUSE, "")
            if code not in {"", *Suspension}:
                raise _bad(line, SUSPENSION, code, _one_of(Suspension))
            if cause and code and cause != cause_of(said):
                raise _bad(line, CAUSE, cause, LEAVE_OUT)
            if cause not in {"", *rules.CAUSES}:
                raise _bad(line, CAUSE, cause, _one_of(rules.CAUSES))


def _one_of(words: Iterable[str]) -> Text:
    return Text(zh=f"可选 {', '.join(words)}", en=f"use one of {', '.join(words)}")


def _bad(line: Asked, field: str, value: object, remedy: Text) -> BadLine:
    return BadLine(line=line.number, field=field, value=str(value)[:40], remedy=remedy)


def must_be_imposed_by(lines: Sequence[Asked], actor: str) -> None:
    """Who suspends for a debt or a breach may lift it, too. Raises `SuspendedByOthers`."""
    for line in lines:
        code = line.draft.characteristics.get(SUSPENSION, "")
        if line.action is Action.SUSPEND and line.service and code in IMPOSED and not _is_given(actor, line.service):
            reason, permission = SUSPENSIONS[Suspension(code)], PERMISSIONS[Permission.SERVICES_LIFT]
            raise SuspendedByOthers(line=line.number, reason_name=reason, permission_name=permission)


def must_be_lifted_by(lines: Sequence[Asked], account: BillingAccount | None, actor: str) -> None:
    """What was suspended for a debt is resumed when it is paid, for a breach of the terms by whom that is given to.

    Who holds `services.lift` for the customer's unit lifts both. Raises `LiftedWhenPaid`, `LiftedByOthers`.
    """
    for line in lines:
        if line.action is Action.RESUME and line.service is not None:
            _must_be_lifted_by(line.number, line.service, account, actor)


def _must_be_lifted_by(number: int, service: Service, account: BillingAccount | None, actor: str) -> None:
    code, paying = service.suspension_code, service.account or account
    if code not in IMPOSED or _is_given(actor, service):
        return
    if code == Suspension.VIOLATION:
        name = PERMISSIONS[Permission.SERVICES_LIFT]
        raise LiftedByOthers(line=number, reason_name=SUSPENSIONS[Suspension(code)], permission_name=name)
    if not debts.is_settled(paying):
        raise LiftedWhenPaid(line=number)


def _is_given(actor: str, service: Service) -> bool:
    person = Staff.objects.filter(username=actor.removeprefix("staff/")).first() if actor.startswith("staff/") else None
    return person is not None and service.customer.unit_id in people.units_where(person.id, Permission.SERVICES_LIFT)
