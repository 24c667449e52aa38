"""What is asked for, checked and planned: each line against the catalogue, the address and the customer's services.

Nothing is written here. However many lines there are, each table is asked once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from kapok.chain.ordering import rules, siting, specified
from kapok.chain.ordering.ends import is_far
from kapok.chain.ordering.models import OVER, Line
from kapok.chain.ordering.refusals import (
    InOtherHands,
    NoFlowForLine,
    NoLines,
    NotInThisState,
    NotSpecified,
    NotTheirService,
    NotThisAction,
    ServiceNeeded,
)
from kapok.chain.ordering.rules import ACTIONS, FITTING, Action
from kapok.chain.ordering.siting import Site
from kapok.ground.catalog import queries as flows
from kapok.ground.catalog.offering import rows as offers
from kapok.ground.catalog.offering import rules as offer_rules
from kapok.ground.catalog.offering.document import Kind, Offer
from kapok.ground.catalog.offering.models import OfferVersion
from kapok.ground.catalog.queries import Choices
from kapok.ground.catalog.refusals import NoFlow
from kapok.ground.catalog.template import AXES
from kapok.ground.catalog.template import Line as FlowLine
from kapok.ground.customers.models import Customer
from kapok.ground.places.models import Address
from kapok.kernel.text import Text, joined
from kapok.network.inventory.models import Service
from kapok.network.inventory.rules import SERVICE_STATES, ServiceState

CHOSEN = frozenset({Action.INSTALL, Action.CHANGE})
"""With these the customer chooses what is on sale to them; with the others a service stays what it is."""
OTHER_KIND = Text(zh="选择同类业务的套餐", en="choose a plan for the same kind of service")


@dataclass(frozen=True)
class LineDraft:
    """One line as it is asked for: an offer, at an address or for a service, with what is wished beside it.

    What runs between two addresses says its far end, too; of a move the end that is named moves.
    What is about a service as it is (all but `rules.SOLD`) may leave the offer empty: it is the service's own.
    """

    offer: str
    action: str = "install"
    address: str = ""
    far_address: str = ""
    service: str = ""
    characteristics: Mapping[str, Any] = field(default_factory=dict)
    quantity: int = 1


@dataclass(frozen=True)
class Asked:
    """A line that has been found to be possible."""

    number: int
    draft: LineDraft
    action: Action
    version: OfferVersion
    offer: Offer
    site: Site
    service: Service | None
    quantity: int = 1
    """Pieces of what has no service of its own; each piece of what has one is a line."""

    @property
    def address(self) -> Address | None:
        """Where it is worked on."""
        return self.site.address

    @property
    def family(self) -> str:
        """The product family that it belongs to."""
        return self.offer.service or (self.service.kind if self.service else "")


@dataclass(frozen=True)
class Known:
    """What lines are looked up in: what is on sale and addresses by code; services, and the versions they are on, by number."""

    sold: Mapping[str, tuple[OfferVersion, Offer]]
    own: Mapping[str, tuple[OfferVersion, Offer]]
    services: Mapping[str, Service]
    addresses: Mapping[str, Address]


@dataclass
class Planned:
    """A leg to be: what is done at one site by one flow. `old` marks the leg that ends what a move leaves behind."""

    action: Action
    site: Site
    family: str
    lines: list[Asked] = field(default_factory=list)
    old: bool = False
    needs: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def address(self) -> Address | None:
        """Where it is worked on."""
        return self.site.address

    def elsewhere(self, role: str) -> str:
        """The code of the address at which something is taken, if not at its own: the far end of its line."""
        taking = (each for each in self.lines if rules.line_of(role) in {each.number, 0})
        far = self.site.far
        return far.code if far and any(is_far(role, each.offer.far_roles) for each in taking) else ""

    def wish(self, kind: str, role: str) -> str:
        """The identifier of the one that the customer chose, of a kind and role that the leg takes; empty where any will do."""
        if self.action is not Action.RENUMBER or kind != rules.NUMBER:
            return ""
        wishes = (each.draft.characteristics for each in self.lines if each.number == rules.line_of(role))
        return str(next(wishes, {}).get(rules.NUMBER_WISH, ""))

    @property
    def title(self) -> str:
        """What the matter is called, in both languages; nothing personal."""
        names, action = joined(dict.fromkeys(each.offer.title for each in self.lines)), ACTIONS[self.action]
        return f"{f'{action.zh} {names.zh}'[:98]} / {f'{action.en} {names.en}'[:98]}"

    @property
    def visit(self) -> tuple[str, int] | None:
        """The skill and the minutes of the visit that it takes, the longest of its lines'."""
        coming = (each for each in self.lines if rules.visits(self.action, each.draft.characteristics))
        visits = [each.offer.visit for each in coming if each.offer.visit]
        longest = max(visits, key=lambda visit: visit.minutes, default=None)
        return (longest.skill, longest.minutes) if longest else None


def asked(drafts: Sequence[LineDraft], *, customer: Customer, facts: Mapping[str, Any], channel: str) -> list[Asked]:
    """The lines, each possible, bundles with their parts; the services are locked until the verb's `transaction.atomic` ends.

    Raises `NoLines`, `BadLine`, `NotSpecified`, `UnknownOffer`, `OfferNotOnSale`, `UnknownOfferVersion`, `NotThisAction`,
    `UnknownAddress`, `RetiredAddress`, `AddressTooWide`, `ServiceNeeded`, `NotTheirService`, `NotInThisState`, `InOtherHands`.
    """
    if not 1 <= len(drafts) <= rules.MOST_LINES:
        raise NoLines(most=rules.MOST_LINES)
    for number, draft in enumerate(drafts, 1):
        _check(number, draft)
    services = _services(drafts)
    lines = list(_lines(drafts, Known(_sold(drafts), _own(services), services, _addresses(drafts)), customer))
    for line in lines:
        must_be_sold(line, facts, channel)
        _must_fit(line)
    _must_be_specified(lines)
    _must_be_free([line for line in lines if line.service])
    return lines


def _must_be_specified(lines: Sequence[Asked]) -> None:
    """Refuse what a service cannot be; what is wished of a bundle may be of any of its parts. Raises `NotSpecified`."""
    for line in lines:
        if line.draft.characteristics:
            offers_of = [(each.version, each.offer) for each in lines if each.draft is line.draft]
            must_fit(line.number, line.action, offers_of, line.draft.characteristics)


def must_fit(
    line: int, action: Action, offers_of: Sequence[tuple[OfferVersion, Offer]], wished: Mapping[str, Any]
) -> None:
    """Refuse what is wished of a line where its offers cannot be so. Raises `NotSpecified`."""
    bought = action in rules.SOLD
    sold = [(offer, offers.service_of(version, offer) if bought else None) for version, offer in offers_of]
    wrong = specified.complaint(action, sold, wished)
    if wrong:
        title = sold[0][0].title
        raise NotSpecified(line=line, offer_name=title, name=wrong.name, value=wrong.value, remedy=wrong.remedy)


def flows_in_force() -> Choices:
    """The flows among which the legs of orders choose."""
    return flows.choices(FlowLine.FULFILMENT)


def planned(lines: Sequence[Asked], facts: Mapping[str, Any], among: Choices) -> list[Planned]:
    """The legs: what has one action, one site and one flow of these is done together. Raises `NoFlowForLine`."""
    legs: dict[tuple[Any, ...], Planned] = {}
    for line in sorted(lines, key=lambda line: (not line.family, line.number)):
        for action, site, old in _parts(line):
            together = _of_its_address(legs, action, site.address, old=old) if not line.family else None
            flow = "" if together else flow_for(line, action, facts, among)
            leg = together or legs.setdefault((action, site, flow, old), Planned(action, site, line.family, old=old))
            leg.lines.append(line)
    for leg in legs.values():
        leg.needs = _needs(leg)
    return sorted(legs.values(), key=lambda leg: (leg.old, leg.lines[0].number))


def _check(number: int, draft: LineDraft) -> None:
    if draft.action not in set(Action):
        values = ", ".join(Action)
        raise siting.bad(number, "action", draft.action, Text(zh=f"可选 {values}", en=f"use one of {values}"))
    if draft.quantity not in range(1, rules.MOST_PIECES + 1):
        most = rules.MOST_PIECES
        raise siting.bad(number, "quantity", draft.quantity, Text(zh=f"填写 1 至 {most}", en=f"give 1 to {most}"))
    complaint = rules.value_complaint(draft.characteristics)
    if complaint:
        raise siting.bad(number, complaint[0], "…", complaint[1])
    wishes_must_fit(number, draft.action, draft.characteristics)


def wishes_must_fit(number: int, action: str, wished: Mapping[str, Any]) -> None:
    """Refuse a wish that would come to nothing. Raises `BadLine`."""
    for name, (fitting, remedy) in specified.WISHES.items():
        if name in wished and action not in fitting:
            raise siting.bad(number, name, "…", remedy)
    if wished.get(rules.VISIT, rules.NO) not in {rules.YES, rules.NO}:
        raise siting.bad(number, rules.VISIT, wished[rules.VISIT], Text(zh="填写 yes 或 no", en="give yes or no"))


def _sold(drafts: Sequence[LineDraft]) -> dict[str, tuple[OfferVersion, Offer]]:
    """The versions on sale of what is bought, and of the parts of bundles. Raises `UnknownOffer`, `OfferNotOnSale`."""
    codes = {draft.offer for draft in drafts if draft.action in rules.SOLD}
    found = {row.code: (row, offer) for row, offer in offers.read_on_sale(codes)} if codes else {}
    for code in codes - found.keys():
        offers.on_sale(code)
    return found


def _own(services: Mapping[str, Service]) -> dict[str, tuple[OfferVersion, Offer]]:
    """The version of its offer that each service is on, on sale or not."""
    named = {number: (row.offer, row.offer_version) for number, row in services.items()}
    found = offers.read_versions(named.values()) if named else {}
    return {number: found[version] for number, version in named.items() if version in found}


def _services(drafts: Sequence[LineDraft]) -> dict[str, Service]:
    numbers = {draft.service for draft in drafts if draft.service}
    if not numbers:
        return {}
    rows = (
        Service.objects.select_related("customer", "address", "far_address")
        .filter(number__in=numbers)
        .order_by("number")
    )
    return {row.number: row for row in rows.select_for_update(no_key=True, of=("self",))}


def _addresses(drafts: Sequence[LineDraft]) -> dict[str, Address]:
    """The addresses of lines, by their codes. Raises `UnknownAddress`, `RetiredAddress`; of a far end it is looked at later."""
    found = siting.found([code for draft in drafts for code in (draft.address, draft.far_address)])
    for draft in drafts:
        if draft.address:
            siting.must_live(draft.address, found)
    return found


def _lines(drafts: Sequence[LineDraft], known: Known, customer: Customer) -> Iterator[Asked]:
    number = 0
    for place, draft in enumerate(drafts, 1):
        action, service = Action(draft.action), known.services.get(draft.service)
        if service is None and action is not Action.INSTALL:
            raise ServiceNeeded(line=place, action_name=ACTIONS[action])
        if service is not None and action is not Action.INSTALL:
            _must_be_theirs(place, service, customer)
        sold = _versions(place, draft, service, known)
        two = any(offer.far_roles for _, offer in sold)
        at = siting.site(place, action, (draft.address, draft.far_address), service, known.addresses, two=two)
        for version, offer in sold:
            site = at if offer.far_roles else replace(at, far=None)
            pieces = draft.quantity if offer.service else 1
            for _ in range(pieces):
                number += 1
                yield Asked(number, draft, action, version, offer, site, service, draft.quantity // pieces)


def _versions(
    place: int, draft: LineDraft, service: Service | None, known: Known
) -> Sequence[tuple[OfferVersion, Offer]]:
    """What is bought, with its parts; of all else the version that the service is on."""
    if service is None or draft.action in rules.SOLD:
        return [known.sold[code] for code in _with_parts(known.sold[draft.offer][1], Action(draft.action), known.sold)]
    if draft.offer not in {"", service.offer}:
        remedy = Text(zh=f"填写业务现用商品 {service.offer}", en=f"name the offer of the service, {service.offer}")
        raise siting.bad(place, "offer", draft.offer, remedy)
    if service.number not in known.own:
        offers.version_called(service.offer, service.offer_version)
    return [known.own[service.number]]


def _with_parts(offer: Offer, action: Action, versions: Mapping[str, Any]) -> list[str]:
    """A bundle is installed as itself, which has the price, and its parts, which have the services."""
    if offer.kind is not Kind.BUNDLE or action is not Action.INSTALL:
        return [offer.code]
    return [offer.code, *(part for part in offer.parts if part in versions)]


def must_be_sold(line: Asked, facts: Mapping[str, Any], channel: str) -> None:
    """Refuse what the offer is not sold for, or not to them. Raises `NotThisAction`, `BadLine`."""
    if line.action.value not in line.offer.actions:
        names = joined(ACTIONS[Action(each)] for each in line.offer.actions if each in set(Action))
        said = {"offer_name": line.offer.title, "action_name": ACTIONS[line.action], "actions": names}
        raise NotThisAction(line=line.number, **said)
    if line.action is Action.CHANGE and line.service and not may_become(line.service.kind, line.offer):
        raise siting.bad(line.number, "offer", line.offer.code, OTHER_KIND)
    is_part = line.offer.code != line.draft.offer
    refused = None if is_part or line.action not in CHOSEN else offer_rules.refusal(line.offer, facts, channel)
    if refused:
        raise siting.bad(line.number, "offer", line.offer.code, refused)


def may_become(kind: str, offer: Offer) -> bool:
    """Whether a service of this kind may be changed to the offer: a plan of the same kind; all else is ordered by itself."""
    return offer.service == kind and offer.kind is Kind.PLAN


def _must_be_theirs(place: int, service: Service, customer: Customer) -> None:
    if service.customer_id != customer.id:
        raise NotTheirService(line=place, service=service.number, customer=customer.number)


def _must_fit(line: Asked) -> None:
    service = line.service
    if service is None or line.action is Action.INSTALL:
        return
    if service.state not in FITTING[line.action]:
        state = SERVICE_STATES[ServiceState(service.state)]
        said = {"service": service.number, "state_name": state, "action_name": ACTIONS[line.action]}
        raise NotInThisState(line=line.number, **said)


def _must_be_free(lines: Sequence[Asked]) -> None:
    """One order at a time for a service."""
    if not lines:
        return
    services: dict[UUID, Asked] = {}
    for line in lines:
        if line.service and services.setdefault(line.service.id, line).draft is not line.draft:
            remedy = Text(zh="同一业务只写一行", en="give each service one line")
            raise siting.bad(line.number, "service", line.service.number, remedy)
    others = Line.objects.filter(service__in=services).exclude(leg__state__in=OVER).select_related("leg__order")
    other = others.first()
    if other is not None and other.service_id is not None:
        line = services[other.service_id]
        raise InOtherHands(line=line.number, service=line.draft.service, order=other.leg.order.number)


def _parts(line: Asked) -> Iterator[tuple[Action, Site, bool]]:
    """The legs that a line takes part in: a move is an installation there, and then an end here."""
    yield line.action, line.site, False
    if line.action is Action.MOVE and line.service:
        yield Action.CEASE, siting.left_behind(line.service, line.site.end), True


def _of_its_address(
    legs: Mapping[tuple[Any, ...], Planned], action: Action, address: Address | None, *, old: bool
) -> Planned | None:
    """The leg with which an option goes that has no service of its own."""
    same = (leg for leg in legs.values() if leg.action is action and leg.address == address and leg.old is old)
    return next(same, None)


def flow_for(line: Asked, action: Action, facts: Mapping[str, Any], among: Choices) -> str:
    """The code of the flow that a line takes. Raises `NoFlowForLine`."""
    known = {**facts, "action": action.value} | ({"service": line.family} if line.family else {})
    try:
        return among.row_for(known).template.code
    except NoFlow:
        said = ", ".join(f"{axis}={known[axis]}" for axis in AXES if axis in known)
        raise NoFlowForLine(line=line.number, facts=said) from None


def _needs(leg: Planned) -> dict[tuple[str, str], int]:
    """What the leg takes from the inventory, added up by kind and role; what is for a service says for which line."""
    taken: dict[tuple[str, str], int] = {}
    for line in leg.lines if not leg.old else ():
        before = line.service.address if line.service else None
        same_area = line.action is Action.MOVE and siting.same_area(before, line.address)
        two_move = line.action is Action.MOVE and line.offer.far_roles
        for need in line.offer.resources:
            if two_move and need.end is not line.site.end:
                continue
            if rules.takes(leg.action, need.kind, same_area=same_area):
                place = (need.kind, rules.role_of(line.number if line.family else 0, need.role))
                taken[place] = taken.get(place, 0) + need.count * line.quantity
    return taken
