"""What customers fill in: the order's number, the code, another window, how it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from kapok.front.channels.fields import WindowField
from kapok.front.channels.models import MESSAGE
from kapok.front.channels.online.api import LONGEST_NAME
from kapok.front.channels.online.rules import TOPICS, Alone
from kapok.ground.customers.queries import AccountView
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text
from kapok.network.inventory.views import ServiceView

STARS = (5, 4, 3, 2, 1)
WORD = 500


def in_reading_language(text: Text) -> str:
    """A text in the language that is read."""
    return text.in_(Language.of(get_language()))


def show_refusal(form: forms.Form, refused: KapokError, field: str | None = None) -> None:
    """Say in the form what a verb refused."""
    form.add_error(field, in_reading_language(refused.text))


class DoorForm(forms.Form):
    """The number of an order, or the customer's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attributes = {"autocomplete": "off", "autocapitalize": "characters", "placeholder": "O2026-000123 / C00000123"}
        self.fields["order"] = forms.CharField(
            label=_("Order number or customer number"), max_length=20, widget=forms.TextInput(attrs=attributes)
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

    def __init__(self, *args: Any, windows: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["window"] = forms.ChoiceField(
            label=_("When may we come?"), choices=[(each, each) for each in windows], widget=forms.RadioSelect,
            error_messages={
                "invalid_choice": _("This time is no longer free. Choose another one."), "required": _("Choose a time."),
            },
        )  # fmt: skip

    def window(self) -> tuple[datetime, datetime]:
        """The window that was chosen."""
        begins, _slash, ends = str(self.cleaned_data["window"]).partition("/")
        return datetime.fromisoformat(begins), datetime.fromisoformat(ends)


def _stars(*, required: bool) -> forms.TypedChoiceField:
    stars = [(str(number), "★" * number) for number in STARS]
    return forms.TypedChoiceField(
        label=_("How was it?"), choices=stars, coerce=int, empty_value=None, required=required, widget=forms.RadioSelect
    )


class RateForm(forms.Form):
    """How it was."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rating"] = _stars(required=True)


class ConfirmForm(forms.Form):
    """That it works, and how it was; or what is amiss."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["works"] = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
        self.fields["rating"] = _stars(required=False)
        self.fields["word"] = forms.CharField(
            label=_("Anything you would like to tell us; if it does not work, what is amiss"),
            max_length=WORD,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    def clean(self) -> dict[str, Any]:
        """Whoever says that something is amiss says what."""
        given = super().clean() or {}
        if given.get("works") == "no" and len(given.get("word", "").strip()) < 2:
            self.add_error("word", _("Say in a few words what is amiss, so that we can put it right."))
        return given


def _words(label: str, longest: int, *, required: bool = True, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=required, widget=forms.Textarea(attrs={"rows": rows})
    )


class _Signed(forms.Form):
    """A form that orders: `seen` is what its page showed, signed; `key` makes it one order however often it is sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hidden = forms.HiddenInput()
        self.fields["key"] = forms.UUIDField(widget=hidden, initial=uuid4)
        self.fields["seen"] = forms.CharField(widget=hidden, max_length=4000, required=False)
        self.fields["offer"] = forms.CharField(
            widget=hidden, max_length=60, error_messages={"required": _("Choose an offer.")}
        )

    def renew(self, seen: str) -> None:
        """Show it again with what the page shows now."""
        self.data = {name: self.data.get(name, "") for name in self.fields} | {"seen": seen}

    @property
    def hidden(self) -> list[forms.BoundField]:
        """The fields that nobody sees."""
        return self.hidden_fields()


class NewForm(_Signed):
    """A new service: where, which, when, how it is paid."""

    def __init__(self, *args: Any, accounts: Sequence[AccountView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"] = forms.CharField(
            widget=forms.HiddenInput(), max_length=60, error_messages={"required": _("Choose an address.")}
        )
        self.fields["window"] = WindowField(required=False)
        self._billed = {each.number for each in accounts if each.payment.value == "postpaid"}
        names = [(each.number, f"{each.number} {in_reading_language(each.payment_name)}") for each in accounts]
        self.fields["account"] = forms.ChoiceField(label=_("Account that pays"), choices=names, required=len(names) > 1)
        ways = [("later", _("I pay in a hall or by 10000; what you promise counts from then"))]
        if self._billed:
            ways.insert(0, ("bill", _("On my bill; you begin at once")))
        self.fields["pay"] = forms.ChoiceField(
            label=_("What is paid once"), choices=ways, initial=ways[0][0], widget=forms.RadioSelect
        )

    def clean(self) -> dict[str, Any]:
        """Only what is paid afterwards goes on the bill."""
        given = super().clean() or {}
        only = next(iter(self._billed), "") if len(self._billed) == 1 else ""
        given["account"] = given.get("account") or only
        if given.get("pay") == "bill" and given["account"] not in self._billed:
            self.add_error("pay", _("This account is prepaid. Choose the other way, or another account."))
        return given


class ServiceForm(_Signed):
    """A change of a service that one has."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actions = [(each.value, each.value) for each in Alone]
        self.fields["action"] = forms.ChoiceField(widget=forms.HiddenInput(), choices=actions)


class AskForm(forms.Form):
    """What one asks."""

    def __init__(
        self, *args: Any, services: Iterable[ServiceView], before: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        topics = [(code.value, in_reading_language(subject.name)) for code, subject in TOPICS.items()]
        of = [(each.number, f"{each.number} {in_reading_language(each.address_full)}") for each in services]
        self.fields["topic"] = forms.ChoiceField(label=_("What is it about?"), choices=topics, widget=forms.RadioSelect)
        if of:
            self.fields["service"] = forms.ChoiceField(
                label=_("Which of your services?"), choices=[("", _("none of them")), *of], required=False
            )
        if before:
            self.fields["same_as"] = forms.ChoiceField(
                label=_("Is it about something that you have asked already?"), required=False,
                choices=[("", _("no, it is something new")), *before],
            )  # fmt: skip
        self.fields["words"] = _words(_("What would you like to tell us?"), MESSAGE)
        self.fields["call_back"] = forms.BooleanField(label=_("Call me with the reply"), required=False)


class ReplyForm(forms.Form):
    """Whether the reply answers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["word"] = _words(_("What is lacking? (if it does not answer you)"), 1000, required=False, rows=3)
        self.fields["answers"] = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])

    def clean(self) -> dict[str, Any]:
        """Whoever says no says what is lacking."""
        given = super().clean() or {}
        if given.get("answers") == "no" and len(given.get("word", "").strip()) < 2:
            self.add_error("word", _("Say in a few words what is lacking, so that we can put it right."))
        return given


class LeaveForm(forms.Form):
    """A request of somebody who is no customer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"] = forms.CharField(widget=forms.HiddenInput(), max_length=60, required=False)
        self.fields["words"] = _words(_("What would you like to ask?"), MESSAGE)
        self.fields["name"] = forms.CharField(label=_("Your name"), max_length=LONGEST_NAME)
        self.fields["phone"] = forms.CharField(
            label=_("Telephone number"),
            max_length=30,
            widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        )
        self.fields["agreed"] = forms.BooleanField(
            label=_("I agree that you keep my name and number to answer this request."),
            error_messages={"required": _("Agree that we keep your name and number, so that we may call you.")},
        )
