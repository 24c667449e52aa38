"""The cast of the console's tests, and a browser for it.

`cast` sets up the demonstration's operator (`kapok.ground.people.cast`): its people, each with one role. `signed_in(role)` is
one of them over HTTP, `browser_page(role)` the same in Chromium; both take the language to read in.

A browser goes on while the test does. What leads to another page is done through `follow` or within `leads_on`: what is read, or
pressed, next belongs to the new page, whose scripts listen by then. What is asked for in parts is waited for by `expect`, or by
`settled`. `KAPOK_TEST_DELAY_MS=600` lets every answer take as long as that at random, so that a test that does not wait fails.
"""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings as project
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections
from django.test import Client
from django.utils import translation
from playwright.sync_api import Browser, Locator, Page, Request, expect, sync_playwright
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

PATIENCE_MILLISECONDS = 120_000
"""Nothing takes so long on a machine that is much slower than ours and has other work."""
DELAY = "KAPOK_TEST_DELAY_MS"
UNSETTLED = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
"""What is being asked for by htmx, or being put in its place."""

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
def _browser(django_db_setup: None) -> Iterator[Browser]:
    # Playwright's synchronous interface keeps an event loop in this thread, in which Django would refuse to query. While it is
    # there Django keeps other connections for this thread than before and after: nobody else would close them.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield browser
        browser.close()
        connections.close_all()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session", autouse=True)
def _answers_take_their_time() -> Iterator[None]:
    longest = int(os.environ.get(DELAY, "0"))
    answer = StaticFilesHandler.__call__

    def late(handler: StaticFilesHandler, *asked: Any) -> Any:
        time.sleep(random.uniform(longest / 4, longest) / 1000)
        return answer(handler, *asked)

    with pytest.MonkeyPatch.context() as patched:
        if longest:
            patched.setattr(StaticFilesHandler, "__call__", late)
        yield


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
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        expect.set_options(timeout=PATIENCE_MILLISECONDS)
        _watch(page, live_server.url, complaints)
        pages.append(page)
        page.goto(at)
        return page

    yield open_page
    for page in pages:
        page.wait_for_load_state("networkidle")  # a request cut off by closing is no fault of the page
        settled(page)
        page.context.close()
    assert complaints == []


@contextmanager
def leads_on(page: Page) -> Iterator[None]:
    """What is done here leads to another page: at the end it is there, with its style sheets and its scripts."""
    with page.expect_navigation():
        yield


def follow(way: Locator) -> None:
    """Click through to another page, or to the same anew."""
    with leads_on(way.page):
        way.click()


def settled(page: Page) -> None:
    """Wait until the page is there, and no part of it is being asked for or put in its place."""
    page.wait_for_load_state()
    expect(page.locator(UNSETTLED)).to_have_count(0)


def sought(page: Page, words: str) -> None:
    """Type the words into the box that has the focus, and wait until what is found by all of them stands below it."""
    with page.expect_response(lambda answer: answer.url.endswith(f"={quote(words)}")):
        page.keyboard.type(words)
    settled(page)


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    settled(page)
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


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
