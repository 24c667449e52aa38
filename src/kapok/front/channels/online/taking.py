"""Taking in what came by the web: routed as at any counter, with an interaction, and the words kept where they can be erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kapok.chain.ordering import queries as orders
from kapok.chain.ordering.queries import LegView
from kapok.chain.ordering.refusals import NothingToConfirm, UnknownOrder
from kapok.front.channels import answering, asking, events, rows
from kapok.front.channels.models import Case
from kapok.front.channels.online import receiving
from kapok.front.channels.online.rules import Subject
from kapok.front.channels.rules import Course, Decision
from kapok.ground.catalog.template import Line
from kapok.ground.customers.models import Customer
from kapok.ground.journal import api as journal
from kapok.ground.work.rules import line_of
from kapok.network.inventory.refusals import UnknownService


@dataclass(frozen=True)
class Wish:
    """What somebody writes: about what, in which words, of which service or address, whether to be called."""

    subject: Subject
    words: str
    service: str = ""
    address: str = ""
    call_back: bool = False
    language: str = ""
    """In which they read the page, of those nobody knows."""
    same_as: str = ""
    """The open matter that they say it is about."""


def must_own(customer: Customer, service: str) -> None:
    """Of others' services nothing can be asked, nor learnt whether there are any. Raises `UnknownService`."""
    if service and rows.service_called(service).customer_id != customer.id:
        raise UnknownService(number=service[:20])


def to_confirm(customer: Customer, order: str, leg: int) -> LegView:
    """A leg of theirs that is done and waits for their word. Raises `UnknownOrder`, `NothingToConfirm`."""
    view = orders.order(order)
    if view.customer != customer.number:
        raise UnknownOrder(order=order[:20])
    found = next((each for each in view.legs if each.number == leg and each.asks), None)
    if found is None:
        raise NothingToConfirm(leg=f"{order}-{leg}"[:40])
    return found


def take_in(wish: Wish, customer: Customer | None, actor: str, at: datetime) -> tuple[str, Decision]:
    """The matter, and the decision that was carried out. Within a verb's transaction."""
    about = {"complaint_kind": wish.subject.complaint_kind}
    complains = line_of(wish.subject.kind.value, about) is Line.SUPERVISION
    who = receiving.receiver(customer, at, wish.language, complains=complains)
    matter, decision = asking.take_in(_wanted(wish, customer, who, at), actor)
    if decision.course is not Course.ATTACH:
        answering.said_by(Case.objects.get(matter=matter), wish.words, None, at)
    if decision.course is Course.URGE:
        journal.record(events.Wrote(subject=matter, actor=actor, at=at))
    receiving.interaction(who, customer, topic=wish.subject.title, matter=matter, actor=actor, at=at)
    return matter, decision


def _wanted(wish: Wish, customer: Customer | None, who: receiving.Receiver, at: datetime) -> asking.Wanted:
    about = wish.subject
    return asking.Wanted(
        kind=about.kind, title=about.title, channel=who.channel, customer=customer.number if customer else "",
        service=wish.service, address=wish.address, calling="", pressed="", dialled="", complaint_kind=about.complaint_kind,
        facts={}, note="", waited=asking.NOT_WAITED, me=who.staff, at=at, online=who.reason, call_back=wish.call_back,
        language=wish.language, words=wish.words, same_as=wish.same_as,
    )  # fmt: skip
