"""A small operator that sells: the demonstration's people, posts, packs, flows and offers, upon the inventory's small plant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from kapok.chain.ordering import api, engine
from kapok.chain.ordering.api import LineDraft
from kapok.chain.ordering.models import Leg, Line, Order, Step
from kapok.ground.catalog import demo as flows
from kapok.ground.catalog.offering import api as offer_api
from kapok.ground.catalog.offering import demo as offers
from kapok.ground.catalog.offering import queries as offer_queries
from kapok.ground.commitments import demo as packs
from kapok.ground.customers import api as customers
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import lines
from kapok.ground.people import demo as people
from kapok.ground.posts import demo as posts
from kapok.ground.work import queries as work
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Item
from kapok.network.inventory import api as inventory
from kapok.network.inventory.models import Resource, Service
from tests import worlds
from tests.network import plant
from tests.network.plant import AT

FIBRE = "fibre-100"
AGENT = "staff/agent"


def later(minutes: float) -> datetime:
    """So many minutes after the shop opened."""
    return AT + timedelta(minutes=minutes)


def by(username: str, minutes: float = 0) -> dict[str, Any]:
    """Who acts, and when."""
    return {"actor": f"staff/{username}", "at": later(minutes)}


def set_up() -> None:
    """Open the shop."""
    worlds.begin("shop", open_it)


def open_it() -> None:
    """The same, verb by verb."""
    for loader in (people, posts, packs, flows, offers):
        loader.load(AT)
    plant.set_up_places()
    plant.set_up_plant(splitter_ports=8)
    who: dict[str, Any] = plant.WHO
    inventory.add_pool(
        code="ONU", kind="onu", name=plant.named("光猫库"), values=" ".join(f"KPK{n:05}" for n in range(1, 41)), **who
    )
    inventory.add_pool(code="VLAN", kind="vlan", name=plant.named("用户VLAN"), values="1001-1040", **who)
    inventory.add_pool(code="SIM", kind="sim", name=plant.named("SIM卡"), values="89860001-89860004", **who)


def add_switch() -> None:
    """An access switch for leased circuits at every house of the street."""
    inventory.add_element(code="SW1", kind="switch", site="TYX", covers=["road"], **plant.WHO)
    inventory.add_resources(kind="circuit_port", element="SW1", count=12, **plant.WHO)


def with_prefixes() -> None:
    """Broadband takes an IPv6 prefix from now on."""
    inventory.add_pool(
        code="IP6", kind="ipv6_prefix", name=plant.named("IPv6前缀"), values="2001:db8:0:8000::/52", **plant.WHO
    )
    kinds = ("pon_port", "splitter_port", "onu", "vlan", "ipv6_prefix")
    new_version(FIBRE, resources=[{"kind": kind} for kind in kinds])


def add_switches(far_ports: int = 2) -> None:
    """One switch at 1号 and 5号, another one at 3号: a circuit between them has a port at each."""
    for code, covers, count in (("SW1", ["n1", "n5"], 4), ("SW2", ["n3"], far_ports)):
        inventory.add_element(code=code, kind="switch", site="TYX", covers=covers, **plant.WHO)
        if count:
            inventory.add_resources(kind="circuit_port", element=code, count=count, **plant.WHO)


def bank() -> str:
    """A key account of the first level."""
    return customer("某银行", "key_account", tier="SL1")


def circuit(address: str = "n1", far: str = "n3", offer: str = "circuit-10", **more: Any) -> LineDraft:
    """A leased circuit between two addresses."""
    return line(offer, address=address, far_address=far, **more)


def connected(*, whose: str = "", minutes: float = 0, drafted: LineDraft | None = None) -> str:
    """A circuit that works, or what becomes of one: the number of its service."""
    number = placed(drafted or circuit(), whose=whose or bank(), minutes=minutes, channel="key_account")
    run(minutes + 1)
    for stage in sorted(live(number) & {"access-a", "access-b", "progress"}):
        do(number, stage, minutes + 2)
    run(minutes + 3)
    do(number, "handover", minutes + 4)
    run(minutes + 5)
    found = Line.objects.filter(leg__order__number=number, service__isnull=False).order_by("number").first()
    assert found is not None
    assert found.service is not None
    return found.service.number


def customer(name: str = "陈静", segment: str = "public", **more: Any) -> str:
    """Somebody who lives in the street."""
    kind = "person" if segment == "public" else "organisation"
    return customers.register_customer(kind=kind, name=name, segment=segment, unit="hotline", **more, **plant.WHO)


def line(offer: str = FIBRE, action: str = "install", address: str = "r101", **more: Any) -> LineDraft:
    """One line."""
    return LineDraft(offer=offer, action=action, address=address, **more)


def placed(*lines: LineDraft, whose: str = "", minutes: float = 0, **more: Any) -> str:
    """An order that the hotline took; paid unless said otherwise."""
    said = {"channel": "hotline", "pay": True} | more
    return api.place_order(customer=whose or customer(), lines=lines or [line()], **said, **by("agent", minutes))


def run(minutes: float) -> int:
    """Let the engine do all that is due by then; how many steps it took in hand."""
    return engine.advance(at=later(minutes), limit=100)


def order(number: str) -> Order:
    """The order as it stands."""
    return Order.objects.get(number=number)


def leg(number: str, which: int = 1) -> Leg:
    """One of its legs as it stands."""
    return Leg.objects.select_related("order").get(order__number=number, number=which)


def stands(number: str, which: int = 1) -> tuple[str, str, str]:
    """State, exception and compensation of a leg."""
    row = leg(number, which)
    return row.state, row.exception, row.compensation


def live(number: str, which: int = 1) -> set[str]:
    """The stages in hand."""
    rows = Item.objects.filter(matter__subject=leg(number, which).subject, ended_at=None)
    return set(rows.values_list("stage", flat=True))


def item(number: str, stage: str, which: int = 1) -> Item:
    """The stage in hand."""
    subject = leg(number, which).subject
    return Item.objects.select_related("unit").get(matter__subject=subject, stage=stage, ended_at=None)


WORKERS = {
    "hotline": "agent", "dispatch": "dispatcher", "data": "manager", "tianhe-east-field": "technician", "monitoring": "noc",
    "key-accounts": "keyaccount", "yuexiu-hall": "manager",
}  # fmt: skip


def do(number: str, stage: str, minutes: float, *, which: int = 1, **said: Any) -> None:
    """Somebody of the unit takes the stage, unless they have it, and delivers it with all evidence that it wants."""
    found = item(number, stage, which)
    who = WORKERS[found.unit.code]
    wanted = len(work.evidence_of(found.id))
    if found.state == "offered":
        baton.accept(item=found.id, **by(who, minutes))
    baton.deliver(item=found.id, evidence=["凭据"] * wanted, **said, **by(who, minutes))


def installed(offer: str = FIBRE, *, whose: str = "", minutes: float = 0, address: str = "r101") -> str:
    """A service that works: its number."""
    number = placed(line(offer, address=address), whose=whose, minutes=minutes)
    run(minutes + 1)
    for stage in ("appoint", "visit"):
        if stage in live(number):
            do(number, stage, minutes + 2)
            run(minutes + 3)
    run(minutes + 4)
    do(number, "confirm", minutes + 5)
    run(minutes + 6)
    return str(Line.objects.get(leg__order__number=number).service.number)  # type: ignore[union-attr]


def steps(number: str, which: int = 1) -> list[tuple[str, str]]:
    """What the system does for a leg, with its state, as it was opened."""
    rows = Step.objects.filter(leg=leg(number, which)).order_by("opened_at", "id")
    return list(rows.values_list("name", "state"))


def service(number: str) -> Service:
    """A service as it stands."""
    return Service.objects.get(number=number)


def held(holder: str) -> dict[str, str]:
    """What somebody has of the plant: kind and state."""
    return dict(Resource.objects.filter(holder=holder).order_by("kind").values_list("kind", "state"))


def told(kind: str, subject: str = "") -> list[dict[str, Any]]:
    """What the journal says of that kind, with what was typed."""
    entries = Entry.objects.filter(kind=kind, **({"subject": subject} if subject else {}))
    return [line.data for line in lines(entries.order_by("recorded_at", "id"))]


def happened(subject: str) -> list[str]:
    """The kinds of entries of a subject in the vocabulary of promises, as they were recorded."""
    kinds = Entry.objects.filter(subject=subject).order_by("transaction", "position").values_list("kind", flat=True)
    return [kind for kind in kinds if kind.startswith(("order.", "service.", "customer.", "visit.", "matter."))]


def new_version(code: str, *, dearer: int = 0, **said: Any) -> None:
    """Put a new version of an offer on sale; every price is `dearer` by so much, in fen."""
    document = offer_queries.offer(code).offer.document() | said
    for price in document["prices"]:
        price["amount"] += dearer
    offer_api.draft_offer(document=document, **by("manager"))
    offer_api.publish_offer(code=code, revision=1, **by("manager"))


Verb = Callable[..., Any]
