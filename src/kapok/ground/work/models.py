"""Matters, work items, hand-offs, deliveries, and whose turn it was when: tables, constraints, indexes.

An item that is not done always has one accountable person and exactly one running turn; the database holds both (a trigger in
migration 0002 for what a constraint of one row cannot see).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kapok.ground.catalog.models import FlowVersion
from kapok.ground.catalog.template import Line
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.work import rules
from kapok.ground.work.baton.models import SettledHandoffs  # noqa: F401  # a table of this module
from kapok.ground.work.rules import HandoffState, ItemState, MatterState, Part, Reason, Side, Way
from kapok.kernel.text import Text

LIVE = sorted(state.value for state in rules.LIVE)
RUNNING = sorted(state.value for state in rules.RUNNING)
UNSETTLED = sorted(state.value for state in rules.UNSETTLED)
COUNTED = ("state", "way", "reason", "accept_by_at", "answered_at", "disputed_at")
"""What the figures of a period are counted by: in the index, so that they need not fetch each hand-off."""


class Matter(models.Model):
    """An order, a fault, a complaint: what promises are made about. Whoever was asked first answers for it to the end."""

    id = models.UUIDField(primary_key=True)
    subject = models.CharField(max_length=200, unique=True)
    """How the journal and the commitments call it, e.g. `fault/F2026-000041`."""
    line = models.CharField(max_length=12)
    title = models.CharField(max_length=rules.TITLE)
    """What it is about; no personal data."""
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    """The unit of the first contact."""
    first_contact = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    acting = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    """The deputy who acts for the first contact; who answers for it does not change."""
    near = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    """The unit on whose ground the work is, as far as that is known: work that takes a skill is done from there."""
    two_ended = models.BooleanField(default=False)
    """Whether somebody comes to both ends of it: stages of its flow say to which."""
    far_near = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    """The unit on whose ground its far end is, as far as that is known."""
    facts = models.JSONField(default=dict)
    flow = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, null=True, related_name="+")
    """The flow it follows, as it was when the matter was opened; none where no flow applies."""
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=10)
    opened_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    """Since when nothing is left to do on it: its flow goes no further until it is reopened."""
    settled_at = models.DateTimeField(null=True)
    """Since when the customer's word is there, or it is closed without: nothing but the owner's word is left, if that is."""
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("matter")
        constraints = [
            models.CheckConstraint(condition=Q(line__in=[line.value for line in Line]), name="work_line_is_known"),
            models.CheckConstraint(
                condition=Q(state=MatterState.OPEN.value, closed_at__isnull=True)
                | Q(state=MatterState.CLOSED.value, closed_at__gte=F("opened_at")),
                name="work_matter_state_fits_its_dates",
            ),
        ]
        indexes = [
            models.Index(
                "first_contact", "opened_at", condition=Q(settled_at__isnull=True), name="work_matter_unsettled"
            ),
            models.Index(
                "first_contact",
                F("settled_at").desc(),
                condition=Q(settled_at__isnull=False),
                name="work_matter_settled",
            ),
            models.Index("acting", condition=Q(acting__isnull=False), name="work_matter_acting"),
            models.Index("unit", "state", F("opened_at").desc(), name="work_matter_of_unit"),
        ]

    def __str__(self) -> str:
        return self.subject


class Item(models.Model):
    """One stage of a matter: work that one person of one unit holds at a time."""

    id = models.UUIDField(primary_key=True)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=60, blank=True)
    """Its stage in the flow; empty for work outside of one."""
    end = models.CharField(max_length=1, blank=True, default="")
    """At which end of a matter that has two it is done (`a`, `b`); else empty."""
    title_zh = models.CharField(max_length=rules.TITLE)
    title_en = models.CharField(max_length=rules.TITLE)
    function = models.CharField(max_length=50, blank=True)
    """The function of the post that answers for it in its unit."""
    skill = models.CharField(max_length=50, blank=True)
    """The skill that whoever takes it must have."""
    asked_by = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    """The unit that wants it done, and confirms it."""
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    """Whose turn it is."""
    accountable = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    confirm = models.BooleanField(default=False)
    """Whether it is done only when who asked for it has confirmed."""
    contact = models.BooleanField(default=False)
    """Whether it is the first contact itself that is offered: it is done, and passes, when it is accepted."""
    state = models.CharField(max_length=10)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    """When a later stage sent the matter back to before this one: it has to be done again."""

    class Meta:
        verbose_name = _("work item")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ItemState]), name="work_item_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=ItemState.HELD.value, holder__isnull=False)
                | Q(state__in=[ItemState.DELIVERED.value, ItemState.CONFIRMED.value])
                | Q(
                    state__in=[
                        ItemState.OFFERED.value,
                        ItemState.REFUSED.value,
                        ItemState.DISPUTED.value,
                        ItemState.WITHDRAWN.value,
                    ],
                    holder__isnull=True,
                ),
                name="work_held_by_somebody_offered_by_nobody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE, ended_at__isnull=True)
                | Q(state__in=[ItemState.CONFIRMED.value, ItemState.WITHDRAWN.value], ended_at__isnull=False)
                | Q(state=ItemState.DELIVERED.value),
                name="work_item_ends_when_it_is_done",
            ),
            models.UniqueConstraint(
                "matter",
                "stage",
                condition=~Q(stage="") & Q(state__in=LIVE),
                name="work_stage_runs_once",
            ),
            models.UniqueConstraint(
                "matter", condition=Q(contact=True, state__in=LIVE), name="work_contact_offered_once"
            ),
        ]
        indexes = [
            models.Index("matter", "opened_at", name="work_item_of_matter"),
            models.Index("holder", "opened_at", condition=Q(state="held"), name="work_item_held"),
            models.Index("unit", "state", "opened_at", name="work_item_of_unit"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def subject(self) -> str:
        """How the journal and the commitments call it."""
        return f"work/{self.id}"

    @property
    def title(self) -> Text:
        """What is to be done."""
        return Text(zh=self.title_zh, en=self.title_en)


class Handoff(models.Model):
    """One offer of an item from one side to another, and what became of it."""

    id = models.UUIDField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+", db_index=False)
    """The matter of its item: how often a matter was passed on is counted over all of its items."""
    number = models.PositiveSmallIntegerField()
    way = models.CharField(max_length=10)
    from_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    from_staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    from_answers = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    """Who answered for the offering side."""
    to_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    to_staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    """Whom it was offered to by name, if it was."""
    to_answers = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    """Who answers for the receiving side: A of its post, or the first contact."""
    warm = models.BooleanField(default=True)
    """False for a transfer without a word to the receiver and without a due time."""
    due_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=rules.NOTE, blank=True)
    offered_at = models.DateTimeField()
    accept_by_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10)
    reason = models.CharField(max_length=20, blank=True)
    defect = models.CharField(max_length=rules.NOTE, blank=True)
    disputed_at = models.DateTimeField(null=True)
    disputed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    judged_at = models.DateTimeField(null=True)
    judged_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    found_for = models.CharField(max_length=10, blank=True)
    judgement = models.CharField(max_length=rules.NOTE, blank=True)

    class Meta:
        verbose_name = _("hand-off")
        constraints = [
            models.UniqueConstraint("item", "number", name="work_handoff_number_once"),
            models.UniqueConstraint("item", condition=Q(state__in=RUNNING), name="work_one_open_handoff"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in HandoffState])
                & Q(way__in=[way.value for way in Way])
                & Q(reason__in=["", *(reason.value for reason in Reason)])
                & Q(found_for__in=["", *(side.value for side in Side)]),
                name="work_handoff_words_are_known",
            ),
            models.CheckConstraint(
                condition=Q(state=HandoffState.OFFERED.value, answered_at__isnull=True)
                | Q(state=HandoffState.WITHDRAWN.value)
                | Q(
                    ~Q(state__in=[HandoffState.OFFERED.value, HandoffState.WITHDRAWN.value]),
                    answered_at__gte=F("offered_at"),
                    answered_by__isnull=False,
                ),
                name="work_handoff_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") | ~Q(state__in=["refused", "disputed", "upheld", "overruled"]),
                name="work_refused_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["upheld", "overruled"], judged_at__gte=F("answered_at"), judged_by__isnull=False)
                & ~Q(found_for="")
                | Q(~Q(state__in=["upheld", "overruled"]), judged_at__isnull=True, found_for=""),
                name="work_judged_by_somebody",
            ),
        ]
        indexes = [
            models.Index("to_unit", "accept_by_at", condition=Q(state="offered"), name="work_handoff_waiting"),
            models.Index("state", F("offered_at").desc(), F("id").desc(), name="work_handoff_by_state"),
            models.Index(F("offered_at").desc(), F("id").desc(), name="work_handoff_by_time"),
            models.Index("from_unit", "state", F("offered_at").desc(), F("id").desc(), name="work_handoff_from"),
            models.Index("to_unit", "state", F("offered_at").desc(), F("id").desc(), name="work_handoff_to"),
            models.Index("from_unit", "offered_at", include=("to_unit", *COUNTED), name="work_handoff_from_time"),
            models.Index("to_unit", "offered_at", include=("from_unit", *COUNTED), name="work_handoff_to_time"),
            models.Index("from_unit", "to_unit", "offered_at", include=["answered_at"], name="work_handoff_of_pair"),
            models.Index(
                "offered_at", "from_unit", "matter", condition=Q(way="transfer"), name="work_handoff_transfer"
            ),
            models.Index("matter", "offered_at", condition=Q(way="transfer"), name="work_handoff_passed_on"),
            models.Index("answered_at", "id", condition=Q(state__in=UNSETTLED), name="work_dispute_by_time"),
            models.Index("from_unit", "answered_at", "id", condition=Q(state__in=UNSETTLED), name="work_dispute_from"),
            models.Index("to_unit", "answered_at", "id", condition=Q(state__in=UNSETTLED), name="work_dispute_to"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.number}"


class Delivery(models.Model):
    """One delivery of an item, and what who asked for it said."""

    id = models.UUIDField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    delivered_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField()
    evidence = ArrayField(models.CharField(max_length=rules.NOTE), default=list)
    note = models.CharField(max_length=rules.NOTE, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    accepted = models.BooleanField(null=True)
    defect = models.CharField(max_length=rules.NOTE, blank=True)
    rating = models.PositiveSmallIntegerField(null=True)
    """1 to 5, by who asked for it."""

    class Meta:
        verbose_name = _("delivery")
        constraints = [
            models.UniqueConstraint("item", "number", name="work_delivery_number_once"),
            models.UniqueConstraint("item", condition=Q(accepted__isnull=True), name="work_one_open_delivery"),
            models.CheckConstraint(
                condition=Q(accepted__isnull=True, answered_at__isnull=True, answered_by__isnull=True)
                | Q(accepted__isnull=False, answered_at__gte=F("delivered_at"), answered_by__isnull=False),
                name="work_delivery_answered_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(accepted=False, defect=""), name="work_rejected_for_a_defect"),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__range=(1, 5)), name="work_rating_from_1_to_5"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.number}"


class Turn(models.Model):
    """Whose turn an item was, from when until when: the baton's time line, by which time is attributed."""

    id = models.UUIDField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    part = models.CharField(max_length=12)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    answers = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    acted_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    """Who did it; null while nobody does."""
    handoff = models.ForeignKey(Handoff, on_delete=models.PROTECT, null=True, related_name="+")
    """The offer that waits or is disputed."""
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("turn")
        constraints = [
            models.UniqueConstraint("item", "number", name="work_turn_number_once"),
            models.UniqueConstraint("item", condition=Q(until__isnull=True), name="work_one_running_turn"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="work_turn_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(part__in=[part.value for part in Part]), name="work_part_is_known"),
            models.CheckConstraint(
                condition=~Q(part=Part.HELD.value) | Q(acted_by__isnull=False), name="work_held_by_who_acts"
            ),
            models.CheckConstraint(
                condition=~Q(part__in=[Part.WAITING.value, Part.DISPUTE.value]) | Q(handoff__isnull=False),
                name="work_waiting_for_an_offer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.number}"


class Tenure(models.Model):
    """Who answered for a matter, and who acted for them, until one of it passed on; who does so now stands at the matter."""

    id = models.UUIDField(primary_key=True)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", db_index=False)
    answers = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    acted_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("time in charge of a matter")

    def __str__(self) -> str:
        return f"{self.matter_id} {self.until:%Y-%m-%d %H:%M}"


class Urge(models.Model):
    """Somebody urged a unit that had work of a matter; one row for each unit, the same number for one urge."""

    id = models.UUIDField(primary_key=True)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    urged_by = models.CharField(max_length=200)
    """Who pressed, as the journal calls them: `staff/<number>`, or `customer/<number>` where customers did by themselves."""
    urged_at = models.DateTimeField()
    why = models.CharField(max_length=rules.NOTE, blank=True)
    """What they said; may be forgotten."""

    class Meta:
        verbose_name = _("urge")
        constraints = [
            models.UniqueConstraint("matter", "number", "unit", name="work_urged_once_a_number"),
            models.CheckConstraint(condition=~Q(urged_by=""), name="work_urged_by_somebody"),
        ]
        indexes = [models.Index("urged_at", "unit", name="work_urge_by_moment")]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.number}"
