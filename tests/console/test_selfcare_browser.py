"""The customers' pages on a telephone: in, another window, out; no line runs over the edge."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from pytest_django.fixtures import Settings

from kapok.chain.ordering.models import Order
from kapok.kernel.text import Language
from tests.console import counter_page
from tests.console.conftest import BrowserPage
from tests.selfcare.test_selfcare import code_of, placed

pytestmark = pytest.mark.peer("chromium")


def fits(page: Page) -> bool:
    """Whether no line runs over the edge."""
    return bool(page.evaluate("document.documentElement.scrollWidth") <= 390)


@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
def test_a_customer_comes_in_and_moves_the_visit(
    browser_page: BrowserPage, settings: Settings, language: Language
) -> None:
    settings.DEMO = True
    order = placed(counter_page.set_up())
    page = browser_page(None, language, phone=True, at="/my/")
    assert fits(page)
    page.locator("input[name=order]").fill(order.lower())
    page.locator("form.card button").click()
    page.locator("input[name=code]").fill(code_of(order))
    page.locator("form.card button").click()
    page.locator(".way").wait_for()
    assert fits(page)
    page.locator(".visit a.button").first.click()
    page.locator(".choice").nth(2).click()
    assert fits(page)
    page.locator("form.card button").click()
    page.locator(".visit").wait_for()


@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
def test_a_customer_orders_by_themselves(browser_page: BrowserPage, settings: Settings, language: Language) -> None:
    settings.DEMO = True
    customer = counter_page.set_up()
    page = browser_page(None, language, phone=True, at="/my/")
    page.locator("input[name=order]").fill(customer)
    page.locator("form.card button").first.click()
    page.locator("input[name=code]").fill(code_of(customer))
    page.locator("form.card button").first.click()
    page.locator("a[href='/my/new']").click()
    assert fits(page)
    page.locator("a[href*='address=r101']").first.click()
    assert fits(page)
    page.locator("a[href*='offer=fibre-100']").first.click()
    page.locator("select[name=window]").select_option(index=3)
    shown = page.locator(".promise strong").first.inner_text()
    assert fits(page)
    page.locator("button.wide").click()
    page.locator(".way").wait_for()
    assert fits(page)
    assert page.locator(".promise strong").first.inner_text().startswith(shown)
    assert page.locator(".visit").count() == 1
    (order,) = Order.objects.all()
    assert (page.url.endswith(f"/my/orders/{order.number}"), order.channel, order.customer.number) == (
        True, "public", customer,
    )  # fmt: skip
