"""The journal's one table. Its rows are written once: a trigger refuses every change and removal."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """One thing that happened, as it was recorded."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=100)
    subject = models.CharField(max_length=200)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=200)
    correlation = models.UUIDField(null=True)
    data = models.JSONField()

    class Meta:
        verbose_name = _("journal entry")
        indexes = [
            models.Index(
                "subject",
                models.F("at").desc(),
                models.F("recorded_at").desc(),
                models.F("id").desc(),
                name="journal_entry_timeline",
            ),
            models.Index(
                "correlation", condition=models.Q(correlation__isnull=False), name="journal_entry_correlation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
