"""Reserving: walk the chain, claim all or nothing, or say what is lacking.

Where somebody else was quicker between the look and the claim, what was claimed is let go at once and the walk begins again:
nobody waits for a row, so nobody can block anybody, and what another gives back in that moment is not overlooked.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kapok.kernel.text import Text
from kapok.network.inventory import kinds, lacking, moving, rows, rules, walking
from kapok.network.inventory.models import Resource
from kapok.network.inventory.queries import held_by
from kapok.network.inventory.refusals import WishTaken
from kapok.network.inventory.rules import Need, State
from kapok.network.inventory.views import Reservation, ResourceView

ATTEMPTS = 10
PAUSE_SECONDS = 0.004
"""After a claim that came too late; each time that much longer."""
OTHER_THAN_WISHED = "r.holder = %(holder)s AND r.kind = %(kind)s AND r.role = %(role)s AND r.id <> %(wish)s::uuid"
CHOSEN_ANEW = Text(zh="客户另选", en="the customer chose another")


class _TooLate(Exception):
    """Fewer rows came than were there a moment ago."""


def reserve(
    *, holder: str, address: str, needs: Sequence[Need], until: datetime, actor: str, at: datetime
) -> Reservation:
    """Keep what the holder has not yet, or store the shortage; see `api.reserve`."""
    rows.hold(holder)
    _let_go_for_wishes(holder, needs, actor=actor, at=at)
    for attempt in range(ATTEMPTS):
        walk = walking.walk(address, needs, at=at, holder=holder)
        wanted = rules.missing(needs, walk.held)
        choice = rules.choose(wanted, walk.spares)
        wishes = [need for need in wanted if need.wish]
        if choice.lack and any(need.kind == choice.lack.kind for need in wishes):
            raise _taken_by_others(choice.lack.kind)
        if choice.lack:
            return Reservation((), lacking.open_shortage(choice.lack, walk, holder, needs, actor=actor, at=at))
        taken = _claim(choice.claims, wishes, walk, holder=holder, until=until, at=at)
        if taken is not None:
            return Reservation(_kept(taken, walk, holder, until, actor=actor, at=at), None)
        time.sleep(PAUSE_SECONDS * (attempt + 1))
    first = choice.claims[0]
    lack = rules.Lack(kinds.HOPS[kinds.Kind(first.kind)].shortage, first.kind, first.home)
    return Reservation((), lacking.open_shortage(lack, walk, holder, needs, actor=actor, at=at))


def _let_go_for_wishes(holder: str, needs: Sequence[Need], *, actor: str, at: datetime) -> None:
    """Where another is wished for than the holder has, the one that it has goes back; kept after all if the wish is refused."""
    for need in needs:
        if need.wish:
            moved = moving.move(
                OTHER_THAN_WISHED, {"holder": holder, "kind": need.kind, "role": need.role, "wish": need.wish},
                to=State.FREE, change=moving.LET_GO, at=at, only=(State.RESERVED, State.ASSIGNED),
            )  # fmt: skip
            moving.told(moved, actor=actor, at=at, note=CHOSEN_ANEW.both)


def _claim(
    claims: Sequence[rules.Claim],
    wishes: Sequence[Need],
    walk: walking.Walk,
    *,
    holder: str,
    until: datetime,
    at: datetime,
) -> list[ResourceView] | None:
    """What was claimed, wholly; None where somebody else was quicker. Raises `WishTaken` where that is the one wished for."""
    if not claims:
        return []
    chosen = {(need.kind, need.role) for need in wishes}
    others = [claim for claim in claims if (claim.kind, claim.role) not in chosen]
    try:
        with transaction.atomic():
            taken = _all(others, moving.claim(others, holder=holder, until=until, at=at)) if others else []
            return [*taken, *(_wished(need, walk, holder=holder, until=until, at=at) for need in wishes)]
    except _TooLate:
        return None


def _wished(need: Need, walk: walking.Walk, *, holder: str, until: datetime, at: datetime) -> ResourceView:
    homes = [spare.home for spare in walk.spares if spare.kind == need.kind and spare.home]
    taken = moving.claim_one(need.wish, homes=homes, need=need, holder=holder, until=until, at=at)
    if taken is None:
        raise _taken_by_others(need.kind)
    return taken


def _taken_by_others(kind: str) -> WishTaken:
    return WishTaken(kind_name=kinds.HOPS[kinds.Kind(kind)].name)


def _all(claims: Sequence[rules.Claim], taken: list[ResourceView]) -> list[ResourceView]:
    if len(taken) < sum(claim.count for claim in claims):
        raise _TooLate
    return taken


def _kept(
    taken: list[ResourceView], walk: walking.Walk, holder: str, until: datetime, *, actor: str, at: datetime
) -> tuple[ResourceView, ...]:
    moving.told([moving.Moved(each, State.FREE, holder, "") for each in taken], actor=actor, at=at)
    if walk.waits:
        lacking.settle(holder, at=at)
    if not walk.held:
        return tuple(taken)
    Resource.objects.filter(holder=holder, state=State.RESERVED, reserved_until__lt=until).update(reserved_until=until)
    return tuple(held_by(holder))
