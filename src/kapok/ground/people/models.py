"""Staff, units and grants: tables, constraints, indexes."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from kapok.ground.people.roles import ROLES
from kapok.ground.people.rules import State, Theme, UnitKind
from kapok.kernel.text import Language, Text


class OrgUnit(models.Model):
    """A part of the operator, valid in [valid_from, valid_to). Units form a tree; a unit that has ended keeps its row."""

    id = models.UUIDField(primary_key=True)
    code = models.SlugField(max_length=50, unique=True)
    kind = models.CharField(max_length=20)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        verbose_name = _("unit")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="people_unit_ends_not_before_it_begins",
            ),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")), name="people_unit_is_not_its_own_parent"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in UnitKind]), name="people_unit_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        """How the journal calls this unit."""
        return f"unit/{self.code}"

    @property
    def name(self) -> Text:
        """The unit's name in both languages."""
        return Text(zh=self.name_zh, en=self.name_en)


class FormerUnit(models.Model):
    """What a unit was called and what it was part of in a time that is over; what holds now stands in `OrgUnit`.

    The versions of a unit follow each other: the first begins when the unit is founded, each ends where the next begins.
    """

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    parent = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, related_name="+")
    period = DateRangeField()

    class Meta:
        verbose_name = _("former unit")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="people_former_unit_has_a_time",
            ),
            ExclusionConstraint(
                name="people_unit_is_one_thing_at_a_time",
                expressions=[("unit", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.period}"

    @property
    def name(self) -> Text:
        """What the unit was called, in both languages."""
        return Text(zh=self.name_zh, en=self.name_en)


class StaffByUsername(BaseUserManager["Staff"]):
    """Finds a person by the name they sign in with, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> Staff:
        """The person called `username`. Raises `Staff.DoesNotExist`."""
        return self.get(username=(username or "").lower())


class Staff(AbstractBaseUser):
    """A person who works for the operator and signs in."""

    id = models.UUIDField(primary_key=True)
    username = models.CharField(max_length=50, unique=True)
    name = models.CharField(max_length=100)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=10)
    theme = models.CharField(max_length=5, default=Theme.AUTO.value)
    state = models.CharField(max_length=12, default=State.ACTIVE.value)
    must_change_password = models.BooleanField(default=True)
    opened_at = models.DateTimeField()

    objects: ClassVar[StaffByUsername] = StaffByUsername()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("staff")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(username=Lower("username")), name="people_staff_username_is_lower_case"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]), name="people_staff_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(theme__in=[theme.value for theme in Theme]), name="people_staff_theme_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=[language.value for language in Language]),
                name="people_staff_language_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        """How the journal calls this person, as a subject and as an actor."""
        return f"staff/{self.username}"

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django declares an attribute; here the state decides
        """Whether this person may sign in; asked by Django's authentication at every request."""
        return self.state == State.ACTIVE


class Grant(models.Model):
    """A role that a person holds for a unit and everything below it, in the period [granted_at, revoked_at).

    `through` names what the role comes with (`post/…`); it is empty where the role was granted to the person. The same role may
    be held both ways, and each way is revoked by itself.
    """

    id = models.UUIDField(primary_key=True)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=30)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    through = models.CharField(max_length=60, blank=True, default="", db_default="")
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("grant")
        constraints = [
            models.UniqueConstraint(
                "staff",
                "role",
                "unit",
                "through",
                condition=models.Q(revoked_at__isnull=True),
                name="people_grant_is_held_once_each_way",
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True) | models.Q(revoked_at__gte=models.F("granted_at")),
                name="people_grant_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index("role", condition=models.Q(revoked_at__isnull=True), name="people_grant_by_role")]

    def __str__(self) -> str:
        return f"{self.role}: {ROLES[self.role].title if self.role in ROLES else self.role}"
