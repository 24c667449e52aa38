"""Opening an account, correcting its details, granting a role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kapok.ground.people import api as people
from kapok.ground.people import queries
from kapok.ground.people.roles import ROLES
from kapok.ground.people.rules import EMAIL_LENGTH, NAME_LENGTH, PHONE_LENGTH
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language, Text

STAFF_NUMBER = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._-]*$", _("Use letters, digits, dots and hyphens, beginning with a letter or digit.")
)
INDENT = "\u3000"
FIELDS: dict[type[KapokError], str] = {
    people.UsernameTaken: "username",
    people.InvalidName: "name",
    people.UnknownUnit: "unit",
    people.EndedUnit: "unit",
    people.InvalidPhone: "phone",
    people.InvalidEmail: "email",
}
"""At which field of a form a refusal is shown; the others stand above the form."""


def show_refusal(form: forms.Form, refused: KapokError) -> None:
    """Say in the form what a verb refused, in the language of the person who is looking."""
    form.add_error(FIELDS.get(type(refused)), in_reading_language(refused.text))


def in_reading_language(text: Text) -> str:
    """The text in the language of the person who is looking."""
    return text.in_(Language.of(get_language()))


def unit_choices(units: Iterable[UUID]) -> list[tuple[str, str]]:
    """The units as an indented tree, for a select."""
    return [(unit.code, INDENT * unit.depth + in_reading_language(unit.name)) for unit in queries.unit_tree(units)]


class UnitsForm(forms.Form):
    """A form with the field `unit`, which offers the given units."""

    def __init__(self, *args: Any, units: Iterable[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = forms.ChoiceField(label=_("Unit"), choices=unit_choices(units))


class AccountForm(UnitsForm):
    """A new person."""

    username = forms.CharField(label=_("Staff number"), max_length=50, validators=[STAFF_NUMBER])
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=NAME_LENGTH)
    language = forms.ChoiceField(
        label=_("Language"), choices=[(Language.ZH.value, "中文"), (Language.EN.value, "English")]
    )
    phone = forms.CharField(label=_("Phone"), max_length=PHONE_LENGTH, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=EMAIL_LENGTH, required=False)


class ContactForm(forms.Form):
    """Phone and e-mail: shown masked, replaced where something is typed, removed where that is ticked, else kept."""

    phone = forms.CharField(label=_("Phone"), max_length=PHONE_LENGTH, required=False)
    remove_phone = forms.BooleanField(label=_("Remove the phone number"), required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=EMAIL_LENGTH, required=False)
    remove_email = forms.BooleanField(label=_("Remove the e-mail address"), required=False)

    def __init__(self, *args: Any, someone: queries.Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, masked in (("phone", someone.phone), ("email", someone.email)):
            # The browser would fill in the contact details of whoever is sitting before it.
            self.fields[name].widget.attrs |= {"autocomplete": "off", "placeholder": masked}
            if masked:
                self.fields[name].help_text = _("Leave empty to keep what is there.")
            else:
                del self.fields[f"remove_{name}"]

    @property
    def changes(self) -> dict[str, str]:
        """What the verb is to change; only of a valid form."""
        typed = self.cleaned_data
        return {name: typed[name] for name in ("phone", "email") if typed[name] or typed.get(f"remove_{name}")}


class DetailsForm(ContactForm, UnitsForm):
    """A person's name, unit and contact details."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=NAME_LENGTH)

    def __init__(self, *args: Any, someone: queries.Person, **kwargs: Any) -> None:
        super().__init__(*args, someone=someone, initial={"name": someone.name, "unit": someone.unit}, **kwargs)
        choices = dict(unit_choices(kwargs["units"]))
        ended = {} if someone.unit in choices else {someone.unit: in_reading_language(someone.unit_name)}
        self.fields["unit"] = forms.ChoiceField(label=_("Unit"), choices=list({**ended, **choices}.items()))
        self.order_fields(["name", "unit"])

    @property
    def changes(self) -> dict[str, str]:
        """What the verb is to change; only of a valid form."""
        return {"name": self.cleaned_data["name"], "unit": self.cleaned_data["unit"], **super().changes}


class GrantForm(UnitsForm):
    """A role for a unit and everything below it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The role that allows least comes first: a slip of the hand must not make an administrator.
        by_reach = sorted(ROLES.values(), key=lambda role: len(role.permissions))
        roles = [(role.code, in_reading_language(role.title)) for role in by_reach]
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=roles)
        self.order_fields(["role", "unit"])
