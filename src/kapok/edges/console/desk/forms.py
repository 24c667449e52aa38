"""What the front desk asks for: an interaction, what the customer wants, an answer, a note, an order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kapok.back.workforce import api as field
from kapok.chain.ordering import api as ordering
from kapok.edges.console.packs.calculator.fields import LocalMomentField
from kapok.edges.console.people.forms import in_reading_language
from kapok.front.channels import rules
from kapok.front.channels.basket import MOST_LINES, Wish
from kapok.front.channels.fields import SiteWindowsField, WindowField
from kapok.ground.catalog.offering import refusals as offering
from kapok.ground.customers.languages import listed
from kapok.ground.customers.queries import CustomerView
from kapok.ground.places import refusals as places
from kapok.kernel.errors import KapokError
from kapok.kernel.promises.values import value_title
from kapok.kernel.text import Text

LONGEST = 1000
COMPLAINTS = ("network", "billing", "attitude", "other")
Choice = tuple[str, Any]

FIELDS: Mapping[type[KapokError], str] = {
    places.UnknownAddress: "address", places.RetiredAddress: "address", field.NoPatch: "window", field.NobodyHasSkill: "window",
    field.WindowFull: "window", field.WindowPast: "window", field.BadWindow: "window", ordering.BadMoment: "window",
    offering.UnknownOffer: "offer", offering.OfferNotOnSale: "offer", offering.OfferStillDraft: "offer",
    ordering.NotThisAction: "offer", ordering.NoFlowForLine: "offer", ordering.BadLine: "offer", ordering.NotSpecified: "offer",
    ordering.AddressTooWide: "address",
}  # fmt: skip
"""Beside which field of an order a refusal is shown; the others stand above the form."""


def show_refusal(form: forms.Form, refused: KapokError, fields: Mapping[type[KapokError], str] = FIELDS) -> None:
    """Say in the form what a verb refused, in the language of whoever reads it."""
    name = fields.get(type(refused))
    form.add_error(name if name in form.fields else None, in_reading_language(refused.text))


def choices(texts: Iterable[tuple[str, Text]]) -> list[Choice]:
    """A table of names as the choices of a field."""
    return [(str(code), in_reading_language(text)) for code, text in texts]


def words(label: str, hint: str = "", *, required: bool = True, longest: int = LONGEST) -> forms.CharField:
    """A few lines of text."""
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, help_text=hint, max_length=longest, required=required, widget=widget)


def spoken(label: str) -> forms.ChoiceField:
    """A language of the operator's list."""
    return forms.ChoiceField(
        label=label, required=False, choices=[("", "—"), *choices(listed(settings.SPOKEN_LANGUAGES))]
    )


class TakeForm(forms.Form):
    """Through which channel, by what way, about what."""

    def __init__(self, *args: Any, channel: str = "hotline", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"] = forms.ChoiceField(
            label=_("Channel"), choices=choices(rules.CHANNELS.items()), initial=channel
        )
        self.fields["medium"] = forms.ChoiceField(
            label=_("Medium"), choices=choices(rules.MEDIA.items()), initial=rules.USED[rules.Channel(channel)][0].value
        )
        self.fields["topic"] = forms.CharField(label=_("Topic"), max_length=200, required=False)
        self.fields["calling"] = forms.CharField(label=_("Calling number"), max_length=30, required=False)
        self.fields["dialled"] = forms.ChoiceField(
            label=_("Number dialled"), required=False, choices=[("", "—"), *choices(rules.DIALLED.items())]
        )
        self.fields["language"] = spoken(_("Language of the customer"))


class CloseForm(forms.Form):
    """What became of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resolution"] = words(_("What became of it"), _("In a few words; without names of customers."))


Reach = Callable[[str], CustomerView | None]
"""The customer with a number, if the reader may serve them."""


class NameForm(forms.Form):
    """Who it was that spoke."""

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reach = reach
        self.fields["customer"] = forms.CharField(
            max_length=20, error_messages={"required": _("Choose a customer from the list.")}
        )

    def clean_customer(self) -> CustomerView:
        """The customer. Raises `ValidationError` for one that is not there."""
        found = self.reach(self.cleaned_data["customer"])
        if found is None or found.erased_at:
            raise forms.ValidationError(_("Choose a customer from the list."))
        return found


class AskForm(forms.Form):
    """What the customer wants."""

    def __init__(
        self,
        *args: Any,
        services: Iterable[tuple[str, str]] = (),
        before: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if before:
            self.fields["same_as"] = forms.ChoiceField(
                label=_("Is it about one of these, which are open?"), required=False,
                choices=[("", _("No, it is something new")), *before],
                help_text=_("Ask the customer. What is the same is urged; what is new has its own clock."),
            )  # fmt: skip
        self.fields["kind"] = forms.ChoiceField(
            label=pgettext("request", "What it is"), choices=choices(rules.KINDS.items())
        )
        self.fields["complaint_kind"] = forms.ChoiceField(
            label=_("Kind of complaint"), required=False,
            choices=[("", "—"), *choices((each, value_title("complaint_kind", each)) for each in COMPLAINTS)],
        )  # fmt: skip
        self.fields["service"] = forms.ChoiceField(label=_("Service"), required=False, choices=[("", "—"), *services])
        self.fields["address"] = forms.CharField(max_length=60, required=False)
        self.fields["where"] = forms.CharField(max_length=200, required=False)
        self.fields["pressed"] = forms.ChoiceField(
            label=_("Came by"), required=False, choices=[("", "—"), (rules.BUSINESS_KEY, "10000 + 9")]
        )
        self.fields["language"] = spoken(_("Language of the customer"))
        self.fields["title"] = forms.CharField(
            label=_("What the customer asks"), max_length=200, help_text=_("One line; without names of customers.")
        )
        self.fields["note"] = words(
            _("Note for whoever deals with it"), _("In a few words; without names of customers."), required=False
        )

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields of the form, for the address its box."""
        return [each for each in self if each.name != "where"]

    def clean(self) -> dict[str, Any]:
        """A complaint says of what kind it is; of what was typed as an address one is chosen."""
        given = super().clean() or {}
        if given.pop("where", "").strip() and not given.get("address"):
            self.add_error("address", _("Choose an address from the list."))
        if given.get("kind") == rules.Kind.COMPLAINT and not given.get("complaint_kind"):
            self.add_error("complaint_kind", _("Say what kind of complaint it is."))
        if given.get("kind") != rules.Kind.COMPLAINT:
            given["complaint_kind"] = ""
        return given


class AnswerForm(forms.Form):
    """The substance of a reply, and how the customer took note of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [("", "—"), *choices(rules.SUBSTANCES.items())]
        hows = [("", _("Not yet")), *choices(rules.HOWS.items())]
        self.fields["substance"] = forms.ChoiceField(label=_("Substance of the reply"), choices=kinds, required=False)
        self.fields["reply"] = words(_("The reply"), _("“We received it” is no answer."), required=False)
        self.fields["how"] = forms.ChoiceField(label=_("Acknowledged by the customer"), choices=hows, required=False)
        self.fields["seconds"] = forms.IntegerField(
            label=_("Call connected, seconds"), min_value=0, max_value=86_400, required=False
        )
        self.fields["word"] = words(_("What the customer replied"), required=False)

    def said(self) -> dict[str, Any]:
        """What the verb takes."""
        given = dict(self.cleaned_data)
        return given | {"connected": timedelta(seconds=given.pop("seconds") or 0)} if "seconds" in given else given


def moment(label: str, hint: str = "", *, required: bool = True) -> LocalMomentField:
    """A day and a time on the operator's wall."""
    return LocalMomentField(label=label, help_text=hint, required=required, zone=ZoneInfo(settings.TIME_ZONE))


class WithdrawForm(forms.Form):
    """The customer's word that they give a request up."""

    prefix = "withdraw"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"] = forms.CharField(
            label=_("Who said so"), max_length=60, help_text=_("E.g. the customer, or who of the firm.")
        )
        self.fields["said_at"] = moment(_("When they said so"))
        self.fields["how"] = forms.ChoiceField(label=_("How they said so"), choices=choices(rules.HOWS.items()))
        self.fields["why"] = words(_("Why they withdraw it"))


class NoteForm(forms.Form):
    """A note for the next who serves the customer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"] = words(_("Note"))


class OrderForm(forms.Form):
    """An order on one page, of one line or several. `seen` is what the page showed when it was filled in, signed."""

    def __init__(
        self, *args: Any, accounts: Iterable[tuple[str, str]] = (), lines: Sequence[Wish] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = list(lines)
        hidden = forms.HiddenInput()
        self.fields["key"] = forms.UUIDField(widget=hidden, initial=uuid4)
        self.fields["seen"] = forms.CharField(widget=hidden, max_length=20_000, required=False)
        self.fields["address"] = forms.CharField(widget=hidden, max_length=60, required=False)
        self.fields["offer"] = forms.CharField(max_length=60, required=False)
        self.fields["far_address"] = forms.CharField(widget=hidden, max_length=60, required=False)
        self.fields["window"] = WindowField(label=_("Visit"), required=False)
        self.fields["site_window"] = SiteWindowsField(required=False)
        self.fields["pay"] = forms.ChoiceField(
            label=pgettext("order", "Payment"), initial="now",
            choices=[("now", _("Paid now; the promises count at once")), ("later", _("Pays later; the promises count from then"))],
        )  # fmt: skip
        self.fields["account"] = forms.ChoiceField(label=_("Account that pays"), choices=list(accounts), required=False)
        self.fields["note"] = forms.CharField(label=_("Note"), max_length=LONGEST, required=False)

    def clean(self) -> dict[str, Any]:
        """The lines with the one that was being chosen; an order has one at least."""
        given = super().clean() or {}
        address, offer = given.get("address", ""), given.get("offer", "")
        if address and offer:
            self.lines.append(Wish(address, offer, given.get("far_address", "")))
        elif not address and (offer or not self.lines):
            self.add_error("address", _("Choose an address from the list."))
        elif address:
            self.add_error("offer", _("Choose an offer."))
        if len(self.lines) > MOST_LINES:
            self.add_error(None, _("Place at most %(most)s lines in one order.") % {"most": MOST_LINES})
        return given
