"""Facts of a matter in forms: what was learnt with something else, and what is to be known differently from now on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from kapok.edges.console.people.forms import in_reading_language
from kapok.ground.work.rules import NO, URGENT, YES
from kapok.kernel.promises import FACTS
from kapok.kernel.promises.facts import RETIRED
from kapok.kernel.promises.values import value_title

CHOSEN = tuple(name for name, fact in FACTS.items() if fact.values)
"""The facts with a closed list of values; amounts and moments come with the events that tell them."""
FACT = "fact-"


class LearningForm(forms.Form):
    """A form in which facts may be said besides; what is left empty is not said."""

    def ask(self, names: Iterable[str], known: Mapping[str, Any]) -> None:
        """Add a field for each of these facts; one that is known stands at its value and cannot be emptied."""
        for name in names:
            said = FACTS[name].values - (RETIRED.get(name, frozenset()) - {str(known.get(name))})
            values = [(value, in_reading_language(value_title(name, value))) for value in sorted(said)]
            choices = values if known.get(name) in FACTS[name].values else [("", "–"), *values]
            label = in_reading_language(FACTS[name].title)
            self.fields[FACT + name] = forms.ChoiceField(
                label=label[:1].upper() + label[1:], choices=choices, required=False, initial=known.get(name, "")
            )

    def told(self) -> dict[str, str]:
        """The facts that were said, taken out of what the form says otherwise."""
        names = [name for name in self.fields if name.startswith(FACT)]
        said = {name.removeprefix(FACT): self.cleaned_data.pop(name, "") for name in names}
        return {name: value for name, value in said.items() if value}

    @property
    def first(self) -> Iterator[BoundField]:
        """The fields that are always open."""
        return (each for each in self if not each.name.startswith(FACT))

    @property
    def learnt(self) -> list[BoundField]:
        """The fields of facts."""
        return [each for each in self if each.name.startswith(FACT)]

    @property
    def unfolds(self) -> bool:
        """Whether the facts are open from the start: something is wrong or was said among them."""
        return any(each.errors or (self.is_bound and each.value()) for each in self.learnt)


class ChangeForm(LearningForm):
    """The facts of a matter as they are known, to be put right."""

    unfolds = True

    def __init__(self, *args: Any, known: Mapping[str, Any], urgent: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {**known, URGENT: YES if urgent else NO}
        choices = [(value, in_reading_language(value_title(URGENT, value))) for value in (YES, NO)]
        self.fields[FACT + URGENT] = forms.ChoiceField(
            label=_("Urgent"), choices=choices, required=False, initial=self.known[URGENT]
        )
        self.ask(CHOSEN, known)
        note = forms.Textarea(attrs={"rows": 2})
        hint = _("What came to light, and how; without names of customers.")
        self.fields["note"] = forms.CharField(label=_("Why"), help_text=hint, max_length=1000, widget=note)

    def clean(self) -> dict[str, Any]:
        """What `happen` takes: only what differs from what is known."""
        told = self.told()
        changed = {name: value for name, value in told.items() if value != self.known.get(name)}
        if not changed and not self.errors:
            raise forms.ValidationError(_("Nothing is different; change at least one of the facts."))
        return {**self.cleaned_data, "facts": changed}
