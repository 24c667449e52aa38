"""The customers' pages on a telephone: in, another window, out; no line runs over the edge."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page
from pytest_django.fixtures import Settings

from kapok.kernel.text import Language
from tests.console import counter_page
from tests.console.conftest import BrowserPage
from tests.selfcare.test_selfcare import code_of, placed

pytestmark = pytest.mark.peer("chromium")


def picture(page: Page, name: str) -> None:
    """Keep a picture where somebody asks for it, and see that the page fits."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    if folder := os.environ.get("KAPOK_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
def test_a_customer_comes_in_and_moves_the_visit(
    browser_page: BrowserPage, settings: Settings, language: Language
) -> None:
    settings.DEMO = True
    order = placed(counter_page.set_up())
    page = browser_page(None, language, phone=True, at="/my/")
    picture(page, f"my-door-{language.value}")
    page.locator("input[name=order]").fill(order.lower())
    page.locator("form.card button").click()
    page.locator("input[name=code]").fill(code_of(order))
    page.locator("form.card button").click()
    page.locator(".way").wait_for()
    picture(page, f"my-order-{language.value}")
    page.locator("a.button").first.click()
    page.locator(".choice").nth(2).click()
    picture(page, f"my-visit-{language.value}")
    page.locator("form.card button").click()
    page.locator(".visit").wait_for()
