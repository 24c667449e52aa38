"""Orders of three items, from asking to all stages planned and reserved, beside plain SQL that writes the same rows.

An order is a small business's bundle of a telephone line and fibre at one address: three lines, one leg, nine things reserved, its
matter opened, its first stage offered, its promises reckoned, its step enqueued, the journal told; one transaction. The floors
write as many rows into the same tables, in one transaction for each order too, by prepared statements: one with a statement for
each table and one claim of all that is reserved, one with a statement for each row. Their rows are made ready before the clock
runs, down to the values that the driver sends. That the rows are as many is seen in what the server counted. The console is the web
server as `kapok up` starts it, a process of its own; people who are signed in post the page of a new order to it, one alone and
four at once. The ways take turns on the same database, so that other work on the machine disturbs them alike; processor time is
counted for this process, the web server and the database.

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
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import psutil
import psycopg

from kapok.host import processes
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text
from material.console import Person, console
from material.floor import Floor
from material.server import Served, server

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"actor": "staff/admin", "at": AT}
AGENT = "staff/agent"
PASSWORD = uuid7(AT).hex
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
COUNTED = """
SELECT relname, n_tup_ins, n_tup_upd FROM pg_stat_user_tables WHERE n_tup_ins + n_tup_upd > 0
"""


class Bench:
    """One database with its customers, and how long each way took."""

    def __init__(self, served: Served, customers: int) -> None:
        postmaster = processes.postmaster(served.home.database)
        assert postmaster is not None
        self.watched, self.customers, self.placed = [postmaster], customers, 0
        self._seen: dict[int, float] = {}
        self.served, self.plain = served, psycopg.connect(served.url, autocommit=True, prepare_threshold=2)

    def go_on(self) -> None:
        """Go on with customers that were laid before, and after what they have ordered; the tables as they are now."""
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)
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

    def admit(self) -> None:
        """Let the agent sign in with the password of this run."""
        from kapok.ground.people.models import Staff

        agent = Staff.objects.get(username="agent")
        agent.set_password(PASSWORD)
        agent.save()

    def next(self) -> tuple[str, str, datetime]:
        """Who orders, where, and when: another customer and another house each time."""
        self.placed += 1
        number = self.placed * 7919 % self.customers + 1
        return f"C{number:08}", f"h{self.placed % HOUSES}", AT + timedelta(seconds=self.placed)

    def watch(self, process: int) -> None:
        """Count the processor time of this process, too."""
        self.watched.append(psutil.Process(process))

    def floor(self, *, by_row: bool) -> Floor:
        return Floor(self.plain, self.next, lambda: by_verbs(self), by_row=by_row)

    def cpu_seconds(self) -> float:
        """Processor time so far of this process and of all that work for it, as seen by those who call this often enough."""
        for process in [each for watched in self.watched for each in (watched, *watched.children(recursive=True))]:
            try:
                spent = process.cpu_times()
                self._seen[process.pid] = spent.user + spent.system
            except psutil.NoSuchProcess:
                continue
        return time.process_time() + sum(self._seen.values())

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


class Verbs:
    """One after another, in this process."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def prepare(self, orders: int) -> None:
        """Nothing is to be made ready."""

    def take(self, orders: int) -> list[float]:
        return [_timed(by_verbs, self.bench) for _ in range(orders)]


class Desk:
    """People at the desk, signed in: each posts the page of a new order as soon as the last is answered.

    What the page showed, and what it is asked for, is made ready outside of the clock.
    """

    def __init__(self, bench: Bench, port: int, people: int) -> None:
        self.bench, self.people = bench, [Person(port) for _ in range(people)]
        for person in self.people:
            person.sign_in("agent", PASSWORD)
        self.forms: list[tuple[str, dict[str, str]]] = []

    def prepare(self, orders: int) -> None:
        """Look at what is quoted at each house, and fill in so many pages."""
        from kapok.front.channels import basket

        now = datetime.now(UTC)
        houses = [f"h{house}" for house in range(HOUSES)]
        seen = {house: basket.terms("C00000001", "hotline", [basket.Wish(house, OFFER)], now).seen for house in houses}
        self.forms = [self._form(seen) for _ in range(orders)]
        for person in self.people:
            person.pause()

    def _form(self, seen: dict[str, str]) -> tuple[str, dict[str, str]]:
        customer, address, at = self.bench.next()
        return f"/desk/customers/{customer}/order", {
            "key": str(uuid7(at)), "seen": seen[address], "address": address, "offer": OFFER, "window": "", "pay": "now",
            "account": "", "note": "",
        }  # fmt: skip

    def take(self, orders: int) -> list[float]:
        shares = [self.forms[place :: len(self.people)] for place in range(len(self.people))]
        with ThreadPoolExecutor(len(self.people)) as pool:
            return [each for took in pool.map(_posted, self.people, shares) for each in took]


def _posted(person: Person, forms: Sequence[tuple[str, dict[str, str]]]) -> list[float]:
    return [_timed(person.post, *each) for each in forms]


# ---- measuring ----


class Way(Protocol):
    """One way to take orders."""

    def prepare(self, orders: int) -> None:
        """Have ready what so many orders take that is no work on them."""

    def take(self, orders: int) -> list[float]:
        """Take them; how many seconds each took."""


def measure(bench: Bench, orders: int, rounds: int) -> dict[str, tuple[float, float]]:
    """Each way takes so many orders in turns: seconds on the clock and of the processors for one order, printed with p99."""
    with console(bench.served) as (port, web):
        bench.watch(web)
        bench.admit()
        ways: dict[str, Way] = {
            "Kapok: `place_order`": Verbs(bench),
            "Kapok: the console, one person": Desk(bench, port, 1),
            "Kapok: the console, four people at once": Desk(bench, port, 4),
            "plain SQL, a statement for each table": bench.floor(by_row=False),
            "plain SQL, a statement for each row": bench.floor(by_row=True),
        }
        return _measured(bench, ways, orders, rounds)


def _measured(bench: Bench, ways: dict[str, Way], orders: int, rounds: int) -> dict[str, tuple[float, float]]:
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    single: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            way.prepare(orders)
            rows, cpu, started = bench.counted(), bench.cpu_seconds(), time.perf_counter()
            took = way.take(orders)
            wall, cpu = time.perf_counter() - started, bench.cpu_seconds() - cpu
            if turn:  # the first turn warms up
                spent[name].append((wall / orders, cpu / orders))
                single[name] += took
            elif not name.startswith("Kapok: the console"):
                written = bench.counted() - rows
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
    ours, _, _, *floors = middle.values()
    for name, floor in zip(list(ways)[3:], floors, strict=True):
        print(
            f"\nOf {name} the verbs reach {floor[0] / ours[0]:.2f} by the clock and "
            f"{floor[1] / ours[1]:.2f} by processor time (goal {TARGET})."
        )
    print(flush=True)
    return middle


def _middle(rounds: Sequence[tuple[float, float]]) -> tuple[float, float]:
    wall, cpu = (statistics.median(column) for column in zip(*rounds, strict=True))
    return wall, cpu


def _timed(work: Callable[..., None], *given: Any) -> float:
    started = time.perf_counter()
    work(*given)
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
    own, all_ = time.process_time(), bench.cpu_seconds()
    for _ in range(40):
        by_verbs(bench)
    own, all_ = time.process_time() - own, bench.cpu_seconds() - all_
    print(f"{own * 25:.1f} ms of this process and {(all_ - own) * 25:.1f} ms of the server for each of 40 orders.")
    watch = cProfile.Profile(time.process_time)
    watch.enable()
    for _ in range(40):
        by_verbs(bench)
    watch.disable()
    for order in ("cumulative", "tottime"):
        pstats.Stats(watch).sort_stats(order).print_stats(70)


def one(customers: int, given: argparse.Namespace) -> None:
    """Measure in a database of its own; the figures go to `--out` for who compares. This process is warm as the web server is."""
    from kapok.config.warming import warm_up

    kept = Path(given.folder) / f"orders-{customers}" if given.folder else None
    with server(kept=kept) as served:
        bench = Bench(served, customers)
        bench.go_on() if served.filled else bench.prepare()
        served.is_filled()
        warm_up()
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
