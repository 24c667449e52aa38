"""Plant, what is allocated from it, services upon it, and what is lacking: tables, constraints, indexes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, GeneratedField, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from kapok.ground.customers.models import BillingAccount, Customer
from kapok.ground.places.models import Address, ExchangeArea
from kapok.kernel.text import Text
from kapok.network.inventory.kinds import ElementKind, Kind
from kapok.network.inventory.rules import HELD, LONGEST_CODE, ServiceState, State, Suspension


class Site(models.Model):
    """A building or room where equipment stands. Longitude and latitude are degrees."""

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=80, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    exchange_area = models.ForeignKey(ExchangeArea, on_delete=models.PROTECT, null=True, related_name="+")
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    class Meta:
        verbose_name = _("site")

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> Text:
        """Its name in both languages."""
        return Text(zh=self.name_zh, en=self.name_en)


class Element(models.Model):
    """One thing of the plant; `parent` is what feeds it, towards the network.

    `down_mbps` is what it carries for one line, where that is more or less than what its technology does.
    """

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=20)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="+")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    exchange_area = models.ForeignKey(ExchangeArea, on_delete=models.PROTECT, null=True, related_name="+")
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    down_mbps = models.PositiveIntegerField(null=True)
    serial = models.CharField(max_length=80, default="")

    class Meta:
        verbose_name = _("network element")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ElementKind]), name="inventory_element_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__gte=-180, longitude__lte=180, latitude__gte=-90, latitude__lte=90),
                name="inventory_element_is_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="inventory_element_feeds_another"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "exchange_area"], name="inventory_element_of_area"),
            models.Index(fields=["latitude", "longitude"], name="inventory_element_near"),
            models.Index(fields=["serial"], condition=~Q(serial=""), name="inventory_element_by_serial"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        """How the journal calls it."""
        return f"element/{self.code}"


class Coverage(models.Model):
    """The element serves the address and all that lies below it."""

    id = models.UUIDField(primary_key=True)
    element = models.ForeignKey(Element, on_delete=models.CASCADE, related_name="+")
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("coverage")
        constraints = [
            models.UniqueConstraint("address", "element", name="inventory_coverage_is_told_once"),
        ]

    def __str__(self) -> str:
        return f"{self.element_id} {self.address_id}"


class Pool(models.Model):
    """What is allocated by value: numbers, addresses, VLANs, cards; of one exchange area or of the whole network.

    A released value rests for `quarantine_days` before it is given out again; of a pool whose values are `tested`, somebody
    has to say besides that it came back in order.
    """

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=20)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    exchange_area = models.ForeignKey(ExchangeArea, on_delete=models.PROTECT, null=True, related_name="+")
    quarantine_days = models.PositiveIntegerField(default=0)
    tested = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("pool")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in Kind]), name="inventory_pool_kind_is_known"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["kind", "exchange_area"], name="inventory_pool_of_area")]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        """How the journal calls it."""
        return f"pool/{self.code}"

    @property
    def name(self) -> Text:
        """Its name in both languages."""
        return Text(zh=self.name_zh, en=self.name_en)


class Service(models.Model):
    """What a customer has: one subscribed service with its characteristics, at an address or at none."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=12, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(BillingAccount, on_delete=models.PROTECT, null=True, related_name="+")
    offer = models.CharField(max_length=60)
    offer_version = models.PositiveIntegerField()
    spec = models.CharField(max_length=60, default="")
    kind = models.CharField(max_length=30)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, null=True, related_name="+")
    far_address = models.ForeignKey(Address, on_delete=models.PROTECT, null=True, related_name="+")
    """The far end of what runs from one address to another (the B end of a circuit)."""
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=20)
    suspension_code = models.CharField(max_length=20, default="")
    suspension_reason = models.CharField(max_length=200, default="")
    characteristics = models.JSONField(default=dict)
    holder = models.CharField(max_length=60)
    designed_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("service")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ServiceState]), name="inventory_service_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["suspended", "pending_terminate", "terminated"]) | Q(suspension_reason=""),
                name="inventory_service_reason_is_of_a_suspension",
            ),
            models.CheckConstraint(
                condition=Q(suspension_code__in=["", *(each.value for each in Suspension)])
                & (Q(state__in=["suspended", "pending_terminate", "terminated"]) | Q(suspension_code="")),
                name="inventory_service_suspension_is_of_the_list",
            ),
            models.CheckConstraint(
                condition=Q(far_address__isnull=True) | Q(address__isnull=False) & ~Q(far_address=F("address")),
                name="inventory_service_has_two_ends_or_one",
            ),
        ]
        indexes = [models.Index(fields=["customer", "number"], name="inventory_service_of_customer")]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        """How the journal calls it."""
        return f"service/{self.number}"


class Resource(models.Model):
    """One thing that is allocated: a port, a pair, a number, an address, a card.

    It belongs to an element or to a pool (`home` is whichever). `holder` is whom it is kept for, as the journal calls it,
    `service` what runs on it; it is not given out before `free_from`. Which state may follow which is held by a trigger of
    the table.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    code = models.CharField(max_length=LONGEST_CODE, unique=True)
    value = models.CharField(max_length=80)
    element = models.ForeignKey(Element, on_delete=models.PROTECT, null=True, related_name="+")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, null=True, related_name="+")
    home = GeneratedField(
        expression=Coalesce("element_id", "pool_id"), output_field=models.UUIDField(), db_persist=True
    )
    state = models.CharField(max_length=20)
    holder = models.CharField(max_length=60, default="")
    role = models.CharField(max_length=20, default="")
    reserved_until = models.DateTimeField(null=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    free_from = models.DateTimeField()
    changed_at = models.DateTimeField()
    note = models.CharField(max_length=200, default="")

    class Meta:
        verbose_name = _("resource")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in Kind]), name="inventory_resource_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="inventory_resource_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(element__isnull=True, pool__isnull=False) | Q(element__isnull=False, pool__isnull=True),
                name="inventory_resource_has_one_home",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=sorted(HELD)) & ~Q(holder="")) | (~Q(state__in=sorted(HELD)) & Q(holder="", role="")),
                name="inventory_resource_is_held_or_not",
            ),
            models.CheckConstraint(
                condition=Q(state="reserved", reserved_until__isnull=False)
                | (~Q(state="reserved") & Q(reserved_until__isnull=True)),
                name="inventory_a_reservation_ends",
            ),
            models.CheckConstraint(
                condition=Q(state="in_service", service__isnull=False)
                | Q(state__in=["assigned", "pending_release"])
                | Q(service__isnull=True),
                name="inventory_resource_in_service_has_one",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["home", "kind", "free_from", "code"], condition=Q(state="free"), name="inventory_resource_free"
            ),
            models.Index(fields=["holder"], condition=~Q(holder=""), name="inventory_resource_held"),
            models.Index(fields=["service"], condition=Q(service__isnull=False), name="inventory_resource_of_service"),
            models.Index(fields=["reserved_until"], condition=Q(state="reserved"), name="inventory_resource_expiring"),
            models.Index(fields=["value"], name="inventory_resource_value", opclasses=["varchar_pattern_ops"]),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code


class Shortage(models.Model):
    """Somebody who waits for plant: where the walk stopped, since when, and by when it is to be built if that is known.

    `needs` is all that was asked for, so that it can be asked whether it could be had now. Of one that a person said, against the
    records, only what has become free `since` then counts.
    """

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=10)
    kind = models.CharField(max_length=20)
    element = models.ForeignKey(Element, on_delete=models.PROTECT, null=True, related_name="+")
    exchange_area = models.ForeignKey(ExchangeArea, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.ForeignKey(Address, on_delete=models.PROTECT, null=True, related_name="+")
    holder = models.CharField(max_length=60)
    needs = models.JSONField()
    opened_at = models.DateTimeField()
    since = models.DateTimeField(null=True)
    expected_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("capacity shortage")
        constraints = [
            models.UniqueConstraint(
                fields=["holder"], condition=Q(resolved_at__isnull=True), name="inventory_one_shortage_a_holder"
            ),
        ]
        indexes = [
            models.Index(
                fields=["code", "element", "exchange_area", "opened_at"], condition=Q(resolved_at__isnull=True),
                name="inventory_shortage_open",
            ),
            models.Index(fields=["holder", "resolved_at"], name="inventory_shortage_ended"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.holder} {self.code}"


class PlantAudit(models.Model):
    """One comparison of the records with what was found in the plant."""

    id = models.UUIDField(primary_key=True)
    file = models.CharField(max_length=200)
    at = models.DateTimeField()
    actor = models.CharField(max_length=60)
    elements = models.PositiveIntegerField()
    matches = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("plant audit")

    def __str__(self) -> str:
        return self.file


class Finding(models.Model):
    """One difference of an audit: recorded but not found, found but not recorded, or found in another state."""

    id = models.UUIDField(primary_key=True)
    audit = models.ForeignKey(PlantAudit, on_delete=models.CASCADE, related_name="+")
    element = models.ForeignKey(Element, on_delete=models.PROTECT, null=True, related_name="+")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, null=True, related_name="+")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20)
    code = models.CharField(max_length=LONGEST_CODE)
    outcome = models.CharField(max_length=10)
    recorded = models.CharField(max_length=20, default="")
    found = models.CharField(max_length=20, default="")
    corrected_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, default="")

    class Meta:
        verbose_name = _("audit finding")
        constraints = [
            models.UniqueConstraint(fields=["audit", "code"], name="inventory_finding_is_told_once"),
            models.CheckConstraint(
                condition=Q(element__isnull=True, pool__isnull=False) | Q(element__isnull=False, pool__isnull=True),
                name="inventory_finding_has_one_home",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["missing", "extra", "different"]), name="inventory_finding_outcome_is_known"
            ),
            models.CheckConstraint(
                condition=Q(corrected_at__isnull=True) | ~Q(reason=""), name="inventory_correction_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.code
