"""Passwords: made for handing over, and judged by the rules of the settings."""

from __future__ import annotations

import secrets

from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import translation

from kapok.ground.people.models import Staff
from kapok.ground.people.refusals import WeakPassword
from kapok.kernel.text import Language, Text

ONE_TIME_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_password() -> str:
    """Twelve letters and digits that cannot be mistaken for each other (59 bits), in groups of four."""
    return "-".join("".join(secrets.choice(ONE_TIME_LETTERS) for _ in range(4)) for _ in range(3))


ONE_TIME_ROUNDS = 5_000
"""Rounds of hashing for a one-time password. Its 59 random bits need no slowing down as a chosen password does, and a personnel
file opens thousands of accounts; with the first sign-in it is hashed anew, and must be changed."""


def hashed_one_time(password: str) -> str:
    """A one-time password as it is kept."""
    hasher = get_hasher()
    if isinstance(hasher, PBKDF2PasswordHasher):
        return hasher.encode(password, hasher.salt(), ONE_TIME_ROUNDS)
    return make_password(password)


def refuse_weak(password: str, staff: Staff) -> None:
    """Nothing where this person may take the password. Raises `WeakPassword` with every reason."""
    reasons = Text(zh=_weaknesses(password, staff, Language.ZH), en=_weaknesses(password, staff, Language.EN))
    if reasons.en:
        raise WeakPassword(reasons=reasons)


def _weaknesses(password: str, staff: Staff, language: Language) -> str:
    # Django words its reasons in the language that is active when it checks.
    with translation.override(language.value):
        try:
            validate_password(password, staff)
        except ValidationError as weak:
            return " ".join(weak.messages)
    return ""
