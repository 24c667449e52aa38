"""Where a visit is and what it takes: asked of the dispatcher of work of which nobody has said so."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from kapok.back.workforce.rules import Errand
from kapok.edges.console.people.forms import in_reading_language
from kapok.ground.places import queries as places
from kapok.ground.posts.queries import skill_titles

LOOKED_AT, FOUND = 40, 10
SHORTEST, LONGEST, USUAL = 15, 600, 60


class PlaceForm(forms.Form):
    """The address, searched as everywhere else, the skill and the minutes; read from the page's address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = addresses_found(self.data.get("where", "")) if self.is_bound else []
        self.fields["where"] = forms.CharField(
            label=_("Address"), max_length=100, help_text=_("Words or first letters, down to the number or room.")
        )
        if len(found) > 1:
            self.fields["address"] = forms.ChoiceField(
                label=_("Which of these"), choices=found, widget=forms.RadioSelect
            )
        skills = [(code, in_reading_language(title)) for code, title in skill_titles().items()]
        self.fields["skill"] = forms.ChoiceField(label=_("Skill"), choices=skills)
        self.fields["minutes"] = forms.IntegerField(
            label=_("Minutes of work"), min_value=SHORTEST, max_value=LONGEST, initial=USUAL
        )
        self._only = found[0][0] if len(found) == 1 else ""
        if self.is_bound and not found and self.data.get("where"):
            self.add_error("where", _("No house number or room answers to this; the service is at one."))

    def errand(self) -> Errand | None:
        """What is known now; None while something is not."""
        if not self.is_bound or not self.is_valid():
            return None
        said = self.cleaned_data
        return Errand(said.get("address") or self._only, said["skill"], said["minutes"])


def addresses_found(where: str) -> list[tuple[str, str]]:
    """The numbers and rooms that answer to some words, by their codes, each with its full name."""
    narrow = [each for each in places.search(where.strip()[:100], limit=LOOKED_AT) if each.served]
    return [(each.code, in_reading_language(each.full)) for each in narrow[:FOUND]]
