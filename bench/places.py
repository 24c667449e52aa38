"""Addresses found as one types, at one million of them, beside a plain LIKE on the same table in the same run.

    PYTHONPATH=src .venv/bin/python bench/places.py [ADDRESSES]

It starts an embedded PostgreSQL of its own in a temporary folder and prints Markdown. The table is written by the code of the
import; its two search indexes are made afterwards, as one would for a first load of that size. Each question is asked once to warm
the cache and then five times.
"""

# ruff: noqa: PLC0415, SIM905 - Django is set up first; words in a row are easier to read

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from material.server import server

ROADS = (
    "体育 天河 中山 环市 东风 黄埔 广州 江南 新港 工业 人民 解放 北京 文明 德政 越秀 农林 寺右"
    " 水荫 沙河 五山 岗顶 石牌 华强 林和 龙口 天润 珠江 花城 金穗"
).split()
TURNS = "东路 西路 南路 北路 中路 大道 一街 二街 三街 横路".split()
DISTRICTS = "天河区 越秀区 海珠区 荔湾区 白云区 黄埔区 番禺区 花都区 南沙区 增城区".split()
AT = datetime(2026, 3, 2, tzinfo=UTC)


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with server(durable=False):
        _bench(wanted)


def _bench(wanted: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX places_address_upper_grams, places_address_lower_grams")
        started = time.perf_counter()
        count = _load(wanted)
        print(f"{count:,} addresses loaded in {time.perf_counter() - started:,.0f} s", end="; ")
        started = time.perf_counter()
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for name, level in (("upper", "level <= 5"), ("lower", "level > 5")):
            cursor.execute(
                f"CREATE INDEX places_address_{name}_grams ON places_address USING gin (grams) WHERE {level} AND retired_at IS NULL"
            )
        cursor.execute("ANALYZE places_address")
        print(f"indexes made in {time.perf_counter() - started:,.0f} s\n")
        _compare(cursor)


def _load(wanted: int) -> int:
    from django.db import transaction

    from kapok.ground.places import nodes, rules
    from kapok.kernel.ids import uuid7
    from kapok.kernel.text import Text

    def named(level: rules.Level, zh: str) -> tuple[rules.Level, Text]:
        return level, rules.tidy_text(Text(zh=zh, en=""))

    def tree() -> Iterator[nodes.Node]:
        above: tuple[tuple[rules.Level, Text], ...] = ()
        parent = None
        for level, zh in ((rules.Level.PROVINCE, "广东省"), (rules.Level.CITY, "广州市")):
            above = (*above, named(level, zh))
            key = uuid7(AT)
            yield nodes.Node(key, f"B{level.value}", parent, above)
            parent = key
        serial = 0
        for district in DISTRICTS:
            held = uuid7(AT)
            inside = (*above, named(rules.Level.DISTRICT, district))
            yield nodes.Node(held, f"D{district}".encode().hex()[:40], parent, inside)
            for road in ROADS:
                for turn in TURNS:
                    key = uuid7(AT)
                    path = (*inside, named(rules.Level.ROAD, road + turn))
                    serial += 1
                    yield nodes.Node(key, f"R{serial}", held, path)
                    for number in range(1, wanted // (len(DISTRICTS) * len(ROADS) * len(TURNS) * 11) + 1):
                        house = uuid7(AT)
                        serial += 1
                        address = (*path, named(rules.Level.NUMBER, f"{number}号"))
                        yield nodes.Node(house, f"N{serial}", key, address)
                        for room in range(10):
                            serial += 1
                            flat = named(rules.Level.ROOM, f"{room // 2 + 1}0{room % 2 + 1}房")
                            yield nodes.Node(uuid7(AT), f"M{serial}", house, (*address, flat))

    with transaction.atomic():
        return nodes.write(tree())


QUESTIONS = {
    "initials": ["tyxl", "thtyxl", "hsdl", "tyxl12", "gzthtyxl5h", "nlxl", "zjdd", "cyxyjl"],
    "two characters": ["体育", "天河", "广州", "西路", "农林", "2号", "寺右", "路1"],
    "substring": [
        "体育西路",
        "天河体育西路12",
        "育西路",
        "环市东路8号",
        "广东省广州市天河区体育西路3号201房",
        "林和北路",
        "越秀 解放北",
        "301房",
    ],
}


def _compare(cursor: object) -> None:
    from kapok.ground.places import queries

    print("| question | Kapok p50 ms | p99 ms | plain `LIKE` p50 ms | p99 ms |\n| --- | ---: | ---: | ---: | ---: |")
    for kind, asked in QUESTIONS.items():
        ours = _timed(asked, queries.search, 5)
        plain = _timed(asked, lambda text: _like(cursor, text), 1)
        print(f"| {kind} | {_row(ours)} | {_row(plain)} |", flush=True)
    slowest = max((_timed([text], queries.search, 3)[0], text) for asked in QUESTIONS.values() for text in asked)
    print(f"\nThe slowest question was {slowest[1]} with {slowest[0]:.1f} ms.")


def _like(cursor: object, text: str) -> None:
    cursor.execute(  # type: ignore[attr-defined]  # Django's cursor
        "SELECT code FROM places_address WHERE search LIKE %s AND retired_at IS NULL"
        " ORDER BY level, length(full_zh), full_zh LIMIT 20",
        [f"%{text}%"],
    )
    cursor.fetchall()  # type: ignore[attr-defined]  # the same


def _timed(asked: list[str], ask: Callable[[str], object], times: int) -> list[float]:
    spent = []
    for text in asked:
        ask(text)
        for _ in range(times):
            started = time.perf_counter()
            ask(text)
            spent.append((time.perf_counter() - started) * 1e3)
    random.shuffle(spent)
    return spent


def _row(spent: list[float]) -> str:
    ordered = sorted(spent)
    return f"{statistics.median(ordered):.1f} | {ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]:.1f}"


if __name__ == "__main__":
    main()
