"""Who is asked first of what comes by the web, and the interaction that it is: begun and over in one moment, with its owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kapok.front.channels import events, gathering, rules
from kapok.front.channels.models import ChannelSetting, Interaction, Linked
from kapok.front.channels.online.refusals import NobodyServes
from kapok.front.channels.online.rules import asked_first, channel_of, manager_first
from kapok.front.channels.rules import Channel, Medium, Reason, Via
from kapok.ground.customers.models import Customer
from kapok.ground.journal import api as journal
from kapok.ground.people.models import Staff
from kapok.ground.work.rows import person
from kapok.kernel.ids import uuid7

BY_WEB = "网上提交 / sent by the web"


@dataclass(frozen=True)
class Receiver:
    """Through which channel it came, and who is asked first, with the reason."""

    channel: Channel
    staff: Staff
    reason: Reason


def receiver(customer: Customer | None, at: datetime, language: str = "", *, complains: bool = False) -> Receiver:
    """Who is asked first: by the rules among the channel's own, else among the hotline's, which serves everybody at any hour.

    The account manager is offered it, and asked first only where nobody else is. Of who `complains` about a bill or a person
    neither they are, nor who answers for the patch: it may be about them. Raises `NobodyServes`.
    """
    channel = channel_of(customer.segment if customer else "")
    spared = gathering.around(customer, at) if customer and complains else frozenset()
    tongues = gathering.tongues_of(customer, language)
    for code in (channel, Channel.HOTLINE):
        setting = ChannelSetting.objects.filter(code=code).first()
        agents = [each for each in gathering.serving(setting, at) if each.username not in spared] if setting else []
        chosen = asked_first(agents, setting.skill if setting else "", tongues)
        if chosen is not None:
            return _received(channel, chosen)
    last = None if complains else manager_first(gathering.caller_of(customer, None, Via.SAID, at))
    if last is not None:
        return _received(channel, last)
    raise NobodyServes(channel_name=rules.CHANNELS[channel])


def _received(channel: Channel, chosen: tuple[str, Reason]) -> Receiver:
    return Receiver(channel, person(f"staff/{chosen[0]}"), chosen[1])


def interaction(who: Receiver, customer: Customer | None, *, topic: str, matter: str, actor: str, at: datetime) -> None:
    """Record the interaction and what it was about. Within a verb's transaction."""
    row = Interaction.objects.create(
        id=uuid7(at), channel=who.channel.value, medium=Medium.WEB.value, direction=rules.Direction.IN.value,
        customer=customer, unit=who.staff.unit, first_contact=who.staff, topic=topic, resolution=BY_WEB,
        started_at=at, ended_at=at,
    )  # fmt: skip
    Linked.objects.create(id=uuid7(at), interaction=row, matter=matter)
    journal.record(
        events.Taken(
            subject=row.subject, actor=actor, at=at, correlation=row.id, channel=who.channel.value,
            channel_name=rules.CHANNELS[who.channel], medium=Medium.WEB.value, medium_name=rules.MEDIA[Medium.WEB],
            direction=rules.Direction.IN.value, customer=customer.number if customer else "",
            first_contact=who.staff.username,
        )
    )  # fmt: skip
    journal.record(events.Closed(subject=row.subject, actor=actor, at=at, correlation=row.id, resolution=BY_WEB))
