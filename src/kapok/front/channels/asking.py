"""Taking in what a customer asks: gather what is known, let the rules decide, and carry the decision out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kapok.front.channels import events, gathering, giving, queueing, rows, rules
from kapok.front.channels.announcing import attaching, covering
from kapok.front.channels.announcing.attaching import Reported
from kapok.front.channels.duties import duty_of
from kapok.front.channels.models import Announcement, Case, ChannelSetting
from kapok.front.channels.rules import Asked, Caller, Course, Decision, Territory, Via
from kapok.ground.catalog.template import ACCOUNT_MANAGER, Line
from kapok.ground.customers import queries as customers
from kapok.ground.customers.models import Customer
from kapok.ground.customers.rows import living_customer
from kapok.ground.journal import api as journal
from kapok.ground.people.models import Staff
from kapok.ground.people.rows import unit_called
from kapok.ground.work import api as work
from kapok.kernel.text import joined
from kapok.network.inventory.models import Service

NOT_WAITED = timedelta(0)
CAME_BY, BUSINESS_LINE = "came_by", "business_line"
"""The fact of what came by the business line, and what it says."""


@dataclass(frozen=True)
class Wanted:
    """What is asked, as it was said, and by whom it is taken in."""

    kind: rules.Kind
    title: str
    channel: rules.Channel
    customer: str
    service: str
    address: str
    calling: str
    pressed: str
    dialled: str
    complaint_kind: str
    facts: Mapping[str, Any]
    note: str
    waited: timedelta
    me: Staff
    at: datetime
    online: rules.Reason | None = None
    """Why `me` is asked first of what came by the web, where nobody took it in by hand."""
    call_back: bool = False
    language: str = ""
    """What they speak, where it was said."""
    words: str = ""
    """What they wrote, where it was by the web."""
    interaction: UUID | None = None
    same_as: str = ""
    """The open matter that the customer says this is about."""


@dataclass(frozen=True)
class Known:
    """What the rows say of it."""

    customer: Customer | None
    service: Service | None
    caller: Caller
    setting: ChannelSetting


def take_in(wanted: Wanted, actor: str) -> tuple[str, Decision]:
    """The matter, and the decision that was carried out. Within a verb's transaction."""
    if queueing.anybody_waits(wanted.channel):
        queueing.serve_channel(wanted.channel, at=wanted.at)
    known = _known(wanted)
    gathering.hold(wanted.kind, known.customer)
    open_matter = _open_before(wanted, known)
    announced = None if open_matter else _announced(wanted, known)
    asked = Asked(
        kind=wanted.kind, complaint_kind=wanted.complaint_kind, pressed=wanted.pressed, dialled=wanted.dialled,
        skill=known.setting.skill, tongues=gathering.tongues_of(known.customer, wanted.language), waited=wanted.waited,
        open_matter=open_matter, incident=announced.matter if announced else "",
    )  # fmt: skip
    queues = gathering.queues_of(known.setting, wanted.at)
    territory = _territory(wanted, known, actor)
    decision = rules.route(asked, known.caller, queues, territory)
    if wanted.online and decision.course is Course.OPEN:
        decision = replace(decision, reasons=(*decision.reasons, wanted.online))
    if decision.course is Course.OPEN:
        matter = _open(wanted, known, decision, territory.ground if territory else "", actor)
    else:
        matter = decision.matter
        _join(matter, announced, wanted, known, actor)
    _tell(matter, decision, actor, wanted.at)
    return matter, decision


def _known(wanted: Wanted) -> Known:
    service = rows.service_called(wanted.service) if wanted.service else None
    customer, via = (living_customer(wanted.customer), Via.SAID) if wanted.customer else (None, Via.SAID)
    if customer is None and service is not None:
        customer = service.customer
    if customer is None:
        customer, service, via = gathering.recognise(wanted.calling)
    caller = gathering.caller_of(customer, service, via, wanted.at)
    return Known(customer, service, caller, rows.setting_of(wanted.channel))


def _open_before(wanted: Wanted, known: Known) -> str:
    """The open matter that this is about already (R3), or that was opened by the same form; empty where it is something new."""
    found = gathering.open_before(wanted.kind, known.customer, known.service, wanted.same_as)
    if found or known.service:
        return found
    return gathering.sent_again(wanted.kind, known.customer, wanted.words, wanted.interaction, wanted.title)


def _announced(wanted: Wanted, known: Known) -> Announcement | None:
    """The open group fault that a reported fault belongs to (R4)."""
    if wanted.kind is not rules.Kind.FAULT:
        return None
    return covering.open_announcement(covering.over_report(known.service, wanted.address, known.customer))


def _join(matter: str, announced: Announcement | None, wanted: Wanted, known: Known, actor: str) -> None:
    """What is open already is urged, whoever took it and by the web; what is announced gets a report more, nobody is urged."""
    if announced is None:
        work.take_urge(matter=matter, note=wanted.note or wanted.title, actor=actor, at=wanted.at)
        return
    said = Reported(known.customer, known.service, wanted.words or wanted.title, wanted.interaction)
    attaching.attach(announced, said, actor, wanted.at)


def _territory(wanted: Wanted, known: Known, actor: str) -> Territory | None:
    """Who answers where the service is, else where it is asked for, else where the customer is."""
    spots = (known.service and known.service.address, known.customer and known.customer.address)
    address = wanted.address or next((spot.code for spot in spots if spot), "")
    if not address:
        return None
    segment = known.customer.segment if known.customer else known.setting.segment
    duty = duty_of(wanted.kind, wanted.channel, segment, known.service.kind if known.service else "")
    return gathering.territory_of(address, segment, duty, actor=actor, at=wanted.at)


def _open(wanted: Wanted, known: Known, decision: Decision, near: str, actor: str) -> str:
    """Open the matter: whoever was asked first answers for it, until an account manager accepts what the flow offers them."""
    facts = {**(customers.facts(known.customer.number) if known.customer else {}), **wanted.facts}
    if known.service:
        facts.setdefault("service", known.service.kind)
    if wanted.complaint_kind:
        facts["complaint_kind"] = wanted.complaint_kind
    if rules.from_business_line(wanted.pressed, wanted.dialled):
        facts[CAME_BY] = BUSINESS_LINE
    if manager := _manager(wanted, known, decision):
        facts[ACCOUNT_MANAGER] = manager
    matter = work.open_matter(
        kind=rules.OPENED_BY[wanted.kind], title=wanted.title, first_contact=wanted.me, facts=facts, near=near, note=wanted.note,
        actor=actor, at=wanted.at,
    )  # fmt: skip
    routed = replace(decision, reasons=decision.reasons[:-1]) if wanted.online else decision
    given = _give(wanted, known, matter, routed, manager=manager, actor=actor)
    Case.objects.create(
        matter=matter, kind=wanted.kind.value, customer=known.customer, service=known.service,
        channel=wanted.channel.value, unit=unit_called(decision.unit), owner=_owner(decision, wanted.me),
        reasons=rows.written(decision.reasons), asked_at=wanted.at, call_back=decision.call_back or wanted.call_back,
        language=wanted.language, work=given,
        waits_since=wanted.at - wanted.waited if given and decision.waits else None,
    )  # fmt: skip
    return matter


def _give(wanted: Wanted, known: Known, matter: str, routed: Decision, *, manager: str, actor: str) -> UUID | None:
    """Who the rules chose gets the work; of what a firm asks by the web their manager is offered to answer for it, too.

    To answer for it is all the work of who the rules chose for both.
    """
    asked = None
    if wanted.online and known.caller.firm:
        asked = giving.offer_contact(matter, manager, note=giving.why(routed), actor=actor, at=wanted.at)
    if asked and routed.owner == manager:
        return asked
    return giving.give(wanted.kind, matter, routed, actor=actor, at=wanted.at)


def _manager(wanted: Wanted, known: Known, decision: Decision) -> str:
    """To whom a flow may offer it by name: whom the rules chose for a request that the three hours count for, else their manager.

    Nobody of whom they may complain.
    """
    if decision.line is Line.SUPERVISION:
        return ""
    return decision.owner if wanted.kind is rules.Kind.REQUEST and decision.three_hours else known.caller.manager


def _owner(decision: Decision, first: Staff) -> Staff:
    return Staff.objects.get(username=decision.owner) if decision.owner else first


def _tell(matter: str, decision: Decision, actor: str, at: datetime) -> None:
    why = joined((each.text for each in decision.reasons), zh="；", en="; ")
    journal.record(
        events.Routed(
            subject=matter, actor=actor, at=at, course=decision.course.value, unit=decision.unit, owner=decision.owner,
            why=why, rules=[each.rule.value for each in decision.reasons],
        )
    )  # fmt: skip
