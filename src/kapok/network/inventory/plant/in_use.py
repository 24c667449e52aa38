"""Addresses that an export says somebody has: blocked in the pool that has them, else kept aside until there is one.

So it is the same whether the addresses are loaded first or the pools.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from datetime import datetime

from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text
from kapok.network.inventory import moving
from kapok.network.inventory.kinds import Kind
from kapok.network.inventory.models import Pool, Resource
from kapok.network.inventory.plant import adding
from kapok.network.inventory.plant.drafts import InUseDraft, Loaded
from kapok.network.inventory.refusals import BadCell
from kapok.network.inventory.rows import REASON_LENGTH
from kapok.network.inventory.rules import State

ASIDE = Text(zh="NetBox中在用、尚无资源池", en="In use by NetBox, of no pool yet")
WHY = Text(zh="NetBox中已在用", en="in use by NetBox")
EXPECTED = Text(zh="须为IP地址", en="it must be an IP address")


def value_of(typed: str) -> tuple[str, Kind]:
    """The value of a pool that an address is, or lies in: the address, of IPv6 its /56. Raises `BadCell`."""
    try:
        address = ipaddress.ip_interface(typed).ip
    except ValueError:
        raise BadCell(column="address", value=typed[:40], expected=EXPECTED) from None
    if address.version == 4:
        return str(address), Kind.IPV4
    return str(ipaddress.IPv6Network((address, 56), strict=False)), Kind.IPV6_PREFIX


def block(drafts: Mapping[str, InUseDraft], pools: dict[str, Pool], loaded: Loaded, at: datetime) -> None:
    """Let nobody have what somebody has; what we gave out ourselves, or is kept from orders already, stays as it is."""
    for some in adding.slices(drafts):
        there = set(Resource.objects.filter(code__in=some).values_list("code", flat=True))
        _keep_aside({value: drafts[value].kind for value in some if value not in there}, pools, loaded, at)
        notes = json.dumps({value: f"{WHY.both}: {drafts[value].whose}"[:REASON_LENGTH] for value in some})
        moved = moving.move(
            "r.code = ANY(%(codes)s)", {"codes": some, "notes": notes}, to=State.BLOCKED,
            change="note = %(notes)s::jsonb ->> r.code", only=(State.FREE,), at=at,
        )  # fmt: skip
        loaded.moved += moved
        loaded.blocked += len(moved)
        loaded.known += len(some) - len(moved)


def _keep_aside(values: Mapping[str, Kind], pools: dict[str, Pool], loaded: Loaded, at: datetime) -> None:
    for kind in dict.fromkeys(values.values()):
        code = adding.ASIDE[kind]
        if code not in pools:
            pools[code] = Pool.objects.create(id=uuid7(at), code=code, kind=kind, name_zh=ASIDE.zh, name_en=ASIDE.en)
            loaded.pools += 1
        pool = pools[code].id
        of_kind = (value for value, its in values.items() if its is kind)
        adding.write([adding.New(kind, value, value, None, pool, State.FREE) for value in of_kind], at)
