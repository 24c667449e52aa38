"""Correcting a person's name, unit, phone and e-mail."""

from __future__ import annotations

from typing import Any

import pytest

from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import timeline
from kapok.ground.people import api as people
from kapok.ground.people.models import Staff
from kapok.ground.people.rules import Detail
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text
from tests.ground.conftest import WHO

pytestmark = pytest.mark.usefixtures("office")


def chen() -> tuple[str, str, str, str]:
    staff = Staff.objects.select_related("unit").get(username="chen")
    return staff.name, staff.unit.code, staff.phone, staff.email


def test_everything_is_corrected_at_once() -> None:
    changed = people.change_details(
        username="CHEN",
        name=" 陈  卫国 ",
        unit="hall",
        phone="＋86 138-0000-0001 转 12",
        email=" Chen@kapok.example ",
        **WHO,
    )
    assert changed == set(Detail)
    assert chen() == ("陈 卫国", "hall", "+86 138-0000-0001 转 12", "Chen@kapok.example")


def test_what_is_not_given_stays() -> None:
    assert people.change_details(username="chen", phone="10000", **WHO) == {Detail.PHONE}
    assert chen() == ("陈卫东", "bureau", "10000", "chen@example.com")


def test_the_journal_says_which_details_and_never_what_they_are() -> None:
    people.change_details(
        username="chen", name="陈卫国", unit="hall", phone="13900139000", email="wg@example.com", **WHO
    )
    [line] = timeline("staff/chen", limit=1)
    assert line.sentence == Text(
        zh="资料变更：姓名、单位（由bureau中到hall中）、电话、电子邮箱",
        en="Details changed: name, unit (from Bureau to Hall), phone, e-mail",
    )
    assert (line.data["details"], line.data["unit"]) == (["name", "unit", "phone", "email"], "hall")
    written = str(Entry.objects.filter(subject="staff/chen").values())
    assert not any(secret in written for secret in ("卫", "139", "138", "wg@", "chen@"))


def test_phone_and_email_are_removed_by_empty_ones() -> None:
    assert people.change_details(username="chen", phone=" ", email="", **WHO) == {Detail.PHONE, Detail.EMAIL}
    assert chen() == ("陈卫东", "bureau", "", "")


def test_where_nothing_changes_nothing_is_recorded() -> None:
    before = Entry.objects.count()
    same = {"name": "陈卫东", "unit": "bureau", "phone": "13800138000", "email": "chen@example.com"}
    assert people.change_details(username="chen", **same, **WHO) == frozenset()
    assert people.change_details(username="chen", **WHO) == frozenset()
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    ("change", "refusal", "words"),
    [
        ({"name": "  "}, people.InvalidName, ("姓名不能为空", "A name has 1 to 100 characters")),
        ({"name": "长" * 101}, people.InvalidName, ("最多100个字", "100")),
        ({"name": "陈\u202e东"}, people.InvalidName, ("控制字符", "control characters")),
        ({"phone": "call me"}, people.InvalidPhone, ("电话号码应有3至17位数字", "3 to 17 digits")),
        ({"email": "chen.example.com"}, people.InvalidEmail, ("电子邮箱写法不对", "not an e-mail address")),
        ({"unit": "moon"}, people.UnknownUnit, ("没有代码为“moon”的单位", "No unit has the code “moon”")),
        ({"username": "nobody"}, people.UnknownStaff, ("没有工号“nobody”", "“nobody”")),
    ],
)
def test_what_cannot_be_is_refused_whole(
    change: dict[str, Any], refusal: type[KapokError], words: tuple[str, str]
) -> None:
    before, entries = chen(), Entry.objects.count()
    with pytest.raises(refusal) as refused:
        people.change_details(**{"username": "chen", "phone": "10000", "name": "陈", **change}, **WHO)
    assert words[0] in refused.value.text.zh
    assert words[1] in refused.value.text.en
    assert (chen(), Entry.objects.count()) == (before, entries)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"name": ""}, people.InvalidName),
        ({"phone": "12"}, people.InvalidPhone),
        ({"email": "a@b"}, people.InvalidEmail),
    ],
)
def test_an_account_is_opened_by_the_same_rules(change: dict[str, str], refusal: type[KapokError]) -> None:
    person = {"username": "wu", "name": "吴", "unit": "hall", "language": "en", **change}
    with pytest.raises(refusal):
        people.open_account(**person, **WHO)  # type: ignore[arg-type]  # the values are of many kinds
    assert not Staff.objects.filter(username="wu").exists()
