"""The verbs of customers, and what a reader sees of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kapok.ground.customers import api as customers
from kapok.ground.customers import queries
from kapok.ground.customers.models import BillingAccount, Customer, Party, PersonalLook
from kapok.ground.journal.models import Entry
from kapok.ground.places import api as places
from kapok.ground.places.rules import Level
from kapok.kernel.text import Text
from tests.ground.conftest import WHO

CARD = "11010519491231002X"


def person(name: str = "张伟", **more: Any) -> str:
    return customers.register_customer(
        **{"kind": "person", "name": name, "segment": "public", "unit": "patch", **WHO, **more}
    )


def firm(name: str, **more: Any) -> str:
    given = {"kind": "organisation", "name": name, "segment": "key_account", "unit": "bureau", **WHO, **more}
    return customers.register_customer(**given)


@pytest.fixture
def street(office: SimpleNamespace) -> None:
    """广东省 > 广州市 > 天河区 > 体育西路 > 12号 > 301房."""
    for code, level, zh, en, parent in (
        ("gd", Level.PROVINCE, "广东省", "Guangdong", None),
        ("gz", Level.CITY, "广州市", "Guangzhou", "gd"),
        ("th", Level.DISTRICT, "天河区", "Tianhe District", "gz"),
        ("tyxl", Level.ROAD, "体育西路", "Tiyu West Road", "th"),
        ("n12", Level.NUMBER, "12号", "No. 12", "tyxl"),
        ("r301", Level.ROOM, "301房", "Room 301", "n12"),
    ):
        places.add_address(code=code, level=level, name=Text(zh=zh, en=en), parent=parent, **WHO)


def numbers(text: str, **more: Any) -> list[str]:
    return [found.number for found in queries.search(text, **{"units": None, **more})]


def test_a_customer_comes_with_an_account(street: None) -> None:
    number = person(
        phone="138 0013 8000", email="zhang@example.com", address="r301", document_kind="id_card", document=CARD
    )
    shown = queries.customer(number)
    assert number.startswith("C")
    assert len(number) == 9
    assert (shown.name, shown.segment, shown.tier, shown.star, shown.unit) == ("张*", "public", "", 0, "patch")
    assert (shown.address, shown.address_full, shown.address_masked) == (
        "r301",
        Text(zh="广东省广州市天河区体育西路****", en="****, Tiyu West Road, Tianhe District, Guangzhou, Guangdong"),
        True,
    )
    home = Text(
        zh="广东省广州市天河区体育西路12号301房",
        en="Room 301, No. 12, Tiyu West Road, Tianhe District, Guangzhou, Guangdong",
    )
    clear = queries.customer(number, unmask={"patch"})
    assert (clear.address_full, clear.address_masked) == (home, False)
    assert customers.look(customer=number, purpose="fault", **WHO).address == home
    (found,) = queries.search("张伟", units=None)
    assert (found.name, found.address_full) == ("张伟", shown.address_full)
    assert queries.search("张伟", units=None, unmask=None)[0].address_full == home
    bank = firm("木棉银行", address="r301")
    assert queries.customer(bank).address_full == queries.search(bank, units=None)[0].address_full == home
    customers.change_customer(customer=number, address="tyxl", **WHO)
    assert queries.customer(number).address_masked is False, "a road tells of nobody"
    assert (shown.payment, [each.name for each in shown.accounts]) == ("postpaid", ["张*"])
    assert [each.value for each in shown.contacts] == ["138******8000", "z***@example.com"]
    assert shown.document == "**************002X"
    assert queries.customer(number, unmask={"patch"}).name == "张伟"
    assert queries.customer(number, unmask={"bureau"}).name == "张*"
    assert queries.facts(number) == {"segment": "public", "customer_class": "consumer", "payment": "postpaid"}
    account = shown.accounts[0].number
    assert (queries.account(account).customer, queries.account(account).name) == (number, "张*")


def test_the_journal_holds_nothing_personal(street: None) -> None:
    number = person("曾志伟", phone="13800138000", document_kind="id_card", document=CARD, address="r301")
    customers.change_customer(customer=number, name="曾小伟", document_kind="passport", document="E12345678", **WHO)
    customers.look(customer=number, purpose="fault", matter="fault/F-1", **WHO)
    told = [str(entry.data) for entry in Entry.objects.filter(subject=f"customer/{number}")]
    assert len(told) == 3
    assert [secret for secret in ("曾", "138", CARD, "E12345678", "体育") if secret in "".join(told)] == []


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("张伟", True), ("张", True), ("zw", True), ("ZW", True), ("zwm", True), ("zhangwei", True), ("伟民", True),
        ("13800138000", True), ("+86 138 0013 8000", True), ("13800", True), ("8000", True), ("002X", True), (CARD, True),
        ("体育西路12号", True), ("tyxl12", True), ("张伟 体育西", True), ("OLD-77", True), ("王", False), ("zx", False),
        ("9999", False), ("张伟 中山", False), ("%", False), ("", False), ("z", False), ("\x00", False),
    ],
)  # fmt: skip
def test_a_customer_is_found(street: None, typed: str, is_found: bool) -> None:
    number = person(
        "张伟民", phone="13800138000", address="r301", document_kind="id_card", document=CARD, reference="OLD-77"
    )
    assert numbers(typed) == ([number] if is_found else [])


def test_a_part_of_the_operator_finds_its_own(street: None) -> None:
    number, other = person("张伟民", phone="13800138000"), person("张伟国", unit="hall", phone="13800138001")
    assert numbers("张伟", units={"patch"}) == [number]
    assert numbers("13800", units={"hall"}) == [other]
    assert numbers(number, units={"hall"}) == []
    for typed in ("zwg", "zw", "伟国", "zhangweiguo"):
        assert numbers(typed, units={"hall"}) == [other], typed
    assert [each.number for each in queries.by_phone("+86 13800138001")] == [other]
    assert queries.by_phone("no digits") == []
    assert [each.name for each in queries.search("张伟民", units=None, unmask={"hall"})] == ["张伟民"]
    for typed, unmask, shown in (
        ("张伟", None, "张伟民"), ("张伟", {"patch"}, "张伟民"), ("张伟", {"hall"}, "张**"), ("zwm", set(), "张**"),
        ("张 伟民", set(), "张伟民"),
    ):  # fmt: skip
        found = queries.search(typed, units={"patch"}, unmask=unmask)
        assert [each.name for each in found] == [shown], typed


def test_a_customer_is_found_where_it_went(street: None) -> None:
    number = person("张伟民")
    customers.change_customer(customer=number, unit="hall", **WHO)
    assert numbers("伟民", units={"hall"}) == [number]
    assert numbers("伟民", units={"patch"}) == []
    assert numbers("伟民") == [number]


def test_a_number_may_be_short_and_of_an_account(street: None) -> None:
    number = person()
    account = queries.customer(number).accounts[0].number
    for typed in (number.lower(), f"C{int(number[1:])}", account, f"a{int(account[1:])}"):
        assert number in numbers(typed), typed


def test_an_address_that_is_renamed_finds_at_once(street: None) -> None:
    number = person(address="r301")
    places.correct_address(code="tyxl", name=Text(zh="天河北路", en=""), **WHO)
    assert numbers("天河北路") == [number]
    assert numbers("体育西路") == []


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"kind": "robot"}, customers.UnknownChoice),
        ({"name": "  "}, customers.Nameless),
        ({"name": "长" * 121}, customers.Nameless),
        ({"name": "a\x00b"}, customers.Nameless),
        ({"unit": "nowhere"}, customers.UnknownUnit),
        ({"address": "nowhere"}, customers.UnknownAddress),
        ({"phone": "12"}, customers.InvalidContact),
        ({"email": "nobody"}, customers.InvalidContact),
        ({"document_kind": "id_card", "document": "110105194912310021"}, customers.InvalidDocument),
        ({"document": CARD}, customers.InvalidDocument),
        ({"tier": "SL1"}, customers.TierNeedsKeyAccount),
        ({"tier": "SL9"}, customers.UnknownChoice),
        ({"star": 8}, customers.StarOutOfRange),
        ({"parent": "C99999999"}, customers.UnknownCustomer),
        ({"manager": "nobody"}, customers.UnknownStaff),
        ({"reference": "-"}, customers.InvalidReference),
        ({"payment": "never"}, customers.UnknownChoice),
        ({"currency": "元"}, customers.InvalidCurrency),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_written(
    office: SimpleNamespace, given: dict[str, Any], refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        person(**given)
    assert (Customer.objects.count(), Party.objects.count(), BillingAccount.objects.count()) == (0, 0, 0)
    assert not Entry.objects.filter(kind__startswith="customers.").exists()


def test_details_are_corrected_and_a_stale_form_is_refused(street: None) -> None:
    number = person(reference="OLD-1")
    person("李娜", reference="OLD-2")
    changed = customers.change_customer(
        customer=number, name="张 伟", address="r301", manager="chen", revision=1, **WHO
    )
    assert changed == {"name", "address", "manager"}
    shown = queries.customer(number, unmask=None)
    assert (shown.name, shown.address, shown.manager, shown.revision) == ("张 伟", "r301", "chen", 2)
    assert (
        customers.change_customer(customer=number, name="张 伟", reference="OLD-1", unit="patch", **WHO) == frozenset()
    )
    with pytest.raises(customers.ChangedMeanwhile):
        customers.change_customer(customer=number, name="王伟", revision=1, **WHO)
    with pytest.raises(customers.ReferenceTaken):
        customers.change_customer(customer=number, reference="OLD-2", **WHO)
    customers.change_customer(
        customer=number, address="", manager="", unit="hall", document_kind="passport", document="e1234", **WHO
    )
    shown = queries.customer(number)
    assert (shown.address, shown.manager, shown.unit, shown.document) == ("", "", "hall", "***34")
    entry = Entry.objects.filter(kind="customers.changed").latest("recorded_at")
    assert entry.data["details"] == ["document_kind", "document", "address", "unit", "manager"]


def test_a_customer_is_graded(office: SimpleNamespace) -> None:
    number = firm("木棉银行", segment="business")
    assert queries.facts(number)["customer_class"] == "small_business"
    customers.grade(customer=number, segment="key_account", tier="SL1", star=7, **WHO)
    assert queries.facts(number) == {
        "segment": "key_account", "tier": "SL1", "customer_class": "business", "payment": "postpaid",
    }  # fmt: skip
    for wrong, refused in (
        ({"segment": "public"}, customers.TierNeedsKeyAccount),
        ({"star": -1}, customers.StarOutOfRange),
        ({"tier": "gold"}, customers.UnknownChoice),
    ):
        with pytest.raises(refused):
            customers.grade(customer=number, **wrong, **WHO)
    before = Entry.objects.count()
    customers.grade(customer=number, star=7, **WHO)
    assert Entry.objects.count() == before
    assert queries.customer(number).star == 7


def test_a_hierarchy_has_no_loop(office: SimpleNamespace) -> None:
    top, one = firm("木棉银行"), firm("木棉银行一部")
    customers.set_parent(customer=one, parent=top, **WHO)
    below = firm("木棉银行一部一组", parent=one)
    assert [(each.number, each.depth) for each in queries.hierarchy(below)] == [(top, 0), (one, 1), (below, 2)]
    for parent in (top, one, below):
        with pytest.raises(customers.BelowItself):
            customers.set_parent(customer=top, parent=parent, **WHO)
    with pytest.raises(customers.NotAnOrganisation):
        customers.set_parent(customer=person(), parent=top, **WHO)
    with pytest.raises(customers.NotAnOrganisation):
        customers.set_parent(customer=top, parent=person(), **WHO)
    customers.set_parent(customer=one, parent="", **WHO)
    assert queries.hierarchy(top) == []
    assert [each.number for each in queries.hierarchy(one)] == [one, below]


def test_accounts_contacts_and_consents(office: SimpleNamespace) -> None:
    number = firm("木棉银行")
    account = customers.add_account(customer=number, name="专线", payment="prepaid", **WHO)
    assert (queries.account(account).name, queries.account(account).payment_name.en) == ("专线", "prepaid")
    with pytest.raises(customers.UnknownAccount):
        queries.account("A99999999")
    contact = customers.add_contact(customer=number, kind="wechat", value="mumian_it", role="technical", **WHO)
    with pytest.raises(customers.ContactKnown):
        customers.add_contact(customer=number, kind="wechat", value="mumian_it", **WHO)
    for kind, value in (("wechat", "不行"), ("post", ""), ("phone", "x"), ("email", "x"), ("pigeon", "1")):
        with pytest.raises((customers.InvalidContact, customers.UnknownChoice)):
            customers.add_contact(customer=number, kind=kind, value=value, **WHO)
    shown = queries.customer(number).contacts
    assert [(each.value, each.role_name.en) for each in shown] == [("m***", "technical")]
    customers.end_contact(customer=number, contact=contact, **WHO)
    with pytest.raises(customers.UnknownContact):
        customers.end_contact(customer=number, contact=contact, **WHO)
    customers.give_consent(customer=number, purpose="calls", means="hall", **WHO)
    with pytest.raises(customers.ConsentGivenAlready):
        customers.give_consent(customer=number, purpose="calls", means="web", **WHO)
    customers.withdraw_consent(customer=number, purpose="calls", means="phone", **WHO)
    with pytest.raises(customers.NoConsent):
        customers.withdraw_consent(customer=number, purpose="calls", means="phone", **WHO)
    assert [bool(each.withdrawn_at) for each in queries.customer(number).consents] == [True]


def test_a_look_is_kept_with_its_purpose(office: SimpleNamespace) -> None:
    number = person("张伟", phone="13800138000", document_kind="id_card", document=CARD)
    for purpose, note in (("", ""), ("curiosity", "just so"), ("other", "abc"), ("fault", "x" * 201)):
        with pytest.raises(customers.PurposeNeeded):
            customers.look(customer=number, purpose=purpose, note=note, **WHO)
    for wrong in ("fault/F-1\nfault/F-2", "x" * 101):
        with pytest.raises(customers.InvalidMatter):
            customers.look(customer=number, purpose="fault", matter=wrong, **WHO)
    assert PersonalLook.objects.count() == 0
    seen = customers.look(customer=number, purpose="fault", matter="fault/F-1", **WHO)
    assert (seen.name, seen.document, seen.phone) == ("张伟", CARD, "13800138000")
    kept = queries.looks_shown(queries.looks(customer=number))
    assert [(each.actor, each.purpose_name.en, each.matter) for each in kept] == [
        ("staff/tester", "handle a fault", "fault/F-1")
    ]
    entry = Entry.objects.get(kind="customers.personal_seen")
    assert entry.data["matter"] == "fault/F-1"
    assert CARD not in str(entry.data)
    assert queries.looks(units=[]).count() == 0
    assert queries.looks(actor="tester").count() == 1
