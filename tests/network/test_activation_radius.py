"""A real FreeRADIUS on the views: who is let in, why not, what is counted, who is disconnected, and what strangers try."""

from __future__ import annotations

import os
import socket
import subprocess

import psycopg
import pytest
from django.db import connection
from pyrad import packet
from pyrad.client import Timeout
from pytest_django.fixtures import Settings

from kapok.ground.journal.models import Entry
from kapok.host.home import Home
from kapok.host.lab.programs import FREERADIUS
from kapok.network.activation import queries
from kapok.network.activation.adapters.radius import log_in
from kapok.network.activation.models import Accounting, Call, CallStep, Subscriber
from kapok.network.activation.strays import end_strays
from tests.network.access_server import AccessServer
from tests.network.activation_lines import AT, LINE, SERVICE, tell
from tests.network.conftest import Begin

pytestmark = [pytest.mark.peer("freeradius"), pytest.mark.django_db(transaction=True)]

Server = tuple[str, int]
ACCEPT, REJECT = packet.AccessAccept, packet.AccessReject


@pytest.fixture(scope="module")
def running(begin: Begin) -> Server:
    return begin(FREERADIUS)


@pytest.fixture
def radius(running: Server, settings: Settings, transactional_db: None) -> Server:
    settings.RADIUS_SERVER = f"{running[0]}:{running[1]}"
    settings.SIMULATED_SLOW_SECONDS = 0
    return running


@pytest.mark.parametrize("chap", [False, True], ids=["pap", "chap"])
def test_a_line_is_let_in_refused_while_suspended_let_in_again_and_refused_when_gone(
    radius: Server, access_server: AccessServer, chap: bool
) -> None:
    def knock() -> packet.Packet:
        return access_server.log_in(radius, "line1@kapok", "s3cret-one", chap=chap)

    assert knock().code == REJECT
    assert tell("activate", "k1", LINE).ok
    accepted = knock()
    assert accepted.code == ACCEPT
    assert accepted["WISPr-Bandwidth-Max-Down"] == [300_000_000]
    assert accepted["WISPr-Bandwidth-Max-Up"] == [60_000_000]
    assert accepted["Mikrotik-Rate-Limit"] == ["60M/300M"]
    assert accepted["Filter-Id"] == ["home-300"]
    assert accepted["Class"] == [SERVICE.encode()]
    assert tell("suspend", "k2", {"reason": "欠费停机 overdue"}).ok
    refused = knock()
    assert (refused.code, refused["Reply-Message"]) == (REJECT, ["欠费停机 overdue"])
    assert tell("resume", "k3").ok
    assert knock().code == ACCEPT
    assert tell("terminate", "k4").ok
    gone = knock()
    assert (gone.code, gone.get("Reply-Message")) == (REJECT, None)


@pytest.mark.parametrize("chap", [False, True], ids=["pap", "chap"])
def test_with_a_new_secret_the_old_one_is_refused(radius: Server, access_server: AccessServer, chap: bool) -> None:
    tell("activate", "k1", LINE)
    assert access_server.log_in(radius, "line1@kapok", "s3cret-one", chap=chap).code == ACCEPT
    assert tell("modify", "k2", {"secret": "s3cret-new"}).ok
    assert access_server.log_in(radius, "line1@kapok", "s3cret-one", chap=chap).code == REJECT
    assert access_server.log_in(radius, "line1@kapok", "s3cret-new", chap=chap).code == ACCEPT


@pytest.mark.parametrize("chap", [False, True], ids=["pap", "chap"])
def test_with_a_wrong_password_nobody_learns_anything(radius: Server, access_server: AccessServer, chap: bool) -> None:
    tell("activate", "k1", LINE)
    refused = access_server.log_in(radius, "line1@kapok", "s3cret-two", chap=chap)
    assert refused.code == REJECT
    assert list(refused.keys()) == []


@pytest.mark.peer("radtest")
def test_another_client_sees_the_same(radius: Server, lab_home: Home) -> None:
    def radtest() -> str:
        command = [
            "radtest",
            "line1@kapok",
            "s3cret-one",
            f"127.0.0.1:{radius[1]}",
            "1",
            lab_home.secret("radius-secret"),
        ]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120).stdout

    tell("activate", "k1", LINE | {"ipv6_prefix": "2001:db8:0:100::/56"})
    let_in = radtest()
    assert "Received Access-Accept" in let_in
    assert "Delegated-IPv6-Prefix = 2001:db8:0:100::/56" in let_in
    Subscriber.objects.update(state="suspended", reason="overdue")
    told = radtest()
    assert "Received Access-Reject" in told
    assert 'Reply-Message = "overdue"' in told
    assert "IPv6" not in told


def test_a_faster_speed_and_an_address_of_ones_own_show(radius: Server, access_server: AccessServer) -> None:
    tell("activate", "k1", LINE | {"down_mbps": 10_000, "up_mbps": 1000, "ip": "100.64.0.9"})
    accepted = access_server.log_in(radius, "line1@kapok", "s3cret-one")
    assert accepted["WISPr-Bandwidth-Max-Down"] == [4_294_967_295]
    assert accepted["Mikrotik-Rate-Limit"] == ["1000M/10000M"]
    assert accepted["Framed-IP-Address"] == ["100.64.0.9"]


def test_the_test_compares_the_addresses_that_are_granted(radius: Server, access_server: AccessServer) -> None:
    own = {"ip": "100.64.0.9", "ipv6_prefix": "2001:db8:0:100::/56"}
    tell("activate", "k1", LINE | own)
    accepted = access_server.log_in(radius, "line1@kapok", "s3cret-one")
    assert (accepted["Framed-IP-Address"], accepted["Delegated-IPv6-Prefix"]) == ([own["ip"]], [own["ipv6_prefix"]])
    outcome = tell("test", "t1", LINE | own)
    assert (outcome.ok, outcome.measured["ip"], outcome.measured["ipv6_prefix"]) == (True, *own.values())
    tell("modify", "k2", {"ipv6_prefix": "2001:db8:0:200::/56"})
    accepted = access_server.log_in(radius, "line1@kapok", "s3cret-one")
    assert accepted["Delegated-IPv6-Prefix"] == ["2001:db8:0:200::/56"]
    tell("suspend", "k3")
    assert "Delegated-IPv6-Prefix" not in access_server.log_in(radius, "line1@kapok", "s3cret-one")


def test_what_the_server_does_not_grant_fails_the_test(radius: Server, access_server: AccessServer) -> None:
    tell("activate", "k1", LINE | {"ipv6_prefix": "2001:db8:0:100::/56"})
    row = Subscriber.objects.get()
    row.ipv6_prefix = "2001:db8:0:200::/56"
    outcome = log_in(row)
    assert (outcome.ok, outcome.code, outcome.retry) == (False, "wrong_address", False)
    assert outcome.measured["ipv6_prefix"] == "2001:db8:0:100::/56"


def test_with_another_prefix_the_open_session_ends(radius: Server, access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    access_server.account(radius, "Start", "a1", "line1@kapok", Class=SERVICE.encode())
    assert tell("modify", "k2", {"ipv6_prefix": "2001:db8:0:100::/56"}).measured["disconnected"] == 1
    assert [code for code, _ in access_server.heard] == [packet.DisconnectRequest]


def test_accounting_arrives_and_is_counted_once(radius: Server, access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    name, figures = "line1@kapok", {"Acct_Input_Gigawords": 1, "Acct_Input_Octets": 5, "Acct_Output_Octets": 9}
    service = {"Class": SERVICE.encode()}
    assert access_server.account(radius, "Start", "a1", name, Framed_IP_Address="100.64.0.9", **service).code == 5
    (session,) = queries.sessions(SERVICE)
    assert (session.login, session.address, session.ended_at, session.octets_in) == (name, "100.64.0.9", None, 0)
    for _ in range(2):
        access_server.account(radius, "Interim-Update", "a1", name, Acct_Session_Time=300, **figures, **service)
    assert Accounting.objects.count() == 2
    stop = {"Acct_Session_Time": 400, "Acct_Terminate_Cause": 1}
    access_server.account(radius, "Stop", "a1", name, **stop, **figures, **service)
    (session,) = queries.sessions(SERVICE)
    assert (session.seconds, session.octets_in, session.octets_out) == (400, 2**32 + 5, 9)
    assert session.ended_at is not None
    assert session.cause == "User-Request"
    assert session.nas_address == "127.0.0.1"


def test_a_suspension_ends_the_open_sessions(radius: Server, access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    access_server.account(radius, "Start", "a1", "line1@kapok", Class=SERVICE.encode())
    access_server.account(radius, "Start", "a2", "line1@kapok")
    access_server.account(radius, "Start", "b1", "somebody.else@kapok")
    access_server.account(radius, "Stop", "a2", "line1@kapok", Acct_Session_Time=5)
    outcome = tell("suspend", "k2")
    assert outcome.ok
    assert (outcome.measured["sessions"], outcome.measured["disconnected"]) == (1, 1)
    assert [(code, told["User-Name"], told["Acct-Session-Id"]) for code, told in access_server.heard] == [
        (packet.DisconnectRequest, "line1@kapok", "a1")
    ]


@pytest.mark.parametrize("verb", ["suspend", "terminate", "modify"])
def test_whose_start_arrives_after_the_telling_is_ended_on_the_next_round(
    radius: Server, access_server: AccessServer, verb: str
) -> None:
    tell("activate", "k1", LINE)
    assert access_server.log_in(radius, "line1@kapok", "s3cret-one").code == ACCEPT
    outcome = tell(verb, "k2", {"secret": "s3cret-new"} if verb == "modify" else {})
    assert outcome.measured.get("sessions") == 0
    access_server.account(radius, "Start", "a1", "line1@kapok", Class=SERVICE.encode())
    assert end_strays(at=AT) == 1
    assert [(code, said["Acct-Session-Id"]) for code, said in access_server.heard] == [(packet.DisconnectRequest, "a1")]
    stop = {"Acct_Session_Time": 5, "Acct_Terminate_Cause": 6}
    access_server.account(radius, "Stop", "a1", "line1@kapok", Class=SERVICE.encode(), **stop)
    assert end_strays(at=AT) == 0
    assert len(access_server.heard) == 1


def test_a_line_that_is_being_taken_down_is_refused_and_told_no_reason(
    radius: Server, access_server: AccessServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kapok.network.activation.adapters.sessions.ATTEMPTS", 1)
    tell("activate", "k1", LINE)
    access_server.account(radius, "Start", "a1", "line1@kapok")
    access_server.answer = 0
    assert tell("terminate", "k2").code == "still_online"
    assert Subscriber.objects.get().state == "closed"
    refused = access_server.log_in(radius, "line1@kapok", "s3cret-one")
    assert (refused.code, list(refused.keys())) == (REJECT, [])


def test_where_the_access_server_does_not_listen_the_suspension_holds_and_is_tried_again(
    radius: Server, access_server: AccessServer
) -> None:
    tell("activate", "k1", LINE)
    access_server.account(radius, "Start", "a1", "line1@kapok")
    access_server.answer = 0
    outcome = tell("suspend", "k2")
    assert (outcome.ok, outcome.code, outcome.retry) == (False, "still_online", True)
    assert access_server.log_in(radius, "line1@kapok", "s3cret-one").code == REJECT
    access_server.answer = packet.DisconnectNAK
    assert tell("suspend", "k2").code == "still_online"
    access_server.cause = 503
    assert tell("suspend", "k2").ok, "a session that the access server does not know has ended"
    assert Call.objects.get(key="k2").attempts == 3


@pytest.mark.parametrize(
    "new", [{"secret": "s3cret-new"}, {"login": "line2@kapok"}, {"ip": "100.64.0.9"}, {"ipv6_prefix": "2001:db8:0:100::/56"}],
    ids=lambda new: next(iter(new)),
)  # fmt: skip
def test_whoever_was_online_before_a_change_is_told_until_the_access_server_has_heard(
    radius: Server, access_server: AccessServer, new: dict[str, str]
) -> None:
    tell("activate", "k1", LINE)
    access_server.account(radius, "Start", "a1", "line1@kapok")
    access_server.answer = 0
    for _ in range(2):
        outcome = tell("modify", "k2", new)
        assert (outcome.ok, outcome.code, outcome.retry) == (False, "still_online", True)
    access_server.answer = packet.DisconnectACK
    assert tell("modify", "k2", new).measured == {"sessions": 1, "disconnected": 1}
    assert {(code, said["Acct-Session-Id"]) for code, said in access_server.heard} == {(packet.DisconnectRequest, "a1")}
    heard = len(access_server.heard)
    assert tell("modify", "k3", new | {"profile": "home-1000"}).ok
    assert len(access_server.heard) == heard, "what has been told is not told again"


def test_a_speed_that_the_access_server_did_not_hear_of_is_told_again(
    radius: Server, access_server: AccessServer
) -> None:
    tell("activate", "k1", LINE)
    access_server.account(radius, "Start", "a1", "line1@kapok")
    access_server.answer = 0
    for _ in range(2):
        assert tell("modify", "k2", {"down_mbps": 1000, "up_mbps": 100}).code == "still_online"
    access_server.answer = packet.CoAACK
    heard = len(access_server.heard)
    assert tell("modify", "k2", {"down_mbps": 1000, "up_mbps": 100}).ok
    ((code, said),) = access_server.heard[heard:]
    assert (code, said["Mikrotik-Rate-Limit"]) == (packet.CoARequest, "100M/1000M")
    assert Subscriber.objects.get().speed_pending is False


def test_a_line_that_is_closed_is_left_by_whoever_was_online_under_its_former_login(
    radius: Server, access_server: AccessServer
) -> None:
    tell("activate", "k1", LINE)
    access_server.account(radius, "Start", "a1", "line1@kapok")
    access_server.answer = 0
    assert tell("modify", "k2", {"login": "line2@kapok", "secret": "s3cret-new"}).code == "still_online"
    access_server.answer = packet.DisconnectACK
    assert tell("suspend", "k3").measured == {"sessions": 1, "disconnected": 1}
    assert Subscriber.objects.get().leaving == []


def test_an_address_that_is_named_and_empty_is_taken_away(radius: Server, access_server: AccessServer) -> None:
    own = {"ip": "100.64.0.9", "ipv6_prefix": "2001:db8:0:100::/56"}
    tell("activate", "k1", LINE | own)
    access_server.account(radius, "Start", "a1", "line1@kapok")
    assert tell("modify", "k2", {"down_mbps": 300}).ok
    assert access_server.heard == []
    assert tell("modify", "k3", {"ip": "", "ipv6_prefix": ""}).measured == {"sessions": 1, "disconnected": 1}
    accepted = access_server.log_in(radius, "line1@kapok", "s3cret-one")
    assert ("Framed-IP-Address" in accepted, "Delegated-IPv6-Prefix" in accepted) == (False, False)


def test_an_access_server_that_is_not_ours_is_not_spoken_to(
    radius: Server, access_server: AccessServer, settings: Settings
) -> None:
    tell("activate", "k1", LINE)
    access_server.account(radius, "Start", "a1", "line1@kapok")
    settings.RADIUS_SECRETS = {}
    assert tell("suspend", "k2").code == "still_online"
    assert access_server.heard == []


def test_an_access_server_that_starts_anew_has_no_sessions(radius: Server, access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    access_server.account(radius, "Start", "a1", "line1@kapok")
    access_server.account(radius, 7, "", "")
    assert Accounting.objects.filter(status="Accounting-On").count() == 1
    assert tell("suspend", "k2").measured["sessions"] == 0
    assert queries.sessions(SERVICE)[0].ended_at is not None


def test_open_sessions_get_a_new_speed_without_being_cut(radius: Server, access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    access_server.account(radius, "Start", "a1", "line1@kapok")
    access_server.answer = packet.CoAACK
    assert tell("modify", "k2", {"down_mbps": 1000, "up_mbps": 100}).ok
    ((code, told),) = access_server.heard
    assert (code, told["Mikrotik-Rate-Limit"]) == (packet.CoARequest, "100M/1000M")
    assert access_server.log_in(radius, "line1@kapok", "s3cret-one")["Mikrotik-Rate-Limit"] == ["100M/1000M"]


def test_the_service_test_logs_in_and_compares_the_speed(radius: Server, access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    outcome = tell("test", "t1")
    assert outcome.ok
    assert (outcome.measured["authentication"], outcome.measured["down_mbps"], outcome.measured["up_mbps"]) == (
        "accepted", 300, 60,
    )  # fmt: skip
    tell("suspend", "k2", {"reason": "overdue"})
    outcome = tell("test", "t2", kind="dial_up")
    assert (outcome.ok, outcome.code, outcome.measured["told"]) == (False, "rejected", "••••")
    assert "overdue" not in str(list(Entry.objects.filter(subject=f"service/{SERVICE}").values_list("data", flat=True)))
    assert "overdue" not in str(list(CallStep.objects.values_list("answer", flat=True)))


def test_a_test_without_an_answer_says_so(
    radius: Server, access_server: AccessServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell("activate", "k1", LINE)
    monkeypatch.setattr("kapok.network.activation.adapters.sessions.SECONDS", 0.1)
    settings.RADIUS_SERVER = "127.0.0.1:9"
    outcome = tell("test", "t1")
    assert (outcome.code, outcome.retry, outcome.measured["authentication"]) == ("timeout", True, "no_answer")


STRANGERS: list[str | bytes] = [
    "' OR '1'='1", "line1@kapok' --", "x'; DROP TABLE activation_subscriber; --", "%{sql:SELECT 1}", "`id`", '"%{exec:id}"',
    "\\", "宽带", b"\xff\xfe\x00\x01", "x" * 253, " ", "line1@kapok ", "LINE1@KAPOK",
]  # fmt: skip


@pytest.mark.parametrize("login", STRANGERS, ids=repr)
def test_strange_names_are_refused_and_counted_as_text(
    radius: Server, access_server: AccessServer, login: str | bytes
) -> None:
    tell("activate", "k1", LINE)
    assert access_server.log_in(radius, login, "s3cret-one").code == REJECT
    assert access_server.account(radius, "Start", "' || pg_sleep(9) || '", login).code == 5
    (row,) = Accounting.objects.all()
    assert row.login != "line1@kapok"
    assert "'" not in row.login + row.nas_session
    assert row.service == ""
    assert tell("suspend", "k2").measured["sessions"] == 0
    assert Subscriber.objects.count() == 1


def test_a_name_that_goes_on_after_a_nul_is_not_the_shorter_name(radius: Server, access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    assert access_server.log_in(radius, b"line1@kapok\x00", "s3cret-one").code == REJECT


def test_odd_bytes_do_not_bring_it_down(radius: Server, access_server: AccessServer) -> None:
    tell("activate", "k1", LINE)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for port in (radius[1], radius[1] + 1):
            for size in (0, 1, 19, 20, 21, 300, 4096):
                stranger.sendto(os.urandom(size), (radius[0], port))
            head = bytes([1 if port == radius[1] else 4, 1])
            stranger.sendto(head + b"\xff\xff" + bytes(16), (radius[0], port))
            stranger.sendto(head + b"\x00\x16" + bytes(16) + b"\x01\x00", (radius[0], port))
            stranger.sendto(head + b"\x10\x00" + bytes(16) + b"\x01\x02" * 2038, (radius[0], port))
    assert access_server.log_in(radius, "line1@kapok", "s3cret-one").code == ACCEPT
    assert Accounting.objects.count() == 0


def test_a_server_with_another_secret_learns_nothing(radius: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kapok.network.activation.adapters.sessions.SECONDS", 1.5)
    stranger = AccessServer("not-the-secret")
    try:
        tell("activate", "k1", LINE)
        with pytest.raises(Timeout):
            stranger.log_in(radius, "line1@kapok", "s3cret-one")
    finally:
        stranger.close()


def test_the_role_sees_its_views_and_nothing_else(radius: Server, lab_home: Home) -> None:
    at = connection.settings_dict
    with psycopg.connect(
        host=at["HOST"], port=at["PORT"], dbname=at["NAME"], user="radius", password=lab_home.secret("radius-password"),
        autocommit=True,
    ) as role:  # fmt: skip
        tell("activate", "k1", LINE)
        assert role.execute("SELECT count(*) FROM radcheck").fetchone() == (1,)
        for forbidden in (
            "SELECT * FROM public.activation_subscriber",
            "SELECT * FROM public.people_staff",
            "SELECT * FROM public.activation_call",
            "SELECT * FROM sip.subscriber",
            "SELECT * FROM radius.accounting",
            "UPDATE radius.radcheck SET username = 'mine'",
            "DELETE FROM radius.radcheck",
            "UPDATE radius.accounting SET seconds = 0",
            "DELETE FROM radius.accounting",
            "INSERT INTO radius.radcheck (username) VALUES ('me')",
            "CREATE TABLE radius.mine (id int)",
            "CREATE TABLE public.mine (id int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                role.execute(forbidden)
