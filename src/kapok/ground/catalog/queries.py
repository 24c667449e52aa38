"""What others read of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from kapok.ground.catalog import rows, rules
from kapok.ground.catalog.models import FlowVersion
from kapok.ground.catalog.refusals import FlowRefused
from kapok.ground.catalog.template import AXES, LINES, Flow, Line, Unreadable, parse
from kapok.kernel.promises import Facts
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
    def state_name(self) -> Text:
        """The name of its state."""
        return rules.STATES[self.state]


def flow_for(line: Line, facts: Facts) -> Version:
    """The version in force that a new matter with these facts is to follow. Raises `NoFlow`, `FlowTie`."""
    versions = {version.flow: version for version in in_force(line)}
    candidates = [rules.Candidate(each.flow, each.number, dict(each.applies)) for each in versions.values()]
    return versions[rules.choose(candidates, facts).code]


def in_force(line: Line | None = None) -> list[Version]:
    """The versions that new matters may follow."""
    found = _versions().filter(state=rules.State.PUBLISHED)
    return [_version(row) for row in (found.filter(template__line=line) if line else found)]


def flow(code: str, number: int) -> Flow:
    """What a version says. Raises `UnknownFlow`, `UnknownVersion`."""
    return parsed(rows.version_called(code, number).document)


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
    return [_version(row) for row in _versions().filter(template=template).order_by("-number")]


def newest(*, line: str = "", state: str = "", text: str = "") -> list[Version]:
    """Of every flow the version that counts: its draft, else the one in force, else the last; narrowed down where asked."""
    found = _versions().order_by("template__code", "-number").distinct("template__code")
    versions = (_version(row) for row in found)
    return [each for each in versions if _wanted(each, line, state, text)]


def parsed(document: object) -> Flow:
    """The flow in a document. Raises `FlowRefused`."""
    try:
        return parse(document)
    except Unreadable as refused:
        raise FlowRefused(refused.findings) from None


def _wanted(each: Version, line: str, state: str, text: str) -> bool:
    words = f"{each.flow} {each.title.zh} {each.title.en} {each.serves_code}".lower()
    return line in {"", each.line} and state in {"", each.state} and text.lower() in words


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
