"""What the journal records about its own delivery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kapok.ground.journal.rules import Event
from kapok.kernel.text import Text


@dataclass(frozen=True, kw_only=True)
class WordsForgotten(Event):
    """What people had typed about these subjects was removed on purpose; the subject is whoever asked to be forgotten."""

    kind: ClassVar[str] = "journal.words_forgotten"
    wording: ClassVar[Text] = Text(
        zh="已删除 {count} 个对象下人员填写的文字",
        en="What was typed about {count} {count:subject|subjects} was removed",
    )
    count: int
    subjects: list[str]


@dataclass(frozen=True, kw_only=True)
class LetterRetried(Event):
    kind: ClassVar[str] = "journal.letter_retried"
    wording: ClassVar[Text] = Text(
        zh="要求向“{subscriber}”重新投递“{about}”的条目（{entry_kind}）",
        en="asked to deliver the entry of {about} ({entry_kind}) to {subscriber} again",
    )
    subscriber: str
    about: str
    entry_kind: str
    entry: str


@dataclass(frozen=True, kw_only=True)
class LetterSetAside(Event):
    kind: ClassVar[str] = "journal.letter_set_aside"
    wording: ClassVar[Text] = Text(
        zh="搁置了向“{subscriber}”投递的“{about}”条目（{entry_kind}）：{reason}",
        en="set aside the entry of {about} ({entry_kind}) that {subscriber} could not take: {reason}",
    )
    typed: ClassVar[frozenset[str]] = frozenset({"reason"})
    subscriber: str
    about: str
    entry_kind: str
    entry: str
    reason: str
