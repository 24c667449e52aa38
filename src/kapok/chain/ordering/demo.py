"""Orders of the demonstration, in every state and exception, played by the verbs up to the moment of loading; once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kapok.chain.ordering import api, engine
from kapok.chain.ordering.api import LineDraft
from kapok.chain.ordering.models import Leg, Line, Order
from kapok.ground.commitments import api as commitments
from kapok.ground.customers.models import Customer
from kapok.ground.places.rules import Segment
from kapok.ground.work import queries as work
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Item
from kapok.network.activation import api as activation

WORKERS: Mapping[str, str] = {
    "hotline": "agent", "dispatch": "dispatcher", "data": "manager", "tianhe-east-field": "technician",
    "monitoring": "noc", "key-accounts": "keyaccount", "yuexiu-hall": "manager",
}  # fmt: skip
EVIDENCE: Mapping[str, str] = {"confirm": "客户电话确认", "visit": "现场照片"}
AWAY: Mapping[str, str] = {"suspension": "customer_wish", "reason": "客户出国"}
NO_PLANT = "TH10-010"
NEW_HOME = "TH05-008"
CARD = "sim-voice"
HOUR, DAY = 60, 24 * 60
SLOW = timedelta(days=30)
"""So long an element of the demonstration takes to answer: what passes in seconds elsewhere can be looked at meanwhile."""


@dataclass(frozen=True)
class Shop:
    """The operator at the moment of the demonstration; it does things so many minutes before."""

    now: datetime
    residents: tuple[Customer, ...]
    firms: Mapping[str, Customer]

    def by(self, username: str, ago: float) -> dict[str, Any]:
        """Who acts, and when."""
        return {"actor": f"staff/{username}", "at": self.now - timedelta(minutes=ago)}

    def ordered(self, whose: Customer, *lines: LineDraft, ago: float, **more: Any) -> str:
        """An order that the hotline took."""
        said: dict[str, Any] = {"channel": "hotline", "pay": True} | more
        return api.place_order(customer=whose.number, lines=lines, **said, **self.by("agent", ago))

    def broadband(self, which: int, *, ago: float, offer: str = "fibre-100", address: str = "", **more: Any) -> str:
        """Something, broadband unless said otherwise, for one of the residents at home, or at another address."""
        whose = self.residents[which]
        home = address or (whose.address.code if whose.address else "")
        return self.ordered(whose, LineDraft(offer=offer, address=home), ago=ago, **more)

    def run(self, ago: float) -> None:
        """The system does what is due by then."""
        engine.advance(at=self.now - timedelta(minutes=ago), limit=200)

    def did(self, order: str, stage: str, ago: float, leg: int = 1) -> None:
        """Somebody of the unit takes a stage and delivers it; then the system goes on."""
        self.delivered(order, stage, ago, leg)
        self.run(ago)

    def delivered(self, order: str, stage: str, ago: float, leg: int = 1) -> None:
        """Somebody of the unit takes a stage and delivers it."""
        subject = Leg.objects.get(order__number=order, number=leg).subject
        item = Item.objects.select_related("unit").get(matter__subject=subject, stage=stage, ended_at=None)
        who = WORKERS[item.unit.code]
        wanted = len(work.evidence_of(item.id))
        baton.accept(item=item.id, **self.by(who, ago + 5))
        baton.deliver(item=item.id, evidence=[EVIDENCE.get(stage, "记录")] * wanted, **self.by(who, ago))

    def ask_and_wait(self) -> None:
        """The system asks an element for what is due next, and the element takes its time."""
        engine.claim(self.now + SLOW)

    def through(self, order: str, ago: float, leg: int = 1) -> None:
        """People and the system do their parts by turns, from then on, until nothing is left to do."""
        self.run(ago)
        live = Item.objects.filter(
            matter__subject=Leg.objects.get(order__number=order, number=leg).subject, ended_at=None
        )
        while stage := live.values_list("stage", flat=True).first():
            ago -= 6
            self.did(order, stage, ago, leg)

    def installed(self, which: int, *, ago: float, offer: str = "fibre-100", **more: Any) -> str:
        """A service of one of the residents that works: its number."""
        order = self.broadband(which, ago=ago, offer=offer, **more)
        self.through(order, ago - 1)
        return str(Line.objects.get(leg__order__number=order).service)

    def changed(
        self, which: int, service: str, action: str, *, ago: float, offer: str = "fibre-100", **wished: str
    ) -> str:
        """An order for something else of a service: its number."""
        line = LineDraft(offer=offer, action=action, service=service, characteristics=wished)
        return self.ordered(self.residents[which], line, ago=ago)


def load(at: datetime) -> None:
    """Play the stories. Where there are orders already, or no customers, nothing is done."""
    residents = Customer.objects.filter(segment=Segment.PUBLIC, merged_into=None, address__isnull=False)
    shop = Shop(
        at, tuple(residents.select_related("address").order_by("number")),
        {each.reference: each for each in Customer.objects.exclude(reference="")},
    )  # fmt: skip
    if Order.objects.exists() or not shop.residents:
        return
    for story in STORIES:
        story(shop)


def working(shop: Shop) -> None:
    """Installed, tested, confirmed and rated; then suspended while the customer is abroad."""
    order = shop.broadband(0, ago=9 * DAY, offer="fibre-300")
    shop.run(9 * DAY - 1)
    shop.did(order, "appoint", 9 * DAY - 60)
    shop.did(order, "visit", 7 * DAY)
    api.confirm(order=order, leg=1, rating=5, word="回访录音 0311", **shop.by("agent", 6 * DAY))
    service = Line.objects.select_related("service").get(leg__order__number=order).service
    number = service.number if service else ""
    line = LineDraft(offer="fibre-300", action="suspend", service=number, characteristics=AWAY)
    suspended = shop.ordered(shop.residents[0], line, ago=3 * DAY)
    shop.did(suspended, "accept", 3 * DAY - 20)


def on_the_road(shop: Shop) -> None:
    """The technician comes today."""
    order = shop.broadband(1, ago=2 * DAY)
    shop.run(2 * DAY - 1)
    shop.did(order, "appoint", 2 * DAY - 90)


def waiting_for_plant(shop: Shop) -> None:
    """No plant reaches the lane (10W): the promise runs on."""
    shop.broadband(2, ago=4 * DAY, address=NO_PLANT)
    shop.run(4 * DAY - 1)


def put_off(shop: Shop) -> None:
    """The customer renovates (10P): somebody with authority has approved that the clocks stand still."""
    order = shop.broadband(3, ago=5 * DAY)
    shop.run(5 * DAY - 1)
    asked = api.defer(
        order=order, leg=1, until=shop.now + timedelta(days=12), reason="客户装修，要求缓装", evidence="来电录音 0228",
        **shop.by("technician", 4 * DAY),
    )  # fmt: skip
    if asked:
        commitments.approve_request(request=asked, word="已听录音", **shop.by("supervisor", 4 * DAY - 25))


def wants_to_wait(shop: Shop) -> None:
    """The customer is abroad (10P): it is put off, and until somebody approves the clocks run on."""
    order = shop.broadband(9, ago=2 * DAY)
    shop.run(2 * DAY - 1)
    api.defer(
        order=order, leg=1, until=shop.now + timedelta(days=9), reason="客户出国，要求回国后再装", evidence="来电录音 0310",
        **shop.by("technician", 50),
    )  # fmt: skip


def returned(shop: Shop) -> None:
    """Too little light at the test (10R): back to the visit by itself."""
    order = shop.broadband(4, ago=6 * DAY)
    shop.run(6 * DAY - 1)
    shop.did(order, "appoint", 6 * DAY - 60)
    activation.switch_on_fault(element="olt", fault="weak_light", calls=1, **shop.by("noc", 2 * HOUR + 1))
    shop.did(order, "visit", 2 * HOUR)


def cancelled(shop: Shop) -> None:
    """Given up before the visit (10C): everything has been given back."""
    order = shop.broadband(5, ago=3 * DAY)
    shop.run(3 * DAY - 1)
    api.cancel(order=order, reason="客户改用公司宽带", **shop.by("agent", 2 * DAY))
    shop.run(2 * DAY - 1)


def unpaid(shop: Shop) -> None:
    """Taken and reserved; no promise counts before it is paid."""
    shop.broadband(6, ago=3 * HOUR, offer="fibre-1000", pay=False)


def amended(shop: Shop) -> None:
    """A higher speed on the way (10Q)."""
    order = shop.broadband(7, ago=DAY)
    shop.run(DAY - 1)
    api.amend(order=order, line=1, offer="fibre-300", **shop.by("agent", 20 * HOUR))
    shop.run(20 * HOUR)


def left_to_people(shop: Shop) -> None:
    """The OLT refused: the stage is offered to people with the reason."""
    activation.switch_on_fault(element="olt", fault="refuses", calls=1, **shop.by("noc", 5 * HOUR))
    shop.broadband(8, ago=5 * HOUR)
    shop.run(5 * HOUR - 1)


DATA_CENTRE = "TH08-002"
"""The far end of the bank's circuits, in the area of another exchange."""


def three_circuits(shop: Shop) -> None:
    """A bank with three circuits from its branches to its data centre, of which one will be late."""
    bank = shop.firms.get("K-100")
    if bank is None:
        return
    lines = [
        LineDraft(offer="circuit-10", address=f"TH05-{number:03}", far_address=DATA_CENTRE) for number in (2, 4, 6)
    ]
    order = shop.ordered(bank, *lines, ago=6 * DAY, channel="key_account", first_contact="keyaccount")
    shop.run(6 * DAY - 1)
    for leg in (1, 2):
        for stage in ("access-a", "access-b", "progress"):
            shop.did(order, stage, 4 * DAY, leg)
    for leg in (1, 2):
        shop.did(order, "handover", 3 * DAY, leg)
    api.expedite(order=order, leg=3, note="客户要求三条同时投产", supervise=True, **shop.by("keyaccount", DAY))


def a_life(shop: Shop) -> None:
    """A line that was made faster, suspended for a debt, resumed, given to somebody else, and given up by them."""
    heir = shop.residents[10]
    service = shop.installed(9, ago=40 * DAY)
    shop.through(shop.changed(9, service, "change", offer="fibre-300", ago=35 * DAY), 35 * DAY - 1)
    for days, action, note, wished in (
        (25, "suspend", "欠费两个月", {"suspension": "arrears", "reason": "欠两个月"}), (24, "resume", "已缴清", {}),
    ):  # fmt: skip
        line = LineDraft(offer="fibre-300", action=action, service=service, characteristics=wished)
        placed = api.place_order(
            customer=shop.residents[9].number, channel="hotline", lines=[line], pay=True, first_contact="agent", note=note,
            **shop.by("manager", days * DAY),
        )  # fmt: skip
        shop.through(placed, days * DAY - 1)
    said = {"to_customer": heir.number, "consent_from": "同意书 0215-1", "consent_to": "同意书 0215-2"}
    shop.through(shop.changed(9, service, "transfer", offer="fibre-300", ago=18 * DAY, **said), 18 * DAY - 1)
    shop.through(shop.changed(10, service, "cease", offer="fibre-300", ago=5 * DAY, reason="搬离"), 5 * DAY - 1)


def a_card(shop: Shop) -> None:
    """A mobile card that was lost and replaced; then its number is changed, which is announced to the customer first."""
    service = shop.installed(10, ago=30 * DAY, offer=CARD)
    lost = shop.changed(10, service, "replace", offer=CARD, ago=12 * DAY, what="sim", reason="遗失")
    shop.through(lost, 12 * DAY - 1)
    number = shop.changed(10, service, "renumber", offer=CARD, ago=2 * HOUR)
    shop.did(number, "accept", HOUR)


def passing_by(shop: Shop) -> None:
    """A card that somebody bought from an agent in the street, who came by the channel of transient customers."""
    order = shop.broadband(13, offer=CARD, ago=4 * DAY, channel="transient")
    shop.through(order, 4 * DAY - 1)


def a_payphone(shop: Shop) -> None:
    """A public payphone at a corner: its line is made, and somebody is to set the telephone up."""
    shop.broadband(19, offer="payphone", ago=5 * HOUR, channel="transient")
    shop.run(5 * HOUR - 1)


def moving(shop: Shop) -> None:
    """Moves: the line there is being made, the old one waits until it works (accepted)."""
    service, whose = shop.installed(11, ago=20 * DAY), shop.residents[11]
    line = LineDraft(offer="fibre-100", action="move", address=NEW_HOME, service=service)
    shop.ordered(whose, line, ago=HOUR)
    shop.run(HOUR - 1)


def half_of_it(shop: Shop) -> None:
    """Two lines were ordered; one was given up (partial)."""
    whose = shop.residents[12]
    lines = [
        LineDraft(offer="fibre-100", address=place) for place in (whose.address.code if whose.address else "", NEW_HOME)
    ]
    order = shop.ordered(whose, *lines, ago=15 * DAY)
    shop.run(15 * DAY - 1)
    api.cancel(order=order, leg=2, reason="店面不租了", **shop.by("agent", 14 * DAY))
    shop.through(order, 14 * DAY - 1)


def refused(shop: Shop) -> None:
    """No plant reaches the lane, and none will be built (rejected)."""
    order = shop.broadband(13, ago=2 * DAY, address=NO_PLANT, pay=False)
    api.cancel(order=order, cause="operator", reason="近期无建设计划", **shop.by("agent", DAY))


def not_undone(shop: Shop) -> None:
    """Given up, but the OLT did not let go of it (failed): people have to."""
    order = shop.broadband(14, ago=2 * DAY)
    shop.run(2 * DAY - 1)
    activation.switch_on_fault(element="olt", fault="refuses", calls=1, **shop.by("noc", 3 * HOUR))
    api.cancel(order=order, reason="客户不装了", **shop.by("agent", 3 * HOUR))
    shop.run(3 * HOUR - 1)


def being_looked_at(shop: Shop) -> None:
    """Given up while an element is being asked for the change: whether that came too late is known when it answers."""
    service = shop.installed(16, ago=8 * DAY)
    order = shop.changed(16, service, "change", offer="fibre-300", ago=HOUR)
    shop.run(30)
    shop.delivered(order, "accept", 12)
    shop.ask_and_wait()
    api.cancel(order=order, reason="客户改变主意", **shop.by("agent", 5))


def being_cancelled(shop: Shop) -> None:
    """Given up this minute: what was taken is still being given back."""
    order = shop.broadband(15, ago=DAY)
    shop.run(DAY - 1)
    api.cancel(order=order, reason="客户选了其他套餐", **shop.by("agent", 0))
    shop.ask_and_wait()


STORIES: tuple[Callable[[Shop], None], ...] = (
    working, on_the_road, waiting_for_plant, put_off, returned, cancelled, unpaid, amended, left_to_people, three_circuits,
    wants_to_wait,
    a_life, a_card, passing_by, a_payphone, moving, half_of_it, refused, not_undone, being_looked_at, being_cancelled,
)  # fmt: skip
