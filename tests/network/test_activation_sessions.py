"""Who is told what of the sessions that accounting knows: those begun before a change, under whichever login, and nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from pyrad import packet

from kapok.network.activation.models import Accounting, Subscriber
from kapok.network.activation.upkeep import forget_closed_lines
from tests.network.access_server import HERE, AccessServer
from tests.network.activation_lines import LINE, SERVICE, tell

pytestmark = pytest.mark.django_db

NEW = {"login": "line2@kapok", "secret": "s3cret-new"}


def online(session: str, login: str, *, service: str = "", status: str = "Start", **more: Any) -> None:
    Accounting.objects.create(
        session=session, status=status, login=login, service=service, nas_address=HERE, nas_session=session, **more
    )


def a_minute_passes() -> None:
    Accounting.objects.update(at=F("at") - timedelta(minutes=1))
    Subscriber.objects.update(told_before=F("told_before") - timedelta(minutes=1))


def told(access_server: AccessServer) -> set[tuple[int, str]]:
    """What the access server has heard since this was asked."""
    heard = {(code, said["Acct-Session-Id"]) for code, said in access_server.heard}
    access_server.heard.clear()
    return heard


@pytest.mark.parametrize("new", [{"secret": "s3cret-new"}, NEW, {"ip": "100.64.0.9"}], ids=lambda new: next(iter(new)))
def test_whoever_came_back_with_what_is_new_stays_online(access_server: AccessServer, new: dict[str, str]) -> None:
    tell("activate", "k1", LINE)
    online("before", "line1@kapok", service=SERVICE)
    access_server.answer = 0
    assert tell("modify", "k2", new).code == "still_online"
    a_minute_passes()
    online("since", new.get("login", "line1@kapok"), service=SERVICE)
    online("nameless", new.get("login", "line1@kapok"))
    access_server.answer = packet.DisconnectACK
    told(access_server)
    assert tell("modify", "k2", new).measured == {"sessions": 1, "disconnected": 1}
    assert told(access_server) == {(packet.DisconnectRequest, "before")}
    assert tell("suspend", "k3").measured == {"sessions": 3, "disconnected": 3}, "a suspension ends all of them"


def test_who_was_let_in_by_what_the_line_was_before_is_told_though_the_session_began_after(
    access_server: AccessServer,
) -> None:
    tell("activate", "k1", LINE)
    online("before", "line1@kapok", service=SERVICE)
    access_server.answer = 0
    assert tell("modify", "k2", {"secret": "s3cret-new"}).code == "still_online"
    online("let in before", "line1@kapok", service=SERVICE)
    a_minute_passes()
    online("since", "line1@kapok", service=SERVICE)
    access_server.answer = packet.DisconnectACK
    told(access_server)
    assert tell("modify", "k2", {"secret": "s3cret-new"}).measured == {"sessions": 2, "disconnected": 2}
    heard = {(packet.DisconnectRequest, "before"), (packet.DisconnectRequest, "let in before")}
    assert told(access_server) == heard


def test_a_speed_told_again_cuts_nobody_who_has_it(access_server: AccessServer) -> None:
    faster = {"down_mbps": 1000, "up_mbps": 100}
    tell("activate", "k1", LINE)
    online("before", "line1@kapok")
    access_server.answer = packet.DisconnectNAK
    assert tell("modify", "k2", faster).code == "still_online"
    a_minute_passes()
    online("since", "line1@kapok")
    told(access_server)
    assert tell("modify", "k2", faster).code == "still_online"
    assert told(access_server) == {(packet.CoARequest, "before"), (packet.DisconnectRequest, "before")}


def test_a_session_whose_first_packet_was_lost_began_by_its_seconds(access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    online("before", "line1@kapok", at=Now() - timedelta(hours=1))
    access_server.answer = 0
    assert tell("modify", "k2", NEW).code == "still_online"
    online("lost", "line1@kapok", service=SERVICE, status="Interim-Update", seconds=900)
    access_server.answer = packet.DisconnectACK
    told(access_server)
    assert tell("modify", "k2", NEW).measured == {"sessions": 2, "disconnected": 2}


def test_another_change_meanwhile_ends_what_had_come_back_before_it(access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    online("first", "line1@kapok")
    access_server.answer = 0
    assert tell("modify", "k2", NEW).code == "still_online"
    online("second", "line2@kapok")
    assert tell("modify", "k3", {"login": "line3@kapok", "secret": "s3cret-other"}).code == "still_online"
    assert Subscriber.objects.get().leaving == ["line1@kapok", "line2@kapok"]
    a_minute_passes()
    online("third", "line3@kapok")
    access_server.answer = packet.DisconnectACK
    told(access_server)
    assert tell("modify", "k3", {"login": "line3@kapok", "secret": "s3cret-other"}).ok
    assert told(access_server) == {(packet.DisconnectRequest, "first"), (packet.DisconnectRequest, "second")}
    row = Subscriber.objects.get()
    assert (row.leaving, row.told_before) == ([], None)


def test_a_line_taken_down_is_left_under_every_login_it_ever_had(access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    online("first", "line1@kapok")
    access_server.answer = 0
    assert tell("modify", "k2", NEW).code == "still_online"
    online("second", "line2@kapok")
    assert tell("terminate", "k3").code == "still_online"
    row = Subscriber.objects.get()
    assert (row.state, row.reason) == ("closed", "")
    access_server.answer = packet.DisconnectACK
    told(access_server)
    assert tell("terminate", "k3").measured["disconnected"] == 2
    assert told(access_server) == {(packet.DisconnectRequest, "first"), (packet.DisconnectRequest, "second")}
    assert not Subscriber.objects.exists()


def test_who_has_a_login_that_another_line_had_is_let_alone(access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    online("old", "line1@kapok", service=SERVICE)
    access_server.answer = 0
    assert tell("modify", "k2", NEW).code == "still_online"
    assert tell("activate", "k3", LINE | {"onu": "HWTC0002"}, service="S00000002").ok
    online("other", "line1@kapok", service="S00000002")
    access_server.answer = packet.DisconnectACK
    told(access_server)
    assert tell("terminate", "k4").measured["disconnected"] == 1
    assert told(access_server) == {(packet.DisconnectRequest, "old")}


def test_a_line_taken_down_whose_access_server_is_gone_leaves_its_login_to_others(access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    online("gone", "line1@kapok", service=SERVICE)
    access_server.answer = 0
    assert tell("terminate", "k2").code == "still_online"
    other = {"service": "S00000002"}
    assert tell("activate", "k3", LINE | {"onu": "HWTC0002"}, **other).code == "in_use"
    assert forget_closed_lines(at=timezone.now()) == 0, "somebody was heard of today"
    assert forget_closed_lines(at=timezone.now() + timedelta(days=1, minutes=1)) == 1
    assert tell("activate", "k3", LINE | {"onu": "HWTC0002"}, **other).ok
    assert tell("terminate", "k2").code == "still_online", "whoever asks again is told what is known of the sessions"


@pytest.mark.parametrize("reason", ["欠费", "已拆机 / taken down"])
def test_a_line_that_is_only_suspended_stays_however_long_it_is_silent(
    access_server: AccessServer, reason: str
) -> None:
    tell("activate", "k1", LINE)
    online("gone", "line1@kapok", service=SERVICE)
    access_server.answer = 0
    assert tell("suspend", "k2", {"reason": reason}).code == "still_online"
    assert forget_closed_lines(at=timezone.now() + timedelta(days=400)) == 0
    assert tell("resume", "k3").ok
    assert Subscriber.objects.get().secret == LINE["secret"]
