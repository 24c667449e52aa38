"""Telephone numbers in one form, however they are written: as the country's plan has them, without prefix. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

EXTENSION = re.compile(r"ext|x|#|转")


@dataclass(frozen=True)
class Numbering:
    """The numbering plan of the operator's country, and where in it the operator is at home."""

    country: str = ""
    """What is dialled for the country from abroad; empty where it is not known."""
    trunk: str = ""
    """What is dialled before an area code within the country; it is no part of a number."""
    area: str = ""
    """The area code that a number without one has."""
    local: int = 0
    """Of how many digits a number without its area code is; 0 where all have one."""
    abroad: str = "00"
    """What is dialled before the code of a country."""
    longest: int = 15
    """The most digits that a number of the country has."""

    def national(self, typed: str) -> str:
        """The one form of a whole number, for what is kept and what is compared.

        A number of another country begins with what is dialled for abroad, so that it is none of ours.
        """
        digits, foreign = self._read(typed)
        if foreign:
            return f"{self.abroad}{digits}"
        if self.country and len(digits) > self.longest and digits.startswith(self.country):
            return digits.removeprefix(self.country)
        if self.trunk and digits.startswith(self.trunk) and len(digits) - len(self.trunk) > self.local:
            return digits.removeprefix(self.trunk)
        return f"{self.area}{digits}" if len(digits) == self.local and self._may_be_local(digits) else digits

    def begun(self, typed: str) -> tuple[str, ...]:
        """In the form in which numbers are kept, what those begin with of which this is the beginning; the likeliest first."""
        digits, foreign = self._read(typed)
        if foreign or not digits:
            return (self.national(typed),)
        if self.trunk and digits.startswith(self.trunk):
            return (digits.removeprefix(self.trunk),)
        if len(digits) <= self.local and self._may_be_local(digits):
            return f"{self.area}{digits}", digits
        return (self.national(typed),)

    def dialled(self, national: str) -> str:
        """A number in its one form, as it is dialled from anywhere in the country."""
        return f"{self.trunk}{national}" if len(national) > self.local and self._may_be_local(national) else national

    def spellings(self, national: str) -> frozenset[str]:
        """The ways in which another system may have written a number without signs."""
        local = national.removeprefix(self.area)
        return frozenset({national, self.dialled(national), *([local] if self.national(local) == national else [])})

    def _read(self, typed: str) -> tuple[str, bool]:
        """The digits without the extension, and whether they begin with the code of another country."""
        number = EXTENSION.split(unicodedata.normalize("NFKC", typed).lower())[0].strip()
        digits = re.sub(r"[^0-9]", "", number)
        if not number.startswith("+"):
            if not digits.startswith(self.abroad):
                return digits, False
            digits = digits.removeprefix(self.abroad)
        if not (self.country and digits.startswith(self.country)):
            return digits, bool(digits)
        within = digits.removeprefix(self.country)
        return within.removeprefix(self.trunk), False

    def _may_be_local(self, digits: str) -> bool:
        """Neither a trunk prefix nor a short or mobile number begins so."""
        return bool(digits) and digits[0] not in "01"
