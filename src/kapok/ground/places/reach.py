"""How far an assignment of a patch reaches: the addresses that would have it as their nearest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from kapok.ground.places import rows, rules
from kapok.ground.places.models import PatchArea
from kapok.ground.places.queries import patch_of
from kapok.kernel.text import Text

CLAIMED = """SELECT FROM places_patcharea p WHERE p.segment = %(segment)s
    AND p.valid_from <= %(at)s AND (p.valid_to IS NULL OR p.valid_to > %(at)s)"""
BELOW_ADDRESS = f"""
WITH RECURSIVE down AS (
    SELECT id FROM places_address WHERE code = %(code)s
    UNION ALL
    SELECT a.id FROM places_address a JOIN down ON a.parent_id = down.id
    WHERE a.retired_at IS NULL AND NOT EXISTS ({CLAIMED} AND p.address_id = a.id)
        AND NOT EXISTS ({CLAIMED} AND p.exchange_area_id = a.exchange_area_id)
)
SELECT count(*) FROM down
"""  # noqa: S608  # built of the constant above
OF_EXCHANGE_AREA = f"""
WITH RECURSIVE down AS (
    SELECT a.id FROM places_address a JOIN places_exchangearea area ON area.id = a.exchange_area_id
    WHERE area.code = %(code)s AND a.retired_at IS NULL AND NOT EXISTS ({CLAIMED} AND p.address_id = a.id)
    UNION ALL
    SELECT a.id FROM places_address a JOIN down ON a.parent_id = down.id
    WHERE a.retired_at IS NULL AND a.exchange_area_id IS NULL AND NOT EXISTS ({CLAIMED} AND p.address_id = a.id)
)
SELECT count(*) FROM down
"""  # noqa: S608  # built of the constant above


@dataclass(frozen=True)
class Reach:
    """What an assignment to one place would change."""

    code: str
    place: Text
    addresses: int
    """The place itself, if it is an address, and what lies below it with nothing nearer."""
    answers_now: Text | None
    """The unit that answers there in that segment now; None where no patch does."""


def reach(*, addresses: Sequence[str], exchange_area: str, segment: rules.Segment, at: datetime) -> list[Reach]:
    """What it would change to give these addresses, or an exchange area, to a patch at `at`.

    Raises `UnknownAddress`, `RetiredAddress`, `UnknownExchangeArea`.
    """
    found = [_of_address(code, segment, at) for code in addresses]
    return [*found, _of_area(exchange_area, segment, at)] if exchange_area else found


def _of_address(code: str, segment: rules.Segment, at: datetime) -> Reach:
    spot, now = rows.address_in_use(code), patch_of(code, segment, at=at)
    return Reach(
        code, spot.full, _count(BELOW_ADDRESS, code, segment, at), now.unit_name if now and not now.defect else None
    )


def _of_area(code: str, segment: rules.Segment, at: datetime) -> Reach:
    area = rows.exchange_area_called(code)
    held = PatchArea.objects.filter(exchange_area=area, segment=segment, valid_from__lte=at, valid_to=None)
    now = held.select_related("unit").first()
    name = area.name if area else Text(zh="", en="")
    return Reach(code, name, _count(OF_EXCHANGE_AREA, code, segment, at), now.unit.name if now else None)


def _count(query: str, code: str, segment: rules.Segment, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, {"code": code, "segment": segment.value, "at": at})
        return int(cursor.fetchone()[0])
