"""Customers over HTTP: finding, one customer, what is masked, forms, loading a table, doubles, export and erasure."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import expect

from kapok.front.channels import api as channels
from kapok.ground.customers import api as customers
from kapok.ground.customers import demo, queries
from kapok.ground.customers.models import Consent, Contact, Customer, PersonalLook
from kapok.ground.journal.models import Entry
from kapok.ground.people import api as people
from kapok.ground.places import demo as places
from kapok.kernel.text import Language
from tests import worlds
from tests.console.conftest import AT, BrowserPage, SignedIn, leads_on, sought


@pytest.fixture
def city(cast: object) -> None:
    worlds.begin("customers of the demonstration", _set_up)


def _set_up() -> None:
    places.load(AT)
    demo.load(AT)


@pytest.fixture
def keeper(city: None, signed_in: SignedIn) -> Client:
    return signed_in("manager", Language.EN)


def number_of(text: str) -> str:
    return queries.search(text, units=None)[0].number


def text(client: Client, address: str, **headers: str) -> str:
    return client.get(address, headers=headers).content.decode()


def test_every_label_of_the_page_names_a_field_of_its_own(keeper: Client) -> None:
    page = text(keeper, f"/customers/{number_of('王伟')}")
    ids, labelled = re.findall(r'\bid="([^"]+)"', page), re.findall(r'<label[^>]*\bfor="([^"]+)"', page)
    assert sorted(set(ids)) == sorted(ids)
    assert set(labelled) <= set(ids)
    assert {"accountform_name", "contactform_name", "lookform_purpose", "consentform_purpose"} <= set(labelled)


def test_a_customer_is_found_and_shown(keeper: Client) -> None:
    assert "Whom are you looking for?" in text(keeper, "/customers")
    part = text(keeper, "/customers?q=zwm", **{"HX-Target": "customer-hits"})
    assert "<html" not in part
    assert ("张**" in part, "张伟民" in part) == (True, False)
    assert "张伟民</" in text(keeper, "/customers?q=张伟民", **{"HX-Target": "customer-hits"})
    page = text(keeper, f"/customers/{number_of('K-111')}")
    for expected in (
        "岭南木棉银行体育西网点",
        "VIP SL1",
        "岭南木棉银行天河支行",
        "Registered (Key accounts)",
        "欧阳慧",
    ):
        assert expected in page
    assert "No customer found" in text(keeper, "/customers?q=nobody-at-all")
    assert keeper.get("/customers/C99999999").status_code == 404
    assert "/customers/C" in text(keeper, "/palette?q=zwm")


def test_a_name_is_seen_by_whoever_speaks_with_the_customer_and_that_is_kept_once(keeper: Client) -> None:
    number = number_of("张伟民")
    pages = [
        f"/customers/{number}",
        f"/desk/customers/{number}",
        "/customers?q=zwm",
        "/palette?q=zwm",
        "/desk/search?q=zwm",
    ]
    for page in pages:
        shown = text(keeper, page)
        assert ("张**" in shown, "张伟民" in shown) == (True, False), page
    assert not PersonalLook.objects.exists()
    talk = channels.take(
        channel="hotline", medium="phone", customer=number, actor="staff/manager", at=datetime.now(UTC)
    )
    for page in (*pages[:2], *pages[:2]):
        assert "张伟民" in text(keeper, page), page
    assert "张伟民" not in text(keeper, pages[2])
    look = PersonalLook.objects.get()
    assert (look.actor, look.purpose, look.matter) == ("staff/manager", "serving", f"interaction/{talk}")
    assert Entry.objects.filter(kind="customers.personal_seen", subject=f"customer/{number}").count() == 1
    channels.close_interaction(interaction=talk, resolution="已告知", actor="staff/manager", at=datetime.now(UTC))
    assert "张伟民" not in text(keeper, pages[1])
    assert PersonalLook.objects.count() == 1


def test_names_of_persons_are_masked_for_who_may_not_see_them(city: None, signed_in: SignedIn) -> None:
    people.grant_role(username="viewer", role="viewer", unit="kapok", actor="system", at=AT)
    viewer = signed_in("viewer", Language.EN)
    number = number_of("张伟民")
    for page in (
        text(viewer, "/customers?q=zwm"),
        text(viewer, f"/customers/{number}"),
        text(viewer, "/palette?q=zwm"),
    ):
        assert "张**" in page
        assert "张伟民" not in page
    assert "13900001005" not in text(viewer, f"/customers/{number}")
    assert viewer.post(f"/customers/{number}/look", {"purpose": "order"}).status_code == 403
    assert viewer.get(f"/customers/{number}/edit").status_code == 403
    assert viewer.get("/customers/looks").status_code == 403
    assert PersonalLook.objects.count() == 0


def test_a_unit_sees_its_own_customers_only(city: None, signed_in: SignedIn) -> None:
    manager = signed_in("account_manager", Language.EN)
    number = number_of("张伟民")
    assert number not in text(manager, "/customers?q=zwm")
    assert "岭南木棉银行" in text(manager, "/customers?q=岭南木棉")
    assert manager.get(f"/customers/{number}").status_code == 404
    assert manager.get(f"/customers/{number}/edit").status_code == 404
    assert manager.post(f"/customers/{number}/look", {"purpose": "order"}).status_code == 404


def test_a_double_of_another_unit_is_not_told(city: None, signed_in: SignedIn) -> None:
    one, other = sorted(found.number for found in queries.search("王伟", units=None))
    customers.change_customer(customer=other, unit="key-accounts", actor="system", at=AT)
    people.grant_role(username="agent", role="viewer", unit="kapok", actor="system", at=AT)
    shown = text(signed_in("viewer", Language.EN), f"/customers/{one}")
    assert (other in shown, "May be the same customer" in shown) == (False, False)
    assert other in text(signed_in("agent", Language.EN), f"/customers/{one}")


def test_personal_data_is_shown_for_a_purpose_and_the_look_is_listed(keeper: Client) -> None:
    number = number_of("张伟民")
    refused = keeper.post(f"/customers/{number}/look", {"purpose": "other", "note": "x"}).content.decode()
    assert "13900001005" not in refused
    assert "Choose what you need the personal data for" in refused
    shown = keeper.post(f"/customers/{number}/look", {"purpose": "fault", "matter": "fault/F-1"}).content.decode()
    assert "13900001005" in shown
    assert "13900001005" not in text(keeper, f"/customers/{number}")
    log = text(keeper, f"/customers/looks?customer={number}")
    for expected in ("handle a fault", "fault F-1", "manager", number):
        assert expected in log
    assert '/matters/fault/F-1"' not in log, "nothing has happened to it, so no page tells of it"
    keeper.post(f"/customers/{number}/look", {"purpose": "fault", "matter": f"customer/{number}"})
    PersonalLook.objects.filter(matter="fault/F-1").update(matter="fault/F-1\nof old")
    log = text(keeper, f"/customers/looks?customer={number}")
    assert f'/matters/customer/{number}"' in log
    assert "of old" in log
    count = PersonalLook.objects.count()
    wrong = keeper.post(f"/customers/{number}/look", {"purpose": "fault", "matter": "F-1\nF-2"}).content.decode()
    assert "13900001005" not in wrong
    assert PersonalLook.objects.count() == count
    assert "Nobody has looked" in text(keeper, "/customers/looks?staff=agent")


NEW = {
    "kind": "person", "name": "何永明", "phone": "13900001999", "segment": "public", "unit": "tianhe-east-1", "payment": "prepaid",
    "star": "1", "address": "TH01-002-201",
}  # fmt: skip


def test_a_customer_is_registered_and_corrected(keeper: Client) -> None:
    count = Customer.objects.count()
    for field, wrong, said in (
        ("name", "  ", "This field is required"),
        ("name", "何" * 500_000, "at most 120 characters"),
        ("phone", "12", "This is no phone"),
        ("address", "nowhere", "nowhere"),
        ("tier", "SL1", "for key accounts"),
        ("parent", "C00000000", "No customer has the number"),
        ("unit", "elsewhere", "Select a valid choice"),
    ):
        assert said in keeper.post("/customers/new", {**NEW, field: wrong}).content.decode(), field
    assert keeper.post("/customers/new", {**NEW, "name": "何" * 5 * 2**20}).status_code == 413
    assert Customer.objects.count() == count
    there = keeper.post("/customers/new", NEW)
    number = there.headers["Location"].rsplit("/", 1)[1]
    seen = queries.customer(number, unmask=None)
    assert (seen.name, seen.payment, seen.star, seen.address) == ("何永明", "prepaid", 1, "TH01-002-201")
    edit = {"segment": "public", "unit": "tianhe-east-2", "star": "3", "revision": "1", "address": "TH01-002-201"}
    assert keeper.post(f"/customers/{number}/edit", edit).status_code == 302
    seen = queries.customer(number, unmask=None)
    assert (seen.name, seen.unit, seen.star) == ("何永明", "tianhe-east-2", 3)
    stale = keeper.post(f"/customers/{number}/edit", {**edit, "star": "5"}).content.decode()
    assert "Somebody else has changed" in stale
    assert queries.customer(number).star == 3


def test_a_hidden_address_is_kept_when_nothing_is_typed_and_removed_by_its_box(keeper: Client) -> None:
    number = keeper.post("/customers/new", NEW).headers["Location"].rsplit("/", 1)[1]
    page = text(keeper, f"/customers/{number}/edit")
    assert ('name="no_address"' in page, "TH01-002-201" in page) == (True, False)
    masked = queries.customer(number).name
    edit = {"segment": "public", "unit": "tianhe-east-1", "star": "1"}
    for more in ({"address": ""}, {"address": "****", "name": masked}):
        assert keeper.post(f"/customers/{number}/edit", {**edit, "revision": 1, **more}).status_code == 302
        seen = queries.customer(number, unmask=None)
        assert (seen.name, seen.address, seen.revision) == ("何永明", "TH01-002-201", 1)
    both = {**edit, "revision": 1, "no_address": "on", "address": "TH01-002-202"}
    assert "Either remove the address" in keeper.post(f"/customers/{number}/edit", both).content.decode()
    assert queries.customer(number).address == "TH01-002-201"
    assert keeper.post(f"/customers/{number}/edit", {**edit, "revision": 1, "no_address": "on"}).status_code == 302
    assert queries.customer(number).address == ""
    assert 'name="no_address"' not in text(keeper, f"/customers/{number}/edit")


def test_what_one_does_on_the_page(keeper: Client) -> None:
    number = number_of("张伟民")
    keeper.post(f"/customers/{number}/account", {"name": "", "payment": "prepaid"})
    keeper.post(f"/customers/{number}/contact", {"kind": "email", "value": "zwm@example.com"})
    keeper.post(f"/customers/{number}/consent", {"purpose": "email", "means": "web"})
    seen = queries.customer(number)
    assert [each.payment for each in seen.accounts] == ["postpaid", "prepaid"]
    assert [each.value for each in seen.contacts] == ["139****1005", "z***@example.com"]
    assert "email" in [each.purpose for each in seen.consents if not each.withdrawn_at]
    wrong = keeper.post(f"/customers/{number}/contact", {"kind": "email", "value": "nothing"}).content.decode()
    assert "This is no e-mail" in wrong
    keeper.post(f"/customers/{number}/end-contact", {"contact": str(seen.contacts[1].id)})
    withdrawn = {"purpose": "email", "to": "withdrawn"}
    assert "This field is required" in keeper.post(f"/customers/{number}/consent", withdrawn).content.decode()
    assert Consent.objects.get(purpose="email").withdrawn_at is None
    assert 'name="means" value=' not in text(keeper, f"/customers/{number}")
    keeper.post(f"/customers/{number}/consent", {**withdrawn, "means": "paper"})
    assert Consent.objects.get(purpose="email").withdrawn_by == "paper"
    seen = queries.customer(number)
    assert len(seen.contacts) == 1
    assert "email" not in [each.purpose for each in seen.consents if not each.withdrawn_at]


def test_accounts_change_and_close_on_the_page(keeper: Client) -> None:
    number = number_of("张伟民")
    keeper.post(f"/customers/{number}/account", {"name": "副账户", "payment": "prepaid"})
    first, second = (each.number for each in queries.customer(number).accounts)
    page = text(keeper, f"/customers/{number}")
    assert (f"Close the account {second}?" in page, "副账户" in page) == (True, False)
    keeper.post(f"/customers/{number}/change-account", {"account": second, "name": "", "payment": "postpaid"})
    keeper.post(f"/customers/{number}/change-account", {"account": second, "name": "二户", "payment": "postpaid"})
    kept = queries.customer(number, unmask=None).accounts[1]
    assert (kept.name, kept.payment) == ("二户", "postpaid")
    wrong = keeper.post(f"/customers/{number}/change-account", {"account": "A99999999", "name": "x"}, follow=True)
    assert "A99999999" in wrong.content.decode()
    closed = keeper.post(f"/customers/{number}/close-account", {"account": second}, follow=True).content.decode()
    assert f"Account {second} closed." in closed
    last = keeper.post(f"/customers/{number}/close-account", {"account": first}, follow=True).content.decode()
    assert "only account" in last
    assert [each.number for each in queries.customer(number).accounts] == [first]


def test_a_contact_person_is_noted_masked_and_forgotten(city: None, signed_in: SignedIn) -> None:
    admin, number = signed_in("administrator", Language.EN), number_of("K-111")
    typed = {"kind": "mobile", "value": "13900007777", "name": "周杰明"}
    admin.post(f"/customers/{number}/contact", typed)
    page = text(admin, f"/customers/{number}")
    assert ("周**" in page, "周杰明" in page) == (True, False)
    assert "周杰明" in admin.post(f"/customers/{number}/look", {"purpose": "order"}).content.decode()
    contact = str(Contact.objects.get(name="周杰明").id)
    said = {"contact": contact, "reason": "本人要求"}
    assert signed_in("manager").post(f"/customers/{number}/erase-contact", said).status_code == 403
    assert Contact.objects.filter(name="周杰明").exists()
    assert admin.post(f"/customers/{number}/erase-contact", said).status_code == 302
    assert not Contact.objects.filter(name="周杰明").exists()


def csv_file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.csv", content, "text/csv")


def test_a_table_is_tried_and_loaded(keeper: Client) -> None:
    count = Customer.objects.count()
    rows = "名称,客户群,单位,电话\n李雷,public,tianhe-east-1,13900003001\n韩梅梅,nobody,nowhere,12\n".encode("gbk")
    page = keeper.post("/customers/import", {"file": csv_file(rows), "dry_run": "on"}).content.decode()
    for expected in ("nothing has been changed", "1 customer ", "1 row refused", "segment", "unit", "phone"):
        assert expected in page
    page = keeper.post("/customers/import", {"file": csv_file(rows)}).content.decode()
    assert "1 row cannot be loaded, so none was." in page
    assert Customer.objects.count() == count
    good = rows.replace("韩梅梅,nobody,nowhere,12".encode("gbk"), "韩梅梅,business,tianhe-east-2,".encode("gbk"))
    assert "Loaded" in keeper.post("/customers/import", {"file": csv_file(good)}).content.decode()
    assert Customer.objects.count() == count + 2
    assert (
        "cannot be read as customers"
        in keeper.post("/customers/import", {"file": csv_file(b"\x00\x01")}).content.decode()
    )


def test_every_refused_row_comes_as_a_file_and_nothing_is_loaded(keeper: Client) -> None:
    count = Customer.objects.count()
    rows = "名称,客户群,单位\n李雷,public,tianhe-east-1\n" + "韩梅梅,nobody,=nowhere\n" * 600
    answer = keeper.post("/customers/import", {"file": csv_file(rows.encode("gbk")), "report": "csv"})
    assert 'filename="kapok-customers-refused.csv"' in answer.headers["Content-Disposition"]
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    table = list(csv.reader(StringIO(content)))
    assert (table[0], len(table)) == (["line", "field", "why"], 1201)
    assert {row[1] for row in table[1:]} == {"segment", "unit"}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in table for cell in row)
    assert Customer.objects.count() == count


def test_one_loads_customers_for_ones_own_units_only(city: None, signed_in: SignedIn) -> None:
    manager = signed_in("account_manager", Language.EN)
    rows = "name,segment,unit\n李雷,public,tianhe-east-1\n".encode()
    page = manager.post("/customers/import", {"file": csv_file(rows), "dry_run": "on"}).content.decode()
    assert "You do not keep customers for Tianhe East Patch 1 (tianhe-east-1)" in page


def test_doubles_are_compared_and_merged(keeper: Client) -> None:
    page = text(keeper, "/customers/doubles")
    assert ("王*" in page, "王伟" in page) == (True, False)
    one, other = sorted(found.number for found in queries.search("王伟", units=None))
    shown = text(keeper, f"/customers/merge?keep={one}&drop={other}")
    assert "There is no way back." in shown
    assert f"{one} has none of these" not in shown
    customers.change_customer(customer=one, languages=[], actor="staff/x", at=AT)
    customers.change_customer(customer=other, name="王玮", languages=["yue"], actor="staff/x", at=AT)
    shown = text(keeper, f"/customers/merge?keep={one}&drop={other}")
    assert f"{one} has none of these and gets those of the dropped one: languages." in shown
    assert f"Not carried over, for {one} keeps its own: name." in shown
    seen = {each: Customer.objects.get(number=each).revision for each in (one, other)}
    said = {"keep": one, "drop": other, "keep_revision": seen[one], "drop_revision": 9, "reason": "同一个人"}
    assert "Somebody else has changed" in keeper.post("/customers/merge", said).content.decode()
    assert Customer.objects.get(number=other).merged_into is None
    assert (
        keeper.post("/customers/merge", {**said, "drop_revision": seen[other]}).headers["Location"]
        == f"/customers/{one}"
    )
    assert keeper.get(f"/customers/{other}").headers["Location"] == f"/customers/{one}"
    assert "No doubles" in text(keeper, "/customers/doubles")
    assert keeper.get(f"/customers/merge?keep={one}&drop={other}").status_code == 404


def test_a_person_is_exported_and_erased(city: None, signed_in: SignedIn) -> None:
    number = number_of("张伟民")
    assert signed_in("manager").post(f"/customers/{number}/erase", {"reason": "客户要求"}).status_code == 403
    admin = signed_in("administrator", Language.EN)
    answer = admin.post(f"/customers/{number}/export", {"reason": "the customer asked"})
    assert json.loads(answer.content)["party"]["name"] == "张伟民"
    assert f"{number}.json" in answer.headers["Content-Disposition"]
    assert "Say why" in admin.post(f"/customers/{number}/erase", {"reason": "x"}).content.decode()
    assert admin.post(f"/customers/{number}/erase", {"reason": "the customer asked"}).status_code == 302
    page = text(admin, f"/customers/{number}")
    assert "erased" in page
    assert "张" not in page
    assert queries.search("张伟民", units=None) == []


@pytest.mark.peer("chromium")
def test_a_customer_is_found_by_keyboard(browser_page: BrowserPage) -> None:
    places.load(AT)
    demo.load(AT)
    page = browser_page("manager", at="/customers")
    sought(page, "zwm")
    expect(page.locator("#customer-hits [role=option]").first).to_contain_text("张**")
    page.keyboard.press("ArrowDown")
    with leads_on(page):
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("张**")
    page.get_by_text("显示完整信息").click()
    page.locator("#personal [name=purpose]").select_option("fault")
    page.locator("#personal button").click()
    expect(page.locator("#personal")).to_contain_text("13900001005")
