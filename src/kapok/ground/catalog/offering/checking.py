"""Whether an offer may be published, with the flows, promises, parts and skills there are."""

from __future__ import annotations

from collections.abc import Iterable

from kapok.ground.catalog import packs
from kapok.ground.catalog import queries as flows
from kapok.ground.catalog.offering import rows, soundness
from kapok.ground.catalog.offering.document import Offer, Shown, parse
from kapok.ground.catalog.rules import Candidate
from kapok.ground.catalog.specifying import rows as specifications
from kapok.ground.catalog.template import Finding, Line
from kapok.ground.posts import queries as posts
from kapok.kernel.promises import Promise


def findings(offer: Offer) -> tuple[Finding, ...]:
    """Everything that keeps this offer from being published; nothing when it may be."""
    return soundness.problems(offer, around(offer))


def around(offer: Offer, *, lock: bool = False) -> soundness.Around:
    """What there is beside the offer; with `lock` its parts stay on sale until the transaction ends."""
    named = [*offer.parts, *([offer.trial.becomes] if offer.trial and offer.trial.becomes else [])]
    return soundness.Around(
        specified=specifications.specified(),
        flows=candidates(),
        promises={shown: promise(shown) for shown in offer.promises},
        parts=parts(named, lock=lock),
        skills=frozenset(posts.skill_titles()) if offer.visit else frozenset(),
    )


def candidates() -> list[Candidate]:
    """The flows in force on the line that opens services."""
    return [Candidate(each.flow, each.number, dict(each.applies)) for each in flows.in_force(Line.FULFILMENT)]


def promise(shown: Shown) -> Promise | None:
    """The newest wording of a promise in force, if there is one."""
    pack = packs.pack_called(shown.pack)
    worded = pack.by_code.get(shown.code, ()) if pack else ()
    return worded[-1] if worded else None


def parts(codes: Iterable[str], *, lock: bool = False) -> dict[str, Offer | None]:
    """Of each offer what it says while it is on sale."""
    wanted: dict[str, Offer | None] = dict.fromkeys(codes)
    return wanted | {row.code: parse(row.document) for row in rows.all_on_sale(wanted, lock=lock)}
