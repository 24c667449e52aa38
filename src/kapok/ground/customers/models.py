"""Parties, customers, billing accounts, contacts, consents and the log of looks: tables, constraints, indexes."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Right
from django.utils.translation import gettext_lazy as _

from kapok.ground.customers.rules import (
    ConsentPurpose,
    ContactKind,
    DocumentKind,
    PartyKind,
    Payment,
    Purpose,
    Tier,
)
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.places.models import Address
from kapok.ground.places.rules import Segment


class Party(models.Model):
    """A person or an organisation. `search` is made from the name, `grams` from it and the unit (`names.pieces`).

    After an erasure at `erased_at` nothing personal is left: the name is the customer's number.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=120)
    document_kind = models.CharField(max_length=10, blank=True, default="")
    document = models.CharField(max_length=40, blank=True, default="")
    languages = ArrayField(models.CharField(max_length=8), default=list, db_default=[])
    """What they speak, by code, the best first."""
    search = models.TextField()
    grams = ArrayField(models.IntegerField())
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("party")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in PartyKind]), name="customers_party_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(document_kind__in=[kind.value for kind in DocumentKind]),
                name="customers_document_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(document="", document_kind="") | (~Q(document="") & ~Q(document_kind="")),
                name="customers_document_has_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(document=""), name="customers_erased_party_has_no_document"
            ),
        ]
        indexes = [
            GinIndex(fields=["grams"], name="customers_party_grams"),
            models.Index(OpClass(F("name"), name="varchar_pattern_ops"), name="customers_party_by_name"),
            models.Index("document", condition=~Q(document=""), name="customers_party_by_document"),
            models.Index(Right("document", 4), condition=~Q(document=""), name="customers_party_document_tail"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Customer(models.Model):
    """A party that we serve. `unit` is the unit that answers; whoever may see customers there may see this one.

    One that was merged keeps its row and its number: `merged_into` is the customer that stands for it now. `revision` counts
    the corrections, so that a form which was opened before one of them is recognised.
    """

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=12, unique=True)
    reference = models.CharField(max_length=40, blank=True, default="")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    segment = models.CharField(max_length=20)
    tier = models.CharField(max_length=3, blank=True, default="")
    star = models.PositiveSmallIntegerField(default=0)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.ForeignKey(Address, on_delete=models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("customer")
        constraints = [
            models.CheckConstraint(
                condition=Q(segment__in=[segment.value for segment in Segment]), name="customers_segment_is_known"
            ),
            models.CheckConstraint(condition=Q(tier__in=[tier.value for tier in Tier]), name="customers_tier_is_known"),
            models.CheckConstraint(
                condition=Q(tier="") | Q(segment=Segment.KEY_ACCOUNT.value), name="customers_tier_is_a_key_accounts"
            ),
            models.CheckConstraint(condition=Q(star__lte=7), name="customers_star_is_known"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="customers_none_stands_above_itself"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="customers_none_is_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(parent__isnull=True), name="customers_merged_has_no_parent"
            ),
            models.UniqueConstraint("reference", condition=~Q(reference=""), name="customers_reference_is_known_once"),
        ]
        indexes = [models.Index("unit", "number", name="customers_by_unit")]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        """How the journal calls this customer."""
        return f"customer/{self.number}"


class BillingAccount(models.Model):
    """What is billed together and paid in one way, until `closed_at`."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=12, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    payment = models.CharField(max_length=8)
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("billing account")
        constraints = [
            models.CheckConstraint(
                condition=Q(payment__in=[payment.value for payment in Payment]), name="customers_payment_is_known"
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="customers_currency_has_a_code"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="customers_account_closes_after_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        """How the journal calls this account."""
        return f"account/{self.number}"


class Contact(models.Model):
    """A way to reach a customer, from `added_at` until `ended_at`. `digits` is what a telephone number is found by.

    `name` is whom one reaches there, where that is somebody else than the customer, e.g. of an organisation.
    """

    id = models.UUIDField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6)
    value = models.CharField(max_length=254)
    digits = models.CharField(max_length=30, blank=True, default="")
    name = models.CharField(max_length=120, blank=True, default="", db_default="")
    role = models.CharField(max_length=10, blank=True, default="")
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("customer contact")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ContactKind]), name="customers_contact_kind_is_known"
            ),
            models.UniqueConstraint(
                "customer", "kind", "value", condition=Q(ended_at__isnull=True), name="customers_contact_is_known_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("added_at")),
                name="customers_contact_ends_after_it_begins",
            ),
        ]
        indexes = [
            models.Index(
                OpClass(F("digits"), name="varchar_pattern_ops"),
                condition=Q(ended_at__isnull=True) & ~Q(digits=""), name="customers_contact_by_digits",
            ),
            models.Index(
                Right("digits", 4),
                condition=Q(ended_at__isnull=True) & ~Q(digits=""), name="customers_contact_tail",
            ),
            models.Index(
                OpClass(F("name"), name="varchar_pattern_ops"),
                condition=Q(ended_at__isnull=True) & ~Q(name=""), name="customers_contact_by_name",
            ),
            models.Index("ended_at", condition=Q(ended_at__isnull=False), name="customers_contact_ended"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Consent(models.Model):
    """What a customer agreed to, from `given_at` until `withdrawn_at`; where two were merged (`rules.MERGED`) nobody withdrew."""

    id = models.UUIDField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=10)
    given_by = models.CharField(max_length=5)
    given_at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=5, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("consent")
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=[purpose.value for purpose in ConsentPurpose]),
                name="customers_consent_purpose_is_known",
            ),
            models.UniqueConstraint(
                "customer", "purpose", condition=Q(withdrawn_at__isnull=True), name="customers_consent_is_given_once"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("given_at")),
                name="customers_consent_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.purpose}"


class PersonalLook(models.Model):
    """That somebody saw personal data in clear: who, whose, when, what for, and for which matter if there was one."""

    id = models.UUIDField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    actor = models.CharField(max_length=100)
    purpose = models.CharField(max_length=10)
    note = models.CharField(max_length=200, blank=True, default="")
    matter = models.CharField(max_length=100, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("look at personal data")
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=[purpose.value for purpose in Purpose]), name="customers_purpose_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(purpose=Purpose.OTHER.value) | ~Q(note=""), name="customers_other_purpose_is_said"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-at"], name="customers_looks_at"),
            models.Index(fields=["-at"], name="customers_looks_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.purpose}"
