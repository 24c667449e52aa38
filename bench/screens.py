"""The lists of the console as whole HTTP answers, over a million commitments and a million hand-offs.

It makes its own database (embedded, or the one that KAPOK_DATABASE_URL names), fills it set-based if it is empty, prints Markdown:
for each page the median and the 99th percentile of the whole answer to a signed-in reader, beside two floors of the same run:
the plain SQL that one would write for that page, and an empty page of the console. One reader sees every unit, the other is
head of one bureau of twelve. Run as::

    PYTHONPATH=src .venv/bin/python bench/screens.py [ROWS] [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import ledger  # the neighbouring file, beside which it is started

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
ITEMS = ROWS // 5
MATTERS = ITEMS // 3 + 1
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 60
UNITS = ledger.UNITS
PEOPLE = ledger.PEOPLE
BUREAU = 12
EMPTY = "/account/password"

ORGANISATION = """
INSERT INTO people_orgunit (id, code, kind, name_zh, name_en, parent_id, valid_from)
SELECT gen_random_uuid(), 'bureau-' || n, 'bureau', '分局' || n, 'Bureau ' || n, top.id, '2020-01-01'
FROM generate_series(0, %(bureaus)s - 1) n, (SELECT id FROM people_orgunit WHERE parent_id IS NULL) top;
INSERT INTO people_orgunit (id, code, kind, name_zh, name_en, parent_id, valid_from)
SELECT gen_random_uuid(), 'unit-' || n, 'team', '班组' || n, 'Team ' || n, above.id, '2020-01-01'
FROM generate_series(0, %(units)s - 1) n JOIN people_orgunit above ON above.code = 'bureau-' || n / %(bureau)s;
INSERT INTO people_staff (id, password, username, name, unit_id, phone, email, language, theme, state, must_change_password,
    opened_at)
SELECT gen_random_uuid(), '!', 'p' || n, '员工' || n, unit.id, '', '', 'zh-hans', 'auto', 'active', false, now()
FROM generate_series(0, %(people)s - 1) n JOIN people_orgunit unit ON unit.code = 'unit-' || n %% %(units)s
"""
NUMBERED = """
CREATE TEMPORARY TABLE crew AS
SELECT row_number() OVER (ORDER BY staff.username) - 1 AS place, staff.id, staff.unit_id, unit.code
FROM people_staff staff JOIN people_orgunit unit ON unit.id = staff.unit_id WHERE staff.username ~ '^p[0-9]+$';
CREATE UNIQUE INDEX ON crew (place)
"""
WORK = """
INSERT INTO work_matter (id, subject, line, title, unit_id, first_contact_id, facts, urgent, two_ended, state,
    opened_at, closed_at, settled_at)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 19))::uuid,
    'fault/F' || n, 'assurance', '宽带掉线 ' || n, crew.unit_id, crew.id, '{"service": "fixed_broadband"}', false, false,
    CASE WHEN n %% 20 = 0 THEN 'open' ELSE 'closed' END, at, CASE WHEN n %% 20 = 0 THEN NULL ELSE now() END,
    CASE WHEN n %% 20 = 0 THEN NULL ELSE now() END
FROM (SELECT n, now() - n * interval '2 minutes' AS at FROM generate_series(0, %(matters)s - 1) AS n) AS made
    JOIN crew ON crew.place = n %% %(people)s;
INSERT INTO work_item (id, matter_id, stage, "end", title_zh, title_en, function, skill, asked_by_id, unit_id, accountable_id,
    holder_id, confirm, contact, state, opened_at, ended_at)
SELECT gen_random_uuid(), matter.id, 'stage-' || part, '', '查线', 'Look at the line', '', '', matter.unit_id, crew.unit_id,
    crew.id, CASE WHEN dice < 5 THEN NULL ELSE crew.id END, false, false,
    CASE WHEN dice < 2 THEN 'offered' WHEN dice < 4 THEN 'refused' WHEN dice < 5 THEN 'disputed' WHEN dice < 15 THEN 'held'
         ELSE 'confirmed' END, matter.opened_at, CASE WHEN dice < 15 THEN NULL ELSE now() END
FROM work_matter matter CROSS JOIN generate_series(0, 2) part CROSS JOIN
    LATERAL (SELECT (hashtextextended(matter.subject, part) & 1048575) %% 1000 dice) thrown
    JOIN crew ON crew.place = (hashtextextended(matter.subject, part + 9) & 1048575) %% %(people)s;
INSERT INTO work_turn (id, item_id, number, part, unit_id, answers_id, acted_by_id, since)
SELECT gen_random_uuid(), id, 1, 'held', unit_id, accountable_id, accountable_id, opened_at FROM work_item
WHERE state IN ('offered', 'refused', 'disputed', 'held');
INSERT INTO work_handoff (id, item_id, matter_id, number, way, from_unit_id, from_staff_id, from_answers_id, to_unit_id,
    to_staff_id, to_answers_id, warm, note, offered_at, accept_by_at, answered_at, answered_by_id, state, reason, defect,
    disputed_at, disputed_by_id, judged_at, judged_by_id, found_for, judgement)
SELECT gen_random_uuid(), item.id, item.matter_id, part,
    CASE WHEN part = 1 THEN 'first' WHEN dice < 10 THEN 'transfer' WHEN dice < 12 THEN 'return' ELSE 'next' END,
    giver.unit_id, giver.id, giver.id, taker.unit_id, NULL, taker.id, true, '',
    item.opened_at + part * interval '20 minutes', item.opened_at + part * interval '20 minutes' + interval '30 minutes',
    CASE WHEN found.state <> 'offered' THEN item.opened_at + part * interval '20 minutes' + dice * interval '20 seconds' END,
    CASE WHEN found.state <> 'offered' THEN taker.id END, found.state,
    CASE WHEN found.state IN ('refused', 'disputed') THEN 'wrong_area' ELSE '' END,
    '', NULL, NULL, NULL, NULL, '', ''
FROM work_item item CROSS JOIN generate_series(1, 5) part CROSS JOIN
    LATERAL (SELECT CASE WHEN part = 5 AND item.state IN ('offered', 'refused', 'disputed') THEN item.state
                         ELSE 'accepted' END AS state, (hashtextextended(item.id::text, part + 20) & 1048575) %% 100 AS dice) found
    JOIN crew giver ON giver.place = (hashtextextended(item.id::text, part) & 1048575) %% %(people)s
    JOIN crew taker ON taker.place = (hashtextextended(item.id::text, part + 9) & 1048575) %% %(people)s
"""
LETTERS = """
INSERT INTO journal_entry (id, kind, subject, at, actor, data)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 19))::uuid,
    'fault.reported', CASE WHEN n %% 400 = 0 THEN 'fault/F777' ELSE 'fault/F' || n / 3 END, at, 'staff/p' || n %% %(people)s,
    jsonb_build_object('facts', jsonb_build_object('service', 'fixed_broadband'), 'note', '', 'unit', 'unit-1')
FROM (SELECT n, now() - n * interval '1 minute' AS at FROM generate_series(1, %(items)s) AS n) AS made;
INSERT INTO journal_letter (id, subscriber, entry_id, subject, transaction, position, state, attempts, next_try_at, error,
    written_at, reason)
SELECT gen_random_uuid(), 'subscriber-' || position %% 4, id, subject, transaction, position,
    CASE WHEN position %% 10 = 0 THEN 'dead' WHEN position %% 10 < 4 THEN 'waiting' ELSE 'parked' END, 3, now(), 'ConnectionError',
    at, ''
FROM journal_entry WHERE actor LIKE 'staff/p%%'
"""
UNCHECKED = """
DO $$ DECLARE held record; BEGIN
    FOR held IN SELECT conrelid::regclass AS place, conname FROM pg_constraint WHERE contype = 'f' AND conrelid IN
        ('work_matter'::regclass, 'work_item'::regclass, 'work_turn'::regclass, 'work_handoff'::regclass)
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', held.place, held.conname); END LOOP;
END $$;
ALTER TABLE work_item DISABLE TRIGGER USER
"""
OF_STAGES = """
UPDATE commitments_commitment SET subject = 'work/' || item.id FROM
    (SELECT id, row_number() OVER (ORDER BY id) n FROM work_item) item
WHERE commitments_commitment.subject = 'fault/F' || item.n AND commitments_commitment.number = 2
"""


@dataclass(frozen=True)
class Case:
    """One page that is timed: who reads it, its address, and the plain SQL of the same rows."""

    name: str
    reader: str
    address: str
    plain: Callable[[], Any]


def fill() -> None:
    """The operator of the demonstration with ten bureaus more, and work in them, its keys unchecked."""
    from django.db import connection  # noqa: PLC0415
    from django.utils.timezone import now  # noqa: PLC0415

    from kapok.ground.catalog import demo as flows  # noqa: PLC0415
    from kapok.ground.people import api as people  # noqa: PLC0415
    from kapok.ground.people import demo as cast  # noqa: PLC0415
    from kapok.ground.posts import demo as posts  # noqa: PLC0415
    from kapok.ground.work.baton.upkeep import merge_settled  # noqa: PLC0415
    from kapok.kernel.text import Language  # noqa: PLC0415

    ledger.ROWS = ROWS
    ledger.fill()
    for loader in (cast, posts, flows):
        loader.load(now())
    values = {
        "units": UNITS, "bureau": BUREAU, "bureaus": UNITS // BUREAU, "people": PEOPLE, "matters": MATTERS, "items": ITEMS,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(UNCHECKED)
        for script in (ORGANISATION, NUMBERED, WORK, LETTERS):
            for statement in script.split(";"):
                cursor.execute(statement, values)
        cursor.execute(OF_STAGES)
        merge_settled()  # as every night
        cursor.execute("VACUUM ANALYZE")
    who = {"actor": "system", "at": now()}
    people.open_account(
        username="head", name="分局长", unit="bureau-0", language=Language.ZH, password="bench-head-1", **who
    )
    people.grant_role(username="head", role="manager", unit="bureau-0", **who)


def cases() -> Iterator[Case]:
    """The pages that people open."""
    from django.db.models import Count, Q  # noqa: PLC0415
    from django.utils.timezone import now  # noqa: PLC0415

    from kapok.ground.commitments.models import Commitment  # noqa: PLC0415
    from kapok.ground.journal.models import Entry, Letter  # noqa: PLC0415
    from kapok.ground.people.models import OrgUnit  # noqa: PLC0415
    from kapok.ground.work.models import Handoff, Item  # noqa: PLC0415

    codes = [f"unit-{number}" for number in range(BUREAU)]
    of_bureau = list(OrgUnit.objects.filter(code__in=[*codes, "bureau-0"]).values_list("id", flat=True))
    runs = ("open", "overdue", "paused")
    for reader in ("supervisor", "head"):
        rows = Commitment.objects.filter(unit__in=codes) if reader == "head" else Commitment.objects.all()
        asked = [
            ("what runs", "", rows.filter(state__in=runs)),
            ("everything", "?state=all", rows),
            ("last due first", "?state=all&order=last", rows.order_by("-due_at", "-id")),
            ("a rare tier", "?state=all&tier=pledge", rows.filter(tier="pledge")),
            ("one promise", "?state=all&promise=repair", rows.filter(promise="repair")),
            ("one person", "?owner=p7", rows.filter(owner="staff/p7", state__in=runs)),
            ("one matter", "?state=all&subject=fault/F777", rows.filter(subject__startswith="fault/F777")),
            ("due within the hour", "?due=hour", rows.filter(state__in=runs, due_at__lt=now())),
        ]
        for name, query, found in asked:
            ordered = found if found.query.order_by else found.order_by("due_at", "id")
            yield Case(
                f"ledger: {name}", reader, f"/ledger{query}", lambda ordered=ordered: list(ordered.values()[:51])
            )
        yield Case("my work", reader, "/work", lambda: list(Item.objects.filter(holder__username="p7")[:200]))
        hands = Handoff.objects.order_by("-offered_at", "-id")
        if reader == "head":
            hands = hands.filter(Q(from_unit__in=of_bureau) | Q(to_unit__in=of_bureau))
        refused = hands.filter(state__in=["refused", "disputed"]).order_by("answered_at", "id")
        yield Case("hand-offs", reader, "/handoffs", lambda hands=hands: list(hands.values()[:51]))
        accepted = hands.filter(state="accepted")
        yield Case(
            "hand-offs: accepted", reader, "/handoffs?state=accepted", lambda rows=accepted: list(rows.values()[:51])
        )
        yield Case("disputes", reader, "/handoffs?state=unsettled", lambda rows=refused: list(rows.values()[:51]))
        for period, days in (("day", 1), ("month", 31)):
            offered = hands.filter(offered_at__gte=now() - timedelta(days=days)).order_by()
            pairs = offered.values("from_unit", "to_unit").annotate(n=Count("id")).order_by("-n")
            address = f"/handoffs/matrix?period={period}"
            yield Case(f"who waits for whom: {period}", reader, address, lambda pairs=pairs: list(pairs[:51]))
        one = rows.filter(unit="unit-1", state__in=runs).order_by("due_at")[:1]
        yield Case("one commitment", reader, f"/ledger/{one.get().id}", lambda one=one: list(one.values()))
        lines = Entry.objects.filter(subject="fault/F777").order_by("-at", "-recorded_at", "-id")
        yield Case("one time line", reader, "/matters/fault/F777", lambda lines=lines: list(lines.values()[:51]))
    letters = Letter.objects.filter(state__in=["waiting", "parked", "dead"]).order_by(
        "written_at", "transaction", "position"
    )
    dead = Letter.objects.filter(state="dead").order_by("written_at", "transaction", "position")
    yield Case("letters", "admin", "/letters", lambda: list(letters.values()[:51]))
    yield Case("letters: dead", "admin", "/letters?state=dead", lambda: list(dead.values()[:51]))


def client_of(username: str) -> Any:
    """A client in which that person is signed in."""
    from django.test import Client  # noqa: PLC0415

    from kapok.ground.people.models import Staff  # noqa: PLC0415

    client = Client(SERVER_NAME="localhost")
    person = Staff.objects.get(username=username)
    Staff.objects.filter(id=person.id).update(must_change_password=False)
    client.force_login(person)
    return client


def answers(client: Any, address: str) -> Callable[[], Any]:
    """Ask for a page; anything but the page itself is an error."""

    def ask() -> None:
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")

    return ask


def main() -> None:
    """Fill, measure, print."""
    import django  # noqa: PLC0415 - the address of the database first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    begun = time.perf_counter()
    from kapok.config.warming import warm_up  # noqa: PLC0415
    from kapok.ground.commitments.models import Commitment  # noqa: PLC0415

    if not Commitment.objects.exists():
        fill()
    print(f"{ROWS:,} commitments and hand-offs, {ITEMS:,} items and letters in {time.perf_counter() - begun:.0f} s")
    warm_up()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; milliseconds, median · 99th percentile\n")
    print("| page | reader | whole answer | plain SQL | empty page |")
    print("| --- | --- | ---: | ---: | ---: |")
    clients = {username: client_of(username) for username in ("supervisor", "head", "admin")}
    wanted = os.environ.get("ONLY", "")
    for case in cases():
        if wanted not in case.name:
            continue
        client = clients[case.reader]
        cells = [
            ledger.shown(ledger.timed(work))
            for work in (answers(client, case.address), case.plain, answers(client, EMPTY))
        ]
        print(f"| {case.name} | {case.reader} | {' | '.join(cells)} |", flush=True)
    print(f"\nload at the end {os.getloadavg()[0]:.1f}; median of the empty page alone: "
          f"{statistics.median(ledger.timed(answers(clients['head'], EMPTY))):.1f}")  # fmt: skip


if __name__ == "__main__":
    with ledger.database() as address:
        os.environ["KAPOK_DATABASE_URL"] = address
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kapok.config.settings")
        main()
