"""Who may enter which screen."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from kapok.edges.console.navigation import SCREENS
from kapok.edges.console.screen import EVERYBODY
from kapok.ground.journal.models import Entry
from kapok.ground.people import api as people
from kapok.ground.people.roles import ROLES, Permission
from tests.console.conftest import AT, SignedIn

PUBLIC = {"sign-in", "sign-out", "language", "probe"}
CUSTOMERS = {
    "door", "code", "visit", "confirm", "rate", "leave", "my-language", "my-home", "my-new", "my-service", "my-order", "my-ask",
    "my-asked", "my-fault", "my-login", "my-check", "my-request",
}  # fmt: skip
"""The pages of customers, who have no permissions: `edges.selfcare.doors` says who enters."""


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def test_every_address_names_its_permission_or_says_why_it_needs_none() -> None:
    found = list(patterns())
    assert len(found) > 15
    for pattern in found:
        permission = getattr(pattern.callback, "permission", None)
        reason = getattr(pattern.callback, "public_because", None)
        assert (permission is None) != (reason is None), f"{pattern.name} needs @screen or @public"
        assert permission in {None, EVERYBODY, *Permission}, pattern.name
    assert {pattern.name for pattern in found if hasattr(pattern.callback, "public_because")} == PUBLIC | CUSTOMERS


@pytest.mark.django_db
@pytest.mark.parametrize("address", [entry.url for entry in SCREENS])
def test_a_stranger_is_sent_to_sign_in_and_back(client: Client, address: str) -> None:
    response = client.get(reverse(address))
    assert (response.status_code, response.headers["Location"].split("?")[0]) == (302, "/sign-in")
    part = client.get(reverse(address), headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"].split("?")[0]) == (204, "/sign-in")


@pytest.mark.parametrize("role", ROLES)
def test_each_role_enters_what_its_permissions_allow_and_nothing_else(signed_in: SignedIn, role: str) -> None:
    client = signed_in(role)
    allowed = {EVERYBODY, *ROLES[role].permissions}
    for entry in SCREENS:
        expected = 200 if entry.permission in allowed else 403
        assert client.get(entry.address).status_code == expected, entry.address


def test_a_refusal_says_what_to_ask_for(signed_in: SignedIn) -> None:
    page = signed_in("viewer").get("/system").content.decode()
    assert "无权进入此页面" in page
    assert "查看系统状态" in page


@pytest.mark.parametrize(
    ("role", "address"),
    [
        ("manager", "/roster/shifts"), ("manager", "/skills/new"), ("manager", "/places/import"),
        ("administrator", "/letters"), ("administrator", f"/letters/{UUID(int=1)}"),
        ("administrator", f"/letters/{UUID(int=1)}/retry"), ("administrator", f"/letters/{UUID(int=1)}/set-aside"),
    ],
)  # fmt: skip
def test_what_concerns_every_unit_is_for_the_top_unit(signed_in: SignedIn, role: str, address: str) -> None:
    people.grant_role(username="viewer", role=role, unit="hotline", actor="staff/admin", at=AT)
    local, top = signed_in("viewer"), signed_in(role)
    refused = local.post(address)
    assert refused.status_code == 403
    assert "最上级单位" in refused.content.decode()
    assert top.post(address).status_code in {200, 404, 302}
    for listing in ("/roster", "/skills", "/places") if role == "manager" else ():
        assert f'href="{address}"' not in local.get(listing).content.decode()


def test_the_menu_shows_only_what_may_be_entered(signed_in: SignedIn) -> None:
    menu = signed_in("agent").get("/").content.decode()
    assert 'href="/people"' not in menu
    assert 'href="/system"' not in menu


def test_a_one_time_password_opens_nothing_but_the_choice_of_a_new_one(signed_in: SignedIn) -> None:
    client = signed_in("viewer")
    first = people.reset_password(username="viewer", actor="staff/admin", at=AT)
    client = Client()
    client.post("/sign-in", {"username": "viewer", "password": first})
    for address in ("/", "/account"):
        assert client.get(address).headers["Location"] == "/account/password"
    changed = client.post("/account/password", {"present": first, "new": "plum-rain-47", "again": "plum-rain-47"})
    assert changed.headers["Location"] == "/"
    assert client.get("/").status_code == 200


def test_people_of_other_units_do_not_exist(signed_in: SignedIn) -> None:
    client = signed_in("agent")  # the hotline team
    people.grant_role(username="agent", role="administrator", unit="response", actor="staff/admin", at=AT)
    listed = client.get("/people").content.decode()
    assert "梁小敏" in listed
    assert "林静" not in listed
    assert client.get("/people/agent").status_code == 200
    assert client.get("/people/admin").status_code == 404
    for action in ("grant", "revoke", "state", "unlock", "password", "contact"):
        assert client.post(f"/people/admin/{action}", {}).status_code == 404


def test_an_administrator_of_a_part_cannot_take_over_somebody_who_is_more(signed_in: SignedIn) -> None:
    """The agent belongs to the hotline, but also supervises the whole city: only the city's administrator may reset."""
    people.grant_role(username="viewer", role="administrator", unit="response", actor="staff/admin", at=AT)
    people.grant_role(username="agent", role="supervisor", unit="kapok", actor="staff/admin", at=AT)
    client = signed_in("viewer")
    page = client.get("/people/agent")
    assert page.status_code == 200
    assert "/people/agent/password" not in page.content.decode()
    assert client.post("/people/agent/password").status_code == 404
    granted = client.post("/people/agent/grant", {"role": "administrator", "unit": "kapok"})
    assert granted.status_code == 404


def test_roles_are_granted_only_for_ones_own_units(signed_in: SignedIn) -> None:
    people.grant_role(username="viewer", role="administrator", unit="response", actor="staff/admin", at=AT)
    answer = signed_in("viewer").post("/people/agent/grant", {"role": "administrator", "unit": "kapok"})
    assert answer.status_code == 200  # the form again, with its complaint
    assert "is-invalid" in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/people?q=%00", None),
        ("/palette?q=a%00", None),
        ("/audits?%00=1", None),
        ("/people/%00", None),
        ("/people/viewer/revoke", {"role": "viewer", "unit": "\0"}),
        ("/people/viewer/contact", {"purpose": "call back\0"}),
        ("/account/theme", {"theme": "\0"}),
    ],
)
def test_a_null_character_is_refused_before_it_meets_the_database(
    signed_in: SignedIn, address: str, form: dict[str, str] | None
) -> None:
    client = signed_in("administrator")
    before = Entry.objects.count()
    sent = urlencode(form or {})
    answer = client.post(address, sent, "application/x-www-form-urlencoded") if form else client.get(address)
    assert answer.status_code == 400
    assert "无法理解" in answer.content.decode()
    assert Entry.objects.count() == before
