"""Orders that customers place alone: what of a service they may order, and a form that comes a second time."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from kapok.chain.ordering.api import LineDraft
from kapok.chain.ordering.models import Order
from kapok.chain.ordering.rules import ACTIONS, Action
from kapok.front.channels import rows
from kapok.front.channels.models import Placed
from kapok.front.channels.online.refusals import FormUsed, NotAlone
from kapok.front.channels.online.rules import BY_CUSTOMER, may_alone
from kapok.ground.customers.rows import customer_called
from kapok.network.inventory.rules import Suspension

TITLE = "网上下单 / An order by the web"


def alone(draft: LineDraft) -> LineDraft:
    """The line, if a customer may order it without us; a suspension says by whom.

    Raises `BadChoice`, `NotAlone`, `UnknownService`.
    """
    action = rows.choice(Action, draft.action, "action")
    if action is Action.INSTALL:
        return draft
    service = rows.service_called(draft.service)
    if not may_alone(action.value, service.state, service.suspension_code):
        raise NotAlone(service=service.number, action=ACTIONS[action])
    wish = {"suspension": Suspension.WISH.value, "reason": BY_CUSTOMER}
    return replace(draft, characteristics=wish) if action is Action.SUSPEND else draft


def placed_before(key: UUID, customer: str) -> str:
    """The order that this form placed, if it is this customer's. Raises `FormUsed`."""
    number = Placed.objects.get(key=key).order
    if not Order.objects.filter(number=number, customer=customer_called(customer)).exists():
        raise FormUsed
    return number
