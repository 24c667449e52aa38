"""Flow templates and their versions (those of offers and specifications stand in `offering`, `specifying`): tables, constraints."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kapok.ground.catalog.offering.models import OfferSpecification, OfferVersion
from kapok.ground.catalog.rules import State
from kapok.ground.catalog.specifying.models import SpecificationVersion
from kapok.ground.catalog.template import Line
from kapok.kernel.text import Text

__all__ = ["FlowTemplate", "FlowVersion", "OfferSpecification", "OfferVersion", "SpecificationVersion"]


class FlowTemplate(models.Model):
    """A flow by its code; what it says stands in its versions."""

    id = models.UUIDField(primary_key=True)
    code = models.SlugField(max_length=60, unique=True)
    line = models.CharField(max_length=20)
    drafted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("flow template")
        constraints = [
            models.CheckConstraint(
                condition=Q(line__in=[line.value for line in Line]), name="catalog_flow_line_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        """How the journal calls this flow."""
        return f"flow/{self.code}"


def _axis() -> ArrayField[list[str], list[str]]:
    return ArrayField(models.CharField(max_length=60), default=list)


class FlowVersion(models.Model):
    """What a flow said from `published_at` to `retired_at`; a draft may change, a published version never does (a trigger)."""

    id = models.UUIDField(primary_key=True)
    template = models.ForeignKey(FlowTemplate, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10)
    revision = models.PositiveIntegerField(default=1)
    """Counts the changes of the draft, so that two editors cannot undo each other unseen."""
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    serves_pack = models.CharField(max_length=120)
    serves_code = models.CharField(max_length=80)
    segment = _axis()
    tier = _axis()
    service = _axis()
    action = _axis()
    area = _axis()
    document = models.JSONField()
    stage_pack = models.TextField(blank=True)
    """The stage promises as the YAML of a kernel pack, as they were published."""
    drafted_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("flow version")
        constraints = [
            models.UniqueConstraint("template", "number", name="catalog_version_number_once"),
            models.UniqueConstraint("template", condition=Q(state=State.DRAFT.value), name="catalog_one_draft"),
            models.UniqueConstraint("template", condition=Q(state=State.PUBLISHED.value), name="catalog_one_in_force"),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT.value, published_at__isnull=True, retired_at__isnull=True)
                | Q(state=State.PUBLISHED.value, published_at__isnull=False, retired_at__isnull=True)
                | Q(state=State.RETIRED.value, published_at__isnull=False, retired_at__gte=models.F("published_at")),
                name="catalog_version_state_fits_its_dates",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT.value) | ~Q(stage_pack=""), name="catalog_published_with_stage_pack"
            ),
        ]
        indexes = [models.Index("template", models.F("number").desc(), name="catalog_version_newest")]

    def __str__(self) -> str:
        return f"{self.template_id} {self.number}"

    @property
    def title(self) -> Text:
        """The flow's title in both languages."""
        return Text(zh=self.title_zh, en=self.title_en)
