"""What is derived from hand-offs: those whose answer stands, counted by week and pair of units."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kapok.ground.people.models import OrgUnit

COUNTS = ("offered", "in_time", "late", "refused", "disputed", "upheld", "overruled", "returned")
"""What is counted of hand-offs, in the order of the figures."""


class SettledHandoffs(models.Model):
    """How many hand-offs of one week, from one unit to another, have an answer that stands, and what became of them.

    The database writes a row for each when it is settled (a trigger in migration 0016) and nobody else does: what was answered
    stands, so that no row is ever wrong. From time to time the rows of a pair are merged into one (`upkeep.merge_settled`).
    """

    id = models.BigAutoField(primary_key=True)
    week = models.DateTimeField()
    """Its beginning: Monday 00:00 UTC of the week in which they were offered."""
    from_unit = models.ForeignKey(
        OrgUnit, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    to_unit = models.ForeignKey(
        OrgUnit, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    offered = models.IntegerField()
    in_time = models.IntegerField()
    late = models.IntegerField()
    refused = models.IntegerField()
    disputed = models.IntegerField()
    upheld = models.IntegerField()
    overruled = models.IntegerField()
    returned = models.IntegerField()
    merged = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("settled hand-offs")
        constraints = [
            models.UniqueConstraint(
                "week", "from_unit", "to_unit", condition=Q(merged=True), name="work_settled_once_a_pair"
            )
        ]
        indexes = [models.Index("week", condition=Q(merged=False), name="work_settled_to_merge")]

    def __str__(self) -> str:
        return f"{self.week:%Y-%m-%d} {self.from_unit_id} {self.to_unit_id}"
