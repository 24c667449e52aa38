"""XES (IEEE 1849), gzipped or not: one event at a time, never a tree.

The attributes of an event are columns by their key, those of its trace by `case:` and their key; attributes within attributes,
lists and containers are left out. A document type declaration is refused before an entity can be declared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import ParseError

import numpy as np
import pyarrow as pa
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from kapok.batch.audit.intake.bytestream import Unpacked
from kapok.batch.audit.intake.canonical import described
from kapok.batch.audit.intake.errors import EmptyLog, NotALog
from kapok.batch.audit.intake.reading import InputEnds, RawRows, Refusals
from kapok.batch.audit.map import FileFormat
from kapok.batch.audit.refused import Reason

BATCH = 50_000
SCANNED = 5_000  # events looked at to learn the columns
CASE_PREFIX = "case:"
_VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})

_FRAME = frozenset({"log", "trace", "event"})

Attributes = dict[str, str]
Event = tuple[Attributes, Attributes]  # of the trace, of the event itself


class XesReader:
    """An XES log. Raises `EmptyLog` when it is opened and has no event, `NotALog` when it breaks before the first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.form = FileFormat(kind="xes")
        self.rows_estimate: int | None = None
        self._bytes = Unpacked(path)
        self._columns = self._scan(set())

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return self._bytes.share

    def columns(self, wanted: Collection[str] = ()) -> tuple[str, ...]:
        """The keys of the first events and their traces, and of as many more as it takes to find the wanted."""
        if not set(wanted) <= set(self._columns):
            self._columns = self._scan(set(wanted))
        return self._columns

    def batches(self, wanted: Sequence[str], refusals: Refusals) -> Iterator[RawRows]:
        """All events, some ten thousand at a time."""
        read = 0
        try:
            for events in self._events(BATCH):
                yield _rows(events, wanted, read + 1)
                read += len(events)
        except InputEnds as end:
            refusals.add(end.reason, [read + 1])

    def _scan(self, wanted: set[str]) -> tuple[str, ...]:
        names: dict[str, None] = {}
        self._bytes.consumed = seen = 0
        try:
            for events in self._events(SCANNED):
                for trace, event in events:
                    names |= dict.fromkeys(CASE_PREFIX + key for key in trace) | dict.fromkeys(event)
                seen += len(events)
                if seen >= SCANNED and wanted <= names.keys():
                    break
        except InputEnds as end:
            if not seen:
                raise NotALog(path=self.path.name, what=end.reason.text) from None
        if not seen:
            raise EmptyLog(path=self.path.name)
        self._bytes.consumed = 0
        return tuple(names)

    def _events(self, size: int) -> Iterator[list[Event]]:
        """The events in lists of about `size`. Raises `InputEnds` behind the last that can be read."""
        log = _Log()
        parser = _parser(log)
        try:
            for piece in self._bytes:
                parser.feed(piece)
                if len(log.events) >= size:
                    yield log.take()
            parser.close()
        except (ParseError, DefusedXmlException, InputEnds) as error:
            yield log.take()
            raise InputEnds(_reason(error)) from None
        yield log.take()


def _parser(log: _Log) -> DefusedXMLParser:
    """A parser that refuses declarations and tells `log` of elements; without ElementTree's own steps it is twice as fast."""
    parser = DefusedXMLParser(target=log, forbid_dtd=True)
    expat = parser.parser
    expat.ordered_attributes = False
    expat.DefaultHandlerExpand = None
    expat.StartElementHandler, expat.EndElementHandler = log.begin, log.finish
    return parser


class _Log:
    """Where the XML parser puts what it finds: each event with the attributes of its trace."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._trace: Attributes = {}
        self._event: Attributes | None = None
        self._within = 0  # attributes, lists and declarations that are open

    def take(self) -> list[Event]:
        """The events since the last time."""
        events, self.events = self.events, []
        return events

    def begin(self, tag: str, attributes: Attributes) -> None:
        """An element begins."""
        if self._within:
            self._within += 1
            return
        name = tag.rpartition("}")[2]
        if name == "event":
            self._event = {}
        elif name not in _FRAME:
            self._within = 1
            if name in _VALUES:
                self._keep(attributes)

    def finish(self, tag: str) -> None:
        """An element ends."""
        if self._within:
            self._within -= 1
        elif self._event is not None:
            self.events.append((self._trace, self._event))
            self._event = None
        else:
            self._trace = {}

    def _keep(self, attributes: Attributes) -> None:
        key, value = attributes.get("key"), attributes.get("value")
        if key is not None and value is not None:
            (self._trace if self._event is None else self._event)[key] = value


def _rows(events: list[Event], wanted: Sequence[str], first: int) -> RawRows:
    table = pa.table({name: pa.array([_value(event, name) for event in events], pa.string()) for name in wanted})
    rows = np.arange(first, first + len(events), dtype=np.int64)
    return RawRows(table, rows, lambda index: described(table, index))


def _value(event: Event, name: str) -> str | None:
    trace, own = event
    if name.startswith(CASE_PREFIX):
        return own.get(name, trace.get(name.removeprefix(CASE_PREFIX)))
    return own.get(name)


def _reason(error: Exception) -> Reason:
    if isinstance(error, InputEnds):
        return error.reason
    return Reason.DANGEROUS_XML if isinstance(error, DefusedXmlException) else Reason.MALFORMED_XML
