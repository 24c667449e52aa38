"""The page on which a log is mapped: what was pointed at, what the log holds, and what would come of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import QueryDict
from pydantic import ValidationError

from kapok.batch.audit import map as audit_map
from kapok.batch.audit.map import AuditMap, FileFormat, MapRefused
from kapok.edges.console.audits import wording
from kapok.edges.console.audits.pointing import FACT, Pointing, Rule
from kapok.kernel.errors import KapokError
from kapok.kernel.promises import EVENTS, FACTS, Fact, Pack
from kapok.kernel.promises.values import value_title
from kapok.kernel.text import Language, Text
from kapok.supervision.mining import api as mining
from kapok.supervision.mining import library, queries
from kapok.supervision.mining.library import Prospect
from kapok.supervision.mining.models import Audit

if TYPE_CHECKING:
    from kapok.supervision.mining.preview import Preview, Trial

POINT, YAML = "point", "yaml"
DEFAULT_PACK = "guangzhou-pledges"


@dataclass(frozen=True)
class Choice:
    """One option of a select."""

    value: str
    label: Text


@dataclass(frozen=True)
class Header:
    """A column of the log with what it may be said to be."""

    place: int
    name: str
    role: str


@dataclass(frozen=True)
class Chip:
    """A value of the activity column that an event rule may name."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class RuleRow:
    """An event rule on the page. `matched`: how many of the first rows it names, where that is known."""

    number: int
    rule: Rule
    chips: tuple[Chip, ...]
    matched: int | None

    @property
    def title(self) -> Text | None:
        """What the event is called; None before one was chosen."""
        return EVENTS.get(self.rule.kind)


@dataclass(frozen=True)
class FactRow:
    """A fact that the pack asks about: its title, its possible values (none: free text), and what was said."""

    name: str
    fact: Fact
    values: tuple[Choice, ...]
    said: str
    column: str | None


@dataclass(frozen=True)
class Editor:
    """Everything the page shows. `text` is the map as YAML; with the tab `point` it is made from what was pointed at."""

    key: UUID
    tab: str
    pack_name: str
    text: str
    pointing: Pointing
    notice: Text | None = None

    @cached_property
    def preview(self) -> Preview | None:
        """The first rows of the log; None when it cannot be read (see `unreadable`)."""
        return self._read if not isinstance(self._read, KapokError) else None

    @cached_property
    def unreadable(self) -> Text | None:
        """Why the log cannot be read."""
        return self._read.text if isinstance(self._read, KapokError) else None

    @cached_property
    def _read(self) -> Preview | KapokError:
        return look(self.key, self.pointing.hidden.get("file", {}))

    @cached_property
    def map(self) -> AuditMap | None:
        """The map, once it is one."""
        return self._parsed if isinstance(self._parsed, AuditMap) else None

    @cached_property
    def findings(self) -> list[tuple[int, Text]]:
        """What is wrong with the map: line and sentence."""
        pointed = list(self._mispointed()) if self.tab == POINT else []
        if pointed or isinstance(self._parsed, AuditMap):
            return [(0, sentence) for sentence in pointed]
        return [(each.line, Text(zh=each.zh, en=each.en)) for each in self._parsed.findings]

    def _mispointed(self) -> Iterator[Text]:
        for role in self.pointing.twice():
            yield wording.TWICE.format(role=wording.role(role))
        for role in ("case", "time"):
            if self.pointing.column(role) is None:
                yield wording.NEEDED.format(role=wording.role(role))

    @cached_property
    def _parsed(self) -> AuditMap | MapRefused:
        try:
            return audit_map.parse(self.text, "map")
        except MapRefused as refused:
            return refused

    @cached_property
    def trial(self) -> Trial | Text | None:
        """What the map makes of the first rows, or why it makes nothing of them."""
        if self.map is None or self.preview is None:
            return None
        from kapok.supervision.mining.preview import try_map  # noqa: PLC0415 - columns are loaded only where they are looked at

        try:
            return try_map(self.preview, self.map, self.pack.zone)
        except KapokError as refused:
            return refused.text

    @property
    def tried(self) -> Trial | None:
        """The trial, where it could be made."""
        return None if isinstance(self.trial, Text) else self.trial

    @property
    def trial_refused(self) -> Text | None:
        """Why there is no trial, though there is a map."""
        return self.trial if isinstance(self.trial, Text) else None

    @cached_property
    def pack(self) -> Pack:
        """The chosen pack."""
        return library.pack(self.pack_name)

    @cached_property
    def prospects(self) -> list[Prospect]:
        """What each promise of the pack can expect of the map."""
        return library.prospects(self.pack, self.map) if self.map is not None else []

    @property
    def opening(self) -> list[Prospect]:
        """The promises that can open."""
        return [each for each in self.prospects if each.hindrance is None]

    @property
    def hindered(self) -> list[Prospect]:
        """The promises that cannot."""
        return [each for each in self.prospects if each.hindrance is not None]

    @property
    def ready(self) -> bool:
        """Whether starting makes sense."""
        return self.tried is not None and self.tried.events > 0 and bool(self.opening) and not self.findings

    @property
    def headers(self) -> Iterator[Header]:
        """The columns of the log."""
        for place, column in enumerate(self.preview.columns if self.preview else ()):
            yield Header(place, column.name, self.pointing.roles.get(column.name, ""))

    @property
    def roles(self) -> list[Choice]:
        """What a column may be said to be."""
        return [Choice(value, label) for value, label in wording.ROLES.items()]

    @property
    def fact_roles(self) -> list[Choice]:
        """The facts that a column may hold: those of the pack first."""
        names = dict.fromkeys([*library.facts_of(self.pack), *FACTS])
        return [Choice(FACT + name, self.pack.declared[name].title) for name in names]

    @cached_property
    def rules(self) -> list[RuleRow]:
        """The event rules with the values they may name."""
        column = self.pointing.column("activity")
        values = self.preview.values(column) if self.preview else ()
        matched = dict(enumerate(self._matched))
        return [
            RuleRow(number, rule, tuple(_chips(rule, values)), matched.get(number))
            for number, rule in enumerate(self.pointing.rules)
        ]

    @property
    def _matched(self) -> tuple[int, ...]:
        whole = self.tried is not None and all(rule.kind for rule in self.pointing.rules)
        return self.tried.matched if self.tried is not None and whole else ()

    @cached_property
    def heard(self) -> tuple[str, ...]:
        """The event kinds that the pack listens to."""
        return library.kinds_of(self.pack)

    @property
    def kinds(self) -> list[tuple[Text, list[Choice]]]:
        """The event kinds in groups; those that the pack listens to come first."""
        groups: dict[str, list[Choice]] = {}
        for kind, title in EVENTS.items():
            groups.setdefault(kind.partition(".")[0], []).append(Choice(kind, title))
        others = [(wording.SUBJECTS[subject], choices) for subject, choices in groups.items()]
        return [(wording.HEARD, [Choice(kind, EVENTS[kind]) for kind in self.heard]), *others]

    @property
    def facts(self) -> list[FactRow]:
        """The facts that the pack asks about, and whatever else was said."""
        names = dict.fromkeys([*library.facts_of(self.pack), *self.pointing.facts])
        known = self.pack.declared
        return [
            FactRow(
                name,
                known[name],
                tuple(Choice(value, value_title(name, value)) for value in sorted(known[name].values)),
                self.pointing.facts.get(name, ""),
                self.pointing.column(FACT + name),
            )
            for name in names
            if name in known
        ]

    @property
    def calendars(self) -> tuple[str, ...]:
        """The calendars in which the baton may be counted, besides round the clock."""
        return tuple(self.pack.calendars)


def opened(audit: Audit, language: Language) -> Editor:
    """The page as it opens: the map that was kept, or a suggested one."""
    text, notice = audit.map, None
    if not text:
        text, notice = suggested(audit.id, language)
    pack = audit.pack if audit.pack in library.packs() else DEFAULT_PACK
    return Editor(audit.id, POINT, pack, text, _pointed(text), notice)


def sent(audit: Audit, form: QueryDict) -> Editor:
    """The page as the form says it. A kept map that says the same keeps its wording and its comments."""
    key = audit.id
    pack = form.get("pack", "") if form.get("pack") in library.packs() else DEFAULT_PACK
    tab, do = form.get("tab", POINT), form.get("do", "")
    if tab == YAML:
        return _from_text(key, pack, form.get("text", ""), to_point=do == POINT)
    read = look(key, Pointing.of_form(form, ()).hidden.get("file", {}))
    pointing = _changed(Pointing.of_form(form, () if isinstance(read, KapokError) else read.names), do)
    text = audit.map if audit.map and pointing.document == _pointed(audit.map).document else pointing.text
    return Editor(key, YAML if do == YAML else POINT, pack, text, pointing)


def begin(key: UUID, language: Language) -> None:
    """Keep a suggested map for a log that has just arrived, where there is one."""
    text, refused = suggested(key, language)
    if refused is None:
        mining.draft(audit=key, pack=DEFAULT_PACK, map_text=text)


def suggested(key: UUID, language: Language) -> tuple[str, Text | None]:
    """A map to begin with, or why there is none."""
    from kapok.batch.audit.suggest import suggest  # noqa: PLC0415 - columns are loaded only where they are looked at

    try:
        return suggest(queries.paths(key), language), None
    except KapokError as refused:
        return "", refused.text


def look(key: UUID, form: Mapping[str, Any]) -> Preview | KapokError:
    """The first rows of an audit's log, or why there are none."""
    from kapok.supervision.mining.preview import preview  # noqa: PLC0415 - columns are loaded only where they are looked at

    try:
        written = FileFormat.model_validate(form)
    except ValidationError:
        written = FileFormat()
    try:
        return preview(queries.paths(key), written)
    except KapokError as refused:
        return refused


def _from_text(key: UUID, pack: str, text: str, *, to_point: bool) -> Editor:
    try:
        pointing = Pointing.of_map(audit_map.parse(text, "map"))
    except MapRefused:
        return Editor(key, YAML, pack, text, Pointing(), wording.MEND_FIRST if to_point else None)
    return Editor(key, POINT if to_point else YAML, pack, text, pointing)


def _pointed(text: str) -> Pointing:
    """What a map points at; nothing where it is no map."""
    try:
        return Pointing.of_map(audit_map.parse(text, "map"))
    except MapRefused:
        return Pointing()


def _changed(pointing: Pointing, do: str) -> Pointing:
    """With one event rule more or less, where a button asks for it."""
    verb, _sep, number = do.partition("-")
    rules = pointing.rules
    if verb == "add":
        rules = (*rules, Rule())
    elif verb == "remove" and number.isdigit():
        rules = rules[: int(number)] + rules[int(number) + 1 :]
    return Pointing(**{**vars(pointing), "rules": rules})


def _chips(rule: Rule, values: tuple[tuple[str, int], ...]) -> Iterator[Chip]:
    """The values of the log in order of frequency, and those of the rule that do not occur in the first rows."""
    for value, count in values:
        yield Chip(value, count, value in rule.activity)
    known = {value for value, _count in values}
    for value in rule.activity:
        if value not in known:
            yield Chip(value, 0, chosen=True)
