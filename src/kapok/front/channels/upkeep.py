"""What the channels need from time to time: who stood at the customers' door, codes and forms are forgotten."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from kapok.front.channels import rules
from kapok.front.channels.models import AccessCode, DoorKnock, Placed
from kapok.ground.customers.retention import remove


def forget_knocks(*, at: datetime) -> int:
    """Forget who asked for a code or tried one longer ago than `DOOR_KEPT`; those that still count stay. How many."""
    return remove(DoorKnock.objects.filter(at__lt=at - max(settings.DOOR_KEPT, rules.WITHIN)))


def forget_codes(*, at: datetime) -> int:
    """Forget the codes that were sent longer ago than `DOOR_KEPT`, used or not; those that still count stay. How many."""
    return remove(AccessCode.objects.filter(sent_at__lt=at - max(settings.DOOR_KEPT, rules.CODE_LASTS)))


def forget_forms(*, at: datetime) -> int:
    """Forget which form placed which order longer ago than `REPEATS_KEPT`; how many."""
    return remove(Placed.objects.filter(at__lt=at - settings.REPEATS_KEPT))
