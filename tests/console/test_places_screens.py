"""Addresses over HTTP: finding, one address, loading a table."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import expect

from kapok.ground.journal.queries import timeline
from kapok.ground.places import api as places
from kapok.ground.places import demo, reach, rules
from kapok.ground.places.models import Address, ExchangeArea, PatchArea
from kapok.kernel.text import Language
from tests import worlds
from tests.console.conftest import AT, BrowserPage, SignedIn, leads_on, sought
from tests.console.promised import now


@pytest.fixture
def reader(signed_in: SignedIn) -> Client:
    worlds.begin("places of the demonstration", lambda: demo.load(AT))
    return signed_in("agent", Language.EN)


@pytest.fixture
def keeper(signed_in: SignedIn) -> Client:
    worlds.begin("places of the demonstration", lambda: demo.load(AT))
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
    assert "No. 2" in text(reader, "/places/TH01")


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


def test_an_address_is_written_differently(keeper: Client) -> None:
    assert "/places/TH01-002/edit" in text(keeper, "/places/TH01-002")
    form = {"name_zh": "2号院", "name_en": "Yard 2", "exchange_area": "SP", "longitude": "113.32", "latitude": "23.13"}
    for field, wrong, words in (
        ("latitude", "95", "longitude"),
        ("name_zh", "", "This field is required"),
        ("exchange_area", "XX", "Select a valid choice"),
    ):
        assert words in keeper.post("/places/TH01-002/edit", form | {field: wrong}).content.decode()
    assert Address.objects.get(code="TH01-002").name_zh != "2号院"
    assert keeper.post("/places/TH01-002/edit", form).headers["Location"] == "/places/TH01-002"
    row = Address.objects.get(code="TH01-002")
    assert (row.name.en, row.exchange_area and row.exchange_area.code, row.latitude) == ("Yard 2", "SP", 23.13)
    assert Address.objects.get(code="TH01-002-201").full_zh.endswith("2号院201房")
    assert keeper.get("/places/nowhere/edit").status_code == 404


def test_patches_are_assigned_after_a_look_at_what_changes(keeper: Client) -> None:
    form = {
        "unit": "tianhe-east-2",
        "segment": "public",
        "addresses": "TH01-002 TH01-004",
        "exchange_area": "",
        "since": "",
    }
    below = Address.objects.filter(parent__code__in=["TH01-002", "TH01-004"]).count()
    page = keeper.post("/places/assign", form).content.decode()
    assert f"{2 + below} addresses change hands" in page
    assert "Tianhe East Patch 1" in page.split("change hands")[1]
    assert not PatchArea.objects.exclude(address=None).exists()
    assert keeper.post("/places/assign", form | {"confirmed": "1"}).headers["Location"] == "/places"
    assert text(keeper, "/places/TH01-002-201").count("Tianhe East Patch 2") >= 1
    assert PatchArea.objects.exclude(address=None).count() == 2


def test_a_nearer_patch_is_not_counted_and_half_an_assignment_is_not_kept(keeper: Client) -> None:
    whole = reach.reach(addresses=[], exchange_area="TYX", segment=rules.Segment.PUBLIC, at=now())[0].addresses
    places.assign_patch(unit="tianhe-east-2", segment="public", address="TH01-002", since=AT, actor="staff/x", at=AT)
    left = reach.reach(addresses=[], exchange_area="TYX", segment=rules.Segment.PUBLIC, at=now())[0].addresses
    own = reach.reach(addresses=["TH01-002"], exchange_area="", segment=rules.Segment.PUBLIC, at=now())[0].addresses
    assert whole - left == own > 1
    form = {"unit": "tianhe-east-1", "segment": "public", "addresses": "TH01-002\nnowhere", "confirmed": "1"}
    page = keeper.post("/places/assign", form).content.decode()
    assert "No standard address has the code “nowhere”" in page.split('name="addresses"')[1].split("<select")[0]
    assert PatchArea.objects.filter(address__code="TH01-002").count() == 1
    both = keeper.post("/places/assign", form | {"exchange_area": "TYX"}).content.decode()
    assert "or choose an exchange area" in both


def test_keeping_addresses_needs_its_permission(reader: Client) -> None:
    for address in ("/places/TH01-002/edit", "/places/assign"):
        assert reader.get(address).status_code == 403
    assert "/places/TH01-002/edit" not in text(reader, "/places/TH01-002")


def test_loading_needs_its_permission(reader: Client) -> None:
    assert reader.get("/places/import").status_code == 403
    assert "/places/import" not in text(reader, "/places")


@pytest.mark.browser
@pytest.mark.peer("chromium")
def test_an_address_is_found_by_keyboard(browser_page: BrowserPage) -> None:
    worlds.begin("places of the demonstration", lambda: demo.load(AT))
    page = browser_page("agent", at="/places")
    page.get_by_role("combobox", name="搜索地址").focus()
    sought(page, "thtyxl2h")
    expect(page.locator("#place-hits [aria-selected=true]")).to_contain_text("2号")
    with leads_on(page):
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="广东省广州市天河区天河南街道体育西路2号")).to_be_visible()
    expect(page.locator("svg.place-map .pin")).to_be_visible()


def test_an_exchange_area_is_said_to_lie_in_the_country(keeper: Client) -> None:
    assert text(keeper, "/places/areas").count("not stated: the installation's default") == 2
    boundary = ExchangeArea.objects.get(code="TYX").geometry
    sent = {"name_zh": "体育西", "name_en": "Tiyu West", "unit": "tianhe-east", "area": "rural"}
    assert keeper.post("/places/areas/TYX", sent).status_code == 302
    row = ExchangeArea.objects.get(code="TYX")
    assert (row.area, row.geometry, row.unit and row.unit.code) == ("rural", boundary, "tianhe-east")
    assert ">country<" in text(keeper, "/places/areas")
    assert "country" in text(keeper, "/places/TH01-002")
    assert keeper.post("/places/areas/TYX", sent | {"area": "moon"}).status_code == 200
    assert ExchangeArea.objects.get(code="TYX").area == "rural"
    assert keeper.get("/places/areas/none").status_code == 404


def test_who_only_reads_changes_no_exchange_area(reader: Client) -> None:
    assert "/places/areas/TYX" not in text(reader, "/places/areas")
    assert reader.post("/places/areas/TYX", {"area": "rural"}).status_code == 403
    assert ExchangeArea.objects.get(code="TYX").area == ""
