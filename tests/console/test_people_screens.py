"""Users and permissions, and the tree of units, over HTTP."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from kapok.ground.journal.queries import timeline
from kapok.ground.people import api as people
from kapok.ground.people import queries
from kapok.ground.people.models import OrgUnit, Staff
from kapok.kernel.text import Language
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
    assert "1–25 of 65" in first
    assert "temp059" not in first
    assert "51–65 of 65" in text(administrator, "/people?page=3")
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
    assert Staff.objects.count() == 5


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


def test_units_are_shown_added_and_renamed(administrator: Client) -> None:
    assert "Tianhe East Service Centre" in text(administrator, "/organisation")
    form = {"code": "Patch-7", "kind": "patch", "parent": "tianhe-east", "name_zh": "七片", "name_en": "Patch 7"}
    assert administrator.post("/organisation/add", form).headers["Location"] == "/organisation"
    unit = OrgUnit.objects.select_related("parent").get(code="patch-7")
    assert unit.parent is not None
    assert (unit.kind, unit.parent.code) == ("patch", "tianhe-east")
    administrator.post("/organisation/patch-7/rename", {"name_zh": "八片", "name_en": "Patch 8"})
    assert "Patch 8" in text(administrator, "/organisation")
    again = administrator.post("/organisation/add", form).content.decode()
    assert "is taken; choose another" in again


def test_units_outside_ones_grant_cannot_be_touched(signed_in: SignedIn) -> None:
    client = signed_in("viewer")
    people.grant_role(username="viewer", role="administrator", unit="tianhe", actor="staff/admin", at=AT)
    assert "Yuexiu" not in text(client, "/organisation")
    assert "越秀" not in text(client, "/organisation")
    assert client.post("/organisation/yuexiu/rename", {"name_zh": "x", "name_en": "x"}).status_code == 404
    form = {"code": "p", "kind": "patch", "parent": "yuexiu", "name_zh": "x", "name_en": "x"}
    assert "is-invalid" in client.post("/organisation/add", form).content.decode()
    assert not OrgUnit.objects.filter(code="p").exists()
    assert OrgUnit.objects.get(code="yuexiu").name_en == "Yuexiu Bureau"
