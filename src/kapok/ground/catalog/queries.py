"""What others read of the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from kapok.ground.catalog import rows, rules
from kapok.ground.catalog.conditions import read_out
from kapok.ground.catalog.models import FlowTemplate, FlowVersion
from kapok.ground.catalog.refusals import FlowRefused
from kapok.ground.catalog.template import AXES, LINES, Flow, Line, Unreadable, parse
from kapok.kernel.promises import FACTS, Facts
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Version:
    """One version of a flow, without its document."""

    flow: str
    line: Line
    number: int
    state: rules.State
    revision: int
    title: Text
    serves_pack: str
    serves_code: str
    applies: Mapping[str, tuple[str, ...]]
    drafted_at: datetime
    published_at: datetime | None
    retired_at: datetime | None

    @property
    def line_name(self) -> Text:
        """The name of its line."""
        return LINES[self.line]

    @property
    def applies_in_words(self) -> Text:
        """To which matters it applies; empty for all."""
        return read_out(dict(self.applies), FACTS)

    @property
    def state_name(self) -> Text:
        """The name of its state."""
        return rules.STATES[self.state]


def flow_for(line: Line, facts: Facts) -> Version:
    """The version in force that a new matter with these facts is to follow. Raises `NoFlow`, `FlowTie`."""
    return _version(row_for(line, facts))


def row_for(line: Line, facts: Facts) -> FlowVersion:
    """The same as a row without its document, for whoever keeps it. Raises `NoFlow`, `FlowTie`."""
    return choices(line).row_for(facts)


@dataclass(frozen=True)
class Choices:
    """The versions that new matters of a line may follow, by the codes of their flows."""

    rows: Mapping[str, FlowVersion]
    candidates: Sequence[rules.Candidate]
    _chosen: dict[tuple[str | None, ...], FlowVersion] = field(default_factory=dict)
    """What was chosen before, by all that the choice looks at."""

    def row_for(self, facts: Facts) -> FlowVersion:
        """The one that a new matter with these facts is to follow. Raises `NoFlow`, `FlowTie`."""
        said = tuple(str(facts[axis]) if axis in facts else None for axis in AXES)
        if said not in self._chosen:
            self._chosen[said] = self.rows[rules.choose(self.candidates, facts).code]
        return self._chosen[said]


IN_FORCE = """
SELECT version.id FROM catalog_flowversion version JOIN catalog_flowtemplate flow ON flow.id = version.template_id
WHERE version.state = %s AND flow.line = %s ORDER BY flow.code
"""


def choices(line: Line) -> Choices:
    """The versions in force of a line, for whoever chooses among them several times."""
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE, [rules.State.PUBLISHED.value, line.value])
        return _read_once(tuple(version for (version,) in cursor.fetchall()))


@lru_cache(maxsize=20)
def _read_once(ids: tuple[UUID, ...]) -> Choices:
    """A published version says the same until it is retired."""
    rows = {row.template.code: row for row in _versions().filter(id__in=ids)}
    return Choices(rows, [rules.Candidate(code, row.number, dict(_version(row).applies)) for code, row in rows.items()])


def in_force(line: Line | None = None) -> list[Version]:
    """The versions that new matters may follow."""
    found = _versions().filter(state=rules.State.PUBLISHED)
    return shown(found.filter(template__line=line) if line else found)


def flow(code: str, number: int) -> Flow:
    """What a version says. Raises `UnknownFlow`, `UnknownVersion`."""
    return parsed(rows.version_called(code, number).document)


def flows_called(called: Collection[tuple[str, str]]) -> dict[tuple[str, str], Flow]:
    """What these versions say, by the codes and numbers by which they were asked for; what there is not is left out. One query."""
    if not called:
        return {}
    found = FlowVersion.objects.filter(template__code__in={code for code, _ in called}).annotate(
        code=F("template__code")
    )
    numbers = {int(number) for _, number in called if number.isdecimal()}
    rows = found.filter(number__in=numbers).values_list("code", "number", "document")
    return {key: parsed(document) for code, number, document in rows if (key := (code, str(number))) in called}


def stage_pack(code: str, number: int) -> str:
    """The stage promises of a published version as the YAML of a kernel pack; empty for a draft.

    Raises `UnknownFlow`, `UnknownVersion`.
    """
    return rows.version_called(code, number).stage_pack


def version(code: str, number: int) -> Version:
    """One version. Raises `UnknownFlow`, `UnknownVersion`."""
    return _version(rows.version_called(code, number))


def versions(code: str) -> list[Version]:
    """All versions of a flow, the newest first. Raises `UnknownFlow`."""
    template = rows.template_called(code)
    return shown(_versions().filter(template=template).order_by("-number"))


def newest_rows(*, line: str = "", state: str = "", text: str = "") -> QuerySet[FlowVersion]:
    """Of every flow the newest version, narrowed down where asked; `shown` tells what they say."""
    newest = FlowVersion.objects.filter(template=OuterRef("template")).order_by("-number").values("number")[:1]
    found = _versions().filter(number=Subquery(newest))
    if text:
        found = found.filter(
            Q(title_zh__icontains=text)
            | Q(title_en__icontains=text)
            | Q(template__code__icontains=text)
            | Q(serves_code__icontains=text)
        )
    narrowed = {"template__line": line, "state": state}
    return found.filter(**{name: value for name, value in narrowed.items() if value})


def shown(found: Iterable[FlowVersion]) -> list[Version]:
    """What rows of versions say."""
    return [_version(row) for row in found]


def force_of(codes: Iterable[str]) -> dict[str, int]:
    """Of each flow that has a version in force, its number."""
    rows = FlowVersion.objects.filter(template__code__in=list(codes), state=rules.State.PUBLISHED)
    return dict(rows.values_list("template__code", "number"))


def exists(code: str) -> bool:
    """Whether there is a flow with this code."""
    return FlowTemplate.objects.filter(code=code).exists()


def draft(code: str) -> Version | None:
    """The draft of a flow, if it has one."""
    row = _versions().filter(template__code=code, state=rules.State.DRAFT).first()
    return _version(row) if row else None


def parsed(document: object) -> Flow:
    """The flow in a document. Raises `FlowRefused`."""
    try:
        return parse(document)
    except Unreadable as refused:
        raise FlowRefused(refused.findings) from None


def _versions() -> QuerySet[FlowVersion]:
    return FlowVersion.objects.select_related("template").defer("document", "stage_pack").order_by("template__code")


def _version(row: FlowVersion) -> Version:
    return Version(
        flow=row.template.code,
        line=Line(row.template.line),
        number=row.number,
        state=rules.State(row.state),
        revision=row.revision,
        title=row.title,
        serves_pack=row.serves_pack,
        serves_code=row.serves_code,
        applies={axis: tuple(getattr(row, axis)) for axis in AXES if getattr(row, axis)},
        drafted_at=row.drafted_at,
        published_at=row.published_at,
        retired_at=row.retired_at,
    )
