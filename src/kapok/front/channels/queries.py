"""Reading the channels: interactions, cases, notes, how the channels are staffed, codes that a demonstration shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from kapok.chain.ordering.models import Order
from kapok.front.channels import gathering, rows, rules
from kapok.front.channels.models import (
    AccessCode,
    Case,
    ChannelSetting,
    ChannelStaff,
    Interaction,
    Linked,
    Note,
    Placed,
)
from kapok.ground.customers.languages import named
from kapok.ground.people.models import Staff
from kapok.ground.work.models import Matter
from kapok.kernel.text import Text, joined


@dataclass(frozen=True)
class InteractionView:
    """One interaction; the calling number is masked."""

    id: UUID
    channel: rules.Channel
    medium: rules.Medium
    direction: rules.Direction
    customer: str
    unit_id: UUID
    first_contact: str
    first_contact_name: str
    calling: str
    dialled: str
    language: str
    topic: str
    resolution: str
    started_at: datetime
    ended_at: datetime | None
    matters: tuple[str, ...]

    @property
    def subject(self) -> str:
        """How the journal calls it."""
        return f"interaction/{self.id}"

    @property
    def channel_name(self) -> Text:
        """The channel in words."""
        return rules.CHANNELS[self.channel]

    @property
    def medium_name(self) -> Text:
        """The medium in words."""
        return rules.MEDIA[self.medium]

    @property
    def language_name(self) -> Text:
        """What was spoken, in words."""
        return joined(named([self.language] if self.language else []))


@dataclass(frozen=True)
class CaseView:
    """What a customer asked, where it went and why, and how far the answer is."""

    matter: str
    kind: rules.Kind
    customer: str
    channel: rules.Channel
    unit: str
    unit_id: UUID
    unit_name: Text
    owner: str
    owner_name: str
    reasons: tuple[tuple[str, Text], ...]
    asked_at: datetime
    substance: str
    reply: str
    replied_at: datetime | None
    answered_at: datetime | None
    call_back: bool
    called_at: datetime | None
    how: str
    told_by: rules.ToldBy
    withdrawn_at: datetime | None
    withdrawn_by: str
    word: str
    owed: bool
    """Whether an answer within three hours is owed: to a request, and to the fault of a firm."""

    @property
    def to_be_called(self) -> bool:
        """Whether the customer is still to be called."""
        return self.call_back and self.called_at is None and self.answered_at is None and self.withdrawn_at is None

    @property
    def may_be_answered(self) -> bool:
        """Whether a reply with the customer's acknowledgement may still be noted."""
        return self.owed and self.answered_at is None and self.withdrawn_at is None

    @property
    def told_by_name(self) -> Text:
        """Whose word it is that the customer took note, or gave it up."""
        return rules.TOLD_BY[self.told_by]

    @property
    def how_name(self) -> Text:
        """How they said so."""
        return rules.HOWS[rules.How(self.how)] if self.how else Text(zh="", en="")

    @property
    def kind_name(self) -> Text:
        """The kind in words."""
        return rules.KINDS[self.kind]

    @property
    def substance_name(self) -> Text:
        """What the reply was."""
        return rules.SUBSTANCES[rules.Substance(self.substance)] if self.substance else Text(zh="", en="")


@dataclass(frozen=True)
class NoteView:
    """A note on a customer."""

    words: str
    author: str
    author_name: str
    at: datetime


@dataclass(frozen=True)
class Recognised:
    """Whom a calling number belongs to (R1)."""

    customer: str
    service: str
    via: rules.Via


@dataclass(frozen=True)
class ChannelView:
    """How a channel is staffed and ruled."""

    code: rules.Channel
    mass: Text
    business: Text
    key: Text
    supervision: Text
    segment: str
    skill: str
    overflow_after: timedelta
    call_back_after: timedelta
    staff: tuple[str, ...]

    @property
    def title(self) -> Text:
        """Its name."""
        return rules.CHANNELS[self.code]

    @property
    def media(self) -> tuple[Text, ...]:
        """By what ways it is entered."""
        return tuple(rules.MEDIA[each] for each in rules.USED[self.code])


@dataclass(frozen=True)
class Setup:
    """How a channel is set up, as `set_channel` takes it, and who serves it: staff numbers with names."""

    mass_id: UUID
    said: Mapping[str, Any]
    staff: tuple[tuple[str, str], ...]


def setup_of(channel: rules.Channel) -> Setup | None:
    """How a channel is set up; None where it is not yet."""
    related = ("mass", "business", "key", "supervision", "overflow")
    row = ChannelSetting.objects.select_related(*related).filter(code=channel).first()
    if row is None:
        return None
    serving = ChannelStaff.objects.filter(channel=row, until=None).order_by("staff__username")
    said = {
        "mass": row.mass.code, "business": row.business.code, "key": row.key.code,
        "supervision": row.supervision.code if row.supervision else "", "segment": row.segment, "skill": row.skill,
        "overflow": row.overflow.code if row.overflow else "", "overflow_after": row.overflow_after,
        "call_back_after": row.call_back_after, "stars_first": row.stars_first,
    }  # fmt: skip
    return Setup(row.mass_id, said, tuple(serving.values_list("staff__username", "staff__name")))


def interaction(identifier: UUID) -> InteractionView:
    """One interaction. Raises `UnknownInteraction`."""
    return _views([rows.interaction_called(identifier)])[0]


def running(username: str) -> InteractionView | None:
    """The interaction that somebody has now."""
    found = _shown(Interaction.objects.filter(first_contact__username=username, ended_at=None)[:1])
    return found[0] if found else None


def interactions_of(customer: str, *, limit: int = 10) -> list[InteractionView]:
    """The last interactions of a customer by number."""
    return _shown(Interaction.objects.filter(customer__number=customer).order_by("-started_at", "-id")[:limit])


def latest_of(username: str, *, limit: int = 10) -> list[InteractionView]:
    """The last interactions that somebody took."""
    return _shown(Interaction.objects.filter(first_contact__username=username).order_by("-started_at", "-id")[:limit])


def interactions_about(matter: str) -> list[InteractionView]:
    """The interactions that a matter came from or was about."""
    return _shown(Interaction.objects.filter(id__in=Linked.objects.filter(matter=matter).values("interaction")))


def placed_by(key: UUID) -> str:
    """The number of the order that a form has placed; empty where it has placed none."""
    return Placed.objects.filter(key=key).values_list("order", flat=True).first() or ""


def _shown(found: QuerySet[Interaction]) -> list[InteractionView]:
    return _views(list(found.select_related("customer", "first_contact")))


def _views(page: Sequence[Interaction]) -> list[InteractionView]:
    matters: dict[UUID, list[str]] = {}
    for link in Linked.objects.filter(interaction__in=page).order_by("id"):
        matters.setdefault(link.interaction_id, []).append(link.matter)
    return [
        InteractionView(
            id=row.id, channel=rules.Channel(row.channel), medium=rules.Medium(row.medium),
            direction=rules.Direction(row.direction), customer=row.customer.number if row.customer else "",
            unit_id=row.unit_id, first_contact=row.first_contact.username, first_contact_name=row.first_contact.name,
            calling=row.calling, dialled=row.dialled, language=row.language, topic=row.topic,
            resolution=row.resolution, started_at=row.started_at, ended_at=row.ended_at, matters=tuple(matters.get(row.id, ())),
        )
        for row in page
    ]  # fmt: skip


def case(matter: str) -> CaseView | None:
    """What was asked under this matter, if a channel took it in."""
    found = Case.objects.select_related("customer", "unit", "owner").filter(matter=matter).first()
    return _case(found) if found else None


def cases_of(customer: str, *, limit: int = 20) -> list[CaseView]:
    """What a customer asked, the latest first."""
    whose = Q(customer__number=customer) | Q(customer__merged_into__number=customer)
    found = Case.objects.select_related("customer", "unit", "owner").filter(whose)
    return [_case(row) for row in found.order_by("-asked_at", "matter")[:limit]]


def open_cases_of(customer: str, *, limit: int = 100) -> list[CaseView]:
    """What a customer asked and nobody has answered, while its matter is open; the oldest first."""
    whose = Q(customer__number=customer) | Q(customer__merged_into__number=customer)
    matter = Matter.objects.filter(subject=OuterRef("matter"), closed_at=None)
    found = Case.objects.select_related("customer", "unit", "owner").filter(
        whose, Exists(matter), answered_at=None, withdrawn_at=None
    )
    return [_case(row) for row in found.order_by("asked_at", "matter")[:limit]]


def titles(matters: Iterable[str]) -> dict[str, str]:
    """What matters are about, in one line each."""
    return dict(Matter.objects.filter(subject__in=list(matters)).values_list("subject", "title"))


def to_be_called(username: str, units: Collection[UUID], *, limit: int = 100) -> list[CaseView]:
    """Whom this person, or these units, are to call back while the matter is open; whoever asked first stands first."""
    found = Case.objects.select_related("customer", "unit", "owner").filter(_to_call(username, units))
    return [_case(row) for row in found.order_by("asked_at", "matter")[:limit]]


def how_many_to_call(username: str, units: Collection[UUID]) -> int:
    """How many of them there are."""
    return Case.objects.filter(_to_call(username, units)).count()


def _to_call(username: str, units: Collection[UUID]) -> Q:
    """Those of the units that it was sent to, and what this person answers for."""
    matter = Matter.objects.filter(subject=OuterRef("matter"), closed_at=None)
    mine = Exists(matter.filter(first_contact__username=username))
    whose = Q(unit__in=units) | Q(owner__username=username) | Q(mine)
    return whose & Q(Exists(matter), call_back=True, called_at=None, answered_at=None, withdrawn_at=None)


def _case(row: Case) -> CaseView:
    return CaseView(
        matter=row.matter, kind=rules.Kind(row.kind), customer=row.customer.number if row.customer else "",
        channel=rules.Channel(row.channel), unit=row.unit.code, unit_id=row.unit_id, unit_name=row.unit.name,
        owner=row.owner.username, owner_name=row.owner.name,
        reasons=tuple((each["rule"], Text(zh=each["zh"], en=each["en"])) for each in row.reasons),
        asked_at=row.asked_at, substance=row.substance, reply=row.reply, replied_at=row.replied_at,
        answered_at=row.answered_at, call_back=row.call_back, called_at=row.called_at, how=row.how,
        told_by=rules.ToldBy(row.told_by), withdrawn_at=row.withdrawn_at, withdrawn_by=row.withdrawn_by, word=row.word,
        owed=_is_owed(row),
    )  # fmt: skip


def _is_owed(row: Case) -> bool:
    firm = row.customer is not None and row.customer.segment in {rules.BUSINESS, rules.KEY_ACCOUNT}
    return row.kind == rules.Kind.REQUEST or (firm and row.kind == rules.Kind.FAULT)


def notes_of(customer: str, *, limit: int = 20) -> list[NoteView]:
    """The notes on a customer, the latest first."""
    found = Note.objects.select_related("author").filter(customer__number=customer).order_by("-at", "-id")[:limit]
    return [NoteView(row.words, row.author.username, row.author.name, row.at) for row in found]


def recognise(calling: str) -> Recognised | None:
    """Whom a calling number belongs to; None where nobody is known by it."""
    customer, service, via = gathering.recognise(calling)
    return Recognised(customer.number, service.number if service else "", via) if customer else None


def channels() -> list[ChannelView]:
    """The channels that are set up, with who serves them, in two queries."""
    staff: dict[str, list[str]] = {}
    serving = ChannelStaff.objects.filter(until=None).order_by("staff__username")
    for channel, name in serving.values_list("channel", "staff__name"):
        staff.setdefault(channel, []).append(name)
    found = ChannelSetting.objects.select_related("mass", "business", "key", "supervision")
    views = [
        ChannelView(
            code=rules.Channel(row.code), mass=row.mass.name, business=row.business.name, key=row.key.name,
            supervision=(row.supervision or row.mass).name, segment=row.segment, skill=row.skill,
            overflow_after=row.overflow_after, call_back_after=row.call_back_after,
            staff=tuple(staff.get(row.code, ())),
        )
        for row in found
    ]  # fmt: skip
    order = list(rules.Channel)
    return sorted(views, key=lambda view: order.index(view.code))


def channel_of(staff: Staff) -> rules.Channel:
    """The channel that somebody serves; the hotline's where none is named."""
    found = ChannelStaff.objects.filter(staff=staff, until=None).order_by("since", "channel").first()
    return rules.Channel(found.channel_id) if found else rules.Channel.HOTLINE


def shown_codes(customer: str) -> Mapping[str, str]:
    """In a demonstration the one-time codes of a customer that were not used yet, by the order, or the customer, they are for."""
    orders = Order.objects.filter(customer__number=customer).values("number")
    found = (
        AccessCode.objects.filter(Q(order__in=orders) | Q(order=customer), used_at=None)
        .exclude(shown="")
        .order_by("-sent_at")
    )
    return dict(found.values_list("order", "shown"))
