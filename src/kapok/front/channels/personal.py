"""What was said with a person through the channels: shown to them, and forgotten; what they wait for binds them until then."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from kapok.back.workforce import personal as visits
from kapok.chain.ordering.models import Order
from kapok.front.channels import codes
from kapok.front.channels.models import (
    AccessCode,
    Case,
    DoorKnock,
    Interaction,
    Linked,
    Message,
    Note,
    Report,
    Stranger,
)
from kapok.ground.customers.kept import Held, held, overwrite
from kapok.ground.customers.models import Customer
from kapok.ground.journal import api as journal
from kapok.ground.work import personal as work
from kapok.ground.work.models import Matter
from kapok.ground.work.rules import MatterState
from kapok.kernel.text import Text

ASKED = Text(zh="事项 {subject} 尚未办结", en="{subject} is not closed yet")


def still_asked(customer: UUID) -> list[Text]:
    """What a customer asked and still waits for: whoever does cannot be forgotten."""
    open_now = Matter.objects.filter(subject__in=_asked(customer), state=MatterState.OPEN).order_by("subject")
    return [ASKED.format(subject=subject) for subject in open_now.values_list("subject", flat=True)]


def export(customer: UUID) -> Held:
    """Interactions, what was asked, written and replied, notes, one-time codes without the code, and the work on it.

    Also what they left and wrote before it was known who they are.
    """
    talks = list(Interaction.objects.filter(customer=customer).order_by("started_at", "id"))
    matters = _asked(customer)
    own = held(
        talks,
        Linked.objects.filter(interaction__in=talks).order_by("id"),
        Case.objects.filter(customer=customer).order_by("asked_at", "matter"),
        Stranger.objects.filter(case__in=matters).order_by("case"),
        Message.objects.filter(Q(case__in=matters) | Q(customer=customer)).order_by("at", "id"),
        Note.objects.filter(customer=customer).order_by("at", "id"),
        Report.objects.filter(customer=customer).order_by("asked_at", "id"),
        AccessCode.objects.filter(order__in=_doors(customer)).order_by("sent_at"),
        subjects=[each.subject for each in talks],
        without={"digest", "shown"},
    )
    return own + work.held_of(matters) + visits.held_of(matters)


def erase(customer: UUID) -> None:
    """Overwrite what was said, asked, written, replied and typed about it; notes, one-time codes and the visits to the door go."""
    talks, cases, matters = (
        Interaction.objects.filter(customer=customer),
        Case.objects.filter(customer=customer),
        _asked(customer),
    )
    overwrite(talks, "topic", "resolution", "calling")
    overwrite(cases, "reply", "word", "withdrawn_by")
    overwrite(Stranger.objects.filter(case__in=matters), "name", "phone")
    overwrite(Message.objects.filter(Q(case__in=matters) | Q(customer=customer)), "words")
    overwrite(Report.objects.filter(customer=customer), "words")
    Note.objects.filter(customer=customer).delete()
    doors = _doors(customer)
    AccessCode.objects.filter(order__in=doors).delete()
    DoorKnock.objects.filter(order__in=[codes.key_of_order(door) for door in doors]).delete()
    work.erase(matters, titles=True)
    visits.erase(matters)
    journal.forget([talk.subject for talk in talks])


def _asked(customer: UUID) -> list[str]:
    return list(Case.objects.filter(customer=customer).order_by("asked_at", "matter").values_list("matter", flat=True))


def _doors(customer: UUID) -> list[str]:
    """The numbers by which they come in: those of their orders, and their own, also one they had before they were merged."""
    own = Customer.objects.filter(Q(id=customer) | Q(merged_into=customer)).order_by("number")
    orders = Order.objects.filter(customer=customer).order_by("number")
    return [*own.values_list("number", flat=True), *orders.values_list("number", flat=True)]
