"""Stopping and resuming clocks, and adopting packs, over HTTP: what the packs allow decides."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.test import Client

from kapok.ground.commitments import api as commitments
from kapok.ground.commitments.models import Commitment, PackVersion, PauseRequest
from kapok.ground.journal import api as journal
from kapok.ground.journal.queries import timeline
from kapok.ground.people import api as people
from kapok.ground.people.models import Grant
from kapok.ground.people.roles import Permission, roles_with
from kapok.kernel.promises import find, parse
from kapok.kernel.text import Language
from tests.console.conftest import AT, SignedIn

MATTER = "fault/F2026-000007"
ASKED = {
    "kind": "customer.deferred", "reason": "away until evening", "requested_by": "customer",
    "evidence": "call 17",
}  # fmt: skip


def adopt(code: str = "guangzhou-pledges") -> None:
    commitments.adopt_pack(
        document=find(code).read_text(encoding="utf-8"), actor="staff/admin", at=datetime.now(UTC) - timedelta(days=9)
    )


@pytest.fixture
def fault(cast: object) -> Commitment:
    """A fault of the hotline reported two hours ago: the pledge of 24 hours, and the stage of 30 minutes."""
    adopt()
    with transaction.atomic():
        journal.record(
            journal.happening(
                "fault.reported", subject=MATTER, actor="staff/agent", at=datetime.now(UTC) - timedelta(hours=2),
                unit="hotline", owner="staff/agent", facts={"service": "fixed_broadband", "fault_kind": "access_line"},
            )
        )  # fmt: skip
    return Commitment.objects.get(subject=MATTER, promise="repair")


@pytest.fixture
def agent(signed_in: SignedIn) -> Client:
    return signed_in("agent", Language.EN)


def text(client: Client, address: str, **headers: str) -> str:
    return client.get(address, headers=headers).content.decode()


def effects(page: str) -> dict[str, str]:
    """What the page says would become of each clock."""
    rows = re.findall(r"<span>([^<]+?) <span class=\"badge[^>]*>[^<]*</span></span>\s*<strong>([^<]+)<", page)
    return dict(rows)


def test_before_it_is_sent_the_form_says_which_clocks_will_stop(agent: Client, fault: Commitment) -> None:
    page = text(agent, f"/ledger/{fault.id}/pause?kind=customer.deferred")
    assert effects(page) == {"Repaired within 24 hours": "will stop", "accept, line test, pre-handle": "will stop"}
    part = text(agent, f"/ledger/{fault.id}/pause?kind=customer.deferred&stops=stage", **{"HX-Target": "effects"})
    assert effects(part) == {"Repaired within 24 hours": "goes on", "accept, line test, pre-handle": "will stop"}
    assert "<html" not in part
    assert set(effects(text(agent, f"/ledger/{fault.id}/pause?kind=nonsense")).values()) == {"goes on"}


def asked() -> PauseRequest:
    return PauseRequest.objects.latest("asked_at")


def test_clocks_are_asked_to_stop_approved_by_another_and_run_again(
    signed_in: SignedIn, agent: Client, fault: Commitment
) -> None:
    assert "supervisor" in text(agent, f"/ledger/{fault.id}/pause?kind=customer.deferred")
    answer = agent.post(f"/ledger/{fault.id}/pause", ASKED | {"stops": ["pledge"]})
    assert answer.headers["Location"] == f"/ledger/{fault.id}"
    fault.refresh_from_db()
    assert fault.state == "open"
    page = text(agent, f"/ledger/{fault.id}")
    assert "The clocks run on until somebody approves" in page
    assert f"/ledger/requests/{asked().id}" in page
    assert "pile-approve" not in text(agent, "/work")
    address = f"/ledger/requests/{asked().id}"
    assert "Your answer" not in text(agent, address)
    own = agent.post(address, {"answer": "approve", "word": ""}, follow=True).content.decode()
    assert "cannot approve what they asked for themselves" in own
    supervisor = signed_in("supervisor", Language.EN)
    desk = text(supervisor, "/work")
    assert 'id="pile-approve">For you to approve <span class="badge">1</span>' in desk
    assert "away until evening" in desk
    assert re.search(r'<span title="agent">[^<]+</span> \d\d-\d\d', desk)
    assert "call 17" in text(supervisor, address)
    page = supervisor.post(address, {"answer": "approve", "word": "heard it"}, follow=True).content.decode()
    assert "Approved: the clocks stand still as of the moment of asking." in page
    assert "pile-approve" not in text(supervisor, "/work")
    fault.refresh_from_db()
    assert (fault.state, fault.pauses) == ("paused", [[asked().asked_at.isoformat(), None]])
    page = text(agent, f"/ledger/{fault.id}")
    assert "as of the moment of asking" in page
    assert f"/ledger/{fault.id}/resume" in page
    assert "put off at the customer&#x27;s wish" in text(agent, f"/ledger/{fault.id}/resume")
    agent.post(f"/ledger/{fault.id}/resume", {"reason": "back at home"})
    fault.refresh_from_db()
    assert fault.state == "open"
    kinds = [line.kind for line in timeline(MATTER)]
    assert kinds[:2] == ["customer.returned", "commitments.pause_answered"]
    again = supervisor.post(address, {"answer": "approve"}, follow=True).content.decode()
    assert "takes no answer" in again


def test_what_ended_while_the_request_waited_is_not_said_to_stand_still(
    signed_in: SignedIn, agent: Client, fault: Commitment
) -> None:
    agent.post(f"/ledger/{fault.id}/pause", ASKED | {"stops": ["pledge"]})
    with transaction.atomic():
        journal.record(
            journal.happening("customer.returned", subject=MATTER, actor="staff/agent", at=datetime.now(UTC), facts={})
        )
    address, supervisor = f"/ledger/requests/{asked().id}", signed_in("supervisor", Language.EN)
    page = supervisor.post(address, {"answer": "approve", "word": ""}, follow=True).content.decode()
    assert "until what ended the pause, and stand still no longer" in page
    assert "the clocks stand still as of" not in page
    fault.refresh_from_db()
    assert (fault.state, len(fault.pauses)) == ("open", 1)


def test_a_waiver_speaks_of_promises(signed_in: SignedIn, agent: Client, fault: Commitment) -> None:
    said = {name: ASKED[name] for name in ("reason", "requested_by", "evidence")}
    page = agent.post(f"/ledger/{fault.id}/waive", said, follow=True).content.decode()
    assert "The promises stand until somebody approves" in page
    assert "The clocks run on" not in page
    address = f"/ledger/requests/{asked().id}"
    mine = text(agent, address)
    assert "The promises stand until somebody else" in mine
    assert "Which promises" in mine
    supervisor = signed_in("supervisor", Language.EN)
    assert "the promises have fallen away as of the moment of asking; refused, they stand" in text(supervisor, address)
    chinese = signed_in("supervisor")
    assert "批准后，承诺自申请时起不再适用；拒绝则承诺照旧。" in text(chinese, address)
    page = chinese.post(address, {"answer": "approve", "word": ""}, follow=True).content.decode()
    assert "已批准：承诺自申请时起不再适用。" in page
    fault.refresh_from_db()
    assert fault.state == "void"


def test_what_nobody_could_approve_is_said_and_refused(agent: Client, fault: Commitment) -> None:
    page = text(agent, f"/ledger/{fault.id}/pause?kind=customer.deferred")
    assert "authority over every unit whose clock would stop, e.g." in page
    may = roles_with(Permission.LEDGER_APPROVE)
    Grant.objects.filter(role__in=may, revoked_at=None).update(revoked_at=datetime.now(UTC))
    part = text(agent, f"/ledger/{fault.id}/pause?kind=customer.deferred", **{"HX-Target": "effects"})
    assert "nobody could approve it" in part
    page = agent.post(f"/ledger/{fault.id}/pause", ASKED).content.decode()
    assert "Nobody but those who ask may approve for" in page
    assert not PauseRequest.objects.exists()


def test_a_pause_of_a_kind_that_some_other_word_ended_is_resumed_by_what_the_clock_hears(
    signed_in: SignedIn, agent: Client, fault: Commitment
) -> None:
    agent.post(f"/ledger/{fault.id}/pause", ASKED | {"stops": ["pledge"]})
    address, supervisor = f"/ledger/requests/{asked().id}", signed_in("supervisor", Language.EN)
    supervisor.post(address, {"answer": "approve", "word": ""})
    with transaction.atomic():  # the visit ends the pause by rule, but the pledge does not hear of visits that begin
        journal.record(
            journal.happening("visit.started", subject=MATTER, actor="staff/agent", at=datetime.now(UTC), facts={})
        )
    fault.refresh_from_db()
    assert fault.state == "paused"
    agent.post(f"/ledger/{fault.id}/resume", {"reason": "back at home"})
    fault.refresh_from_db()
    assert fault.state == "open"


def test_what_is_refused_has_never_stopped(signed_in: SignedIn, agent: Client, fault: Commitment) -> None:
    agent.post(f"/ledger/{fault.id}/waive", {name: ASKED[name] for name in ("reason", "requested_by", "evidence")})
    assert (asked().kind, asked().state) == ("clock.waived", "waiting")
    supervisor = signed_in("supervisor", Language.EN)
    address = f"/ledger/requests/{asked().id}"
    assert "Fill in “word”" in supervisor.post(address, {"answer": "refuse", "word": ""}, follow=True).content.decode()
    page = supervisor.post(address, {"answer": "refuse", "word": "no such letter"}, follow=True).content.decode()
    assert "Refused: the promises stand." in page
    assert "no such letter" in page
    fault.refresh_from_db()
    assert (fault.state, asked().answered_by) == ("open", "staff/supervisor")


def test_who_asked_takes_the_request_back(signed_in: SignedIn, agent: Client, fault: Commitment) -> None:
    agent.post(f"/ledger/{fault.id}/pause", ASKED | {"stops": ["pledge"]})
    address, supervisor = f"/ledger/requests/{asked().id}", signed_in("supervisor", Language.EN)
    assert "Withdraw the request" not in text(supervisor, address)
    page = supervisor.post(address, {"answer": "withdraw"}, follow=True).content.decode()
    assert "alone may withdraw it" in page
    assert asked().state == "waiting"
    page = text(agent, address)
    assert "Withdraw the request" in page
    assert "Nobody can approve it any more; you can ask anew. Withdraw it?" in page
    page = agent.post(address, {"answer": "withdraw"}, follow=True).content.decode()
    assert "Withdrawn: the clocks have never stopped." in page
    assert "Withdraw the request" not in page
    assert (asked().state, asked().answered_by) == ("withdrawn", "staff/agent")
    assert "pile-approve" not in text(supervisor, "/work")
    assert "takes no answer" in supervisor.post(address, {"answer": "approve"}, follow=True).content.decode()
    said = {name: ASKED[name] for name in ("reason", "requested_by", "evidence")}
    agent.post(f"/ledger/{fault.id}/waive", said)
    address = f"/ledger/requests/{asked().id}"
    page = agent.post(address, {"answer": "withdraw"}, follow=True).content.decode()
    assert "Withdrawn: the promises stand." in page
    fault.refresh_from_db()
    assert fault.state == "open"


def test_a_request_is_for_the_eyes_of_its_units(signed_in: SignedIn, agent: Client, fault: Commitment) -> None:
    agent.post(f"/ledger/{fault.id}/pause", ASKED)
    address = f"/ledger/requests/{asked().id}"
    assert signed_in("technician").get(address).status_code in {403, 404}
    assert signed_in("supervisor").get(f"/ledger/requests/{fault.id}").status_code == 404
    page = signed_in("supervisor", Language.ZH).get(address).content.decode()
    for words in ("待批准", "您的答复", "批准", "拒绝", "call 17"):
        assert words in page


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"reason": ""}, "This field is required"),
        ({"evidence": ""}, "This field is required"),
        ({"requested_by": "staff/supervisor"}, "is not one of the available choices"),
        ({"kind": "fault.restored"}, "is not one of the available choices"),
        ({"stops": ["moon"]}, "is not one of the available choices"),
        ({"kind": "hindrance.began"}, "can be stopped by"),
        ({"kind": "hindrance.began", "stops": ["stage"]}, "can be stopped by"),
    ],
)
def test_what_the_pack_does_not_allow_stops_nothing(
    agent: Client, fault: Commitment, change: dict[str, object], complaint: str
) -> None:
    page = agent.post(f"/ledger/{fault.id}/pause", ASKED | change).content.decode()
    assert complaint in page
    fault.refresh_from_db()
    assert (fault.state, fault.pauses) == ("open", [])
    assert not PauseRequest.objects.exists()


def test_what_stands_not_still_cannot_be_resumed(agent: Client, fault: Commitment) -> None:
    assert (
        "is paused that would run again" in agent.post(f"/ledger/{fault.id}/resume", {"reason": "x"}).content.decode()
    )


def test_only_who_may_stops_the_clocks_of_their_units(signed_in: SignedIn, fault: Commitment) -> None:
    for role in ("analyst", "technician"):
        client = signed_in(role)
        assert client.post(f"/ledger/{fault.id}/pause", ASKED).status_code in {403, 404}
    assert "/pause" not in text(signed_in("analyst"), f"/ledger/{fault.id}")
    fault.refresh_from_db()
    assert fault.state == "open"


def test_a_pack_is_adopted_and_shown_with_its_version(signed_in: SignedIn) -> None:
    client = signed_in("manager", Language.EN)
    assert "No pack is in force" in text(client, "/ledger/packs")
    client.post("/ledger/packs/guangzhou-pledges/adopt")
    assert PackVersion.objects.get().code == "guangzhou-pledges"
    page = text(client, "/ledger/packs")
    assert "The pack is in force from now on." in page
    assert "Service pledges of Guangzhou Telecom" in page
    again = client.post("/ledger/packs/guangzhou-pledges/adopt", follow=True).content.decode()
    assert "is in force already" in again
    assert client.post("/ledger/packs/moon/adopt").status_code == 404
    assert PackVersion.objects.count() == 1


def test_a_pack_binds_all_so_it_takes_the_right_of_the_top_unit(signed_in: SignedIn) -> None:
    client = signed_in("viewer", Language.EN)
    assert client.post("/ledger/packs/guangzhou-pledges/adopt").status_code == 403
    people.grant_role(username="viewer", role="manager", unit="tianhe", actor="staff/admin", at=AT)
    page = client.post("/ledger/packs/guangzhou-pledges/adopt", follow=True).content.decode()
    assert "A pack binds every unit" in page
    assert "Packs to adopt" not in page
    assert PackVersion.objects.count() == 0


def test_a_pack_is_retired_by_whoever_may_adopt_it(signed_in: SignedIn) -> None:
    client = signed_in("manager", Language.EN)
    client.post("/ledger/packs/guangzhou-pledges/adopt")
    assert signed_in("viewer").post("/ledger/packs/guangzhou-pledges/retire").status_code == 403
    people.grant_role(username="viewer", role="manager", unit="tianhe", actor="staff/admin", at=AT)
    part = signed_in("viewer", Language.EN)
    assert (
        "A pack binds every unit" in part.post("/ledger/packs/guangzhou-pledges/retire", follow=True).content.decode()
    )
    assert "/retire" not in text(part, "/ledger/packs")
    assert PackVersion.objects.get().superseded_at is None
    assert "Retire Service pledges of Guangzhou Telecom" in text(client, "/ledger/packs")
    page = client.post("/ledger/packs/guangzhou-pledges/retire", follow=True).content.decode()
    assert "The pack opens nothing from now on; what runs goes on." in page
    assert "No pack is in force" in page
    assert PackVersion.objects.get().superseded_at is not None
    again = client.post("/ledger/packs/guangzhou-pledges/retire", follow=True).content.decode()
    assert "there is nothing to retire" in again
    client.post("/ledger/packs/guangzhou-pledges/adopt")
    assert PackVersion.objects.filter(superseded_at=None).count() == 1


def test_a_newer_version_follows_the_one_in_force(signed_in: SignedIn) -> None:
    shipped = find("guangzhou-pledges").read_text(encoding="utf-8")
    now = parse(shipped, "guangzhou-pledges").version
    old = shipped.replace(f'version: "{now}"', 'version: "2025.1"')
    commitments.adopt_pack(document=old, actor="staff/admin", at=AT)
    client = signed_in("manager", Language.EN)
    assert "another version than in force" in text(client, "/ledger/packs")
    client.post("/ledger/packs/guangzhou-pledges/adopt")
    assert "Earlier versions" in text(client, "/ledger/packs")
    assert sorted(PackVersion.objects.values_list("version", flat=True)) == ["2025.1", now]


def test_a_clock_at_rest_is_due_at_one_moment_wherever_the_page_says_it(signed_in: SignedIn, fault: Commitment) -> None:
    """Reported two hours ago, at rest for one of them: were it to go on now, it would be due an hour later than promised."""
    assert fault.due_at is not None
    held = timedelta(hours=1)
    with transaction.atomic():
        journal.record(
            journal.happening(
                "customer.deferred", subject=MATTER, actor="staff/supervisor", at=datetime.now(UTC) - held,
                facts={"stops": "pledge", "reason": "away", "requested_by": "customer", "approved_by": "staff/supervisor"},
            )
        )  # fmt: skip
    client = signed_in("supervisor", Language.EN)
    page = text(client, f"/ledger/{fault.id}")
    seen = re.search(r"<dt>Due</dt><dd class=\"tabular\">([\d: -]+) <small[^>]*>were it to go on now</small>", page)
    said = re.search(r"due (\d{4}-\d\d-\d\d \d\d:\d\d)", page[page.index('class="card-body explained"') :])
    drawn = re.search(r"due \w+ (\d{4}-\d\d-\d\d \d\d:\d\d)", page[page.index('<figure class="course') :])
    assert seen is not None
    assert said is not None
    due = (fault.due_at + held).astimezone(ZoneInfo(fault.zone))
    about = {f"{due + timedelta(minutes=each):%Y-%m-%d %H:%M}" for each in (0, 1)}
    assert seen[1] in about
    assert said[1] == seen[1]
    assert drawn is not None
    assert drawn[1] == seen[1]
    before = f"{fault.due_at.astimezone(ZoneInfo(fault.zone)):%Y-%m-%d %H:%M}"
    assert (
        page.count(before)
        == page.count(f'irst promised</dt><dd class="tabular">{before}') + page.count(f"first promised for {before}")
        == 2
    )
    assert 'class="text-secondary tabular">stands still<' in page
    listed = text(client, "/ledger")
    assert '<td class="tabular" data-label="Due">stands still</td>' in listed
    export = b"".join(client.get("/ledger/export").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    (row,) = [each for each in csv.DictReader(export.splitlines()) if each["promise"] == "repair"]
    assert (row["state"], row["due"]) == ("paused", "stands still")
    assert "stands still" in text(client, f"/matters/{MATTER}")
