"""A real Kamailio on its view: a voice line registers, and no longer once it is suspended."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from kapok.host.home import Home
from kapok.host.lab.programs import KAMAILIO
from kapok.network.activation.adapters.register import CHALLENGE, _Call, _proof, register
from kapok.network.activation.adapters.sip import digest
from kapok.network.activation.models import Peer, SipLine
from tests.network.activation_lines import AT, VOICE, tell
from tests.network.conftest import Begin

pytestmark = [pytest.mark.peer("kamailio"), pytest.mark.django_db(transaction=True)]

Server = tuple[str, int]
SECONDS = "kapok.network.activation.adapters.register.SECONDS"
NUMBER, REALM, HA1 = "02038001234", "voice.kapok", digest("02038001234", "voice.kapok", "voice-one-2")


@pytest.fixture(scope="module")
def running(begin: Begin) -> Server:
    return begin(KAMAILIO)


@pytest.fixture
def registrar(running: Server, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setattr(SECONDS, 60.0)  # it answers, on a machine that does much else, too
    listens = {"address": running[0], "port": running[1], "started_at": AT}
    Peer.objects.update_or_create(name="kamailio", defaults=listens)
    return running


@contextmanager
def silence(registrar: Server) -> Iterator[None]:
    """Where the registrar is said to be somebody listens and does not answer, and is not waited for long."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent, pytest.MonkeyPatch.context() as impatient:
        impatient.setattr(SECONDS, 0.2)
        silent.bind(("127.0.0.1", 0))
        Peer.objects.update(port=silent.getsockname()[1])
        yield
    Peer.objects.update(port=registrar[1])


def voice(verb: str, key: str, params: dict[str, str] | None = None) -> bool:
    return tell(verb, key, params, kind="mobile").ok


def test_a_line_registers_is_refused_while_suspended_and_once_it_is_gone(registrar: Server) -> None:
    assert register(registrar, NUMBER, REALM, HA1) == 401
    assert voice("activate", "k1", VOICE)
    assert register(registrar, NUMBER, REALM, HA1) == 200
    assert register(registrar, NUMBER, REALM, "0" * 32) == 401
    assert voice("suspend", "k2")
    assert register(registrar, NUMBER, REALM, HA1) == 401
    assert voice("resume", "k3")
    assert register(registrar, NUMBER, REALM, HA1) == 200
    assert voice("terminate", "k4")
    assert register(registrar, NUMBER, REALM, HA1) == 401


def telephone(registrar: Server, *lines: str, secret: str = HA1) -> bytes:
    """What the registrar answers to a telephone: with contacts, who is registered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(60)
        line.connect(registrar)
        call = _Call(line, NUMBER, REALM, os.urandom(8).hex(), lines)
        challenge = CHALLENGE.search(call.ask(1))
        assert challenge
        return call.ask(2, _proof(NUMBER, REALM, secret, challenge.group(1).decode()))


CONTACT = ("Contact: <sip:phone@127.0.0.1:5099>", "Expires: 3600")


@pytest.mark.parametrize("verb", ["suspend", "terminate", "modify"])
def test_whoever_is_registered_is_no_longer(registrar: Server, verb: str) -> None:
    voice("activate", "k1", VOICE)
    assert b"sip:phone@127.0.0.1:5099" in telephone(registrar, *CONTACT)
    assert b"sip:phone@127.0.0.1:5099" in telephone(registrar)
    assert voice(verb, "k2", VOICE | {"secret": "voice-two-3"} if verb == "modify" else None)
    assert telephone(registrar, *CONTACT).startswith(b"SIP/2.0 401")
    assert not SipLine.objects.exclude(closing="").exists()
    if verb == "suspend":
        assert voice("resume", "k3")
    elif verb == "terminate":
        assert voice("activate", "k3", VOICE)
    found = telephone(registrar, secret=digest(NUMBER, REALM, "voice-two-3") if verb == "modify" else HA1)
    assert found.startswith(b"SIP/2.0 200")
    assert b"5099" not in found


def test_a_line_activated_anew_with_another_number_leaves_the_former_one(registrar: Server) -> None:
    voice("activate", "k1", VOICE)
    assert b"sip:phone@127.0.0.1:5099" in telephone(registrar, *CONTACT)
    assert voice("activate", "k2", {"number": "02038009999", "secret": "voice-two-2"})
    assert SipLine.objects.get().leaving == []
    assert voice("modify", "k3", VOICE)
    assert b"sip:phone@127.0.0.1:5099" not in telephone(registrar)


def test_a_registrar_that_does_not_let_go_is_told_again(registrar: Server) -> None:
    voice("activate", "k1", VOICE)
    telephone(registrar, *CONTACT)
    with silence(registrar):
        outcome = tell("terminate", "k2", kind="mobile")
        assert (outcome.ok, outcome.code, outcome.retry) == (False, "still_registered", True)
    assert (SipLine.objects.get().state, SipLine.objects.get().closing) == ("suspended", "")
    assert tell("terminate", "k2", kind="mobile").ok
    assert not SipLine.objects.exists()


NEW_NUMBER, NEW_HA1 = "02038009999", digest("02038009999", REALM, "voice-one-2")


def test_a_changed_number_registers_and_the_former_one_no_longer(registrar: Server) -> None:
    voice("activate", "k1", VOICE)
    telephone(registrar, *CONTACT)
    assert voice("modify", "k2", VOICE | {"number": NEW_NUMBER})
    assert register(registrar, NEW_NUMBER, REALM, NEW_HA1) == 200
    assert register(registrar, NUMBER, REALM, HA1) == 401
    assert (SipLine.objects.get().leaving, SipLine.objects.get().closing) == ([], "")
    assert tell("test", "t1", VOICE | {"number": NEW_NUMBER}, kind="mobile").ok
    assert voice("modify", "k3", VOICE)
    assert b"5099" not in telephone(registrar), "the telephone was logged out with its number"


@pytest.mark.parametrize("change", [{"secret": "voice-two-3"}, {"number": NEW_NUMBER}], ids=["secret", "number"])
def test_while_the_registrar_is_silent_the_former_number_and_secret_are_invalid_already(
    registrar: Server, change: dict[str, str]
) -> None:
    voice("activate", "k1", VOICE)
    telephone(registrar, *CONTACT)
    wanted = VOICE | change
    with silence(registrar):
        outcome = tell("modify", "k2", wanted, kind="mobile")
    assert (outcome.ok, outcome.code, outcome.retry) == (False, "still_registered", True)
    assert "The former number and secret can register no more" in outcome.text.en
    assert register(registrar, NUMBER, REALM, HA1) == 401
    new = digest(wanted["number"], REALM, wanted["secret"])
    assert register(registrar, wanted["number"], REALM, new) == 200
    assert (SipLine.objects.get().leaving, SipLine.objects.get().closing) == ([NUMBER], "")
    assert tell("modify", "k2", wanted, kind="mobile").ok
    assert SipLine.objects.get().leaving == []
    assert voice("modify", "k3", VOICE)
    assert b"5099" not in telephone(registrar), "asked again, the telephone was logged out"


def test_what_leaves_number_and_secret_alone_leaves_the_telephone_registered(registrar: Server) -> None:
    voice("activate", "k1", VOICE)
    telephone(registrar, *CONTACT)
    assert voice("modify", "k2", VOICE)
    assert b"sip:phone@127.0.0.1:5099" in telephone(registrar)


def test_a_line_that_could_not_leave_its_number_leaves_it_when_it_ends(registrar: Server) -> None:
    voice("activate", "k1", VOICE)
    telephone(registrar, *CONTACT)
    SipLine.objects.update(number=NEW_NUMBER, ha1=NEW_HA1, leaving=[NUMBER])
    assert voice("terminate", "k2")
    assert voice("activate", "k3", VOICE)
    assert b"5099" not in telephone(registrar)


@pytest.mark.parametrize("verb", ["suspend", "terminate", "modify"])
def test_a_line_that_has_left_two_numbers_in_silence_leaves_both(registrar: Server, verb: str) -> None:
    third = VOICE | {"number": "02038007777"}
    voice("activate", "k1", VOICE)
    telephone(registrar, *CONTACT)
    with silence(registrar):
        assert tell("modify", "k2", VOICE | {"number": NEW_NUMBER}, kind="mobile").code == "still_registered"
        assert tell("modify", "k3", third, kind="mobile").code == "still_registered"
        assert tell("suspend", "k4", kind="mobile").code == "still_registered"
        assert voice("resume", "k5")
    assert sorted(SipLine.objects.get().leaving) == [NUMBER, NEW_NUMBER]
    assert voice(verb, "k6", third if verb == "modify" else None)
    assert [row.leaving for row in SipLine.objects.all()] == ([] if verb == "terminate" else [[]])
    assert voice("activate", "k7", VOICE)
    assert b"5099" not in telephone(registrar), "the telephone was logged out of the first number, too"


def test_the_service_test_registers(registrar: Server) -> None:
    voice("activate", "k1", VOICE)
    outcome = tell("test", "t1", kind="mobile")
    assert (outcome.ok, outcome.measured) == (True, {"registration": 200})
    voice("suspend", "k2")
    outcome = tell("test", "t2", kind="mobile")
    assert (outcome.ok, outcome.code, outcome.measured) == (False, "rejected", {"registration": 401})


def test_a_registrar_that_does_not_answer_is_tried_again(registrar: Server) -> None:
    voice("activate", "k1", VOICE)
    with silence(registrar):
        outcome = tell("test", "t1", kind="mobile")
    assert (outcome.code, outcome.retry) == ("timeout", True)


@pytest.mark.peer("sipp")
@pytest.mark.parametrize(("suspended", "left"), [(False, 0), (True, 1)])
def test_another_client_registers_too(registrar: Server, tmp_path: Path, suspended: bool, left: int) -> None:
    voice("activate", "k1", VOICE)
    if suspended:
        voice("suspend", "k2")
    scenario = tmp_path / "register.xml"
    scenario.write_text(SCENARIO)
    command = [
        "sipp", f"{registrar[0]}:{registrar[1]}", "-sf", str(scenario), "-m", "1", "-nostdin", "-timeout", "60",
        "-au", NUMBER, "-ap", VOICE["secret"], "-s", NUMBER, "-i", "127.0.0.1",
    ]  # fmt: skip
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == left, ran.stdout[-2000:] + ran.stderr[-2000:]


def test_odd_messages_do_not_bring_it_down(registrar: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    voice("activate", "k1", VOICE)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for message in (
            b"", os.urandom(2000), b"REGISTER", b"REGISTER sip:x SIP/2.0\r\n\r\n", b"INVITE sip:x SIP/2.0\r\n" + b"A: b\r\n" * 5000,
            b"REGISTER sip:voice.kapok SIP/2.0\r\nAuthorization: Digest username=\"' OR '1'='1\", realm=\"voice.kapok\"\r\n\r\n",
        ):  # fmt: skip
            stranger.sendto(message, registrar)
    assert register(registrar, NUMBER, REALM, HA1) == 200
    monkeypatch.setattr(SECONDS, 2.0)  # it may say nothing to this
    assert register(registrar, "' OR '1'='1", REALM, HA1) in (0, 400, 401, 403)


def test_the_role_sees_its_view_and_nothing_else(registrar: Server, lab_home: Home) -> None:
    voice("activate", "k1", VOICE)
    at = connection.settings_dict
    with psycopg.connect(
        host=at["HOST"], port=at["PORT"], dbname=at["NAME"], user="sip", password=lab_home.secret("sip-password"),
        autocommit=True,
    ) as role:  # fmt: skip
        assert role.execute("SELECT username, domain, ha1 FROM subscriber").fetchall() == [(NUMBER, REALM, HA1)]
        for forbidden in (
            "SELECT * FROM public.activation_sipline", "SELECT * FROM radius.radcheck", "DELETE FROM sip.subscriber",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                role.execute(forbidden)


SCENARIO = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="register">
  <send retrans="500"><![CDATA[
REGISTER sip:voice.kapok SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:[service]@voice.kapok>;tag=[call_number]
To: <sip:[service]@voice.kapok>
Call-ID: [call_id]
CSeq: 1 REGISTER
Contact: <sip:[service]@[local_ip]:[local_port]>
Max-Forwards: 10
Expires: 60
Content-Length: 0

]]></send>
  <recv response="401" auth="true"/>
  <send retrans="500"><![CDATA[
REGISTER sip:voice.kapok SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:[service]@voice.kapok>;tag=[call_number]
To: <sip:[service]@voice.kapok>
Call-ID: [call_id]
CSeq: 2 REGISTER
Contact: <sip:[service]@[local_ip]:[local_port]>
[authentication]
Max-Forwards: 10
Expires: 60
Content-Length: 0

]]></send>
  <recv response="200"/>
</scenario>
"""
