"""What may be done with a service of a customer at the front desk: one table, from which buttons, keys, pages and forms follow."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from kapok.chain.ordering.rules import ACTIONS, FITTING, Action
from kapok.edges.console.desk import action_forms as forms
from kapok.front.channels.altering import versions_of
from kapok.ground.catalog.offering.queries import OfferVersionView
from kapok.kernel.text import Text
from kapok.network.inventory.queries import ServiceView


@dataclass(frozen=True)
class ServiceAction:
    """One action: how it is shown, by which key it is reached, what it asks for, and the question before it is sent."""

    action: Action
    icon: str
    key: str
    form: type[forms.ActionForm]
    question: Text | None = None

    @property
    def name(self) -> Text:
        """What is done."""
        return ACTIONS[self.action]

    @property
    def code(self) -> str:
        """How it is called in an address."""
        return self.action.value


ON_SERVICES: Mapping[str, ServiceAction] = {
    each.code: each
    for each in (
        ServiceAction(Action.CHANGE, "pencil", "c", forms.ModifyForm),
        ServiceAction(Action.MOVE, "map", "m", forms.MoveForm),
        ServiceAction(Action.SUSPEND, "clock-pause", "p", forms.SuspendForm),
        ServiceAction(Action.RESUME, "arrow-right", "r", forms.ActionForm),
        ServiceAction(Action.RENUMBER, "refresh", "u", forms.RenumberForm),
        ServiceAction(Action.REPLACE, "arrows-exchange", "e", forms.ReplaceForm),
        ServiceAction(
            Action.TRANSFER, "users", "o", forms.TransferForm,
            Text(zh="过户后业务归新户主所有，确定办理？", en="The service will belong to the other customer. Go ahead?"),
        ),
        ServiceAction(
            Action.CEASE, "trash", "d", forms.CeaseForm,
            Text(
                zh="拆机后业务终止，号码和资源不再保留，确定办理？",
                en="The service will end, and its number and plant are given up. Go ahead?",
            ),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class ServiceShown:
    """A service as the desk shows it: its offer in words, the order under way for it, what may be done with it now."""

    service: ServiceView
    title: Text
    order: str
    actions: tuple[ServiceAction, ...]


def shown(services: Collection[ServiceView], under_way: Mapping[str, str], *, may_order: bool) -> list[ServiceShown]:
    """The services with what may be done with each; nothing while an order is under way. One query.

    The version of the offer that a service is on says what may be done with it, whatever is on sale.
    """
    own = versions_of(services)
    return [
        ServiceShown(
            each, own[each.number].title if each.number in own else Text(zh=each.offer, en=each.offer),
            under_way.get(each.number, ""),
            tuple(_fitting(each, own)) if may_order and each.number not in under_way else (),
        )
        for each in services
    ]  # fmt: skip


def _fitting(service: ServiceView, own: Mapping[str, OfferVersionView]) -> Iterable[ServiceAction]:
    can = own[service.number].offer.actions if service.number in own else ()
    return (each for each in ON_SERVICES.values() if each.code in can and service.state in FITTING[each.action])
