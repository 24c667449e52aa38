"""Signing in and out, lock-out, sessions, language."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from kapok.edges.console.middleware import POLL, SEEN
from kapok.edges.console.signing.address import client_address
from kapok.ground.journal.queries import timeline
from kapok.ground.people import api as people
from kapok.ground.people.cast import Login
from kapok.ground.people.models import Staff
from tests.console.conftest import AT, SignedIn

pytestmark = pytest.mark.usefixtures("cast")


def sign_in(client: Client, username: str, password: str, **more: str) -> tuple[int, str]:
    response = client.post("/sign-in", {"username": username, "password": password, **more})
    return response.status_code, response.headers.get("Location", response.content.decode())


def fail(client: Client, username: str, times: int) -> list[int]:
    return [sign_in(client, username, "wrong")[0] for _ in range(times)]


def test_the_right_password_lets_in_and_is_noted(client: Client, cast: dict[str, Login]) -> None:
    assert sign_in(client, " Analyst ", cast["analyst"].password, next="/account") == (302, "/account")
    assert client.get("/account").status_code == 200
    assert timeline("staff/analyst")[0].sentence.en == "Signed in from 127.0.0.1"


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example"]
)
def test_signing_in_never_leads_to_another_site(client: Client, cast: dict[str, Login], address: str) -> None:
    assert sign_in(client, "analyst", cast["analyst"].password, next=address) == (302, "/")


def without_tokens(page: str) -> str:
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", page)


def test_a_wrong_password_and_a_missing_account_look_the_same(client: Client) -> None:
    answers = [client.post("/sign-in", {"username": name, "password": "wrong"}) for name in ("analyst", "nobodyx")]
    pages = [without_tokens(answer.content.decode()).replace("nobodyx", "analyst") for answer in answers]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert pages[0] == pages[1]
    assert "工号或口令不对" in pages[0]


def test_after_five_failures_the_account_is_locked_from_that_address(client: Client, cast: dict[str, Login]) -> None:
    assert fail(client, "analyst", 5) == [200, 200, 200, 200, 429]
    refused = client.post("/sign-in", {"username": "analyst", "password": cast["analyst"].password})
    page = refused.content.decode()
    assert refused.status_code == 429
    assert 890 <= int(refused.headers["Retry-After"]) <= 900
    assert "登录暂时锁定" in page
    assert "Locked for a while" in page
    until = AccessAttempt.objects.get().attempt_time + timedelta(minutes=15)
    assert f"{until.astimezone(datetime.now().astimezone().tzinfo):%M:%S}" in page
    assert sign_in(client, "agent", cast["agent"].password)[0] == 302
    elsewhere = Client(REMOTE_ADDR="10.1.2.3")
    assert sign_in(elsewhere, "analyst", cast["analyst"].password) == (302, "/")


def test_the_lock_is_noted_once_and_not_prolonged(client: Client) -> None:
    fail(client, "analyst", 5)
    first = AccessAttempt.objects.get().attempt_time
    assert fail(client, "analyst", 3) == [429, 429, 429]
    assert AccessAttempt.objects.get().attempt_time == first
    assert [line.kind for line in timeline("staff/analyst")].count("people.locked_out") == 1


def test_upper_case_does_not_give_more_tries(client: Client) -> None:
    fail(client, "analyst", 4)
    assert sign_in(client, "ANALYST", "wrong")[0] == 429


def test_an_account_that_does_not_exist_is_locked_just_the_same(client: Client) -> None:
    pages = []
    for name in ("analyst", "nobodyx"):
        fail(client, name, 5)
        pages.append(re.sub(r"\d\d:\d\d:\d\d", "", without_tokens(sign_in(client, name, "wrong")[1])))
    assert pages[0] == pages[1]
    assert timeline("staff/nobodyx") == []


def test_the_lock_ends_by_itself(client: Client, cast: dict[str, Login]) -> None:
    fail(client, "analyst", 5)
    AccessAttempt.objects.update(attempt_time=datetime.now(UTC) - timedelta(minutes=15, seconds=1))
    assert sign_in(client, "analyst", cast["analyst"].password)[0] == 302


def test_an_administrator_ends_the_lock(client: Client, cast: dict[str, Login], signed_in: SignedIn) -> None:
    fail(client, "analyst", 5)
    administrator = signed_in("administrator")
    assert "/people/analyst/unlock" in administrator.get("/people/analyst").content.decode()
    administrator.post("/people/analyst/unlock")
    assert sign_in(client, "analyst", cast["analyst"].password)[0] == 302
    assert timeline("staff/analyst")[1].kind == "people.unlocked"


def test_whoever_is_deactivated_is_out_at_once(client: Client, cast: dict[str, Login]) -> None:
    sign_in(client, "analyst", cast["analyst"].password)
    people.deactivate(username="analyst", actor="staff/admin", at=AT)
    assert client.get("/").headers["Location"].startswith("/sign-in")
    assert "工号或口令不对" in sign_in(client, "analyst", cast["analyst"].password)[1]


def test_a_changed_password_ends_every_other_session(client: Client, cast: dict[str, Login]) -> None:
    other = Client()
    for each in (client, other):
        sign_in(each, "analyst", cast["analyst"].password)
    form = {"present": cast["analyst"].password, "new": "plum-rain-47", "again": "plum-rain-47"}
    assert client.post("/account/password", form).status_code == 302
    assert client.get("/").status_code == 200
    assert other.get("/").headers["Location"].startswith("/sign-in")


def test_two_different_new_passwords_change_nothing(signed_in: SignedIn) -> None:
    client = signed_in("analyst")
    page = client.post(
        "/account/password", {"present": "kapok-audit-1", "new": "plum-rain-47", "again": "plum-rain-48"}
    )
    assert "两次输入的新口令不同" in page.content.decode()
    assert Staff.objects.get(username="analyst").check_password("kapok-audit-1")


def test_signing_out_ends_the_session_and_keeps_the_language(client: Client, cast: dict[str, Login]) -> None:
    sign_in(client, "viewer", cast["viewer"].password)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").headers["Location"] == "/sign-in"
    assert client.get("/").headers["Location"].startswith("/sign-in")
    assert "Staff number" in client.get("/sign-in").content.decode()


def test_the_session_ends_after_idle_time_and_polling_does_not_prolong_it(
    client: Client, cast: dict[str, Login]
) -> None:
    sign_in(client, "admin", cast["administrator"].password)
    old = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    session = client.session
    session[SEEN] = old
    session.save()
    expiry = client.get("/system", headers={POLL: "1"}).cookies.get("kapok_session")
    assert expiry is None
    assert client.session[SEEN] == old
    cookie = client.get("/system").cookies["kapok_session"]
    assert cookie["max-age"] == 480 * 60
    assert client.session[SEEN] > old


def test_cookies_are_out_of_reach(client: Client, cast: dict[str, Login]) -> None:
    client.post("/sign-in", {"username": "analyst", "password": cast["analyst"].password})
    cookie = client.cookies["kapok_session"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_a_form_from_elsewhere_is_refused(cast: dict[str, Login]) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/sign-in", {"username": "analyst", "password": cast["analyst"].password})
    assert answer.status_code == 403
    assert "表单已过期" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_stranger_chooses_the_language_by_cookie(client: Client) -> None:
    assert "工号" in client.get("/sign-in").content.decode()
    client.post("/language", {"language": "en", "next": "/sign-in"})
    assert "Staff number" in client.get("/sign-in").content.decode()
    assert "Staff number" in Client(headers={"Accept-Language": "en-US"}).get("/sign-in").content.decode()


def test_a_person_keeps_the_language_everywhere(signed_in: SignedIn) -> None:
    client = signed_in("analyst")
    assert client.post("/language", {"language": "en", "next": "/account"}).headers["Location"] == "/account"
    assert "My account" in client.get("/account").content.decode()
    assert Staff.objects.get(username="analyst").language == "en"


def test_the_theme_is_kept(signed_in: SignedIn) -> None:
    client = signed_in("analyst")
    client.post("/account/theme", {"theme": "dark", "next": "/"})
    assert 'data-theme="dark"' in client.get("/").content.decode()
    client.post("/account/theme", {"theme": "pink"})
    assert Staff.objects.get(username="analyst").theme == "dark"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "1.1.1.1", "127.0.0.1"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 10.0.0.1", "1.1.1.1"),
        (2, "1.1.1.1", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "not-an-address", "127.0.0.1"),
    ],
)
def test_only_trusted_proxies_say_where_a_request_comes_from(
    settings: Settings, proxies: int, forwarded: str, address: str
) -> None:
    settings.PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == address


def test_public_passwords_are_shown_in_the_demonstration_only(client: Client, settings: Settings) -> None:
    assert "kapok-admin-1" not in client.get("/sign-in").content.decode()
    settings.DEMO = True
    assert "kapok-admin-1" in client.get("/sign-in").content.decode()
