"""Addresses over HTTP: finding, one address, loading a table."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import expect

from kapok.ground.journal.queries import timeline
from kapok.ground.places import api as places
from kapok.ground.places import demo
from kapok.ground.places.models import Address
from kapok.kernel.text import Language
from tests.console.conftest import AT, BrowserPage, SignedIn


@pytest.fixture
def reader(signed_in: SignedIn) -> Client:
    demo.load(AT)
    return signed_in("agent", Language.EN)


@pytest.fixture
def keeper(signed_in: SignedIn) -> Client:
    demo.load(AT)
    return signed_in("manager", Language.EN)


def text(client: Client, address: str, **headers: str) -> str:
    return client.get(address, headers=headers).content.decode()


def test_an_address_is_found_and_shown(reader: Client) -> None:
    assert "Guangdong" in text(reader, "/places")
    part = text(reader, "/places?q=tyxl2", **{"HX-Target": "place-hits"})
    assert "<html" not in part
    assert "/places/TH01-002" in part
    page = text(reader, "/places/TH01-002-201")
    for expected in ("Tiyu West Road", "Tianhe East Patch 1", "TYX", "Service centre, for want of a patch", "<circle"):
        assert expected in page
    assert "No address found" in text(reader, "/places?q=nowhere")
    assert reader.get("/places/nowhere").status_code == 404
    assert "Next" in text(reader, "/places/TH01") or "No. 2" in text(reader, "/places/TH01")


def test_boundaries_are_given_as_geojson(reader: Client) -> None:
    answer = reader.get("/places/boundaries.geojson")
    assert answer.headers["Content-Type"] == "application/geo+json"
    kinds = [feature["properties"]["kind"] for feature in json.loads(answer.content)["features"]]
    assert kinds == ["exchange_area", "exchange_area", "patch", "patch"]


def test_a_missing_patch_is_listed(reader: Client) -> None:
    assert "No patch is missing" in text(reader, "/places/defects")
    places.find_responsible(address="TH01-002", segment="wholesale", actor="staff/agent", at=AT)
    assert "Tianhe East Service Centre" in text(reader, "/places/defects")


def test_the_palette_finds_addresses(reader: Client) -> None:
    assert "/places/TH06" in text(reader, "/palette?q=spdl")


def csv_file(content: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.csv", content.encode(), "text/csv")


def test_a_table_is_tried_and_loaded(keeper: Client) -> None:
    count = Address.objects.count()
    rows = "code,level1_zh,level5_zh,level6_zh\nX1,广东省,花城大道,1号\nX2,,花城大道,2号\n"
    page = keeper.post("/places/import", {"file": csv_file(rows), "dry_run": "on"}).content.decode()
    for expected in ("nothing has been changed", "2 addresses", "1 row refused", "first level"):
        assert expected in page
    page = keeper.post("/places/import", {"file": csv_file(rows)}).content.decode()
    assert "Rows that cannot be loaded: 1; so none was." in page
    assert Address.objects.count() == count
    page = keeper.post("/places/import", {"file": csv_file(rows), "leave_out_refused": "on"}).content.decode()
    assert "Loaded" in page
    assert Address.objects.count() == count + 2
    assert timeline("addresses")[0].actor == "staff/manager"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a,b\n", b"level1_zh\n\xc3\x28\n"])
def test_something_else_is_refused(keeper: Client, content: bytes) -> None:
    page = keeper.post("/places/import", {"file": SimpleUploadedFile("a.csv", content)}).content.decode()
    assert "cannot be read as addresses" in page


def test_loading_needs_its_permission(reader: Client) -> None:
    assert reader.get("/places/import").status_code == 403
    assert "/places/import" not in text(reader, "/places")


@pytest.mark.browser
@pytest.mark.peer("chromium")
def test_an_address_is_found_by_keyboard(browser_page: BrowserPage) -> None:
    demo.load(AT)
    page = browser_page("agent", at="/places")
    page.get_by_role("combobox", name="搜索地址").press_sequentially("thtyxl2h")
    expect(page.locator("#place-hits [aria-selected=true]")).to_contain_text("2号")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="广东省广州市天河区天河南街道体育西路2号")).to_be_visible()
    expect(page.locator("svg.place-map .pin")).to_be_visible()
