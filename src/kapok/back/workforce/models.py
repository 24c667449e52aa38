"""Appointments, work orders and what belongs to them, vans and what they carry: tables, constraints, indexes.

Who holds a piece of work is not written here: `work.Item` says it. A work order keeps what the field adds to that.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kapok.back.workforce import rules
from kapok.back.workforce.rules import Kind, State
from kapok.back.workforce.verdicts import Grade
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.places.models import Address
from kapok.ground.work.models import Item
from kapok.kernel.text import Text

LIVE = sorted(state.value for state in rules.LIVE)
BOOKED, KEPT, CANCELLED = "booked", "kept", "cancelled"


class Appointment(models.Model):
    """A visit within a window, for which minutes of one technician are kept; it may be made before its work begins."""

    id = models.UUIDField(primary_key=True)
    holder = models.CharField(max_length=200)
    """What it is made for, as the journal calls it: the leg of an order, a fault."""
    end = models.CharField(max_length=1, blank=True, default="")
    """At which end of it, where somebody comes to both (`a`, `b`); else empty."""
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    """The patch or service centre whose people go there."""
    skill = models.CharField(max_length=50)
    minutes = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    kept_for = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    """Whose time it takes; dispatch may give it to somebody else."""
    state = models.CharField(max_length=10, default=BOOKED)
    moved = models.PositiveSmallIntegerField(default=0)
    """How often it was put to another window."""
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("appointment")
        constraints = [
            models.UniqueConstraint(
                "holder", "end", condition=Q(state=BOOKED), name="workforce_one_appointment_at_a_time"
            ),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="workforce_window_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="workforce_visit_takes_time"),
            models.CheckConstraint(
                condition=Q(state__in=[BOOKED, KEPT, CANCELLED]), name="workforce_appointment_state_is_known"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index("kept_for", "starts_at", condition=Q(state=BOOKED), name="workforce_kept_time"),
            models.Index("holder", "made_at", name="workforce_appointments_of"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def subject(self) -> str:
        """How the journal calls it."""
        return f"appointment/{self.id}"


class WorkOrder(models.Model):
    """The field face of one work item. The times are those at which the field says that it happened."""

    id = models.UUIDField(primary_key=True)
    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    """Whose people do it, by which it is seen."""
    address = models.ForeignKey(Address, on_delete=models.PROTECT, null=True, related_name="+")
    far_address = models.ForeignKey(Address, on_delete=models.PROTECT, null=True, related_name="+")
    """The far end of what runs between two addresses."""
    skill = models.CharField(max_length=50, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True)
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    technician = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    """To whom it was dispatched, or who took it."""
    explanation_zh = models.CharField(max_length=500, blank=True)
    explanation_en = models.CharField(max_length=500, blank=True)
    """Why this technician, in one line."""
    state = models.CharField(max_length=12)
    held_from = models.CharField(max_length=12, blank=True)
    opened_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    """When it came to its state."""
    arrived_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=rules.NOTE, blank=True)
    """What the technician said at the end."""

    class Meta:
        verbose_name = _("work order")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State], kind__in=[kind.value for kind in Kind]),
                name="workforce_order_words_are_known",
            ),
            models.CheckConstraint(
                condition=Q(state=State.HELD.value) & ~Q(held_from="") | ~Q(state=State.HELD.value) & Q(held_from=""),
                name="workforce_held_from_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(technician__isnull=False)
                | Q(state__in=[State.CREATED.value, State.RETURNED.value, State.CANCELLED.value]),
                name="workforce_in_somebodys_hands",
            ),
        ]
        indexes = [
            models.Index("unit", "opened_at", condition=Q(state__in=LIVE), name="workforce_order_of_unit"),
            models.Index("technician", "opened_at", condition=Q(state__in=LIVE), name="workforce_order_of_person"),
            models.Index("address", "replied_at", condition=Q(replied_at__isnull=False), name="workforce_visits_at"),
            models.Index("replied_at", condition=Q(replied_at__isnull=False), name="workforce_order_replied"),
        ]

    def __str__(self) -> str:
        return str(self.item_id)

    @property
    def explanation(self) -> Text:
        """Why this technician, in both languages."""
        return Text(zh=self.explanation_zh, en=self.explanation_en)


class Helper(models.Model):
    """Somebody who lends a hand with a work order; who holds it does not change."""

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="+")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    lost = models.BooleanField(default=False, db_default=False)
    """The visit went to a window in which they have no time: somebody else is to help, or nobody."""

    class Meta:
        verbose_name = _("helper")
        constraints = [models.UniqueConstraint("order", "staff", name="workforce_helps_once")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.staff_id}"


class Hold(models.Model):
    """Why and how long a work order is held. The customer's clock stands still only where somebody approved it."""

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=12)
    note = models.CharField(max_length=rules.NOTE, blank=True)
    evidence = models.CharField(max_length=rules.NOTE, blank=True)
    asked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    approval = models.CharField(max_length=8, default="none")
    """`none` where none is needed, `waiting`, `given`, `refused`."""
    approved_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    paused_with = models.CharField(max_length=40, blank=True)
    """The event that made the customer's clock stand still, if one did."""

    class Meta:
        verbose_name = _("hold")
        constraints = [
            models.UniqueConstraint("order", condition=Q(until__isnull=True), name="workforce_held_once_at_a_time"),
            models.CheckConstraint(
                condition=Q(reason__in=list(rules.HOLDS), approval__in=["none", "waiting", "given", "refused"]),
                name="workforce_hold_words_are_known",
            ),
            models.CheckConstraint(
                condition=Q(approval__in=["given", "refused"], approved_by__isnull=False)
                | Q(approval__in=["none", "waiting"], approved_by__isnull=True),
                name="workforce_hold_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(paused_with="") | Q(approval="given"), name="workforce_clock_stands_by_approval"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.reason}"


class Reading(models.Model):
    """What a test measured, in the unit of the test."""

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="+")
    test = models.CharField(max_length=20)
    value = models.DecimalField(max_digits=10, decimal_places=3)
    grade = models.CharField(max_length=4, blank=True)
    """How good it is; empty where nothing says what it should be."""
    despite = models.CharField(max_length=rules.NOTE, blank=True)
    """Why it was handed in though it fails."""

    class Meta:
        verbose_name = _("test reading")
        constraints = [
            models.UniqueConstraint("order", "test", name="workforce_measured_once"),
            models.CheckConstraint(condition=Q(test__in=list(rules.TESTS)), name="workforce_test_is_known"),
            models.CheckConstraint(
                condition=Q(grade__in=["", *(each.value for each in Grade)])
                & (~Q(grade=Grade.FAIL.value) | ~Q(despite="")),
                name="workforce_what_fails_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.test} {self.value}"


class Picture(models.Model):
    """A photo of the site, or the customer's signature; the file lies in the data folder under its identifier."""

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    media_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    taken_at = models.DateTimeField()

    class Meta:
        verbose_name = _("picture")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["photo", "signature"], media_type__in=["image/jpeg", "image/png", "image/webp"]),
                name="workforce_picture_is_known",
            ),
            models.UniqueConstraint("order", condition=Q(kind="signature"), name="workforce_signed_once"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Material(models.Model):
    """Something that is carried in vans and used up at customers'."""

    id = models.UUIDField(primary_key=True)
    code = models.SlugField(max_length=40, unique=True)
    title_zh = models.CharField(max_length=60)
    title_en = models.CharField(max_length=60)
    counted_zh = models.CharField(max_length=10)
    counted_en = models.CharField(max_length=10)

    class Meta:
        verbose_name = _("material")

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> Text:
        """Its name in both languages."""
        return Text(zh=self.title_zh, en=self.title_en)

    @property
    def counted(self) -> Text:
        """What one counts of it: pieces, metres."""
        return Text(zh=self.counted_zh, en=self.counted_en)


class Vehicle(models.Model):
    """A van of a unit, driven by one technician at a time."""

    id = models.UUIDField(primary_key=True)
    plate = models.CharField(max_length=20, unique=True)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    driver = models.OneToOneField(Staff, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("vehicle")

    def __str__(self) -> str:
        return self.plate

    @property
    def subject(self) -> str:
        """How the journal calls it."""
        return f"vehicle/{self.plate}"


class Stock(models.Model):
    """How much of a material lies in a van."""

    id = models.UUIDField(primary_key=True)
    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="+")
    material = models.ForeignKey(Material, on_delete=models.PROTECT, related_name="+")
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("van stock")
        constraints = [models.UniqueConstraint("vehicle", "material", name="workforce_stock_is_counted_once")]

    def __str__(self) -> str:
        return f"{self.vehicle_id} {self.material_id}"


class Used(models.Model):
    """How much of a material a work order took."""

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="+")
    material = models.ForeignKey(Material, on_delete=models.PROTECT, related_name="+")
    count = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("material used")
        constraints = [
            models.UniqueConstraint("order", "material", name="workforce_used_is_counted_once"),
            models.CheckConstraint(condition=Q(count__gte=1), name="workforce_used_is_something"),
        ]

    def __str__(self) -> str:
        return f"{self.material_id} {self.count}"


class Done(models.Model):
    """What a phone has told us under a key of its own: told twice, it is done once."""

    key = models.UUIDField(primary_key=True)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    deed = models.CharField(max_length=10)
    pressed_at = models.DateTimeField()
    """When it happened by the clock of the phone, never after it reached us."""
    reached_at = models.DateTimeField()

    class Meta:
        verbose_name = _("deed told by phone")

    def __str__(self) -> str:
        return f"{self.deed} {self.key}"
