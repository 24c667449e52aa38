"""The web as a channel: what customers and strangers ask and order by themselves on the operator's pages.

Promises that whatever comes by the web is an interaction with a first contact and, where it is asked, a case routed by the rules R1
to R8; that only the customer's own word, or a call, stops the clock of a reply; that a form sent twice places one order; that
nobody asks, looks or orders without end. What people write stands in `Message` and `Stranger`, never in the journal. Whoever calls
has checked that the actor is the customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kapok.chain.ordering import api as ordering
from kapok.chain.ordering.api import LineDraft
from kapok.front.channels import answering, codes, events, gathering, giving, rows
from kapok.front.channels.models import MESSAGE, Case, Placed, Stranger
from kapok.front.channels.online import receiving, taking, wishing
from kapok.front.channels.online.refusals import (
    BadPhone,
    FormUsed,
    NobodyServes,
    NoStranger,
    NotAgreed,
    NotAlone,
    NothingToSay,
)
from kapok.front.channels.online.rules import AMISS, TOPICS, Topic, to_answer
from kapok.front.channels.refusals import (
    AlreadyAnswered,
    BadChoice,
    ChannelNotSet,
    KnockedTooOften,
    NotACase,
    NotOpenNow,
    WordsMissing,
)
from kapok.front.channels.rules import Decision, Knock, Via
from kapok.ground.customers.dialling import as_dialled, digits_of
from kapok.ground.customers.rows import customer_called
from kapok.ground.customers.rules import PURPOSES, Purpose
from kapok.ground.journal import api as journal
from kapok.ground.work.rows import person
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

__all__ = [
    "AlreadyAnswered", "BadChoice", "BadPhone", "ChannelNotSet", "FormUsed", "KnockedTooOften", "NoStranger", "NobodyServes",
    "NotACase", "NotAgreed", "NotAlone", "NotOpenNow", "NothingToSay", "WordsMissing", "acknowledge", "ask", "leave_request",
    "look_up", "say_amiss", "see_stranger", "take_order", "turn_down",
]  # fmt: skip

QUESTION, NAME = Text(zh="内容", en="what you ask"), Text(zh="姓名", en="your name")
LONGEST_NAME, PHONE_DIGITS = 60, range(7, 16)


@transaction.atomic
def ask(
    *,
    customer: str,
    topic: str,
    words: str,
    service: str = "",
    same_as: str = "",
    call_back: bool = False,
    network: str,
    actor: str,
    at: datetime,
) -> tuple[str, Decision]:
    """Take in what a customer asks by the web: the matter it is now, and where it went with the reasons.

    `network` is the address they write from; only a digest is kept. What is open on the same service, or what they say is the same
    (`same_as`), is urged, and the words go there. Raises `NotOpenNow`, `BadChoice`, `WordsMissing`,
    `UnknownCustomer`, `UnknownService`, `NobodyServes`, `ChannelNotSet`, `KnockedTooOften`.
    """
    subject = TOPICS[rows.choice(Topic, topic, "topic")]
    one, said = customer_called(customer), rows.words(words, QUESTION, MESSAGE)
    taking.must_own(one, service)
    codes.knock(Knock.WROTE, one.subject, network, at)
    wish = taking.Wish(subject, said, service=service, call_back=call_back, same_as=same_as)
    return taking.take_in(wish, one, actor, at)


@transaction.atomic
def say_amiss(
    *, order: str, leg: int, words: str, customer: str, network: str, actor: str, at: datetime
) -> tuple[str, Decision]:
    """The customer does not confirm what was done: it is a fault on the service, with who answers for it and its clock.

    Nothing is confirmed. A fault that is open on the service is urged. Raises `UnknownOrder`, `NothingToConfirm`, and what `ask`
    does.
    """
    one, said = customer_called(customer), rows.words(words, QUESTION, MESSAGE)
    found = taking.to_confirm(one, order, leg)
    codes.knock(Knock.WROTE, one.subject, network, at)
    service = next((line.service for line in found.lines if line.service), "")
    matter, decision = taking.take_in(taking.Wish(AMISS, said, service=service), one, actor, at)
    journal.record(events.SaidAmiss(subject=found.subject, actor=actor, at=at, matter=matter))
    return matter, decision


@transaction.atomic
def leave_request(
    *,
    words: str,
    name: str,
    phone: str,
    agreed: bool,
    address: str = "",
    language: str = "",
    network: str,
    actor: str,
    at: datetime,
) -> str:
    """Take in what somebody asks who is no customer, with the name and the number they left: the matter it is now.

    `language` is what they are to be spoken with in (R8). Raises `NotAgreed`, `WordsMissing`, `BadPhone`, `UnknownLanguage`,
    `UnknownAddress`, `RetiredAddress`, `NobodyServes`, `ChannelNotSet`, `KnockedTooOften`.
    """
    if not agreed:
        raise NotAgreed
    called, said = rows.words(name, NAME, LONGEST_NAME), rows.words(words, QUESTION, MESSAGE)
    digits = digits_of(phone[:40])
    if len(digits) not in PHONE_DIGITS:
        raise BadPhone
    codes.knock(Knock.LEFT, f"phone/{digits}", network, at)
    wish = taking.Wish(
        TOPICS[Topic.QUESTION], said, address=address, call_back=True, language=rows.language_of(language)
    )
    matter, _ = taking.take_in(wish, None, actor, at)
    Stranger.objects.create(case_id=matter, name=called, phone=as_dialled(digits), agreed_at=at)
    return matter


@transaction.atomic
def look_up(*, customer: str = "", network: str, actor: str, at: datetime) -> None:
    """Count that somebody looks up an address: of a customer by their number, of others by where they are.

    Raises `KnockedTooOften`.
    """
    codes.knock(Knock.LOOKED, f"customer/{customer}" if customer else f"network/{network}", network, at)


@transaction.atomic
def acknowledge(*, matter: str, customer: str, word: str = "", actor: str, at: datetime) -> None:
    """The customer says that the reply answers them: the clock stops.

    Raises `NotACase`, `AlreadyAnswered`, `NothingToSay`, `WordsMissing`.
    """
    answering.confirm(_theirs(matter, customer), word, actor, at)


@transaction.atomic
def turn_down(*, matter: str, customer: str, word: str, actor: str, at: datetime) -> None:
    """The customer says that the reply does not answer them, and what is lacking: the clock runs on, a new one is owed.

    Raises `NotACase`, `AlreadyAnswered`, `NothingToSay`, `WordsMissing`.
    """
    answering.turn_down(_theirs(matter, customer), word, actor, at)


def take_order(
    *,
    key: UUID,
    customer: str,
    account: str = "",
    lines: Sequence[LineDraft],
    pay: bool,
    window: tuple[datetime, datetime] | None = None,
    network: str,
    actor: str,
    at: datetime,
) -> str:
    """Place the order of a customer's form, once, and say its number; who is asked first answers for it.

    That is offered to the account manager of a key account or a business, whose it is once they accept it.

    Of a service they have, a customer orders alone what `rules.may_alone` lets them. What is refused counts as an attempt too.
    Raises `NotAlone`, `NobodyServes`, `KnockedTooOften`, `FormUsed`, and what `ordering.api.place_order` does.
    """
    whole = {"account": account, "pay": pay, "window": window}
    try:
        with transaction.atomic():
            return _place(key=key, customer=customer, lines=lines, whole=whole, network=network, actor=actor, at=at)
    except KnockedTooOften:
        raise
    except KapokError:
        with transaction.atomic():
            codes.knock(Knock.PLACED, f"customer/{customer}", network, at)
        raise


def _place(
    *,
    key: UUID,
    customer: str,
    lines: Sequence[LineDraft],
    whole: dict[str, Any],
    network: str,
    actor: str,
    at: datetime,
) -> str:
    """The number of the order that this form places, or has placed."""
    _, new = Placed.objects.get_or_create(key=key, defaults={"at": at})
    if not new:
        return wishing.placed_before(key, customer)
    one = customer_called(customer)
    codes.knock(Knock.PLACED, one.subject, network, at)
    wanted = [wishing.alone(each) for each in lines]
    who = receiving.receiver(one, at)
    number = ordering.place_order(
        customer=one.number, channel=who.channel.value, lines=wanted, first_contact=who.staff.username, actor=actor, at=at,
        **whole,
    )  # fmt: skip
    Placed.objects.filter(key=key).update(order=number)
    manager = to_answer(gathering.caller_of(one, None, Via.SAID, at))
    giving.offer_contact(f"order/{number}-1", manager, note=wishing.TITLE, actor=actor, at=at)
    receiving.interaction(who, one, topic=wishing.TITLE, matter=f"order/{number}", actor=actor, at=at)
    return number


@transaction.atomic
def see_stranger(*, matter: str, purpose: str, actor: str, at: datetime) -> tuple[str, str]:
    """The name and the number that a stranger left, for a purpose that is kept. Raises `NoStranger`, `BadChoice`, `NotAPerson`."""
    why = rows.choice(Purpose, purpose, "purpose")
    found = Stranger.objects.filter(case=matter).first()
    if found is None:
        raise NoStranger
    seen = events.StrangerSeen(
        subject=matter, actor=person(actor).subject, at=at, purpose=why.value, purpose_name=PURPOSES[why]
    )
    journal.record(seen)
    return found.name, found.phone


def _theirs(matter: str, customer: str) -> Case:
    """The request, if this customer asked it, locked. Raises `NotACase`."""
    case = rows.request_called(matter)
    if case.customer_id is None or case.customer_id != customer_called(customer).id:
        raise NotACase(matter=matter[:40])
    return case
