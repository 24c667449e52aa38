"""What an event is, how it becomes plain data and a sentence, and when an entry that failed is tried again. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from traceback import extract_tb
from typing import Any, ClassVar
from uuid import UUID

from kapok.kernel.text import Text

KINDS: dict[str, type[Event]] = {}
"""Every kind of event that the loaded modules can record, by its `kind`."""

PLAIN = frozenset({str, int, bool, float, type(None)})
ENVELOPE = frozenset({"subject", "actor", "at", "correlation"})
APART = "apart"
"""Stands in an entry in place of what a person typed, with the digest of the words."""
FORGOTTEN = "（已删除 · erased）"
ALTERED = "（与日志摘要不符 · not what the journal holds the digest of）"


def is_apart(value: Any) -> bool:
    """Whether a value of an entry stands for words that are kept apart."""
    return isinstance(value, Mapping) and value.keys() == {APART}


class Start(StrEnum):
    """Where a new subscriber begins: with the first entry ever, or with what comes from now on."""

    BEGINNING = "beginning"
    END = "end"


class LetterState(StrEnum):
    """Where an entry stands that a subscriber could not take."""

    WAITING = "waiting"
    DEAD = "dead"
    PARKED = "parked"
    DONE = "done"
    SET_ASIDE = "set_aside"


LETTER_STATES: Mapping[LetterState, Text] = {
    LetterState.WAITING: Text(zh="等待重试", en="waiting for another attempt"),
    LetterState.DEAD: Text(zh="已停止重试", en="given up"),
    LetterState.PARKED: Text(zh="排在失败条目之后", en="parked behind a failed one"),
    LetterState.DONE: Text(zh="已送达", en="delivered"),
    LetterState.SET_ASIDE: Text(zh="已搁置", en="set aside"),
}

LETTER_MOVES: Mapping[LetterState, frozenset[LetterState]] = {
    LetterState.PARKED: frozenset({LetterState.DONE, LetterState.WAITING, LetterState.DEAD, LetterState.SET_ASIDE}),
    LetterState.WAITING: frozenset({LetterState.DONE, LetterState.WAITING, LetterState.DEAD, LetterState.SET_ASIDE}),
    LetterState.DEAD: frozenset({LetterState.WAITING, LetterState.SET_ASIDE}),
}

OPEN_LETTERS = frozenset(LETTER_MOVES)
"""The states in which a letter holds up the later entries of its subject."""

LONGEST_WAIT = timedelta(days=1)


def letter_sources(to: LetterState) -> frozenset[LetterState]:
    """The states from which a letter may move to `to`."""
    return frozenset(state for state, targets in LETTER_MOVES.items() if to in targets)


def wait_before_next(attempts: int, first: timedelta) -> timedelta:
    """How long to wait after so many failed attempts: `first`, then twice as long each time, a day at most."""
    return min(first * (1 << min(attempts - 1, 20)), LONGEST_WAIT)


def cause(error: BaseException) -> str:
    """Which exception it was and where it was raised, within 300 characters; nothing of its text."""
    frames = extract_tb(error.__traceback__)
    ours = [frame for frame in frames[1:] if "kapok" in Path(frame.filename).parts] or frames  # the first is the caller
    place = f" ({'/'.join(Path(ours[-1].filename).parts[-3:])}:{ours[-1].lineno} {ours[-1].name})" if ours else ""
    return f"{type(error).__module__}.{type(error).__qualname__}{place}"[:300]


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened. A subclass names its `kind`, its `wording` and its own fields.

    `subject` is the thing it happened to (`staff/zhang.wei`, `unit/tianhe`), `actor` the one who did it, `at` the aware moment
    it happened, `correlation` the work it belongs to. The places in `wording` are filled from the subclass's own fields.
    `typed` names the fields that hold what a person typed, which may name somebody: they are kept apart and can be forgotten.
    """

    kind: ClassVar[str]
    wording: ClassVar[Text]
    typed: ClassVar[frozenset[str]] = frozenset()

    subject: str
    actor: str
    at: datetime
    correlation: UUID | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if KINDS.setdefault(cls.kind, cls) is not cls:
            raise TypeError(f"The kind {cls.kind!r} is already taken by {KINDS[cls.kind].__qualname__}.")


def payload(event: Event) -> dict[str, Any]:
    """The event's own fields as JSON values; moments in UTC, decimals and identifiers as text."""
    said = ((name, getattr(event, name)) for name in _own_fields(event.kind))
    return {name: value if type(value) in PLAIN else _plain(value) for name, value in said}


@cache
def _own_fields(kind: str) -> tuple[str, ...]:
    return tuple(field.name for field in fields(KINDS[kind]) if field.name not in ENVELOPE)


def sentence(kind: str, data: Mapping[str, Any]) -> Text:
    """What an entry says to a reader; the kind itself where no loaded module knows it any more."""
    event = KINDS.get(kind)
    if event is None:
        return Text(zh=kind, en=kind)
    return event.wording.format(**spoken(data))


def _plain(value: Any) -> Any:
    match value:
        case Text():
            return {"zh": value.zh, "en": value.en}
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date() | Decimal() | UUID():
            return str(value)
        case list() | tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return {str(name): _plain(item) for name, item in value.items()}
        case _:
            return value


def spoken(data: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry holds, as a sentence takes it: what is kept in both languages as text."""
    return {name: _spoken(value) for name, value in data.items()}


def _spoken(value: Any) -> Any:
    if isinstance(value, Mapping) and value.keys() == {"zh", "en"}:
        return Text(zh=value["zh"], en=value["en"])
    return "…" if is_apart(value) else value
