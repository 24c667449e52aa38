"""Filling posts, asking for leave, planning shifts, awarding skills."""

from __future__ import annotations

import operator
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kapok.edges.console.organisation.forms import NameForm
from kapok.edges.console.people.forms import STAFF_NUMBER, UnitsForm, in_reading_language
from kapok.ground.people.roles import ROLES
from kapok.ground.posts import boards
from kapok.ground.posts.rules import (
    ABSENCE_KINDS,
    CAUSES,
    LEVEL_NAMES,
    LONGEST_ACCEPT_TTL,
    MINUTE,
    PLACES,
    AbsenceKind,
    Cause,
    Place,
)

CALENDAR = (date(2000, 1, 1), date(2099, 12, 31))
"""The days that the screens know."""
LONGEST_LEAVE_DAYS = 366
STAFF_NUMBER_LABEL = _("Staff number")
NUMBER = {"list": "crew", "autocomplete": "off"}


def _number(label: Any = STAFF_NUMBER_LABEL, help_text: Any = "") -> forms.CharField:
    widget = forms.TextInput(NUMBER)
    return forms.CharField(label=label, max_length=50, validators=[STAFF_NUMBER], widget=widget, help_text=help_text)


def _day(label: Any) -> forms.DateField:
    span = [MinValueValidator(CALENDAR[0]), MaxValueValidator(CALENDAR[1])]
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), validators=span)


def _hour(label: Any, help_text: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label, required=False, help_text=help_text, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )


class AcceptTimeForm(forms.Form):
    """How long an offer to a post may wait."""

    accept_minutes = forms.IntegerField(
        label=_("Minutes to accept an offer"),
        required=False,
        min_value=1,
        max_value=LONGEST_ACCEPT_TTL // MINUTE,
        help_text=_("Empty: as everywhere. Urgent offers, and stages with a time of their own, keep theirs."),
    )

    @property
    def accept_ttl(self) -> timedelta | None:
        """How long an offer to the post may wait; None where it has no time of its own."""
        minutes = self.cleaned_data["accept_minutes"]
        return minutes * MINUTE if minutes else None


class PostForm(NameForm, UnitsForm, AcceptTimeForm):
    """A new post of one of one's units."""

    field_order = ("name_zh", "name_en", "code", "function", "a", "b", "accept_minutes")
    code = forms.SlugField(
        label=_("Code"), max_length=50, help_text=_("Lower-case letters, digits and hyphens; never changes.")
    )
    function = forms.SlugField(
        label=_("Function"),
        max_length=30,
        help_text=_(
            "What the unit does here, one post each; “lead” is who leads the unit, “supervision” the last step."
        ),
    )
    a = _number(_("Staff number of A"), _("Answers for the post."))
    b = _number(_("Staff number of B"), _("Deputises, fully informed; somebody else than A."))

    def clean_code(self) -> str:
        """Codes are lower case."""
        code: str = self.cleaned_data["code"]
        return code.lower()


class FillForm(forms.Form):
    """Somebody for a place of a post."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [(place.value, in_reading_language(name)) for place, name in PLACES.items()]
        self.fields["place"] = forms.ChoiceField(label=pgettext_lazy("post", "Place"), choices=places)
        self.fields["username"] = _number()
        for holder in ("a", "b"):
            self.fields[holder] = forms.CharField(widget=forms.HiddenInput(), required=False)

    @property
    def place(self) -> Place:
        """Which place; only of a valid form."""
        return Place(self.cleaned_data["place"])

    @property
    def seen(self) -> str | None:
        """Who held that place when the page was read; only of a valid form."""
        return self.cleaned_data[self.place.lower()] or None


class TakeOverForm(forms.Form):
    """Why B takes over, and what B has to know."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        causes = [(cause.value, in_reading_language(name)) for cause, name in CAUSES.items()]
        self.fields["cause"] = forms.ChoiceField(label=_("Cause"), choices=causes, initial=Cause.DECLARED.value)
        self.fields["note"] = _note()

    @property
    def cause(self) -> Cause:
        """Why; only of a valid form."""
        return Cause(self.cleaned_data["cause"])


class NoteForm(forms.Form):
    """A hand-over note."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"] = _note()


def _note(*, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=_("Hand-over note"),
        max_length=1000,
        required=required,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("What is open and what to mind; no customers’ personal data."),
    )


class RoleForm(forms.Form):
    """A role that comes with a post."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_reach = sorted(ROLES.values(), key=lambda role: len(role.permissions))
        roles = [(role.code, in_reading_language(role.title)) for role in by_reach]
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=roles)


class LeaveForm(forms.Form):
    """Days away by the calendar of the installation; with an hour, from then on or until then."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.value, in_reading_language(name)) for kind, name in ABSENCE_KINDS.items()]
        self.fields["username"] = _number()
        self.fields["kind"] = forms.ChoiceField(label=_("Kind"), choices=kinds)
        self.fields["first"] = _day(_("First day away"))
        self.fields["from_hour"] = _hour(_("From what time"), _("Empty: from the beginning of the first day."))
        self.fields["last"] = _day(_("Last day away"))
        self.fields["until_hour"] = _hour(_("Until what time"), _("Empty: to the end of the last day."))
        self.fields["reason"] = forms.CharField(
            label=pgettext_lazy("absence", "Reason"), max_length=200, required=False
        )
        self.fields["note"] = _note(required=False)

    @property
    def leave(self) -> dict[str, Any]:
        """What the verb takes; only of a valid form."""
        typed = self.cleaned_data
        since, until = self._moments(typed["first"], typed["last"])
        return {
            "username": typed["username"],
            "since": since,
            "until": until,
            "kind": AbsenceKind(typed["kind"]),
            "reason": typed["reason"],
            "note": typed["note"],
        }

    def _moments(self, first: date, last: date) -> tuple[datetime, datetime]:
        start, end = self.cleaned_data.get("from_hour"), self.cleaned_data.get("until_hour")
        days, zone = boards.days_between(first, last + timedelta(days=1)), timezone.get_default_timezone()
        since = datetime.combine(first, start, zone) if start else days.lower
        return since, datetime.combine(last, end, zone) if end else days.upper

    def clean(self) -> dict[str, Any]:
        """The end is after the beginning, and not a year away."""
        typed = super().clean() or {}
        first, last = typed.get("first"), typed.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first; correct one of them."))
        elif first and last and last - first > timedelta(days=LONGEST_LEAVE_DAYS):
            self.add_error("last", _("An absence lasts at most a year; ask for the rest later."))
        elif first and last and operator.ge(*self._moments(first, last)):
            self.add_error("until_hour", _("This is not later than the beginning; correct one of the two."))
        return typed


class PlanForm(forms.Form):
    """Somebody on a shift of a day."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shifts = [
            (shift.code, f"{in_reading_language(shift.title)} {shift.starts:%H:%M}–{shift.ends:%H:%M}")
            for shift in boards.shifts()
        ]
        self.fields["username"] = _number()
        self.fields["day"] = _day(_("Day"))
        self.fields["shift"] = forms.ChoiceField(label=_("Shift"), choices=shifts)


class ShiftForm(NameForm):
    """A new shift."""

    code = forms.SlugField(label=_("Code"), max_length=50)
    starts = forms.TimeField(label=_("Starts"), widget=forms.TimeInput({"type": "time"}))
    ends = forms.TimeField(
        label=_("Ends"),
        widget=forms.TimeInput({"type": "time"}),
        help_text=_("Not later than it starts: the next day."),
    )


class SkillForm(NameForm):
    """A new skill."""

    code = forms.SlugField(label=_("Code"), max_length=50)


class AwardForm(forms.Form):
    """A skill for somebody; level 0 takes it away."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        skills = [(code, in_reading_language(title)) for code, title in boards.skill_titles().items()]
        levels = [(level, in_reading_language(name)) for level, name in LEVEL_NAMES.items()]
        self.fields["username"] = _number()
        self.fields["skill"] = forms.ChoiceField(label=_("Skill"), choices=skills)
        self.fields["level"] = forms.TypedChoiceField(
            label=pgettext_lazy("skill", "Level"), coerce=int, choices=[*levels, (0, _("withdraw the skill"))]
        )
