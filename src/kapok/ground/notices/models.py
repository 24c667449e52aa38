"""Notices: the table, its constraints and indexes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kapok.ground.commitments.models import Commitment
from kapok.ground.notices.rules import KINDS, OF_ORDERS, REASSIGNED, SUPERVISED, URGED
from kapok.ground.people.models import Staff
from kapok.kernel.text import Text


class Notice(models.Model):
    """One person is told of one entry: about a commitment, an order, or that their work was urged. Moments are UTC."""

    id = models.UUIDField(primary_key=True)
    recipient = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, null=True, related_name="+")
    """None where somebody urged, or of an order: the matter is meant then."""
    entry = models.UUIDField()
    """The journal entry that is told of."""
    subject = models.CharField(max_length=200)
    """The matter, as the journal calls it."""
    kind = models.CharField(max_length=40)
    title_zh = models.TextField()
    title_en = models.TextField()
    due_at = models.DateTimeField(null=True)
    happened_at = models.DateTimeField()
    """The moment of the warning or the breach; it may lie far back where it came to light late."""
    at = models.DateTimeField()
    """When it was told: when the entry was recorded."""
    seen_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notice")
        constraints = [
            models.UniqueConstraint("entry", "recipient", name="notices_told_once"),
            models.CheckConstraint(condition=Q(kind__in=list(KINDS)), name="notices_kind_is_known"),
            models.CheckConstraint(
                condition=Q(commitment__isnull=False) | Q(kind__in=[URGED, SUPERVISED, REASSIGNED, *sorted(OF_ORDERS)]),
                name="notices_commitment_or_urged",
            ),
        ]
        indexes = [
            models.Index("recipient", F("at").desc(), F("id").desc(), name="notices_of_recipient"),
            models.Index(
                "recipient",
                F("at").desc(),
                F("id").desc(),
                condition=Q(seen_at__isnull=True),
                name="notices_unseen",
            ),
            models.Index("seen_at", condition=Q(seen_at__isnull=False), name="notices_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def title(self) -> Text:
        """What it says, in both languages."""
        return Text(zh=self.title_zh, en=self.title_en)
