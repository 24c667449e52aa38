"""Who waits for plant: opened where the walk stopped, given a date, resolved in the order of waiting when there is plant."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from kapok.ground.journal import api as journal
from kapok.ground.journal.nesting import Whole
from kapok.ground.places.models import ExchangeArea
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text
from kapok.network.inventory import kinds, resolving, rows, rules, walking
from kapok.network.inventory.events import (
    BuildConfirmed,
    ShortageDated,
    ShortageGivenUp,
    ShortageOpened,
    ShortageResolved,
)
from kapok.network.inventory.models import Element, Resource, Shortage
from kapok.network.inventory.refusals import NothingWaits, NotLacking
from kapok.network.inventory.views import EVERYWHERE, THE_NETWORK, ShortageView

OPEN = """
INSERT INTO inventory_shortage
    (id, code, kind, element_id, exchange_area_id, address_id, holder, needs, opened_at, since, expected_at)
SELECT %(id)s, %(code)s::text, %(kind)s, %(element)s, %(area)s, %(address)s, %(holder)s::text, %(needs)s::jsonb, COALESCE((
    SELECT min(opened_at) FROM inventory_shortage WHERE holder = %(holder)s::text AND resolved_at = %(at)s
), %(at)s), %(since)s, (
    SELECT min(expected_at) FROM inventory_shortage WHERE resolved_at IS NULL AND code = %(code)s::text AND expected_at > %(at)s
        AND element_id IS NOT DISTINCT FROM %(element)s AND exchange_area_id IS NOT DISTINCT FROM %(area)s)
ON CONFLICT (holder) WHERE resolved_at IS NULL DO UPDATE SET
    code = excluded.code, kind = excluded.kind, element_id = excluded.element_id,
    exchange_area_id = excluded.exchange_area_id, address_id = excluded.address_id, needs = excluded.needs,
    since = excluded.since, expected_at = excluded.expected_at
RETURNING opened_at, expected_at
"""


def open_shortage(
    lack: rules.Lack,
    walk: walking.Walk,
    holder: str,
    needs: Sequence[rules.Need],
    *,
    since: datetime | None = None,
    whole: Whole | None = None,
    actor: str,
    at: datetime,
) -> ShortageView:
    """Store where the walk stopped (`walking.Walk.place_of`); who waits already keeps his place, and so does who was told at this
    moment that there is plant, and finds that there is not enough.

    Of a lack that somebody said, only what has become free `since` then ends it. As a part of a `whole` it leaves to that to tell
    it.
    """
    place = walk.place_of(lack, needs)
    element = Element.objects.get(id=place.element) if place.element else None
    area = ExchangeArea.objects.get(id=place.area) if place.area else None
    values: dict[str, Any] = {
        "id": uuid7(at), "code": lack.code, "kind": lack.kind, "element": element and element.id, "area": area and area.id,
        "address": walk.address, "holder": holder, "needs": json.dumps([asdict(need) for need in needs]), "at": at,
        "since": since,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(OPEN, values)
        opened_at, expected_at = cursor.fetchone()
    view = ShortageView(
        lack.code, lack.kind, element.code if element else "", area.code if area else "", holder, opened_at, expected_at,
        walk.code,
    )  # fmt: skip
    if walk.waits != lack.code:
        opened = ShortageOpened(
            subject=holder, actor=actor, at=at, code=lack.code, code_name=view.text, place=view.element or view.exchange_area,
            address=str(walk.address or ""), expected_at=expected_at,
        )  # fmt: skip
        _tell(opened, whole)
    return view


def _tell(opened: ShortageOpened, whole: Whole | None) -> None:
    if whole:
        whole.told.append(opened)
    else:
        journal.record(opened)


def say(code: str, *, holder: str, address: str, needs: Sequence[rules.Need], actor: str, at: datetime) -> ShortageView:
    """Store what a person found to be lacking, where the holder has it or would get it; see `api.say_lacking`."""
    kind = rules.lacking(needs).get(code)
    if kind is None:
        raise NotLacking(code=code[:10], codes=", ".join(rules.lacking(needs)))
    walk = walking.walk(address, needs, at=at, holder=holder)
    roles = [need.role for need in needs if need.kind == kind]
    held = Resource.objects.filter(holder=holder, kind=kind, role__in=roles).exclude(holder="").order_by("code")
    nearest = sorted((each for each in walk.spares if each.kind == kind and each.home), key=lambda each: each.rank)
    homes = [*held.values_list("home", flat=True), *(each.home for each in nearest)]
    home = None if code == kinds.NO_POINT else next(iter(homes), None)
    return open_shortage(rules.Lack(code, kind, home), walk, holder, needs, since=at, actor=actor, at=at)


def settle(holder: str, *, at: datetime) -> None:
    """The holder has got what it waited for."""
    Shortage.objects.filter(holder=holder, resolved_at=None).update(resolved_at=at)


def wait_otherwise(holder: str, needs: Sequence[rules.Need]) -> bool:
    """Wait for what is as fast as it is needed now; see `api.wait_otherwise`."""
    found = Shortage.objects.select_for_update(no_key=True).filter(holder=holder, resolved_at=None).first()
    if found is None:
        return False
    fast = {(need.kind, need.role): need.mbps for need in needs}
    found.needs = [each | {"mbps": fast.get((each["kind"], each["role"]), 0)} for each in found.needs]
    found.save(update_fields=["needs"])
    return found.since is None


def give_up(holder: str, *, actor: str, at: datetime) -> None:
    """The holder wants nothing any more."""
    waits = Shortage.objects.filter(holder=holder, resolved_at=None)
    code = waits.values_list("code", flat=True).first()
    if code is None:
        return
    waits.update(resolved_at=at)
    journal.record(
        ShortageGivenUp(subject=holder, actor=actor, at=at, code=code, code_name=kinds.SHORTAGES[code])
    )  # fmt: skip


def resolve(*, actor: str, at: datetime) -> int:
    """Tell those who waited longest that there is plant, as many as there is plant for."""
    settled = resolving.resolve(at)
    places = _places(settled)
    journal.record_many(
        ShortageResolved(
            subject=holder, actor=actor, at=at, code=code, code_name=kinds.SHORTAGES[code],
            place=places.get(element or area, ""),
        )
        for holder, code, element, area, *_ in settled
    )  # fmt: skip
    return len(settled)


def confirm(place: str, code: str, expected_at: datetime, *, actor: str, at: datetime) -> int:
    """Give all who wait at a place for the same thing the day by which it is to be built; see `api.confirm_build`.

    Who waits is held until the verb's `transaction.atomic` ends, so that whoever is told has got the day.
    """
    waiting = dict(
        rows.waiting_at(place, code).select_for_update(of=("self",)).order_by("id").values_list("id", "holder")
    )
    name = THE_NETWORK if place == EVERYWHERE else Text(zh=place, en=place)
    if not waiting:
        raise NothingWaits(place=name, code=code)
    Shortage.objects.filter(id__in=waiting).update(expected_at=expected_at)
    day = f"{timezone.localtime(expected_at):%Y-%m-%d}"
    confirmed = BuildConfirmed(
        subject=_subject(place), actor=actor, at=at, code=code, place=name, expected=day, waiting=len(waiting)
    )
    journal.record(confirmed)
    journal.record_many(
        ShortageDated(
            subject=holder, actor=actor, at=at, code=code, code_name=kinds.SHORTAGES[code],
            place="" if place == EVERYWHERE else place, expected=day,
        )
        for holder in waiting.values()
    )  # fmt: skip
    return len(waiting)


def _subject(place: str) -> str:
    if place == EVERYWHERE:
        return "network"
    return f"{'element' if Element.objects.filter(code=place).exists() else 'exchange-area'}/{place}"


def _places(settled: Sequence[resolving.Settled]) -> dict[UUID | None, str]:
    elements = Element.objects.filter(id__in=[row[2] for row in settled if row[2]]).values_list("id", "code")
    areas = ExchangeArea.objects.filter(id__in=[row[3] for row in settled if row[3]]).values_list("id", "code")
    return {**dict(elements), **dict(areas)}
