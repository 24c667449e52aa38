"""What can be had at an address, as the desk asks it, and reserving a line, at one million addresses, beside a floor.

    PYTHONPATH=src .venv/bin/python bench/inventory.py [ADDRESSES] [ASKED]

It starts an embedded PostgreSQL of its own in a temporary folder and prints Markdown. The desk asks for all offers of the
demonstration that a household, or a business, may order: whether each can be had in a room, how, how fast, from when, at what
price. The floor of that is one address fetched by its code with the same driver; that of a reservation is hand-written SQL that is
told where to look: take three free rows with one statement, write three journal rows with another, commit.
"""

# ruff: noqa: PLC0415 - Django is set up first

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from material.server import server

AT = datetime(2026, 3, 2, tzinfo=UTC)
ASKED = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
RESERVED = ASKED

ADDRESSES = """
INSERT INTO places_address (id, code, parent_id, level, name_zh, name_en, full_zh, full_en, place, search, grams,
    exchange_area_id, longitude, latitude)
SELECT md5('a' || code)::uuid, code, CASE WHEN parent = '' THEN NULL ELSE md5('a' || parent)::uuid END, level, code, code, code,
    code, md5('p' || code)::uuid, '', '{}', area, longitude, latitude
FROM (
    SELECT 'P' AS code, '' AS parent, 1 AS level, NULL::uuid AS area, NULL::float8 AS longitude, NULL::float8 AS latitude
    UNION ALL SELECT 'R' || r, 'P', 5, md5('e' || r %% 20)::uuid, NULL, NULL FROM generate_series(1, %(roads)s) r
    UNION ALL SELECT 'N' || n, 'R' || (n - 1) / 30 + 1, 6, NULL, 113 + (n %% 600) * 0.0005, 22.8 + (n / 600) * 0.0006
    FROM generate_series(1, %(numbers)s) n
    UNION ALL SELECT 'N' || n || '-' || m, 'N' || n, 7, NULL, NULL, NULL
    FROM generate_series(1, %(numbers)s) n, generate_series(1, 10) m
) made
"""
ELEMENTS = """
INSERT INTO inventory_element (id, code, kind, parent_id, exchange_area_id, longitude, latitude, serial)
SELECT md5('i' || code)::uuid, code, kind, CASE WHEN parent = '' THEN NULL ELSE md5('i' || parent)::uuid END, area, longitude,
    latitude, ''
FROM (
    SELECT 'PON' || r AS code, 'pon' AS kind, '' AS parent, md5('e' || r %% 20)::uuid AS area, NULL::float8 AS longitude,
        NULL::float8 AS latitude FROM generate_series(1, %(roads)s) r
    UNION ALL SELECT 'CAB' || r, 'cabinet', 'MDF' || r %% 20, md5('e' || r %% 20)::uuid, NULL, NULL
    FROM generate_series(1, %(roads)s) r
    UNION ALL SELECT 'MDF' || e, 'mdf', '', md5('e' || e)::uuid, NULL, NULL FROM generate_series(0, 19) e
    UNION ALL SELECT 'EX' || e, 'exchange', '', md5('e' || e)::uuid, NULL, NULL FROM generate_series(0, 19) e
    UNION ALL SELECT 'SW' || e, 'switch', '', md5('e' || e)::uuid, NULL, NULL FROM generate_series(0, 19) e
    UNION ALL SELECT kinds.code || n, kinds.kind, kinds.above || (n - 1) / 30 + 1, md5('e' || ((n - 1) / 30 + 1) %% 20)::uuid,
        113 + (n %% 600) * 0.0005, 22.8 + (n / 600) * 0.0006
    FROM generate_series(1, %(numbers)s, 3) n, (VALUES ('SPL', 'splitter', 'PON'), ('DP', 'distribution_point', 'CAB'))
        AS kinds(code, kind, above)
) made
"""
COVERAGE = """
INSERT INTO inventory_coverage (id, element_id, address_id)
SELECT gen_random_uuid(), md5('i' || kind || n)::uuid, md5('aN' || n + more)::uuid
FROM generate_series(1, %(numbers)s, 3) n, (VALUES ('SPL'), ('DP')) kinds(kind), (VALUES (0), (1)) covered(more)
WHERE n + more <= %(numbers)s
UNION ALL
SELECT gen_random_uuid(), md5('iSW' || r %% 20)::uuid, md5('aR' || r)::uuid FROM generate_series(1, %(roads)s) r
"""
POOLS = (
    ("IP", "ipv4", "100.64.0.0/16"), ("VLAN", "vlan", "1001-2000"), ("SIM", "sim", "200001-201000"),
    ("ONU", "onu", " ".join(f"ONU{number}" for number in range(1000))), ("MOBILE", "number", "13300000000-13300000999"),
)  # fmt: skip
RESOURCES = """
INSERT INTO inventory_resource (id, kind, code, value, element_id, state, holder, role, free_from, changed_at, note)
SELECT gen_random_uuid(), kinds.kind, e.code || ':' || p, p::text, e.id, 'free', '', '', %(at)s, %(at)s, ''
FROM inventory_element e JOIN (VALUES ('splitter', 'splitter_port', 8), ('pon', 'pon_port', 64),
    ('distribution_point', 'secondary_pair', 10), ('cabinet', 'primary_pair', 100), ('mdf', 'mdf_port', 1000),
    ('exchange', 'line_port', 1000), ('switch', 'circuit_port', 1000)) AS kinds(host, kind, ports) ON kinds.host = e.kind,
    generate_series(1, kinds.ports) p
"""
TAKE = """
UPDATE inventory_resource r SET state = 'reserved', holder = %(holder)s, reserved_until = %(until)s, changed_at = %(at)s
FROM unnest(%(kinds)s::text[], %(homes)s::uuid[]) AS w(kind, home) CROSS JOIN LATERAL (
    SELECT id FROM inventory_resource WHERE home = w.home AND kind = w.kind AND state = 'free' AND free_from <= %(at)s
    ORDER BY free_from, code LIMIT 1 FOR UPDATE SKIP LOCKED) picked
WHERE r.id = picked.id RETURNING r.code
"""
TELL = """
INSERT INTO journal_entry (id, kind, subject, at, actor, data)
SELECT gen_random_uuid(), 'inventory.resource_moved', code, %(at)s, 'system', '{}' FROM unnest(%(codes)s::text[]) code
"""


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with server(durable=False):
        _bench(wanted)


def _bench(wanted: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    asking = _sell()
    numbers = wanted // 11
    started = time.perf_counter()
    addresses, resources = _load(numbers)
    print(f"{addresses:,} addresses and {resources:,} resources put down in {time.perf_counter() - started:,.0f} s\n")
    print("| what | Kapok p50 ms | p99 ms | floor p50 ms | p99 ms | a second | floor a second |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    picked = random.Random(7)
    rooms = [f"N{picked.randint(1, numbers)}-{picked.randint(1, 10)}" for _ in range(ASKED)]
    covered = [room for room in rooms if int(room[1:].split("-")[0]) % 3 != 0]
    near = [room for room in rooms if room not in set(covered)]
    for (whose, offers), ask in asking.items():
        for where, asked in (("covered", covered), ("nearest point", near)):
            title = f"{offers} offers to a {whose}, {where}"
            print(_row(title, _timed(asked, ask), _timed(asked, _fetch)), flush=True)
    print(_row("reserve three items", *_reserving(covered)), flush=True)


def _load(numbers: int) -> tuple[int, int]:
    from django.db import connection

    from kapok.ground.places.models import Address, ExchangeArea
    from kapok.kernel.text import Text
    from kapok.network.inventory import api
    from kapok.network.inventory.models import Resource

    values = {"numbers": numbers, "roads": numbers // 30 + 1, "at": AT}
    with connection.cursor() as cursor:
        cursor.execute("SELECT md5('e' || e)::uuid, e FROM generate_series(0, 19) e")
        ExchangeArea.objects.bulk_create(
            [ExchangeArea(id=row[0], code=f"E{row[1]}", name_zh=f"E{row[1]}", name_en="") for row in cursor.fetchall()]
        )
        for statement in (ADDRESSES, ELEMENTS, COVERAGE, RESOURCES):
            cursor.execute(statement, values)
    areas = [(f"NUM{e}", "number", f"2{e:02}00000-2{e:02}00999", f"E{e}") for e in range(20)]
    for code, kind, block, area in (*((*pool, "") for pool in POOLS), *areas):
        api.add_pool(
            code=code, kind=kind, name=Text(zh=code, en=""), exchange_area=area, values=block, actor="system", at=AT
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Address.objects.count(), Resource.objects.count()


def _sell() -> dict[tuple[str, int], Callable[[str], None]]:
    """Put the demonstration's offers on sale; how a desk asks for a customer of each kind, and of how many offers it is told."""
    from kapok.front.channels import offering
    from kapok.ground.catalog import demo as flows
    from kapok.ground.catalog.offering import demo as offers
    from kapok.ground.commitments import demo as packs
    from kapok.ground.customers import api as customers
    from kapok.ground.people import demo as people
    from kapok.ground.posts import demo as posts

    for loader in (people, posts, packs, flows, offers):
        loader.load(AT)
    asking: dict[tuple[str, int], Callable[[str], None]] = {}
    for whose, kind, segment, channel in (
        ("household", "person", "public", "hotline"), ("business", "organisation", "business", "business"),
    ):  # fmt: skip
        number = customers.register_customer(
            kind=kind, name=whose, segment=segment, unit="hotline", actor="system", at=AT
        )
        told = len(offering.installable(number, channel, offering.area_at(""), AT))
        asking[whose, told] = partial(_choices, number, channel, told)
    return asking


def _choices(customer: str, channel: str, told: int, room: str) -> None:
    from kapok.front.channels import offering

    found = offering.choices(customer, channel, room, AT)
    assert len(found) == told
    assert all(each.why_not is None for each in found)


def _fetch(room: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT id, full_zh FROM places_address WHERE code = %s", [room])
        cursor.fetchall()


def _reserving(rooms: list[str]) -> tuple[list[float], list[float]]:
    """Both by turns, so that what else the machine does falls on both."""
    from kapok.network.inventory import api

    needs = [api.Need("splitter_port"), api.Need("pon_port"), api.Need("ipv4")]
    ours, floor = [], []
    for place in range(RESERVED):
        room = rooms[place % len(rooms)]
        _homes(room)
        for spent, reserve in ((ours, _verb), (floor, _by_hand)):
            started = time.perf_counter()
            reserve(room, needs, f"{'v' if spent is ours else 'f'}{place}")
            spent.append((time.perf_counter() - started) * 1e3)
    return ours[10:], floor[10:]


def _verb(room: str, needs: list[object], holder: str) -> None:
    from kapok.network.inventory import api

    until = AT + timedelta(days=1)
    api.reserve(holder=holder, address=room, needs=needs, until=until, actor="system", at=AT)  # type: ignore[arg-type]


def _by_hand(room: str, _needs: list[object], holder: str) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        values = {"kinds": ["splitter_port", "pon_port", "ipv4"], "homes": _homes(room), "holder": holder, "at": AT}
        cursor.execute(TAKE, values | {"until": AT + timedelta(days=1)})
        codes = [row[0] for row in cursor.fetchall()]
        cursor.execute(TELL, {"codes": codes, "at": AT})


def _homes(room: str) -> list[object]:
    """Where a line of the room comes from."""
    number = int(room[1:].split("-", maxsplit=1)[0])
    return [_HOMES[code] for code in (f"SPL{(number - 1) // 3 * 3 + 1}", f"PON{(number - 1) // 30 + 1}", "IP")]


class _Homes(dict[str, object]):
    """The identifier of an element or pool by its code, looked up once."""

    def __missing__(self, code: str) -> object:
        from kapok.network.inventory.models import Element, Pool

        found = Element.objects.filter(code=code).first() or Pool.objects.get(code=code)
        self[code] = found.id
        return found.id


_HOMES = _Homes()


def _timed(asked: list[str], ask: Callable[[str], None]) -> list[float]:
    spent = []
    for text in asked[:20]:
        ask(text)
    for text in asked:
        started = time.perf_counter()
        ask(text)
        spent.append((time.perf_counter() - started) * 1e3)
    return spent


def _row(title: str, ours: list[float], floor: list[float]) -> str:
    figures = [f"{value:.2f}" for spent in (ours, floor) for value in (statistics.median(spent), _p99(spent))]
    speed = [f"{len(spent) / sum(spent) * 1e3:,.0f}" for spent in (ours, floor)]
    return f"| {' | '.join([title, *figures, *speed])} |"


def _p99(spent: list[float]) -> float:
    ordered = sorted(spent)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


if __name__ == "__main__":
    main()
