"""What is asked for when work changes hands: each action's form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kapok.edges.console.packs.calculator.fields import LocalMomentField
from kapok.edges.console.people.forms import in_reading_language
from kapok.edges.console.work.facts import CHOSEN, LearningForm
from kapok.ground.people.queries import unit_tree
from kapok.ground.work import rules
from kapok.kernel.promises import EVENTS, FACTS
from kapok.kernel.promises.values import value_title
from kapok.kernel.text import Text

INDENT = "\u3000"
ASKED_FACTS = ("service", "area", "fault_kind", "segment", "tier", "action", "complaint_kind", "visit_needed")
"""The facts by which flows and promises are chosen at the first contact; the others come with what happens later."""
BEGINNINGS = ("fault.reported", "order.accepted", "order.paid", "request.received", "complaint.received")


def _choices(texts: Iterable[tuple[str, Text]]) -> list[tuple[str, str]]:
    return [(code, in_reading_language(text)) for code, text in texts]


def _note(label: Any, hint: Any = "", *, required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, help_text=hint, max_length=rules.NOTE, required=required, widget=widget)


class Nothing(forms.Form):
    """An action that asks for nothing."""


class NoteForm(forms.Form):
    """An action that needs a word."""

    note = _note(_("Note"), _("In a few words; without names of customers."))


class PerhapsNoteForm(forms.Form):
    """An action to which a word may be added."""

    note = _note(_("Note"), required=False)


class RefuseForm(forms.Form):
    """Why work is refused or given back: a reason of the closed list, and what exactly is wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = _choices((reason.value, text) for reason, text in rules.REASONS.items())
        self.fields["reason"] = forms.ChoiceField(label=_("Reason"), choices=reasons)
        self.fields["defect"] = _note(_("What is wrong"), _("Say what is missing or wrong, so that it can be mended."))


class RejectForm(forms.Form):
    """What is wrong with a delivery."""

    defect = _note(_("What is wrong"), _("It is offered again to whoever delivered it."))


class JudgeForm(forms.Form):
    """For whom a refusal is judged."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sides = _choices((side.value, text) for side, text in rules.SIDES.items())
        self.fields["found_for"] = forms.ChoiceField(
            label=_("Judged for"), choices=sides, widget=forms.RadioSelect(attrs={"class": "form-check-input"})
        )
        self.fields["note"] = _note(_("Why"))


class DeliverForm(LearningForm):
    """What is handed in: one line of evidence for each that the stage wants, and what was learnt of the matter."""

    def __init__(self, *args: Any, wanted: Iterable[Text], known: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = list(wanted)
        for number, text in enumerate(self.asked):
            self.fields[f"evidence_{number}"] = forms.CharField(label=in_reading_language(text), max_length=rules.NOTE)
        self.fields["note"] = _note(_("Note"), required=False)
        self.known = known
        self.ask(CHOSEN, known)

    def clean(self) -> dict[str, Any]:
        """What `deliver` takes."""
        given = [self.cleaned_data.pop(f"evidence_{number}", "") for number in range(len(self.asked))]
        facts = {name: value for name, value in self.told().items() if value != self.known.get(name)}
        return {**self.cleaned_data, "evidence": given, "facts": facts}


class ConfirmForm(forms.Form):
    """How good a delivery was."""

    rating = forms.TypedChoiceField(
        label=_("Rating"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "–"), *((number, str(number)) for number in (5, 4, 3, 2, 1))],
    )


class UnitForm(forms.Form):
    """A form with the units of the operator."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = [(unit.code, INDENT * unit.depth + in_reading_language(unit.name)) for unit in unit_tree()]
        self.fields["unit"] = forms.ChoiceField(label=_("To which unit"), choices=units)
        self.fields["to"] = _person(_("To whom"), _("A staff number; empty: whoever of the unit takes it."))


def _person(label: Any, hint: Any = "", *, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, max_length=50, required=required)


class TransferForm(UnitForm):
    """Work passed on: to whom, told in person or with a due time."""

    def __init__(self, *args: Any, zone: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = _("A hand-over by which nobody is told and nothing is due counts as a defect.")
        self.fields["warm"] = forms.BooleanField(label=_("The receiver has been told in person"), required=False)
        self.fields["due_at"] = LocalMomentField(zone=zone, label=_("Due"), required=False, help_text=hint)
        self.fields["note"] = _note(_("Note"))


class OfferForm(UnitForm):
    """Work outside of the flow."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"] = forms.CharField(label=_("What is to be done"), max_length=rules.TITLE)
        self.fields["confirm"] = forms.BooleanField(label=_("Done only when we have confirmed"), required=False)
        self.fields["note"] = _note(_("Note"), required=False)
        self.order_fields(["title", "unit", "to", "confirm", "note"])

    def clean(self) -> dict[str, Any]:
        """What `offer` takes: what was typed stands in both languages."""
        title = self.cleaned_data.get("title", "")
        return {**self.cleaned_data, "title": Text(zh=title, en=title)}


class PersonForm(forms.Form):
    """A colleague, and a word to them."""

    to = _person(_("To whom"), _("A staff number."), required=True)
    note = _note(_("Note"))


class HappenForm(LearningForm):
    """Something that happened to a matter, and what was learnt with it; known facts are put right with `ChangeForm`."""

    def __init__(self, *args: Any, kinds: Iterable[str], known: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label=_("What happened"), choices=_choices((k, EVENTS[k]) for k in kinds)
        )
        self.fields["note"] = _note(_("Note"), required=False)
        self.ask((name for name in CHOSEN if name not in known), known)

    def clean(self) -> dict[str, Any]:
        """What `happen` takes."""
        facts = self.told()
        return {**self.cleaned_data, "facts": facts}


class ReopenForm(forms.Form):
    """Why a matter is opened again, and from which stage its flow begins again."""

    note = _note(_("Why"))

    def __init__(self, *args: Any, stages: Iterable[tuple[str, Text]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if choices := _choices(stages):
            self.fields["again_from"] = forms.ChoiceField(label=_("Begin again with"), choices=choices)


class TakeForm(forms.Form):
    """A new matter: what somebody came with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = _choices((kind, EVENTS[kind]) for kind in BEGINNINGS)
        self.fields["kind"] = forms.ChoiceField(label=_("What is it"), choices=kinds)
        self.fields["title"] = forms.CharField(
            label=_("In a few words"), max_length=rules.TITLE, help_text=_("Without names or numbers of customers.")
        )
        for name in ASKED_FACTS:
            fact = FACTS[name]
            values = [("", "–"), *_choices((value, value_title(name, value)) for value in sorted(fact.values))]
            label = in_reading_language(fact.title)
            self.fields[name] = forms.ChoiceField(label=label[:1].upper() + label[1:], choices=values, required=False)
        self.fields["urgent"] = forms.BooleanField(label=_("Urgent"), required=False)
        self.fields["note"] = _note(_("Note"), required=False)

    def clean(self) -> dict[str, Any]:
        """What `open_matter` takes."""
        facts = {name: value for name in ASKED_FACTS if (value := self.cleaned_data.pop(name, ""))}
        return {**self.cleaned_data, "facts": facts}
