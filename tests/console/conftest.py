"""The cast of the console's tests, and a browser for it.

`cast` sets up the demonstration's operator (`kapok.ground.people.cast`): its people, each with one role. `signed_in(role)` is
one of them over HTTP, `browser_page(role)` the same in Chromium; both take the language to read in.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.conf import settings as project
from django.test import Client
from django.utils import translation
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from kapok.edges.console.health.failures import FailureFile
from kapok.ground.people import demo
from kapok.ground.people.cast import LOGINS, Login
from kapok.ground.people.models import Staff
from kapok.kernel.text import Language
from tests import worlds
from tests.console import counter_page

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
CHROMIUM = "/usr/bin/chromium"
QUIETLY = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip

SignedIn = Callable[..., Client]
BrowserPage = Callable[..., Page]


@pytest.fixture(scope="session", autouse=True)
def _provoked_failures_are_not_kept() -> None:
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, FailureFile)]


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def cast(db: None) -> dict[str, Login]:
    """The demonstration's people by role."""
    worlds.begin("cast", lambda: demo.load(AT))
    return {login.role: login for login in reversed(LOGINS)}  # of several in one role the first


@pytest.fixture(scope="module")
def open_counter(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A shop with a front desk for the tests of a module, each of which undoes what it did: a customer's number."""
    with worlds.standing(django_db_blocker, counter_page.set_up) as customer:
        yield customer


@pytest.fixture
def signed_in(cast: dict[str, Login]) -> SignedIn:
    """`signed_in("analyst", Language.EN)`: a client in which that person is signed in."""

    def sign_in(role: str, language: Language = Language.ZH) -> Client:
        client = Client()
        _sign_in(client, cast[role], language)
        return client

    return sign_in


@pytest.fixture
def agent(signed_in: SignedIn) -> Client:
    """An agent, in Chinese."""
    return signed_in("agent")


@pytest.fixture
def reader(signed_in: SignedIn) -> Client:
    """Who may only look, in English."""
    return signed_in("viewer", Language.EN)


@pytest.fixture(scope="session")
def _browser() -> Iterator[Browser]:
    # Playwright's synchronous interface keeps an event loop in this thread, in which Django would refuse to query.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browser_page(
    transactional_db: None, cast: dict[str, Login], live_server: LiveServer, _browser: Browser
) -> Iterator[BrowserPage]:
    """`browser_page("analyst", phone=True)`: a page in which that person is signed in, or nobody without a role.

    At the end of the test no page may have asked another site for anything, nor have written an error to its console.
    """
    complaints: list[str] = []
    pages: list[Page] = []

    def open_page(
        role: str | None = None,
        language: Language = Language.ZH,
        *,
        phone: bool = False,
        dark: bool = False,
        at: str = "/",
    ) -> Page:
        context = _browser.new_context(
            base_url=live_server.url,
            viewport=PHONE if phone else DESK,
            locale="zh-CN" if language is Language.ZH else "en-GB",
            color_scheme="dark" if dark else "light",
        )
        if role:
            client = Client()
            _sign_in(client, cast[role], language)
            value = client.cookies[project.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": project.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        _watch(page, live_server.url, complaints)
        pages.append(page)
        page.goto(at)
        return page

    yield open_page
    for page in pages:
        page.wait_for_load_state("networkidle")  # a request cut off by closing is no fault of the page
        page.context.close()
    assert complaints == []


def _sign_in(client: Client, login: Login, language: Language) -> None:
    Staff.objects.filter(username=login.username).update(language=language.value)
    client.force_login(Staff.objects.get(username=login.username), "django.contrib.auth.backends.ModelBackend")


NO_COMPLAINTS = ("status of 4", "ERR_INTERNET_DISCONNECTED", "htmx:sendAbort", "htmx:afterRequest")
"""Chromium reports an answer of 4xx and a line that is gone, htmx a question that a later one has replaced (one that failed it
calls `htmx:sendError`), as errors of the page; the test says whether they are."""


def _watch(page: Page, origin: str, complaints: list[str]) -> None:
    def asked(request: Request) -> None:
        if not request.url.startswith((origin, "data:", "blob:")):
            complaints.append(f"asked {request.url}")

    page.on("request", asked)
    page.on("pageerror", lambda error: complaints.append(f"failed: {error}"))
    page.on(
        "console",
        lambda said: (
            complaints.append(said.text)
            if said.type == "error" and not any(each in said.text for each in NO_COMPLAINTS)
            else None
        ),
    )
