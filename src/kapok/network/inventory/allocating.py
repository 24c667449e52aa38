"""Reserving: walk the chain, claim all or nothing, or say what is lacking.

Where somebody else was quicker between the look and the claim, what was claimed is let go at once and the walk begins again:
nobody waits for a row, so nobody can block anybody, and what another gives back in that moment is not overlooked.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from kapok.ground.journal.nesting import Whole
from kapok.kernel.text import Text
from kapok.network.inventory import kinds, lacking, moving, rows, rules, walking
from kapok.network.inventory.models import Resource
from kapok.network.inventory.queries import held_by
from kapok.network.inventory.refusals import WishTaken
from kapok.network.inventory.rules import Need, State
from kapok.network.inventory.views import Reservation, ResourceView, ShortageView

ATTEMPTS = 10
PAUSE_SECONDS = 0.004
"""After a claim that came too late; each time that much longer."""
OTHER_THAN_WISHED = "r.holder = %(holder)s AND r.kind = %(kind)s AND r.role = %(role)s AND r.id <> %(wish)s::uuid"
CHOSEN_ANEW = Text(zh="客户另选", en="the customer chose another")


class _TooLate(Exception):
    """Fewer rows came than were there a moment ago."""


@dataclass(frozen=True)
class _End:
    """One address at which the holder takes something: what is left there, what it needs there, what of that it is to get."""

    walk: walking.Walk
    needs: Sequence[Need]
    choice: rules.Choice
    wishes: Sequence[Need]


def reserve(
    *, holder: str, address: str, needs: Sequence[Need], until: datetime, whole: Whole | None, actor: str, at: datetime
) -> Reservation:
    """Keep what the holder has not yet, or store the shortage; see `api.reserve`."""
    if whole is None:  # else the holder is new, and nobody else knows it yet
        rows.hold(holder)
    _let_go_for_wishes(holder, needs, actor=actor, at=at)
    for attempt in range(ATTEMPTS):
        ends = list(_ends(address, needs, holder=holder, at=at))
        lack = ends[-1].choice.lack
        if lack and any(need.kind == lack.kind for need in ends[-1].wishes):
            raise _taken_by_others(lack.kind)
        if lack:
            return Reservation((), _lacking(lack, ends, holder, whole, actor=actor, at=at))
        taken = _claim(ends, holder=holder, until=until, at=at)
        if taken is not None:
            _tell(taken, holder, whole, actor=actor, at=at)
            return Reservation(_kept(taken, ends[0].walk, holder, until, at=at), None)
        time.sleep(PAUSE_SECONDS * (attempt + 1))
    late = next(place for place, end in enumerate(ends, 1) if end.choice.claims)
    first = ends[late - 1].choice.claims[0]
    lack = rules.Lack(kinds.HOPS[kinds.Kind(first.kind)].shortage, first.kind, first.home)
    return Reservation((), _lacking(lack, ends[:late], holder, whole, actor=actor, at=at))


def _ends(address: str, needs: Sequence[Need], *, holder: str, at: datetime) -> Iterator[_End]:
    """What the holder gets at each of its addresses, up to the first where something is lacking."""
    claimed: list[rules.Claim] = []
    for place, group in rules.by_address(address, needs).items():
        walk = walking.walk(place, group, at=at, holder=holder, besides=claimed)
        wanted = rules.missing(group, walk.held)
        choice = rules.choose(wanted, walk.spares, held=[kind for kind, _ in walk.held])
        yield _End(walk, group, choice, [need for need in wanted if need.wish])
        if choice.lack:
            return
        claimed += choice.claims


def _lacking(
    lack: rules.Lack, ends: Sequence[_End], holder: str, whole: Whole | None, *, actor: str, at: datetime
) -> ShortageView:
    """Store what is lacking at the last of these ends: what is needed there, and what the others take from the same element."""
    *others, there = ends
    shared = {(each.kind, each.role) for end in others for each in end.choice.claims if each.home == lack.home}
    needs = [*there.needs, *(need for end in others for need in end.needs if (need.kind, need.role) in shared)]
    return lacking.open_shortage(lack, there.walk, holder, needs, whole=whole, actor=actor, at=at)


def _let_go_for_wishes(holder: str, needs: Sequence[Need], *, actor: str, at: datetime) -> None:
    """Where another is wished for than the holder has, the one that it has goes back; kept after all if the wish is refused."""
    for need in needs:
        if need.wish:
            moved = moving.move(
                OTHER_THAN_WISHED, {"holder": holder, "kind": need.kind, "role": need.role, "wish": need.wish},
                to=State.FREE, change=moving.LET_GO, at=at, only=(State.RESERVED, State.ASSIGNED),
            )  # fmt: skip
            moving.told(moved, actor=actor, at=at, note=CHOSEN_ANEW.both)


def _claim(ends: Sequence[_End], *, holder: str, until: datetime, at: datetime) -> list[ResourceView] | None:
    """What was claimed, wholly; None where somebody else was quicker. Raises `WishTaken` where that is the one wished for.

    Then what was claimed beside it is given back by the savepoint of `api.reserve`, or by the verb of which that is a part.
    """
    claims = [claim for end in ends for claim in end.choice.claims]
    if not claims:
        return []
    wishes = [(need, end.walk) for end in ends for need in end.wishes]
    chosen = {(need.kind, need.role) for need, _ in wishes}
    others = [claim for claim in claims if (claim.kind, claim.role) not in chosen]
    before = transaction.savepoint()  # not released where all goes well: the transaction ends it
    try:
        taken = _all(others, moving.claim(others, holder=holder, until=until, at=at)) if others else []
    except _TooLate:
        transaction.savepoint_rollback(before)
        return None
    return [*taken, *(_wished(*wish, holder=holder, until=until, at=at) for wish in wishes)]


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


def _tell(taken: Sequence[ResourceView], holder: str, whole: Whole | None, *, actor: str, at: datetime) -> None:
    moved = [moving.Moved(each, State.FREE, holder, "") for each in taken]
    if whole:
        whole.told.extend(moving.events_of(moved, actor=actor, at=at))
    else:
        moving.told(moved, actor=actor, at=at)


def _kept(
    taken: list[ResourceView], walk: walking.Walk, holder: str, until: datetime, *, at: datetime
) -> tuple[ResourceView, ...]:
    if walk.waits:
        lacking.settle(holder, at=at)
    if not walk.held:
        return tuple(taken)
    Resource.objects.filter(holder=holder, state=State.RESERVED, reserved_until__lt=until).update(reserved_until=until)
    return tuple(held_by(holder))
