"""The desk's one search box as whole HTTP answers, over a million customers with an order and a service each.

    PYTHONPATH=src .venv/bin/python bench/desk.py [CUSTOMERS] [--plans]

It starts a database of its own in a temporary folder, has the customers written by the code of the import, makes orders, services
and telephone numbers of them set-based with their keys unchecked, and prints Markdown: for each kind of question the median and
the 99th percentile of the answer to a reader who sees every unit and to an agent of one, beside an empty page of the console in
the same run. Each question is asked once to warm the cache, then five times. With `--plans` it prints instead how the server goes
about each statement that reads orders, services or numbers.
"""

# ruff: noqa: PLC0415, SIM905 - Django is set up first; words in a row are easier to read

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import customers as crowd  # the neighbouring file, beside which it is started
from material.server import server

AT = datetime(2026, 3, 2, tzinfo=UTC)
READERS = ("supervisor", "agent")
EMPTY = "/account/password"
OURS = ("ordering_order", "inventory_service", "inventory_resource")

UNCHECKED = """
DO $$ DECLARE held record; BEGIN
    FOR held IN SELECT conrelid::regclass AS place, conname FROM pg_constraint WHERE contype = 'f' AND conrelid IN
        ('ordering_order'::regclass, 'ordering_leg'::regclass, 'ordering_line'::regclass, 'inventory_service'::regclass,
         'inventory_resource'::regclass)
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', held.place, held.conname); END LOOP;
END $$
"""
NUMBERED = """
CREATE TEMPORARY TABLE buyer AS
SELECT n, id, unit_id, address_id, %(at)s + n * interval '9 s' AS at
FROM (SELECT row_number() OVER (ORDER BY number) AS n, id, unit_id, address_id FROM customers_customer) AS made
"""
ORDERS = """
INSERT INTO ordering_order (id, number, customer_id, channel, unit_id, first_contact_id, state, exception, quote, note, placed_at,
    paid_at, closed_at)
SELECT md5('order' || n)::uuid, 'O2026-' || lpad(n::text, 6, '0'), id, 'hotline', unit_id,
    (SELECT id FROM people_staff WHERE username = 'agent'), 'completed', '', '{}', '', at, at, at FROM buyer
"""
LEGS = """
INSERT INTO ordering_leg (id, order_id, number, subject, action, service_kind, address_id, needs, state, exception, compensation,
    returned_to, held_from, version, reason, cause, "end", supervised_by, supervised_why)
SELECT md5('leg' || n)::uuid, md5('order' || n)::uuid, 1, 'order/O2026-' || lpad(n::text, 6, '0') || '-1', 'install',
    'fixed_voice', address_id, '[]', 'completed', '', '', '', '', 1, '', '', 'a', '', '' FROM buyer
"""
LINES = """
INSERT INTO ordering_line (id, leg_id, number, offer_id, quantity, characteristics, service_id)
SELECT md5('line' || n)::uuid, md5('leg' || n)::uuid, 1,
    (SELECT id FROM catalog_offerversion WHERE code = 'voice' LIMIT 1),
    1, '{}', md5('service' || n)::uuid FROM buyer
"""
SERVICES = """
INSERT INTO inventory_service (id, number, customer_id, offer, offer_version, spec, kind, address_id, state, suspension_code,
    suspension_reason, characteristics, holder, designed_at, changed_at)
SELECT md5('service' || n)::uuid, 'S' || lpad(n::text, 8, '0'), id, 'voice', 1, '', 'fixed_voice', address_id, 'active', '', '',
    '{}', 'order/O2026-' || lpad(n::text, 6, '0') || '-1', at, at FROM buyer
"""
NUMBERS = """
INSERT INTO inventory_resource (id, kind, code, value, pool_id, state, holder, role, service_id, free_from, changed_at, note)
SELECT md5('number' || n)::uuid, 'number', 'BN/20' || (30000000 + n), '20' || (30000000 + n),
    md5('pool')::uuid, 'in_service', 'order/O2026-' || lpad(n::text, 6, '0') || '-1', '', md5('service' || n)::uuid, at, at, ''
FROM buyer
"""


def main() -> None:
    words = [word for word in sys.argv[1:] if word != "--plans"]
    wanted = int(words[0]) if words else 1_000_000
    with server(durable=False):
        _fill(wanted)
        clients = {name: _client(name) for name in READERS}
        if len(words) < len(sys.argv) - 1:
            _plans(clients[READERS[1]])
        else:
            _compare(clients)


def _fill(wanted: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    from kapok.ground.catalog import demo as flows
    from kapok.ground.catalog.offering import demo as offers
    from kapok.ground.commitments import demo as packs
    from kapok.ground.people import demo as people
    from kapok.ground.people.models import OrgUnit
    from kapok.ground.posts import demo as posts

    call_command("migrate", verbosity=0)
    for loader in (people, posts, packs, flows, offers):
        loader.load(AT)
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX customers_party_grams")
        count = crowd._load(
            wanted, crowd._places(), list(OrgUnit.objects.order_by("code").values_list("id", flat=True))
        )
        cursor.execute("CREATE INDEX customers_party_grams ON customers_party USING gin (grams)")
        for statement in (UNCHECKED, NUMBERED, ORDERS, LEGS, LINES, SERVICES, NUMBERS):
            cursor.execute(statement, {"at": AT} if statement is NUMBERED else None)
        cursor.execute("VACUUM ANALYZE")
    print(
        f"{count:,} customers with an order, a service and a number each in {time.perf_counter() - started:,.0f} s",
        end="; ",
    )
    print(f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors\n")


def _questions() -> dict[str, list[str]]:
    """Of each kind some, spread over the rows."""
    from kapok.chain.ordering.models import Order

    count = Order.objects.count()
    some = [1 + place * (count - 1) // 9 for place in range(10)]
    return {
        "an order": [f"O2026-{n:06}" for n in some],
        "the beginning of an order, of all": ["O2", "O2026", "O2026-", "o2026-0"],
        "the beginning of an order, of the oldest": ["O2026-0000", "O2026-00001", "O2026-000"],
        "an order that is not there": ["O2019-", "O2026-9999999", "o1"],
        "a customer": [f"C{n:08}" for n in some],
        "a service": [f"S{n:08}" for n in some],
        "the beginning of a service": ["S0", "S0000", "s00000"],
        "a telephone number": [f"20{30_000_000 + n}" for n in some],
        "the beginning of a telephone number": ["20300", "203000", "2030001"],
        "initials of two letters": "ww ln zw ly cj ym hy zl wf wb".split(),
        "initials of three letters": "wzq lxy zjg lxm cjh wsy dtx qzh".split(),
        "a name": "王伟 李娜 张伟 王志强 李秀英 韦思雨 志强 物流有限".split(),
        "an address": "体育西路12号 tyxl12 环市东路3号201房 农林 石牌一街".split(),
        "nothing there": ["欧阳锋", "qqqq", "C99999999", "S99999999", "99999", "99999999999", "zzz zzz"],
    }


def _client(username: str) -> Any:
    """A client in which that person is signed in."""
    from django.test import Client

    from kapok.ground.people.models import Staff

    person = Staff.objects.get(username=username)
    Staff.objects.filter(id=person.id).update(must_change_password=False)
    client = Client(SERVER_NAME="localhost")
    client.force_login(person)
    return client


def _asking(client: Any) -> Callable[[str], object]:
    """Type one question into the box; anything but an answer is an error."""

    def ask(typed: str) -> None:
        answer = client.get("/desk/search", {"q": typed})
        assert answer.status_code == 200, (typed, answer.status_code)

    return ask


def _compare(clients: dict[str, Any]) -> None:
    print("| question | every unit: p50 ms | p99 ms | one unit: p50 ms | p99 ms | empty page p50 ms |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for kind, asked in _questions().items():
        told = " | ".join(crowd._row(crowd._timed(asked, _asking(client))) for client in clients.values())
        empty = crowd._timed([EMPTY] * 4, clients[READERS[1]].get)
        print(f"| {kind} | {told} | {statistics.median(empty):.1f} |", flush=True)


def _plans(client: Any) -> None:
    """How each statement upon our tables is done, with the rows that it touches."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for kind, asked in _questions().items():
        with CaptureQueriesContext(connection) as statements:
            _asking(client)(asked[0])
        for each in statements:
            if any(f"FROM {name}" in each["sql"].replace('"', "") for name in OURS):
                with connection.cursor() as cursor:
                    cursor.execute(
                        f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, SUMMARY OFF) {each['sql'].replace('%', '%%')}", []
                    )
                    plan = "\n    ".join(row[0] for row in cursor.fetchall())
                print(f"{kind}: {asked[0]}\n    {' '.join(each['sql'].split())[:300]}\n    {plan}\n", flush=True)


if __name__ == "__main__":
    main()
