"""What is asked about a fault that is switched on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kapok.kernel.text import Language
from kapok.network.activation.api import MOST_CALLS
from kapok.network.activation.rules import FAULTS


class FaultForm(forms.Form):
    """Which fault, and for how many calls."""

    fault = forms.ChoiceField(label=_("Fault"))
    calls = forms.IntegerField(
        label=_("For how many calls"), required=False, min_value=1, max_value=MOST_CALLS,
        help_text=_("Empty: until it is switched off."),
    )  # fmt: skip

    def __init__(self, *args: Any, language: Language, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(fault.value, title.in_(language)) for fault, title in FAULTS.items()]
        self.fields["fault"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField
