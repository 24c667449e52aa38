"""The fields of a matter: local moments of the calendar's zone, and facts by their kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kapok.edges.console.packs.calculator.questions import Question
from kapok.edges.console.templatetags.kapok import text
from kapok.kernel.promises import FactKind
from kapok.kernel.promises import facts as known
from kapok.kernel.promises.values import value_title

FIRST_YEAR, LAST_YEAR = 1990, 2099
LONGEST = timedelta(days=3660)


class LocalMomentField(forms.CharField):
    """A moment as the wall of `zone` shows it, `YYYY-MM-DDTHH:MM`, with or without seconds; its value is aware.

    Of an hour that comes twice when summer time ends, the first is meant.
    """

    def __init__(self, *, zone: ZoneInfo, **kwargs: Any) -> None:
        self.zone = zone
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "60"})
        super().__init__(max_length=30, widget=widget, **kwargs)

    def clean(self, value: Any) -> datetime | None:
        """The moment, or None of nothing. Raises `ValidationError`."""
        words = super().clean(value)
        return moment(words, self.zone) if words else None


def moment(words: str, zone: ZoneInfo) -> datetime:
    """The moment that somebody typed. Raises `ValidationError` when it is none, or one that the wall of `zone` never shows."""
    try:
        wall = datetime.fromisoformat(words)
    except ValueError:
        wall = None
    if wall is None or wall.tzinfo is not None:
        raise forms.ValidationError(_("Write date and time as 2026-03-02 09:30."))
    if not FIRST_YEAR <= wall.year <= LAST_YEAR:
        raise forms.ValidationError(
            _("Give a year from %(first)s to %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )
    aware = wall.replace(tzinfo=zone)
    if aware.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall:
        raise forms.ValidationError(
            _("This time does not exist in %(zone)s: the clocks are put forward past it. Give an earlier or later one.")
            % {"zone": zone.key}
        )
    return aware


class LengthField(forms.CharField):
    """A length of time, `45 minutes`, `00:45:00` or `00:45`; its value is the words that a fact takes."""

    def clean(self, value: Any) -> str:
        """The words, or nothing of nothing. Raises `ValidationError`."""
        words: str = super().clean(value)
        full = f"{words}:00" if words.count(":") == 1 else words
        span = known.duration(full) if len(full) < 20 else None
        if words and (span is None or span > LONGEST):
            raise forms.ValidationError(_("Write hours, minutes and seconds as 00:45:00, or words such as 45 minutes."))
        return full


def fact_field(question: Question) -> forms.Field:
    """The field for one fact."""
    label = text(question.fact.title)
    hint = gettext_lazy("applies if: %(condition)s") % {"condition": text(question.wanted)} if question.wanted else ""
    values: dict[str, Any] = {
        "label": label[:1].upper() + label[1:],
        "required": question.required,
        "initial": question.initial,
        "help_text": hint,
    }
    match question.fact.kind:
        case FactKind.CHOICE:
            return forms.ChoiceField(choices=_choices(question), **values)
        case FactKind.MOMENT:
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **values)
        case FactKind.DURATION:
            return LengthField(max_length=30, widget=forms.TextInput(attrs={"placeholder": "00:45:00"}), **values)
        case _:
            widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"})
            return forms.DecimalField(min_value=0, max_digits=15, decimal_places=4, widget=widget, **values)


def _choices(question: Question) -> Sequence[tuple[str, str]]:
    known_values = [(value, text(value_title(question.name, value))) for value in question.values]
    return known_values if question.required else [("", _("not known")), *known_values]
