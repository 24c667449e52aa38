"""What an action on a service would come to: price, promise, visit, stages; what of it was signed and what has changed since.

The front desk and the customers' own pages reckon it here, so that both say the same. A service keeps the version of the offer that
it is on, sold or not; only a change of plan asks what is on sale, and whether the line carries it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from kapok.chain.ordering.api import LineDraft
from kapok.chain.ordering.drafting import may_become
from kapok.chain.ordering.previewing import Preview, preview
from kapok.chain.ordering.rules import PARTS, VISIT, YES, Action
from kapok.chain.ordering.speed import of_line
from kapok.front.channels.basket import OTHERWISE, PROMISED_OTHERWISE
from kapok.front.channels.offering import Asked, Choice, area_at, facts_of, promised, why_not
from kapok.front.channels.visiting import Windows, windows
from kapok.ground.catalog.offering import queries as offers
from kapok.ground.catalog.offering import rules as offering
from kapok.ground.catalog.offering.document import End, Kind, Offer
from kapok.ground.catalog.offering.models import OfferVersion
from kapok.ground.catalog.offering.queries import OfferVersionView
from kapok.ground.places import queries as places
from kapok.kernel.errors import KapokError
from kapok.kernel.money import Money
from kapok.kernel.text import Text
from kapok.network.inventory import kinds
from kapok.network.inventory.models import Resource
from kapok.network.inventory.queries import ServiceView, speeds_of
from kapok.network.inventory.rules import SERVICE_STATES, ServiceState, State

SALT = "kapok.channels.action"
SAME_PLACE = Text(zh="业务已在该地址，请选择另一地址", en="the service is at this address already: choose another one")
NOT_INSTEAD = Text(
    zh="此业务不能改为该商品，请改选同类套餐", en="this service cannot become it; choose another plan of its kind"
)
TOO_SLOW = Text(
    zh="现有线路最高 {most} Mbit/s，不足 {wanted}", en="its line carries {most} Mbit/s at most, not {wanted}"
)


@dataclass(frozen=True)
class Wanted:
    """What is wanted of a service with what it runs on: the action, and where to or which offer as far as that is chosen.

    `visit` says that somebody is to come with the part that is replaced.
    """

    customer: str
    channel: str
    service: ServiceView
    action: Action
    address: str = ""
    offer: str = ""
    visit: bool = False
    end: End = End.A
    """Which end of what runs between two addresses moves."""

    @property
    def there(self) -> str:
        """Where the end is that would move."""
        return self.service.far_address if self.end is End.B else self.service.address

    @property
    def complete(self) -> bool:
        """Whether nothing is left to choose that decides what it comes to."""
        return bool(self.address if self.action is Action.MOVE else self.offer or self.action is not Action.CHANGE)


@dataclass(frozen=True)
class ActionTerms:
    """What it would come to; `seen` says so again when the form is sent. `numbers` are free in the range of a number."""

    wanted: Wanted
    place: Text | None
    choice: Choice | None
    preview: Preview | None
    refused: Text | None
    windows: Windows
    now: Money | None
    then: Money | None
    numbers: int | None
    seen: str


def draft(
    action: Action,
    service: ServiceView,
    address: str = "",
    offer: str = "",
    wished: Mapping[str, str] | None = None,
    *,
    end: End = End.A,
) -> LineDraft:
    """The line that an action on a service comes to; `end` says which of its ends goes to the address."""
    far = end is End.B
    return LineDraft(
        offer=offer or service.offer, action=action.value, address="" if far else address,
        far_address=address if far else "", service=service.number, characteristics=dict(wished or {}),
    )  # fmt: skip


def two_ended(service: ServiceView) -> bool:
    """Whether a service runs between two addresses, by its own version of its offer."""
    own = versions_of([service]).get(service.number)
    return own is not None and bool(own.offer.far_roles)


def versions_of(services: Collection[ServiceView]) -> dict[str, OfferVersionView]:
    """The version of its offer that each service is on, by its number; what the catalogue has not is left out. One query."""
    rows = OfferVersion.objects.filter(code__in={each.offer for each in services})
    found = {(view.code, view.number): view for view in offers.shown(rows)}
    named = {each.number: (each.offer, each.offer_version) for each in services}
    return {number: found[version] for number, version in named.items() if version in found}


def parts(service: ServiceView) -> tuple[str, ...]:
    """What a replacement would take anew for the service, by kind."""
    own, taken = versions_of([service]).get(service.number), PARTS[Action.REPLACE]
    return tuple(dict.fromkeys(need.kind for need in own.offer.resources if need.kind in taken)) if own else ()


def may_visit(service: ServiceView) -> bool:
    """Whether somebody may come with a part, or for one that is given back: the offer of the service knows of a visit."""
    own = versions_of([service]).get(service.number)
    return own is not None and own.offer.visit is not None


def on_trial(service: ServiceView) -> bool:
    """Whether the service is on a trial offer."""
    own = versions_of([service]).get(service.number)
    return own is not None and own.offer.kind is Kind.TRIAL


def at_first(wanted: Wanted, at: datetime) -> Wanted:
    """What is wanted of a service while nobody has chosen: of a trial to become what its offer names, if that can be had."""
    own = versions_of([wanted.service]).get(wanted.service.number) if wanted.action is Action.CHANGE else None
    becomes = own.offer.trial.becomes if own and own.offer.trial else ""
    can = becomes and any(each.code == becomes and each.why_not is None for each in changes(wanted, at))
    return replace(wanted, offer=becomes) if can else wanted


def changes(wanted: Wanted, at: datetime) -> list[Choice]:
    """The offers that the service may be changed to, and whether its line carries them."""
    facts = facts_of(wanted.customer, area_at(wanted.service.address))
    sold = offers.on_sale(facts, wanted.channel, at)
    most = speeds_of([wanted.service.number]).get(wanted.service.number)
    return [_change(version, most) for version in sold if _fits(version, wanted.service)]


def _fits(version: offers.OfferVersionView, service: ServiceView) -> bool:
    offer = version.offer
    other = (version.code, version.number) != (service.offer, service.offer_version)
    return other and "change" in offer.actions and may_become(service.kind, offer)


def _change(version: offers.OfferVersionView, most: int | None) -> Choice:
    quote = offering.price(version.offer)
    return Choice(version, quote.one_off, quote.monthly, _too_slow(version.offer, most), None)


def _too_slow(offer: Offer, most: int | None) -> Text | None:
    """Why a line that carries so much at most does not carry an offer; where we do not know the line nothing is said."""
    speed = of_line(Action.CHANGE, offer, None, {})
    return TOO_SLOW.format(most=most, wanted=speed) if most is not None and speed > most else None


def terms(wanted: Wanted, at: datetime) -> ActionTerms:
    """What it would come to. What is not chosen yet refuses nothing; what the state of the service does not allow does."""
    place, choice, refused = _chosen(wanted, at)
    made = None
    if refused is None:
        try:
            made = _previewed(wanted, at)
        except KapokError as why:
            refused = why.text
    now = _monthly(wanted.service)
    made = made if wanted.complete else None
    return ActionTerms(
        wanted, place, choice, made, refused, windows(made.visits if made else (), at), now, _then(wanted, made, now),
        _numbers(wanted, at), signing.dumps(_state(wanted, choice, made), salt=SALT, compress=True),
    )  # fmt: skip


def _chosen(wanted: Wanted, at: datetime) -> tuple[Text | None, Choice | None, Text | None]:
    """The place that was chosen, the offer that it would be there, and why that cannot be."""
    if wanted.action is Action.MOVE and wanted.address:
        return _moved(wanted, at)
    if wanted.action is not Action.CHANGE or not wanted.offer:
        return None, None, None
    choice = next((each for each in changes(wanted, at) if each.code == wanted.offer), None)
    return None, choice, choice.why_not if choice else _not_offered(wanted, at)


def _not_offered(wanted: Wanted, at: datetime) -> Text:
    area = area_at(wanted.service.address)
    return why_not(wanted.offer, wanted.customer, wanted.channel, area, at, otherwise=NOT_INSTEAD)


def _moved(wanted: Wanted, at: datetime) -> tuple[Text | None, Choice | None, Text | None]:
    if wanted.address == wanted.there:
        service = wanted.service
        return service.far_address_full if wanted.end is End.B else service.address_full, None, SAME_PLACE
    place = places.address(wanted.address, at=at)
    try:
        own = offers.offer(wanted.service.offer, wanted.service.offer_version)
        choice = Asked(wanted.address, at).choice(own, wanted.end)
    except KapokError as why:
        return place.full if place else None, None, why.text
    return place.full if place else None, choice, None


def _previewed(wanted: Wanted, at: datetime) -> Preview | None:
    """The order that it would be; while something is left to choose, with what could be chosen."""
    asked = wanted
    if wanted.action is Action.MOVE and not wanted.address:
        if not wanted.there:
            return None
        asked = replace(wanted, address=wanted.there)
    if wanted.action is Action.CHANGE and not wanted.offer:
        first = next((each for each in changes(wanted, at) if each.why_not is None), None)
        if first is None:
            return None
        asked = replace(wanted, offer=first.code)
    wished = {VISIT: YES} if asked.visit else None
    line = draft(asked.action, asked.service, asked.address, asked.offer, wished, end=asked.end)
    return preview(customer=asked.customer, channel=asked.channel, lines=[line], at=at)


def _monthly(service: ServiceView) -> Money | None:
    """What the service costs each month by the version of its offer that it has."""
    try:
        return offering.price(offers.offer(service.offer, service.offer_version).offer).monthly
    except KapokError:
        return None


def _then(wanted: Wanted, made: Preview | None, now: Money | None) -> Money | None:
    """What it would cost each month from then; of a change what the order would hold."""
    if wanted.action is Action.CHANGE:
        return made.monthly if made else None
    return Money(0, now.currency) if now and wanted.action is Action.CEASE else now


def _numbers(wanted: Wanted, at: datetime) -> int | None:
    """How many numbers are free in the range of the present one; None where that is not asked."""
    range_ = _range_of(wanted.service)
    return _free(range_, at).count() if wanted.action is Action.RENUMBER and range_ else None


NICE = """
CASE WHEN value ~ '(\\d)\\1\\1\\1$' THEN 0 WHEN value ~ '(\\d)\\1\\1$' THEN 1 WHEN value ~ '(\\d\\d)\\1$' THEN 2
    WHEN value ~ '(\\d)\\1(\\d)\\2$' THEN 3 WHEN value ~ '(\\d)\\1$' THEN 4 WHEN value ~ '4' THEN 6 ELSE 5 END
"""
"""How soon customers ask for a number: 8888, 888, 6868, 6688, 88 at its end; one with a 4 last."""
MOST_NUMBERS = 8


def numbers(service: ServiceView, at: datetime) -> list[tuple[str, str]]:
    """A few free numbers of the range of the present one, those that customers ask for first: identifier and number."""
    found = _free(_range_of(service), at).order_by(RawSQL(NICE, ()), "value")  # noqa: S611  # a constant
    return [(str(each), value) for each, value in found.values_list("id", "value")[:MOST_NUMBERS]]


def _range_of(service: ServiceView) -> str:
    return next((each.element for each in service.resources if each.kind == kinds.Kind.NUMBER), "")


def _free(range_: str, at: datetime) -> QuerySet[Resource]:
    return Resource.objects.filter(pool__code=range_, kind=kinds.Kind.NUMBER, state=State.FREE, free_from__lte=at)


# ---- what was seen ----


def _state(wanted: Wanted, choice: Choice | None, made: Preview | None) -> dict[str, Any]:
    service = wanted.service
    known: dict[str, Any] = {
        "service": service.number, "action": wanted.action.value,
        "to": [wanted.address, wanted.offer, wanted.visit, wanted.end.value],
        "state": service.state, "offer": [service.offer, service.offer_version], "address": [service.address, service.far_address],
        "since": service.changed_at.isoformat(), "promises": promised(made),
    }  # fmt: skip
    if choice is not None:
        known |= {"version": choice.version.number, "can": choice.why_not is None}
    return known | ({"month": made.monthly.minor} if made else {})


def changed(token: str, now: ActionTerms) -> list[Text]:
    """What is otherwise now than the page showed; nothing where all is the same."""
    try:
        before = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return [OTHERWISE]
    state = _state(now.wanted, now.choice, now.preview)
    if not isinstance(before, dict) or any(before.get(name) != state[name] for name in ("service", "action", "to")):
        return [OTHERWISE]
    return list(_differences(before, state, now))


def _differences(before: Mapping[str, Any], state: Mapping[str, Any], now: ActionTerms) -> Iterator[Text]:
    if before["state"] != state["state"]:
        was, is_ = (SERVICE_STATES[ServiceState(each["state"])] for each in (before, state))
        yield Text(zh=f"业务现为“{is_.zh}”（原“{was.zh}”）", en=f"the service is {is_.en} now, it was {was.en}")
    if before["offer"] != state["offer"]:
        yield Text(zh=f"业务现用商品为 {state['offer'][0]}", en=f"the offer of the service is {state['offer'][0]} now")
    if before["address"] != state["address"]:
        place = now.wanted.service.where
        yield Text(zh=f"业务现在地址为{place.zh}", en=f"the service is at {place.en} now")
    if all(before[name] == state[name] for name in ("state", "offer", "address")) and before["since"] != state["since"]:
        yield Text(zh="业务资料已变更", en="the service has been changed")
    if any(before.get(name) != state.get(name) for name in ("version", "month", "can") if name in state):
        yield Text(
            zh="所选商品的版本、月费或可办理情况已变更", en="version, price or qualification of the offer have changed"
        )
    if now.preview is not None and before["promises"] != state["promises"]:
        yield PROMISED_OTHERWISE
