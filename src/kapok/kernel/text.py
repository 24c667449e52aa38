"""Bilingual text: one value, both languages.

Whatever Kapok says outside of templates (a promise's title, a reckoning, the text of an error) is a `Text`. The edge that
shows it picks the language of the reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

BETWEEN = " / "
HAN = re.compile(r"[\u3400-\u9fff]")
ENGLISH = re.compile(r"[a-z]{2,}")
"""The words of a wording; not the name of a port."""


class Language(StrEnum):
    """The two languages in which every text exists."""

    ZH = "zh-hans"
    EN = "en"

    @classmethod
    def of(cls, tag: str | None) -> Language:
        """The language meant by a tag such as `zh_CN.UTF-8`, `zh-Hans` or `en-GB`; English when it is neither."""
        return cls.ZH if (tag or "").lower().startswith("zh") else cls.EN


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in Chinese (simplified) and English."""

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        """The wording in `language`."""
        return self.zh if language is Language.ZH else self.en

    def format(self, **values: Any) -> Text:
        """Both wordings with `{name}` places filled; a `Text` value is filled in by its own language.

        A whole number also chooses the form of its word: `{n} {n:seal|seals}`.
        """
        return Text(
            zh=self.zh.format(**{name: _pick(value, Language.ZH) for name, value in values.items()}),
            en=self.en.format(**{name: _pick(value, Language.EN) for name, value in values.items()}),
        )

    @property
    def both(self) -> str:
        """Both wordings in one line, for what is kept as it is and read by everybody; one where they are the same."""
        return self.zh if self.zh == self.en else f"{self.zh}{BETWEEN}{self.en}"

    @classmethod
    def kept(cls, words: str) -> Text:
        """What was kept as `both` writes it, in each language again; what one language alone was typed in is said in both."""
        zh, _slash, en = words.partition(BETWEEN)
        both = HAN.search(zh) and ENGLISH.search(en) and not HAN.search(en)
        return cls(zh=zh, en=en) if both else cls(zh=words, en=words)

    def __str__(self) -> str:
        return self.en


def counted(number: int, *, zh: str, one: str, many: str) -> Text:
    """A number with what is counted, e.g. `3 seals`; the number as `{n}` in each wording, English by its plural."""
    return Text(zh=zh, en=one if number == 1 else many).format(n=number)


def same(words: object) -> Text:
    """What reads alike in both languages: a name, a code, a figure."""
    return Text(zh=str(words), en=str(words))


def coded(names: Mapping[Any, Text]) -> Text:
    """What one may choose, each by its name and the code that is written: `Business (business), Wholesale (wholesale)`."""
    signs = {code: code or "—" for code in names}
    return joined(
        Text(
            zh=name.zh if name.zh == code else f"{name.zh}（{signs[code]}）",
            en=name.en if name.en == code else f"{name.en} ({signs[code]})",
        )
        for code, name in names.items()
    )


def joined(texts: Iterable[Text], *, zh: str = "、", en: str = ", ") -> Text:
    """The texts in a row, each language with its own sign between them."""
    parts = list(texts)
    return Text(zh=zh.join(part.zh for part in parts), en=en.join(part.en for part in parts))


class _Count(int):
    def __format__(self, spec: str) -> str:
        one, bar, many = spec.partition("|")
        return (one if self == 1 else many) if bar else super().__format__(spec)


def _pick(value: Any, language: Language) -> Any:
    if isinstance(value, Text):
        return value.in_(language)
    return _Count(value) if type(value) is int else value
