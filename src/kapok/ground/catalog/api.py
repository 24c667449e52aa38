"""The catalogue: flow templates, chosen by whom they serve, versioned, and never published when their budgets do not fit.

Promises that a published version never changes, that a flow has at most one draft and one version in force, and that the stages
of a version in force fit into the promise they serve. Refuses what does not hang together, each finding with its remedy.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from kapok.ground.catalog import bpmn, checking, events, queries, rows, rules, stages
from kapok.ground.catalog.models import FlowTemplate, FlowVersion
from kapok.ground.catalog.refusals import (
    DraftExists,
    DraftMoved,
    FlowRefused,
    FlowTaken,
    FlowTie,
    LineFixed,
    NoDraft,
    NoFlow,
    NotPublished,
    NoWayBack,
    SameReach,
    UnknownFlow,
    UnknownVersion,
    Unsupported,
)
from kapok.ground.catalog.rules import choose, finished, next_stages, sent_back, ways_back
from kapok.ground.catalog.template import LINES, Flow, Line
from kapok.ground.catalog.versions import one_publisher
from kapok.ground.journal import api as journal
from kapok.ground.people import queries as people
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

__all__ = [
    "DraftExists",
    "DraftMoved",
    "FlowRefused",
    "FlowTaken",
    "FlowTie",
    "LineFixed",
    "NoDraft",
    "NoFlow",
    "NoWayBack",
    "NotPublished",
    "SameReach",
    "UnknownFlow",
    "UnknownVersion",
    "Unsupported",
    "change_draft",
    "choose",
    "copy_flow",
    "discard_draft",
    "draft_flow",
    "finished",
    "import_bpmn",
    "next_stages",
    "publish_flow",
    "retire_flow",
    "sent_back",
    "ways_back",
]

WRITTEN = Text(zh="新编", en="written anew")


@transaction.atomic
def draft_flow(*, document: Mapping[str, Any], source: Text = WRITTEN, actor: str, at: datetime) -> int:
    """Begin the next version of the flow that the document names, or the first, and return its number.

    `source` says in the journal where it comes from. Raises `FlowRefused` for what cannot be read, `DraftExists`, `LineFixed`.
    """
    flow = queries.parsed(document)
    template = _template(flow, at)
    if template.line != flow.line:
        raise LineFixed(flow=flow.code, line=LINES[Line(template.line)])
    held = FlowVersion.objects.filter(template=template)
    if (draft := held.filter(state=rules.State.DRAFT).first()) is not None:
        raise DraftExists(flow=flow.code, number=draft.number)
    number = (held.aggregate(last=Max("number"))["last"] or 0) + 1
    FlowVersion.objects.create(
        id=uuid7(at), template=template, number=number, state=rules.State.DRAFT, drafted_at=at, **rows.said(flow)
    )
    journal.record(events.FlowDrafted(subject=template.subject, actor=actor, at=at, number=number, source=source))
    return number


@transaction.atomic
def change_draft(*, code: str, document: Mapping[str, Any], revision: int, actor: str, at: datetime) -> int:
    """Let the draft say something else, and return its new revision; `revision` is the one that the editor has read.

    Raises `FlowRefused` for what cannot be read, `UnknownFlow`, `NoDraft`, `DraftMoved`, `LineFixed`, `FlowTaken` for
    another code.
    """
    flow = queries.parsed(document)
    template = rows.template_called(code)
    if flow.code != code:
        raise FlowTaken(flow=flow.code)
    if flow.line != template.line:
        raise LineFixed(flow=code, line=LINES[Line(template.line)])
    held = FlowVersion.objects.filter(template=template, state=rules.State.DRAFT)
    if not held.filter(revision=revision).update(revision=revision + 1, **rows.said(flow)):
        raise DraftMoved(flow=code, revision=rows.draft_of(template).revision)
    number = held.values_list("number", flat=True).get()
    journal.record(
        events.DraftChanged(subject=template.subject, actor=actor, at=at, number=number, revision=revision + 1)
    )
    return revision + 1


@transaction.atomic
def discard_draft(*, code: str, actor: str, at: datetime) -> None:
    """Give the draft up; a flow that was never published vanishes with it. Raises `UnknownFlow`, `NoDraft`."""
    template = rows.template_called(code, lock=True)
    draft = rows.draft_of(template)
    journal.record(events.DraftDiscarded(subject=template.subject, actor=actor, at=at, number=draft.number))
    draft.delete()
    if not FlowVersion.objects.filter(template=template).exists():
        template.delete()


@transaction.atomic
def copy_flow(*, code: str, number: int, to: str, title: Text, actor: str, at: datetime) -> int:
    """Draft another flow that says the same under its own code and title.

    Raises `UnknownFlow`, `UnknownVersion`, `FlowTaken`, `FlowRefused` for a code that is none.
    """
    document = queries.flow(code, number).document() | {"code": to, "title": {"zh": title.zh, "en": title.en}}
    if FlowTemplate.objects.filter(code=to).exists():
        raise FlowTaken(flow=to)
    source = Text(zh=f"复制自 {code} 第 {number} 版", en=f"copied from {code}, version {number}")
    return draft_flow(document=document, source=source, actor=actor, at=at)


@transaction.atomic
def import_bpmn(
    *, content: bytes, code: str = "", line: str = "", serves: Mapping[str, Any] | None = None, actor: str, at: datetime
) -> str:
    """Draft the flow of a BPMN 2.0 file and return its code.

    `code`, `line` and `serves` go before what the file says; a file of another tool says none of them. Where it says no budgets
    and units either, the draft lacks them. Raises `Unsupported`, `FlowRefused`, `DraftExists`, `LineFixed`.
    """
    given = {"code": code, "line": line, "serves": serves}
    document = bpmn.read(content, basis={key: value for key, value in given.items() if value}, units=_units_by_name())
    draft_flow(document=document, source=Text(zh="导入 BPMN", en="imported from BPMN"), actor=actor, at=at)
    return str(document["code"])


@transaction.atomic
def publish_flow(*, code: str, revision: int, actor: str, at: datetime) -> int:
    """Put the draft in force in place of the version before it, and return its number; `revision` is what the publisher has seen.

    Raises `UnknownFlow`, `NoDraft`, `DraftMoved`, `SameReach`, and `FlowRefused` for what does not hang together or does not fit
    into the promise; its findings name the path and the sums.
    """
    one_publisher()
    template = _hold_the_line(code)
    draft = rows.draft_of(template)
    if draft.revision != revision:
        raise DraftMoved(flow=code, revision=draft.revision)
    flow = queries.parsed(draft.document)
    pack, promise = checking.served(flow)
    if found := checking.findings(flow):
        raise FlowRefused(found)
    _refuse_rivals(flow, template)
    replaced = FlowVersion.objects.filter(template=template, state__in=rules.sources(rules.State.RETIRED)).first()
    _retire(template, at)
    FlowVersion.objects.filter(id=draft.id, state__in=rules.sources(rules.State.PUBLISHED)).update(
        state=rules.State.PUBLISHED, published_at=at, stage_pack=stages.written(flow, draft.number, pack, promise)
    )
    fit = rules.fits(flow, promise)
    journal.record(
        events.FlowPublished(
            subject=template.subject,
            actor=actor,
            at=at,
            flow=code,
            number=draft.number,
            pack=stages.pack_code(code, draft.number),
            total=rules.span(fit.total, fit.kind),
            room=rules.span(fit.room, fit.kind),
            replaces=replaced.number if replaced else None,
        )
    )
    return draft.number


@transaction.atomic
def retire_flow(*, code: str, actor: str, at: datetime) -> None:
    """Take a flow out of force: no new matter follows it, those that run keep it. Raises `UnknownFlow`, `NotPublished`."""
    template = rows.template_called(code, lock=True)
    held = FlowVersion.objects.filter(template=template, state=rules.State.PUBLISHED).first()
    if held is None or not _retire(template, at):
        raise NotPublished(flow=code)
    journal.record(events.FlowRetired(subject=template.subject, actor=actor, at=at, flow=code, number=held.number))


def _template(flow: Flow, at: datetime) -> FlowTemplate:
    """The flow's row, made where it is new, and nobody else's meanwhile."""
    FlowTemplate.objects.get_or_create(code=flow.code, defaults={"id": uuid7(at), "line": flow.line, "drafted_at": at})
    return rows.template_called(flow.code, lock=True)


def _hold_the_line(code: str) -> FlowTemplate:
    """The flow, with all flows of its line held, in one order: which of them applies is decided by one publisher at a time."""
    template = rows.template_called(code)
    held = FlowTemplate.objects.select_for_update(no_key=True).filter(line=template.line).order_by("id")
    return next((each for each in held if each.id == template.id), template)


def _refuse_rivals(flow: Flow, template: FlowTemplate) -> None:
    for other in queries.in_force(flow.line):
        if other.flow != template.code and rules.rivals(flow.applies.selector, dict(other.applies)):
            raise SameReach(other=other.flow)


def _retire(template: FlowTemplate, at: datetime) -> int:
    held = FlowVersion.objects.filter(template=template, state__in=rules.sources(rules.State.RETIRED))
    return held.update(state=rules.State.RETIRED, retired_at=at)


def _units_by_name() -> dict[str, str]:
    """The units by their code and their name in either language, as somebody may have called a lane."""
    return {name: unit.code for unit in people.unit_tree() for name in (unit.name.zh, unit.name.en, unit.code)}
