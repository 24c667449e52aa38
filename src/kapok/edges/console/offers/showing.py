"""What the pages show of an offer: prices, what it needs, its flows, its promises, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from kapok.edges.console.flows.picture import Shown as ShownFlow
from kapok.edges.console.flows.picture import shown as flow_shown
from kapok.ground.catalog import queries as flows
from kapok.ground.catalog.conditions import read_out
from kapok.ground.catalog.difference import NOTHING
from kapok.ground.catalog.offering import checking, queries, rules, telling
from kapok.ground.catalog.offering.document import KINDS, Kind, Offer, Shown
from kapok.ground.catalog.specifying.document import Specified
from kapok.ground.catalog.template import Finding
from kapok.ground.posts import queries as posts
from kapok.kernel.money import CurrencyMismatch
from kapok.kernel.promises import FACTS, Promise
from kapok.kernel.promises.values import value_title
from kapok.kernel.text import Language, Text


@dataclass(frozen=True)
class Taken:
    """A flow that an action takes: in which version, for whom, and which promise it makes true."""

    flow: flows.Version
    whom: Text


@dataclass(frozen=True)
class Way:
    """What becomes of one action."""

    action: str
    title: Text
    taken: list[Taken]


@dataclass(frozen=True)
class Told:
    """A promise that the customer gets; `promise` is missing where no pack in force holds it."""

    shown: Shown
    promise: Promise | None


@dataclass(frozen=True)
class Page:
    """An offer for its page."""

    offer: Offer
    kind: Text
    once: Text
    monthly: Text
    prices: list[tuple[Text, Text]]
    saved: Text | None
    sold_to: Text
    channels: Text
    spec: Text | None
    facts: list[tuple[Text, Text]]
    needs: Text
    visit: Text
    trial: Text | None
    parts: list[queries.OfferVersionView]
    ways: list[Way]
    promises: list[Told]
    findings: tuple[Finding, ...]


def page(offer: Offer, specified: Specified) -> Page:
    """The offer for its page, read by what it is specified by, with everything that keeps it from being sold."""
    (once, monthly), parts = sums(offer), queries.parts(offer)
    spec = specified.services.get(offer.spec)
    return Page(
        offer=offer,
        kind=KINDS[offer.kind],
        once=once,
        monthly=monthly,
        prices=[(price.title, telling.priced(price)) for price in offer.prices],
        saved=_saved(offer, [each.offer for each in parts]),
        sold_to=telling.sold_to(offer),
        channels=telling.channels(offer),
        spec=spec.title if spec else None,
        facts=telling.characteristics(offer, specified),
        needs=telling.needs(offer.resources, specified),
        visit=_visit(offer),
        trial=telling.trial(offer) if offer.trial else None,
        parts=parts,
        ways=_ways(offer),
        promises=[Told(each, checking.promise(each)) for each in offer.promises],
        findings=checking.findings(offer),
    )


def picture(ways: list[Way], wanted: str, language: Language) -> tuple[flows.Version, ShownFlow] | None:
    """The flow of that name among those that are taken, drawn; the first one where no such is taken."""
    taken = [each.flow for way in ways for each in way.taken]
    chosen = next((each for each in taken if each.flow == wanted), taken[0] if taken else None)
    if chosen is None:
        return None
    return chosen, flow_shown(flows.flow(chosen.flow, chosen.number), language, checked=False)


def sums(offer: Offer) -> tuple[Text, Text]:
    """What it costs once and each month, in words; nothing where a draft states several currencies."""
    try:
        quote = rules.price(offer)
    except CurrencyMismatch:
        return NOTHING, NOTHING
    return quote.one_off.text, quote.monthly.text


def _saved(offer: Offer, parts: list[Offer]) -> Text | None:
    if offer.kind is not Kind.BUNDLE or len(parts) < len(offer.parts):
        return None
    try:
        saved = rules.saving(offer, parts)
    except CurrencyMismatch:
        return None
    once, monthly = saved.one_off.text, saved.monthly.text
    return Text(
        zh=f"比分别购买一次性省 {once.zh}，每月省 {monthly.zh}",
        en=f"{once.en} once and {monthly.en} a month less than its parts",
    )


def _visit(offer: Offer) -> Text:
    if offer.visit is None:
        return Text(zh="无须上门", en="nobody has to come")
    skill = posts.skill_titles().get(offer.visit.skill, Text(zh=offer.visit.skill, en=offer.visit.skill))
    minutes = offer.visit.minutes
    return Text(zh=f"{skill.zh}，{minutes} 分钟", en=f"{skill.en}, {minutes} minutes")


def _ways(offer: Offer) -> list[Way]:
    versions = {each.flow: each for each in flows.in_force()}
    return [
        Way(
            action,
            value_title("action", action),
            [Taken(versions[code], _whom(cases)) for code, cases in taken.items()],
        )
        for action, taken in queries.flows_taken(offer).items()
    ]


def _whom(cases: list[dict[str, str]]) -> Text:
    """The narrowest thing that can be said of all for whom a flow is taken; nothing where it is taken in general."""
    if {} in cases:
        return Text(zh="", en="")
    shared = set.intersection(*(set(case.items()) for case in cases))
    return read_out({axis: (value,) for axis, value in sorted(shared)}, FACTS, named=False)
