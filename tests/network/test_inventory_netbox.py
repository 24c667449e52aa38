"""NetBox's tables one by one, as CSV: what they name is in the inventory already; and the addresses that somebody has."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from kapok.ground.journal.queries import timeline
from kapok.kernel.text import Text
from kapok.network.inventory import api as inventory
from kapok.network.inventory.models import Element, Pool, Resource
from kapok.network.inventory.plant import netbox
from tests.network.plant import WHO
from tests.network.test_inventory_files import load

pytestmark = pytest.mark.usefixtures("plant")
SITES = "Name,Slug,Facility,Region\nShipai Exchange,sp-1,SP,\n"
DEVICES = (
    "Name,Role,Site,Serial\nolt 9,GPON OLT,Shipai Exchange,SN1\nspl-9,Splitter,,\ndp-9,Distribution Point,Shipai Exchange,\n"
    "cab-9,Cabinet,Shipai Exchange,\n"
)
INTERFACES = (
    "Device,Name,Type,Enabled\nolt 9,0/1,GPON (2.5 Gbps / 1.25 Gbps),True\nolt 9,mgmt,Other,True\nghost,x,Other,True\n"
)
REAR = "Name,Device,Positions\nin,spl-9,8\nin,ghost,8\n"
FRONT = "Name,Device,Rear Port,Cable\nout 1,spl-9,in,\nout 2,spl-9,in,c7\n1,dp-9,in,\nout 1,ghost,in,\n"
CABLES = (
    "Label,Device A,Termination A,Device B,Termination B\n"
    "c1,spl-9,in,olt 9,0/1\nc2,cab-9,1,dp-9,feed\nc3,spl-9,in,ghost,1\nc4,dp-9,1,spl-9,1\n"
)
PREFIXES = "Prefix,Status,Scope,Is a pool,Description\n198.51.100.0/29,Active,Shipai Exchange,True,Dial\n"
PREFIXES = PREFIXES.replace("Is a pool", "is_pool")
ADDRESSES = (
    "Address,VRF,Status,Role,Tenant,Assigned,Dns Name,Parent\n"
    "198.51.100.2/29,,Active,,Bank,True,gw.bank.example,core 1\n198.51.100.5/29,,Reserved,,,,,\nnonsense,,Active,,,,,\n"
    "2001:db8:0:1ff::7/64,,Active,,,,v6.example,\n"
)


def refused(text: str) -> list[tuple[str, int]]:
    loaded = load(text, "netbox", leave_out_refused=True)
    return [(row.table, row.line) for row in loaded.rows]


def test_each_table_as_csv_names_what_is_in_the_inventory() -> None:
    for table, line in ((SITES, 0), (DEVICES, 0), (INTERFACES, 4), (REAR, 3), (FRONT, 5)):
        rows = refused(table)
        assert [row for _, row in rows] == ([line] if line else []), table
    pon = Element.objects.select_related("site", "parent", "exchange_area").get(code="olt-9:0/1")
    assert (pon.kind, pon.site.code, pon.parent.code, pon.exchange_area.code) == ("pon", "sp-1", "olt-9", "SP")  # type: ignore[union-attr]
    assert Resource.objects.filter(element=pon, kind="pon_port").count() == 64
    ports = Resource.objects.filter(element__code__in=["spl-9", "dp-9"]).order_by("code")
    assert list(ports.values_list("code", "kind", "state")) == [
        ("dp-9:1", "secondary_pair", "free"), ("spl-9:out-1", "splitter_port", "free"),
        ("spl-9:out-2", "splitter_port", "blocked"),
    ]  # fmt: skip


def test_cables_as_csv_hang_what_is_in_the_inventory() -> None:
    for table in (SITES, DEVICES, INTERFACES):
        load(table, "netbox", leave_out_refused=True)
    tried = load(CABLES, "netbox", dry_run=True)
    assert (tried.fed, tried.refused, tried.rows[0].line) == (2, 1, 4)
    assert tried.rows[0].reason.en.count("neither the export nor the inventory has such a device") == 1
    assert Element.objects.get(code="spl-9").parent is None
    loaded = load(CABLES, "netbox", leave_out_refused=True)
    assert (loaded.fed, sum(loaded.passed.values())) == (2, 1)
    splitter = Element.objects.select_related("parent", "exchange_area").get(code="spl-9")
    assert (splitter.parent.code, splitter.exchange_area.code) == ("olt-9:0/1", "SP")  # type: ignore[union-attr]
    assert Element.objects.get(code="dp-9").parent.code == "cab-9"  # type: ignore[union-attr]
    again = load(CABLES, "netbox", leave_out_refused=True)
    assert (again.fed, again.known) == (0, 2)


def test_a_cable_that_would_close_a_ring_is_refused() -> None:
    inventory.add_element(code="olt-8", kind="olt", **WHO)
    inventory.add_element(code="rt-8", kind="router", parent="olt-8", **WHO)
    loaded = load("device_a,termination_a,device_b,termination_b\nrt-8,1,olt-8,up\n", "netbox", leave_out_refused=True)
    assert (loaded.fed, [row.line for row in loaded.rows]) == (0, [2])
    assert "feed itself" in loaded.rows[0].reason.en
    assert Element.objects.get(code="olt-8").parent is None


def states(pool: str) -> dict[str, tuple[str, str]]:
    return {row.value: (row.state, row.note) for row in Resource.objects.filter(pool__code=pool)}


@pytest.mark.parametrize("first", ["prefixes", "addresses"])
def test_an_address_that_somebody_has_is_given_to_nobody_else(first: str) -> None:
    load(SITES, "netbox")
    tables = [PREFIXES, ADDRESSES] if first == "prefixes" else [ADDRESSES, PREFIXES]
    for table in tables:
        load(table, "netbox", leave_out_refused=True)
    free = {f"198.51.100.{host}": ("free", "") for host in (1, 3, 4, 6)}
    taken = {
        "198.51.100.2": ("blocked", "NetBox中已在用 / in use by NetBox: core 1, gw.bank.example, Bank"),
        "198.51.100.5": ("blocked", "NetBox中已在用 / in use by NetBox: Reserved"),
    }
    assert states("198.51.100.0/29") == free | taken
    assert list(states("netbox-ipv6")) == ["2001:db8:0:100::/56"]
    moved = timeline("resource/198.51.100.2")
    assert [(entry.data["before"], entry.data["after"]) for entry in moved] == [("free", "blocked")]
    again = load(ADDRESSES, "netbox", leave_out_refused=True)
    assert (again.blocked, again.known, states("198.51.100.0/29")) == (0, 3, free | taken)


def test_what_we_gave_out_ourselves_stays_and_a_trial_says_what_it_would_block() -> None:
    load(SITES, "netbox")
    load(PREFIXES, "netbox")
    Resource.objects.filter(code="198.51.100.5").update(state="faulty", note="坏")
    tried = load(ADDRESSES, "netbox", dry_run=True)
    assert (tried.blocked, tried.known, [(row.table, row.line) for row in tried.rows]) == (2, 1, [("ip-addresses", 4)])
    assert Resource.objects.get(code="198.51.100.2").state == "free"
    assert not Pool.objects.filter(code="netbox-ipv6").exists()
    assert timeline("resource/198.51.100.2") == []
    load(ADDRESSES, "netbox", leave_out_refused=True)
    assert states("198.51.100.0/29")["198.51.100.5"] == ("faulty", "坏")


def test_both_in_one_export_as_json(tmp_path: Path) -> None:
    eth = {"device": {"name": "core"}, "name": "eth0"}
    export = {
        "ip_addresses": [{"address": "198.51.100.2/29", "assigned_object": eth, "tenant": {"name": "Bank"}}],
        "prefixes": [{"prefix": "198.51.100.0/29", "is_pool": True, "status": {"value": "active"}}],
    }
    file, out = tmp_path / "n.json", StringIO()
    file.write_text(json.dumps(export), encoding="utf-8")
    call_command("importplant", str(file), "--from=netbox", "--dry-run", "--language=en", stdout=out)
    assert "1 value in use blocked" in out.getvalue()
    assert not Pool.objects.filter(code="198.51.100.0/29").exists()
    load(json.dumps(export), "netbox")
    assert states("198.51.100.0/29")["198.51.100.2"] == (
        "blocked",
        "NetBox中已在用 / in use by NetBox: core eth0, Bank",
    )
    assert not Pool.objects.filter(code__startswith="netbox-").exists()


def test_a_pool_that_a_person_opens_takes_in_what_was_kept_aside() -> None:
    load(ADDRESSES, "netbox", leave_out_refused=True)
    inventory.add_pool(code="Q", kind="ipv4", name=Text(zh="池", en=""), values="198.51.100.4/30", **WHO)
    assert {value: state for value, (state, _) in states("Q").items()} == {
        "198.51.100.5": "blocked", "198.51.100.6": "free",
    }  # fmt: skip
    assert list(states("netbox-ipv4")) == ["198.51.100.2"]
    assert timeline("pool/Q")[0].data["count"] == 2


def test_the_remedy_names_every_table() -> None:
    assert set(netbox.MARKS) == set(netbox.TABLES)
    assert all(table in netbox.REMEDY.en for table in netbox.TABLES)
