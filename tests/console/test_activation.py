"""Activation on screen: calls with request and answer, another attempt, tests, sessions, the laboratory and its faults."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from kapok.kernel.text import Language
from kapok.network.activation import api as activation
from kapok.network.activation.models import Accounting, Call, Peer, SimulatedFault, SimulatedUnit
from tests.console.conftest import BrowserPage, SignedIn, follow, sideways
from tests.network.activation_lines import LINE, SERVICE, WHO, tell


@pytest.fixture(autouse=True)
def _quick(settings: Settings) -> None:
    settings.SIMULATED_SLOW_SECONDS = 0


def fault(name: str, calls: int | None = None) -> None:
    activation.switch_on_fault(element="olt", fault=name, calls=calls, **WHO)


def test_calls_are_listed_with_their_answers_in_both_languages(signed_in: SignedIn) -> None:
    noc = signed_in("noc_engineer")
    assert "没有调用记录" in noc.get("/activation").content.decode()
    tell("activate", "k1", LINE)
    tell("suspend", "k2", service="S00000002")
    chinese = noc.get("/activation").content.decode()
    assert SERVICE in chinese
    assert "OLT中没有该业务，请先开通。" in chinese
    english = signed_in("noc_engineer", Language.EN).get("/activation?failed=1").content.decode()
    assert "The OLT does not know this service" in english
    assert f">{SERVICE}<" not in english
    found = noc.get(f"/activation?service={SERVICE}").content.decode()
    assert "S00000002" not in found


def test_more_than_a_page_of_calls_goes_on_with_earlier_ones(signed_in: SignedIn) -> None:
    noc = signed_in("noc_engineer")
    when = timezone.now()
    Call.objects.bulk_create(
        Call(
            id=f"00000000-0000-7000-8000-{number:012}", key=f"k{number}", service=f"S{number:08}", kind="iptv", verb="test",
            actor="system", state="asked", asked_at=when + timedelta(seconds=number),
        )
        for number in range(60)
    )  # fmt: skip
    first = noc.get("/activation").content.decode()
    assert "S00000059" in first
    assert "S00000009" not in first
    later = re.search(r'rel="next" href="([^"]+)"', first)
    assert later
    second = noc.get("/activation" + later[1].replace("&amp;", "&")).content.decode()
    assert "S00000009" in second
    assert "S00000010" not in second
    assert noc.get("/activation?before=yesterday").status_code == 200


def test_one_service_shows_request_answer_steps_and_figures_without_secrets(signed_in: SignedIn) -> None:
    tell("activate", "k1", LINE)
    tell("test", "t1")
    page = signed_in("noc_engineer").get(f"/activation/services/{SERVICE}").content.decode()
    for shown in ("光猫", "HWTC0001", "光功率", " dBm<", "RADIUS", "完成", "••••ine1@kapok"):
        assert shown in page, shown
    assert "s3cret-one" not in page
    assert ">line1@kapok" not in page
    assert signed_in("noc_engineer").get("/activation/services/S99999999").status_code == 404


def test_sessions_are_shown(signed_in: SignedIn) -> None:
    tell("activate", "k1", LINE)
    packet: dict[str, Any] = {"session": "a", "login": "line1@kapok", "service": SERVICE, "nas_address": "127.0.0.1"}
    Accounting.objects.create(**packet, status="Start", framed_address="100.64.0.9")
    page = signed_in("noc_engineer").get(f"/activation/services/{SERVICE}").content.decode()
    assert "100.64.0.9" in page
    assert "在线" in page
    Accounting.objects.create(**packet, status="Stop", seconds=60, octets_in=2048, cause="User-Request")
    page = signed_in("noc_engineer").get(f"/activation/services/{SERVICE}").content.decode()
    assert "User-Request" in page
    assert "2.0" in page


def test_what_failed_is_tried_again_by_a_person(signed_in: SignedIn) -> None:
    noc = signed_in("noc_engineer")
    fault("refuses", 1)
    tell("activate", "k1", LINE)
    call = Call.objects.get()
    page = noc.get(f"/activation/services/{SERVICE}").content.decode()
    assert f"/activation/calls/{call.id}/again" in page
    answer = noc.post(f"/activation/calls/{call.id}/again", follow=True).content.decode()
    assert "已完成" in answer
    call.refresh_from_db()
    assert (call.ok, call.actor.startswith("staff/")) == (True, True)
    assert f"/activation/calls/{call.id}/again" not in answer
    assert "已经成功" in noc.post(f"/activation/calls/{call.id}/again", follow=True).content.decode()
    assert noc.post(f"/activation/calls/{SERVICE_ID}/again").status_code == 404


def test_what_was_told_something_else_since_cannot_be_tried_again(signed_in: SignedIn) -> None:
    noc = signed_in("noc_engineer")
    fault("refuses", 1)
    tell("activate", "k1", LINE)
    tell("terminate", "k2")
    address = f"/activation/calls/{Call.objects.get(key='k1').id}/again"
    assert address not in noc.get(f"/activation/services/{SERVICE}").content.decode()
    assert f"此后业务{SERVICE}又下发过“拆除”，旧调用不能再重试" in noc.post(address, follow=True).content.decode()
    english = signed_in("noc_engineer", Language.EN)
    assert f"{SERVICE} was told to terminate since" in english.post(address, follow=True).content.decode()
    assert not SimulatedUnit.objects.exists()
    assert Call.objects.get(key="k1").attempts == 1


SERVICE_ID = "00000000-0000-7000-8000-000000000001"


def test_a_test_is_run_from_the_page(signed_in: SignedIn) -> None:
    noc = signed_in("noc_engineer")
    tell("activate", "k1", LINE)
    fault("weak_light")
    answer = noc.post(f"/activation/services/{SERVICE}/test", follow=True).content.decode()
    assert "-28.5" in answer
    assert "不在-8至-27 dBm之间" in answer
    assert Call.objects.filter(verb="test", ok=False, code="weak_light").count() == 1
    assert noc.post("/activation/services/S99999999/test").status_code == 404


def test_faults_are_switched_on_and_off_on_the_laboratory_page(signed_in: SignedIn) -> None:
    noc = signed_in("noc_engineer")
    assert "没有对端在运行" in noc.get("/activation/lab").content.decode()
    Peer.objects.create(name="freeradius", address="127.0.0.1", port=1812, started_at=timezone.now())
    page = noc.post(
        "/activation/lab/olt/fault", {"olt-fault": "half_done", "olt-calls": "2"}, follow=True
    ).content.decode()
    assert "127.0.0.1:1812" in page
    assert "还有 2 次" in page
    assert SimulatedFault.objects.get().fault == "half_done"
    wrong = noc.post("/activation/lab/olt/fault", {"olt-fault": "half_done", "olt-calls": "9999"})
    assert wrong.status_code == 422
    assert SimulatedFault.objects.get().calls_left == 2
    strange = noc.post("/activation/lab/radius/fault", {"radius-fault": "timeout"}, follow=True).content.decode()
    assert "不是模拟网元" in strange
    page = noc.post("/activation/lab/olt/fault", {"off": "1"}, follow=True).content.decode()
    assert not SimulatedFault.objects.exists()
    assert "没有注入故障" in noc.post("/activation/lab/olt/fault", {"off": "1"}, follow=True).content.decode()


def test_without_the_permission_nothing_is_run(signed_in: SignedIn) -> None:
    tell("activate", "k1", LINE)
    call = Call.objects.get()
    for role in ("agent", "viewer", "technician"):
        client = signed_in(role)
        assert client.get("/activation").status_code == 403
        assert client.get(f"/activation/services/{SERVICE}").status_code == 403
        assert client.get("/activation/lab").status_code == 403
        for address in (f"calls/{call.id}/again", f"services/{SERVICE}/test", "lab/olt/fault"):
            assert client.post(f"/activation/{address}", {"olt-fault": "timeout"}).status_code == 403
    assert Call.objects.count() == 1
    assert not SimulatedFault.objects.exists()
    assert signed_in("noc_engineer").get(f"/activation/calls/{call.id}/again").status_code == 405


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_fault_a_failure_and_its_repair_in_the_browser(browser_page: BrowserPage) -> None:
    page = browser_page("noc_engineer", Language.EN, at="/activation/lab")
    page.get_by_label("Fault").first.select_option("refuses")
    follow(page.get_by_role("button", name="Switch on").first)
    page.get_by_text("until it is switched off").first.wait_for()
    tell("activate", "k1", LINE)
    follow(page.get_by_role("button", name="Switch off"))
    page.get_by_text("It works normally.").first.wait_for()
    page.goto(f"/activation/services/{SERVICE}")
    follow(page.get_by_role("button", name="Try again"))
    page.get_by_text("succeeded").first.wait_for()
    assert SimulatedUnit.objects.get().state == "active"
    phone = browser_page("noc_engineer", phone=True, dark=True, at=f"/activation/services/{SERVICE}")
    assert sideways(phone) == 0
