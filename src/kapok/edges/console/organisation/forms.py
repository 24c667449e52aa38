"""Setting up, renaming and moving units."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kapok.edges.console.people.forms import in_reading_language, unit_choices
from kapok.ground.people import queries
from kapok.ground.people.rules import UNIT_KINDS
from kapok.kernel.text import Text


def day_field(label: Any, help_text: Any) -> forms.DateField:
    """A day, which may be left empty."""
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, help_text=help_text)


SINCE = day_field(_("Takes effect on"), _("Today where empty; an earlier day where it is entered afterwards."))


class SinceForm(forms.Form):
    """The day on which a change of a unit takes effect."""

    since = SINCE


class AsOfForm(forms.Form):
    """The day as of which the tree is shown."""

    on = day_field(pgettext_lazy("organisation", "As of"), "")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].widget.attrs["max"] = today.isoformat()
        self.today = today

    def clean_on(self) -> date | None:
        """A day that has been; None for today, as which the tree is shown anyway."""
        day: date | None = self.cleaned_data["on"]
        if day is not None and day > self.today:
            raise forms.ValidationError(_("That day is still to come; choose today or an earlier day."))
        return None if day == self.today else day


class NameForm(forms.Form):
    """A unit's name in both languages."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=100)
    name_en = forms.CharField(label=_("English name"), max_length=100)

    @property
    def name(self) -> Text:
        """What was typed; only of a valid form."""
        return Text(zh=self.cleaned_data["name_zh"], en=self.cleaned_data["name_en"])


class RenameForm(NameForm):
    """A unit's new name, and since when it bears it."""

    since = SINCE


class UnitForm(NameForm):
    """A new unit below one of the given ones."""

    code = forms.SlugField(
        label=_("Code"), max_length=50, help_text=_("Lower-case letters, digits and hyphens; never changes.")
    )

    def __init__(self, *args: Any, units: Iterable[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.value, in_reading_language(name)) for kind, name in UNIT_KINDS.items()]
        self.fields["kind"] = forms.ChoiceField(label=_("Kind"), choices=kinds)
        self.fields["parent"] = forms.ChoiceField(label=_("Part of"), choices=unit_choices(units))
        self.fields["since"] = SINCE

    def clean_code(self) -> str:
        """Codes are lower case."""
        code: str = self.cleaned_data["code"]
        return code.lower()


class MoveForm(forms.Form):
    """Another unit to be part of, out of the given ones; neither the unit itself nor what lies below it."""

    def __init__(self, *args: Any, unit: queries.Unit, units: Iterable[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inside = {each.id for each in queries.unit_tree(units) if unit.code in {each.code, *each.above}}
        choices = unit_choices(frozenset(units) - inside)
        self.fields["parent"] = forms.ChoiceField(label=_("Part of"), choices=choices)
        self.fields["since"] = SINCE
