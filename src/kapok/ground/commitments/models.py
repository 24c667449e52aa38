"""Adopted packs, commitments and their revisions: tables, constraints, indexes."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kapok.ground.commitments.rules import RequestState, State, StuckState
from kapok.kernel.promises import Direction, Tier


class PackVersion(models.Model):
    """A pack as it was adopted: openings in [adopted_at, superseded_at) fall under it, and it judges them to their end."""

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=120)
    version = models.CharField(max_length=40)
    document = models.TextField()
    digest = models.CharField(max_length=64)
    kinds = ArrayField(models.CharField(max_length=60))
    scope = models.JSONField(default=dict)
    adopted_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("adopted pack")
        constraints = [
            models.UniqueConstraint(
                "code", condition=Q(superseded_at__isnull=True), name="commitments_pack_in_force_once"
            ),
            models.CheckConstraint(
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=F("adopted_at")),
                name="commitments_pack_ends_after_it_begins",
            ),
        ]
        indexes = [GinIndex(fields=["kinds"], name="commitments_pack_kinds")]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class Commitment(models.Model):
    """One promise made to somebody: one row, one clock, one owner. Moments are UTC."""

    id = models.UUIDField(primary_key=True)
    subject = models.CharField(max_length=200)
    """The matter, as the journal calls it."""
    number = models.PositiveSmallIntegerField()
    """1 for the first commitment that this promise made in the matter, 2 for the next."""
    pack = models.ForeignKey(PackVersion, on_delete=models.PROTECT, related_name="+")
    promise = models.CharField(max_length=60)
    tier = models.CharField(max_length=10)
    direction = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    unit = models.CharField(max_length=50, blank=True)
    """The code of the unit that answers for it."""
    owner = models.CharField(max_length=200)
    """Who answers for it: `staff/…`, or `system/…` where no person was named."""
    opened_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    first_due_at = models.DateTimeField(null=True)
    """The due moment as first promised; it never changes."""
    target_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    elapsed = models.DurationField()
    late_by = models.DurationField()
    pauses = models.JSONField(default=list)
    reopened = models.PositiveSmallIntegerField(default=0)
    urges = models.PositiveSmallIntegerField(default=0)
    breach_number = models.PositiveSmallIntegerField(default=0)
    calendar_version = models.CharField(max_length=80)
    zone = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    anomalies = ArrayField(models.CharField(max_length=30), default=list)
    warn_at = ArrayField(models.DateTimeField(), default=list)
    """The warning points, in order."""
    next_fire_at = models.DateTimeField(null=True)
    """When the scheduler has to look at it next; null while it is paused or over."""
    fired_through = models.DateTimeField(null=True)
    """The latest moment for which the scheduler has fired."""
    warned = models.PositiveSmallIntegerField(default=0)
    """How many of its warnings have been told, by number: wherever a pause moves the points to, none is told again."""
    breached_at = models.DateTimeField(null=True)
    """When its breach was recorded to have happened."""
    owed = models.JSONField(null=True)
    """What the breach costs, as journalled for billing."""

    class Meta:
        verbose_name = _("commitment")
        constraints = [
            models.UniqueConstraint("subject", "pack", "promise", "number", name="commitments_made_once"),
            models.CheckConstraint(condition=~Q(owner=""), name="commitments_have_an_owner"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="commitments_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(tier__in=[tier.value for tier in Tier]), name="commitments_tier_is_known"
            ),
            models.CheckConstraint(
                condition=Q(direction__in=[direction.value for direction in Direction]),
                name="commitments_direction_is_known",
            ),
            models.CheckConstraint(
                condition=Q(next_fire_at__isnull=True) | Q(state__in=[State.OPEN.value, State.OVERDUE.value]),
                name="commitments_fire_while_open",
            ),
        ]
        indexes = [
            models.Index("next_fire_at", "id", condition=Q(next_fire_at__isnull=False), name="commitments_next_fire"),
            models.Index("unit", "state", "due_at", "id", name="commitments_of_unit"),
            models.Index("owner", "state", "due_at", "id", name="commitments_of_owner"),
            models.Index(fields=["promise", "state", "due_at", "id"], include=["unit"], name="commitments_of_promise"),
            models.Index("due_at", "id", name="commitments_by_due"),
            models.Index("state", "due_at", "id", name="commitments_of_state"),
            models.Index(fields=["tier", "state", "due_at", "id"], include=["unit"], name="commitments_of_tier"),
            models.Index(OpClass("subject", "varchar_pattern_ops"), name="commitments_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.promise} {self.subject}"


class Revision(models.Model):
    """What a commitment was before an entry changed it: the old facts stay."""

    id = models.UUIDField(primary_key=True)
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    entry = models.UUIDField()
    """The journal entry that changed it."""
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        verbose_name = _("revision of a commitment")
        indexes = [models.Index("commitment", "recorded_at", "id", name="commitments_revision_of")]

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.at:%Y-%m-%d %H:%M}"


class PauseRequest(models.Model):
    """What somebody asks to be done to the clocks of a matter: a pause from the moment of asking on, or a waiver."""

    id = models.UUIDField(primary_key=True)
    subject = models.CharField(max_length=200)
    """The matter, as the journal calls it."""
    also = ArrayField(models.CharField(max_length=200), default=list)
    """The work in hand that stops with it."""
    kind = models.CharField(max_length=60)
    """The kind of entry that is recorded when it is approved."""
    stops = ArrayField(models.CharField(max_length=10), default=list)
    reason = models.CharField(max_length=300)
    requested_by = models.CharField(max_length=200)
    """Whose wish it is: `staff/…`, or one of `approving.REQUESTERS`."""
    evidence = models.CharField(max_length=300)
    asked_by = models.CharField(max_length=200)
    """Who put it down."""
    asked_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    clocks = ArrayField(models.UUIDField())
    """The commitments that would have stopped, or fallen away, when it was asked."""
    units = ArrayField(models.CharField(max_length=50))
    """The units over which whoever answers needs authority; the top unit for a clock for which no known unit answers."""
    state = models.CharField(max_length=10, default=RequestState.WAITING.value)
    answered_by = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)
    word = models.CharField(max_length=300, blank=True)
    """What whoever answered said to it."""

    class Meta:
        verbose_name = _("request for a pause or a waiver")
        constraints = [
            models.UniqueConstraint("subject", "kind", condition=Q(state="waiting"), name="commitments_asked_once"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in RequestState]),
                name="commitments_request_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(evidence="") & ~Q(asked_by=""), name="commitments_request_gives_evidence"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", answered_at=None) | ~Q(state="waiting") & Q(answered_at__isnull=False),
                name="commitments_request_is_answered_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | ~Q(answered_by="") & ~Q(answered_by__in=[F("asked_by"), F("requested_by")]),
                name="commitments_nobody_approves_their_own",
            ),
        ]
        indexes = [
            models.Index("lapses_at", "id", condition=Q(state="waiting"), name="commitments_requests_waiting"),
            models.Index("subject", "asked_at", name="commitments_requests_of"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class SavedView(models.Model):
    """A view of the ledger that a person keeps under a name."""

    id = models.UUIDField(primary_key=True)
    owner = models.CharField(max_length=200)
    """Whose it is: `staff/…`."""
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)
    """The query of the ledger's address."""

    class Meta:
        verbose_name = _("saved view")
        constraints = [models.UniqueConstraint("owner", "name", name="commitments_saved_view_name_once")]

    def __str__(self) -> str:
        return self.name


class StuckClock(models.Model):
    """A clock that makes firing fail: it is passed over at that moment, and tried again, ever more rarely."""

    commitment = models.OneToOneField(Commitment, on_delete=models.PROTECT, primary_key=True, related_name="+")
    fire_at = models.DateTimeField()
    """The moment for which it could not fire; judged anew for another one, it is fired as if nothing had been."""
    state = models.CharField(max_length=10)
    attempts = models.PositiveIntegerField()
    next_try_at = models.DateTimeField()
    error = models.CharField(max_length=300)
    """Which exception, and where in the program it came from; never its text."""
    written_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("clock that could not fire")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in StuckState]), name="commitments_stuck_state_is_known"
            )
        ]
        indexes = [
            models.Index("state", "next_try_at", name="commitments_stuck_to_try"),
            models.Index("state", "fire_at", "commitment", name="commitments_stuck_listed"),
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.fire_at:%Y-%m-%d %H:%M}"


class SchedulerBeat(models.Model):
    """The latest sign of life of one scheduler, and how it has fared since it began."""

    name = models.CharField(primary_key=True, max_length=200)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    """By its steady clock: a scheduler that starts again takes no earlier moment for the present."""
    fired = models.BigIntegerField(default=0)
    late_p99 = models.DurationField(null=True)
    """How late the slowest hundredth of its latest firings came; null before the first."""
    jumps = models.PositiveIntegerField(default=0)
    """How often the machine's clock has jumped."""

    class Meta:
        verbose_name = _("sign of life of a scheduler")

    def __str__(self) -> str:
        return self.name
