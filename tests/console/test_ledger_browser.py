"""The ledger in a browser: clocks that move, rows that refresh themselves, both languages, a phone, the dark."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from kapok.ground.commitments.models import Commitment
from kapok.kernel.text import Language
from tests.console.conftest import BrowserPage, follow, sideways, sought
from tests.console.promised import HOUR, now, promised

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_clock_moves_and_the_rows_refresh_without_reloading(browser_page: BrowserPage) -> None:
    row = promised("fault/F1", due=timedelta(seconds=4))
    page = browser_page("supervisor", Language.EN, at="/ledger")
    page.evaluate("window.same = true")
    left = page.locator(".ledger-rows .left")
    expect(left).to_have_text(re.compile(r"^late 00:\d\d:\d\d$"))
    shown = left.inner_text()
    expect(left).not_to_have_text(shown)
    expect(left).to_have_class(re.compile("is-late"))
    Commitment.objects.filter(id=row.id).update(state="kept", closed_at=now())
    promised("fault/F2", due=2 * HOUR)
    page.evaluate("htmx.trigger('#ledger', 'refresh')")
    expect(page.locator(".ledger-rows tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name="fault F2")).to_be_visible()
    expect(page.locator(".state.is-kept strong")).to_have_text("1")
    assert page.evaluate("window.same") is True


def test_from_the_filter_to_one_commitment_and_its_matter(browser_page: BrowserPage) -> None:
    promised("fault/F1", due=-HOUR, state="overdue")
    promised("fault/F2", promise="SL1-repair", due=HOUR)
    page = browser_page("supervisor", at="/ledger")
    page.get_by_label("层级").select_option(label="合同")
    follow(page.get_by_role("button", name="筛选"))
    expect(page.locator(".ledger-rows tbody tr")).to_have_count(1)
    page.get_by_label("视图名称").fill("大客户")
    follow(page.get_by_role("button", name="保存视图"))
    expect(page.get_by_role("link", name="大客户", exact=True)).to_be_visible()
    follow(page.get_by_role("link", name="SL1 设备故障 3 小时修复"))
    expect(page.locator("svg.face")).to_be_visible()
    follow(page.get_by_role("link", name="故障 F2"))
    expect(page.get_by_role("heading", level=1)).to_have_text("故障 F2")


def test_the_palette_finds_a_matter_by_its_number(browser_page: BrowserPage) -> None:
    promised("fault/F2026-0001")
    page = browser_page("agent", Language.EN)
    expect(page.get_by_role("heading", name="Clocks you answer for")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    sought(page, "F2026")
    page.get_by_role("option", name="fault F2026-0001").click()
    expect(page).to_have_url("/matters/fault/F2026-0001")


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_no_page_of_the_ledger_is_wider_than_its_window(
    browser_page: BrowserPage, language: Language, phone: bool
) -> None:
    row = promised("fault/F1", due=-HOUR, age=30 * HOUR, state="overdue")
    promised("fault/F1", promise="SL1-repair", due=HOUR)
    page = browser_page("supervisor", language, phone=phone, dark=phone)
    for address in ("/", "/ledger", f"/ledger/{row.id}", "/matters/fault/F1"):
        page.goto(address)
        assert sideways(page) == 0, address
