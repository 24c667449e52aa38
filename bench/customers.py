"""Customers found by whatever is at hand, at one million of them, beside a floor in the same run.

    PYTHONPATH=src .venv/bin/python bench/customers.py [CUSTOMERS]

It starts an embedded PostgreSQL of its own in a temporary folder and prints Markdown. Rows are written by the code of the import;
the index of names is made afterwards, as one would for a first load of that size. The floor is what any list of twenty customers
costs: the same rows fetched by their identifiers with the same driver. Each question
is asked once to warm the cache, then five times.
"""

# ruff: noqa: PLC0415, SIM905 - Django is set up first; words in a row are easier to read

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from material.server import server

AT = datetime(2026, 3, 2, tzinfo=UTC)
WHO = {"actor": "system", "at": AT}
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
    "姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文晓梅海燕春宇鹏浩凯佳欣怡琳雪婷倩颖慧莹"
    "子轩梓涵一诺思雨俊博天翔家豪永安福荣世昌"
)
ROADS = (
    "体育 天河 中山 环市 东风 黄埔 广州 江南 新港 工业 人民 解放 北京"
    " 文明 德政 越秀 农林 寺右 水荫 沙河 五山 岗顶 石牌 华强 林和"
).split()
TURNS = "东路 西路 南路 北路 中路 大道 一街 二街".split()
FIRMS = "科技 贸易 餐饮 物流 建筑 医药 服饰 广告 软件 物业".split()


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with server(durable=False):
        _bench(wanted)


def _bench(wanted: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    rooms = _places()
    units = _units()
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX customers_party_grams")
        started = time.perf_counter()
        count = _load(wanted, rooms, units)
        took = time.perf_counter() - started
        print(
            f"{count:,} customers at {len(rooms):,} rooms written in {took:,.0f} s ({count / took:,.0f} a second)",
            end="; ",
        )
        started = time.perf_counter()
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("CREATE INDEX customers_party_grams ON customers_party USING gin (grams)")
        for table in ("party", "customer", "contact", "billingaccount"):
            cursor.execute(f"VACUUM ANALYZE customers_{table}")
        cursor.execute("VACUUM ANALYZE places_address")
        print(
            f"index of names made in {time.perf_counter() - started:,.0f} s; load of the machine {os.getloadavg()[0]:.1f}\n"
        )
        _compare(cursor)


def _places() -> list[object]:
    """25 roads of 8 turns, 20 numbers each, 10 rooms each."""
    from django.db import transaction

    from kapok.ground.places import nodes, rules
    from kapok.kernel.ids import uuid7
    from kapok.kernel.text import Text

    rooms = []

    def tree() -> Iterator[nodes.Node]:
        above: tuple[tuple[rules.Level, Text], ...] = ()
        parent, serial = None, 0

        def node(parent: object, path: object) -> nodes.Node:
            nonlocal serial
            serial += 1
            return nodes.Node(uuid7(AT), f"B{serial}", parent, path)

        for level, zh in ((1, "广东省"), (2, "广州市"), (3, "天河区")):
            above = (*above, (rules.Level(level), rules.tidy_text(Text(zh=zh, en=""))))
            yield (top := node(parent, above))
            parent = top.id
        for name in (road + turn for road in ROADS for turn in TURNS):
            path = (*above, (rules.Level.ROAD, rules.tidy_text(Text(zh=name, en=""))))
            yield (road := node(parent, path))
            for number in range(1, 21):
                inside = (*path, (rules.Level.NUMBER, rules.tidy_text(Text(zh=f"{number}号", en=""))))
                yield (house := node(road.id, inside))
                for room in range(10):
                    flat = (rules.Level.ROOM, rules.tidy_text(Text(zh=f"{room // 2 + 1}0{room % 2 + 1}房", en="")))
                    yield (spot := node(house.id, (*inside, flat)))
                    rooms.append(spot.id)

    with transaction.atomic():
        nodes.write(tree())
    return rooms


def _units() -> list[object]:
    """A branch and forty patches."""
    from kapok.ground.people import api as people
    from kapok.ground.people.models import OrgUnit
    from kapok.ground.people.rules import UnitKind
    from kapok.kernel.text import Text

    people.add_unit(code="city", kind=UnitKind.BRANCH, name=Text(zh="分公司", en="Branch"), parent=None, **WHO)
    for serial in range(40):
        name = Text(zh=f"{serial}片区", en=f"Patch {serial}")
        people.add_unit(code=f"patch-{serial}", kind=UnitKind.PATCH, name=name, parent="city", **WHO)
    return list(OrgUnit.objects.exclude(code="city").order_by("code").values_list("id", flat=True))


def _load(wanted: int, rooms: list[object], units: list[object]) -> int:
    from django.db import transaction

    from kapok.ground.customers import records, rows, rules
    from kapok.kernel.ids import uuid7

    chance = random.Random(7)
    weights = [1 / (place + 3) for place in range(len(SURNAMES))]

    def name(serial: int) -> str:
        if serial % 12 == 0:
            return f"广州市{chance.choice(ROADS)}{chance.choice(GIVEN)}{chance.choice(GIVEN)}{chance.choice(FIRMS)}有限公司"
        given = chance.choice(GIVEN) + (chance.choice(GIVEN) if chance.random() < 0.7 else "")
        return chance.choices(SURNAMES, weights)[0] + given

    def record(serial: int, number: str, account: str) -> records.Record:
        firm = serial % 12 == 0
        phone = f"1{chance.randrange(30, 99)}{chance.randrange(10**8):08}"
        return records.Record(
            id=uuid7(AT), party=uuid7(AT), account=uuid7(AT), number=number, account_number=account,
            kind=rules.PartyKind.ORGANISATION if firm else rules.PartyKind.PERSON, name=name(serial),
            segment="business" if firm else "public", unit=chance.choice(units), at=AT,
            document_kind="passport", document=f"E{chance.randrange(10**8):08}", address=chance.choice(rooms),
            contacts=((uuid7(AT), rules.ContactKind.MOBILE, phone),),
        )  # fmt: skip

    count = 0
    for start in range(0, wanted, 10_000):
        size = min(10_000, wanted - start)
        with transaction.atomic():
            numbers, accounts = rows.new_customer_numbers(size), rows.new_account_numbers(size)
            serials = range(start, start + size)
            count += records.write(map(record, serials, numbers, accounts))
    return count


def _questions(cursor: object) -> dict[str, list[str]]:
    """Of each kind twenty, half of them taken from the rows."""
    sample = _sample(cursor, "SELECT number FROM customers_customer TABLESAMPLE BERNOULLI (1) LIMIT 20")
    accounts = _sample(cursor, "SELECT number FROM customers_billingaccount TABLESAMPLE BERNOULLI (1) LIMIT 20")
    phones = _sample(cursor, "SELECT digits FROM customers_contact TABLESAMPLE BERNOULLI (1) LIMIT 20")
    two = "王伟 李娜 张伟 刘洋 陈静 杨敏 黄勇 赵磊 吴芳 周杰 韦博 戴荣 钱昌 武世 覃安".split()
    return {
        "number": sample,
        "account": accounts,
        "telephone": phones,
        "beginning of a telephone": [phone[:7] for phone in phones],
        "last four digits": [phone[-4:] for phone in phones],
        "name of two characters": two,
        "name of three characters": "王志强 李秀英 张建国 刘晓梅 陈家豪 韦思雨 戴天翔 钱梓涵".split(),
        "part of a name": "志强 秀英 建国 晓梅 家豪 物流有限 梓涵 福荣".split(),
        "initials of two letters": "ww ln zw ly cj ym hy zl wf wb".split(),
        "initials of three letters": "wzq lxy zjg lxm cjh wsy dtx qzh".split(),
        "address": "体育西路12号 tyxl12 环市东路3号201房 农林 天河区 石牌一街 gzthtyxl5h 水荫大道".split(),
        "name and address": ["王伟 体育西路", "李娜 农林", "张志强 环市", "陈静 水荫大道3号"],
        "nothing there": ["欧阳锋", "qqqq", "C99999999", "爱新觉罗", "zzz zzz"],
    }


def _sample(cursor: object, query: str) -> list[str]:
    cursor.execute(query)  # type: ignore[attr-defined]  # Django's cursor
    return [row[0] for row in cursor.fetchall()]  # type: ignore[attr-defined]


def _compare(cursor: object) -> None:
    from kapok.ground.customers import searching

    keys = _sample(cursor, "SELECT id FROM customers_customer TABLESAMPLE BERNOULLI (1) LIMIT 20")
    patch = {"patch-7"}
    print("| question | p50 ms | p99 ms | in one patch of 40: p50 ms | p99 ms | floor p50 ms |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for kind, asked in _questions(cursor).items():
        everywhere = _timed(asked, lambda text: searching.search(text, units=None))
        within = _timed(asked, lambda text: searching.search(text, units=patch))
        floor = _timed(["floor"] * 4, lambda _text: searching._shown(keys, None))
        print(f"| {kind} | {_row(everywhere)} | {_row(within)} | {statistics.median(floor):.1f} |", flush=True)


def _timed(asked: list[str], search: Callable[[str], object], times: int = 5) -> list[float]:
    took = []
    for text in asked:
        search(text)
        for _ in range(times):
            started = time.perf_counter()
            search(text)
            took.append((time.perf_counter() - started) * 1000)
    return sorted(took)


def _row(took: list[float]) -> str:
    return f"{statistics.median(took):.1f} | {took[min(len(took) - 1, int(len(took) * 0.99))]:.1f}"


if __name__ == "__main__":
    main()
