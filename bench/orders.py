"""Orders of three items, from asking to all stages planned and reserved, beside plain SQL that writes the same rows.

An order is a small business's bundle of a telephone line and fibre at one address: three lines, one leg, nine things reserved, its
matter opened, its first stage offered, its promises reckoned, its step enqueued, the journal told; one transaction. The floors
write as many rows into the same tables, in one transaction for each order too, by prepared statements: one with a statement for
each table and one claim of all that is reserved, one with a statement for each row. Their rows are made ready before the clock
runs, down to the values that the driver sends. That the rows are as many is seen in what the server counted. The console is an HTTP
client that is signed in and posts the page of a new order. The ways take turns on the same database, so that other work on the
machine disturbs them alike; processor time is counted for this process and the server.

    PYTHONPATH=src .venv/bin/python bench/orders.py [--customers 10000 1000000] [--orders 60] [--rounds 5] [--profile]

It starts a database of its own in a temporary folder for each number of customers, prints Markdown, and removes the folder; with
`--folder F` the databases stay in F with what was ordered in them, and are taken from there another time.
"""

# ruff: noqa: PLC0415 - Django is set up first

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import psycopg
from psycopg import sql

from kapok.host import processes
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text
from material.server import server

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"actor": "staff/admin", "at": AT}
AGENT = "staff/agent"
HOUSES, PORTS = 40, 200
TARGET = 0.35
OFFER = "bench-bundle"
BUNDLE: dict[str, Any] = {
    "code": OFFER, "kind": "bundle", "title": {"zh": "商务双线套餐", "en": "Two lines for a small business"},
    "note": {"zh": "测试数据", "en": "Made for measuring"}, "position": 900, "segments": ["business"],
    "channels": ["business", "hotline"], "parts": ["voice", "fibre-300"],
    "prices": [{"kind": "one_off", "title": {"zh": "安装费", "en": "installation"}, "amount": 10000}],
    "promises": [{"pack": "guangzhou-pledges", "code": "install"}],
}  # fmt: skip

CUSTOMERS = """
WITH numbered AS (
    SELECT i, md5('party' || i)::uuid AS party, md5('customer' || i)::uuid AS customer FROM generate_series(1, %(count)s) i
), parties AS (
    INSERT INTO customers_party (id, kind, name, document_kind, document, search, grams)
    SELECT party, 'organisation', '商户' || i, '', '', '商户' || i, ARRAY[i %% 9973, 100000 + i %% 997] FROM numbered
), contacts AS (
    INSERT INTO customers_contact (id, customer_id, kind, value, digits, role, added_at)
    SELECT md5('contact' || i)::uuid, customer, 'mobile', '139' || lpad(i::text, 8, '0'), '139' || lpad(i::text, 8, '0'), '', %(at)s
    FROM numbered
), accounts AS (
    INSERT INTO customers_billingaccount (id, number, customer_id, name, payment, currency, opened_at)
    SELECT md5('account' || i)::uuid, 'A' || lpad(i::text, 8, '0'), customer, '商户' || i, 'postpaid', 'CNY', %(at)s FROM numbered
)
INSERT INTO customers_customer (id, number, reference, party_id, segment, tier, star, unit_id, registered_at, revision)
SELECT customer, 'C' || lpad(i::text, 8, '0'), '', party, 'business', '', 0,
    (SELECT id FROM people_orgunit WHERE code = 'hotline'), %(at)s, 1 FROM numbered
"""
TAKE = """
UPDATE inventory_resource r SET state = 'reserved', holder = %s, reserved_until = %s, changed_at = %s
FROM (SELECT free.id FROM unnest(%s::uuid[], %s::text[], %s::int[]) wanted (home, kind, count) CROSS JOIN LATERAL (
          SELECT id FROM inventory_resource WHERE home = wanted.home AND kind = wanted.kind AND state = 'free'
          ORDER BY free_from, code LIMIT wanted.count FOR UPDATE SKIP LOCKED) free) taken
WHERE r.id = taken.id
"""
COUNTED = """
SELECT relname, n_tup_ins, n_tup_upd FROM pg_stat_user_tables WHERE n_tup_ins + n_tup_upd > 0
"""


class Bench:
    """One database with its customers, and how long each way took."""

    def __init__(self, url: str, server: Path, customers: int) -> None:
        postmaster = processes.postmaster(server)
        assert postmaster is not None
        self.postmaster, self.customers, self.placed = postmaster, customers, 0
        self._seen: dict[int, float] = {}
        self.plain = psycopg.connect(url, autocommit=True, prepare_threshold=2)

    def go_on(self) -> None:
        """Go on with customers that were laid before, and after what they have ordered."""
        (self.placed,) = self.plain.execute("SELECT count(*) FROM ordering_order").fetchone() or (0,)
        print(f"{self.customers:,} customers, who have placed {self.placed:,} orders.\n", flush=True)

    def prepare(self) -> None:
        from django.core.management import call_command

        from kapok.ground.catalog import demo as flows
        from kapok.ground.catalog.offering import api as offering
        from kapok.ground.catalog.offering import demo as offers
        from kapok.ground.commitments import demo as packs
        from kapok.ground.people import demo as people
        from kapok.ground.posts import demo as posts

        call_command("migrate", interactive=False, verbosity=0)
        for loader in (people, posts, packs, flows, offers):
            loader.load(AT)
        offering.draft_offer(document=BUNDLE, **WHO)
        offering.publish_offer(code=OFFER, revision=1, **WHO)
        _plant()
        started = time.perf_counter()
        self.plain.execute(CUSTOMERS, {"count": self.customers, "at": AT})
        self.plain.execute("SELECT setval('customers_customer_number', %s)", [self.customers + 1])
        self.plain.execute("VACUUM ANALYZE")
        print(f"{self.customers:,} customers laid in {time.perf_counter() - started:.0f} s.\n", flush=True)

    def next(self) -> tuple[str, str, datetime]:
        """Who orders, where, and when: another customer and another house each time."""
        self.placed += 1
        number = self.placed * 7919 % self.customers + 1
        return f"C{number:08}", f"h{self.placed % HOUSES}", AT + timedelta(seconds=self.placed)

    def server_seconds(self) -> float:
        """Processor time of the server so far, as seen by those who call this often enough."""
        for process in [self.postmaster, *self.postmaster.children(recursive=True)]:
            try:
                spent = process.cpu_times()
                self._seen[process.pid] = spent.user + spent.system
            except psutil.NoSuchProcess:
                continue
        return sum(self._seen.values())

    def counted(self) -> Counter[str]:
        """Rows inserted and updated so far, by table, partitions with their table."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute("SELECT 1")
        self.plain.execute("SELECT pg_stat_force_next_flush()")
        self.plain.execute("SELECT 1")
        rows: Counter[str] = Counter()
        for table, inserted, updated in self.plain.execute(COUNTED).fetchall():
            name = "journal_entry" if table.startswith("journal_entry") else table
            rows[name] += inserted + updated
        return rows


def _plant() -> None:
    """Forty houses, each with fibre and copper of its own; pools for all."""
    from kapok.ground.places import api as places
    from kapok.ground.places.rules import Level
    from kapok.network.inventory import api as inventory

    def named(zh: str) -> Text:
        return Text(zh=zh, en="")

    places.draw_exchange_area(code="BX", name=named("测局"), **WHO)
    places.add_address(code="bp", level=Level.PROVINCE, name=named("测试省"), parent=None, **WHO)
    places.add_address(code="br", level=Level.ROAD, name=named("测试路"), parent="bp", exchange_area="BX", **WHO)
    inventory.add_site(code="BX", name=named("测局"), exchange_area="BX", **WHO)
    for code, kind, parent in (("BOLT", "olt", ""), ("BMDF", "mdf", ""), ("BEX", "exchange", "")):
        inventory.add_element(code=code, kind=kind, parent=parent, site="BX", **WHO)
    for kind, element in (("mdf_port", "BMDF"), ("line_port", "BEX")):
        inventory.add_resources(kind=kind, element=element, count=HOUSES * PORTS, **WHO)
    for house in range(HOUSES):
        places.add_address(code=f"h{house}", level=Level.NUMBER, name=named(f"{house + 1}号"), parent="br", **WHO)
        inventory.add_element(code=f"BPON{house}", kind="pon", parent="BOLT", **WHO)
        inventory.add_element(code=f"BSPL{house}", kind="splitter", parent=f"BPON{house}", covers=[f"h{house}"], **WHO)
        inventory.add_element(code=f"BCAB{house}", kind="cabinet", parent="BMDF", **WHO)
        inventory.add_element(
            code=f"BDP{house}", kind="distribution_point", parent=f"BCAB{house}", covers=[f"h{house}"], **WHO
        )
        for kind, element in (
            ("pon_port", f"BPON{house}"), ("splitter_port", f"BSPL{house}"),
            ("primary_pair", f"BCAB{house}"), ("secondary_pair", f"BDP{house}"),
        ):  # fmt: skip
            inventory.add_resources(kind=kind, element=element, count=PORTS, **WHO)
    for code, kind, values, more in (
        ("BN", "number", "2070000000-2070007999", {"exchange_area": "BX"}),
        ("BONU", "onu", " ".join(f"KPB{number:06}" for number in range(HOUSES * PORTS)), {}),
        ("BVLAN", "vlan", "1000-4094", {}),
        ("BVLAN2", "vlan", "1000-4094", {}),
    ):
        inventory.add_pool(code=code, kind=kind, name=named(code), values=values, **more, **WHO)


# ---- by the verbs and by the console ----


def by_verbs(bench: Bench) -> None:
    from kapok.chain.ordering import api
    from kapok.chain.ordering.api import LineDraft

    customer, address, at = bench.next()
    lines = [LineDraft(offer=OFFER, address=address)]
    api.place_order(customer=customer, channel="business", lines=lines, pay=True, actor=AGENT, at=at)


class Desk:
    """An agent at the desk: signed in once; what a page showed is asked for outside of the clock."""

    def __init__(self) -> None:
        from django.test import Client

        from kapok.ground.people.models import Staff

        self.client = Client(SERVER_NAME="localhost")
        self.client.force_login(Staff.objects.get(username="agent"))
        self.seen: dict[str, str] = {}

    def prepare(self, bench: Bench, orders: int) -> None:
        """Look at the customer and at what is quoted at each house."""
        from kapok.front.channels import basket

        self.client.get(
            "/desk/customers/C00000001"
        )  # where what the orders before have said is read, as a person would
        for house in range(HOUSES):
            address = f"h{house}"
            now = datetime.now(UTC)
            self.seen[address] = basket.terms("C00000001", "hotline", [basket.Wish(address, OFFER)], now).seen

    def __call__(self, bench: Bench) -> None:
        customer, address, at = bench.next()
        form = {
            "key": str(uuid7(at)), "seen": self.seen[address], "address": address, "offer": OFFER, "window": "", "pay": "now",
            "account": "", "note": "",
        }  # fmt: skip
        answer = self.client.post(f"/desk/customers/{customer}/order", form)
        assert answer.status_code == 302, answer.content.decode()[:3000]


# ---- the floor ----


Statement = tuple[str, list[Any]]


class Floor:
    """Writes again what a pattern order wrote, under new identifiers, which it is given before the clock runs."""

    def __init__(self, bench: Bench, *, by_row: bool) -> None:
        from django.db import connection

        from kapok.chain.ordering.models import Order

        self.by_row = by_row
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(transaction::text::bigint), 0) FROM journal_entry")
            before = cursor.fetchone()[0]
        by_verbs(bench)
        order = Order.objects.latest("placed_at")
        self.number, self.holder = order.number, f"order/{order.number}-1"
        self.tables = [(table, *_rows(bench.plain, table, where)) for table, where in _where(order.id, before)]
        self.needs = bench.plain.execute(
            "SELECT home, kind FROM inventory_resource WHERE holder = %s ORDER BY kind", [self.holder]
        ).fetchall()
        points = {"splitter_port": "BSPL", "pon_port": "BPON", "secondary_pair": "BDP", "primary_pair": "BCAB"}
        homes = dict(bench.plain.execute("SELECT code, id FROM inventory_element").fetchall())
        self.homes = {
            f"h{house}": {kind: homes[f"{prefix}{house}"] for kind, prefix in points.items()} for house in range(HOUSES)
        }
        self.serial = bench.placed
        self.prepared: list[list[Statement]] = []

    def prepare(self, bench: Bench, orders: int) -> None:
        """Have the statements of so many orders ready, with all values as the driver sends them."""
        self.prepared = [self._prepared(bench) for _ in range(orders)]

    def _prepared(self, bench: Bench) -> list[Statement]:
        self.serial += 1
        customer, address, at = bench.next()
        number = f"F{'R' if self.by_row else 'T'}{self.serial:09}"
        fresh: dict[UUID, UUID] = {}
        for _table, columns, _types, rows in self.tables:
            key = columns.index("id")
            for row in rows:
                fresh[row[key]] = uuid7(at)
        texts = [(self.number, number), *((str(old), str(new)) for old, new in fresh.items())]
        statements: list[Statement] = [("SELECT id FROM customers_customer WHERE number = %s", [customer])]
        for table, columns, types, rows in self.tables:
            values = [_renewed(row, types, fresh, texts) for row in rows]
            for some in [[each] for each in values] if self.by_row else [values]:
                statements.append((_insert(table, columns, len(some)), [value for row in some for value in row]))
        wanted = Counter((self.homes[address].get(kind, home), kind) for home, kind in self.needs)
        for claims in [[each] for each in wanted.items()] if self.by_row else [list(wanted.items())]:
            places, counts = zip(*claims, strict=True)
            held = [list(column) for column in zip(*places, strict=True)]
            statements.append((TAKE, [f"order/{number}-1", at + timedelta(days=7), at, *held, list(counts)]))
        return statements

    def __call__(self, bench: Bench) -> None:
        taken = 0
        with bench.plain.transaction():
            for statement, values in self.prepared.pop():
                done = bench.plain.execute(statement, values)
                taken += done.rowcount if statement is TAKE else 0
        assert taken == len(self.needs), taken


def _where(order: UUID, before: int) -> Iterator[tuple[str, str]]:
    """The tables into which an order is written, in the order of their keys, and which rows of them are one order's."""
    legs = f"SELECT id FROM ordering_leg WHERE order_id = '{order}'"
    matters = (
        f"SELECT id FROM work_matter WHERE subject IN (SELECT subject FROM ordering_leg WHERE order_id = '{order}')"
    )
    items = f"SELECT id FROM work_item WHERE matter_id IN ({matters})"
    subjects = (
        f"SELECT subject FROM ordering_leg WHERE order_id = '{order}' UNION SELECT 'work/' || id FROM work_item "
        f"WHERE matter_id IN ({matters})"
    )
    yield "ordering_order", f"id = '{order}'"
    yield "ordering_leg", f"order_id = '{order}'"
    yield "ordering_line", f"leg_id IN ({legs})"
    yield "work_matter", f"id IN ({matters})"
    yield "work_item", f"matter_id IN ({matters})"
    yield "work_handoff", f"item_id IN ({items})"
    yield "work_turn", f"item_id IN ({items})"
    yield "ordering_step", f"leg_id IN ({legs})"
    yield "commitments_commitment", f"subject IN ({subjects})"
    yield "journal_entry", f"transaction::text::bigint > {before}"


def _rows(plain: psycopg.Connection[Any], table: str, where: str) -> tuple[list[str], list[str], list[tuple[Any, ...]]]:
    """The columns that are written, their types, and the rows."""
    found = plain.execute(
        "SELECT column_name, udt_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER' "
        "AND NOT (table_name = 'journal_entry' AND column_name IN ('transaction', 'position', 'recorded_at')) "
        "ORDER BY ordinal_position",
        [table],
    ).fetchall()
    columns, types = [each[0] for each in found], [each[1] for each in found]
    chosen = sql.SQL(", ").join(map(sql.Identifier, columns))
    asked = sql.SQL("SELECT {} FROM {} WHERE " + where).format(chosen, sql.Identifier(table))
    rows = plain.execute(asked).fetchall()
    assert rows, table
    return columns, types, rows


def _insert(table: str, columns: Sequence[str], count: int) -> str:
    row = "(" + ", ".join(["%s"] * len(columns)) + ")"
    names = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO {table} ({names}) VALUES {', '.join([row] * count)}"


def _renewed(
    row: Sequence[Any], types: Sequence[str], fresh: dict[UUID, UUID], texts: Sequence[tuple[str, str]]
) -> list[Any]:
    return [_value(value, kind, fresh, texts) for value, kind in zip(row, types, strict=True)]


def _value(value: Any, kind: str, fresh: dict[UUID, UUID], texts: Sequence[tuple[str, str]]) -> Any:
    if kind == "jsonb" and value is not None:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, UUID):
        return fresh.get(value, value)
    if isinstance(value, str):
        for old, new in texts:
            if old in value:
                return value.replace(old, new)
    return value


# ---- measuring ----


Way = Callable[[Bench], None]


def measure(bench: Bench, orders: int, rounds: int) -> dict[str, tuple[float, float]]:
    """Each way takes so many orders in turns: seconds on the clock and of the processors for one order, printed with p99."""
    ways: dict[str, Way] = {
        "Kapok: `place_order`": by_verbs,
        "Kapok: the console": Desk(),
        "plain SQL, a statement for each table": Floor(bench, by_row=False),
        "plain SQL, a statement for each row": Floor(bench, by_row=True),
    }
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    single: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            if isinstance(way, Desk | Floor):
                way.prepare(bench, orders)
            before, own, server = bench.counted(), time.process_time(), bench.server_seconds()
            took = [_timed(way, bench) for _ in range(orders)]
            cpu = time.process_time() - own + bench.server_seconds() - server
            if turn:  # the first turn warms up
                spent[name].append((sum(took) / orders, cpu / orders))
                single[name] += took
            elif name.startswith(("plain", "Kapok: `")):
                written = bench.counted() - before
                print(f"Rows of {orders} orders, {name}: {dict(sorted(written.items()))}", flush=True)
    print(
        "\n| way | orders/s | orders/CPU-s | ms p50 | ms p99 | rounds, ms an order |\n| --- | ---: | ---: | ---: | ---: | --- |"
    )
    middle = {name: _middle(each) for name, each in spent.items()}
    for name, (wall, cpu) in middle.items():
        times = sorted(single[name])
        figures = f"{statistics.median(times) * 1e3:.1f} | {times[len(times) * 99 // 100] * 1e3:.1f}"
        turns = " · ".join(f"{each[0] * 1e3:.1f}" for each in spent[name])
        print(f"| {name} | {1 / wall:,.1f} | {1 / cpu:,.1f} | {figures} | {turns} |")
    ours, _console, *floors = middle.values()
    for name, floor in zip(list(ways)[2:], floors, strict=True):
        print(
            f"\nOf {name} the verbs reach {floor[0] / ours[0]:.2f} by the clock and "
            f"{floor[1] / ours[1]:.2f} by processor time (goal {TARGET})."
        )
    print(flush=True)
    return middle


def _middle(rounds: Sequence[tuple[float, float]]) -> tuple[float, float]:
    wall, cpu = (statistics.median(column) for column in zip(*rounds, strict=True))
    return wall, cpu


def _timed(way: Way, bench: Bench) -> float:
    started = time.perf_counter()
    way(bench)
    return time.perf_counter() - started


def profile(bench: Bench) -> None:
    """Where the time of the verbs goes, and what they ask of the database."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(5):
        by_verbs(bench)
    with CaptureQueriesContext(connection) as asked:
        by_verbs(bench)
    print(f"{len(asked)} statements for one order.")
    for each in asked:
        print("   ", each["time"], " ".join(each["sql"].split())[:200])
    own, server = time.process_time(), bench.server_seconds()
    for _ in range(40):
        by_verbs(bench)
    print(
        f"{(time.process_time() - own) * 25:.1f} ms of this process and "
        f"{(bench.server_seconds() - server) * 25:.1f} ms of the server for each of 40 orders."
    )
    watch = cProfile.Profile(time.process_time)
    watch.enable()
    for _ in range(40):
        by_verbs(bench)
    watch.disable()
    for order in ("cumulative", "tottime"):
        pstats.Stats(watch).sort_stats(order).print_stats(70)


def one(customers: int, given: argparse.Namespace) -> None:
    """Measure in a database of its own; the figures go to `--out` for who compares."""
    kept = Path(given.folder) / f"orders-{customers}" if given.folder else None
    with server(kept=kept) as served:
        bench = Bench(served.url, served.home.database, customers)
        bench.go_on() if served.filled else bench.prepare()
        served.is_filled()
        load = " ".join(f"{each:.1f}" for each in os.getloadavg())
        print(f"{os.cpu_count()} cores, load of the machine {load}.\n", flush=True)
        if given.profile:
            profile(bench)
        else:
            figures = measure(bench, given.orders, given.rounds)
            Path(given.out).write_text(json.dumps(figures), encoding="utf-8")
        bench.plain.close()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--customers", type=int, nargs="+", default=[10_000, 1_000_000])
    options.add_argument("--orders", type=int, default=60)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--profile", action="store_true")
    options.add_argument("--folder", help="keep the databases there, and find them there again")
    options.add_argument("--out", default=os.devnull)
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the database goes too
    if len(given.customers) == 1:
        one(given.customers[0], given)
        return
    told: dict[int, dict[str, tuple[float, float]]] = {}
    for customers in given.customers:
        with tempfile.NamedTemporaryFile() as out:
            words = [
                "--customers",
                str(customers),
                "--orders",
                str(given.orders),
                "--rounds",
                str(given.rounds),
                "--out",
                out.name,
                *(["--folder", given.folder] if given.folder else []),
            ]
            subprocess.run([sys.executable, __file__, *words], check=True)
            told[customers] = json.loads(Path(out.name).read_text(encoding="utf-8"))
    few, many = min(told), max(told)
    for name in told[few]:
        wall, cpu = (told[many][name][place] / told[few][name][place] for place in (0, 1))
        print(
            f"{name}: with {many:,} customers {wall:.2f} of the time by the clock with {few:,}, {cpu:.2f} by processor time."
        )


if __name__ == "__main__":
    main()
