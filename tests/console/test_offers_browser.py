"""Drawing an offer up and putting it on sale in a real browser, by keyboard too."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from kapok.ground.catalog import demo as catalog_demo
from kapok.ground.catalog.offering import api, demo, queries
from kapok.ground.posts import api as posts
from kapok.kernel.text import Language, Text
from tests.console.conftest import AT, BrowserPage, follow, sideways

pytestmark = pytest.mark.browser
WHO = {"actor": "staff/tester", "at": AT}


@pytest.fixture
def sold(browser_page: BrowserPage) -> BrowserPage:
    for skill in ("fibre", "climbing"):
        posts.define_skill(code=skill, title=Text(zh=skill, en=skill), **WHO)
    catalog_demo.load(AT)
    demo.load(AT)
    return browser_page


def test_an_offer_is_drawn_up_checked_and_put_on_sale(sold: BrowserPage) -> None:
    page = sold("manager", at="/offers/new")
    page.get_by_label("代码").fill("fibre-500")
    page.get_by_label("中文名称").fill("光纤宽带 500M")
    page.get_by_label("英文名称").fill("Fibre broadband 500 M")
    page.keyboard.press("Enter")
    check = page.locator("#check")
    expect(check).to_contain_text("业务：没有业务：请选择")
    page.locator("#spec").select_option("fibre-broadband")
    expect(page.locator("#char_down_mbps")).to_be_visible()
    for name, words in (("down_mbps", "500"), ("up_mbps", "50"), ("profile", "ftth-500")):
        page.locator(f"#char_{name}").fill(words)
    page.locator("#price_0_kind").select_option("recurring")
    page.locator("#price_0_zh").fill("月租")
    page.locator("#price_0_amount").fill("一百")
    page.locator("#price_0_amount").press("Tab")
    expect(check).to_contain_text("价格：“一百”读不懂，请写金额，如 88.00")
    page.locator("#price_0_amount").fill("158.50")
    page.locator("#price_0_amount").press("Tab")
    expect(check).to_contain_text("合计每月 158.50 元")
    expect(check).to_contain_text("所需俱全，可以开售。")
    page.locator("#more-rows").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#price_2_amount")).to_be_visible()
    expect(page.locator("#price_0_amount")).to_have_value("158.50")
    follow(page.get_by_role("button", name="保存草稿"))
    page.get_by_role("button", name="开售").click()
    follow(page.get_by_role("button", name="确定").or_(page.locator("[data-confirm-yes]")).first)
    expect(page.get_by_role("heading", name="光纤宽带 500M")).to_contain_text("在售")
    assert queries.offer("fibre-500").offer.prices[0].amount == 15850


@pytest.mark.parametrize("language", list(Language))
def test_no_page_of_offers_is_wider_than_a_phone(sold: BrowserPage, language: Language) -> None:
    api.draft_offer(document=queries.offer("voice").offer.document(), **WHO)
    for address in (
        "",
        "/voice",
        "/circuit-100?flow=circuit-sl1",
        "/voice/edit",
        "/sme-blue",
        "/voice/compare",
        "/new",
    ):
        page = sold("manager", language, phone=True, at=f"/offers{address}")
        assert sideways(page) == 0, address
