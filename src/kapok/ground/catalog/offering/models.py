"""Offers and their versions: table, constraints, indexes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kapok.ground.catalog.offering.document import Kind
from kapok.ground.catalog.rules import State
from kapok.kernel.text import Text


class OfferVersion(models.Model):
    """What an offer said from `published_at` to `retired_at`; a draft may change, a published version never does (a trigger)."""

    id = models.UUIDField(primary_key=True)
    code = models.SlugField(max_length=60)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10)
    revision = models.PositiveIntegerField(default=1)
    """Counts the changes of the draft, so that two editors cannot undo each other unseen."""
    kind = models.CharField(max_length=10)
    position = models.PositiveIntegerField()
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    document = models.JSONField()
    drafted_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("offer version")
        constraints = [
            models.UniqueConstraint("code", "number", name="catalog_offer_number_once"),
            models.UniqueConstraint("code", condition=Q(state=State.DRAFT.value), name="catalog_offer_one_draft"),
            models.UniqueConstraint("code", condition=Q(state=State.PUBLISHED.value), name="catalog_offer_one_on_sale"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="catalog_offer_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT.value, published_at__isnull=True, retired_at__isnull=True)
                | Q(state=State.PUBLISHED.value, published_at__isnull=False, retired_at__isnull=True)
                | Q(state=State.RETIRED.value, published_at__isnull=False, retired_at__gte=models.F("published_at")),
                name="catalog_offer_state_fits_its_dates",
            ),
        ]
        indexes = [models.Index("code", models.F("number").desc(), name="catalog_offer_newest")]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"

    @property
    def title(self) -> Text:
        """The offer's title in both languages."""
        return Text(zh=self.title_zh, en=self.title_en)

    @property
    def subject(self) -> str:
        """How the journal calls this offer."""
        return f"offer/{self.code}"
