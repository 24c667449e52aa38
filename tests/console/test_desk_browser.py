"""The front desk in a browser, with nothing but the keyboard: a new broadband order in under a minute, in both languages."""

from __future__ import annotations

import re
from time import monotonic

import pytest
from playwright.sync_api import expect

from kapok.chain.ordering.models import Order
from kapok.front.channels.models import Interaction, Note
from kapok.kernel.text import Language
from tests.console import counter_page
from tests.console.conftest import BrowserPage, leads_on, settled, sideways, sought
from tests.selfcare.test_selfcare import placed

pytestmark = pytest.mark.peer("chromium")

MINUTE = 60.0


@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
def test_a_new_broadband_order_by_keyboard_alone_in_under_a_minute(
    browser_page: BrowserPage, language: Language
) -> None:
    counter_page.set_up()
    page = browser_page("agent", language, at="/desk")
    began = monotonic()
    keys = page.keyboard
    expect(page.locator("#desk-query")).to_be_focused()
    sought(page, "cj")
    expect(page.locator("#desk-hits [aria-selected=true]")).to_contain_text("陈*")
    with leads_on(page):
        keys.press("Enter")
    expect(page).to_have_url(re.compile("/desk/customers/C"))
    with leads_on(page):
        keys.press("i")
    page.locator(".desk-talk").wait_for()
    with leads_on(page):
        keys.press("n")
    expect(page).to_have_url(re.compile("/order$"))
    keys.press("a")
    expect(page.locator("#where")).to_be_focused()
    sought(page, "tyxl1")
    page.locator("#places [role=option]").nth(1).wait_for()
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.locator("input[name=offer]").first).to_be_focused()
    page.locator('input[value="fibre-100"]').wait_for()
    for _ in range(20):
        keys.press("ArrowDown")
        if page.locator('input[value="fibre-100"]').is_checked():
            break
    settled(page)
    page.locator("#terms strong.tabular").first.wait_for()
    page.locator("#terms .is-current strong", has_text="100").wait_for()
    keys.press("Enter")
    expect(page.locator("#window")).to_be_focused()
    keys.press("ArrowDown")
    with leads_on(page):
        keys.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"/orders/O\d{4}-\d{6}$"))
    took = monotonic() - began
    order = Order.objects.get()
    assert (order.channel, order.first_contact.username) == ("hotline", "agent")
    assert Interaction.objects.count() == 1
    assert took < MINUTE


def test_a_note_and_the_way_back_by_keyboard(browser_page: BrowserPage) -> None:
    number = counter_page.set_up()
    page = browser_page("agent", at=f"/desk/customers/{number}")
    page.keyboard.press("m")
    expect(page.locator("#id_words")).to_be_focused()
    page.keyboard.type("晚上才在家")
    page.keyboard.press("Tab")
    with leads_on(page):
        page.keyboard.press("Enter")
    page.locator(".desk-note").wait_for()
    assert Note.objects.get().words == "晚上才在家"
    with leads_on(page):
        page.keyboard.press("s")
    expect(page).to_have_url(re.compile("/desk$"))


def test_the_desk_fits_a_phone(browser_page: BrowserPage) -> None:
    number = counter_page.set_up()
    page = browser_page("agent", phone=True, at=f"/desk/customers/{number}/order")
    page.locator("input[name=offer]").first.wait_for()
    assert sideways(page) == 0
    page.goto(f"/desk/customers/{number}")
    assert sideways(page) == 0


def test_nothing_is_replaced_under_a_hand(browser_page: BrowserPage) -> None:
    order = placed(counter_page.set_up())
    page = browser_page("agent", at=f"/orders/{order}")
    told = page.locator("#leg-1-told")
    told.evaluate("each => each.dataset.before = ''")
    told.locator("summary").hover()
    page.mouse.down()
    with page.expect_response(f"**/orders/{order}"):
        page.evaluate("htmx.trigger('#order', 'refresh')")
    settled(page)
    expect(page.locator("[data-before]")).to_have_count(1)
    page.mouse.up()
    expect(page.locator("[data-before]")).to_have_count(0)  # asked for again, after the click was heard
    expect(told).to_have_attribute("open", "")


def test_what_is_unfolded_stays_so_when_the_order_refreshes_itself(browser_page: BrowserPage) -> None:
    order = placed(counter_page.set_up())
    page = browser_page("agent", at=f"/orders/{order}")
    told = page.locator("#leg-1-told")
    told.locator("summary").click()
    expect(told).to_have_attribute("open", "")
    told.evaluate("each => each.dataset.before = ''")
    page.evaluate("htmx.trigger('#order', 'refresh')")
    expect(page.locator("[data-before]")).to_have_count(0)
    expect(told).to_have_attribute("open", "")
