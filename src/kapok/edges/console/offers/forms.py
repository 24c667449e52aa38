"""Beginning and copying offers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import pgettext_lazy

from kapok.edges.console.flows.forms import CopyForm
from kapok.edges.console.people.forms import in_reading_language
from kapok.ground.catalog.offering.document import KINDS


class OfferForm(CopyForm):
    """A new offer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.value, in_reading_language(name)) for kind, name in KINDS.items()]
        self.fields["kind"] = forms.ChoiceField(label=pgettext_lazy("offer", "Kind"), choices=kinds)

    @property
    def document(self) -> dict[str, Any]:
        """The offer to begin with; only of a valid form."""
        data = self.cleaned_data
        return {"code": data["code"], "title": {"zh": self.title.zh, "en": self.title.en}, "kind": data["kind"]}
