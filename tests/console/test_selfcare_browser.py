"""The customers' pages on a telephone: in, another window, out; no line runs over the edge."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from kapok.chain.ordering.models import Order
from kapok.kernel.text import Language
from tests.console import counter_page
from tests.console.conftest import BrowserPage, follow, sideways
from tests.selfcare.test_selfcare import code_of, placed

pytestmark = pytest.mark.peer("chromium")


def come_in(page: Page, typed: str, number: str) -> None:
    """Through the door with the number, as it is typed, and the code that is sent."""
    page.locator("input[name=order]").fill(typed)
    follow(page.locator("form.card button").first)
    page.locator("input[name=code]").fill(code_of(number))
    follow(page.locator("form.card button").first)


@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
def test_a_customer_comes_in_and_moves_the_visit(
    browser_page: BrowserPage, settings: Settings, language: Language
) -> None:
    settings.DEMO = True
    order = placed(counter_page.set_up())
    page = browser_page(None, language, phone=True, at="/my/")
    assert sideways(page) == 0
    come_in(page, order.lower(), order)
    page.locator(".way").wait_for()
    assert sideways(page) == 0
    follow(page.locator(".visit a.button").first)
    page.locator(".choice").nth(2).click()
    assert sideways(page) == 0
    follow(page.locator("form.card button"))
    page.locator(".visit").wait_for()


@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
def test_a_customer_orders_by_themselves(browser_page: BrowserPage, settings: Settings, language: Language) -> None:
    settings.DEMO = True
    customer = counter_page.set_up()
    page = browser_page(None, language, phone=True, at="/my/")
    come_in(page, customer, customer)
    for way in ("a[href='/my/new']", "a[href*='address=r101']", "a[href*='offer=fibre-100']"):
        follow(page.locator(way).first)
        assert sideways(page) == 0, way
    page.locator("select[name=window]").select_option(index=3)
    promise = page.locator(".promise strong").first
    shown = promise.inner_text()
    follow(page.locator("button.wide"))
    page.locator(".way").wait_for()
    assert sideways(page) == 0
    expect(promise).to_have_text(re.compile(f"^{shown}"))
    expect(page.locator(".visit")).to_have_count(1)
    (order,) = Order.objects.all()
    expect(page).to_have_url(f"/my/orders/{order.number}")
    assert (order.channel, order.customer.number) == ("public", customer)
