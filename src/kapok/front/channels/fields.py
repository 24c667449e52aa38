"""Fields of forms that more than one edge shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""No window that we offered lies beyond: near the ends of the calendar there is no local time."""


class SiteWindowsField(forms.Field):
    """The windows of several places, each as `address begin/end`: by the code of the address, without those left open."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> dict[str, tuple[datetime, datetime]]:
        """The windows. Raises `ValidationError`."""
        chosen = {}
        for typed in filter(None, value or ()):
            address, _space, window = typed.rpartition(" ")
            found = WindowField(required=True).clean(window)
            if found is not None:
                chosen[address[:60]] = found
        return chosen


class WindowField(forms.CharField):
    """A window as `workforce.queries.Window.value` says it: `begin/end`, both aware; None for none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=80, **kwargs)

    def clean(self, value: Any) -> tuple[datetime, datetime] | None:
        """The window. Raises `ValidationError`."""
        typed = super().clean(value)
        if not typed:
            return None
        begins, _slash, ends = typed.partition("/")
        try:
            window = datetime.fromisoformat(begins), datetime.fromisoformat(ends)
        except ValueError:
            raise forms.ValidationError(_("Choose a window from the list.")) from None
        if not all(each.utcoffset() is not None and EARLIEST <= each <= LATEST for each in window):
            raise forms.ValidationError(_("Choose a window from the list."))
        return window
