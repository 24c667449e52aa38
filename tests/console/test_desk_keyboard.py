"""The front desk in a browser, with nothing but the keyboard: an order of several lines, actions on a service, naming a caller."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from kapok.chain.ordering.models import Leg, Line, Order
from kapok.front.channels import api, queries
from kapok.front.channels.models import Case
from kapok.ground.customers import api as customers
from kapok.kernel.money import Money
from kapok.kernel.text import Language
from tests.chain import shop
from tests.console import counter_page
from tests.console.conftest import BrowserPage, leads_on, settled, sideways, sought

pytestmark = pytest.mark.peer("chromium")

PLACED = re.compile(r"/orders/O\d{4}-\d{6}$")
TERMS = re.compile(r"/terms\?")
"""The answer with the terms of what is chosen."""


def choose(page: Page, name: str, value: str) -> None:
    """Go down among the choices of a name to the one of that value."""
    expect(page.locator(f"input[name={name}]").first).to_be_focused()
    wanted = page.locator(f'input[name={name}][value="{value}"]')
    for _ in range(20):
        with page.expect_response(TERMS):  # each step asks anew for the terms
            page.keyboard.press("ArrowDown")
        if wanted.is_checked():
            settled(page)
            return
    raise AssertionError(value)


def bank() -> str:
    """A key account with a branch."""
    shop.add_switch()
    api.assign_staff(channel="key_account", username="keyaccount", **counter_page.by("manager"))
    said: dict[str, Any] = {"kind": "organisation", "segment": "key_account", "unit": "key-accounts", "tier": "SL1"}
    head = customers.register_customer(name="珠江银行", address="n1", **said, **counter_page.by("manager"))
    customers.register_customer(
        name="珠江银行三号网点", address="n3", parent=head, **said, **counter_page.by("manager")
    )
    return head


@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
def test_a_key_account_order_of_two_sites_by_keyboard_alone(browser_page: BrowserPage, language: Language) -> None:
    counter_page.set_up()
    head = bank()
    page = browser_page("account_manager", language, at=f"/desk/customers/{head}")
    keys = page.keyboard
    with leads_on(page):
        keys.press("i")
    page.locator(".desk-talk").wait_for()
    with leads_on(page):
        keys.press("n")
    expect(page).to_have_url(re.compile("/order$"))
    for site, far, offer, lines in ((0, 1, "circuit-10", 1), (1, 0, "circuit-100", 2)):
        if not site:
            keys.press("a")
        expect(page.locator("#where")).to_be_focused()
        for _ in range(site):
            keys.press("ArrowDown")
        keys.press("Enter")
        choose(page, "offer", offer)
        expect(page.locator("#terms button[data-shortcut=Enter]")).to_be_disabled()
        keys.press("Enter")
        expect(page.locator("#far-where")).to_be_focused()
        expect(page.locator("#far-places [role=option]")).to_have_count(2)
        for _ in range(far):
            keys.press("ArrowDown")
        keys.press("Enter")
        expect(page.locator(".desk-lines > li.is-current")).to_contain_text(" — ")
        expect(page.locator("#terms button[data-shortcut=Enter]")).to_be_enabled()
        expect(page.locator(f'input[name=offer][value="{offer}"]')).to_be_focused()
        expect(page.locator(".desk-lines > li")).to_have_count(lines)
        expect(page.locator(".desk-lines > li.is-current")).to_have_count(1)
        if lines == 1:
            keys.press("l")
            expect(page.locator("#where")).to_be_focused()
            expect(page.locator("#places [aria-selected=true]")).to_contain_text("珠江银行")
    expect(page.locator("#total-month")).to_have_text(Money(860000, "CNY").text.in_(language))
    keys.press("Enter")
    keys.press("Control+Enter")
    page.wait_for_url(PLACED)
    order = Order.objects.get()
    assert (order.customer.number, order.channel, order.quote["monthly"]) == (head, "key_account", 860000)
    placed = Line.objects.order_by("number").values_list("offer__code", "leg__address__code", "leg__far_address__code")
    assert list(placed) == [("circuit-10", "n1", "n3"), ("circuit-100", "n3", "n1")]
    assert Leg.objects.count() == 2


def test_a_line_that_is_added_stands_though_an_answer_asked_for_before_comes_late(browser_page: BrowserPage) -> None:
    number = counter_page.set_up()
    page = browser_page("agent", at=f"/desk/customers/{number}/order")
    page.keyboard.press("o")
    choose(page, "offer", "fibre-100")
    page.locator(".desk-lines > li.is-current").wait_for()
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    page.route("**/order/terms?*", hold)
    with page.expect_request("**/order/terms?*"):
        page.keyboard.press("ArrowDown")
    expect(page.locator('input[name=offer][value="fibre-300"]')).to_be_checked()
    page.keyboard.press("l")
    expect(page.locator("#where")).to_be_focused()
    expect(page.locator("input[name=line]")).to_have_value(re.compile("fibre-300"))
    assert len(late) == 1, "the terms of the line in hand are still being asked for"
    with page.expect_response("**/order/terms?*"):
        late[0].continue_()
    settled(page)
    expect(page.locator("input[name=line]")).to_have_value(re.compile("fibre-300"))
    expect(page.locator(".desk-lines > li")).to_have_count(1)
    expect(page.locator(".desk-lines > li.is-current")).to_have_count(0)


def test_a_line_is_left_out_again(browser_page: BrowserPage) -> None:
    number = counter_page.set_up()
    page = browser_page("agent", at=f"/desk/customers/{number}/order")
    page.keyboard.press("o")
    choose(page, "offer", "fibre-100")
    page.locator(".desk-lines > li").wait_for()
    page.keyboard.press("l")
    page.locator("input[name=line]").wait_for(state="attached")
    expect(page.locator("#where")).to_be_focused()
    page.locator(".desk-drop").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".desk-lines")).to_have_count(0)


def test_a_road_leads_on_to_its_houses_by_keyboard_alone(browser_page: BrowserPage) -> None:
    number = counter_page.set_up()
    service = shop.installed(whose=number)
    for path, place in (("order", "#offers [name=offer]"), (f"services/{service}/move", "#offers [name=window]")):
        page = browser_page("agent", at=f"/desk/customers/{number}/{path}")
        box = page.locator("#where")
        page.keyboard.press("a")
        expect(box).to_be_focused()
        box.clear()
        sought(page, "tyxl")
        expect(page.locator("#places [aria-selected=true]")).to_have_attribute("data-narrow", "广东省体育西路")
        page.keyboard.press("Enter")
        expect(box).to_have_value("广东省体育西路")
        expect(box).to_be_focused()
        expect(page.locator("#places [aria-selected=true]")).to_have_attribute("data-address", "n1")
        page.keyboard.press("Enter")
        expect(page.locator("#places [role=option]")).to_have_count(0)
        page.locator(place).first.wait_for()


def test_a_service_is_modified_by_keyboard_alone(browser_page: BrowserPage) -> None:
    number = counter_page.set_up()
    service = shop.installed(whose=number)
    page = browser_page("agent", at=f"/desk/customers/{number}")
    page.keyboard.press("v")
    expect(page.locator(f"#{service}")).to_be_focused()
    with leads_on(page):
        page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/change$"))
    choose(page, "offer", "fibre-300")
    expect(page.locator("#terms strong").first).to_have_text("128.00 元")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(PLACED)
    assert Line.objects.filter(leg__action="change").values_list("offer__code", "service__number").get() == (
        "fibre-300", service,
    )  # fmt: skip


def test_a_disconnection_asks_before_it_is_sent(browser_page: BrowserPage) -> None:
    number = counter_page.set_up()
    service = shop.installed(whose=number)
    page = browser_page("agent", Language.EN, at=f"/desk/customers/{number}/services/{service}/cease")
    page.locator("#id_reason").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#confirm-text")).to_contain_text("The service will end")
    page.keyboard.press("Escape")
    assert Order.objects.count() == 1
    page.keyboard.press("Control+Enter")
    page.locator("#confirm-text").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(PLACED)
    assert Leg.objects.filter(action="cease").count() == 1


def test_what_cannot_be_undone_is_asked_though_the_end_of_the_page_is_still_on_its_way(
    browser_page: BrowserPage,
) -> None:
    """Until a script that stands at its end is there, the page is not all read, and no deferred script has run."""
    number = counter_page.set_up()
    service = shop.installed(whose=number)
    page = browser_page("agent", at="/desk")
    address, last = f"/desk/customers/{number}/services/{service}/cease", "/static/last.js"
    held: list[Route] = []

    def lengthen(route: Route) -> None:
        sent = route.fetch()
        route.fulfill(response=sent, body=sent.text().replace("</body>", f'<script src="{last}"></script></body>'))

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**{address}", lengthen)
    page.route(f"**{last}", hold)
    page.goto(address, wait_until="commit")
    page.locator("#id_reason").select_option(index=1)
    page.locator("#terms button[data-shortcut=Enter]").click(no_wait_after=True)
    expect(page.locator("#confirm-text")).to_contain_text("业务")
    page.locator("#confirm button[value=no]").click(no_wait_after=True)
    expect(page.locator("#confirm")).to_be_hidden()
    assert (page.evaluate("document.readyState"), Order.objects.count()) == ("loading", 1)
    (route,) = held
    route.fulfill(body="", content_type="text/javascript")
    settled(page)
    assert Leg.objects.filter(action="cease").count() == 0


def test_a_caller_is_named_by_keyboard_and_typing_on_chooses_nobody(browser_page: BrowserPage) -> None:
    number = counter_page.set_up()
    talk = api.take(channel="hotline", medium="phone", **counter_page.by("agent"))
    page = browser_page("agent", at=f"/desk/interactions/{talk}")
    page.keyboard.press("w")
    sought(page, "cj")
    page.locator("#customers [aria-selected=true]").wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("#chosen-customer")).to_have_value(number)
    page.keyboard.type("x")
    expect(page.locator("#chosen-customer")).to_have_value("")
    page.keyboard.press("Escape")
    sought(page, "陈静")
    page.locator("#customers [aria-selected=true]").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/desk/customers/{number}$"))
    assert queries.interaction(talk).customer == number


@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
def test_where_a_strangers_fault_is_is_chosen_by_keyboard_alone(browser_page: BrowserPage, language: Language) -> None:
    counter_page.set_up()
    talk = api.take(channel="hotline", medium="phone", **counter_page.by("agent"))
    page = browser_page("agent", language, at=f"/desk/interactions/{talk}")
    page.keyboard.press("a")
    sought(page, "tyxl")
    page.locator("#places [aria-selected=true]").wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("#places [aria-selected=true]")).to_have_attribute("data-address", "n1")
    page.keyboard.press("Enter")
    chosen = page.locator("#chosen-address")
    expect(chosen).to_have_value("n1")
    page.keyboard.press("Escape")
    expect(chosen).to_have_value("")
    sought(page, "体育西路")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(chosen).to_have_value("n1")
    page.locator("#id_title").fill("公用电话无音")
    page.locator("#id_kind").select_option("fault")
    page.locator("#id_title").press("Enter")
    page.locator(".desk-reasons").wait_for()
    assert [each["rule"] for each in Case.objects.get().reasons] == ["R1", "R7", "R6"]


@pytest.mark.parametrize("action", ["change", "move", "suspend", "cease", "transfer", "replace"])
def test_the_pages_fit_a_phone(browser_page: BrowserPage, action: str) -> None:
    number = counter_page.set_up()
    service = shop.installed(whose=number)
    page = browser_page("agent", phone=True, at=f"/desk/customers/{number}/services/{service}/{action}")
    page.locator("button[data-shortcut=Enter]").wait_for()
    assert sideways(page) == 0
