"""The customers' door: forms that placed an order, one-time codes, attempts. Tables, constraints, indexes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kapok.front.channels.door.knocking import Knock


class Placed(models.Model):
    """A form that placed an order: sent twice, it places no second."""

    key = models.UUIDField(primary_key=True)
    order = models.CharField(max_length=16, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("order form")

    def __str__(self) -> str:
        return self.order


class AccessCode(models.Model):
    """A one-time code by which the customer of an order comes in. Of an order only the last one counts."""

    order = models.CharField(max_length=16, primary_key=True)
    digest = models.CharField(max_length=64)
    shown = models.CharField(max_length=12, blank=True)
    """The code in clear, in a demonstration only, where nothing is really sent."""
    sent_to = models.CharField(max_length=30)
    sent_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("one-time code")

    def __str__(self) -> str:
        return self.order


class DoorKnock(models.Model):
    """Somebody asked for a code or tried one; known by digests, since anything may be typed."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=6)
    order = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("attempt at the customers' door")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in Knock]), name="channels_knock_is_known")
        ]
        indexes = [
            models.Index("kind", "order", "at", name="channels_knock_of_order"),
            models.Index("kind", "address", "at", name="channels_knock_of_address"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"
