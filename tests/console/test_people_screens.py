"""Users, their details and permissions over HTTP."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from kapok.ground.journal.queries import timeline
from kapok.ground.people import api as people
from kapok.ground.people import queries
from kapok.ground.people.cast import LOGINS
from kapok.ground.people.models import Staff
from kapok.ground.posts import api as posts
from kapok.ground.posts.rules import Place
from kapok.kernel.text import Language
from tests.console import office
from tests.console.conftest import AT, SignedIn


@pytest.fixture
def administrator(signed_in: SignedIn) -> Client:
    return signed_in("administrator", Language.EN)


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def roles(username: str) -> list[tuple[str, str]]:
    someone = queries.person(username)
    assert someone is not None
    return [(grant.role.code, grant.unit) for grant in someone.grants]


def hire(count: int) -> None:
    for number in range(count):
        people.open_account(
            username=f"temp{number:03}",
            name=f"临时{number}",
            unit="hotline",
            language=Language.ZH,
            actor="system",
            at=AT,
        )


def test_the_list_is_paged_and_searched_in_the_database(administrator: Client) -> None:
    hire(60)
    first = text(administrator, "/people")
    assert f"1–25 of {60 + len(LOGINS)}" in first
    assert "temp059" not in first
    assert f"51–75 of {60 + len(LOGINS)}" in text(administrator, "/people?page=3")
    assert "Nobody found" in text(administrator, "/people?q=临时+nobody")
    assert "temp059" in text(administrator, "/people?q=临时5+temp059")
    assert "1–25 of 60" in text(administrator, "/people?q=temp")
    assert 'href="?q=temp&amp;page=2"' in text(administrator, "/people?q=temp")


def test_only_the_rows_are_sent_to_a_search_while_typing(administrator: Client) -> None:
    part = administrator.get(
        "/people?q=grace", headers={"HX-Request": "true", "HX-Target": "people-rows"}
    ).content.decode()
    assert "Grace Ho" in part
    assert "<html" not in part


def test_a_name_cannot_break_the_page(administrator: Client) -> None:
    people.open_account(
        username="x1", name="<script>alert(1)</script>", unit="hotline", language=Language.ZH, actor="system", at=AT
    )
    for address in ("/people", "/people/x1", "/palette?q=script"):
        page = text(administrator, address)
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_an_account_is_opened_and_its_password_shown_once(administrator: Client) -> None:
    form = {"username": "Wu.9", "name": "吴", "unit": "hotline", "language": "zh-hans", "phone": "", "email": ""}
    page = administrator.post("/people/new", form)
    shown = re.search(r"data-one-time>([^<]+)<", page.content.decode())
    assert shown is not None
    assert page.headers["Cache-Control"].startswith("max-age=0")
    assert Staff.objects.get(username="wu.9").check_password(shown[1])
    assert shown[1] not in text(administrator, "/people/wu.9")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"username": "agent"}, "is taken and numbers are never reused"),
        ({"username": "../x"}, "Use letters, digits, dots and hyphens"),
        ({"unit": "moon"}, "is not one of the available choices"),
        ({"email": "nonsense"}, "Enter a valid email address"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_a_wrong_form_opens_nothing(administrator: Client, change: dict[str, str], complaint: str) -> None:
    form = {
        "username": "wu.9",
        "name": "吴",
        "unit": "hotline",
        "language": "zh-hans",
        "phone": "",
        "email": "",
        **change,
    }
    page = administrator.post("/people/new", form)
    assert complaint in page.content.decode()
    assert Staff.objects.count() == len(LOGINS)


def test_a_role_is_granted_and_revoked(administrator: Client) -> None:
    administrator.post("/people/agent/grant", {"role": "analyst", "unit": "tianhe"})
    assert roles("agent") == [("agent", "hotline"), ("analyst", "tianhe")]
    assert timeline("staff/agent")[0].actor == "staff/admin"
    page = administrator.post(
        "/people/agent/revoke", {"role": "analyst", "unit": "tianhe"}, follow=True
    ).content.decode()
    assert roles("agent") == [("agent", "hotline")]
    assert "Revoked Analyst at Tianhe Bureau" in page


def test_the_last_administrator_stays_and_is_told_why(administrator: Client) -> None:
    for address, form in (
        ("/people/admin/state", {"to": "deactivated"}),
        ("/people/admin/revoke", {"role": "administrator", "unit": "kapok"}),
    ):
        page = administrator.post(address, form, follow=True).content.decode()
        assert "is the last administrator of the whole operator" in page
    assert roles("admin") == [("administrator", "kapok")]
    assert queries.person("admin").active  # type: ignore[union-attr]  # the line above has shown that it exists


def test_what_still_lies_with_a_person_is_told_before_deactivating(administrator: Client) -> None:
    office.set_up()
    office.fault()
    page = text(administrator, "/people/agent")
    assert "hand it on before you deactivate" in page
    assert '<li><a href="/posts/hotline-desk">Hotline reception</a> A</li>' in page
    assert "1 open matter as first contact" in page
    refused = administrator.post("/people/agent/state", {"to": "deactivated"}, follow=True).content.decode()
    assert "“agent” still holds: Hotline reception A. A post is never without A or B" in refused
    assert Staff.objects.get(username="agent").is_active
    assert "hand it on" not in text(administrator, "/people/viewer")


def test_a_post_is_linked_where_it_may_be_seen(signed_in: SignedIn) -> None:
    office.set_up()
    people.grant_role(username="viewer", role="administrator", unit="hotline", actor="staff/admin", at=AT)
    posts.appoint(post="supervision-desk", place=Place.B, username="agent", actor="staff/admin", at=office.now())
    page = text(signed_in("viewer", Language.EN), "/people/agent")
    assert "Service supervision" in page
    assert "/posts/supervision-desk" not in page
    assert 'href="/posts/hotline-desk"' in text(signed_in("supervisor"), "/people/agent")


def test_a_person_is_deactivated_and_let_in_again(administrator: Client) -> None:
    administrator.post("/people/agent/state", {"to": "deactivated"})
    assert "deactivated" in text(administrator, "/people/agent")
    administrator.post("/people/agent/state", {"to": "active"})
    assert [line.kind for line in timeline("staff/agent")[:2]] == ["people.reactivated", "people.deactivated"]


def test_a_password_is_reset_and_shown_once(administrator: Client) -> None:
    page = administrator.post("/people/agent/password").content.decode()
    password = re.search(r"data-one-time>([^<]+)<", page)
    assert password is not None
    assert Staff.objects.get(username="agent").check_password(password[1])


def test_contact_details_are_masked_until_a_purpose_is_given(signed_in: SignedIn) -> None:
    client = signed_in("supervisor")
    assert "13800000004" not in text(client, "/people/agent")
    assert "138****0004" in text(client, "/people/agent")
    refused = client.post("/people/agent/contact", {"purpose": "x"}).content.decode()
    assert "须写明用途" in refused
    assert "13800000004" not in refused
    shown = client.post("/people/agent/contact", {"purpose": "联系交班"})
    assert "13800000004" in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert timeline("staff/agent")[0].data == {"purpose": "联系交班"}
    assert timeline("staff/agent")[0].actor == "staff/supervisor"


def test_whoever_may_only_read_sees_no_buttons(signed_in: SignedIn) -> None:
    page = text(signed_in("supervisor"), "/people/agent")
    assert "/people/agent/revoke" not in page
    assert signed_in("supervisor").post("/people/agent/revoke", {"role": "agent", "unit": "hotline"}).status_code == 403
    assert roles("agent") == [("agent", "hotline")]


def test_nobody_answers_to_a_get_that_changes(administrator: Client) -> None:
    for action in ("grant", "revoke", "state", "unlock", "password", "contact"):
        assert administrator.get(f"/people/agent/{action}").status_code == 405


def contact_of(username: str) -> tuple[str, str]:
    staff = Staff.objects.get(username=username)
    return staff.phone, staff.email


DETAILS = {"name": "梁小敏", "unit": "hotline", "phone": "", "email": ""}


def test_details_are_corrected_and_what_is_left_empty_stays(administrator: Client) -> None:
    page = text(administrator, "/people/agent/details")
    assert 'placeholder="138****0004"' in page
    assert "13800000004" not in page + text(administrator, "/people/agent")
    form = {**DETAILS, "name": "梁敏", "unit": "tianhe"}
    assert administrator.post("/people/agent/details", form).headers["Location"] == "/people/agent"
    staff = Staff.objects.select_related("unit").get(username="agent")
    assert (staff.name, staff.unit.code, *contact_of("agent")) == (
        "梁敏",
        "tianhe",
        "13800000004",
        "liang.xm@kapok.example",
    )
    line = timeline("staff/agent")[0]
    assert (line.kind, line.actor) == ("people.details_changed", "staff/admin")
    assert "unit (from Hotline Team to Tianhe Bureau)" in text(administrator, "/people/agent")


def test_a_contact_is_replaced_by_what_is_typed_and_removed_by_a_tick(administrator: Client) -> None:
    administrator.post("/people/agent/details", {**DETAILS, "phone": "+86 20 8888 0009", "remove_email": "on"})
    assert contact_of("agent") == ("+86 20 8888 0009", "")
    page = text(administrator, "/people/agent/details")
    assert "Remove the phone number" in page
    assert "Remove the e-mail address" not in page


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"phone": "call me"}, "A phone number has 3 to 17 digits"),
        ({"email": "nonsense"}, "Enter a valid email address"),
        ({"email": "a@localhost"}, "This is not an e-mail address"),
        ({"name": " "}, "This field is required"),
        ({"name": "x\u202ey"}, "no control characters"),
        ({"unit": "moon"}, "is not one of the available choices"),
    ],
)
def test_wrong_details_change_nothing(administrator: Client, change: dict[str, str], complaint: str) -> None:
    page = administrator.post("/people/agent/details", {**DETAILS, "name": "新名", **change})
    assert complaint in page.content.decode()
    assert "is-invalid" in page.content.decode()
    assert Staff.objects.get(username="agent").name == "梁小敏"
    assert timeline("staff/agent")[0].kind == "people.role_granted"


def test_details_of_people_outside_ones_grant_cannot_be_touched(signed_in: SignedIn) -> None:
    people.grant_role(username="viewer", role="administrator", unit="response", actor="staff/admin", at=AT)
    client = signed_in("viewer")
    assert client.get("/people/agent/details").status_code == 200
    assert client.post("/people/agent/details", {**DETAILS, "unit": "tianhe"}).status_code == 200  # refused in the form
    people.grant_role(username="agent", role="analyst", unit="kapok", actor="staff/admin", at=AT)
    assert client.get("/people/agent/details").status_code == 404
    assert client.post("/people/agent/details", {**DETAILS, "name": "x"}).status_code == 404
    assert signed_in("supervisor").post("/people/agent/details", {**DETAILS, "name": "x"}).status_code == 403
    assert Staff.objects.filter(username="agent", name="梁小敏", unit__code="hotline").exists()


def test_someone_who_left_keeps_the_ended_unit_until_they_come_back(administrator: Client) -> None:
    for username in ("agent", "agent2"):
        people.revoke_role(username=username, role="agent", unit="hotline", actor="staff/admin", at=AT)
        people.deactivate(username=username, actor="staff/admin", at=AT)
    people.end_unit(code="hotline", actor="staff/admin", at=AT)
    assert (
        "choose a unit that still exists"
        in administrator.post("/people/agent/state", {"to": "active"}, follow=True).content.decode()
    )
    administrator.post("/people/agent/details", {**DETAILS, "phone": "10000"})
    assert contact_of("agent")[0] == "10000"
    administrator.post("/people/agent/details", {**DETAILS, "unit": "response"})
    administrator.post("/people/agent/state", {"to": "active"})
    someone = queries.person("agent")
    assert someone is not None
    assert (someone.unit, someone.active) == ("response", True)


def test_everybody_corrects_their_own_phone_and_email_and_nothing_else(signed_in: SignedIn) -> None:
    client = signed_in("agent")
    page = text(client, "/account")
    assert "13800000004" not in page
    assert 'placeholder="138****0004"' in page
    form = {"phone": "10000", "email": "", "name": "王", "unit": "kapok", "username": "admin"}
    assert client.post("/account", form).headers["Location"] == "/account"
    assert contact_of("agent") == ("10000", "liang.xm@kapok.example")
    assert Staff.objects.filter(username="agent", name="梁小敏", unit__code="hotline").exists()
    assert contact_of("admin") == ("02088880001", "lin.jing@kapok.example")
    assert (timeline("staff/agent")[0].actor, timeline("staff/agent")[0].data["details"]) == ("staff/agent", ["phone"])
    refused = client.post("/account", {"phone": "x", "email": ""}).content.decode()
    assert "电话号码应有3至17位数字" in refused
    assert contact_of("agent")[0] == "10000"
