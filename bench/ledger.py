"""The ledger beside the plain SQL of the same page, over a million commitments.

It makes its own database (embedded, or the empty one that KAPOK_DATABASE_URL names), fills it set-based and prints Markdown:
for each view the median and the 99th percentile of Kapok's page, of its counts, and of what one would write by hand:
`WHERE … ORDER BY due_at, id LIMIT 51` and `count(*) … GROUP BY state`. Kapok's counts stop at ten thousand and one; the plain
ones do not. Run as::

    PYTHONPATH=src .venv/bin/python bench/ledger.py [ROWS] [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from material.server import server

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 60
UNITS = 120
PEOPLE = 2_000
FILL = """
INSERT INTO commitments_commitment (id, subject, number, pack_id, promise, tier, direction, state, unit, owner, opened_at,
    due_at, first_due_at, elapsed, late_by, pauses, reopened, urges, breach_number, calendar_version, zone, facts, anomalies,
    warn_at, warned)
SELECT gen_random_uuid(), 'fault/F' || n / 3, n %% 3, pack.id, promise.codes[1 + dice.a %% 40], promise.tiers[1 + dice.a %% 40],
    'within', CASE WHEN dice.b < 40 THEN 'open' WHEN dice.b < 50 THEN 'overdue' WHEN dice.b < 55 THEN 'paused'
                   WHEN dice.b < 940 THEN 'kept' WHEN dice.b < 980 THEN 'broken' ELSE 'void' END,
    CASE WHEN n %% 5000 = 0 THEN 'rare' ELSE 'unit-' || dice.c %% %(units)s END, 'staff/p' || dice.c %% %(people)s,
    now() - n * interval '9 seconds', now() - n * interval '9 seconds' + dice.d * interval '1 minute', now(), interval '1 hour',
    interval '0', '[]', 0, 0, 0, 'always', 'Asia/Shanghai', '{"service": "fixed_broadband"}', '{}', '{}', 0
FROM generate_series(1, %(rows)s) n,
    LATERAL (SELECT hashint4extended(n, 1) & 65535 a, (hashint4extended(n, 2) & 1048575) %% 1000 b,
                    hashint4extended(n, 3) & 1048575 c, (hashint4extended(n, 4) & 1048575) %% 4320 d) dice,
    (SELECT id FROM commitments_packversion LIMIT 1) pack,
    (SELECT %(codes)s::text[] codes, %(tiers)s::text[] tiers) promise
"""


@contextmanager
def database() -> Iterator[str]:
    """The server that KAPOK_DATABASE_URL names, or one that is thrown away afterwards."""
    if given := os.environ.get("KAPOK_DATABASE_URL"):
        yield given
        return
    with server(durable=False) as served:
        yield served.url


def fill() -> None:
    """A pack and the commitments under it."""
    import hashlib  # noqa: PLC0415 - Django first

    from django.db import connection  # noqa: PLC0415
    from django.utils.timezone import now  # noqa: PLC0415

    from kapok.ground.commitments.models import PackVersion  # noqa: PLC0415
    from kapok.kernel.ids import uuid7  # noqa: PLC0415
    from kapok.kernel.promises import find, parse  # noqa: PLC0415

    document = find("guangzhou-pledges").read_text(encoding="utf-8")
    pack = parse(document, "guangzhou-pledges")
    digest = hashlib.sha256(document.encode()).hexdigest()
    PackVersion.objects.create(
        id=uuid7(now()), code=pack.code, version=pack.version, document=document, digest=digest, kinds=[], adopted_at=now()
    )  # fmt: skip
    rows = (pack.promises * 40)[:40]
    values = {"codes": [row.code for row in rows], "tiers": [row.tier.value for row in rows], "rows": ROWS}
    with connection.cursor() as cursor:
        cursor.execute(FILL, values | {"units": UNITS, "people": PEOPLE})
        cursor.execute("VACUUM ANALYZE commitments_commitment")


def timed(work: Callable[[], Any]) -> list[float]:
    """Milliseconds of each round."""
    work()
    found = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        found.append((time.perf_counter() - begun) * 1000)
    return found


def shown(milliseconds: list[float]) -> str:
    """Median and 99th percentile."""
    ordered = sorted(milliseconds)
    return f"{statistics.median(ordered):.1f} · {ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]:.1f}"


def plain(wanted: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """The page and the counts as one would write them."""
    from django.db.models import Count  # noqa: PLC0415

    from kapok.ground.commitments.models import Commitment  # noqa: PLC0415
    from kapok.ground.commitments.rules import State  # noqa: PLC0415

    rows = Commitment.objects.all()
    if wanted.units is not None:
        rows = rows.filter(unit__in=wanted.units)
    named = {name: getattr(wanted, name) for name in ("promise", "tier") if getattr(wanted, name)}
    if wanted.owners:
        named["owner__in"] = wanted.owners
    rows = rows.filter(**named, **({"subject__startswith": wanted.subject} if wanted.subject else {}))
    if wanted.due_before:
        rows = rows.filter(due_at__lt=wanted.due_before)
    order = ("-due_at", "-id") if wanted.latest_first else ("due_at", "id")
    page = rows.filter(state__in=[state.value for state in wanted.states]).order_by(*order)
    counted = rows.filter(state__in=[state.value for state in State]).order_by().values("state").annotate(n=Count("*"))
    return lambda: list(page.values_list("id", "due_at")[:51]), lambda: list(counted.all())


def views() -> Iterator[tuple[str, Any]]:
    """The views that people open."""
    from datetime import timedelta  # noqa: PLC0415

    from django.utils.timezone import now  # noqa: PLC0415

    from kapok.ground.commitments.lanes import Filter  # noqa: PLC0415
    from kapok.ground.commitments.rules import State  # noqa: PLC0415

    bureau = tuple(f"unit-{number}" for number in range(12))
    yield "everything that runs, seen from the top", Filter()
    yield "everything, whatever became of it", Filter(states=tuple(State))
    yield "what runs in a bureau of 12 units", Filter(units=bureau)
    yield "everything of a bureau, last due first", Filter(units=bureau, states=tuple(State), latest_first=True)
    yield (
        "what was kept in all 120 units one by one",
        Filter(units=tuple(f"unit-{number}" for number in range(UNITS)), states=(State.KEPT,)),
    )
    yield "a unit with few commitments", Filter(units=("rare",), states=tuple(State))
    yield "one promise in a bureau", Filter(units=bureau, promise="repair", states=tuple(State))
    yield "one promise in a unit with few", Filter(units=("rare",), promise="repair", states=tuple(State))
    yield "one promise that runs in a bureau", Filter(units=bureau, promise="repair")
    yield "a rare tier in a bureau", Filter(units=bureau, tier="pledge", states=tuple(State))
    yield "a rare tier", Filter(tier="pledge", states=tuple(State))
    yield (
        "two conditions that seldom meet",
        Filter(units=bureau, tier="pledge", owners=("staff/p7",), states=tuple(State)),
    )
    yield "one person's clocks", Filter(owners=("staff/p7",))
    yield "due within the hour", Filter(due_before=now() + timedelta(hours=1))
    yield "one matter", Filter(subject="fault/F777", states=tuple(State))


def main() -> None:
    """Fill, measure, print."""
    import django  # noqa: PLC0415 - the address of the database first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from kapok.ground.commitments import lanes, queries  # noqa: PLC0415
    from kapok.ground.commitments.rules import State  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    begun = time.perf_counter()
    fill()
    print(f"{ROWS:,} commitments made in {time.perf_counter() - begun:.0f} s; milliseconds, median · 99th percentile\n")
    print("| view | page | the 20th page | counts | plain SQL: page | plain SQL: counts |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, wanted in views():
        place = None
        for _ in range(19):
            page = queries.ledger(wanted, after=place)
            place = page.after or place
        every = replace(wanted, states=tuple(State))
        works = [
            lambda wanted=wanted: queries.ledger(wanted),
            lambda wanted=wanted, place=place: queries.ledger(wanted, after=place),
            lambda every=every: lanes.count(every, at_most=queries.COUNTED),
        ]
        cells = [shown(timed(work)) for work in works] + [shown(timed(work)) for work in plain(wanted)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    with database() as address:
        os.environ["KAPOK_DATABASE_URL"] = address
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kapok.config.settings")
        main()
