"""What customers see of what they asked, whichever channel took it in, and what a stranger left, masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from kapok.front.channels import rules
from kapok.front.channels.models import Case, Message, Stranger
from kapok.front.channels.online.rules import Shown, shown_as
from kapok.ground.commitments import queries as commitments
from kapok.ground.commitments.queries import Row
from kapok.ground.customers.names import masked_name
from kapok.ground.customers.rules import ContactKind, PartyKind, masked_contact
from kapok.ground.work.models import Matter
from kapok.ground.work.rules import MatterState
from kapok.kernel.promises import Tier
from kapok.kernel.text import Text

LATEST = 20
US = "Kapok"
"""Who wrote, where the operator's rule names nobody."""


@dataclass(frozen=True)
class MessageView:
    """What was written about a case; `author` is a name where it was one of us."""

    author: str
    words: str
    at: datetime


@dataclass(frozen=True)
class AskedView:
    """What a customer asked: who answers for it, its clock, how far the answer is."""

    matter: str
    kind: rules.Kind
    asked_at: datetime
    open: bool
    contact: str
    """Who answers for it, as the operator's rule shows it to customers; empty where it shows nobody."""
    clock: Row | None
    replied_at: datetime | None
    answered_at: datetime | None
    withdrawn_at: datetime | None
    call_back: bool
    messages: tuple[MessageView, ...] = ()

    @property
    def number(self) -> str:
        """Its number."""
        return self.matter.partition("/")[2]

    @property
    def kind_name(self) -> Text:
        """What it is."""
        return rules.KINDS[self.kind]

    @property
    def may_acknowledge(self) -> bool:
        """Whether there is a reply of which the customer has not said yet whether it answers them."""
        waits = self.answered_at is None and self.withdrawn_at is None
        return self.kind is rules.Kind.REQUEST and self.replied_at is not None and waits


@dataclass(frozen=True)
class LeftView:
    """Who asked without being a customer: name and number masked."""

    name: str
    phone: str
    agreed_at: datetime


def asked_by(customer: str) -> list[AskedView]:
    """What a customer asked, the latest first, without the messages. A few queries however much it is."""
    return _views(list(Case.objects.filter(_of(customer)).order_by("-asked_at", "matter")[:LATEST]))


def asked(matter: str, customer: str) -> AskedView | None:
    """One of them with what was written about it; None where this customer did not ask it."""
    found = list(Case.objects.filter(_of(customer), matter=matter))
    written = tuple(_as_customers_see(row) for row in _messages(matter)) if found else ()
    return _views(found, messages=written)[0] if found else None


def messages_about(matter: str) -> list[MessageView]:
    """What the customer and we wrote, in its order, as we read it."""
    return [MessageView(row.staff.name if row.staff else "", row.words, row.at) for row in _messages(matter)]


def first_words(matters: Sequence[str]) -> dict[str, str]:
    """With which words customers began each of these."""
    rows = Message.objects.filter(case__in=matters, staff=None).order_by("case", "at", "id").distinct("case")
    return dict(rows.values_list("case", "words"))


def _messages(matter: str) -> QuerySet[Message]:
    return Message.objects.select_related("staff").filter(case=matter).order_by("at", "id")


def _as_customers_see(row: Message) -> MessageView:
    author = contact_shown(row.staff.name, row.staff.username) or US if row.staff else ""
    return MessageView(author, row.words, row.at)


def left_by(matter: str) -> LeftView | None:
    """What a stranger left with this, masked."""
    row = Stranger.objects.filter(case=matter).first()
    if row is None:
        return None
    name, phone = masked_name(row.name, PartyKind.PERSON), masked_contact(ContactKind.PHONE, row.phone)
    return LeftView(name, phone, row.agreed_at)


def contact_shown(name: str, username: str) -> str:
    """How somebody of ours is called towards customers."""
    return shown_as(Shown(settings.FIRST_CONTACT_SHOWN), name, username)


def _of(customer: str) -> Q:
    return Q(customer__number=customer) | Q(customer__merged_into__number=customer)


def _views(cases: Sequence[Case], messages: tuple[MessageView, ...] = ()) -> list[AskedView]:
    subjects = [case.matter for case in cases]
    matters = {row.subject: row for row in Matter.objects.select_related("first_contact").filter(subject__in=subjects)}
    clocks = _clocks(subjects)
    return [_view(case, matters[case.matter], clocks.get(case.matter), messages) for case in cases]


def _clocks(subjects: Sequence[str]) -> Mapping[str, Row]:
    """Of each what was promised to the customer, the first that runs, else the last that ran."""
    rows = [row for row in commitments.of_subjects(subjects) if row.tier is not Tier.STAGE and row.due_at]
    return {row.subject: row for row in sorted(rows, key=lambda row: (row.running, -_moment(row)))}


def _moment(row: Row) -> float:
    return row.due_at.timestamp() if row.due_at else 0.0


def _view(case: Case, matter: Matter, clock: Row | None, messages: tuple[MessageView, ...]) -> AskedView:
    owner = matter.first_contact
    return AskedView(
        matter=case.matter, kind=rules.Kind(case.kind), asked_at=case.asked_at, open=matter.state == MatterState.OPEN,
        contact=contact_shown(owner.name, owner.username), clock=clock, replied_at=case.replied_at,
        answered_at=case.answered_at, withdrawn_at=case.withdrawn_at, call_back=case.call_back, messages=messages,
    )  # fmt: skip
