"""Appointments, visits, what was typed there, photos and signatures: shown to the person they are about, and forgotten."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from django.db import transaction

from kapok.back.workforce import files
from kapok.back.workforce.models import Appointment, Hold, Picture, Reading, WorkOrder
from kapok.ground.customers.kept import Held, held, overwrite


def held_of(subjects: Collection[str]) -> Held:
    """The appointments made for these matters, the work orders, why they were held, what was measured; a list of pictures."""
    appointments = list(Appointment.objects.filter(holder__in=subjects).order_by("made_at", "id"))
    orders = list(WorkOrder.objects.filter(item__matter__subject__in=subjects).order_by("opened_at", "id"))
    return held(
        appointments, orders,
        Hold.objects.filter(order__in=orders).order_by("since", "id"),
        Reading.objects.filter(order__in=orders).order_by("id"),
        Picture.objects.filter(order__in=orders).order_by("taken_at", "id"),
        subjects=[each.subject for each in appointments],
    )  # fmt: skip


def erase(subjects: Collection[str]) -> None:
    """Overwrite what was typed and remove the pictures, their files once this is committed.

    A file that is left behind because the process dies then belongs to no row; `upkeep.drop_orphans` finds it at night.
    """
    orders = WorkOrder.objects.filter(item__matter__subject__in=subjects)
    overwrite(orders, "note")
    overwrite(Hold.objects.filter(order__in=orders), "note", "evidence")
    overwrite(Reading.objects.filter(order__in=orders), "despite")
    pictures = Picture.objects.filter(order__in=orders)
    for picture in list(pictures.values_list("id", flat=True)):
        transaction.on_commit(partial(files.drop, picture))
    pictures.delete()
