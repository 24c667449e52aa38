"""Specifications and their versions: table, constraints, indexes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kapok.ground.catalog.rules import State
from kapok.ground.catalog.specifying.document import Sort
from kapok.ground.catalog.versions import Version, state_fits_dates


class SpecificationVersion(Version):
    """One version of the specification of a service or a resource, or of a usage plan."""

    sort = models.CharField(max_length=10)

    class Meta:
        verbose_name = _("specification version")
        constraints = [
            models.UniqueConstraint("sort", "code", "number", name="catalog_specification_number_once"),
            models.UniqueConstraint(
                "sort", "code", condition=Q(state=State.DRAFT.value), name="catalog_specification_one_draft"
            ),
            models.UniqueConstraint(
                "sort", "code", condition=Q(state=State.PUBLISHED.value), name="catalog_specification_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(sort__in=[sort.value for sort in Sort]), name="catalog_specification_sort_is_known"
            ),
            state_fits_dates("catalog_specification_state_fits_its_dates"),
        ]

    @property
    def subject(self) -> str:
        """How the journal calls this specification."""
        return subject(self.sort, self.code)


def subject(sort: str, code: str) -> str:
    """How the journal calls a specification."""
    return f"{sort}-specification/{code}"
