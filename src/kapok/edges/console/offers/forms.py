"""Beginning offers, and copying what is drafted and published."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kapok.edges.console.people.forms import in_reading_language
from kapok.ground.catalog.offering.document import KINDS
from kapok.kernel.text import Text


class CopyForm(forms.Form):
    """The code and title of an offer, a specification or a flow."""

    code = forms.SlugField(
        label=_("Code"), max_length=60, help_text=_("Lower-case letters, digits and hyphens; never changes.")
    )
    title_zh = forms.CharField(label=_("Chinese title"), max_length=200)
    title_en = forms.CharField(label=_("English title"), max_length=200)

    @property
    def title(self) -> Text:
        """What was typed; only of a valid form."""
        return Text(zh=self.cleaned_data["title_zh"], en=self.cleaned_data["title_en"])

    def clean_code(self) -> str:
        """Codes are lower case."""
        code: str = self.cleaned_data["code"]
        return code.lower()


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
