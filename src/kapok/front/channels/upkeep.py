"""What the channels need from time to time: who stood at the customers' door, codes and forms are forgotten."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from kapok.front.channels import rules
from kapok.front.channels.models import AccessCode, Case, DoorKnock, Message, Placed, Stranger
from kapok.ground.customers.kept import overwrite
from kapok.ground.customers.retention import remove
from kapok.ground.journal.rules import FORGOTTEN
from kapok.ground.work.models import Matter
from kapok.ground.work.rules import MatterState


def forget_knocks(*, at: datetime) -> int:
    """Forget who asked for a code or tried one longer ago than `DOOR_KEPT`; those that still count stay. How many."""
    return remove(DoorKnock.objects.filter(at__lt=at - max(settings.DOOR_KEPT, rules.WITHIN)))


def forget_codes(*, at: datetime) -> int:
    """Forget the codes that were sent longer ago than `DOOR_KEPT`, used or not; those that still count stay. How many."""
    return remove(AccessCode.objects.filter(sent_at__lt=at - max(settings.DOOR_KEPT, rules.CODE_LASTS)))


def forget_forms(*, at: datetime) -> int:
    """Forget which form placed which order longer ago than `REPEATS_KEPT`; how many."""
    return remove(Placed.objects.filter(at__lt=at - settings.REPEATS_KEPT))


def forget_strangers(*, at: datetime) -> int:
    """Overwrite what somebody left who was no customer, once the matter has been closed for `STRANGERS_KEPT`; of how many.

    What was written about a matter that is still nobody's goes with it. A matter that was opened again is kept for another while.
    """
    over = Matter.objects.filter(state=MatterState.CLOSED, closed_at__lt=at - settings.STRANGERS_KEPT).values("subject")
    left = Stranger.objects.filter(case__in=over).exclude(name=FORGOTTEN)
    nobodys = Case.objects.filter(matter__in=left.values("case"), customer=None)
    with transaction.atomic():
        overwrite(Message.objects.filter(case__in=list(nobodys.values_list("matter", flat=True))), "words")
        return overwrite(left, "name", "phone")
