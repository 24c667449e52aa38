"""Telephone numbers in the form in which they are kept and compared: by the numbering plan of this installation."""

from __future__ import annotations

import re
import unicodedata

from django.conf import settings

from kapok.ground.customers.rules import ContactKind, tidy_contact
from kapok.kernel.numbering import Numbering

MOBILE = re.compile(r"1[3-9]\d{9}")
PHONE = re.compile(r"\+?[\d ()-]*\d[\d ()-]*((ext|x|#|转)\.? ?\d*)?")


def digits_of(phone: str) -> str:
    """The digits by which a number is found, however it is written: with the area code, without any prefix or extension."""
    return _plan().national(phone)


def as_dialled(digits: str) -> str:
    """What is dialled to reach the number that has these digits."""
    return _plan().dialled(digits)


def spellings(digits: str) -> frozenset[str]:
    """The ways in which a number that has these digits may stand in a record that came from another system."""
    return _plan().spellings(digits)


def phone_begun(typed: str) -> tuple[str, ...]:
    """What numbers begin with of which this is the beginning, the likeliest first; none where it is no telephone number."""
    said = unicodedata.normalize("NFKC", typed).strip().lower()
    return _plan().begun(said) if PHONE.fullmatch(said) else ()


def kind_of_phone(phone: str) -> ContactKind:
    """Whether a number is a Chinese mobile's or another telephone's."""
    return ContactKind.MOBILE if MOBILE.fullmatch(digits_of(phone)) else ContactKind.PHONE


def first_contacts(phone: str, email: str) -> list[tuple[ContactKind, str]]:
    """The contacts that come with a new customer, as they are kept. Raises `InvalidContact`."""
    typed = [(kind_of_phone(phone), phone), (ContactKind.EMAIL, email)]
    return [(kind, tidy_contact(kind, value)) for kind, value in typed if value.strip()]


def _plan() -> Numbering:
    plan: Numbering = settings.NUMBERING
    return plan
