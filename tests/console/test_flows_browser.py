"""Drawing and publishing a flow in a real browser, by keyboard too."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from kapok.ground.catalog import api as catalog
from kapok.ground.catalog import demo, queries
from kapok.ground.catalog.cast import REPAIR
from kapok.ground.posts import api as posts
from kapok.kernel.text import Language, Text
from tests.console.conftest import AT, BrowserPage, follow, sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def drafted(browser_page: BrowserPage) -> BrowserPage:
    posts.define_skill(code="fibre", title=Text(zh="光纤熔接", en="Fibre splicing"), actor="staff/tester", at=AT)
    demo.load(AT)
    catalog.draft_flow(document=REPAIR, actor="staff/tester", at=AT)
    return browser_page


def test_the_sums_follow_the_typing_and_the_flow_is_published(drafted: BrowserPage) -> None:
    page = drafted("manager", at="/flows/repair/edit")
    budget = page.locator("[name=node-cable-budget]")
    budget.fill("17 hours")
    budget.press("Tab")
    expect(page.locator("#check")).to_contain_text("最长路径 19:00，上限 18:00")
    expect(page.locator("#check")).to_contain_text("请压缩工序或改配承诺")
    budget.fill("12 hours")
    budget.press("Tab")
    expect(page.locator("#check")).to_contain_text("最长路径 14:00")
    page.locator("#after-dispatch").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#check")).to_contain_text("stage-1：没有时限")
    page.locator("[name=node-stage-1-zh]").fill("复核")
    page.locator("[name=node-stage-1-holder]").fill("dispatch")
    page.locator("[name=node-stage-1-budget]").fill("1 hour")
    page.locator("[name=node-stage-1-budget]").press("Tab")
    expect(page.locator("#check")).to_contain_text("检查通过")
    expect(page.locator("[name=node-cable-budget]")).to_have_value("12 hours")
    follow(page.get_by_role("button", name="保存草稿"))
    expect(page.get_by_role("status").first).to_be_visible()
    page.get_by_role("button", name="发布").click()
    follow(page.get_by_role("button", name="确定").or_(page.locator("[data-confirm-yes]")).first)
    expect(page.get_by_role("heading", name="固定电话与宽带故障修复")).to_contain_text("第 2 版 · 在用")
    assert queries.force_of(["repair"]) == {"repair": 2}
    assert queries.flow("repair", 2).stages["stage-1"].title.zh == "复核"


@pytest.mark.parametrize("language", list(Language))
def test_no_page_of_flows_is_wider_than_a_phone(drafted: BrowserPage, language: Language) -> None:
    for address in (
        "/flows",
        "/flows/repair",
        "/flows/repair/edit",
        "/flows/repair/compare",
        "/flows/new",
        "/flows/import",
    ):
        page = drafted("manager", language, phone=True, at=address)
        assert sideways(page) == 0, address
