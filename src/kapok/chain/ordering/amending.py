"""Another offer for a line on its way: what placing checks is checked again, and the order is quoted anew.

Only what takes the same from the plant can be put in its place; for all else the order is given up and placed anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kapok.chain.ordering import areas, drafting, events, placing, quoting, rows, rules
from kapok.chain.ordering.models import Leg, Line, Order
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.refusals import BadLine
from kapok.chain.ordering.rules import Action
from kapok.chain.ordering.siting import Site
from kapok.ground.catalog.offering import queries as catalog
from kapok.ground.catalog.offering import rows as offers
from kapok.ground.catalog.offering.document import Kind, Offer, parse
from kapok.ground.catalog.offering.models import OfferVersion
from kapok.ground.journal import api as journal
from kapok.kernel.errors import KapokError
from kapok.kernel.money import Money
from kapok.kernel.text import Text
from kapok.network.inventory.kinds import SERVICES

LEFT = Text(zh="此类订单不改变商品，请留空", en="leave it out: such an order leaves the offer as it is")
AGREED = frozenset({*placing.CONSENTS, "to_account", "suspension", "cause"})
ANEW = Text(zh="请撤单后重新下单", en="cancel it and order anew")


def leg_locked(order: Order, line: int) -> Leg:
    """The leg of a line; it is held, and while nobody has paid with it all the others, which may begin. Raises `UnknownLeg`."""
    numbers = Line.objects.filter(leg__order=order, number=line).order_by("leg__number")
    number = numbers.values_list("leg__number", flat=True).first() or 0
    legs = rows.legs_locked(order, None if order.paid_at is None and number else number)
    return next(each for each in legs if each.number == number)


def may_become(leg: Leg, at: datetime) -> list[tuple[str, Text]]:
    """The offers on sale that may stand in for that of a line of a leg, by code and title, in the order of the catalogue."""
    if leg.action not in rules.SOLD:
        return []
    lines = list(Line.objects.select_related("offer", "service").filter(leg=leg).order_by("number"))
    facts = _facts(leg)
    found = catalog.on_sale(facts, leg.order.channel, at)
    return [(each.code, each.title) for each in found if any(_stands_in(leg, line, each.code, facts) for line in lines)]


def _stands_in(leg: Leg, line: Line, code: str, facts: Mapping[str, Any]) -> bool:
    try:
        return _version_for(leg, line, code, facts).id != line.offer_id
    except KapokError:
        return False


def _facts(leg: Leg) -> dict[str, Any]:
    order, address = leg.order, leg.address.code if leg.address else ""
    return areas.facts_of(order.customer, areas.of_addresses([address], order.customer, order.placed_at))


def version_for(leg: Leg, line: Line, code: str) -> OfferVersion:
    """The version on sale that may stand in for the line's offer.

    Raises `UnknownOffer`, `OfferNotOnSale`, `NotThisAction`, `BadLine`.
    """
    if leg.action not in rules.SOLD:
        raise BadLine(line=line.number, field="offer", value=code, remedy=LEFT)
    return _version_for(leg, line, code, _facts(leg))


def _version_for(leg: Leg, line: Line, code: str, facts: Mapping[str, Any]) -> OfferVersion:
    version = offers.on_sale(code)
    old, new = parse(line.offer.document), parse(version.document)
    remedy = _misfit(leg, old, new)
    if remedy:
        wanted = Text(zh=f"{new.title.zh}（{code}）", en=f"{new.title.en} ({code})")
        raise BadLine(line=line.number, field="offer", value=wanted, remedy=remedy)
    draft = drafting.LineDraft(offer=code, action=leg.action, characteristics=line.characteristics)
    asked = drafting.Asked(
        line.number,
        draft,
        Action(leg.action),
        version,
        new,
        Site(leg.address, leg.far_address),
        line.service,
        line.quantity,
    )
    drafting.must_be_sold(asked, facts, leg.order.channel)
    return version


def must_be_sayable(line: int, action: str, characteristics: Mapping[str, Any]) -> None:
    """Refuse what could be wished of no line of such an action. Raises `BadLine`."""
    complaint = rules.value_complaint(characteristics)
    if complaint:
        raise BadLine(line=line, field=complaint[0], value="…", remedy=complaint[1])
    drafting.wishes_must_fit(line, action, characteristics)


def must_fit(leg: Leg, line: Line, version: OfferVersion | None, characteristics: Mapping[str, Any]) -> None:
    """Refuse what the line cannot be wished to be; of another offer also what was wished before.

    What somebody had to agree to, or a suspension was asked for by, is not amended. Raises `NotSpecified`, `BadLine`.
    """
    for name in sorted(AGREED & set(characteristics)):
        raise BadLine(line=line.number, field=name, value=str(characteristics[name])[:40], remedy=ANEW)
    wished = {**(line.characteristics if version else {}), **characteristics}
    sold = version or line.offer
    drafting.must_fit(line.number, Action(leg.action), [(sold, parse(sold.document))], wished)


def _misfit(leg: Leg, old: Offer, new: Offer) -> Text | None:
    """Why the one cannot stand in for the other, with the remedy."""
    if old.service != new.service:
        family = SERVICES.get(old.service or "", Text(zh="无产品", en="no product"))
        return Text(
            zh=f"须为同一产品（{family.zh}）的商品，否则{ANEW.zh}", en=f"choose one of {family.en}, or {ANEW.en}"
        )
    if Kind.TRIAL in {old.kind, new.kind}:
        return Text(zh=f"试用与正式套餐不能互改，{ANEW.zh}", en=f"a trial is not exchanged for a plan: {ANEW.en}")
    bundled = Kind.BUNDLE in {old.kind, new.kind} or is_part(leg.order, old.code)
    if bundled or old.currency != new.currency or _taken(leg, old) != _taken(leg, new):
        return Text(zh=f"套餐、币种或所占资源不同，{ANEW.zh}", en=f"its bundle, currency or plant differs: {ANEW.en}")
    return None


def is_part(order: Order, code: str) -> bool:
    """Whether a bundle of the order has the offer as its part: the bundle has the price then."""
    return code in parts_of(order)


def parts_of(order: Order) -> frozenset[str]:
    """The offers that the bundles of the order have as their parts."""
    versions = OfferVersion.objects.filter(id__in=Line.objects.filter(leg__order=order).values("offer"))
    return frozenset(part for version in versions for part in parse(version.document).parts)


def _taken(leg: Leg, offer: Offer) -> list[tuple[str, str, int, str]]:
    action = Action(leg.action)
    wanted = (need for need in offer.resources if rules.takes(action, need.kind, same_area=False))
    return sorted((need.kind, need.role, need.count, need.end.value) for need in wanted)


def quote_anew(order: Order, was: Mapping[str, Any], now: Mapping[str, Any], act: Act) -> None:
    """Quote the order with the one quote of a line in the other's place; within a verb's `transaction.atomic`.

    Where it has been paid, what it costs once more or less than that is due (`due`), which billing is told.
    """
    row = Order.objects.select_for_update(no_key=True).get(id=order.id)
    prices = list(row.quote["prices"])
    for each in was["prices"]:
        if each in prices:
            prices.remove(each)
    sums = {name: row.quote[name] - was[name] + now[name] for name in ("one_off", "monthly")}
    more = now["one_off"] - was["one_off"] if row.paid_at is not None else 0
    due = {"due": row.quote.get("due", 0) + more} if more else {}
    Order.objects.filter(id=row.id).update(quote=row.quote | sums | due | {"prices": prices + now["prices"]})
    if more:
        _say_due(row, Money(more, row.quote["currency"]), act)


def _say_due(order: Order, more: Money, act: Act) -> None:
    journal.record(
        events.DifferenceDue(
            subject=order.subject, actor=act.actor, at=act.at, order=order.number, amount=more.text,
            account=order.account.number if order.account else "", minor=more.minor, currency=more.currency,
        )
    )  # fmt: skip


def costs_nothing_now(order: Order) -> bool:
    """Whether an unpaid order has nothing left to be paid, since it was amended."""
    row = Order.objects.get(id=order.id)
    return row.paid_at is None and not row.quote["one_off"]


def quoted(line: Line) -> Mapping[str, Any]:
    """What a line costs as it stands."""
    quote = quoting.quote_of(Action(line.leg.action), parse(line.offer.document), line.quantity)
    return quoting.quoted([quote] if quote else [])
