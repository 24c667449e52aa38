"""What an event is, and how it becomes plain data and a sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from kapok.kernel.text import Text

KINDS: dict[str, type[Event]] = {}
"""Every kind of event that the loaded modules can record, by its `kind`."""

ENVELOPE = frozenset({"subject", "actor", "at", "correlation"})


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened. A subclass names its `kind`, its `wording` and its own fields.

    `subject` is the thing it happened to (`staff/zhang.wei`, `unit/tianhe`), `actor` the one who did it, `at` the aware moment
    it happened, `correlation` the work it belongs to. The places in `wording` are filled from the subclass's own fields.
    """

    kind: ClassVar[str]
    wording: ClassVar[Text]

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
    return {field.name: _plain(getattr(event, field.name)) for field in fields(event) if field.name not in ENVELOPE}


def sentence(kind: str, data: Mapping[str, Any]) -> Text:
    """What an entry says to a reader; the kind itself where no loaded module knows it any more."""
    event = KINDS.get(kind)
    if event is None:
        return Text(zh=kind, en=kind)
    return event.wording.format(**{name: _spoken(value) for name, value in data.items()})


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


def _spoken(value: Any) -> Any:
    if isinstance(value, Mapping) and value.keys() == {"zh", "en"}:
        return Text(zh=value["zh"], en=value["en"])
    return value
