"""Audits in a real browser: upload, map by pointing, start, read, compare."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from kapok.kernel.text import Language
from kapok.supervision.mining import demo, tasks
from kapok.supervision.mining.models import Audit
from tests.console.conftest import BrowserPage
from tests.console.test_browser import sideways

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / demo.FILE
    path.write_bytes(demo.log())
    return path


def uploaded(page: Page, log: Path) -> Page:
    """The page on which the log is mapped."""
    page.goto("/audits/new")
    page.locator("#logs").set_input_files(log)
    page.locator("#upload button.btn-primary").click()
    page.wait_for_url("**/map")
    return page


def judged() -> Audit:
    """What the worker would do."""
    row = Audit.objects.get(state="waiting")
    tasks.judge(audit=str(row.id), run_number=row.run)
    return Audit.objects.get(id=row.id)


def test_from_a_file_to_a_report(browser_page: BrowserPage, log: Path) -> None:
    page = uploaded(browser_page("analyst", Language.ZH, at="/audits"), log)
    expect(page.locator("#check")).to_contain_text("2")
    page.get_by_role("button", name="开始审计").click()
    expect(page.locator("#progress")).to_be_visible()
    row = judged()
    assert (row.state, row.failure) == ("done", None)
    expect(page.locator(".kr")).to_be_visible()
    assert sideways(page) == 0
