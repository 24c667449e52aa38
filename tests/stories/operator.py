"""A small operator at work, for stories: hours and days pass, clocks fire, the engine works, subscribers hear of everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pyrad.packet import Packet

from kapok.back.workforce import api as field
from kapok.back.workforce.rules import Deed as Errand
from kapok.chain.ordering import engine, performing
from kapok.chain.ordering.models import Line
from kapok.config.subscriptions import SUBSCRIPTIONS
from kapok.ground.commitments import scheduler
from kapok.ground.commitments.firing import Deed
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal.api import deliver
from kapok.ground.work import queries as work
from kapok.ground.work.baton import api as baton
from kapok.ground.work.baton import queries as batons
from kapok.ground.work.models import Item
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text
from kapok.network.inventory.models import Resource
from tests.chain import shop
from tests.network.access_server import AccessServer
from tests.network.plant import AT

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def after(days: float = 0, hours: float = 0) -> datetime:
    """So long after Monday, 2 March 2026, 9 o'clock in Guangzhou."""
    return AT + timedelta(days=days, hours=hours)


def by(username: str, at: datetime) -> dict[str, Any]:
    """Who acts, and when."""
    return {"actor": f"staff/{username}", "at": at}


def passes(until: datetime) -> Counter[Deed]:
    """Time passes: clocks fire, the engine does what is due, subscribers hear of it; what became of the clocks."""
    deeds: Counter[Deed] = Counter()
    while (fired := scheduler.fire(at=until)).clocks:
        deeds.update(fired.deeds)
    while engine.advance(at=until) or hear(until):
        continue
    return deeds


def hear(at: datetime) -> int:
    """Every subscriber is handed what is new; how many entries they have passed. Needs transactions that end."""
    return sum(deliver(subscription, at=at) for subscription in SUBSCRIPTIONS)


def takes(number: str, stage: str, at: datetime, *, which: int = 1) -> None:
    """Somebody of the unit accepts the stage that was offered."""
    item = shop.item(number, stage, which)
    baton.accept(item=item.id, **by(shop.WORKERS[item.unit.code], at))


def delivers(number: str, stage: str, at: datetime, *, which: int = 1, then_passes: bool = True) -> None:
    """Whoever has the stage hands it in with the evidence that it wants; then the engine goes on."""
    item = shop.item(number, stage, which)
    evidence = ["凭据"] * len(work.evidence_of(item.id))
    baton.deliver(item=item.id, evidence=evidence, **by(shop.WORKERS[item.unit.code], at))
    if then_passes:
        passes(at)


def drives(username: str, unit: str, **carried: int) -> None:
    """A technician has a van with so much of each material."""
    at = by("dispatcher", after())
    field.add_vehicle(plate="A·10001", unit=unit, driver=username, **at)
    for code, count in carried.items():
        field.define_material(code=code, title=Text(zh=code, en=code), counted=Text(zh="个", en="pieces"), **at)
        field.load_van(plate="A·10001", material=code, count=count, **at)


def goes_there(number: str, at: datetime) -> None:
    """The technician who has the visit sets off, arrives a quarter of an hour later, and begins, as the phone tells it."""
    item = shop.item(number, "visit").id
    for quarter, deed in enumerate((Errand.SET_OFF, Errand.ARRIVE, Errand.BEGIN)):
        tells(item, deed, at + quarter * HOUR / 4)


def tells(item: UUID, deed: Errand, at: datetime, **said: Any) -> None:
    """The phone of the technician tells what they did."""
    who = shop.WORKERS[Item.objects.select_related("unit").get(id=item).unit.code]
    assert field.take(key=uuid7(at), item=item, deed=deed, told=said, pressed_at=at, **by(who, at))


def works(number: str, stage: str, at: datetime, *, which: int = 1) -> None:
    """Somebody of the unit takes the stage and hands it in; then the engine goes on."""
    takes(number, stage, at, which=which)
    delivers(number, stage, at, which=which)


def works_all(number: str, at: datetime) -> None:
    """Whatever people have to do is done, until nothing is left."""
    while stages := shop.live(number):
        for stage in sorted(stages):
            works(number, stage, at)


def holds(number: str, which: int = 1) -> dict[str, tuple[str, str, str]]:
    """Each stage in hand or done: the unit, who answers for it and who has or had it."""
    rows = Item.objects.filter(matter__subject=shop.leg(number, which).subject).exclude(state="withdrawn")
    return {
        row.stage: (row.unit.code, row.accountable.username, row.holder.username if row.holder else "")
        for row in rows.select_related("unit", "accountable", "holder")
    }


def promise(number: str, code: str, which: int = 1) -> Commitment:
    """A promise to the customer of a leg."""
    return Commitment.objects.get(subject=shop.leg(number, which).subject, promise=code)


def kept(number: str, which: int = 1) -> dict[str, str]:
    """What became of every promise of a leg that has one, its stages' among them."""
    rows = Commitment.objects.filter(subject=shop.leg(number, which).subject)
    return dict(rows.order_by("promise").values_list("promise", "state"))


def charged(commitment: Commitment, at: datetime) -> dict[tuple[str, str, str], timedelta]:
    """Who is charged with the time of a commitment: unit, who answers, who acted. It adds up to the whole."""
    shares = batons.attribution(commitment.id, at)
    times: Counter[tuple[str, str, str]] = Counter()
    for share in shares:
        times[share.party.unit, share.party.answers, share.party.acted_by] += share.time // timedelta(seconds=1)
    return {who: timedelta(seconds=seconds) for who, seconds in times.items()}


def service_of(number: str) -> str:
    """The service that the first line of an order has become."""
    service = Line.objects.filter(leg__order__number=number, service__isnull=False).order_by("number")
    return str(service.values_list("service__number", flat=True)[0])


def service_of_none(number: str) -> bool:
    """Whether no line of an order has become a service."""
    return not Line.objects.filter(leg__order__number=number, service__isnull=False).exists()


def ports(service: str) -> dict[str, str]:
    """What a service runs on: kind and code."""
    rows = Resource.objects.filter(service__number=service).order_by("kind")
    return dict(rows.values_list("kind", "code"))


def states(codes: Iterable[str]) -> dict[str, str]:
    """Where resources stand."""
    return dict(Resource.objects.filter(code__in=list(codes)).order_by("code").values_list("code", "state"))


def given_back(codes: Iterable[str]) -> dict[str, str]:
    """Where a line's resources stand once it ended: ports are free again, the ONU is to be tested first."""
    kinds = Resource.objects.filter(code__in=list(codes)).values_list("code", "kind")
    return {code: "blocked" if kind == "onu" else "free" for code, kind in kinds}


def not_free() -> set[tuple[str, str]]:
    """What nobody can have now, by kind and state."""
    return set(Resource.objects.exclude(state="free").values_list("kind", "state"))


Knock = Callable[[], Packet]


def customers_router(door: AccessServer, radius: tuple[str, int], service: str) -> Knock:
    """The router of a customer, which logs in at the RADIUS server over the access server."""
    login, secret = f"{service.lower()}@kapok", performing.secret_of(service)
    return lambda: door.log_in(radius, login, secret)
