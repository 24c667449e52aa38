"""Orders, their legs, their lines, and the steps that the system does: tables, constraints, indexes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kapok.chain.ordering import rules
from kapok.chain.ordering.rules import Action, Deviation, State, StepState
from kapok.ground.catalog.offering.document import End
from kapok.ground.catalog.offering.models import OfferVersion
from kapok.ground.customers.models import BillingAccount, Customer
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.places.models import Address
from kapok.ground.work.models import Item
from kapok.network.inventory.models import Service

OVER = sorted(state.value for state in rules.OVER)
DUE = [StepState.WAITING.value, StepState.FAILED.value]
DEVIATIONS = ["", *(each.value for each in Deviation)]
NOTE = 1000
PUT_OFF = Q(state=State.HELD.value, exception=Deviation.DEFER.value)
"""The legs that the customer wished later (10P)."""


class Order(models.Model):
    """What a customer asked for at once. `state` and `exception` are those of its worst open leg."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=16, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(BillingAccount, on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=20)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    """The unit of the first contact, by which it is seen."""
    first_contact = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=24)
    exception = models.CharField(max_length=3, blank=True)
    quote = models.JSONField(default=dict)
    """What was quoted: once and each month in minor units, the currency, and each price."""
    note = models.CharField(max_length=NOTE, blank=True)
    placed_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    """When the first contact was told that it is not paid."""
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("order")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]) & Q(exception__in=DEVIATIONS),
                name="ordering_order_words_are_known",
            ),
            models.CheckConstraint(
                condition=Q(paid_at__isnull=True) | Q(paid_at__gte=F("placed_at")), name="ordering_paid_after_placed"
            ),
        ]
        indexes = [
            models.Index("unit", F("placed_at").desc(), F("id").desc(), name="ordering_order_of_unit"),
            models.Index(F("placed_at").desc(), F("id").desc(), name="ordering_order_by_time"),
            models.Index("customer", F("placed_at").desc(), name="ordering_order_of_customer"),
            models.Index("state", F("placed_at").desc(), condition=Q(closed_at=None), name="ordering_order_open"),
            models.Index("placed_at", condition=Q(closed_at=None, paid_at=None), name="ordering_order_unpaid"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        """How the journal calls it."""
        return f"order/{self.number}"


class Leg(models.Model):
    """One service order: one site, one action, one flow. Its matter, in which the work is passed on, has the same subject."""

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=60, unique=True)
    action = models.CharField(max_length=12)
    service_kind = models.CharField(max_length=40)
    """The product family, by which its flow and its promises are chosen."""
    address = models.ForeignKey(Address, on_delete=models.PROTECT, null=True, related_name="+")
    far_address = models.ForeignKey(Address, on_delete=models.PROTECT, null=True, related_name="+")
    """The far end of what is installed between two addresses."""
    end = models.CharField(max_length=1, default=End.A)
    """Which end of its services the address is: a move takes the far one elsewhere (`b`), or the other."""
    after = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    """The leg that has to be completed before this one begins: the old line goes when the new one works."""
    needs = models.JSONField(default=list)
    """What it takes from the inventory: kind, role, count."""
    state = models.CharField(max_length=24)
    exception = models.CharField(max_length=3, blank=True)
    compensation = models.CharField(max_length=3, blank=True)
    """The one compensation that is under way: a return or a cancellation."""
    returned_to = models.CharField(max_length=60, blank=True)
    """The stage that has to be done again for the return to be over."""
    held_from = models.CharField(max_length=24, blank=True)
    """The state to which it comes back when it is no longer held or assessed."""
    version = models.PositiveSmallIntegerField(default=1)
    promised_date = models.DateField(null=True)
    reason = models.CharField(max_length=NOTE, blank=True)
    """Why it is in its exception."""
    cause = models.CharField(max_length=10, blank=True)
    """Who gave it up: the customer or the operator; or that it was not paid in time."""
    until = models.DateTimeField(null=True)
    """Until when it is put off, or when its plant is expected."""
    begun_at = models.DateTimeField(null=True)
    committed_at = models.DateTimeField(null=True)
    """When it passed the point of no return."""
    completed_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    rating = models.PositiveSmallIntegerField(null=True)
    expected_at = models.DateTimeField(null=True)
    """When it will be completed, as the forecast last said."""
    jeopardy_at = models.DateTimeField(null=True)
    """Since when the forecast says that it will be late."""
    supervised_at = models.DateTimeField(null=True)
    """Since when it is under supervision, by whom and why; what is over is no longer, though this stays."""
    supervised_by = models.CharField(max_length=200, blank=True, default="")
    supervised_why = models.CharField(max_length=NOTE, blank=True, default="")

    class Meta:
        verbose_name = _("leg of an order")
        constraints = [
            models.UniqueConstraint("order", "number", name="ordering_leg_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State if state is not State.PARTIAL])
                & Q(action__in=[action.value for action in Action])
                & Q(exception__in=DEVIATIONS)
                & Q(compensation__in=["", Deviation.RETURN.value, Deviation.CANCEL.value]),
                name="ordering_leg_words_are_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=OVER) | Q(compensation=""), name="ordering_nothing_compensates_what_is_over"
            ),
            models.CheckConstraint(
                condition=Q(compensation=Deviation.RETURN.value) | Q(returned_to=""),
                name="ordering_returned_to_a_stage",
            ),
            models.CheckConstraint(
                condition=Q(end=End.A.value, far_address__isnull=True)
                | Q(end=End.A.value, address__isnull=False) & ~Q(far_address=F("address"))
                | Q(end=End.B.value, far_address__isnull=True),
                name="ordering_leg_has_two_ends_or_one",
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__range=(1, 5)), name="ordering_rating_from_1_to_5"
            ),
            models.CheckConstraint(
                condition=Q(supervised_at__isnull=True, supervised_by="")
                | Q(supervised_at__isnull=False) & ~Q(supervised_by=""),
                name="ordering_supervised_by_somebody",
            ),
        ]
        indexes = [
            models.Index("state", "id", condition=~Q(state__in=OVER), name="ordering_leg_open"),
            models.Index("until", condition=PUT_OFF, name="ordering_leg_put_off"),
            models.Index("order", condition=Q(version__gt=1), name="ordering_leg_amended"),
            models.Index("jeopardy_at", condition=Q(jeopardy_at__isnull=False), name="ordering_leg_in_jeopardy"),
            models.Index(
                "supervised_at",
                condition=Q(supervised_at__isnull=False) & ~Q(state__in=OVER),
                name="ordering_leg_supervised",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Line(models.Model):
    """One line of what was asked for: so many of a version of an offer, on a service or to become one."""

    id = models.UUIDField(primary_key=True)
    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    """Its number in the order, as it was asked for."""
    offer = models.ForeignKey(OfferVersion, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField(default=1)
    characteristics = models.JSONField(default=dict)
    """What is wished beside what the offer states."""
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="+")
    """The service it is about; of an installation the one that it has become, None until it is designed."""
    billed_from = models.DateField(null=True)
    """The first day for which billing counts what the line brings about; None until billing has been told."""

    class Meta:
        verbose_name = _("line of an order")
        constraints = [
            models.UniqueConstraint("leg", "number", name="ordering_line_number_once"),
            models.CheckConstraint(condition=Q(quantity__range=(1, 200)), name="ordering_quantity_from_1_to_200"),
        ]
        indexes = [models.Index("service", condition=Q(service__isnull=False), name="ordering_line_of_service")]

    def __str__(self) -> str:
        return f"{self.leg_id} {self.number}"


class Extension(models.Model):
    """Somebody's decision, with the reason, that a trial goes on until a moment."""

    id = models.UUIDField(primary_key=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField()
    reason = models.CharField(max_length=NOTE)
    by = models.CharField(max_length=200)
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("extension of a trial")
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("decided_at")), name="ordering_extension_lies_ahead"),
            models.CheckConstraint(condition=~Q(reason=""), name="ordering_extension_has_a_reason"),
        ]
        indexes = [models.Index("service", F("until").desc(), name="ordering_extension_of")]

    def __str__(self) -> str:
        return f"{self.service_id} {self.until}"


class Step(models.Model):
    """Something that the system does for a leg. Its identifier is the key by which the network knows it again.

    Whoever does it has the lease until `leased_until`; whoever finds that moment past may take it over. `dropped` says that nobody
    wants it any more though it may have had effect: then it is undone and not done.
    """

    id = models.UUIDField(primary_key=True)
    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, related_name="+")
    item = models.OneToOneField(Item, on_delete=models.PROTECT, null=True, related_name="+")
    """The stage that is done by it; none where it stands beside the flow."""
    name = models.CharField(max_length=20)
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="+")
    """The step that it takes back."""
    after = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    """The step that has to be done before: what was done last is taken back first."""
    state = models.CharField(max_length=12)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    """None where it waits for something else than time."""
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    dropped = models.BooleanField(default=False)
    code = models.CharField(max_length=40, blank=True)
    error_zh = models.CharField(max_length=500, blank=True)
    error_en = models.CharField(max_length=500, blank=True)
    measured = models.JSONField(default=dict)
    by = models.CharField(max_length=100, blank=True)
    """Who settled it by hand."""
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("step of an order")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in StepState]) & Q(name__in=sorted(rules.DEEDS)),
                name="ordering_step_words_are_known",
            ),
            models.CheckConstraint(
                condition=Q(state=StepState.RUNNING.value, lease__isnull=False, leased_until__isnull=False)
                | Q(~Q(state=StepState.RUNNING.value), lease__isnull=True, leased_until__isnull=True),
                name="ordering_who_runs_has_the_lease",
            ),
            models.CheckConstraint(
                condition=~Q(dropped=True) | Q(state__in=[StepState.RUNNING.value, StepState.UNDONE.value]),
                name="ordering_dropped_while_it_runs",
            ),
            models.UniqueConstraint("leg", condition=Q(name=rules.FINISH), name="ordering_a_leg_is_finished_once"),
        ]
        indexes = [
            models.Index("next_try_at", "id", condition=Q(state__in=DUE), name="ordering_step_due"),
            models.Index("leased_until", condition=Q(state=StepState.RUNNING.value), name="ordering_step_leased"),
            models.Index("leg", "opened_at", name="ordering_step_of_leg"),
            models.Index(
                F("opened_at").desc(), condition=Q(state=StepState.FALLEN_OUT.value), name="ordering_step_fallen_out"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"
