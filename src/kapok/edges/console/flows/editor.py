"""The editor of a draft: the page carries the document, every step gives the next one, and only saving writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kapok.edges.console.flows import typed
from kapok.edges.console.flows.picture import Shown, holder_names, in_order, shown
from kapok.edges.console.flows.reach import foreign
from kapok.edges.console.flows.typed import Document
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.catalog import api as catalog
from kapok.ground.catalog import editing, queries, telling
from kapok.ground.catalog.conditions import written
from kapok.ground.catalog.informing import words_for
from kapok.ground.catalog.offering.document import ENDS
from kapok.ground.catalog.packs import names
from kapok.ground.catalog.template import ADDRESSEES, AXES, Edge, Finding, Flow, Gate, Stage, Unreadable, parse
from kapok.ground.catalog.template import STEPS as RUN
from kapok.ground.people.roles import Permission
from kapok.kernel.errors import KapokError
from kapok.kernel.promises import EVENTS, FACTS
from kapok.kernel.text import Text

Step = Callable[[Document, list[str]], Document]
STEPS: Mapping[str, Step] = {
    "after": lambda document, words: editing.insert_after(document, words[0]),
    "parallel": lambda document, words: editing.beside(document, words[0], "split"),
    "instead": lambda document, words: editing.beside(document, words[0], "choice"),
    "remove": lambda document, words: editing.remove(document, words[0]),
    "swap": lambda document, words: editing.swap(document, words[0], words[1]),
    "cut": lambda document, words: editing.disconnect(document, words[0], words[1]),
    "drop": lambda document, words: editing.drop_node(document, words[0]),
    "add": lambda document, words: editing.add_node(document, words[0]),
}
"""What a button of the editor does, by the first word of its value; codes follow it, parted by blanks."""
ADDED = ("split", "join", "choice", "end", "stage")


@dataclass(frozen=True)
class Line:
    """One stage in the editor, with its neighbours in the list."""

    stage: Stage
    earlier: str
    later: str
    evidence: str
    event: str
    plain: Text
    """What the customer is told unless the stage says it in words of its own."""


@dataclass(frozen=True)
class Way:
    """One way in the editor; `deciding` where it leaves a choice of several."""

    number: int
    edge: Edge
    deciding: bool
    when: str


@screen(permission=Permission.FLOWS_MANAGE)
def edit(request: ScreenRequest, code: str) -> HttpResponse:
    """Look at a draft, change it step by step with its sums in sight, and save it."""
    draft = queries.draft(code)
    if draft is None:
        raise Http404
    if refused := foreign(request, code):
        messages.error(request, refused)
        return redirect("console:flow", code)
    if request.method != "POST":
        document = queries.flow(code, draft.number).document()
        return _page(request, draft, document, [], revision=draft.revision)
    carried = typed.document(request.POST.get("document", ""))
    if carried is None or carried.get("code") != code:
        raise Http404
    document, findings = typed.merged(carried, request.POST)
    seen = request.POST.get("revision", "")
    revision = int(seen) if seen.isdecimal() and len(seen) < 8 else 0
    do = request.POST.get("do", "")
    if request.headers.get("HX-Target") == "check":  # whatever button the focus has moved to meanwhile
        return render(request, "flows/check.html", _values(request, draft, document, findings, revision=revision))
    if do == "save":
        return _save(request, draft, document, findings, revision=revision)
    return _page(request, draft, _stepped(document, do, request.POST), findings, revision=revision)


def _stepped(document: Document, do: str, said: Mapping[str, str]) -> Document:
    """The document after the step of a button; a step that no longer fits what is there changes nothing."""
    name, *words = do.split() or [""]
    if do == "connect":
        return _connected(document, said)
    if name == "add":
        return STEPS[name](document, words) if words and words[0] in ADDED else document
    codes = {node["code"] for node in document["nodes"]}
    takes = 2 if name in {"swap", "cut"} else 1
    known = name in STEPS and len(words) == takes and set(words) <= codes
    return STEPS[name](document, words) if known else document


def _connected(document: Document, said: Mapping[str, str]) -> Document:
    leaving, to = said.get("way-from", ""), said.get("way-to", "")
    zh, en = (said.get(f"return-{language}", "").strip()[:200] for language in ("zh", "en"))
    if not {leaving, to} <= {node["code"] for node in document["nodes"]}:
        return document
    return editing.connect(document, leaving, to, {"zh": zh or en, "en": en or zh} if zh or en else None)


def _save(
    request: ScreenRequest, draft: queries.Version, document: Document, findings: list[Finding], *, revision: int
) -> HttpResponse:
    findings = findings or _others(request, document)
    if not findings:
        try:
            catalog.change_draft(
                code=draft.flow, document=document, revision=revision, actor=request.user.subject, at=request.at
            )
        except catalog.FlowRefused as refused:
            findings = list(refused.findings)
        except KapokError as refused:
            findings = [Finding("", type(refused).__name__, refused.text)]
        else:
            messages.success(request, _("The draft has been saved."))
            return redirect("console:flow", draft.flow)
    return _page(request, draft, document, findings, revision=revision)


def _others(request: ScreenRequest, document: Document) -> list[Finding]:
    """What the document says of units that are not one's own; what cannot be read is for the verb to refuse."""
    try:
        refused = foreign(request, document["code"], parse(document))
    except Unreadable:
        return []
    return [Finding("", "foreign", Text(zh=refused, en=refused))] if refused else []


def _page(
    request: ScreenRequest, draft: queries.Version, document: Document, findings: list[Finding], *, revision: int
) -> HttpResponse:
    part = request.headers.get("HX-Target") == "editor"
    values = _values(request, draft, document, findings, revision=revision)
    return render(request, "flows/editor.html" if part else "flows/edit.html", values)


def _values(
    request: ScreenRequest, draft: queries.Version, document: Document, findings: list[Finding], *, revision: int
) -> dict[str, object]:
    """What the page shows: the flow where it can be read, else the last that could, and what is wrong."""
    try:
        flow = parse(document)
    except Unreadable as refused:
        flow, findings = queries.flow(draft.flow, draft.number), [*findings, *refused.findings]
        readable = False
    else:
        readable = True
    drawn = shown(flow, request.language, checked=readable)
    return {
        "edition": draft,
        "revision": revision,
        "document": json.dumps(document, ensure_ascii=False),
        "readable": readable,
        "shown": drawn,
        "findings": [*findings, *drawn.findings],
        "stages": _lines(drawn),
        "gates": [node for node in flow.nodes if isinstance(node, Gate)],
        "nodes": flow.nodes,
        "ways": _ways(flow),
        "axes": [(axis, FACTS[axis], ", ".join(getattr(flow.applies, axis))) for axis in AXES],
        "holders": holder_names().items(),
        "events": [(kind, name) for kind, name in EVENTS.items() if telling.tellable(kind)],
        "packs": names(),
        "steps": RUN.items(),
        "ends": ENDS.items(),
        "addressees": ADDRESSEES.items(),
        "added": ADDED,
    }


def _lines(drawn: Shown) -> list[Line]:
    flow, codes = drawn.flow, in_order(drawn.flow)
    return [
        Line(
            stage=flow.stages[code],
            earlier=codes[place - 1] if place else "",
            later=codes[place + 1] if place + 1 < len(codes) else "",
            evidence="\n".join(f"{each.zh} | {each.en}" for each in flow.stages[code].evidence),
            event=", ".join(flow.stages[code].event),
            plain=words_for(flow.stages[code].model_copy(update={"told": None})),
        )
        for place, code in enumerate(codes)
    ]


def _ways(flow: Flow) -> list[Way]:
    choices = {node.code for node in flow.nodes if node.kind == "choice"}
    forward = [edge.from_ for edge in flow.edges if edge.returns is None]
    return [
        Way(
            number=number,
            edge=edge,
            deciding=edge.returns is None and edge.from_ in choices and forward.count(edge.from_) > 1,
            when=written(edge.when),
        )
        for number, edge in enumerate(flow.edges)
    ]
