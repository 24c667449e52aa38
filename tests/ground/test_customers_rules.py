"""What customers decide without a database."""

from __future__ import annotations

import pytest

from kapok.ground.customers import dialling, names, rules
from kapok.ground.customers.cast import FIRMS, RESIDENTS, id_card
from kapok.ground.customers.refusals import (
    InvalidContact,
    InvalidCurrency,
    InvalidDocument,
    InvalidReference,
    StarOutOfRange,
)
from kapok.ground.customers.rules import ContactKind, DocumentKind, PartyKind
from kapok.ground.places.rules import Segment


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王伟", "王*"), ("张伟民", "张**"), ("欧阳静", "欧阳*"), ("欧阳", "欧*"), ("Grace Ho", "G*** H***"), ("单", "单*"),
    ],
)  # fmt: skip
def test_a_persons_name_is_masked(name: str, masked: str) -> None:
    assert names.masked_name(name, PartyKind.PERSON) == masked
    assert names.masked_name(name, PartyKind.ORGANISATION) == name


def test_contacts_and_documents_are_masked() -> None:
    for kind, value, masked in (
        (ContactKind.MOBILE, "13800138000", "138****8000"),
        (ContactKind.PHONE, "020-87001001", "020*****1001"),
        (ContactKind.EMAIL, "zhang@example.com", "z***@example.com"),
        (ContactKind.WECHAT, "zhang_wei", "z***"),
        (ContactKind.POST, "广州市天河区", "广***"),
    ):
        assert rules.masked_contact(kind, value) == masked
    assert rules.masked_document("E1234567") == "****4567"
    assert [rules.masked_document("E12345678"[:length]) for length in (4, 5, 7, 8, 9)] == [
        "**23", "***34", "****456", "****4567", "*****5678",
    ]  # fmt: skip
    assert rules.masked_document("") == ""


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("+86 138 0013 8000", "13800138000"), ("0086-13800138000", "13800138000"), ("020-8700 1001", "2087001001"),
        ("８６２０１２３４", "2086201234"), ("+44 20 7946 0000 ext 12", "00442079460000"), ("87001001转8", "2087001001"),
        ("none", ""),
    ],
)  # fmt: skip
def test_the_digits_of_a_number(typed: str, digits: str) -> None:
    assert dialling.digits_of(typed) == digits


def test_a_name_is_found_by_its_sound_and_its_letters() -> None:
    assert names.search_text("张伟") == "张伟 ^zw$ zhangwei"
    assert names.search_text("曾志伟") == "曾志伟 ^czw$ ^zzw$ cengzhiwei zengzhiwei"
    assert names.search_text("仇英") == "仇英 ^cy$ ^qy$ chouying qiuying"
    assert names.search_text("Grace Ho") == "graceho grace ho ^gh$"
    assert names.search_text("C00000001") == "c00000001 ^c$"
    assert names.search_text("??") == "??"


def test_documents() -> None:
    assert rules.tidy_document(DocumentKind.ID_CARD, "1101 0519 4912 3100 2x") == "11010519491231002X"
    assert rules.tidy_document(DocumentKind.PASSPORT, "e-1234567") == "E1234567"
    assert rules.tidy_document(DocumentKind.NONE, " ") == ""
    for kind, number in (
        (DocumentKind.ID_CARD, "110105194912310021"),
        (DocumentKind.ID_CARD, "123"),
        (DocumentKind.PASSPORT, "护照"),
        (DocumentKind.PASSPORT, ""),
        (DocumentKind.NONE, "E1234567"),
    ):
        with pytest.raises(InvalidDocument):
            rules.tidy_document(kind, number)
    assert all(rules.is_id_card(id_card(serial)) for serial in range(1, 100))


def test_contacts_are_tidied() -> None:
    assert dialling.first_contacts("138 0013 8000", "") == [(ContactKind.MOBILE, "138 0013 8000")]
    assert dialling.first_contacts("020-87001001", "a@example.com") == [
        (ContactKind.PHONE, "020-87001001"), (ContactKind.EMAIL, "a@example.com"),
    ]  # fmt: skip
    assert rules.tidy_contact(ContactKind.POST, " 广州市  天河区 ") == "广州市 天河区"
    assert rules.tidy_contact(ContactKind.WECHAT, "zhang_wei") == "zhang_wei"
    for kind, value in (
        (ContactKind.WECHAT, "张伟"),
        (ContactKind.POST, "x" * 255),
        (ContactKind.POST, "a\x07b"),
        (ContactKind.EMAIL, "nobody"),
        (ContactKind.MOBILE, "x"),
    ):
        with pytest.raises(InvalidContact):
            rules.tidy_contact(kind, value)


def test_small_things() -> None:
    assert rules.tidy_currency(" cny ") == "CNY"
    assert (rules.tidy_reference(""), rules.tidy_reference("K-1/2")) == ("", "K-1/2")
    assert (rules.read_star(""), rules.read_star("7")) == (0, 7)
    for refused, call in (
        (InvalidCurrency, lambda: rules.tidy_currency("元")),
        (InvalidReference, lambda: rules.tidy_reference("K" * 41)),
        (InvalidReference, lambda: rules.tidy_reference("-1")),
        (StarOutOfRange, lambda: rules.read_star("8")),
        (StarOutOfRange, lambda: rules.read_star("二")),
    ):
        with pytest.raises(refused):
            call()
    assert rules.customer_class(PartyKind.PERSON, Segment.BUSINESS) == "consumer"
    assert rules.customer_class(PartyKind.ORGANISATION, Segment.BUSINESS) == "small_business"
    assert rules.customer_class(PartyKind.ORGANISATION, Segment.WHOLESALE) == "business"
    assert rules.changes([rules.Detail.NAME, rules.Detail.UNIT]).en == "name, unit that answers"


def test_nobody_of_the_demonstration_stands_twice() -> None:
    assert len({each.name for each in RESIDENTS}) == len(RESIDENTS)
    assert len({each.reference for each in FIRMS}) == len(FIRMS)
