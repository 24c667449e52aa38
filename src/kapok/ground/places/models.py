"""Addresses, exchange areas, patches and the defects found in them: tables, constraints, indexes."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from kapok.ground.people.models import OrgUnit
from kapok.ground.places.rules import AREAS, UPPER, Segment
from kapok.kernel.text import Text


class ExchangeArea(models.Model):
    """The area whose addresses home to one exchange; `unit` is the service centre that runs it."""

    id = models.UUIDField(primary_key=True)
    code = models.SlugField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, related_name="+")
    geometry = models.JSONField(null=True)
    area = models.CharField(max_length=20, blank=True)
    """What kind of area it is, as promises distinguish them (town, country); empty where nobody has said."""

    class Meta:
        verbose_name = _("exchange area")
        constraints = [
            models.CheckConstraint(condition=Q(area__in=["", *AREAS]), name="places_exchange_area_kind_is_known"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        """How the journal calls this exchange area."""
        return f"exchange-area/{self.code}"

    @property
    def name(self) -> Text:
        """Its name in both languages."""
        return Text(zh=self.name_zh, en=self.name_en)


class Address(models.Model):
    """One node of the tree of standard addresses, in use until `retired_at`. Longitude and latitude are degrees.

    `exchange_area` is set where it begins to hold; what lies below inherits it. `search` and `grams` are made from the names
    by `rules.search_text` and `rules.grams`; `place` names the spot whatever its code (`rows.place_of`).
    """

    id = models.UUIDField(primary_key=True)
    code = models.SlugField(max_length=40, unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    level = models.PositiveSmallIntegerField()
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    full_zh = models.TextField()
    full_en = models.TextField()
    place = models.UUIDField()
    exchange_area = models.ForeignKey(ExchangeArea, on_delete=models.PROTECT, null=True, related_name="+")
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    search = models.TextField()
    grams = ArrayField(models.IntegerField())
    retired_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("standard address")
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=7), name="places_address_level_is_known"),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__gte=-180, longitude__lte=180, latitude__gte=-90, latitude__lte=90),
                name="places_address_is_on_earth",
            ),
            models.UniqueConstraint("place", condition=Q(retired_at__isnull=True), name="places_address_is_known_once"),
        ]
        indexes = [
            GinIndex(
                fields=["grams"],
                condition=Q(level__lte=UPPER.value, retired_at__isnull=True),
                name="places_address_upper_grams",
            ),
            GinIndex(
                fields=["grams"],
                condition=Q(level__gt=UPPER.value, retired_at__isnull=True),
                name="places_address_lower_grams",
            ),
            models.Index(
                "level", "full_zh", condition=Q(level__lte=UPPER.value, retired_at__isnull=True),
                name="places_address_upper",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        """How the journal calls this address."""
        return f"address/{self.code}"

    @property
    def name(self) -> Text:
        """The name of its own level in both languages."""
        return Text(zh=self.name_zh, en=self.name_en)

    @property
    def full(self) -> Text:
        """The whole address in both languages."""
        return Text(zh=self.full_zh, en=self.full_en)

    @property
    def road(self) -> Text:
        """The address as far as its road: what lies below says where somebody lives."""
        upper = self
        while upper.level > UPPER and upper.parent is not None:
            upper = upper.parent
        return upper.full


PERIOD = Func(F("valid_from"), F("valid_to"), RangeBoundary(), function="TSTZRANGE", output_field=DateTimeRangeField())


class PatchArea(models.Model):
    """What a patch answers for in [valid_from, valid_to): a segment of an address and all below it, or of an exchange area."""

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    segment = models.CharField(max_length=20)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, null=True, related_name="+")
    exchange_area = models.ForeignKey(ExchangeArea, on_delete=models.PROTECT, null=True, related_name="+")
    geometry = models.JSONField(null=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("patch territory")
        constraints = [
            models.CheckConstraint(
                condition=Q(address__isnull=True, exchange_area__isnull=False)
                | Q(address__isnull=False, exchange_area__isnull=True),
                name="places_patch_has_one_place",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="places_patch_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(segment__in=[segment.value for segment in Segment]), name="places_patch_segment_is_known"
            ),
            ExclusionConstraint(
                name="places_one_patch_an_address",
                expressions=[
                    ("address", RangeOperators.EQUAL),
                    ("segment", RangeOperators.EQUAL),
                    (PERIOD, RangeOperators.OVERLAPS),
                ],
                condition=Q(address__isnull=False),
            ),
            ExclusionConstraint(
                name="places_one_patch_an_exchange_area",
                expressions=[
                    ("exchange_area", RangeOperators.EQUAL),
                    ("segment", RangeOperators.EQUAL),
                    (PERIOD, RangeOperators.OVERLAPS),
                ],
                condition=Q(exchange_area__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.segment}"


class PlaceDefect(models.Model):
    """An address that was asked for its patch and had none, from the first time it was noticed until it is mended."""

    id = models.UUIDField(primary_key=True)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+")
    segment = models.CharField(max_length=20)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    noticed_at = models.DateTimeField()
    mended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("place defect")
        constraints = [
            models.UniqueConstraint(
                "address", "segment", condition=Q(mended_at__isnull=True), name="places_defect_is_noted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address_id} {self.segment}"
