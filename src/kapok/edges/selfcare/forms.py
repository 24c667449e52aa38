"""What customers fill in: the order's number, the code, another window, how it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language

STARS = (5, 4, 3, 2, 1)
WORD = 500


def show_refusal(form: forms.Form, refused: KapokError, field: str | None = None) -> None:
    """Say in the form what a verb refused, in the language that is read."""
    form.add_error(field, refused.text.in_(Language.of(get_language())))


class DoorForm(forms.Form):
    """The number of an order."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attributes = {"autocomplete": "off", "autocapitalize": "characters", "placeholder": "O2026-000123"}
        self.fields["order"] = forms.CharField(
            label=_("Order number"), max_length=20, widget=forms.TextInput(attrs=attributes)
        )


class CodeForm(DoorForm):
    """The number with the code that was sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attributes = {"autocomplete": "one-time-code", "inputmode": "numeric", "pattern": "[0-9]*"}
        self.fields["code"] = forms.CharField(
            label=pgettext("one-time", "Code"), max_length=12, widget=forms.TextInput(attrs=attributes)
        )


class VisitForm(forms.Form):
    """Another window for the visit."""

    def __init__(self, *args: Any, windows: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["window"] = forms.ChoiceField(
            label=_("When may we come?"), choices=windows, widget=forms.RadioSelect,
            error_messages={
                "invalid_choice": _("This time is no longer free. Choose another one."), "required": _("Choose a time."),
            },
        )  # fmt: skip

    def window(self) -> tuple[datetime, datetime]:
        """The window that was chosen."""
        begins, _slash, ends = str(self.cleaned_data["window"]).partition("/")
        return datetime.fromisoformat(begins), datetime.fromisoformat(ends)


class ConfirmForm(forms.Form):
    """That it works, and how it was."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stars = [(str(number), "★" * number) for number in STARS]
        self.fields["rating"] = forms.TypedChoiceField(
            label=_("How was it?"),
            choices=stars,
            coerce=int,
            empty_value=None,
            required=False,
            widget=forms.RadioSelect,
        )
        self.fields["word"] = forms.CharField(
            label=_("Anything you would like to tell us"),
            max_length=WORD,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
        )
