"""The verbs of customers, and what a reader sees of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kapok.ground.customers import api as customers
from kapok.ground.customers import queries
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
    assert (shown.address, shown.address_full and shown.address_full.zh) == (
        "r301",
        "广东省广州市天河区体育西路12号301房",
    )
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
    for entry in Entry.objects.filter(subject=f"customer/{number}"):
        assert not any(secret in str(entry.data) for secret in ("曾", "138", CARD, "E12345678", "体育"))


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
