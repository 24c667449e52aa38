"""Pauses and waivers that are asked for: the clock runs on until somebody else approves, and stops as of the asking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from kapok.config.subscriptions import SUBSCRIPTIONS
from kapok.ground.commitments import api as commitments
from kapok.ground.commitments import requests, scheduler
from kapok.ground.commitments.explaining import explain
from kapok.ground.commitments.models import Commitment, PauseRequest
from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import line, lines
from kapok.ground.journal.rules import FORGOTTEN
from kapok.ground.notices.models import Notice
from kapok.ground.notices.reactions import tell
from kapok.ground.people import api as people
from kapok.ground.people.models import Staff
from kapok.kernel.promises import EVENTS
from kapok.kernel.text import Language
from tests.ground.packs import DESK

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SUBJECT = "fault/F1"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _reported(office: SimpleNamespace) -> None:
    commitments.adopt_pack(document=DESK, actor="staff/lin", at=MONDAY - 24 * HOUR)
    happen("fault.reported", MONDAY, service="fixed_voice", fee="100")


def happen(kind: str, at: datetime, subject: str = SUBJECT, **facts: Any) -> None:
    with transaction.atomic():
        journal.record(
            journal.happening(
                kind, subject=subject, actor="staff/chen", at=at, facts=facts, unit="bureau", owner="staff/chen"
            )
        )


def ask(**said: Any) -> UUID:
    usual: dict[str, Any] = {
        "subject": SUBJECT, "kind": "customer.deferred", "reason": "away until evening", "requested_by": "customer",
        "evidence": "call 88", "actor": "staff/chen", "at": MONDAY + 2 * HOUR,
    }  # fmt: skip
    return commitments.ask_pause(**usual | said)


def row(promise: str = "pledge-repair") -> Commitment:
    return Commitment.objects.get(subject=SUBJECT, promise=promise)


def supervisor(username: str, unit: str) -> None:
    who: dict[str, Any] = {"actor": "staff/lin", "at": MONDAY}
    people.open_account(username=username, name="周", unit=unit, language=Language.ZH, password="wet-cotton-9", **who)
    people.grant_role(username=username, role="supervisor", unit=unit, **who)


def answers() -> list[tuple[str, str, datetime]]:
    told = Entry.objects.filter(subject=SUBJECT, kind="commitments.pause_answered").order_by("position")
    return [(each.data["state"], each.actor, each.at) for each in told]


def test_the_clock_runs_on_until_it_is_approved_and_stops_as_of_the_asking() -> None:
    asked = ask()
    assert (row().state, row().pauses) == ("open", [])
    assert not Entry.objects.filter(kind="customer.deferred").exists()
    stopped = commitments.approve_request(request=asked, word="heard the call", actor="staff/lin", at=MONDAY + 5 * HOUR)
    assert stopped == [row().id]
    assert (row().state, row().pauses) == ("paused", [[(MONDAY + 2 * HOUR).isoformat(), None]])
    assert (row("law-repair").state, row("law-repair").due_at) == ("open", MONDAY + 48 * HOUR)
    entry = Entry.objects.get(kind="customer.deferred")
    assert (entry.at, entry.actor) == (MONDAY + 2 * HOUR, "staff/chen")
    assert entry.data["facts"] == {"requested_by": "customer", "approved_by": "staff/lin"}
    assert [sorted(entry.data[name]) for name in ("reason", "evidence")] == [["apart"], ["apart"]]
    (told,) = lines([entry])
    assert (told.data["reason"], told.data["evidence"]) == ("away until evening", "call 88")
    assert answers() == [("approved", "staff/lin", MONDAY + 5 * HOUR)]
    commitments.resume(
        subject=SUBJECT, kind="customer.deferred", reason="back", actor="staff/chen", at=MONDAY + 8 * HOUR
    )
    assert row().due_at == MONDAY + 30 * HOUR
    said = explain(row().id, at=MONDAY + 9 * HOUR)
    assert "approved by 林静 (lin)" in said.en
    assert "answers for it: 陈卫东 (chen), Bureau (bureau)" in said.en
    assert "负责：陈卫东（chen），bureau中（bureau）" in said.zh
    assert "evidence call 88; approved 2026-03-02 14:00" in said.en
    assert "批准，自申请时起停" in said.zh


def test_who_asked_takes_it_back_while_nobody_has_answered() -> None:
    asked = ask()
    for actor in ("staff/lin", "customer/C1"):
        with pytest.raises(commitments.NotYourRequest, match="chen"):
            commitments.withdraw_request(request=asked, actor=actor, at=MONDAY + 3 * HOUR)
    with pytest.raises(commitments.AnsweredBefore):
        commitments.withdraw_request(request=asked, actor="staff/chen", at=MONDAY + HOUR)
    with pytest.raises(commitments.SaidTooLong):
        commitments.withdraw_request(request=asked, word="x" * 301, actor="staff/chen", at=MONDAY + 3 * HOUR)
    assert (PauseRequest.objects.get().state, answers()) == ("waiting", [])
    commitments.withdraw_request(request=asked, word=" the customer is back ", actor="staff/chen", at=MONDAY + 3 * HOUR)
    assert (row().state, row().pauses, row().due_at) == ("open", [], MONDAY + 24 * HOUR)
    assert not Entry.objects.filter(kind="customer.deferred").exists()
    assert answers() == [("withdrawn", "staff/chen", MONDAY + 3 * HOUR)]
    found = requests.request(asked)
    assert found is not None
    assert (found.word, found.answered_by, found.state_name.en) == ("the customer is back", "staff/chen", "withdrawn")
    with pytest.raises(commitments.RequestAnswered, match="withdrawn"):
        commitments.approve_request(request=asked, actor="staff/lin", at=MONDAY + 4 * HOUR)
    with pytest.raises(commitments.RequestAnswered):
        commitments.withdraw_request(request=asked, actor="staff/chen", at=MONDAY + 4 * HOUR)
    with pytest.raises(commitments.UnknownRequest):
        commitments.withdraw_request(request=uuid4(), actor="staff/chen", at=MONDAY + 4 * HOUR)
    assert requests.waiting([SUBJECT]) == []
    again = ask(at=MONDAY + 5 * HOUR)
    commitments.approve_request(request=again, actor="staff/lin", at=MONDAY + 6 * HOUR)
    assert row().pauses == [[(MONDAY + 5 * HOUR).isoformat(), None]]


def test_what_was_answered_is_not_taken_back() -> None:
    asked = ask()
    commitments.approve_request(request=asked, actor="staff/lin", at=MONDAY + 3 * HOUR)
    with pytest.raises(commitments.RequestAnswered, match="approved"):
        commitments.withdraw_request(request=asked, actor="staff/chen", at=MONDAY + 4 * HOUR)
    assert (row().state, PauseRequest.objects.get().state) == ("paused", "approved")


def test_what_has_lapsed_is_not_taken_back() -> None:
    asked = ask()
    with pytest.raises(commitments.RequestAnswered, match="lapsed"):
        commitments.withdraw_request(request=asked, actor="staff/chen", at=MONDAY + 26 * HOUR)
    assert PauseRequest.objects.get().state == "waiting"


def test_who_takes_it_back_is_told_nothing_and_whose_wish_it_is_is_told() -> None:
    mine = ask()
    commitments.withdraw_request(request=mine, actor="staff/chen", at=MONDAY + 3 * HOUR)
    (entry,) = Entry.objects.filter(kind="commitments.pause_answered")
    tell(line(entry))
    assert not Notice.objects.filter(kind="commitments.pause_answered").exists()


def test_refused_it_has_never_stopped() -> None:
    asked = ask()
    with pytest.raises(commitments.ReasonMissing, match="word"):
        commitments.refuse_request(request=asked, word=" ", actor="staff/lin", at=MONDAY + 3 * HOUR)
    commitments.refuse_request(request=asked, word="no such call", actor="staff/lin", at=MONDAY + 3 * HOUR)
    assert (row().state, row().pauses, row().due_at) == ("open", [], MONDAY + 24 * HOUR)
    assert not Entry.objects.filter(kind="customer.deferred").exists()
    assert answers() == [("refused", "staff/lin", MONDAY + 3 * HOUR)]
    with pytest.raises(commitments.RequestAnswered, match="refused"):
        commitments.approve_request(request=asked, actor="staff/lin", at=MONDAY + 4 * HOUR)
    assert row().state == "open"
    ask(at=MONDAY + 4 * HOUR)  # one may ask again


def heard(username: str) -> list[tuple[str, str, str]]:
    """What the notices subscriber makes of the answers: kind, and the words in both languages."""
    for told in Entry.objects.filter(kind="commitments.pause_answered").order_by("position"):
        tell(line(told))
        tell(line(told))
    rows = Notice.objects.filter(recipient__username=username).order_by("happened_at")
    return [(each.kind, each.title.zh, each.title.en) for each in rows]


def test_whoever_asked_is_told_of_the_answer_in_both_languages() -> None:
    [notices] = [each for each in SUBSCRIPTIONS if each.name == "notices"]
    assert "commitments.pause_answered" in (notices.kinds or ())
    commitments.approve_request(request=ask(), word="录音属实", actor="staff/lin", at=MONDAY + 5 * HOUR)
    happen("customer.returned", MONDAY + 6 * HOUR)
    commitments.refuse_request(
        request=ask(at=MONDAY + 7 * HOUR), word="没有录音", actor="staff/lin", at=MONDAY + 8 * HOUR
    )
    ask(at=MONDAY + 9 * HOUR)
    commitments.lapse_requests(at=MONDAY + 40 * HOUR)
    what, kind = EVENTS["customer.deferred"], "commitments.pause_answered"
    assert heard("chen") == [
        (kind, f"{what.zh}：已批准", f"{what.en}: approved"),
        (kind, f"{what.zh}：未批准", f"{what.en}: refused"),
        (kind, f"{what.zh}：逾期未批，已失效", f"{what.en}: lapsed unanswered"),
    ]
    assert heard("lin") == []
    assert {each.commitment_id for each in Notice.objects.all()} == {row().id}


def test_the_member_of_staff_whose_wish_it_is_is_told_too() -> None:
    people.grant_role(username="chen", role="supervisor", unit="bureau", actor="staff/lin", at=MONDAY)
    asked = ask(requested_by="lin", actor="staff/lin")
    commitments.refuse_request(request=asked, word="no", actor="staff/chen", at=MONDAY + 3 * HOUR)
    assert (len(heard("lin")), len(heard("chen"))) == (1, 0)


def test_a_pause_that_is_only_asked_for_ends_too() -> None:
    asked = ask()
    with pytest.raises(commitments.NothingPaused):  # another kind of pause was not asked for
        commitments.resume(subject=SUBJECT, reason="back", actor="staff/chen", at=MONDAY + 4 * HOUR)
    commitments.resume(
        subject=SUBJECT, kind="customer.deferred", reason="back", actor="staff/chen", at=MONDAY + 4 * HOUR
    )
    assert row().pauses == []
    commitments.approve_request(request=asked, actor="staff/lin", at=MONDAY + 6 * HOUR)
    assert row().pauses == [[(MONDAY + 2 * HOUR).isoformat(), (MONDAY + 4 * HOUR).isoformat()]]
    assert (row().state, row().due_at) == ("open", MONDAY + 26 * HOUR)


def test_unanswered_it_lapses_at_its_own_moment() -> None:
    asked = ask()
    assert commitments.lapse_requests(at=MONDAY + 26 * HOUR - timedelta(seconds=1)) == 0
    with pytest.raises(commitments.RequestAnswered, match="lapsed"):
        commitments.approve_request(request=asked, actor="staff/lin", at=MONDAY + 26 * HOUR)
    assert commitments.lapse_requests(at=MONDAY + 30 * HOUR) == 1
    assert commitments.lapse_requests(at=MONDAY + 30 * HOUR) == 0
    assert answers() == [("lapsed", "system/scheduler", MONDAY + 26 * HOUR)]
    assert (PauseRequest.objects.get().state, row().pauses) == ("lapsed", [])


def test_nobody_approves_their_own() -> None:
    people.grant_role(username="chen", role="supervisor", unit="city", actor="staff/lin", at=MONDAY)
    mine = ask()
    with pytest.raises(commitments.OwnApproval):
        commitments.approve_request(request=mine, actor="staff/chen", at=MONDAY + 3 * HOUR)
    with pytest.raises(commitments.OwnApproval):
        commitments.refuse_request(request=mine, word="x", actor="staff/chen", at=MONDAY + 3 * HOUR)
    supervisor("zhou", "bureau")
    wanted = ask(kind="clock.paused", requested_by="lin")  # put down by Chen, but it is Lin's wish
    with pytest.raises(commitments.OwnApproval):
        commitments.approve_request(request=wanted, actor="staff/lin", at=MONDAY + 3 * HOUR)
    assert row().pauses == []
    commitments.approve_request(request=mine, actor="staff/lin", at=MONDAY + 3 * HOUR)
    with pytest.raises(IntegrityError, match="nobody_approves_their_own"), transaction.atomic():
        PauseRequest.objects.filter(id=wanted).update(
            state="approved", answered_by="staff/chen", answered_at=MONDAY + 3 * HOUR
        )


def test_only_authority_over_every_unit_of_the_clocks_answers() -> None:
    people.grant_role(username="chen", role="supervisor", unit="patch", actor="staff/lin", at=MONDAY)
    with pytest.raises(commitments.NobodyApproves, match="Bureau"):
        ask(actor="staff/lin")
    assert not PauseRequest.objects.exists()
    supervisor("zhou", "bureau")
    asked = ask(actor="staff/lin")
    with pytest.raises(commitments.MayNotApprove, match="Bureau"):
        commitments.approve_request(request=asked, actor="staff/chen", at=MONDAY + 3 * HOUR)
    with pytest.raises(commitments.UnknownApprover):
        commitments.approve_request(request=asked, actor="system/x", at=MONDAY + 3 * HOUR)
    with pytest.raises(commitments.AnsweredBefore):
        commitments.approve_request(request=asked, actor="staff/chen", at=MONDAY + HOUR)
    with pytest.raises(commitments.UnknownRequest):
        commitments.approve_request(request=uuid4(), actor="staff/lin", at=MONDAY + 3 * HOUR)
    assert row().state == "open"
    chen, lin = (Staff.objects.get(username=name) for name in ("chen", "lin"))
    assert requests.to_answer(chen) == []
    assert requests.to_answer(lin) == []
    people.grant_role(username="chen", role="supervisor", unit="bureau", actor="staff/lin", at=MONDAY)
    assert [each.id for each in requests.to_answer(chen)] == [asked]
    commitments.approve_request(request=asked, actor="staff/chen", at=MONDAY + 3 * HOUR)
    assert requests.to_answer(chen) == []


def test_what_is_asked_vaguely_or_is_not_allowed_is_refused_at_once() -> None:
    for field in ("reason", "requested_by", "evidence"):
        with pytest.raises(commitments.ReasonMissing, match=field.replace("_", " ")):
            ask(**{field: " "})
    with pytest.raises(commitments.SaidTooLong):
        ask(reason="x" * 301)
    with pytest.raises(commitments.NothingStops):  # the law's clock lists no pause: nobody can stop it
        ask(stops=["law"])
    with pytest.raises(commitments.UnknownTier):
        ask(stops=["king"])
    with pytest.raises(commitments.UnknownPause):
        ask(kind="fault.restored")
    with pytest.raises(commitments.UnknownRequester):
        ask(requested_by="Mr Wang")
    with pytest.raises(commitments.NoAsker):
        ask(actor="system/x")
    assert not PauseRequest.objects.exists()
    ask()
    with pytest.raises(commitments.AlreadyAsked):
        ask(at=MONDAY + 3 * HOUR)
    assert PauseRequest.objects.count() == 1


def test_a_breach_that_was_told_while_it_waited_is_taken_back() -> None:
    asked = ask(at=MONDAY + 20 * HOUR)
    while scheduler.fire(at=MONDAY + 25 * HOUR).clocks:
        pass
    assert row().state == "overdue"
    commitments.approve_request(request=asked, actor="staff/lin", at=MONDAY + 26 * HOUR)
    assert (row().state, row().breached_at) == ("paused", None)
    told = Entry.objects.get(kind="commitments.corrected", data__promise="pledge-repair")
    assert (told.data["before"], told.data["after"]) == ("overdue", "paused")


def test_closed_late_while_it_waited_it_is_kept_after_all() -> None:
    asked = ask(at=MONDAY + 20 * HOUR)
    happen("customer.returned", MONDAY + 23 * HOUR)
    happen("fault.restored", MONDAY + 26 * HOUR)
    assert row().state == "broken"
    commitments.approve_request(request=asked, actor="staff/lin", at=MONDAY + 27 * HOUR)
    assert (row().state, row().elapsed, row().owed) == ("kept", 23 * HOUR, None)


def test_what_has_fallen_away_meanwhile_is_not_approved() -> None:
    asked = ask()
    happen("fault.cancelled", MONDAY + 3 * HOUR)
    with pytest.raises(commitments.NothingStops):
        commitments.approve_request(request=asked, actor="staff/lin", at=MONDAY + 4 * HOUR)
    assert PauseRequest.objects.get().state == "waiting"


def test_a_waiver_is_asked_for_too() -> None:
    said = {"subject": SUBJECT, "reason": "customer withdrew", "requested_by": "customer", "actor": "staff/chen"}
    with pytest.raises(commitments.ReasonMissing, match="evidence"):
        commitments.ask_waiver(evidence="", at=MONDAY + HOUR, **said)
    with pytest.raises(commitments.NothingWaived):
        commitments.ask_waiver(evidence="letter 5", at=MONDAY, **said | {"subject": "fault/none"})
    asked = commitments.ask_waiver(evidence="letter 5", at=MONDAY + HOUR, **said)
    assert row().state == "open"
    commitments.approve_request(request=asked, actor="staff/lin", at=MONDAY + 5 * HOUR)
    assert (row().state, row("law-repair").state) == ("void", "open")
    assert Entry.objects.get(kind="clock.waived").at == MONDAY + HOUR


def test_the_work_in_hand_stops_with_the_matter() -> None:
    happen("fault.reported", MONDAY, "work/1", service="fixed_voice")
    asked = ask(also=["work/1", "work/2"], stops=["pledge"])
    assert len(commitments.approve_request(request=asked, actor="staff/lin", at=MONDAY + 3 * HOUR)) == 2
    states = Commitment.objects.filter(promise="pledge-repair").order_by("subject").values_list("state", flat=True)
    assert list(states) == ["paused", "paused"]
    assert not Entry.objects.filter(subject="work/2").exists()
    assert Entry.objects.get(subject="work/1", kind="customer.deferred").data["facts"]["stops"] == "pledge"


def test_a_pause_that_happened_by_itself_names_its_entry() -> None:
    happen("customer.deferred", MONDAY + 2 * HOUR)
    entry = Entry.objects.get(kind="customer.deferred")
    said = explain(row().id, at=MONDAY + 3 * HOUR)
    assert f"evidence is entry {entry.id}" in said.en
    assert f"依据条目 {entry.id}" in said.zh


def test_nothing_is_asked_that_nobody_could_approve_for_all_units_together() -> None:
    happen("fault.reported", MONDAY, "work/1", service="fixed_voice")
    Commitment.objects.filter(subject="work/1").update(unit="hall")
    supervisor("zhou", "bureau")
    supervisor("wang", "hall")
    with pytest.raises(commitments.NobodyApproves, match="Bureau, Hall"):
        ask(also=["work/1"], requested_by="lin")
    assert not PauseRequest.objects.exists()
    supervisor("ma", "city")
    asked = ask(also=["work/1"], requested_by="lin")
    zhou, ma = (Staff.objects.get(username=name) for name in ("zhou", "ma"))
    assert (requests.to_answer(zhou), [each.id for each in requests.to_answer(ma)]) == ([], [asked])


def test_the_list_is_what_can_be_answered_when_somebody_else_answers_for_the_clocks() -> None:
    supervisor("zhou", "bureau")
    asked = ask()
    zhou = Staff.objects.get(username="zhou")
    assert [each.id for each in requests.to_answer(zhou)] == [asked]
    commitments.answer_for(subject=SUBJECT, unit="city", owner="staff/lin", actor="staff/lin", at=MONDAY + 2 * HOUR)
    assert requests.to_answer(zhou) == []
    with pytest.raises(commitments.MayNotApprove):
        commitments.approve_request(request=asked, actor="staff/zhou", at=MONDAY + 3 * HOUR)


def test_what_lapsed_while_nobody_looked_does_not_stand_in_the_way() -> None:
    first = ask(at=MONDAY + HOUR)
    second = ask(at=MONDAY + 26 * HOUR)
    states = {row.id: (row.state, row.answered_at) for row in PauseRequest.objects.all()}
    assert states == {first: ("lapsed", MONDAY + 25 * HOUR), second: ("waiting", None)}
    assert answers() == [("lapsed", "system/scheduler", MONDAY + 25 * HOUR)]


def test_what_was_answered_stays_as_it_was_answered() -> None:
    asked = ask()
    PauseRequest.objects.filter(id=asked).update(evidence="call 89")  # it waits
    commitments.refuse_request(request=asked, word="no", actor="staff/lin", at=MONDAY + 3 * HOUR)
    row = PauseRequest.objects.filter(id=asked)
    for changed in ({"state": "approved"}, {"word": "yes"}, {"reason": ""}, {"clocks": []}, {"answered_by": "staff/x"}):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            row.update(**changed)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        row.delete()
    assert row.update(reason=FORGOTTEN, evidence=FORGOTTEN, word=FORGOTTEN) == 1
    assert row.values_list("state", "word", "evidence").get() == ("refused", FORGOTTEN, FORGOTTEN)


def test_tiers_are_named_as_people_name_them() -> None:
    with pytest.raises(commitments.NothingStops) as nothing:
        ask(stops=["law", "stage"])
    assert "法规、内部工序" in nothing.value.text.zh
    assert "law, internal stage" in nothing.value.text.en
    with pytest.raises(commitments.UnknownTier) as unknown:
        ask(stops=["king"])
    assert "法规" in unknown.value.text.zh
    assert "public pledge" in unknown.value.text.en
    asked = ask(stops=["pledge"])
    commitments.approve_request(request=asked, actor="staff/lin", at=MONDAY + 3 * HOUR)
    said = explain(row().id, at=MONDAY + 3 * HOUR)
    assert "停 公开承诺；" in said.zh
    assert "stops public pledge;" in said.en
