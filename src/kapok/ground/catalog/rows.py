"""The rows that the verbs act on: looked up, and locked where two people could contradict each other.

A lock holds until the `transaction.atomic` of the verb ends.
"""

from __future__ import annotations

from kapok.ground.catalog.models import FlowTemplate, FlowVersion
from kapok.ground.catalog.refusals import NoDraft, UnknownFlow, UnknownVersion
from kapok.ground.catalog.rules import State
from kapok.ground.catalog.template import AXES, Flow


def template_called(code: str, *, lock: bool = False) -> FlowTemplate:
    """The flow with this code. Raises `UnknownFlow`."""
    rows = FlowTemplate.objects.select_for_update(no_key=True) if lock else FlowTemplate.objects.all()
    try:
        return rows.get(code=code)
    except FlowTemplate.DoesNotExist:
        raise UnknownFlow(flow=code[:60]) from None


def draft_of(template: FlowTemplate) -> FlowVersion:
    """The draft of a flow, nobody else's meanwhile. Raises `NoDraft`."""
    try:
        return FlowVersion.objects.select_for_update().get(template=template, state=State.DRAFT)
    except FlowVersion.DoesNotExist:
        raise NoDraft(flow=template.code) from None


def version_called(code: str, number: int) -> FlowVersion:
    """One version of a flow. Raises `UnknownVersion`, `UnknownFlow`."""
    try:
        return FlowVersion.objects.select_related("template").get(template__code=code, number=number)
    except FlowVersion.DoesNotExist:
        template_called(code)
        raise UnknownVersion(flow=code, number=number) from None


def said(flow: Flow) -> dict[str, object]:
    """The columns of a version that repeat what its document says."""
    return {
        "title_zh": flow.title.zh,
        "title_en": flow.title.en,
        "serves_pack": flow.serves.pack,
        "serves_code": flow.serves.code,
        "document": flow.document(),
    } | {axis: list(getattr(flow.applies, axis)) for axis in AXES}
