"""Posts and their holders, absences, take-overs, skills, shifts and rosters: tables, constraints, indexes.

Periods are half open. `PostAbsence` is derived: the database's own triggers keep it (migration 0002), and its exclusion
constraint is what never lets A and B of a post be absent together.
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.posts.rules import AbsenceKind, AbsenceState, Cause, Place
from kapok.kernel.text import Text

SAME, MEET = RangeOperators.EQUAL, RangeOperators.OVERLAPS


class Post(models.Model):
    """One function of one unit, filled by an A and a B."""

    id = models.UUIDField(primary_key=True)
    code = models.SlugField(max_length=50, unique=True)
    function = models.SlugField(max_length=30)
    title_zh = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    accept_ttl = models.DurationField(null=True)
    """How long A may leave an offer unanswered before B should take over; null for the general rule."""
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("post")
        constraints = [
            models.UniqueConstraint(
                "unit", "function", condition=Q(valid_to__isnull=True), name="posts_one_post_per_function"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="posts_post_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        """How the journal calls this post, and people the grants that come with it."""
        return f"post/{self.code}"

    @property
    def title(self) -> Text:
        """The post's title in both languages."""
        return Text(zh=self.title_zh, en=self.title_en)


class PostHolder(models.Model):
    """Who holds place A or B of a post, and when: one at a time in each place, and nobody in both."""

    id = models.UUIDField(primary_key=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=1)
    period = DateTimeRangeField()

    class Meta:
        verbose_name = _("holder of a post")
        constraints = [
            models.CheckConstraint(
                condition=Q(place__in=[place.value for place in Place]), name="posts_place_is_known"
            ),
            ExclusionConstraint(
                name="posts_one_holder_a_place", expressions=[("post", SAME), ("place", SAME), ("period", MEET)]
            ),
            ExclusionConstraint(
                name="posts_nobody_is_a_and_b", expressions=[("post", SAME), ("staff", SAME), ("period", MEET)]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.place}"


class PostRole(models.Model):
    """A role that A and B of a post have for its unit while they hold the post."""

    id = models.UUIDField(primary_key=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=30)
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("role of a post")
        constraints = [
            models.UniqueConstraint(
                "post", "role", condition=Q(revoked_at__isnull=True), name="posts_role_is_held_once"
            )
        ]

    def __str__(self) -> str:
        return self.role


class Absence(models.Model):
    """A time in which a person is not there; it counts while it is granted."""

    id = models.UUIDField(primary_key=True)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    period = DateTimeRangeField()
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=10)
    reason = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    """What B has to know."""
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("absence")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in AbsenceKind]), name="posts_absence_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in AbsenceState]), name="posts_absence_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="posts_absence_has_a_beginning_and_an_end",
            ),
            ExclusionConstraint(
                name="posts_absent_once_at_a_time",
                expressions=[("staff", SAME), ("period", MEET)],
                condition=Q(state=AbsenceState.GRANTED.value),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.state}"


class PostAbsence(models.Model):
    """A time in which one of the two holders of a post is absent: never both, so no two of a post overlap."""

    id = models.BigAutoField(primary_key=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    absence = models.ForeignKey(Absence, on_delete=models.PROTECT, related_name="+")
    period = DateTimeRangeField()

    class Meta:
        verbose_name = _("absence from a post")
        constraints = [
            ExclusionConstraint(name="posts_never_both_absent", expressions=[("post", SAME), ("period", MEET)])
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.staff_id}"


class TakeOver(models.Model):
    """B acts for A, with a note, until it is handed back; one at a time in each post."""

    id = models.UUIDField(primary_key=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    from_staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    to_staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    period = DateTimeRangeField()
    cause = models.CharField(max_length=10)
    note = models.CharField(max_length=1000)
    back_note = models.CharField(max_length=1000, blank=True)

    class Meta:
        verbose_name = _("take-over")
        constraints = [
            models.CheckConstraint(
                condition=Q(cause__in=[cause.value for cause in Cause]), name="posts_take_over_cause_is_known"
            ),
            models.CheckConstraint(
                condition=Q(from_staff__isnull=True) | ~Q(from_staff=F("to_staff")),
                name="posts_take_over_from_somebody_else",
            ),
            ExclusionConstraint(name="posts_taken_over_once", expressions=[("post", SAME), ("period", MEET)]),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.cause}"


class Skill(models.Model):
    """Something a person can do that work may need."""

    id = models.UUIDField(primary_key=True)
    code = models.SlugField(max_length=50, unique=True)
    title_zh = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100)

    class Meta:
        verbose_name = _("skill")

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> Text:
        """The skill's title in both languages."""
        return Text(zh=self.title_zh, en=self.title_en)


class StaffSkill(models.Model):
    """How well a person masters a skill, and when: one level at a time."""

    id = models.UUIDField(primary_key=True)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField()
    period = DateTimeRangeField()

    class Meta:
        verbose_name = _("skill of a person")
        constraints = [
            models.CheckConstraint(condition=Q(level__range=(1, 3)), name="posts_skill_level_is_known"),
            ExclusionConstraint(
                name="posts_one_level_a_skill", expressions=[("staff", SAME), ("skill", SAME), ("period", MEET)]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.skill_id} {self.level}"


class Shift(models.Model):
    """A time of the day at which people are on duty; one that does not end later than it starts ends the next day."""

    id = models.UUIDField(primary_key=True)
    code = models.SlugField(max_length=50, unique=True)
    title_zh = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100)
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        verbose_name = _("shift")

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> Text:
        """The shift's title in both languages."""
        return Text(zh=self.title_zh, en=self.title_en)


class RosterEntry(models.Model):
    """A person is on duty in a shift of a day; nobody is in two shifts at once."""

    id = models.UUIDField(primary_key=True)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="+")
    period = DateTimeRangeField()
    """The shift of that day in moments, so that the database can compare."""

    class Meta:
        verbose_name = _("roster entry")
        constraints = [
            ExclusionConstraint(name="posts_on_one_shift_at_a_time", expressions=[("staff", SAME), ("period", MEET)])
        ]
        indexes = [models.Index("day", "staff", name="posts_roster_by_day")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.day}"
