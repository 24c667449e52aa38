"""The inventory over HTTP: looking around, qualifying, what is to be built, loading and auditing plant."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import expect

from kapok.chain.ordering.models import Leg, Order
from kapok.edges.console.ledger.presenting import called
from kapok.ground.catalog import demo as flows
from kapok.ground.catalog.offering import demo as offers
from kapok.ground.commitments import demo as packs
from kapok.ground.customers import api as customers
from kapok.ground.customers.models import Customer
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.places import demo as places
from kapok.ground.places.models import ExchangeArea
from kapok.ground.posts import demo as posts
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Language
from kapok.network.inventory import api, demo
from kapok.network.inventory.models import Element, Finding, Resource, Service, Shortage, Site
from kapok.network.inventory.rules import TO_BE_TESTED, Need
from tests import worlds
from tests.console.conftest import BrowserPage, SignedIn, follow, leads_on

LEG = "order/O2026-000001-1"
HELD = "order O2026-000001-1"
"""How it is said to a reader."""


def now() -> datetime:
    return datetime.now(UTC)


def set_up() -> None:
    """The demonstration's plant, put down a day ago."""
    worlds.begin("plant of the demonstration", _set_up)


def _set_up() -> None:
    at = now() - timedelta(days=1)
    for loader in (places, posts, packs, flows, offers, demo):
        loader.load(at)


def line() -> str:
    """A service that runs on fibre with an address of its own: its number."""
    who = {"actor": "staff/agent", "at": now()}
    customer = customers.register_customer(kind="person", name="陈静", segment="public", unit="hotline", **who)
    number = api.design_service(
        customer=customer, offer="fibre-300", offer_version=1, kind="fixed_broadband", address="TH01-002-201",
        characteristics={"down_mbps": 300}, holder=LEG, **who,
    )  # fmt: skip
    needs = [Need("splitter_port"), Need("pon_port"), Need("ipv4")]
    api.reserve(holder=LEG, address="TH01-002-201", needs=needs, until=now() + timedelta(days=1), **who)
    api.keep(holder=LEG, **who)
    api.put_in_service(holder=LEG, service=number, **who)
    api.move_service(service=number, to="active", **who)
    return number


@pytest.fixture
def reader(signed_in: SignedIn) -> Client:
    set_up()
    return signed_in("agent", Language.EN)


@pytest.fixture
def keeper(signed_in: SignedIn) -> Client:
    set_up()
    return signed_in("administrator", Language.EN)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_one_goes_down_from_area_to_port(reader: Client) -> None:
    line()
    assert "Tiyu West" in text(reader, "/inventory")
    page = text(reader, "/inventory/areas/TYX?kind=splitter")
    assert "SPL-TH01-1" in page
    assert "CAB-TH01" not in page
    page = text(reader, "/inventory/elements/SPL-TH01-1")
    for expected in ('class="port in_service"', 'class="port free"', HELD, "OLT-TYX/1", "/places/TH01-002"):
        assert expected in page
    assert "SPL-TH01-2" in text(reader, "/inventory/elements/OLT-TYX/1")
    page = text(reader, "/inventory/resources/SPL-TH01-1:P001")
    for expected in (HELD, f"went from assigned to in service ({HELD})", "Time line"):
        assert expected in page
    for address in ("areas/X", "elements/X", "resources/X", "pools/X"):
        assert reader.get(f"/inventory/{address}").status_code == 404


def test_it_is_found_by_number_port_address_and_serial(reader: Client) -> None:
    number = line()
    for query, expected in (
        (number, f"/services/{number}"), ("SPL-TH01-1", "/inventory/elements/SPL-TH01-1"),
        ("100.64.0.1", "/inventory/resources/100.64.0.1"), ("KPKT00000007", "/inventory/resources/KPKT00000007"),
        ("2038880007", "/inventory/resources/2038880007"), (LEG, "/inventory/resources/SPL-TH01-1:P001"),
    ):  # fmt: skip
        assert expected in text(reader, f"/inventory?q={query}")
    Element.objects.filter(code="CAB-TH01").update(serial="SN-77")
    assert "/inventory/elements/CAB-TH01" in text(reader, "/inventory?q=SN-77")
    assert "Nothing found" in text(reader, "/inventory?q=zzzz")


def test_a_service_is_shown_end_to_end(reader: Client) -> None:
    page = text(reader, f"/services/{line()}")
    places_of = [page.index(f">{code}<") for code in ("SPL-TH01-1", "OLT-TYX/1", "OLT-TYX")]
    assert places_of == sorted(places_of)
    for expected in ("active", "down_mbps", "100.64.0.1", "/places/TH01-002-201"):
        assert expected in page
    assert reader.get("/services/S99999999").status_code == 404


def test_whose_a_service_is_is_shown_only_to_who_may_see_the_customer(reader: Client, signed_in: SignedIn) -> None:
    number = line()
    api.move_service(service=number, to="suspended", reason="欠费停机", actor="staff/agent", at=now())
    customer = Service.objects.get(number=number).customer.number
    secret = (customer, "/places/TH01-002-201", "欠费停机", "down_mbps", HELD)
    page = text(reader, f"/services/{number}")
    assert [each for each in secret if each not in page] == []
    page = text(signed_in("account_manager"), f"/services/{number}")
    assert [each for each in secret if each in page] == []
    for expected in (number, "••••", "SPL-TH01-1", "100.64.0.1"):
        assert expected in page


def test_pools_show_their_fill(reader: Client) -> None:
    line()
    page = text(reader, "/inventory/pools")
    assert "1021 of 1022 free" in page
    page = text(reader, "/inventory/pools/IP4?state=in_service")
    assert "100.64.0.1<" in page
    assert "100.64.0.2<" not in page
    assert "rests 90 days" in text(reader, "/inventory/pools/NUM-TYX")


def test_an_address_is_qualified(reader: Client) -> None:
    page = text(reader, "/inventory/qualify?address=TH01-002&service=fixed_broadband&down_mbps=300")
    for expected in ("It is available.", "1000 Mbit/s", "SPL-TH01-1", "fibre to the home", "Fibre broadband 300 M"):
        assert expected in page
    assert "Fibre broadband 100 M" not in page
    page = text(reader, "/inventory/qualify?address=TH10-010&service=fixed_broadband")
    for expected in ("It is not available now.", "NO_DP", "No day is given"):
        assert expected in page
    page = text(reader, "/inventory/qualify?address=TH07-002&service=fixed_broadband")
    for expected in ("It is not available now.", "NO_PORT", "is to be built by"):
        assert expected in page
    assert "DSL" not in page
    page = text(reader, "/inventory/qualify?address=TH06-020&service=payphone")
    for expected in ("It is available.", "copper pair", "DP-TH06-2", "Public payphone"):
        assert expected in page
    page = text(reader, "/inventory/qualify?address=TH01-002&service=fixed_broadband&down_mbps=1001")
    assert "Nothing on sale gives that" in page
    assert "address=TH01-002" in text(reader, "/inventory/qualify?address=tyxl2&service=data")
    assert "No standard address" in text(reader, "/inventory/qualify?address=nowhere&service=data")


def test_both_ends_of_a_circuit_are_qualified(reader: Client) -> None:
    asked = "/inventory/qualify?address=TH05-002&service=leased_line"
    page = text(reader, asked)
    assert "A end:" in page
    assert ("B end" in page, "give the far end, and it is looked at, too" in page) == (False, True)
    page = text(reader, f"{asked}&far_address=TH10-010")
    for expected in ("A end:", "SW-TYX", "It is available.", "B end (far end):", "It is not available now.", "NO_DP"):
        assert expected in page
    assert "give the far end" not in page
    assert "far_address=TH01-002" in text(reader, f"{asked}&far_address=tyxl2")
    assert "No standard address" in text(reader, f"{asked}&far_address=nowhere")
    assert "have to be at different addresses" in text(reader, f"{asked}&far_address=TH05-002")
    one_end = text(reader, "/inventory/qualify?address=TH01-002&service=fixed_broadband&far_address=TH10-010")
    assert ("B end" in one_end, "It is available." in one_end) == (False, True)


def test_of_a_bundle_each_part_is_answered(reader: Client) -> None:
    page = text(reader, "/inventory/qualify?address=TH01-002&service=fixed_voice")
    bundle = page[page.index("Bundle for small businesses") :]
    bundle = bundle[: bundle.index("</dl>")]
    places = [
        bundle.index(each) for each in ("fibre to the home", "1000 Mbit/s", "SPL-TH01-1", "copper pair", "DP-TH01-1")
    ]
    assert places == sorted(places)


def test_the_screen_says_what_an_order_would_find(reader: Client) -> None:
    Resource.objects.filter(kind="vlan").update(state="blocked", note="full")
    page = text(reader, "/inventory/qualify?address=TH01-002&service=fixed_broadband")
    for expected in ("It is not available now.", "NO_VLAN", "no VLAN is left"):
        assert expected in page
    assert "It is available." not in page


def test_what_the_whole_network_lacks_is_given_a_day_by_who_keeps_it_all(keeper: Client, signed_in: SignedIn) -> None:
    Resource.objects.filter(pool__code="NUM-MOBILE").update(state="blocked", note="full")
    who = {"actor": "staff/agent", "at": now()}
    for holder, address in ((LEG, ""), ("interest/SIM", "TH01-002")):
        api.reserve(
            holder=holder, address=address, needs=[Need("number"), Need("sim")], until=now() + timedelta(days=1), **who
        )
    page = text(keeper, "/inventory/shortages")
    for expected in (">the whole network<", "?place=%2A&amp;code=NO_NUM", 'name="place" value="*"'):
        assert expected in page
    page = text(keeper, "/inventory/shortages?place=%2A&code=NO_NUM")
    for expected in (HELD, "interest SIM", "the whole network · <code>NO_NUM</code>"):
        assert expected in page
    assert "interest TH04-002" not in page
    day = f"{now() + timedelta(days=40):%Y-%m-%d}"
    given = {"place": "*", "code": "NO_NUM", "expected": day}
    assert "Confirmed for 2 who wait." in keeper.post("/inventory/shortages", given, follow=True).content.decode()
    assert {f"{each.expected_at:%Y-%m-%d}" for each in Shortage.objects.filter(code="NO_NUM")} == {day}
    page = text(keeper, "/inventory/qualify?address=TH07-002&service=wireless")
    for expected in ("NO_NUM", f"It is to be built by {day}."):
        assert expected in page
    planner = signed_in("agent", Language.EN)
    assert planner.post("/inventory/shortages", given | {"expected": "2099-01-01"}).status_code == 403
    assert {f"{each.expected_at:%Y-%m-%d}" for each in Shortage.objects.filter(code="NO_NUM")} == {day}
    page = text(planner, "/inventory/shortages")
    assert 'name="expected"' not in page
    assert f'<span class="tabular">{day}</span>' in page
    assert ">全网<" in text(signed_in("administrator", Language.ZH), "/inventory/shortages")


def test_shortages_are_ranked_and_a_day_is_confirmed(keeper: Client) -> None:
    page = text(keeper, "/inventory/shortages")
    assert page.index(">SPL-TH07-1<") < page.index(">CAB-TH04<")
    page = text(keeper, "/inventory/shortages?place=CAB-TH04&code=NO_PRI")
    assert "interest TH04-002" in page
    assert ">SPL-TH07-1<" not in page
    day = f"{now() + timedelta(days=40):%Y-%m-%d}"
    given = {"place": "CAB-TH04", "code": "NO_PRI", "expected": day}
    assert "Confirmed for 1 who wait." in keeper.post("/inventory/shortages", given, follow=True).content.decode()
    assert f"{Shortage.objects.get(code='NO_PRI').expected_at:%Y-%m-%d}" == day
    page = keeper.post("/inventory/shortages", given | {"expected": "2020-01-01"}).content.decode()
    assert "has passed; choose a later time" in page
    assert "Nobody waits" in keeper.post("/inventory/shortages", given | {"code": "NO_LEN"}).content.decode()


def test_a_day_is_offered_and_confirmed_only_where_one_keeps_the_plant(signed_in: SignedIn) -> None:
    set_up()
    engineer = signed_in("noc_engineer", Language.EN)
    given = {"place": "CAB-TH04", "code": "NO_PRI", "expected": f"{now() + timedelta(days=40):%Y-%m-%d}"}
    assert 'name="expected"' not in text(engineer, "/inventory/shortages")
    assert engineer.post("/inventory/shortages", given).status_code == 403
    assert Shortage.objects.get(code="NO_PRI").expected_at is None
    area = Element.objects.get(code="CAB-TH04").exchange_area_id
    other = Element.objects.exclude(exchange_area=area).filter(kind="splitter").first()
    Shortage.objects.filter(element__code="SPL-TH07-1").update(element=other)
    ExchangeArea.objects.filter(id=area).update(unit=OrgUnit.objects.get(code="monitoring"))
    page = text(engineer, "/inventory/shortages")
    assert re.findall(r'name="place" value="([^"]+)"', page) == ["CAB-TH04"]
    assert "Confirmed for 1 who wait." in engineer.post("/inventory/shortages", given, follow=True).content.decode()
    assert Shortage.objects.get(code="NO_PRI").expected_at is not None
    far = given | {"place": other.code, "code": "NO_PORT", "expected": "2099-01-01"} if other else {}
    assert engineer.post("/inventory/shortages", far).status_code == 403
    assert not Shortage.objects.filter(code="NO_PORT", expected_at__year=2099)


def test_who_waits_is_shown_only_to_who_may_see_the_order(reader: Client) -> None:
    page = text(reader, "/inventory/shortages?place=CAB-TH04&code=NO_PRI")
    assert ">CAB-TH04<" in page
    for hidden in ("interest TH04-002", "/places/TH04-002"):
        assert hidden not in page


def test_of_many_who_wait_the_reader_finds_their_own_on_the_first_page(signed_in: SignedIn) -> None:
    """Two hundred others wait longer; whoever may see one order finds it at once, and all is paged."""
    set_up()
    at, first = now(), Shortage.objects.get(code="NO_PRI", element__code="CAB-TH04")
    Shortage.objects.bulk_create(
        Shortage(
            id=uuid7(at), code=first.code, kind=first.kind, element=first.element, exchange_area=first.exchange_area,
            address=first.address, holder=f"order/X{count}", needs=first.needs, opened_at=first.opened_at - timedelta(days=1),
        )
        for count in range(200)
    )  # fmt: skip
    mine = own_leg("hotline")
    Shortage.objects.filter(id=first.id).update(holder=mine.subject)
    shown = text(signed_in("agent", Language.EN), "/inventory/shortages?place=CAB-TH04&code=NO_PRI")
    assert called(mine.subject).en in shown
    assert "order X" not in shown
    assert ">201<" in shown
    everywhere = signed_in("administrator", Language.EN)
    page = text(everywhere, "/inventory/shortages?place=CAB-TH04&code=NO_PRI")
    assert page.count("order X") == 25
    assert "1–25 of 201" in page
    last = text(everywhere, "/inventory/shortages?place=CAB-TH04&code=NO_PRI&page=9")
    assert called(mine.subject).en in last
    assert "201–201 of 201" in last


def own_leg(unit: str) -> Leg:
    """An order of a unit with one leg that waits."""
    at, agent = now(), Staff.objects.filter(unit__code=unit).order_by("username").first()
    assert agent is not None
    customer = Customer.objects.get(
        number=customers.register_customer(
            kind="person", name="何伟", segment="public", unit=unit, actor="staff/agent", at=at
        )
    )
    order = Order.objects.create(
        id=uuid7(at), number="O2026-900001", customer=customer, channel="hotline", unit=agent.unit, first_contact=agent,
        state="held", placed_at=at,
    )  # fmt: skip
    return Leg.objects.create(
        id=uuid7(at), order=order, number=1, subject="order/O2026-900001-1", action="install", service_kind="data",
        state="held",
    )  # fmt: skip


def test_who_only_reads_changes_nothing(reader: Client) -> None:
    assert reader.post("/inventory/resources/SPL-TH01-1:P001", {"state": "faulty", "note": "x"}).status_code == 403
    given = {"place": "CAB-TH04", "code": "NO_PRI", "expected": "2030-01-01"}
    assert reader.post("/inventory/shortages", given).status_code == 403
    assert reader.get("/inventory/import").status_code == 403
    assert reader.post("/inventory/audits", {}).status_code == 403
    assert Resource.objects.get(code="SPL-TH01-1:P001").state == "free"
    assert Shortage.objects.get(code="NO_PRI").expected_at is None


def test_a_port_is_marked(keeper: Client) -> None:
    address = "/inventory/resources/SPL-TH01-1:P001"
    assert "Give a reason" in keeper.post(address, {"state": "faulty", "note": ""}).content.decode()
    page = keeper.post(address, {"state": "faulty", "note": "端口进水"}, follow=True).content.decode()
    assert "Marked." in page
    assert "端口进水" in page
    line()
    page = keeper.post("/inventory/resources/SPL-TH01-1:P002", {"state": "faulty", "note": "x"}).content.decode()
    assert f"held by {LEG}" in page


def test_a_device_that_came_back_is_tested_or_scrapped(keeper: Client, reader: Client) -> None:
    at = Resource.objects.filter(kind="onu", state="free").order_by("code")
    first, second = (each.code for each in at[:2])
    Resource.objects.filter(code__in=(first, second)).update(state="blocked", note=TO_BE_TESTED.both)
    address = f"/inventory/resources/{first}"
    assert "Returned and tested" not in text(reader, address)
    assert "Returned and tested" in text(keeper, address)
    pool = Resource.objects.select_related("pool").get(code=first).pool
    assert pool is not None
    shown = text(keeper, f"/inventory/pools/{pool.code}?state=blocked")
    assert ("what comes back is tested first" in shown, "to be returned and tested" in shown) == (True, True)
    assert keeper.post(address, {"state": "free", "note": ""}).status_code == 302
    assert Resource.objects.get(code=first).state == "free"
    address = f"/inventory/resources/{second}"
    assert "Give a reason" in keeper.post(address, {"state": "retired", "note": ""}).content.decode()
    assert keeper.post(address, {"state": "retired", "note": "挂失"}).status_code == 302
    page = text(keeper, address)
    assert ("scrapped" in page, '<h2 class="card-title">Mark</h2>' in page) == (True, False)
    assert keeper.post(address, {"state": "free", "note": "x"}).status_code == 200
    assert Resource.objects.get(code=second).state == "retired"


def test_lists_count_what_a_page_shows_alone(reader: Client) -> None:
    for page in ("/inventory", "/inventory/pools", "/inventory/areas/TYX"):
        with CaptureQueriesContext(connection) as asked:
            text(reader, page)
        counted = [each["sql"] for each in asked if "GROUP BY" in each["sql"]]
        assert counted, page
        assert all(" IN (" in each or "exchange_area_id" in each for each in counted), page


def test_plant_is_loaded_by_who_keeps_it_all_and_offered_to_nobody_else(keeper: Client, signed_in: SignedIn) -> None:
    engineer = signed_in("noc_engineer")
    for client, may in ((keeper, True), (engineer, False)):
        assert (client.get("/inventory/import").status_code == 200) is may
        assert ("/inventory/import" in text(client, "/inventory")) is may


def test_plant_is_tried_and_loaded(keeper: Client) -> None:
    rows = "record,code,kind,name_zh,parent,count\nsite,S9,,九号,,\nelement,SPL9,rocket,,,\n"
    sites = Site.objects.count()

    def send(**more: str) -> str:
        file = SimpleUploadedFile("p.csv", rows.encode(), "text/csv")
        return keeper.post("/inventory/import", {"file": file, "source": "csv", **more}).content.decode()

    page = send(dry_run="on")
    for expected in ("nothing has been changed", "There is no kind “rocket”"):
        assert expected in page
    assert "1 row cannot be loaded, so none was" in send()
    assert Site.objects.count() == sites
    assert "Loaded" in send(leave_out_refused="on")
    assert Site.objects.count() == sites + 1


def test_every_refused_row_comes_as_a_file(keeper: Client) -> None:
    rows = "record,code,kind\nelement,SPL9,rocket\n" + "rope,=1+1,\n" * 150
    given = {"file": SimpleUploadedFile("plant.csv", rows.encode("gbk")), "source": "csv", "report": "csv"}
    answer = keeper.post("/inventory/import", given)
    assert 'filename="kapok-plant-refused.csv"' in answer.headers["Content-Disposition"]
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    table = list(csv.reader(StringIO(content)))
    assert (table[0], len(table)) == (["table", "line", "why"], 152)
    assert "rocket" in table[1][2]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in table for cell in row)
    assert not Element.objects.filter(code="SPL9").exists()


def test_an_audit_is_sent_and_a_record_put_right(keeper: Client, signed_in: SignedIn) -> None:
    file = SimpleUploadedFile("found.csv", b"element,kind,port,state\nSPL-TH01-1,splitter_port,P001,used\n", "text/csv")
    page = keeper.post("/inventory/audits", {"file": file}, follow=True).content.decode()
    for expected in ("1 elements and pools, 0 records match", "in another state 1", "recorded, not found 31"):
        assert expected in page
    finding = Finding.objects.get(code="SPL-TH01-1:P001")
    address = f"/inventory/audits/{finding.audit_id}"
    assert "Give a reason" in keeper.post(address, {"finding": str(finding.id)}, follow=True).content.decode()
    page = keeper.post(address, {"finding": str(finding.id), "reason": "现场有皮线"}, follow=True).content.decode()
    assert "The record was put right." in page
    assert Resource.objects.get(code="SPL-TH01-1:P001").state == "blocked"
    assert "found.csv" in text(keeper, "/inventory/audits")
    left = Finding.objects.filter(corrected_at=None).first()
    assert left is not None
    assert 'name="reason"' in text(keeper, address)
    for role in ("agent", "noc_engineer"):
        other = signed_in(role, Language.EN)
        assert 'name="reason"' not in text(other, address)
        assert other.post(address, {"finding": str(left.id), "reason": "现场有皮线"}).status_code == 403
    left.refresh_from_db()
    assert left.corrected_at is None
    broken = SimpleUploadedFile("found.csv", b"\xff\xfe\x00", "text/csv")
    assert "neither UTF-8 nor GBK" in keeper.post("/inventory/audits", {"file": broken}).content.decode()


def test_what_was_scrapped_and_is_found_is_settled_either_way(keeper: Client) -> None:
    codes = ("SPL-TH01-1:P001", "SPL-TH01-1:P002")
    Resource.objects.filter(code__in=codes).update(state="faulty")
    Resource.objects.filter(code__in=codes).update(state="retired")
    rows = b"element,kind,port,state\nSPL-TH01-1,splitter_port,P001,free\nSPL-TH01-1,splitter_port,P002,free\n"
    file = SimpleUploadedFile("found.csv", rows, "text/csv")
    page = keeper.post("/inventory/audits", {"file": file}, follow=True).content.decode()
    assert (page.count("Use again as found"), page.count("Scrapped all the same")) == (2, 2)
    first, second = (Finding.objects.get(code=code) for code in codes)
    address = f"/inventory/audits/{first.audit_id}"
    page = keeper.post(address, {"finding": str(first.id), "reason": "现场核实"}, follow=True).content.decode()
    assert "The record was put right." in page
    said = {"finding": str(second.id), "reason": "待拆除", "scrapped": "on"}
    assert "The record stands" in keeper.post(address, said, follow=True).content.decode()
    assert [Resource.objects.get(code=code).state for code in codes] == ["free", "retired"]


@pytest.mark.browser
@pytest.mark.peer("chromium")
def test_an_address_is_qualified_by_keyboard(browser_page: BrowserPage) -> None:
    set_up()
    page = browser_page("agent", at="/inventory/qualify")
    page.get_by_label("地址").fill("TH01-002")
    with leads_on(page):
        page.keyboard.press("Enter")
    expect(page.get_by_text("可以开通")).to_have_count(len(["the plans", "the bundle"]))
    follow(page.get_by_role("link", name="SPL-TH01-1").first)
    expect(page.locator(".port.free").first).to_be_visible()
