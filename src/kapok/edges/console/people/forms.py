"""Opening an account, granting a role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kapok.ground.people import queries
from kapok.ground.people.rules import ROLES
from kapok.kernel.text import Language, Text

STAFF_NUMBER = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._-]*$", _("Use letters, digits, dots and hyphens, beginning with a letter or digit.")
)
INDENT = "\u3000"


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
    name = forms.CharField(label=_("Name"), max_length=100)
    language = forms.ChoiceField(
        label=_("Language"), choices=[(Language.ZH.value, "中文"), (Language.EN.value, "English")]
    )
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)


class GrantForm(UnitsForm):
    """A role for a unit and everything below it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The role that allows least comes first: a slip of the hand must not make an administrator.
        by_reach = sorted(ROLES.values(), key=lambda role: len(role.permissions))
        roles = [(role.code, in_reading_language(role.title)) for role in by_reach]
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=roles)
        self.order_fields(["role", "unit"])
