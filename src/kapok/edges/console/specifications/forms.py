"""Beginning specifications and usage plans; copying them is as with offers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import pgettext_lazy

from kapok.edges.console.flows.forms import CopyForm
from kapok.edges.console.people.forms import in_reading_language
from kapok.ground.catalog.specifying.document import SORTS, Sort


class SpecificationForm(CopyForm):
    """A new specification."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sorts = [(sort.value, in_reading_language(name)) for sort, name in SORTS.items()]
        self.fields["sort"] = forms.ChoiceField(label=pgettext_lazy("specification", "Kind"), choices=sorts)

    @property
    def sort(self) -> Sort:
        """What is specified; only of a valid form."""
        return Sort(self.cleaned_data["sort"])

    @property
    def document(self) -> dict[str, Any]:
        """The specification to begin with; only of a valid form."""
        title = {"zh": self.title.zh, "en": self.title.en}
        counted = {"unit": {"zh": "次", "en": "time"}} if self.sort is Sort.USAGE else {}
        return {"code": self.cleaned_data["code"], "title": title} | counted
