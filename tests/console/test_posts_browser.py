"""Posts in a real browser: a take-over by keyboard alone, and every screen on a phone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from kapok.ground.posts import api as posts
from kapok.ground.posts import demo
from kapok.kernel.text import Language
from tests.console.conftest import BrowserPage, leads_on, sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_b_takes_over_and_hands_back_by_keyboard(browser_page: BrowserPage) -> None:
    demo.load(datetime.now(UTC))
    page = browser_page("agent", at="/posts/hotline-desk")
    page.get_by_text("B角接管").focus()
    page.keyboard.press("Enter")
    page.get_by_label("交接说明").press_sequentially("两单待回访，客户已约")
    page.keyboard.press("Tab")
    with leads_on(page):
        page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("现由B角履职")
    expect(page.locator(".face.is-acting")).to_contain_text("苏婷")
    page.get_by_text("交还A角").focus()
    page.keyboard.press("Enter")
    page.get_by_label("交接说明").press_sequentially("都已办完")
    page.keyboard.press("Tab")
    with leads_on(page):
        page.keyboard.press("Enter")
    expect(page.locator(".face.is-acting")).to_contain_text("梁小敏")


@pytest.mark.parametrize("language", list(Language))
def test_every_screen_fits_a_phone(browser_page: BrowserPage, language: Language) -> None:
    at = datetime.now(UTC)
    demo.load(at)
    posts.declare_absent(username="noc", until=at + timedelta(days=3), actor="staff/manager", at=at)
    page = browser_page("administrator", language, phone=True, at="/posts")
    for address in ("/posts", "/posts/dispatch-desk", "/absences", "/absences/new", "/roster", "/skills", "/personnel"):
        page.goto(address)
        assert sideways(page) <= 0, address
