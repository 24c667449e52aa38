"""A table of customers: every refused row with its field, all of it or nothing, at the verb and at the command line."""

from __future__ import annotations

from io import BytesIO, StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from kapok.ground.customers import api as customers
from kapok.ground.customers import loading, queries
from kapok.ground.customers.models import BillingAccount, Contact, Customer, Party
from kapok.ground.journal.models import Entry
from kapok.ground.people.models import OrgUnit
from kapok.ground.places import api as places
from kapok.ground.places.rules import Level
from kapok.kernel.text import Text
from tests.ground.conftest import WHO
from tests.ground.test_customers import CARD, firm, person
from tests.races import at_once, outcomes

HEAD = "kind,name,segment,unit,reference,parent,phone,email,document_kind,document,tier,star,address,manager,payment"
GOOD = f"""{HEAD}
organisation,木棉银行,key_account,bureau,K-1,,020-87001001,it@bank.example,licence,91440101MA50000100,SL1,7,gd,chen,postpaid
organisation,木棉银行一部,key_account,bureau,K-2,K-1,,,,,SL2,,,,
person,张伟,public,patch,,,13800138000,,id_card,{CARD},,3,,,prepaid
"""


def load(text: str, **more: Any) -> customers.Loaded:
    return customers.import_customers(lines=StringIO(text), file="a.csv", **{**WHO, **more})


@pytest.fixture
def province(office: SimpleNamespace) -> None:
    places.add_address(code="gd", level=Level.PROVINCE, name=Text(zh="广东省", en="Guangdong"), parent=None, **WHO)


def test_a_table_is_loaded_with_its_hierarchy(province: None) -> None:
    assert load(GOOD).added == 3
    top, one = (queries.search(reference, units=None)[0].number for reference in ("K-1", "K-2"))
    assert [(each.number, each.tier) for each in queries.hierarchy(one)] == [(top, "SL1"), (one, "SL2")]
    bank = queries.customer(top)
    assert (bank.manager, bank.address, bank.star, [each.kind for each in bank.contacts]) == (
        "chen",
        "gd",
        7,
        ["phone", "email"],
    )
    somebody = queries.customer(queries.search("13800138000", units=None)[0].number, unmask=None)
    assert (somebody.name, somebody.payment, somebody.star) == ("张伟", "prepaid", 3)
    entry = Entry.objects.get(kind="customers.imported")
    assert entry.data == {"file": "a.csv", "added": 3}


def test_a_row_without_a_unit_is_told_what_to_put_there(province: None) -> None:
    loaded = load("name,segment,unit\n甲,public,\n乙,public,nowhere\n", dry_run=True)
    assert [(fault.field, fault.reason.en) for fault in loaded.faults] == [
        ("unit", "The unit is empty; put the code of the unit that serves the customer into the column “unit”."),
        ("unit", "No unit has the code “nowhere”; add it first."),
    ]


def test_a_refusal_says_names_and_codes(province: None) -> None:
    rows = f"{HEAD}\nrobot,张伟,nobody,patch,,,,,passport,,SL9,,,,never\n"
    said = {fault.field: (fault.field_name, fault.reason) for fault in load(rows, dry_run=True).faults}
    assert said["segment"] == (
        Text(zh="客户群（segment）", en="segment"),
        Text(
            zh="没有客户群“nobody”；可用：公众客户（public）、商业客户（business）、大客户（key_account）、"
            "运营商客户（wholesale）、内部（internal）。",
            en="There is no segment “nobody”; there are Residential (public), Business (business), Key accounts (key_account), "
            "Wholesale (wholesale), Internal (internal).",
        ),
    )
    assert said["tier"] == (
        Text(zh="等级（tier）", en="tier"),
        Text(
            zh="等级不能是“SL9”；可用：未定级（—）、VIP-SL1（SL1）、SL2、SL3。",
            en="The tier cannot be “SL9”; choose one of none (—), VIP SL1 (SL1), SL2, SL3.",
        ),
    )
    assert said["kind"][1].zh == "客户类型不能是“robot”；可用：个人（person）、单位（organisation）。"
    assert said["payment"][1].en == "The way of payment cannot be “never”; choose one of prepaid, postpaid."
    assert Customer.objects.count() == 0


def test_of_another_unit_it_says_the_name(province: None) -> None:
    with pytest.raises(customers.RowsRefused) as refused:
        load(f"{HEAD}\nperson,张伟,public,patch,,,,,,,,,,,\n", units=["elsewhere"])
    unit = OrgUnit.objects.get(code="patch")
    assert f"unit: You do not keep customers for {unit.name.en} (patch);" in refused.value.text.en
    assert f"第2行归属单位（unit）：您不能为{unit.name.zh}（patch）维护客户" in refused.value.text.zh


def test_a_trial_lists_every_fault_and_writes_nothing(province: None) -> None:
    known = person(reference="OLD-1")
    rows = f"""{HEAD}
robot,,nobody,nowhere,OLD-1,C99999999,12,nobody,passport,,SL9,8,nowhere,nobody,never
person,张伟,public,patch,N-1,{known},,,,,SL1,,,,
person,李娜,public,patch,N-2,,,,,,,,,,
person,王伟,public,patch,N-2,,,,,,,,,,
person,=A1,public,patch,,,,,,,,,,,
too,short
organisation,甲公司,business,patch,,N-2,,,,,,,,,
"""
    loaded = load(rows, dry_run=True)
    assert (loaded.added, loaded.refused) == (1, 6)
    found = [(fault.line, fault.field) for fault in loaded.faults]
    assert {field for line, field in found if line == 2} == set(HEAD.split(",")) - {"document_kind"}
    assert [each for each in found if each[0] > 2] == [
        (3, "tier"), (3, "parent"), (5, "reference"), (6, "name"), (7, ""), (8, "parent"),
    ]  # fmt: skip
    assert all(fault.reason.zh and fault.reason.en for fault in loaded.faults)
    assert Customer.objects.count() == 1
    with pytest.raises(customers.RowsRefused) as refused:
        load(rows)
    assert "6 rows cannot be loaded, so none was. Line 2" in refused.value.text.en
    for table, count in ((Customer, 1), (Party, 1), (BillingAccount, 1), (Contact, 0)):
        assert table.objects.count() == count
    assert not Entry.objects.filter(kind="customers.imported").exists()


@pytest.mark.parametrize("column", ["number", "reference"])
def test_a_parent_that_was_merged_is_the_one_that_stands_for_it(office: SimpleNamespace, column: str) -> None:
    keep, dead = firm("木棉银行"), firm("木棉银行(旧)", reference="OLD-2")
    customers.merge(keep=keep, drop=dead, reason="登记了两次", **WHO)
    parent = dead if column == "number" else "OLD-2"
    assert load(f"{HEAD}\norganisation,木棉一部,business,patch,N-1,{parent},,,,,,,,,\n").added == 1
    child = queries.search("N-1", units=None)[0].number
    assert [each.number for each in queries.hierarchy(child)] == [keep, child]
    assert not Customer.objects.filter(parent__merged_into__isnull=False).exists()
    again = load(f"{HEAD}\norganisation,木棉二部,business,patch,OLD-2,,,,,,,,,,\n", dry_run=True)
    assert [(fault.line, fault.field) for fault in again.faults] == [(2, "reference")]


@pytest.mark.usefixtures("committed_office")
class TestAtOnce:
    @pytest.mark.parametrize("attempt", range(3))
    def test_two_tables_with_the_same_former_numbers(self, attempt: int) -> None:
        serials = range(300)
        there = [f"甲{serial},public,patch,R-{serial}" for serial in serials]
        head = "name,segment,unit,reference\n"
        came = outcomes(lambda: load(head + "\n".join(there)), lambda: load(head + "\n".join(reversed(there))))
        assert came == ["RowsRefused", "done"]
        assert (Customer.objects.count(), Party.objects.count(), BillingAccount.objects.count()) == (300, 300, 300)
        assert Entry.objects.filter(kind="customers.imported").count() == 1

    @pytest.mark.parametrize("attempt", range(3))
    def test_a_table_and_somebody_who_registers_the_same(self, attempt: int) -> None:
        rows = "".join(f"甲{serial},public,patch,R-{serial}\n" for serial in range(200))
        came = outcomes(
            lambda: load(f"name,segment,unit,reference\n{rows}"),
            lambda: person(reference="R-150"),
        )
        assert came in (["ReferenceTaken", "done"], ["RowsRefused", "done"])
        assert Customer.objects.count() == (200 if "ReferenceTaken" in came else 1)
        assert Party.objects.count() == BillingAccount.objects.count() == Customer.objects.count()

    def test_a_number_that_is_taken_while_the_table_is_read_is_a_fault_of_its_row(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write = loading._write

        def late(*given: Any) -> None:
            at_once(lambda: person(reference="R-1"))  # on a connection of its own
            write(*given)

        monkeypatch.setattr(loading, "_write", late)
        with pytest.raises(customers.RowsRefused) as refused:
            load("name,segment,unit,reference\n甲,public,patch,R-0\n乙,public,patch,R-1\n")
        assert "Line 3" in refused.value.text.en
        assert "R-1" in refused.value.text.en
        assert [each.reference for each in Customer.objects.all()] == ["R-1"]

    @pytest.mark.parametrize("attempt", range(3))
    def test_nobody_comes_to_stand_below_one_that_is_merged_meanwhile(self, attempt: int) -> None:
        keep, drop = firm("木棉银行"), firm("木棉银行(旧)")
        rows = "".join(f"organisation,部门{serial},business,patch,{drop}\n" for serial in range(100))
        came = outcomes(
            lambda: load(f"kind,name,segment,unit,parent\n{rows}"),
            lambda: customers.merge(keep=keep, drop=drop, reason="登记了两次", **WHO),
        )
        assert came == ["done", "done"]
        assert Customer.objects.filter(parent__number=keep).count() == 100


def test_many_batches_are_one_load(office: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "BATCH", 10)
    rows = [f"客户{serial},public,patch,R-{serial}" for serial in range(35)]
    head = "name,segment,unit,reference\n"
    assert load(head + "\n".join(rows)).added == 35
    assert len(set(Customer.objects.values_list("number", flat=True))) == 35
    loaded = load(head + "\n".join([*(f"新{row}" for row in rows[:2]), "新客户,public,patch,R-99"]), dry_run=True)
    assert [(fault.line, fault.field) for fault in loaded.faults] == [(2, "reference"), (3, "reference")]
    loaded = load(
        head + "\n".join([f"甲,public,patch,S-{serial}" for serial in range(12)] + ["乙,public,patch,S-0"]),
        dry_run=True,
    )
    assert [(fault.line, fault.field) for fault in loaded.faults] == [(14, "reference")]


@pytest.mark.parametrize(
    "text",
    ["", "name,segment\n", "name,segment,unit,colour\n", "name,name,segment,unit\n", 'name,segment,unit\n"open\n'],
)
def test_what_is_no_table_is_refused(office: SimpleNamespace, text: str) -> None:
    with pytest.raises(customers.NotACustomerFile):
        load(text)
    assert Customer.objects.count() == 0


def test_a_row_that_cannot_be_parsed_is_named_by_its_line(office: SimpleNamespace) -> None:
    with pytest.raises(customers.NotACustomerFile, match="line 2 "):
        load('name,segment,unit\n"a" b,public,patch\n')


def test_a_file_is_read_in_its_own_encoding(office: SimpleNamespace) -> None:
    text = "姓名,客户群,单位,电话\n张伟民,public,patch,13800138000\n"
    for content in (text.encode("gbk"), text.encode("utf-8-sig"), text.encode()):
        loaded = customers.import_customers(
            lines=loading.opened(BytesIO(content), "a.csv"), file="a.csv", dry_run=True, **WHO
        )
        assert (loaded.added, loaded.refused) == (1, 0)
    with pytest.raises(customers.NotACustomerFile):
        loading.opened(BytesIO(b"PK\x03\x04" + bytes(200)), "a.xlsx")


def run(*arguments: str) -> str:
    said = StringIO()
    call_command("importcustomers", *arguments, stdout=said)
    return said.getvalue()


def test_the_command_checks_and_loads(province: None, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(GOOD, encoding="utf-8")
    assert run(str(file), "--dry-run") == "3 can be loaded, 0 refused.\nA dry run: nothing was written.\n"
    assert Customer.objects.count() == 0
    assert run(str(file)) == "3 customers loaded.\n"
    assert Customer.objects.count() == 3
    said = StringIO()
    for dry, told in (("--dry-run", "试运行"), ("", "没有写入任何内容；请更正")):
        with pytest.raises(SystemExit) as ended:
            call_command("importcustomers", str(file), "--language=zh-hans", *filter(None, [dry]), stdout=said)
        assert ended.value.code == 1
        assert told in said.getvalue()
    assert "第2行\treference\t原系统编号“K-1”已属于" in said.getvalue()
    assert Customer.objects.count() == 3
    with pytest.raises(CommandError, match="cannot be read"):
        run(str(tmp_path / "nothing.csv"))


def test_a_contact_person_is_loaded_with_a_way_to_reach_them(office: SimpleNamespace) -> None:
    head = "名称,客户群,单位,类型,电话,联系人\n"
    good = "木棉银行,key_account,bureau,organisation,13800138000,周杰明\n"
    loaded = load(head + good + "无号公司,business,bureau,organisation,,李娜\n", dry_run=True)
    assert [(fault.line, fault.field) for fault in loaded.faults] == [(3, "contact")]
    assert "fill in one of them" in loaded.faults[0].reason.en
    load(head + good)
    assert Contact.objects.get().name == "周杰明"
