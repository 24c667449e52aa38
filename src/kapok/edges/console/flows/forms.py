"""Drafting, copying and importing flows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kapok.edges.console.offers.forms import CopyForm
from kapok.edges.console.people.forms import in_reading_language
from kapok.ground.catalog.packs import names
from kapok.ground.catalog.template import LINES


class FlowForm(CopyForm):
    """A new flow and the promise it serves."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = [(line.value, in_reading_language(name)) for line, name in LINES.items()]
        self.fields["line"] = forms.ChoiceField(label=pgettext_lazy("flow", "Line"), choices=lines)
        self.fields["pack"] = forms.ChoiceField(
            label=_("Pack of the promise"), choices=[(each, each) for each in names()]
        )
        self.fields["promise"] = forms.CharField(
            label=_("Code of the promise"), max_length=80, help_text=_("As in the pack, for example repair.")
        )
        self.fields["reserve"] = forms.DecimalField(
            label=_("Reserve in percent"),
            min_value=0,
            max_value=99,
            initial=25,
            help_text=_("The share the stages may not use."),
        )

    @property
    def head(self) -> dict[str, Any]:
        """The fields of the document outside the graph; only of a valid form."""
        data = self.cleaned_data
        serves = {"pack": data["pack"], "code": data["promise"], "reserve": str(data["reserve"])}
        title = {"zh": self.title.zh, "en": self.title.en}
        return {"code": data["code"], "title": title, "line": data["line"], "serves": serves}


class ImportForm(forms.Form):
    """A BPMN file, and what a file of another tool does not say."""

    file = forms.FileField(label=_("BPMN 2.0 file"), help_text=_("At most 2 MB, one process."))
    code = forms.SlugField(label=_("Code"), max_length=60, required=False, help_text=_("Empty: as in the file."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        as_it_says = ("", _("as in the file"))
        lines = [(line.value, in_reading_language(name)) for line, name in LINES.items()]
        packs = [(each, each) for each in names()]
        self.fields["line"] = forms.ChoiceField(
            label=pgettext_lazy("flow", "Line"), choices=[as_it_says, *lines], required=False
        )
        self.fields["pack"] = forms.ChoiceField(
            label=_("Pack of the promise"), choices=[as_it_says, *packs], required=False
        )
        self.fields["promise"] = forms.CharField(label=_("Code of the promise"), max_length=80, required=False)

    @property
    def said(self) -> dict[str, Any]:
        """What goes before what the file says; only of a valid form."""
        data = self.cleaned_data
        serves = {"pack": data["pack"], "code": data["promise"]} if data["pack"] and data["promise"] else None
        return {"code": data["code"].lower(), "line": data["line"], "serves": serves}
