"""Group faults over HTTP: announcing, changing and ending by whom may, banners at the desk, whom to call back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils.timezone import localtime

from kapok.front.channels import api as channels
from kapok.front.channels.announcing import api, queries
from kapok.front.channels.models import Announcement, Case, Report
from kapok.ground.work import api as work
from kapok.kernel.text import Language, Text
from tests.chain import shop
from tests.console import counter_page
from tests.console.conftest import SignedIn

WORDS = Text(zh="光缆中断，抢修中。", en="A cable is cut; it is being mended.")


@pytest.fixture
def chen(open_counter: str, cast: object) -> str:
    """A customer of the shop, with a line that works."""
    return open_counter


def clock(minutes: float = 0) -> str:
    """A moment as the browser sends it."""
    return f"{localtime(counter_page.now() + timedelta(minutes=minutes)):%Y-%m-%dT%H:%M}"


def incident(by: str = "noc") -> str:
    return work.open_matter(kind="incident.occurred", title="光缆中断", first_contact=by, **counter_page.by(by))


def announced(matter: str = "", **said: Any) -> UUID:
    given: dict[str, Any] = {
        "words": WORDS,
        "elements": ["OLT1"],
        "since": counter_page.now() - timedelta(minutes=9),
    } | said
    return api.announce(matter=matter or incident(), **given, **counter_page.by("noc"))


def form(about: str, **more: Any) -> dict[str, Any]:
    return {
        "matter": about, "elements": "OLT1/1, CAB1", "since": clock(-5), "expected_at": clock(60), "words_zh": WORDS.zh,
        "words_en": WORDS.en,
    } | more  # fmt: skip


def said(client: Client, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_fault_of_ones_units_is_announced_changed_and_ended(signed_in: SignedIn, chen: str) -> None:
    shop.installed(whose=chen)
    matter, client = incident(), signed_in("noc_engineer", Language.EN)
    assert matter.partition("/")[2] in said(client, "/group-faults/new")
    answer = client.post("/group-faults/new", form(matter))
    one = Announcement.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/group-faults/{one.id}")
    view = queries.announcement(one.id)
    assert (view.services, view.words, [each.code for each in view.covers]) == (1, WORDS, ["OLT1/1", "CAB1"])
    page = said(client, "/group-faults")
    assert "A cable is cut" in page
    assert "services concerned" in page
    later = {"words_zh": "接续中。", "words_en": "It is being joined.", "expected_at": clock(90)}
    assert client.post(f"/group-faults/{one.id}/revise", later).status_code == 302
    assert queries.announcement(one.id).words.en == "It is being joined."
    assert f'value="{clock(90)}"' in said(client, f"/group-faults/{one.id}")
    unchanged = len(shop.told("channels.announcement_revised"))
    assert client.post(f"/group-faults/{one.id}/revise", later).status_code == 302
    assert len(shop.told("channels.announcement_revised")) == unchanged == 1
    assert client.post(f"/group-faults/{one.id}/end").status_code == 302
    assert queries.announcement(one.id).ended_at is not None
    page = said(client, "/group-faults")
    assert "Nothing is announced" in page
    assert matter.partition("/")[2] in page


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"elements": "OLT9"}, "No element has the code “OLT9”"), ({"elements": ""}, "Name an exchange area or an element"),
        ({"areas": ["XX"]}, "Select a valid choice"), ({"words_en": ""}, "This field is required"),
        ({"words_zh": "长" * 501}, "at most 500"), ({"since": clock(30)}, "A fault cannot have begun after now"),
        ({"expected_at": clock(-30)}, "has to lie after now"), ({"since": "yesterday"}, "Write date and time"),
        ({"since": "9999-12-31T23:59"}, "Give a year from"), ({"matter": "incident/I1999-1"}, "Select a valid choice"),
    ],
)  # fmt: skip
def test_what_cannot_be_announced_is_said_beside_its_field_and_nothing_is_written(
    signed_in: SignedIn, chen: str, wrong: dict[str, Any], why: str
) -> None:
    answer = signed_in("noc_engineer", Language.EN).post("/group-faults/new", form(incident(), **wrong))
    assert answer.status_code == 200
    assert why in answer.content.decode()
    assert Announcement.objects.count() == 0


def test_who_may_not_announce_reads_and_changes_nothing(signed_in: SignedIn, chen: str) -> None:
    matter = incident()
    for role in ("agent", "technician", "viewer"):
        client = signed_in(role)
        assert client.post("/group-faults/new", form(matter)).status_code == 403
    one = announced(matter, expected_at=counter_page.now() + timedelta(hours=1))
    for role in ("agent", "technician", "viewer"):
        client = signed_in(role)
        assert client.post(f"/group-faults/{one}/revise", form(matter)).status_code == 403
        assert client.post(f"/group-faults/{one}/end").status_code == 403
        page = said(client, f"/group-faults/{one}")
        assert "光缆中断，抢修中。" in page
        assert "/end" not in page
    assert queries.announcement(one).ended_at is None
    assert shop.told("channels.announcement_revised") == []


def test_the_fault_is_opened_from_it_by_whom_it_concerns(signed_in: SignedIn, chen: str) -> None:
    matter = incident()
    one = announced(matter)
    for role, seen in (("noc_engineer", True), ("technician", False)):
        client = signed_in(role)
        assert (client.get(f"/matters/{matter}").status_code == 200) is seen
        assert (f'href="/matters/{matter}"' in said(client, f"/group-faults/{one}")) is seen


def test_of_another_unit_nobody_announces_changes_or_ends(signed_in: SignedIn, chen: str) -> None:
    client, own = signed_in("noc_engineer"), incident("agent")
    answer = client.post("/group-faults/new", form(own))
    assert (answer.status_code, Announcement.objects.count()) == (200, 0)
    assert own.partition("/")[2] not in said(client, "/group-faults/new")
    one = announced(own)
    assert client.post(f"/group-faults/{one}/revise", form(own)).status_code == 404
    assert client.post(f"/group-faults/{one}/end").status_code == 404
    assert queries.announcement(one).ended_at is None
    for where in ("", "/revise", "/end"):
        nothing = f"/group-faults/00000000-0000-7000-8000-000000000000{where}"
        assert (client.post(nothing) if where else client.get(nothing)).status_code == 404


def test_the_desk_sees_that_a_customer_lies_under_it(signed_in: SignedIn, chen: str) -> None:
    service, client = shop.installed(whose=chen), signed_in("agent")
    assert "群障" not in said(client, f"/desk/customers/{chen}").partition("<main")[2]
    one = announced(expected_at=counter_page.now() + timedelta(hours=1))
    page = said(client, f"/desk/customers/{chen}")
    assert f"/group-faults/{one}" in page
    assert WORDS.zh in page
    part = client.get(f"/desk/customers/{chen}", headers={"HX-Request": "true", "HX-Target": "standing"})
    assert f"/group-faults/{one}" in part.content.decode()
    talk = channels.take(channel="hotline", medium="phone", customer=chen, **counter_page.by("agent"))
    assert WORDS.zh in said(client, "/desk")
    assert WORDS.zh in said(client, f"/desk/interactions/{talk}")
    answer = client.post(
        f"/desk/interactions/{talk}/ask", {"kind": "fault", "service": service, "title": "断网"}, follow=True
    )
    page = answer.content.decode()
    assert f"请告知客户：{WORDS.zh}" in page
    assert "R4" in page
    assert (Report.objects.get().service_id, Case.objects.count()) == (shop.service(service).id, 0)
    assert "服务" in page


def test_whoever_reported_it_is_called_back(signed_in: SignedIn, chen: str) -> None:
    service = shop.installed(whose=chen)
    other = counter_page.elsewhere()
    foreign = shop.installed(whose=other)
    one = announced()
    for number in (service, foreign):
        channels.ask(kind="fault", title="断网", channel="hotline", service=number, **counter_page.by("agent"))
    client = signed_in("account_manager")
    assert other in said(client, f"/group-faults/{one}")
    assert chen not in said(client, f"/group-faults/{one}")
    mine, theirs = Report.objects.get(customer__number=chen), Report.objects.get(customer__number=other)
    assert client.post(f"/group-faults/{one}/told/{theirs.id}", follow=True).status_code == 200
    assert Report.objects.filter(told_at=None).count() == 2
    api.end(announcement=one, **counter_page.by("noc"))
    assert client.post(f"/group-faults/{one}/told/{mine.id}").status_code == 404
    assert client.post(f"/group-faults/{one}/told/{theirs.id}").status_code == 302
    assert signed_in("noc_engineer").post(f"/group-faults/{one}/told/{mine.id}").status_code == 403
    assert list(Report.objects.filter(told_at=None)) == [mine]
    assert "能看到谁报过" not in said(client, f"/group-faults/{one}")
    assert chen not in said(signed_in("noc_engineer"), f"/group-faults/{one}")


def test_the_agent_notes_what_a_caller_speaks(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent", Language.EN)
    page = said(client, "/desk/take")
    assert "Cantonese" in page
    taken = {"channel": "hotline", "medium": "phone", "topic": "", "calling": "", "dialled": ""}
    assert client.post("/desk/take", taken | {"language": "tlh"}).status_code == 200
    answer = client.post("/desk/take", taken | {"language": "yue"})
    assert "Cantonese" in said(client, answer.headers["Location"])


def test_what_a_customer_speaks_is_noted_and_shown(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent", Language.EN)
    page = said(client, f"/customers/{chen}/edit")
    assert "Speaks best" in page
    fields = {
        "segment": "public", "unit": "hotline", "address": "r101", "tier": "", "star": "0", "parent": "", "manager": "",
        "reference": "", "name": "", "document": "", "document_kind": "", "revision": "1", "language": "yue",
        "also": ["en", "yue"],
    }  # fmt: skip
    assert client.post(f"/customers/{chen}/edit", fields).status_code == 302
    for where in (f"/customers/{chen}", f"/desk/customers/{chen}"):
        assert "Cantonese, English" in said(client, where)
    answer = client.post(f"/customers/{chen}/edit", fields | {"revision": "2", "language": "tlh"})
    assert (answer.status_code, "Cantonese, English" in said(client, f"/customers/{chen}")) == (200, True)
