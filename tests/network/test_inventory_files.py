"""Plant from files: our CSV, NetBox's exports, and an audit of what was found."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import timeline
from kapok.kernel.text import Text
from kapok.network.inventory import api as inventory
from kapok.network.inventory import queries, refusals
from kapok.network.inventory.models import Coverage, Element, Finding, PlantAudit, Pool, Resource, Shortage, Site
from kapok.network.inventory.plant import adding, loading
from kapok.network.inventory.plant import api as plant_api
from kapok.network.inventory.plant.drafts import Loaded
from kapok.network.inventory.plant.reading import text_of
from tests.network.plant import AT, FIBRE, WHO, install, reserve

pytestmark = pytest.mark.usefixtures("plant")
HEAD = "record,code,kind,name_zh,site,parent,exchange_area,covers,count,values,state\n"
GOOD = (
    "site,SP,,石牌局,,,SP,,,,\n"
    "element,SPL7,splitter,,,PON7,,n7;n9,,,\n"
    "element,PON7,pon,,,OLT7,,,,,\n"
    "element,OLT7,olt,,SP,,,,,,\n"
    "resources,SPL7,splitter_port,,,,,,8,,\n"
    "resources,PON7,pon_port,,,,,,,A1 A2,project\n"
    "pool,V,vlan,VLAN,,,,,,100-103,\n"
)
NETBOX: dict[str, Any] = {
    "sites": [{"id": 1, "name": "Shipai Exchange", "slug": "sp-1", "facility": "SP", "latitude": 23.13, "longitude": 113.34}],
    "devices": [
        {"name": "olt 1", "role": {"slug": "gpon-olt", "name": "GPON OLT"}, "site": {"name": "Shipai Exchange"}, "serial": "SN1"},
        {"name": "spl-a", "device_role": {"slug": "splitter"}, "site": {"name": "Shipai Exchange"}},
        {"name": "sw1", "role": {"name": "Access Switch"}, "site": {"name": "Shipai Exchange"}},
        {"name": "core", "role": {"name": "Router"}, "site": None},
    ],
    "interfaces": [
        {"device": {"name": "olt 1"}, "name": "0/1", "type": {"value": "gpon"}, "enabled": True},
        {"device": {"name": "olt 1"}, "name": "mgmt", "type": {"value": "1000base-t"}},
        {"device": {"name": "spl-a"}, "name": "p1", "enabled": True},
        {"device": {"name": "sw1"}, "name": "xe-0/0/1", "enabled": True, "cable": None},
        {"device": {"name": "sw1"}, "name": "xe-0/0/2", "enabled": False},
        {"device": {"name": "ghost"}, "name": "x"},
    ],
    "cables": [
        {
            "a_terminations": [{"object": {"device": {"name": "spl-a"}, "name": "in"}}],
            "b_terminations": [{"object": {"device": {"name": "olt 1"}, "name": "0/1"}}],
        },
        {"side_a_device": "core", "side_a_name": "1", "side_b_device": "olt 1", "side_b_name": "up"},
        {"a_terminations": []},
    ],
    "prefixes": [
        {"prefix": "198.51.100.0/29", "is_pool": True, "status": {"value": "active"}, "scope": {"name": "Shipai Exchange"}},
        {"prefix": "10.0.0.0/8", "is_pool": False, "status": {"value": "container"}},
        {"prefix": "2001:db8::/20", "is_pool": True, "status": {"value": "active"}},
    ],
    "vlans": [
        {"vid": 200, "name": "bb", "group": {"name": "BB"}, "status": {"value": "active"}},
        {"vid": 201, "name": "old", "group": {"name": "BB"}, "status": {"value": "deprecated"}},
        {"vid": 9999, "name": "bad", "group": {"name": "BB"}},
    ],
}  # fmt: skip


def load(content: str | bytes, source: str = "csv", **more: Any) -> Loaded:
    raw = content.encode() if isinstance(content, str) else content
    return inventory.import_plant(content=raw, source=source, file="plant.csv", **more, **WHO)


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Site, Element, Pool, Resource, Coverage))


def test_a_table_is_loaded_whatever_its_order() -> None:
    reserve("order/waits", address="n9")
    before = counts()
    loaded = load(HEAD + GOOD)
    assert (loaded.sites, loaded.elements, loaded.pools, loaded.resources, loaded.coverage) == (1, 3, 1, 14, 2)
    assert [b - a for a, b in zip(before, counts(), strict=True)] == [1, 3, 1, 14, 2]
    splitter = Element.objects.get(code="SPL7")
    assert (splitter.parent.code, splitter.exchange_area.code) == ("PON7", "SP")  # type: ignore[union-attr]
    assert Resource.objects.filter(element=splitter).order_by("code").first().code == "SPL7:P001"  # type: ignore[union-attr]
    assert set(Resource.objects.filter(pool__code="V").values_list("code", flat=True)) == {
        f"V:{n}" for n in range(100, 104)
    }
    assert timeline("plant")[0].data["resources"] == 14
    assert not Shortage.objects.filter(resolved_at=None).exists()
    more = load(HEAD + "resources,SPL7,splitter_port,,,,,,2,,\n")
    assert (more.resources, Resource.objects.filter(code="SPL7:P010").count()) == (2, 1)


def test_a_trial_tells_every_refused_row_and_writes_nothing() -> None:
    bad = (
        "element,X1,rocket,,,,,,,,\n"
        "element,X2,splitter,,,NOWHERE,,,,,\n"
        "element,X3,splitter,,,X2,,,,,\n"
        "element,X4,odf,,,X5,,,,,\nelement,X5,odf,,,X4,,,,,\n"
        "element,SPL1,splitter,,,,,,,,\n"
        "element,X6,splitter,,,,MARS,,,,\n"
        "resources,MDF1,splitter_port,,,,,,2,,\n"
        "resources,SPL1,splitter_port,,,,,,,,\n"
        "resources,SPL1,splitter_port,,,,,,many,,\n"
        "resources,SPL1,splitter_port,,,,,,,P001,\n"
        "element,X7,mdf,,,,,n1,,,\n"
        "element,X8,splitter,,,,,mars,,,\n"
        "pool,P9,number,,,,,,,9-1,\n"
        "rope,X9,,,,,,,,,\n"
        "site,,,,,,,,,,\n"
    )
    before = counts()
    loaded = load(HEAD + GOOD + bad, dry_run=True)
    assert counts() == before
    said = {row.line: row.reason.en for row in loaded.rows}
    assert set(range(9, 25)) - set(said) == set()
    assert loaded.refused == len(said) == 16
    assert "rocket" in said[9]
    assert "NOWHERE" in said[10]
    assert "X2" in said[11]
    assert "feed itself" in said[12]
    assert "taken" in said[14]
    assert "MARS" in said[15]
    assert "belongs to a splitter" in said[16]
    assert "fill it in" in said[17]
    assert "many" in said[18]
    assert "SPL1:P001" in said[19]
    assert "covers no address" in said[20]
    assert "mars" in said[21]
    assert "site, element, pool, resources" in said[23]
    with pytest.raises(refusals.PlantRowsRefused) as refused:
        load(HEAD + GOOD + bad)
    assert refused.value.data["refused"] == 16
    assert counts() == before
    loaded = load(HEAD + GOOD + bad, leave_out_refused=True)
    assert (loaded.elements, loaded.refused) == (5, 16)


def test_a_port_with_too_long_a_code_is_a_fault_of_its_row() -> None:
    element, port = "S" * 80, "P" * 40
    rows = (
        f"element,{element},splitter,,,,,,,,\n"
        f"resources,{element},splitter_port,,,,,,,{port},\nresources,{element},splitter_port,,,,,,,{port[1:]},\n"
    )
    loaded = load(HEAD + rows, leave_out_refused=True)
    assert (loaded.refused, loaded.resources, [row.line for row in loaded.rows]) == (1, 1, [3])
    assert "shorten the port's name" in loaded.rows[0].reason.en
    with pytest.raises(refusals.PortTooLong):
        inventory.add_resources(kind="splitter_port", element=element, values=port, **WHO)
    found = f"element,kind,port,state\n{element},splitter_port,{port},used\n"
    with pytest.raises(refusals.PlantRowsRefused):
        audited(found)
    assert audited(found.replace(port, port[1:]))[f"{element}:{port[1:]}"].outcome == "different"
    assert PlantAudit.objects.count() == 1


def test_a_pool_says_whether_what_comes_back_is_tested() -> None:
    head = "record,code,kind,name_zh,values,tested\n"
    load(head + "pool,A,sim,卡,89-90,\npool,B,onu,光猫,X1,no\npool,C,vlan,网,5-6,是\npool,D,vlan,网,7,\n")
    assert dict(Pool.objects.filter(code__in="ABCD").values_list("code", "tested")) == {
        "A": True, "B": False, "C": True, "D": False,
    }  # fmt: skip
    wrong = load(head + "pool,E,sim,卡,1,perhaps\n", dry_run=True)
    assert "yes or no" in wrong.rows[0].reason.en


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"a,b\n", b"record,code,rope\n", b'record,code\n"x'])
def test_something_else_is_no_table(content: bytes) -> None:
    with pytest.raises(refusals.NotAPlantFile):
        load(content)


def test_an_export_of_netbox_is_loaded() -> None:
    tried = load(json.dumps(NETBOX), "netbox", dry_run=True)
    said = [(row.table, row.line, row.reason.en) for row in tried.rows]
    assert [(table, line) for table, line, _ in said] == [
        ("interfaces", 6), ("cables", 3), ("prefixes", 3), ("vlans", 3),
    ]  # fmt: skip
    assert not Element.objects.filter(code="olt-1").exists()
    loaded = load(json.dumps(NETBOX), "netbox", leave_out_refused=True)
    assert (loaded.sites, loaded.elements, loaded.resources) == (1, 5, 64 + 1 + 2 + 6 + 2)
    pon = Element.objects.get(code="olt-1:0/1")
    assert (pon.kind, pon.parent.code, pon.exchange_area.code) == ("pon", "olt-1", "SP")  # type: ignore[union-attr]
    assert Element.objects.get(code="spl-a").parent == pon
    assert Element.objects.get(code="olt-1").parent.code == "core"  # type: ignore[union-attr]
    assert Resource.objects.get(code="sw1:xe-0/0/2").state == "blocked"
    assert Resource.objects.get(code="vlan-BB:201").state == "blocked"
    assert Pool.objects.get(code="198.51.100.0/29").exchange_area.code == "SP"  # type: ignore[union-attr]
    again = load(json.dumps(NETBOX), "netbox", leave_out_refused=True)
    assert (again.sites, again.elements, again.resources) == (0, 0, 0)
    assert again.known > 0


PASSIVE: dict[str, Any] = {
    "sites": NETBOX["sites"],
    "devices": [
        {"name": "olt 2", "role": "gpon-olt"}, {"name": "spl-b", "role": "splitter"}, {"name": "odf-b", "role": "odf"},
        {"name": "dp-b", "role": "distribution-point"}, {"name": "mdf-b", "role": "mdf"},
    ],
    "interfaces": [{"device": "olt 2", "name": "0/1", "type": "gpon"}, {"device": "olt 2", "name": "mgmt", "type": "other"}],
    "rear-ports": [{"device": "spl-b", "name": "in", "positions": 8}, {"device": "dp-b", "name": "feed", "positions": 2}],
    "front_ports": {
        "results": [
            {"device": {"name": "spl-b"}, "name": "out 1", "rear_port": {"name": "in"}},
            {"device": {"name": "spl-b"}, "name": "out 2", "mark_connected": True},
            {"device": {"name": "dp-b"}, "name": "1", "cable": {"id": 7}},
            {"device": {"name": "mdf-b"}, "name": "v1"}, {"device": {"name": "odf-b"}, "name": "f1"},
            {"device": {"name": "ghost"}, "name": "f1"},
        ]
    },
    "cables": [
        {
            "a_terminations": [{"object": {"device": {"name": "spl-b"}, "name": "in"}}],
            "b_terminations": [{"object": {"device": {"name": "olt 2"}, "name": "0/1"}}],
        },
        {"side_a_device": "spl-b", "side_b_device": "dp-b"},
    ],
    "prefixes": [{"prefix": "10.0.0.0/8", "is_pool": False}],
    "racks": [{"name": "r1"}, {"name": "r2"}],
}  # fmt: skip


def test_splitters_and_frames_have_their_ports_from_front_ports_and_what_is_not_read_is_said() -> None:
    loaded = load(json.dumps(PASSIVE), "netbox", leave_out_refused=True)
    ports = Resource.objects.filter(element__code__in=["spl-b", "dp-b", "mdf-b", "odf-b"]).order_by("code")
    assert list(ports.values_list("code", "kind", "state")) == [
        ("dp-b:1", "secondary_pair", "blocked"), ("mdf-b:v1", "mdf_port", "free"),
        ("spl-b:out-1", "splitter_port", "free"), ("spl-b:out-2", "splitter_port", "blocked"),
    ]  # fmt: skip
    assert Element.objects.get(code="spl-b").parent.code == "olt-2:0/1"  # type: ignore[union-attr]
    assert [(row.table, row.line) for row in loaded.rows] == [("front-ports", 6)]
    assert {(table, why.en): count for (table, why), count in loaded.passed.items()} == {
        ("racks", "this table is not read"): 2,
        ("interfaces", "interfaces of an OLT that are no PON"): 1,
        ("rear-ports", "ports towards the core; only cables name them"): 2,
        ("front-ports", "ports of a device of which customers get none"): 1,
        ("cables", "cables between equals, or to what is fed already"): 1,
        ("prefixes", "prefixes that are no pools"): 1,
    }


def test_front_ports_as_one_table_and_what_is_passed_over_on_the_command_line(tmp_path: Path) -> None:
    load("Name,Role,Site,Serial\nspl-c,Splitter,,\n", "netbox")
    loaded = load("Name,Device,Rear Port\nout 1,ghost,in\n", "netbox", dry_run=True)
    assert [(row.table, row.line) for row in loaded.rows] == [("front-ports", 2)]
    file, out = tmp_path / "n.json", StringIO()
    file.write_text(json.dumps(PASSIVE), encoding="utf-8")
    call_command("importplant", str(file), "--from=netbox", "--leave-out-refused", stdout=out)
    assert "passed over in racks: this table is not read (2 rows)" in out.getvalue()


@pytest.mark.parametrize("days", [-1, 36_501, 2**31])
def test_a_value_does_not_rest_for_ever(days: int) -> None:
    before = counts()
    with pytest.raises(refusals.RestTooLong, match=f"0 to 36500 days, not {days}"):
        inventory.add_pool(code="P9", kind="vlan", name=Text(zh="池", en="pool"), quarantine_days=days, **WHO)
    assert counts() == before


def test_a_row_that_cannot_be_read_is_named_by_its_line() -> None:
    with pytest.raises(refusals.NotAPlantFile, match=r"line 2 \("):
        load('record,code\nsite,"a" b\n')


def test_one_answer_of_the_api_and_one_table_as_csv() -> None:
    page = {"count": 1, "results": [{"url": "https://n/api/dcim/sites/1/", "name": "Site A", "slug": "a"}]}
    assert load(json.dumps(page), "netbox").sites == 1
    assert load("Name,Role,Site,Serial\nsw9,Access Switch,a,S9\n", "netbox").elements == 1
    assert Element.objects.get(code="sw9").site.code == "a"  # type: ignore[union-attr]
    assert load("vid,name,status,site\n7,x,active,a\n", "netbox").resources == 1
    for other in ('{"racks": []}', "{", "x,y\n1,2\n"):
        with pytest.raises(refusals.NotAPlantFile):
            load(other, "netbox")


@pytest.mark.parametrize("deep", ["[" * 200_000, '{"sites":' * 200_000, '{"sites": [{"name": ' + "[" * 200_000])
def test_json_that_is_nested_too_deeply_is_no_plant(deep: str) -> None:
    with pytest.raises(refusals.NotAPlantFile) as refused:
        load(deep, "netbox")
    assert "嵌套过深" in refused.value.text.zh
    assert "nested too deeply" in refused.value.text.en
    assert not PlantAudit.objects.exists()


def test_the_command_line_loads_and_tries(tmp_path: Path) -> None:
    file = tmp_path / "plant.csv"
    file.write_text(HEAD + GOOD + "rope,X,,,,,,,,,\n", encoding="utf-8")
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("importplant", str(file), "--dry-run", "--language=en", stdout=out)
    assert ended.value.code == 1
    assert "3 elements, 1 pool, 14 resources" in out.getvalue()
    assert out.getvalue().startswith("9\t“rope” in column “record” is not valid")
    with pytest.raises(CommandError, match="1 row cannot be loaded"):
        call_command("importplant", str(file), "--language=en")
    assert not Element.objects.filter(code="OLT7").exists()
    call_command("importplant", str(file), "--leave-out-refused", stdout=StringIO())
    assert Element.objects.filter(code="OLT7").exists()
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("importplant", str(tmp_path / "none.csv"), "--language=en")


FOUND = (
    "element,kind,port,state\n"
    "SPL1,splitter_port,P001,used\nSPL1,splitter_port,P002,used\nSPL1,splitter_port,P003,faulty\nSPL1,splitter_port,P009,used\n"
)


def audited(content: str = FOUND) -> dict[str, Finding]:
    made = inventory.audit(content=content.encode(), file="found.csv", **WHO)
    return {each.code: each for each in Finding.objects.filter(audit=made)}


def test_records_are_compared_with_what_was_found() -> None:
    install()
    findings = audited()
    assert {code: (each.outcome, each.recorded, each.found) for code, each in findings.items()} == {
        "SPL1:P002": ("different", "free", "used"),
        "SPL1:P003": ("different", "free", "faulty"),
        "SPL1:P004": ("missing", "free", ""),
        "SPL1:P009": ("extra", "", "used"),
    }
    made = PlantAudit.objects.get()
    assert (made.elements, made.matches) == (1, 1)
    assert timeline(f"plant-audit/{made.id}")[0].data["different"] == 2


def test_a_record_is_put_right_with_a_reason() -> None:
    findings = audited()
    for code, state in (("P002", "blocked"), ("P003", "faulty"), ("P004", "blocked"), ("P009", "blocked")):
        finding = findings[f"SPL1:{code}"]
        with pytest.raises(refusals.NoReasonGiven):
            inventory.correct(finding=str(finding.id), reason=" ", **WHO)
        inventory.correct(finding=str(finding.id), reason="现场核实", **WHO)
        assert Resource.objects.get(code=finding.code).state == state
        with pytest.raises(refusals.UnknownFinding):
            inventory.correct(finding=str(finding.id), reason="again", **WHO)
    assert timeline("resource/SPL1:P009")[0].data["reason"] == "现场核实"


def test_what_is_in_pools_is_audited_too() -> None:
    inventory.add_pool(code="ONU", kind="onu", name=Text(zh="光猫", en=""), values="HW1 HW2 HW3", **WHO)
    inventory.add_pool(code="OLD", kind="onu", name=Text(zh="旧库", en=""), values="HW9", **WHO)
    inventory.add_pool(code="V", kind="vlan", name=Text(zh="网", en=""), values="5-6", **WHO)
    findings = audited(
        "pool,element,kind,port,state\nONU,,onu,HW1,free\nONU,,onu,HW2,faulty\nONU,,onu,HW8,free\nONU,,onu,HW9,free\n"
        "V,,vlan,5,used\n,SPL1,splitter_port,P001,free\n"
    )
    assert {code: each.outcome for code, each in findings.items()} == {
        "HW2": "different", "HW3": "missing", "HW8": "extra", "HW9": "extra", "V:5": "different", "V:6": "missing",
        "SPL1:P002": "missing", "SPL1:P003": "missing", "SPL1:P004": "missing",
    }  # fmt: skip
    assert PlantAudit.objects.get().elements == 3
    for code, state in (("HW2", "faulty"), ("HW3", "blocked"), ("HW8", "free"), ("V:5", "blocked")):
        inventory.correct(finding=str(findings[code].id), reason="盘点", **WHO)
        record = Resource.objects.select_related("pool").get(code=code)
        assert (record.state, record.pool and record.pool.code) == (state, "V" if code == "V:5" else "ONU"), code
    with pytest.raises(refusals.CodeTaken):
        inventory.correct(finding=str(findings["HW9"].id), reason="盘点", **WHO)
    assert Resource.objects.get(code="HW9").pool_id == Pool.objects.get(code="OLD").id
    for row in (
        "ONU,SPL1,onu,HW1,free",
        ",,onu,HW1,free",
        "NONE,,onu,HW1,free",
        "ONU,,sim,89,free",
        "V,,vlan,5000,used",
    ):
        with pytest.raises(refusals.PlantRowsRefused):
            audited(f"pool,element,kind,port,state\n{row}\n")
    assert PlantAudit.objects.count() == 1


def test_a_number_that_is_put_right_is_not_told_in_clear() -> None:
    found = audited("pool,kind,port,state\nN-TYX,number,2038880001,faulty\n")["2038880001"]
    inventory.correct(finding=str(found.id), reason="坏号", **WHO)
    told = Entry.objects.get(kind="inventory.record_corrected")
    assert "2038880001" not in f"{told.subject} {told.data}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
@pytest.mark.parametrize("before", range(3))
def test_a_long_file_is_read_whole_wherever_its_characters_fall(encoding: str, before: int) -> None:
    text = "x" * before + "体育西路" * 50_000
    assert text_of(text.encode(encoding), Text(zh="", en="")) == text
    late = "x" * 300_000 + "体育西路"
    assert text_of(late.encode(encoding), Text(zh="", en="")) == late


def test_what_is_neither_is_refused() -> None:
    with pytest.raises(refusals.NotAPlantFile):
        text_of("体育西路".encode("utf-16"), Text(zh="", en=""))


def test_a_table_of_plant_and_an_audit_may_be_in_gbk() -> None:
    rows = "record,code,kind,name_zh\nsite,九号局,,石牌东局\n"
    assert load(rows.encode("gbk")).sites == 1
    assert Site.objects.get(code="九号局").name_zh == "石牌东局"
    inventory.add_resources(kind="splitter_port", element="SPL1", values="端口一", **WHO)
    table = "element,kind,port,state\nSPL1,splitter_port,端口一,faulty\nSPL1,splitter_port,端口二,free\n"
    made = inventory.audit(content=table.encode("gbk"), file="a.csv", **WHO)
    found = Finding.objects.filter(audit=made).exclude(outcome="missing").values_list("code", "outcome")
    assert sorted(found) == [("SPL1:端口一", "different"), ("SPL1:端口二", "extra")]
    with pytest.raises(refusals.NotAPlantFile):
        inventory.audit(content=b"\xff\xfe\x00", file="a.csv", **WHO)


def test_a_report_has_every_refused_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "ENOUGH", 2)
    monkeypatch.setattr(loading, "EVERY", 4)
    rows = HEAD + "rope,X,,,,,,,,,\n" * 5
    assert [len(load(rows, dry_run=True, report=report).rows) for report in (False, True)] == [2, 4]


def test_what_is_scrapped_is_looked_for_nowhere() -> None:
    inventory.mark(resource="SPL1:P004", state="faulty", note="坏", **WHO)
    inventory.mark(resource="SPL1:P004", state="retired", note="报废", **WHO)
    assert "SPL1:P004" not in audited()
    found = audited(f"{FOUND}SPL1,splitter_port,P004,free\n")["SPL1:P004"]
    assert (found.outcome, found.recorded, found.found) == ("different", "retired", "free")


@pytest.mark.parametrize(("seen", "state"), [("free", "free"), ("faulty", "faulty"), ("used", "blocked")])
def test_what_was_scrapped_and_is_found_is_used_again_as_it_was_found(seen: str, state: str) -> None:
    inventory.mark(resource="SPL1:P004", state="faulty", note="坏", **WHO)
    inventory.mark(resource="SPL1:P004", state="retired", note="报废", **WHO)
    found = audited(f"{FOUND}SPL1,splitter_port,P004,{seen}\n")["SPL1:P004"]
    inventory.correct(finding=str(found.id), reason="现场核实", **WHO)
    assert Resource.objects.get(code="SPL1:P004").state == state
    moved = Entry.objects.filter(kind="inventory.resource_moved").order_by("id").last()
    assert moved is not None
    assert (moved.data["before"], moved.data["after"]) == ("retired", state)
    assert Entry.objects.get(kind="inventory.record_corrected").data["outcome"] == "different"
    with pytest.raises(refusals.UnknownFinding):
        inventory.confirm_scrapped(finding=str(found.id), reason="现场核实", **WHO)


def test_what_was_scrapped_and_is_found_may_stay_scrapped() -> None:
    inventory.mark(resource="SPL1:P004", state="faulty", note="坏", **WHO)
    inventory.mark(resource="SPL1:P004", state="retired", note="报废", **WHO)
    findings = audited(f"{FOUND.replace('P001,used', 'P001,faulty')}SPL1,splitter_port,P004,free\n")
    inventory.confirm_scrapped(finding=str(findings["SPL1:P004"].id), reason="待拆除", **WHO)
    assert Resource.objects.get(code="SPL1:P004").state == "retired"
    settled = Finding.objects.get(id=findings["SPL1:P004"].id)
    assert (settled.corrected_at, settled.reason) == (WHO["at"], "待拆除")
    assert Entry.objects.get(kind="inventory.scrap_confirmed").subject.endswith("SPL1:P004")
    with pytest.raises(refusals.NotScrapped):
        inventory.confirm_scrapped(finding=str(findings["SPL1:P001"].id), reason="待拆除", **WHO)
    assert Finding.objects.get(id=findings["SPL1:P001"].id).corrected_at is None


def test_what_a_customer_has_is_not_put_right_over_his_head() -> None:
    install()
    finding = audited(FOUND.replace("P001,used", "P001,free"))["SPL1:P001"]
    with pytest.raises(refusals.ResourceHeld):
        inventory.correct(finding=str(finding.id), reason="looked free", **WHO)
    assert Resource.objects.get(code="SPL1:P001").state == "in_service"
    assert Finding.objects.get(id=finding.id).corrected_at is None


@pytest.mark.parametrize(
    "row", ["GHOST,splitter_port,P1,used", "SPL1,rope,P1,used", "SPL1,splitter_port,P1,lost", "SPL1,splitter_port,,used",
            "SPL1,splitter_port,P001,free", "MDF1,splitter_port,P1,free"],
)  # fmt: skip
def test_a_wrong_row_keeps_the_audit_out(row: str) -> None:
    with pytest.raises(refusals.PlantRowsRefused):
        audited(f"{FOUND}{row}\n")
    assert PlantAudit.objects.count() == 0


@pytest.mark.parametrize(
    ("kind", "values", "codes"),
    [
        ("ipv4", "192.0.2.0/30", ["192.0.2.1", "192.0.2.2"]),
        ("ipv4", "192.0.2.9, 192.0.2.10", ["192.0.2.9", "192.0.2.10"]),
        ("ipv6_prefix", "2001:db8::/55", ["2001:db8::/56", "2001:db8:0:100::/56"]),
        ("vlan", "4093-4094", ["Q:4093", "Q:4094"]),
        ("onu", "HWTC0001；HWTC0002", ["HWTC0001", "HWTC0002"]),
        ("number", "0099-0101", ["0099", "0100", "0101"]),
    ],
)
def test_values_of_pools(kind: str, values: str, codes: list[str]) -> None:
    from kapok.kernel.text import Text

    inventory.add_pool(code="Q", kind=kind, name=Text(zh="池", en=""), values=values, **WHO)
    assert sorted(Resource.objects.filter(pool__code="Q").values_list("code", flat=True)) == sorted(codes)


@pytest.mark.parametrize(
    ("kind", "values"),
    [("ipv4", "10.0.0.0/8"), ("ipv4", "10.0.0.300"), ("ipv4", "x/24"), ("ipv6_prefix", "2001:db8::/20"), ("vlan", "0-9"),
     ("vlan", "5000"), ("number", "9-1"), ("number", "1-99999999"), ("ipv6_prefix", "zz")],
)  # fmt: skip
def test_wrong_values_are_refused(kind: str, values: str) -> None:
    from kapok.kernel.text import Text

    with pytest.raises(refusals.BadRange):
        inventory.add_pool(code="Q", kind=kind, name=Text(zh="池", en=""), values=values, **WHO)
    assert not Pool.objects.filter(code="Q").exists()


def test_ports_are_numbered_on_beyond_a_thousand() -> None:
    inventory.add_resources(kind="mdf_port", element="MDF1", count=1000, **WHO)
    inventory.add_resources(kind="mdf_port", element="MDF1", count=2, **WHO)
    assert Resource.objects.filter(code__in=["MDF1:V1003", "MDF1:V1004"]).count() == 2
    assert Resource.objects.filter(element__code="MDF1").count() == 1004


def test_plant_is_refused_where_it_does_not_belong() -> None:
    for more, refusal in (
        ({"kind": "number", "element": "SPL1", "count": 1}, refusals.WrongHome),
        ({"kind": "splitter_port", "pool": "IP", "values": "x"}, refusals.WrongHome),
        ({"kind": "splitter_port", "element": "SPL1", "count": 0}, refusals.BadCount),
        ({"kind": "splitter_port", "element": "SPL1", "values": "P001"}, refusals.CodeTaken),
        ({"kind": "splitter_port", "element": "GHOST", "count": 1}, refusals.UnknownElement),
        ({"kind": "ipv4", "pool": "GHOST", "values": "1.1.1.1"}, refusals.UnknownPool),
        ({"kind": "splitter_port", "element": "SPL1", "count": 1, "state": "reserved"}, refusals.UnknownKind),
    ):
        before = Resource.objects.count()
        with pytest.raises(refusal):
            inventory.add_resources(**more, **WHO)  # type: ignore[arg-type]
        assert Resource.objects.count() == before
    with pytest.raises(refusals.CodeTaken):
        inventory.add_element(code="SPL1", kind="splitter", **WHO)
    with pytest.raises(refusals.BadPlantCode):
        inventory.add_element(code="a b", kind="splitter", **WHO)
    with pytest.raises(refusals.NotAPoint):
        inventory.cover(element="MDF1", addresses=["n1"], **WHO)
    assert queries.qualify("n1", [FIBRE], AT)[0].available


def test_more_codes_than_one_question_takes_are_asked_for_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "AT_ONCE", 2)
    assert list(adding.slices(["a", "b", "c"])) == [["a", "b"], ["c"]]
    test_a_table_is_loaded_whatever_its_order()


@pytest.mark.parametrize(
    ("column", "value"), [("down_mbps", "-5"), ("down_mbps", "1000000000000"), ("quarantine_days", "-3")]
)
def test_a_number_out_of_bounds_is_a_fault_of_its_row(column: str, value: str) -> None:
    record, kind = ("pool", "vlan") if column == "quarantine_days" else ("element", "olt")
    text = f"record,code,kind,name_zh,{column}\n{record},X9,{kind},新,{value}\n"
    loaded = plant_api.import_plant(content=text.encode(), source="csv", file="p.csv", dry_run=True, **WHO)
    assert (loaded.refused, loaded.rows[0].line) == (1, 2)
    assert column in loaded.rows[0].reason.en


def test_a_null_character_is_said_and_no_failure_of_ours() -> None:
    text = "record,code,kind,parent\nelement,X9,splitter,a\0b\n"
    with pytest.raises(refusals.NotAPlantFile):
        plant_api.import_plant(content=text.encode(), source="csv", file="p.csv", dry_run=True, **WHO)
    export = {
        "sites": None,
        "devices": [{"name": "o", "role": "olt"}],
        "interfaces": [{"device": "o", "name": "a\0", "type": "gpon"}],
    }
    loaded = plant_api.import_plant(content=json.dumps(export).encode(), source="netbox", file="n", dry_run=True, **WHO)
    assert loaded.refused == 1
