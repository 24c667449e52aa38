"""Channels: who was asked first, where what was asked goes and why, and what stops the three-hour clock.

Promises that whoever takes an interaction is its first contact for good, that every matter has an owner and every decision of the
routing its reason, that a request is answered only by a substantive reply which the customer acknowledged, and that a form sent
twice places one order. Whoever calls has checked that the actor may.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from kapok.chain.ordering import api as ordering
from kapok.chain.ordering.api import LineDraft
from kapok.front.channels import answering, asking, codes, events, gathering, naming, rows, rules
from kapok.front.channels.models import (
    STARS_FIRST,
    WORDS,
    ChannelSetting,
    ChannelStaff,
    Interaction,
    Linked,
    Note,
    Placed,
)
from kapok.front.channels.refusals import (
    AlreadyAnswered,
    AlreadyWithdrawn,
    BadChoice,
    ChannelNotSet,
    InteractionOver,
    KnockedTooOften,
    NotACase,
    NotAnswering,
    NotHeard,
    NotOfTheChannel,
    NotOpenNow,
    NotSubstantive,
    NotThen,
    NotToBeCalled,
    NotWithdrawn,
    NotYourInteraction,
    StillTalking,
    UnknownInteraction,
    WordsMissing,
)
from kapok.front.channels.rules import Decision
from kapok.ground.customers.api import look
from kapok.ground.customers.dialling import digits_of
from kapok.ground.customers.queries import looks
from kapok.ground.customers.refusals import UnknownLanguage
from kapok.ground.customers.rows import living_customer
from kapok.ground.customers.rules import ContactKind, Purpose, checked_star, masked_contact
from kapok.ground.journal import api as journal
from kapok.ground.people.rows import staff_called
from kapok.ground.places.rules import Segment
from kapok.ground.work.rows import person, unit_at_work
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Language, Text

__all__ = [
    "AlreadyAnswered", "AlreadyWithdrawn", "BadChoice", "ChannelNotSet", "Decision", "InteractionOver", "KnockedTooOften",
    "LineDraft", "NotACase", "NotAnswering", "NotHeard", "NotOfTheChannel", "NotOpenNow", "NotSubstantive", "NotThen",
    "NotToBeCalled", "NotWithdrawn", "NotYourInteraction", "StillTalking", "UnknownInteraction", "UnknownLanguage",
    "WordsMissing", "add_note", "answer", "ask", "assign_staff", "close_interaction", "enter", "note_called_back",
    "recognise_customer", "release_staff", "see_name", "send_code", "set_channel", "take", "take_order", "withdraw",
]  # fmt: skip

NOTE, RESOLUTION, TOPIC = (
    Text(zh="备注", en="note"), Text(zh="处理结果", en="resolution"), Text(zh="事由", en="topic"),
)  # fmt: skip
NOW_SERVES, NO_LONGER = Text(zh="上线", en="serves it now"), Text(zh="下线", en="serves it no longer")


@transaction.atomic
def set_channel(
    *,
    channel: str,
    mass: str,
    business: str,
    key: str,
    supervision: str,
    segment: str,
    overflow: str = "",
    skill: str = "",
    overflow_after: timedelta = timedelta(minutes=1),
    call_back_after: timedelta = timedelta(minutes=5),
    stars_first: int | None = STARS_FIRST,
    actor: str,
    at: datetime,
) -> None:
    """Set a channel up, or change it: the units (codes) of its queues, whose patches are its, when it overflows and calls back.

    `supervision` is who gets complaints about bills and about people; from `stars_first` stars on a customer goes before the mass
    queue (None: stars decide nothing). Raises `BadChoice`, `UnknownUnit`, `EndedUnit`, `StarOutOfRange`.
    """
    code, of = rows.choice(rules.Channel, channel, "channel"), rows.choice(Segment, segment, "segment")
    queues: dict[str, Any] = {"mass": mass, "business": business, "key": key, "supervision": supervision}
    units = {name: unit_at_work(unit) for name, unit in queues.items()}
    said: dict[str, Any] = {
        **units, "overflow": unit_at_work(overflow) if overflow else None, "segment": of.value, "skill": skill,
        "overflow_after": overflow_after, "call_back_after": max(call_back_after, overflow_after),
        "stars_first": None if stars_first is None else checked_star(stars_first),
    }  # fmt: skip
    ChannelSetting.objects.update_or_create(code=code.value, defaults=said)
    journal.record(events.ChannelSet(subject=f"channel/{code}", actor=actor, at=at, **queues))


@transaction.atomic
def assign_staff(*, channel: str, username: str, actor: str, at: datetime) -> None:
    """Let somebody serve a channel from now on. Raises `BadChoice`, `ChannelNotSet`, `UnknownStaff`."""
    code = rows.choice(rules.Channel, channel, "channel")
    row, staff = rows.setting_of(code), staff_called(username)
    if ChannelStaff.objects.filter(channel=row, staff=staff, until=None).exists():
        return
    ChannelStaff.objects.create(id=uuid7(at), channel=row, staff=staff, since=at)
    said: dict[str, Any] = {"change": NOW_SERVES, "username": staff.username}
    journal.record(events.StaffPut(subject=f"channel/{code}", actor=actor, at=at, **said))


@transaction.atomic
def release_staff(*, channel: str, username: str, actor: str, at: datetime) -> None:
    """Somebody serves the channel no longer. Raises `BadChoice`, `UnknownStaff`."""
    code, staff = rows.choice(rules.Channel, channel, "channel"), staff_called(username)
    if ChannelStaff.objects.filter(channel=code, staff=staff, until=None).update(until=at):
        said: dict[str, Any] = {"change": NO_LONGER, "username": staff.username}
        journal.record(events.StaffPut(subject=f"channel/{code}", actor=actor, at=at, **said))


@transaction.atomic
def take(
    *,
    channel: str,
    medium: str,
    direction: str = "in",
    customer: str = "",
    calling: str = "",
    dialled: str = "",
    language: str = "",
    topic: str = "",
    actor: str,
    at: datetime,
) -> UUID:
    """Take an interaction: the actor is its first contact. The customer is known by the calling number; `dialled` is our line (R5),
    `language` what is spoken in it (R8), where it was heard.

    Raises `BadChoice`, `NotOfTheChannel`, `UnknownCustomer`, `UnknownLanguage`, `NotAPerson`, `StillTalking`, `WordsMissing`.
    """
    code, me = rows.choice(rules.Channel, channel, "channel"), person(actor)
    way = rows.choice(rules.Direction, direction, "direction")
    by, line = rows.medium_of(code, medium), rows.choice(rules.Dialled, dialled, "dialled").value if dialled else ""
    whose = living_customer(customer) if customer else gathering.recognise(calling)[0]
    row = Interaction(
        id=uuid7(at), channel=code.value, medium=by.value, direction=way.value, customer=whose, unit=me.unit,
        first_contact=me, calling=masked_contact(ContactKind.PHONE, digits_of(calling)[:20]) if digits_of(calling) else "",
        dialled=line, language=rows.language_of(language), topic=rows.words(topic, TOPIC, 200, needed=False), started_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise rows.still_talking(me) from None
    journal.record(
        events.Taken(
            subject=row.subject, actor=actor, at=at, correlation=row.id, channel=code.value, channel_name=rules.CHANNELS[code],
            medium=by.value, medium_name=rules.MEDIA[by], direction=way.value, customer=whose.number if whose else "",
            first_contact=me.username,
        )
    )  # fmt: skip
    return row.id


@transaction.atomic
def recognise_customer(*, interaction: UUID, customer: str, actor: str, at: datetime) -> None:
    """It is known now who the customer is: the interaction is theirs, and what was asked in it by nobody known, with its clocks.

    Whoever is not known yet may be named at any time, by a colleague too; whose it is already, its first contact alone may
    correct, while it lasts. Raises `UnknownInteraction`, `InteractionOver`, `NotYourInteraction`, `UnknownCustomer`,
    `ErasedCustomer`, `NotAPerson`.
    """
    naming.name(interaction, living_customer(customer), person(actor), at)


@transaction.atomic
def see_name(*, customer: str, actor: str, at: datetime) -> bool:
    """Whether the actor speaks with this person now, and so may see the name; that is kept as one look for each interaction.

    Whether the actor may see personal data at all has been checked. Raises `UnknownCustomer`, `ErasedCustomer`.
    """
    mine = Interaction.objects.select_for_update(no_key=True, of=("self",)).filter(
        first_contact=person(actor), ended_at=None
    )
    talk = mine.filter(customer__number=customer).first()
    if talk is None:
        return False
    if not looks(customer=customer).filter(actor=actor, purpose=Purpose.SERVING, matter=talk.subject).exists():
        look(customer=customer, purpose=Purpose.SERVING, matter=talk.subject, actor=actor, at=at)
    return True


@transaction.atomic
def close_interaction(*, interaction: UUID, resolution: str, actor: str, at: datetime) -> None:
    """The interaction is over; what became of it in a few words, without names of customers.

    Raises `UnknownInteraction`, `InteractionOver`, `NotYourInteraction`, `WordsMissing`.
    """
    row, said = rows.open_interaction(interaction, person(actor)), rows.words(resolution, RESOLUTION, WORDS)
    row.ended_at, row.resolution = max(at, row.started_at), said
    row.save(update_fields=["ended_at", "resolution"])
    journal.record(events.Closed(subject=row.subject, actor=actor, at=at, correlation=row.id, resolution=said))


@transaction.atomic
def ask(
    *,
    kind: str = "request",
    title: str,
    channel: str,
    customer: str = "",
    service: str = "",
    address: str = "",
    calling: str = "",
    pressed: str = "",
    dialled: str = "",
    language: str = "",
    complaint_kind: str = "",
    facts: Mapping[str, Any] | None = None,
    note: str = "",
    waited: timedelta = timedelta(0),
    same_as: str = "",
    interaction: UUID | None = None,
    actor: str,
    at: datetime,
) -> tuple[str, Decision]:
    """Take in what a customer asks, where the rules R1 to R8 send it: the matter it is now, and the decision with its reasons.

    What is open on the same service, or is what they say it is (`same_as`), is urged (R3); what is announced gets a report more
    (R4). Where no flow applies the work is offered to whom the rules chose. `waited` is how long they had waited before; of its
    interaction counts what was dialled and spoken. Raises `NotOpenNow`, `BadChoice`, `ChannelNotSet`, and what the rows refuse.
    """
    me = person(actor)
    talk = rows.open_interaction(interaction, me) if interaction else None
    wanted = asking.Wanted(
        kind=rows.choice(rules.Kind, kind, "kind"), title=title, channel=rows.choice(rules.Channel, channel, "channel"),
        customer=customer, service=service, address=address, calling=calling, pressed=pressed, note=note,
        dialled=dialled or (talk.dialled if talk else ""), complaint_kind=complaint_kind, facts=dict(facts or {}),
        waited=waited, me=me, at=at, interaction=interaction, same_as=same_as,
        language=rows.language_of(language or (talk.language if talk else "")),
    )  # fmt: skip
    matter, decision = asking.take_in(wanted, actor)
    if talk is not None:
        Linked.objects.get_or_create(interaction=talk, matter=matter, defaults={"id": uuid7(at)})
    return matter, decision


@transaction.atomic
def answer(
    *,
    matter: str,
    substance: str = "",
    reply: str = "",
    how: str = "",
    connected: timedelta = timedelta(0),
    word: str = "",
    actor: str,
    at: datetime,
) -> bool:
    """Note a reply to a request or a fault, that the customer acknowledged it, or both; whether it is answered now.

    `substance` says what kind of reply it is, `how` how the customer took note: a call of at least 20 seconds (`connected`), or a
    reply of their own (`word`). The clock stops when both are there; without a reply an acknowledgement says only that it was
    received. Raises `NotACase`, `AlreadyAnswered`, `NotAnswering`, `BadChoice`, `WordsMissing`, `NotHeard`, `NotSubstantive`.
    """
    return answering.answer(
        rows.answerable(matter), answering.Said(substance, reply, how, connected, word), person(actor), at
    )


@transaction.atomic
def withdraw(*, matter: str, who: str, said_at: datetime, how: str, why: str, actor: str, at: datetime) -> None:
    """Note that the customer gave a request up: who of them said so, when, how and why. Its clock falls away.

    Raises `NotACase`, `AlreadyAnswered`, `AlreadyWithdrawn`, `NotAnswering`, `BadChoice`, `WordsMissing`, `NotThen`.
    """
    given = answering.Given(who, said_at, how, why)
    answering.withdraw(rows.request_called(matter), given, person(actor), at)


@transaction.atomic
def note_called_back(*, matter: str, actor: str, at: datetime) -> None:
    """Note that the customer who was to be called was called: they stand in the list no longer.

    Raises `NotToBeCalled`, `NotAnswering`, `NotAPerson`.
    """
    answering.called_back(matter, person(actor), at)


@transaction.atomic
def add_note(*, customer: str, words: str, actor: str, at: datetime) -> UUID:
    """Add a note for the next who serves the customer. Raises `UnknownCustomer`, `NotAPerson`, `WordsMissing`."""
    whose, me, said = living_customer(customer), person(actor), rows.words(words, NOTE, WORDS)
    row = Note.objects.create(id=uuid7(at), customer=whose, words=said, author=me, at=at)
    journal.record(events.Noted(subject=whose.subject, actor=actor, at=at))
    return row.id


@transaction.atomic
def take_order(
    *,
    key: UUID,
    customer: str,
    account: str = "",
    channel: str,
    lines: Sequence[LineDraft],
    pay: bool,
    window: tuple[datetime, datetime] | None = None,
    windows: Mapping[str, tuple[datetime, datetime]] = MappingProxyType({}),
    note: str = "",
    interaction: UUID | None = None,
    actor: str,
    at: datetime,
) -> str:
    """Place the order of a form, once: sent again under the same `key` it says the number of the order that it placed.

    The first contact of the interaction is the order's. Raises what `ordering.api.place_order` does, `UnknownInteraction`,
    `InteractionOver`, `NotYourInteraction`.
    """
    _, new = Placed.objects.get_or_create(key=key, defaults={"at": at})
    if not new:
        return Placed.objects.get(key=key).order
    me = person(actor)
    talk = rows.open_interaction(interaction, me) if interaction else None
    number = ordering.place_order(
        customer=customer, account=account, channel=channel, lines=lines, pay=pay, window=window, windows=windows, note=note,
        first_contact=me.username, actor=actor, at=at,
    )  # fmt: skip
    Placed.objects.filter(key=key).update(order=number)
    if talk is not None:
        Linked.objects.get_or_create(interaction=talk, matter=f"order/{number}", defaults={"id": uuid7(at)})
    return number


@transaction.atomic
def send_code(*, order: str, address: str, language: Language = Language.ZH, actor: str, at: datetime) -> None:
    """Send a customer a one-time code, by the number of an order or their own; says not whether there is one.

    `address` is the network address of whoever asks; only a digest of it is kept. The code is sent
    in `language` by whoever is named in `CODE_SENDER`, once this is committed. Raises `KnockedTooOften`.
    """
    codes.send(order, address, language=language, actor=actor, at=at)


@transaction.atomic
def enter(*, order: str, code: str, address: str, actor: str, at: datetime) -> tuple[str, str] | None:
    """Let a customer in: the order's number, empty where they came by their own, and theirs; None where it does not match.

    A code counts for ten minutes, five tries and one entry. Raises `KnockedTooOften`.
    """
    found = codes.tried(order, code, address, at=at)
    if found is None:
        return None
    journal.record(events.Entered(subject=found.subject, actor=actor, at=at))
    return found.order, found.customer.number
