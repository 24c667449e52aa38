"""Audits and the logs they judge: tables, constraints, indexes. The files themselves lie in `store`."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from kapok.ground.people.models import OrgUnit, Staff
from kapok.kernel.text import Text
from kapok.supervision.mining.rules import STATES, State


class Audit(models.Model):
    """One or more logs of a unit, a map that says what their columns mean, the pack that judges them, and the figures."""

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    opened_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=State.UPLOADED.value)
    pack = models.CharField(max_length=100, blank=True)
    map = models.TextField(blank=True)
    run = models.PositiveIntegerField(default=0)
    stage = models.JSONField(null=True)
    rows_done = models.BigIntegerField(default=0)
    rows_expected = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    failure = models.JSONField(null=True)
    figures = models.JSONField(null=True)

    class Meta:
        verbose_name = _("audit")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]), name="mining_audit_state_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.DONE.value)
                | models.Q(figures__isnull=False, finished_at__isnull=False),
                name="mining_audit_done_has_figures",
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.UPLOADED.value) | (~models.Q(map="") & ~models.Q(pack="")),
                name="mining_audit_has_map_and_pack_before_it_runs",
            ),
        ]
        indexes = [models.Index("unit", models.F("opened_at").desc(), name="mining_audit_of_unit")]

    def __str__(self) -> str:
        return self.name

    @property
    def state_name(self) -> Text:
        """Where it stands, in words."""
        return STATES[State(self.state)]

    @property
    def subject(self) -> str:
        """How the journal calls this audit."""
        return subject(self.id)


class Log(models.Model):
    """One uploaded file of an audit."""

    id = models.UUIDField(primary_key=True)
    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("event log")
        constraints = [
            models.UniqueConstraint("audit", "name", name="mining_log_name_once"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="mining_log_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


def subject(audit: UUID) -> str:
    """How the journal calls an audit."""
    return f"audit/{audit}"
