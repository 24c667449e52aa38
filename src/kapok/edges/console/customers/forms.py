"""Forms about customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kapok.edges.console.people.forms import UnitsForm, in_reading_language
from kapok.ground.customers import api as customers
from kapok.ground.customers import rules
from kapok.ground.customers.languages import listed
from kapok.ground.customers.queries import CustomerView
from kapok.ground.places.rules import SEGMENTS
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text

FIELDS: Mapping[type[KapokError], str] = {
    customers.Nameless: "name",
    customers.InvalidDocument: "document",
    customers.InvalidReference: "reference",
    customers.ReferenceTaken: "reference",
    customers.StarOutOfRange: "star",
    customers.TierNeedsKeyAccount: "tier",
    customers.UnknownAddress: "address",
    customers.RetiredAddress: "address",
    customers.UnknownUnit: "unit",
    customers.EndedUnit: "unit",
    customers.UnknownStaff: "manager",
    customers.UnknownCustomer: "parent",
    customers.NotAnOrganisation: "parent",
    customers.BelowItself: "parent",
    customers.InvalidContact: "value",
    customers.ContactKnown: "value",
    customers.InvalidCurrency: "currency",
    customers.PurposeNeeded: "note",
    customers.InvalidMatter: "matter",
    customers.NoReason: "reason",
    customers.UnknownLanguage: "language",
}
"""At which field of a form a refusal is shown, if the form has it; the others stand above the form."""


def show_refusal(form: forms.Form, refused: KapokError) -> None:
    """Say in the form what a verb refused, in the language of the person who is looking."""
    name = FIELDS.get(type(refused), "")
    if isinstance(refused, customers.InvalidContact) and "value" not in form.fields:
        kind = refused.data["kind_name"]
        name = "email" if kind == rules.CONTACT_KINDS[rules.ContactKind.EMAIL] else "phone"
    form.add_error(name if name in form.fields else None, in_reading_language(refused.text))


def _choices(names: Mapping[Any, Text]) -> Any:
    """What a select offers, said when the form is shown."""
    return lambda: [(_value(key), in_reading_language(name)) for key, name in names.items()]


def _value(key: StrEnum) -> str:
    return key.value


def _spoken(*, none: bool = False) -> Any:
    """The languages of the operator's list."""
    table = listed(settings.SPOKEN_LANGUAGES)
    return lambda: [("", "—")] * none + [(code, in_reading_language(name)) for code, name in table]


class DetailsForm(UnitsForm):
    """Who somebody is, where, and how important."""

    name = forms.CharField(label=pgettext_lazy("customer", "Name"), max_length=rules.NAME_LENGTH)
    segment = forms.ChoiceField(label=_("Segment"), choices=_choices(SEGMENTS))
    address = forms.CharField(
        label=_("Address code"),
        max_length=40,
        required=False,
        help_text=_("The code under which the address stands in the list of addresses."),
    )
    tier = forms.ChoiceField(label=pgettext_lazy("customer", "Tier"), choices=_choices(rules.TIERS), required=False)
    star = forms.IntegerField(label=_("Star level"), min_value=0, max_value=7, initial=0, required=False)
    parent = forms.CharField(
        label=_("Stands below"),
        max_length=12,
        required=False,
        help_text=_("The number of the customer above, of organisations."),
    )
    manager = forms.CharField(label=_("Account manager"), max_length=50, required=False, help_text=_("A staff number."))
    reference = forms.CharField(label=_("Former number"), max_length=rules.REFERENCE_LENGTH, required=False)
    language = forms.ChoiceField(label=_("Speaks best"), choices=_spoken(none=True), required=False)
    also = forms.MultipleChoiceField(label=_("Also speaks"), choices=_spoken(), required=False)

    def clean(self) -> dict[str, Any]:
        """The languages are one list, the best first."""
        given = super().clean() or {}
        best, more = given.pop("language", ""), given.pop("also", [])
        return given | {"languages": list(dict.fromkeys([*([best] if best else []), *more]))}


class NewForm(DetailsForm):
    """A new customer."""

    kind = forms.ChoiceField(label=_("Person or organisation"), choices=_choices(rules.PARTY_KINDS))
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    email = forms.CharField(label=_("E-mail"), max_length=254, required=False)
    document_kind = forms.ChoiceField(label=_("Document"), choices=_choices(rules.DOCUMENT_KINDS), required=False)
    document = forms.CharField(label=_("Document number"), max_length=rules.DOCUMENT_LENGTH, required=False)
    payment = forms.ChoiceField(
        label=_("The first account is"), choices=_choices(rules.PAYMENTS), initial=rules.Payment.POSTPAID.value
    )

    def __init__(self, *args: Any, units: Iterable[UUID], **kwargs: Any) -> None:
        super().__init__(*args, units=units, **kwargs)
        self.order_fields(["kind", "name", "phone", "email", "segment", "unit", "address", "document_kind", "document"])


HIDDEN = "****"
"""What stands in the field of an address that is not shown."""


class EditForm(DetailsForm):
    """Corrections. Name, document and a person's address are shown masked and replaced where something is typed, else kept.

    An address that is not shown is removed by a box of its own.
    """

    document_kind = forms.ChoiceField(label=_("Document"), choices=_choices(rules.DOCUMENT_KINDS), required=False)
    document = forms.CharField(label=_("Document number"), max_length=rules.DOCUMENT_LENGTH, required=False)
    no_address = forms.BooleanField(label=_("Remove the address"), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, units: Iterable[UUID], one: CustomerView, **kwargs: Any) -> None:
        names = (
            "segment",
            "address",
            "tier",
            "star",
            "parent",
            "manager",
            "reference",
            "unit",
            "document_kind",
            "revision",
        )
        speaks = {"language": next(iter(one.languages), ""), "also": one.languages[1:]}
        initial = {name: getattr(one, name) for name in names} | speaks
        if one.address_masked:
            initial["address"] = ""
        super().__init__(*args, units=units, initial=initial, **kwargs)
        self.one = one
        for name, masked in (("name", one.name), ("document", one.document)):
            self.fields[name].required = False
            self.fields[name].help_text = _("Leave empty to keep what is there.")
            self.fields[name].widget.attrs |= {"autocomplete": "off", "placeholder": masked}
        if one.address_masked:
            self.fields["address"].help_text = _("Leave empty to keep what is there.")
            self.fields["address"].widget.attrs |= {"autocomplete": "off", "placeholder": HIDDEN}
        else:
            del self.fields["no_address"]
        self.order_fields(["name", "segment", "unit", "address", "no_address", "document_kind", "document"])

    def clean(self) -> dict[str, Any]:
        """What is shown masked and comes back as it was shown is not typed; an address is removed or replaced, not both."""
        given = super().clean()
        for name, masked in (("name", self.one.name), ("document", self.one.document), ("address", HIDDEN)):
            if (name != "address" or self.one.address_masked) and given.get(name) == masked:
                given[name] = ""
        if given.get("no_address") and given.get("address"):
            self.add_error("address", _("Either remove the address or give another one."))
        return given

    @property
    def changes(self) -> dict[str, Any]:
        """What `change_customer` is to change; only of a valid form."""
        typed = self.cleaned_data
        found = {name: typed[name] for name in ("unit", "manager", "reference", "languages", "revision")}
        if typed["address"] or typed.get("no_address") or not self.one.address_masked:
            found["address"] = typed["address"]
        if typed["name"]:
            found["name"] = typed["name"]
        if typed["document"] or typed["document_kind"] != self.one.document_kind:
            found |= {"document_kind": typed["document_kind"], "document": typed["document"]}
        return found


CHOSEN = {code: title for code, title in rules.PURPOSES.items() if code not in rules.OF_WORK}


class OneOfSeveral(forms.Form):
    """A form beside others of the page: the ids of its fields are its own, so that each label names its field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{type(self).__name__.lower()}_%s", **kwargs})


class LookForm(OneOfSeveral):
    """What somebody needs personal data for."""

    purpose = forms.ChoiceField(label=_("Purpose"), choices=_choices(CHOSEN))
    note = forms.CharField(label=_("In words"), max_length=rules.NOTE_LENGTH, required=False)
    matter = forms.CharField(
        label=_("Matter"),
        max_length=rules.MATTER_LENGTH,
        required=False,
        help_text=_("The order, fault or complaint it is for, if there is one."),
    )


class AccountForm(OneOfSeveral):
    """Another billing account."""

    name = forms.CharField(label=pgettext_lazy("account", "Name"), max_length=rules.NAME_LENGTH, required=False)
    payment = forms.ChoiceField(label=_("Payment"), choices=_choices(rules.PAYMENTS), initial="postpaid")


class ChangeAccountForm(forms.Form):
    """Which account is called something else or paid in another way; what is empty stays."""

    account = forms.CharField(max_length=12)
    name = forms.CharField(max_length=rules.NAME_LENGTH, required=False)
    payment = forms.ChoiceField(choices=_choices(rules.PAYMENTS), required=False)


class CloseAccountForm(forms.Form):
    """Which account is used no longer."""

    account = forms.CharField(max_length=12)


class EraseContactForm(forms.Form):
    """Which contact is forgotten, and why."""

    contact = forms.UUIDField()
    reason = forms.CharField(max_length=rules.NOTE_LENGTH)


class ContactForm(OneOfSeveral):
    """Another way to reach somebody."""

    name = forms.CharField(
        label=_("Contact person"),
        max_length=rules.NAME_LENGTH,
        required=False,
        help_text=_("Whom one reaches there, if that is somebody else."),
    )

    kind = forms.ChoiceField(label=pgettext_lazy("contact", "Kind"), choices=_choices(rules.CONTACT_KINDS))
    value = forms.CharField(label=_("Number or address"), max_length=rules.CONTACT_LENGTH)
    role = forms.ChoiceField(label=_("For"), choices=_choices(rules.CONTACT_ROLES), required=False)


class ConsentForm(OneOfSeveral):
    """What somebody agrees to, and how they said so."""

    purpose = forms.ChoiceField(label=_("Purpose"), choices=_choices(rules.CONSENT_PURPOSES))
    means = forms.ChoiceField(label=_("Said"), choices=_choices(rules.MEANS))


class ReasonForm(OneOfSeveral):
    """Why something is done that cannot be undone."""

    reason = forms.CharField(label=_("Reason"), max_length=rules.NOTE_LENGTH)


class MergeForm(ReasonForm):
    """Which customer stays and which is dropped, as they were when the page was shown."""

    keep = forms.CharField(widget=forms.HiddenInput, max_length=12)
    drop = forms.CharField(widget=forms.HiddenInput, max_length=12)
    keep_revision = forms.IntegerField(widget=forms.HiddenInput)
    drop_revision = forms.IntegerField(widget=forms.HiddenInput)
