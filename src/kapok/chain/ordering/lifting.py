"""Who may lift a suspension: the reason decides."""

from __future__ import annotations

from collections.abc import Sequence

from kapok.chain.ordering import debts
from kapok.chain.ordering.drafting import Asked
from kapok.chain.ordering.performing import SUSPENSION
from kapok.chain.ordering.refusals import BadLine, LiftedByOthers, LiftedWhenPaid
from kapok.chain.ordering.rules import Action
from kapok.ground.customers.models import BillingAccount
from kapok.ground.people import queries as people
from kapok.ground.people.models import Staff
from kapok.ground.people.roles import PERMISSIONS, Permission
from kapok.kernel.text import Text
from kapok.network.inventory.models import Service
from kapok.network.inventory.rules import SUSPENSIONS, Suspension


def must_be_reasons(lines: Sequence[Asked]) -> None:
    """A suspension that names a reason names one of the list. Raises `BadLine`."""
    for line in lines:
        code = line.draft.characteristics.get(SUSPENSION, "")
        if line.action is Action.SUSPEND and code not in {"", *Suspension}:
            remedy = Text(zh=f"可选 {', '.join(Suspension)}", en=f"use one of {', '.join(Suspension)}")
            raise BadLine(line=line.number, field=SUSPENSION, value=str(code)[:40], remedy=remedy)


def must_be_lifted_by(lines: Sequence[Asked], account: BillingAccount | None, actor: str) -> None:
    """What was suspended for a debt is resumed when it is paid, for a breach of the terms by whom that is given to.

    Who holds `services.lift` for the customer's unit lifts both. Raises `LiftedWhenPaid`, `LiftedByOthers`.
    """
    for line in lines:
        if line.action is Action.RESUME and line.service is not None:
            _must_be_lifted_by(line.number, line.service, account, actor)


def _must_be_lifted_by(number: int, service: Service, account: BillingAccount | None, actor: str) -> None:
    code, paying = service.suspension_code, service.account or account
    if code not in {Suspension.ARREARS, Suspension.VIOLATION} or _is_given(actor, service):
        return
    if code == Suspension.VIOLATION:
        name = PERMISSIONS[Permission.SERVICES_LIFT]
        raise LiftedByOthers(line=number, reason_name=SUSPENSIONS[Suspension(code)], permission_name=name)
    if not debts.is_settled(paying):
        raise LiftedWhenPaid(line=number)


def _is_given(actor: str, service: Service) -> bool:
    person = Staff.objects.filter(username=actor.removeprefix("staff/")).first() if actor.startswith("staff/") else None
    return person is not None and service.customer.unit_id in people.units_where(person.id, Permission.SERVICES_LIFT)
