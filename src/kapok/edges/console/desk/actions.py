"""What may be done with a service of a customer at the front desk: one table, from which buttons, keys, pages and forms follow."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from kapok.chain.ordering import billing
from kapok.chain.ordering import queries as orders
from kapok.chain.ordering.rules import ACTIONS, FITTING, Action
from kapok.chain.ordering.trials import ending
from kapok.edges.console.desk import action_forms as forms
from kapok.front.channels.altering import versions_of
from kapok.ground.catalog.offering.document import Kind
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
    title: Text | None = None

    @property
    def name(self) -> Text:
        """What is done."""
        return self.title or ACTIONS[self.action]

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


OF_TRIALS: Mapping[str, ServiceAction] = {
    "change": replace(
        ON_SERVICES["change"], icon="check", title=Text(zh="转为正式套餐", en="keep it, on an offer that is sold")
    ),
    "cease": replace(
        ON_SERVICES["cease"], title=Text(zh="立即结束试用", en="end the trial now"),
        question=Text(
            zh="试用立即结束，业务拆除，号码和资源不再保留，不收费。确定办理？",
            en="The trial ends now, free of charge; the service and its plant are given up. Go ahead?",
        ),
    ),
}  # fmt: skip
"""What is called otherwise of a trial. Keeping it is an order of its own, whatever the trial can be ordered for."""


def action_of(code: str, *, trial: bool) -> ServiceAction:
    """The action of that code, as it is called of such a service. Raises `KeyError`."""
    return OF_TRIALS.get(code, ON_SERVICES[code]) if trial else ON_SERVICES[code]


@dataclass(frozen=True)
class ServiceShown:
    """A service as the desk shows it: its offer in words, the order under way for it, what may be done with it now."""

    service: ServiceView
    title: Text
    order: str
    actions: tuple[ServiceAction, ...]
    trial: bool
    ends_at: datetime | None
    """When its trial ends by itself."""
    rent_since: date | None = None
    """From which day its customer pays rent; None while it is on trial, or where billing was not told."""

    @property
    def logs_in(self) -> bool:
        """Whether it has a login."""
        return orders.logs_in(self.service)


def shown(services: Collection[ServiceView], under_way: Mapping[str, str], *, may_order: bool) -> list[ServiceShown]:
    """The services with what may be done with each; nothing while an order is under way. Two queries, three where there are trials.

    The version of the offer that a service is on says what may be done with it, whatever is on sale.
    """
    own = versions_of(services)
    tried = {number for number, version in own.items() if version.offer.kind is Kind.TRIAL}
    ends = ending(tried) if tried else {}
    since = billing.since([each.number for each in services])
    return [
        ServiceShown(
            each, own[each.number].title if each.number in own else Text(zh=each.offer, en=each.offer),
            under_way.get(each.number, ""),
            tuple(_fitting(each, own)) if may_order and each.number not in under_way else (),
            each.number in tried, ends.get(each.number), since.get(each.number),
        )
        for each in services
    ]  # fmt: skip


def _fitting(service: ServiceView, own: Mapping[str, OfferVersionView]) -> Iterable[ServiceAction]:
    offer = own[service.number].offer if service.number in own else None
    trial = offer is not None and offer.kind is Kind.TRIAL
    can = {*(offer.actions if offer else ()), *(["change"] if trial else [])}
    named = (action_of(code, trial=trial) for code in ON_SERVICES if code in can)
    return (each for each in named if service.state in FITTING[each.action])
