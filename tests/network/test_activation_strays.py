"""Sessions that accounting tells of after the elements were told: who may not be online is ended by the worker, and nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from pyrad import packet

from kapok.ground.journal.models import Entry
from kapok.network.activation.models import Accounting, Cutoff, StraySession, Subscriber
from kapok.network.activation.strays import MOST, end_strays
from kapok.network.activation.upkeep import forget_strays
from tests.network.access_server import HERE, AccessServer
from tests.network.activation_lines import AT, LINE, SERVICE, tell

pytestmark = pytest.mark.django_db

NEW = {"login": "line2@kapok", "secret": "s3cret-new"}
OTHER = "S00000002"


def online(session: str, login: str = "line1@kapok", *, service: str = "", status: str = "Start", **more: Any) -> None:
    Accounting.objects.create(
        session=session, status=status, login=login, service=service, nas_address=HERE, nas_session=session, **more
    )


def pass_time(**time: float) -> None:
    """Let all that has happened have happened so much earlier."""
    Accounting.objects.update(at=F("at") - timedelta(**time))
    Cutoff.objects.update(before=F("before") - timedelta(**time))
    StraySession.objects.update(tried_at=F("tried_at") - timedelta(**time))


def ended(access_server: AccessServer) -> list[str]:
    """Whose sessions the access server has been told to end since this was asked."""
    assert {code for code, _ in access_server.heard} <= {packet.DisconnectRequest}
    heard = [said["Acct-Session-Id"] for _, said in access_server.heard]
    access_server.heard.clear()
    return sorted(heard)


def told(kind: str) -> list[dict[str, Any]]:
    entries = Entry.objects.filter(kind=kind, subject=f"service/{SERVICE}").values_list("data", flat=True)
    return sorted(entries, key=lambda data: (data["session"], data.get("attempt")))


def test_whose_first_packet_comes_after_the_suspension_is_ended_once(access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    assert tell("suspend", "k2").measured == {"sessions": 0, "disconnected": 0}
    pass_time(minutes=5)
    online("late", service=SERVICE)
    online("nameless")
    online("somebody else", "line9@kapok", service=OTHER)
    assert end_strays(at=AT) == 2
    assert ended(access_server) == ["late", "nameless"]
    assert end_strays(at=AT) == 0, "the packet that ends it is on its way"
    assert ended(access_server) == []
    assert [(each["session"], each["attempt"]) for each in told("activation.stray_ended")] == [
        ("late", 1),
        ("nameless", 1),
    ]
    assert "line1" not in str(told("activation.stray_ended"))


def test_after_a_resumption_nobody_is_ended(access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    tell("suspend", "k2")
    online("late", service=SERVICE)
    tell("resume", "k3")
    assert end_strays(at=AT) == 0
    assert ended(access_server) == []


@pytest.mark.parametrize("new", [{"secret": "s3cret-new"}, NEW, {"ip": "100.64.0.9"}], ids=lambda new: next(iter(new)))
def test_of_a_change_whoever_began_before_is_ended_and_who_came_after_stays(
    access_server: AccessServer, new: dict[str, str]
) -> None:
    login = new.get("login", "line1@kapok")
    tell("activate", "k1", LINE)
    assert tell("modify", "k2", new).ok
    online("let in before", service=SERVICE)
    pass_time(minutes=5)
    online("since", login, service=SERVICE)
    online("nameless", login)
    online("before", service=SERVICE, status="Interim-Update", seconds=600)
    assert end_strays(at=AT) == 2
    assert ended(access_server) == ["before", "let in before"]


def test_a_faster_speed_ends_nobody(access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    assert tell("modify", "k2", {"down_mbps": 1000, "up_mbps": 100}).ok
    online("late", service=SERVICE)
    assert end_strays(at=AT) == 0
    assert ended(access_server) == []


def test_of_a_line_taken_down_whoever_is_heard_of_later_is_ended(access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    assert tell("terminate", "k2").ok
    assert not Subscriber.objects.exists()
    online("let in before")
    pass_time(minutes=5)
    assert tell("activate", "k3", LINE | {"onu": "HWTC0002"}, service=OTHER).ok
    online("late", service=SERVICE)
    online("another's", service=OTHER)
    online("another's, nameless")
    assert end_strays(at=AT) == 2
    assert ended(access_server) == ["late", "let in before"]


def test_an_access_server_that_does_not_answer_is_told_six_times_ever_more_seldom(access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    tell("suspend", "k2")
    online("late", service=SERVICE)
    access_server.answer = packet.DisconnectNAK
    for attempt in range(MOST):
        assert end_strays(at=AT) == 0
        assert ended(access_server) == ["late"]
        pass_time(minutes=2**attempt - 0.5)
        end_strays(at=AT)
        assert ended(access_server) == [], "it is not its turn yet"
        pass_time(minutes=1)
    pass_time(hours=5)
    assert end_strays(at=AT) == 0
    assert ended(access_server) == []
    assert [(each["session"], each["attempts"]) for each in told("activation.stray_left")] == [("late", MOST)]
    assert told("activation.stray_ended") == []


def test_one_that_is_silent_is_asked_once_in_a_round_and_holds_nobody_up(access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    tell("suspend", "k2")
    for session in ("one", "two", "three"):
        online(session, service=SERVICE)
    access_server.answer = 0
    assert end_strays(at=AT) == 0
    assert len(ended(access_server)) == 1
    access_server.answer = packet.DisconnectACK
    pass_time(minutes=1.5)
    assert end_strays(at=AT) == 3
    assert ended(access_server) == ["one", "three", "two"]


def test_a_duration_beyond_all_that_radius_can_say_stops_nothing(access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    tell("modify", "k2", LINE | NEW)
    online("hostile", service=SERVICE, seconds=2**62)
    online("known", service=SERVICE, seconds=60)
    assert end_strays(at=AT) == 2
    assert ended(access_server) == ["hostile", "known"]


def test_who_is_heard_of_after_the_access_server_said_it_was_ended_is_told_again(access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    tell("suspend", "k2")
    online("late", service=SERVICE)
    assert end_strays(at=AT) == 1
    pass_time(minutes=5)
    assert end_strays(at=AT) == 0
    online("late", service=SERVICE, status="Interim-Update", seconds=300)
    assert end_strays(at=AT) == 1
    assert ended(access_server) == ["late", "late"]
    assert [each["attempt"] for each in told("activation.stray_ended")] == [1, 2]


@pytest.mark.parametrize("over", ["Stop", "Accounting-On"])
def test_who_is_gone_already_is_let_alone(access_server: AccessServer, over: str) -> None:
    tell("activate", "k1", LINE)
    tell("suspend", "k2")
    online("late", service=SERVICE)
    online("late" if over == "Stop" else HERE, service=SERVICE if over == "Stop" else "", status=over)
    assert end_strays(at=AT) == 0
    assert ended(access_server) == []


@pytest.mark.parametrize("name", ["x" * 254, "宽" * 85], ids=["long", "long in octets"])
def test_a_name_from_the_network_that_fits_in_no_packet_keeps_nobody_else_online(
    access_server: AccessServer, name: str
) -> None:
    tell("activate", "k1", LINE)
    online("hostile", name, service=SERVICE)
    online("known", service=SERVICE)
    outcome = tell("suspend", "k2")
    assert (outcome.code, outcome.measured) == ("still_online", {"sessions": 2, "disconnected": 1})
    assert ended(access_server) == ["known"]
    online("late", service=SERVICE)
    assert end_strays(at=AT) == 2
    assert ended(access_server) == ["known", "late"]


def test_a_round_asks_the_database_the_same_however_many_there_are(access_server: AccessServer) -> None:
    counts = []
    for count in (1, 10):
        tell("activate", f"a{count}", LINE | {"login": f"l{count}", "onu": f"o{count}"}, service=f"S{count}")
        tell("suspend", f"s{count}", service=f"S{count}")
        for each in range(count):
            online(f"{count}-{each}", f"l{count}", service=f"S{count}")
        with CaptureQueriesContext(connection) as asked:
            assert end_strays(at=AT) == count
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_what_was_tried_is_forgotten(access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    tell("terminate", "k2")
    online("late", service=SERVICE)
    end_strays(at=AT)
    now = Cutoff.objects.get().before
    assert forget_strays(at=now) == 0
    Accounting.objects.all().delete()
    assert forget_strays(at=now + timedelta(days=1, seconds=1)) == 2
    assert not Cutoff.objects.exists()
    assert not StraySession.objects.exists()


def test_a_line_taken_down_twice_leaves_who_has_its_login_now(access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    tell("terminate", "k2", LINE)
    tell("activate", "k3", LINE | {"onu": "HWTC0002"}, service=OTHER)
    online("another's, nameless")
    assert tell("terminate", "k4", LINE).measured == {"sessions": 0, "disconnected": 0}
    assert ended(access_server) == []
