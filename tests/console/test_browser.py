"""The main flows in a real browser. Every page is also watched for outside requests and errors (`browser_page`)."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from kapok.edges.console.navigation import SCREENS
from kapok.ground.people import api as people
from kapok.ground.people import queries
from kapok.ground.people.cast import LOGINS, Login
from kapok.kernel.text import Language
from tests.console.conftest import AT, BrowserPage, follow, settled, sideways, sought

pytestmark = pytest.mark.browser


def sign_in(page: Page, username: str, password: str) -> None:
    page.get_by_label("工号").fill(username)
    page.get_by_label("口令").fill(password)
    follow(page.get_by_role("button", name="登录"))


def test_signing_in_wrong_then_right_then_out(browser_page: BrowserPage, cast: dict[str, Login]) -> None:
    page = browser_page(at="/account")
    sign_in(page, "analyst", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("工号或口令不对")
    sign_in(page, "analyst", cast["analyst"].password)
    expect(page).to_have_url("/account")
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    page.get_by_role("button", name="Account of Grace Ho").click()
    follow(page.get_by_role("button", name="Sign out"))
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_lock_out_and_unlock(browser_page: BrowserPage, cast: dict[str, Login]) -> None:
    stranger = browser_page()
    for _ in range(5):
        sign_in(stranger, "agent", "wrong")
    expect(stranger.get_by_role("heading", name="登录暂时锁定")).to_be_visible()
    expect(stranger.get_by_role("heading", name="Locked for a while")).to_be_visible()
    administrator = browser_page("administrator", at="/people/agent")
    expect(administrator.get_by_role("heading", name="梁小敏")).to_contain_text("已锁定")
    follow(administrator.get_by_role("button", name="解除锁定"))
    expect(administrator.get_by_role("status")).to_contain_text("已解除锁定")
    follow(stranger.get_by_role("link", name="返回登录"))
    sign_in(stranger, "agent", cast["agent"].password)
    expect(stranger.get_by_role("heading", name="您好，梁小敏")).to_be_visible()


def test_the_language_changes_at_once_and_on_the_same_page(browser_page: BrowserPage) -> None:
    page = browser_page("administrator", at="/organisation")
    follow(page.get_by_role("banner").get_by_role("button", name="English"))
    expect(page).to_have_url("/organisation")
    expect(page.get_by_role("heading", name="Organisation")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    follow(page.get_by_role("banner").get_by_role("button", name="中文"))
    expect(page.get_by_role("heading", name="组织架构")).to_be_visible()


def test_light_dark_and_as_the_device(browser_page: BrowserPage) -> None:
    page = browser_page("viewer", Language.EN, dark=True)
    html = page.locator("html")
    expect(html).to_have_attribute("data-bs-theme", "dark")
    for button, theme in (("As the device; switch to light", "light"), ("Light; switch to dark", "dark")):
        follow(page.get_by_role("button", name=button))
        expect(html).to_have_attribute("data-bs-theme", theme)
    follow(page.get_by_role("button", name="Dark; switch to the device's own"))
    page.emulate_media(color_scheme="light")
    expect(html).to_have_attribute("data-bs-theme", "light")


@pytest.mark.parametrize("opener", ["Control+k", "/"])
def test_the_palette_by_keyboard_alone(browser_page: BrowserPage, opener: str) -> None:
    page = browser_page("administrator")
    page.keyboard.press(opener)
    expect(page.get_by_role("combobox")).to_be_focused()
    sought(page, "梁")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/people/agent")


def test_enter_waits_for_what_all_that_was_typed_finds(browser_page: BrowserPage) -> None:
    page = browser_page("administrator")
    page.keyboard.press("/")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    page.keyboard.type("梁")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/people/agent")


def test_enter_waits_no_more_once_something_else_is_done(browser_page: BrowserPage) -> None:
    page = browser_page("administrator")
    page.keyboard.press("/")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    with page.expect_response(lambda answer: answer.url.endswith(f"={quote('梁')}")):
        page.keyboard.type("梁")
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowDown")
    settled(page)
    expect(page.get_by_role("option")).to_have_count(1)
    expect(page).to_have_url("/")


def test_the_palette_says_when_it_finds_nothing_and_closes(browser_page: BrowserPage) -> None:
    page = browser_page("administrator")
    page.keyboard.press("/")
    page.keyboard.type("zzz")
    expect(page.get_by_text("没有与“zzz”相符的内容")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox")).to_be_hidden()


def test_the_palette_steps_with_the_arrows(browser_page: BrowserPage) -> None:
    page = browser_page("administrator")
    page.keyboard.press("Control+k")
    options = page.get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("combobox")).to_have_attribute("aria-activedescendant", "hit-1-1")


def test_grant_and_revoke_with_a_question_before(browser_page: BrowserPage) -> None:
    page = browser_page("administrator", at="/people/agent")
    page.get_by_label("角色").select_option("analyst")
    page.get_by_label("单位").select_option("tianhe")
    follow(page.get_by_role("button", name="授权"))
    expect(page.get_by_text("在天河分局授予“分析员”")).to_be_visible()
    analyst = page.locator(".grant", has_text="分析员")
    analyst.get_by_role("button", name="收回").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("收回“梁小敏”在天河分局的“分析员”？")
    question.get_by_role("button", name="取消").click()
    expect(analyst).to_be_visible()
    analyst.get_by_role("button", name="收回").click()
    follow(question.get_by_role("button", name="确定"))
    expect(page.get_by_text("在天河分局收回“分析员”")).to_be_visible()
    expect(analyst).to_have_count(0)
    someone = queries.person("agent")
    assert someone is not None
    assert [grant.role.code for grant in someone.grants] == ["agent"]


def test_searching_people_while_typing(browser_page: BrowserPage) -> None:
    page = browser_page("administrator", at="/people")
    expect(page.get_by_role("row")).to_have_count(1 + len(LOGINS))
    page.get_by_role("searchbox", name="按姓名或工号搜索").fill("grace")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page).to_have_url("/people?q=grace")
    page.get_by_role("searchbox", name="按姓名或工号搜索").fill("没有此人")
    expect(page.get_by_text("没有找到人员")).to_be_visible()


def test_contact_details_appear_for_a_purpose(browser_page: BrowserPage) -> None:
    page = browser_page("supervisor", at="/people/agent")
    purpose = page.get_by_label("查看联系方式的用途")
    purpose.fill("x")
    page.get_by_role("button", name="显示").click()
    expect(page.get_by_role("alert")).to_contain_text("须写明用途")
    purpose.fill("联系交班")
    page.get_by_role("button", name="显示").click()
    expect(page.get_by_text("13800000004")).to_be_visible()


def test_details_are_corrected_without_being_unmasked(browser_page: BrowserPage) -> None:
    page = browser_page("administrator", at="/people/agent")
    follow(page.get_by_role("link", name="修改"))
    phone = page.get_by_label("电话", exact=True)
    expect(phone).to_have_value("")
    expect(phone).to_have_attribute("placeholder", "138****0004")
    phone.fill("call me")
    follow(page.get_by_role("button", name="保存"))
    expect(page.get_by_role("alert")).to_contain_text("电话号码应有3至17位数字")
    phone.fill("+86 139 0000 0009")
    page.get_by_label("单位").select_option("response")
    follow(page.get_by_role("button", name="保存"))
    expect(page.get_by_text("资料变更：单位（由热线班到客户响应中心）、电话")).to_be_visible()
    expect(page.get_by_text("+86**********0009")).to_be_visible()


def test_a_unit_is_moved_and_ended_with_a_question_before(browser_page: BrowserPage) -> None:
    page = browser_page("administrator", at="/organisation")
    follow(page.get_by_role("link", name="北京路营业厅", exact=True))
    follow(page.get_by_role("link", name="划转"))
    page.get_by_label("上级单位").select_option("tianhe")
    page.get_by_role("button", name="保存").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("将“北京路营业厅”连同其下级单位一并划转？")
    follow(question.get_by_role("button", name="确定"))
    expect(page.get_by_text("由“越秀分局”划归“天河分局”")).to_be_visible()
    follow(page.get_by_role("link", name="撤销单位"))
    page.get_by_role("button", name="保存").click()
    question.get_by_role("button", name="取消").click()
    expect(page.get_by_role("button", name="保存")).to_be_visible()
    page.get_by_role("button", name="保存").click()
    follow(question.get_by_role("button", name="确定"))
    expect(page.get_by_text("撤销北京路营业厅")).to_be_visible()
    page.goto("/organisation")
    expect(page.get_by_role("link", name="北京路营业厅", exact=True)).to_have_count(0)


def test_system_health_refreshes_itself(browser_page: BrowserPage) -> None:
    page = browser_page("administrator")
    page.clock.install()
    page.goto("/system")
    with page.expect_response(lambda answer: answer.request.headers.get("x-kapok-poll") == "1") as polled:
        page.clock.fast_forward(11_000)
    assert polled.value.status == 200
    expect(page.get_by_text("没有工作进程在运行")).to_be_visible()


def test_the_keyboard_reaches_the_content_first(browser_page: BrowserPage) -> None:
    page = browser_page("viewer", Language.EN)
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to the content")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


ADDRESSES = [
    *(entry.url for entry in SCREENS),
    "console:account",
    "console:change-password",
    "console:open-account",
    "console:add-unit",
]
PAGES = [
    "/people/agent",
    "/people/agent/details",
    "/organisation/tianhe-east",
    "/organisation/tianhe-east/move",
    "/nowhere",
]


@pytest.mark.slow
@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
@pytest.mark.parametrize("language", Language)
def test_no_page_is_wider_than_the_window(browser_page: BrowserPage, language: Language, phone: bool) -> None:
    page = browser_page("administrator", language, phone=phone)
    for address in [*map(reverse, ADDRESSES), *PAGES]:
        page.goto(address)
        assert sideways(page) <= 0, address


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_a_long_word_in_a_time_line_is_broken(browser_page: BrowserPage, phone: bool) -> None:
    page = browser_page("administrator", phone=phone)
    people.see_contact(username="viewer", purpose="x" * 300, actor="staff/admin", at=AT)
    page.goto("/people/viewer")
    expect(page.locator(".lines")).to_contain_text("x" * 300)
    assert sideways(page) <= 0


def test_the_menu_opens_on_a_phone(browser_page: BrowserPage) -> None:
    page = browser_page("administrator", phone=True)
    menu = page.get_by_role("navigation", name="主菜单")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="菜单").click()
    menu.get_by_role("link", name="组织架构").click()
    expect(page).to_have_url("/organisation")


def test_charts_are_drawn_in_the_colours_of_the_theme(browser_page: BrowserPage, settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.console.chart_page"
    page = browser_page("viewer", at="/charts")
    drawings = page.locator(".chart-drawing canvas")
    expect(drawings).to_have_count(3)
    light = drawings.first.evaluate("canvas => canvas.toDataURL()")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.wait_for_function("light => document.querySelector('.chart-drawing canvas').toDataURL() !== light", arg=light)
    expect(drawings).to_have_count(3)
    page.get_by_text("以表格显示").first.click()
    expect(page.get_by_role("columnheader", name="违约 (件)")).to_be_visible()
