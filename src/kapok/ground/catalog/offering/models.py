"""Offers and their versions: table, constraints, indexes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kapok.ground.catalog.offering.document import Kind
from kapok.ground.catalog.rules import State
from kapok.ground.catalog.specifying.models import SpecificationVersion
from kapok.ground.catalog.versions import Version, state_fits_dates


class OfferVersion(Version):
    """One version of an offer."""

    kind = models.CharField(max_length=10)
    position = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("offer version")
        constraints = [
            models.UniqueConstraint("code", "number", name="catalog_offer_number_once"),
            models.UniqueConstraint("code", condition=Q(state=State.DRAFT.value), name="catalog_offer_one_draft"),
            models.UniqueConstraint("code", condition=Q(state=State.PUBLISHED.value), name="catalog_offer_one_on_sale"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="catalog_offer_kind_is_known"
            ),
            state_fits_dates("catalog_offer_state_fits_its_dates"),
        ]
        indexes = [models.Index("code", models.F("number").desc(), name="catalog_offer_newest")]

    @property
    def subject(self) -> str:
        """How the journal calls this offer."""
        return f"offer/{self.code}"


class OfferSpecification(models.Model):
    """A version of a specification that an offer was put on sale with; it follows it for good (a trigger)."""

    version = models.ForeignKey(OfferVersion, on_delete=models.CASCADE, related_name="+")
    specification = models.ForeignKey(SpecificationVersion, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("specification of an offer")
        constraints = [models.UniqueConstraint("version", "specification", name="catalog_offer_follows_once")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.specification_id}"
