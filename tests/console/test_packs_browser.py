"""Packs and the calculator in a real browser, in both languages, on a desk and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from kapok.kernel.text import Language
from tests.console.conftest import BrowserPage, follow, sideways, sought

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CASE = (
    "/calculator?pack=uk-automatic-compensation&promise=GB-AC-DELAYED-REPAIR&f_service=fixed_broadband"
    "&f_customer_class=consumer&f_outage=total&opened=2023-02-01T10:00&closed=2023-02-06T12:00"
)
PAUSED = (
    "/calculator?pack=guangzhou-pledges&promise=repair&f_service=fixed_broadband&opened=2026-03-02T20:00"
    "&closed=2026-03-03T23:30&paused=2026-03-03T09:00&resumed=2026-03-03T14:00"
)
PAGES = [
    "/packs",
    "/packs/guangzhou-pledges",
    "/packs/uk-automatic-compensation",
    "/packs/contract-verizon-private-ip",
    "/packs/uk-bt-business/GB-BTB-STANDARD",
    "/packs/guangzhou-pledges/repair",
    "/calculator",
    CASE,
    PAUSED,
]


def test_from_the_list_through_pack_and_promise_to_a_reckoning(browser_page: BrowserPage) -> None:
    page = browser_page("agent", at="/packs")
    page.get_by_role("searchbox").focus()
    sought(page, "delayed-repair")
    expect(page.get_by_role("link", name="英国自动赔付计划")).to_be_visible()
    expect(page.get_by_role("link", name="广州电信服务承诺")).to_have_count(0)
    follow(page.get_by_role("link", name="业务全断"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("业务全断")
    follow(page.get_by_role("link", name="试算一例"))
    expect(page.locator("#answer")).to_contain_text("结果显示在这里")
    page.get_by_label("用户申告故障").fill("2023-02-01T10:00")
    expect(page.locator("#answer")).to_contain_text("逾期未完成")
    page.get_by_label("业务恢复").fill("2023-02-06T12:00")
    expect(page.locator("#answer .outcome")).to_have_text("违约 逾期 2 天 12 小时 1 分钟")
    expect(page.locator("#answer .sum")).to_have_text("GBP 25.20")
    colleague = browser_page("viewer", Language.EN, at=page.evaluate("location.pathname + location.search"))
    expect(colleague.locator("#answer .outcome")).to_have_text("Broken late by 2 days 12 hours 1 minute")
    expect(colleague.locator("#answer .sum")).to_have_text("GBP 25.20")


def test_a_mistake_is_said_beside_its_field_and_goes_when_it_is_mended(browser_page: BrowserPage) -> None:
    page = browser_page("agent", Language.EN, at=CASE)
    closed = page.get_by_label("Service restored")
    closed.fill("2023-01-31T12:00")
    expect(page.locator("#error-closed")).to_have_text("This lies before the beginning.")
    expect(page.locator("#answer")).to_contain_text("This cannot be reckoned yet")
    closed.fill("2023-02-03T12:00")
    expect(page.locator("#error-closed")).to_have_text("")
    expect(page.locator("#answer .outcome")).to_have_text("Kept")


def test_a_pause_is_added_filled_and_removed(browser_page: BrowserPage) -> None:
    page = browser_page("agent", at=PAUSED.partition("&paused")[0])
    expect(page.locator("#answer .outcome")).to_have_text("违约 逾期 3 小时 30 分钟")
    page.get_by_role("button", name="添加暂停").click()
    begins = page.get_by_label("自", exact=True)
    expect(begins).to_be_focused()
    begins.fill("2026-03-03T09:00")
    page.get_by_label("至", exact=True).fill("2026-03-03T14:00")
    expect(page.locator("#answer .outcome")).to_have_text("履约")
    expect(page.locator("#answer .paused")).to_have_count(1)
    page.get_by_role("button", name="删除第 1 个暂停").click()
    expect(page.locator("#answer .outcome")).to_have_text("违约 逾期 3 小时 30 分钟")
    expect(page.get_by_label("自", exact=True)).to_have_count(0)


def test_the_form_is_sent_by_enter(browser_page: BrowserPage) -> None:
    page = browser_page("agent", Language.EN, at="/calculator?pack=cn-telecom-regulations&promise=CN-TR-INSTALL")
    page.get_by_label("Fee of the order paid").fill("2024-03-01T10:00")
    page.get_by_label("Order completed").fill("2024-03-22T16:00")
    page.get_by_label("Promised date").fill("2024-03-15")
    fee = page.get_by_label("Fee collected")
    fee.fill("200")
    fee.press("Enter")
    expect(page.locator("#answer .sum")).to_have_text("CNY 14.00")
    expect(page).to_have_url(re.compile("f_fee=200"))


def test_promises_are_narrowed_down_at_once_and_linked(browser_page: BrowserPage) -> None:
    page = browser_page("viewer", Language.EN, at="/packs/guangzhou-pledges")
    page.get_by_label("Tier").select_option("pledge")
    expect(page.locator("article.promise")).to_have_count(7)
    page.reload()
    expect(page.locator("article.promise")).to_have_count(7)
    page.locator("article#repair .anchor").click()
    expect(page.locator("article#repair")).to_be_in_viewport()
    expect(page).to_have_url("/packs/guangzhou-pledges?q=&service=&tier=pledge&evidence=#repair")


def test_the_palette_leads_to_a_promise(browser_page: BrowserPage) -> None:
    page = browser_page("agent")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    sought(page, "复机")
    page.get_by_role("option", name="缴清欠费后 24 小时内复机").click()
    expect(page).to_have_url("/packs/guangzhou-pledges/resume")


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_no_page_is_wider_than_its_window(browser_page: BrowserPage, language: Language, phone: bool) -> None:
    page: Page = browser_page("agent", language, phone=phone, dark=phone)
    for address in PAGES:
        page.goto(address)
        assert sideways(page) == 0, address
