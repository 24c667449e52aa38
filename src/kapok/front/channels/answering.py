"""What stops the three-hour clock: a substantive reply, acknowledged by the customer, and nothing less.

Whoever else says that something was answered, e.g. by handing in the last stage of its flow, is refused by `witness` while the
reply or the acknowledgement is lacking; so is whoever says that it was withdrawn, without the customer's word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kapok.front.channels import events, rows, rules
from kapok.front.channels.models import WORDS, Case, Message
from kapok.front.channels.online.refusals import NothingToSay
from kapok.front.channels.refusals import (
    AlreadyAnswered,
    AlreadyWithdrawn,
    NotAnswering,
    NotHeard,
    NotSubstantive,
    NotThen,
    NotWithdrawn,
)
from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Entry
from kapok.ground.people.models import Staff
from kapok.ground.work import api as work
from kapok.ground.work import queries as matters
from kapok.ground.work.baton import api as baton
from kapok.ground.work.following import has_addressee
from kapok.ground.work.models import Item, Matter
from kapok.ground.work.rows import has_hands_in, works_for
from kapok.ground.work.rules import ItemState
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

ANSWERED, RECEIVED, WITHDRAWN = "request.answered", "request.acknowledged", "request.withdrawn"
WHY, WHO = Text(zh="撤回原因", en="why they withdraw it"), Text(zh="由谁提出", en="who said so")
REPLY, WORD = Text(zh="答复内容", en="the reply"), Text(zh="客户的回复", en="the customer's reply")
LACKING = Text(zh="还缺什么", en="what is lacking")
CONFIRMED = "客户网上确认 / confirmed by the customer on the web"
MOST_STAGES = 20


@dataclass(frozen=True)
class Said:
    """What was said: the reply, and how the customer took note of it."""

    substance: str
    reply: str
    how: str
    connected: timedelta
    word: str


@dataclass(frozen=True)
class Given:
    """The customer's word that they give a request up: who of them said so, when, how and why."""

    who: str
    said_at: datetime
    how: str
    why: str


def answer(case: Case, said: Said, me: Staff, at: datetime) -> bool:
    """Note it, and stop the clock if both are there. Within a verb's transaction."""
    _must_be_open(case)
    _must_answer(case, me)
    if said.substance or said.reply.strip():
        _reply(case, said, me, at)
        _accept(case, me, at)
    if not case.substance:
        return _received(case, said, me, at)
    if not said.how:
        return False
    _acknowledge(case, said, rules.ToldBy.STAFF, me.subject, at)
    return True


def withdraw(case: Case, said: Given, me: Staff, at: datetime) -> None:
    """The customer gave it up: their word is kept, and the clock falls away. Within a verb's transaction."""
    _must_be_open(case)
    _must_answer(case, me)
    if not case.asked_at.replace(second=0, microsecond=0) <= said.said_at <= at:  # a form says the minute
        raise NotThen
    how, staff = rows.choice(rules.How, said.how, "how"), rules.ToldBy.STAFF
    case.how, case.word, case.told_by = how.value, rows.words(said.why, WHY, WORDS), staff.value
    case.withdrawn_at, case.withdrawn_by = said.said_at, rows.words(said.who, WHO, 60)
    case.save(update_fields=["how", "word", "told_by", "withdrawn_at", "withdrawn_by"])
    journal.record(
        events.Withdrawn(
            subject=case.matter, actor=me.subject, at=at, how=how.value, how_name=rules.HOWS[how], said_at=said.said_at,
            told_by=staff.value, told_by_name=rules.TOLD_BY[staff],
        )
    )  # fmt: skip
    work.tell(matter=case.matter, kind=WITHDRAWN, note=rules.HOWS[how].both, actor=me.subject, at=at)


def confirm(case: Case, word: str, actor: str, at: datetime) -> None:
    """The customer says by themselves that this answers them: the clock stops. Within a verb's transaction."""
    _must_be_replied(case)
    kept = rows.words(word, WORD, WORDS, needed=False)
    if kept:
        said_by(case, kept, None, at)
    _acknowledge(
        case, Said("", "", rules.How.MESSAGE, timedelta(0), kept or CONFIRMED), rules.ToldBy.CUSTOMER, actor, at
    )


def turn_down(case: Case, word: str, actor: str, at: datetime) -> None:
    """The customer says that this does not answer them, and what is lacking: a new reply is owed, the clock runs on."""
    _must_be_replied(case)
    said_by(case, rows.words(word, LACKING, WORDS), None, at)
    case.substance, case.reply, case.replied_at = "", "", None
    case.save(update_fields=["substance", "reply", "replied_at"])
    journal.record(events.TurnedDown(subject=case.matter, actor=actor, at=at))


def called_back(matter: str, me: Staff, at: datetime) -> None:
    """Note that the customer was called, once. Within a verb's transaction. Raises `NotToBeCalled`, `NotAnswering`."""
    case = rows.to_be_called(matter)
    _must_answer(case, me)
    case.called_at = at
    case.save(update_fields=["called_at"])
    journal.record(events.CalledBack(subject=case.matter, actor=me.subject, at=at))


def _must_be_replied(case: Case) -> None:
    """Raises `AlreadyAnswered`, `AlreadyWithdrawn`, `NothingToSay`."""
    _must_be_open(case)
    if not case.substance:
        raise NothingToSay


def _must_be_open(case: Case) -> None:
    """Raises `AlreadyAnswered`, `AlreadyWithdrawn`."""
    if case.answered_at is not None:
        raise AlreadyAnswered(at=rows.spoken(case.answered_at))
    if case.withdrawn_at is not None:
        raise AlreadyWithdrawn(at=rows.spoken(case.withdrawn_at))


def said_by(case: Case, words: str, staff: Staff | None, at: datetime) -> None:
    """Keep what somebody wrote about a case; `staff` is None where it was the customer."""
    Message.objects.create(id=uuid7(at), case=case, customer_id=case.customer_id, staff=staff, words=words, at=at)


def witness(entries: Sequence[Entry]) -> None:
    """Undo what says that a request was answered that was not, or that the customer gave it up who did not.

    Raises `NotSubstantive`, `NotWithdrawn`.
    """
    told = [entry.subject for entry in entries if entry.kind == ANSWERED]
    if told and Case.objects.filter(matter__in=told, answered_at=None).exists():
        raise NotSubstantive
    given_up = [entry.subject for entry in entries if entry.kind == WITHDRAWN]
    if given_up and Case.objects.filter(matter__in=given_up, withdrawn_at=None).exists():
        raise NotWithdrawn


def _must_answer(case: Case, me: Staff) -> None:
    """The owner, whoever does the work of the unit it was routed to, of the matter's own, or of one that took work of it."""
    matter = Matter.objects.select_related("unit").get(subject=case.matter)
    named = me.id in {case.owner_id, matter.first_contact_id}
    if not (named or works_for(me, case.unit) or works_for(me, matter.unit) or has_hands_in(me, matter)):
        raise NotAnswering(username=Staff.objects.get(id=case.owner_id).username)


def _reply(case: Case, said: Said, me: Staff, at: datetime) -> None:
    substance = rows.choice(rules.Substance, said.substance, "substance")
    case.substance, case.replied_at = substance.value, at
    case.reply = rows.words(said.reply, REPLY, WORDS)
    case.save(update_fields=["substance", "reply", "replied_at"])
    said_by(case, case.reply, me, at)
    name = rules.SUBSTANCES[substance]
    journal.record(
        events.Replied(subject=case.matter, actor=me.subject, at=at, substance=substance.value, substance_name=name)
    )


def _accept(case: Case, me: Staff, at: datetime) -> None:
    """Whoever replies to a request has done what of it was offered, and nobody else has: what was given, or asks for the reply."""
    if case.kind != rules.Kind.REQUEST:
        return
    offered = Item.objects.filter(matter__subject=case.matter, state=ItemState.OFFERED)
    for item in offered.select_related("matter__flow").order_by("opened_at", "id"):
        if item.id == case.work or has_addressee(item):
            baton.take_done(item=item.id, by=me, actor=me.subject, at=at)


def _received(case: Case, said: Said, me: Staff, at: datetime) -> bool:
    """“We received it”: told, and nothing more. Raises `NotSubstantive` where not even that was said."""
    if not said.how:
        raise NotSubstantive
    rows.choice(rules.How, said.how, "how")
    work.tell(matter=case.matter, kind=RECEIVED, actor=me.subject, at=at)
    return False


def _acknowledge(case: Case, said: Said, told_by: rules.ToldBy, actor: str, at: datetime) -> None:
    """The customer took note of the reply: that stops the clock."""
    how, word = rows.choice(rules.How, said.how, "how"), rows.words(said.word, WORD, WORDS, needed=False)
    if not rules.acknowledged(how, said.connected, word):
        raise NotHeard(seconds=int(rules.HEARD.total_seconds()))
    case.how, case.word, case.connected, case.told_by = how.value, word, said.connected, told_by.value
    case.answered_at = at
    case.save(update_fields=["how", "word", "connected", "told_by", "answered_at"])
    journal.record(
        events.Acknowledged(
            subject=case.matter, actor=actor, at=at, how=how.value, how_name=rules.HOWS[how],
            seconds=int(said.connected.total_seconds()), told_by=told_by.value, told_by_name=rules.TOLD_BY[told_by],
        )
    )  # fmt: skip
    _finish(case, actor, at)


def _finish(case: Case, actor: str, at: datetime) -> None:
    """Hand in what of a request's flow is left, the last of which says that it was answered; say so where no stage does.

    In the name of who holds it, or offered what nobody has accepted. A fault is not mended by an answer: its work goes on.
    """
    in_hand = [ItemState.OFFERED, ItemState.HELD]
    live = Item.objects.filter(matter__subject=case.matter, contact=False, state__in=in_hand)
    for _ in range(MOST_STAGES if case.kind == rules.Kind.REQUEST else 0):
        item = live.order_by("opened_at", "id").first()
        if item is None:
            break
        if item.state == ItemState.OFFERED:
            baton.take_done(item=item.id, actor=actor, at=at)
        wanted = len(matters.evidence_of(item.id))
        baton.carry_out(item=item.id, evidence=[case.reply] * wanted, note="", actor=actor, at=at)
    if not Entry.objects.filter(subject=case.matter, kind=ANSWERED).exists():
        work.tell(matter=case.matter, kind=ANSWERED, actor=actor, at=at)
