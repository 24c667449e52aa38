"""The live ledger, told as it is lived: who promised, who held the work, what the clock said, who answered for it.

`kill -9` at every step of the scheduler, of a subscriber and of the worker belongs to the story: the three series stand beside what
they kill, are imported here, and run once (`tests/conftest.py`).
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from kapok.ground.commitments import api as commitments
from kapok.ground.commitments import queries as ledger
from kapok.ground.commitments import scheduler
from kapok.ground.commitments.explaining import explain
from kapok.ground.commitments.firing import Deed
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal import api as journal
from kapok.ground.journal import queries as journal_queries
from kapok.ground.journal.models import Entry
from kapok.ground.posts import api as posts
from kapok.ground.work import api as work
from kapok.ground.work.attribution import Share
from kapok.ground.work.baton import api as baton
from kapok.ground.work.baton import queries as baton_queries
from kapok.ground.work.baton.figures import figures
from kapok.ground.work.rules import Part, Reason, Side
from kapok.kernel.promises import Tier, find
from tests import worlds
from tests.ground.clocks import desk
from tests.ground.conftest import AT
from tests.ground.packs import DESK
from tests.ground.test_journal_killed import (  # noqa: F401 - a series of this story, with its fixture
    lab,
    test_a_subscriber_killed_at_any_step_leaves_each_effect_exactly_once,
)
from tests.ground.test_scheduler_killed import (  # noqa: F401 - the same
    pack,
    start,
    test_killed_at_any_step_nothing_is_lost_and_nothing_doubled,
)
from tests.ground.work_office import by, fault, later, offered, set_up_work
from tests.races import outcomes
from tests.supervision.test_mining_killed import (  # noqa: F401 - the same
    audit,
    begin_worker,
    test_a_job_that_kills_every_worker_is_given_up_seen_to_have_failed_and_can_be_started_again,
    test_killed_at_any_step_the_job_is_finished_exactly_once,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
OFFICE_REPLY = """
  - code: reply-in-office-hours
    title: {zh: 工作时间 3 小时内答复, en: Reply within 3 office hours}
    tier: pledge
    instrument: pledge
    evidence: {level: own}
    opens: request.received
    closes: request.answered
    allowance: 3 working hours
    calendar: office
    warn: 1 working hour before
"""
CALENDAR = """
calendars:
  office:
    week:
      {days}
promises:"""
WEEK = "\n      ".join(
    f'{day}: [["08:30", "12:00"], ["14:00", "18:00"]]' for day in ("mon", "tue", "wed", "thu", "fri")
)


def wall(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=SHANGHAI)


def happen(kind: str, subject: str, at: datetime, **facts: Any) -> None:
    with transaction.atomic():
        journal.record(
            journal.happening(
                kind, subject=subject, actor="staff/agent", at=at, facts=facts, unit="hotline", owner="staff/agent"
            )
        )


def row(subject: str, promise: str) -> Commitment:
    return Commitment.objects.get(subject=subject, promise=promise)


def fire(at: datetime) -> Counter[Any]:
    deeds: Counter[Any] = Counter()
    while (done := scheduler.fire(at=at)).clocks:
        deeds.update(done.deeds)
    return deeds


def shares(commitment: Commitment, at: datetime) -> dict[tuple[str, str, str, Part], timedelta]:
    """What each was charged with: unit, who answers, who acted, on what; and that it adds up to the whole."""
    found: tuple[Share, ...] = baton_queries.attribution(commitment.id, at)
    whole = commitment.elapsed if commitment.closed_at else at - commitment.opened_at
    assert sum((share.time for share in found), timedelta()) == whole
    return {(s.party.unit, s.party.answers, s.party.acted_by, s.party.part): s.time for s in found}


@pytest.fixture
def office(db: None) -> None:
    worlds.begin("work and its rules", _set_up)


def _set_up() -> None:
    set_up_work()
    for code in ("guangzhou-pledges", "cn-service-specification-2005"):
        commitments.adopt_pack(
            document=find(code).read_text(encoding="utf-8"), actor="staff/lead", at=AT - timedelta(days=30)
        )
    commitments.adopt_pack(document=DESK, actor="staff/lead", at=AT - timedelta(days=30))


@pytest.mark.django_db
def test_a_three_hour_clock_over_a_weekend() -> None:
    rules = (DESK + OFFICE_REPLY).replace("\npromises:", CALENDAR.format(days=WEEK))
    commitments.adopt_pack(document=rules, actor="staff/lin", at=wall("2026-01-01 00:00"))
    happen("request.received", "request/R1", wall("2026-03-06 17:00"), segment="business")
    clock = row("request/R1", "reply-in-office-hours")
    assert clock.due_at == wall("2026-03-09 10:30")
    assert fire(wall("2026-03-09 09:29:59")) == {}
    assert fire(wall("2026-03-09 09:30")) == {Deed.WARNED: 1}
    assert fire(wall("2026-03-09 10:29:59")) == {}
    assert fire(wall("2026-03-09 10:30")) == {Deed.BREACHED: 1}
    assert row("request/R1", "reply-in-office-hours").state == "overdue"
    told = Entry.objects.get(subject="request/R1", kind="commitments.breached")
    assert told.at == wall("2026-03-09 10:30")
    happen("request.acknowledged", "request/R1", wall("2026-03-09 10:40"))  # “we have it” is no reply
    assert row("request/R1", "reply-in-office-hours").state == "overdue"
    happen("request.answered", "request/R1", wall("2026-03-09 11:00"))
    late = row("request/R1", "reply-in-office-hours")
    assert (late.state, late.elapsed, late.late_by) == ("broken", 3.5 * HOUR, HOUR / 2)
    assert Entry.objects.filter(subject="request/R1", kind="commitments.breached").count() == 1


def test_a_is_absent_and_b_takes_over_credit_to_b_accountability_to_a(office: None) -> None:
    matter = fault()
    item = offered(matter)
    leave = posts.request_leave(
        username="tech",
        since=later(5),
        until=later(600),
        note="van keys are on the hook",
        actor="staff/tech",
        at=later(0),
    )
    posts.grant_leave(absence=leave, actor="staff/lead", at=later(1))
    with pytest.raises(posts.BothAbsent):
        posts.request_leave(username="tech2", since=later(60), until=later(120), actor="staff/tech2", at=later(2))
    baton.take_over(item=item, note="A is on leave", **by("tech2", 10))
    baton.deliver(item=item, **by("tech2", 40))
    happen("fault.restored", matter, later(40))
    clock = row(matter, "law-repair")
    assert (clock.owner, clock.state) == ("staff/agent", "kept")  # the first contact answers for the matter as a whole
    stage = Commitment.objects.get(subject=f"work/{item}", promise="handoff-accept")
    assert stage.owner == "staff/tech"  # and A for the work that was offered to the post
    charged = shares(clock, later(40))
    assert charged["field", "tech", "tech2", Part.HELD] == timedelta(minutes=30)
    assert charged["field", "tech", "", Part.WAITING] == timedelta(minutes=10)
    told = [line.kind for line in journal_queries.timeline(f"work/{item}")]
    assert "work.taken_over" in told


def test_a_hand_off_is_refused_disputed_and_judged_and_the_points_move(office: None) -> None:
    matter = fault()
    item = offered(matter)
    clock = row(matter, "law-repair")
    baton.refuse(item=item, reason=Reason.WRONG_AREA, defect="not our patch", **by("tech", 6))
    baton.dispute(item=item, note="it is their patch", **by("agent", 10))
    charged = shares(clock, later(30))
    assert {part: time for (_, _, _, part), time in charged.items() if part is Part.DISPUTE} == {
        Part.DISPUTE: timedelta(minutes=30)
    }  # with the wait before the refusal, which is what the quarrel is about
    assert [key for key in charged if key[3] is Part.DISPUTE] == [("", "", "", Part.DISPUTE)]  # charged to neither
    until = {"since": AT, "until": later(300)}
    assert {each.unit: each.points for each in figures(later(30), **until).conduct()} == {}
    baton.judge(item=item, found_for=Side.OFFERER, note="map of 2 March", **by("judge", 40))
    assert {each.unit: each.points for each in figures(later(41), **until).conduct()} == {"field": 1}
    judged = Commitment.objects.get(subject=f"work/{item}", promise="handoff-judged")
    assert judged.state == "kept"
    charged = shares(clock, later(40))
    assert charged["field", "tech", "", Part.WAITING] == timedelta(minutes=6)  # the loser has the time it let pass
    assert charged["", "", "", Part.DISPUTE] == timedelta(minutes=34)  # from the refusal to the judgement


def test_a_pause_stops_the_internal_clock_and_not_the_laws(office: None) -> None:
    matter = work.open_matter(
        kind="fault.reported", title="没有拨号音", facts={"service": "fixed_voice", "area": "urban"}, **by("agent")
    )
    stopped = commitments.pause(
        subject=matter, kind="customer.deferred", stops=("stage", "pledge"), reason="customer is away until evening",
        requested_by="customer", evidence="call 4711", **by("judge", 60),
    )  # fmt: skip
    standing = ledger.standing(matter)
    assert {each.promise: each.state for each in standing[Tier.LAW]}["law-repair"] == "open"
    assert {each.promise: each.state for each in standing[Tier.PLEDGE]}["pledge-repair"] == "paused"
    assert row(matter, "pledge-repair").id in stopped
    assert fire(later(60 * 25))[Deed.BREACHED] >= 1  # diagnosis and others that nothing stops
    assert row(matter, "pledge-repair").state == "paused"
    assert fire(later(60 * 48))[Deed.BREACHED] >= 1
    assert row(matter, "law-repair").state == "overdue"
    commitments.resume(subject=matter, kind="customer.deferred", reason="back", **by("agent", 60 * 49))
    assert row(matter, "pledge-repair").due_at == later(60 * 24 + 60 * 48)
    said = explain(row(matter, "pledge-repair").id, at=later(60 * 50))
    for words in ("customer is away until evening", "call 4711"):
        assert words in said.en
        assert words in said.zh
    assert "申请 客户，批准 judge（judge）；停 内部工序、公开承诺；" in said.zh
    assert "approved by judge (judge); stops internal stage, public pledge; evidence" in said.en
    assert ledger.binding(matter).overall is not None


def test_reopening_goes_by_each_packs_own_policy(office: None) -> None:
    matter = work.open_matter(
        kind="fault.reported", title="网速慢", facts={"service": "fixed_broadband"}, **by("agent")
    )
    happen("fault.restored", matter, later(120))
    assert row(matter, "pledge-repair").state == "kept"
    happen("fault.reopened", matter, later(180))
    pledge, law = row(matter, "pledge-repair"), row(matter, "law-repair")
    assert (pledge.state, pledge.due_at) == ("open", later(60 * 24 + 60))  # continue: less the hour it was closed
    assert (law.state, law.due_at) == ("open", later(60 * 48))  # through: as if it had never been closed
    assert pledge.number == law.number == 1


def test_a_late_entry_turns_a_kept_promise_into_a_broken_one_and_everybody_sees_it(office: None) -> None:
    matter = work.open_matter(
        kind="fault.reported", title="没有拨号音", facts={"service": "fixed_voice"}, **by("agent")
    )
    assert fire(later(60 * 20))[Deed.WARNED] >= 1
    happen("fault.restored", matter, later(60 * 23))
    fire(later(60 * 25))
    assert (row(matter, "pledge-repair").state, row(matter, "pledge-repair").breached_at) == ("kept", None)
    before = {each.id for each in journal_queries.timeline(matter)}
    assert not Entry.objects.filter(subject=matter, kind="commitments.breached", data__promise="pledge-repair").exists()
    happen(
        "fault.reported", matter, later(-180)
    )  # the hall had been told three hours earlier, and noted it the next day
    told = [each for each in journal_queries.timeline(matter) if each.id not in before]
    about = [each.kind for each in told if each.data.get("promise") == "pledge-repair"]
    assert sorted(about) == ["commitments.breached", "commitments.corrected", "commitments.owed"]
    pledge = row(matter, "pledge-repair")
    assert (pledge.state, pledge.due_at, pledge.breached_at) == ("broken", later(60 * 21), later(60 * 21))
    corrections = [each for each in told if each.kind == "commitments.corrected"]
    line = next(each for each in corrections if each.data["promise"] == "pledge-repair")
    assert line.sentence.zh.endswith("由“履约”改为“违约”")
    assert "from kept to broken" in line.sentence.en
    earlier = next(each for each in corrections if each.data["promise"] != "pledge-repair")
    assert "overdue since" in earlier.sentence.en  # a clock that was late before is late since an earlier moment
    late = Entry.objects.get(subject=matter, kind="fault.reported", at=later(-180))
    assert (line.data["before"], line.data["after"], line.data["entry"]) == (
        "kept",
        "broken",
        str(late.id),
    )
    explained = explain(pledge.id, at=later(60 * 24))
    assert f"entry {late.id}: state from kept to broken" in explained.en
    assert "状态由“履约”改为“违约”" in explained.zh
    assert fire(later(60 * 30)) == {}  # nothing is left to say of it
    owed = [each for each in journal_queries.timeline(matter) if each.kind == "commitments.owed"]
    assert [each.data["amount_minor"] for each in owed if each.data["promise"] == "pledge-repair"] == [1000]


@pytest.mark.django_db(transaction=True)
def test_thirty_two_connections_reach_for_one_hand_off() -> None:
    set_up_work()
    item = offered(fault())
    people = ["tech", "tech2", "tech3"] * 11
    outcome = outcomes(*[lambda who=who: baton.accept(item=item, **by(who, 1)) for who in people[:32]])
    assert outcome == ["NotOffered"] * 31 + ["done"]
    assert Entry.objects.filter(subject=f"work/{item}", kind="handoff.accepted").count() == 1


STORM = """
INSERT INTO commitments_commitment (id, subject, number, pack_id, promise, tier, direction, state, unit, owner,
    opened_at, due_at, first_due_at, elapsed, late_by, pauses, reopened, urges, breach_number, calendar_version,
    zone, facts, anomalies, warn_at, warned, next_fire_at)
SELECT gen_random_uuid(), 'fault/S' || n, 1, %s, 'law-repair', 'law', 'within', 'open', 'hotline', 'staff/agent',
    %s::timestamptz - interval '48 hours', moment, moment, interval '0', interval '0', '[]', 0, 0, 0, '1',
    'Asia/Shanghai', '{}', '{}', '{}', 0, moment
FROM (SELECT n, %s::timestamptz + n * interval '10 microseconds' AS moment FROM generate_series(0, 99999) AS n) AS due
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_hundred_thousand_clocks_fall_due_in_one_second() -> None:
    """Two schedulers share the storm; every clock is told once, each at its own moment."""
    version: UUID = desk()
    due = datetime(2026, 3, 9, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute(STORM, [version, due, due])

    def drain() -> None:
        while scheduler.fire(at=due + timedelta(seconds=1)).clocks:
            pass

    assert outcomes(drain, drain) == ["done", "done"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT data->>'commitment'), min(at), max(at) FROM journal_entry"
            " WHERE kind = 'commitments.breached'"
        )
        assert cursor.fetchone() == (100_000, 100_000, due, due + timedelta(microseconds=999_990))
    assert Commitment.objects.filter(state="overdue", next_fire_at=None).count() == 100_000
