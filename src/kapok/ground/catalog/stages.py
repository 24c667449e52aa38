"""The stage promises of a flow as a kernel pack: what the ledger judges the hand-offs of its matters by. Pure."""

from __future__ import annotations

from typing import Any

import yaml

from kapok.ground.catalog.template import Flow, Stage
from kapok.kernel.promises import Pack, Promise
from kapok.kernel.promises.pack import ROUND_THE_CLOCK

PAUSES = ("clock.paused", "customer.deferred", "customer.refused_access", "visit.missed_by_customer")
RESUMES = ("clock.resumed", "customer.returned", "visit.appointed", "visit.started")


class _Dumper(yaml.SafeDumper):
    """Writes every value out: packs know no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def pack_code(flow: str, number: int) -> str:
    """The code of the pack of a version."""
    return f"flow-{flow}-v{number}"


def written(flow: Flow, number: int, pack: Pack, promise: Promise) -> str:
    """The YAML of the pack: one promise of tier stage for each stage, in the calendar of the promise that the flow serves."""
    calendar = promise.calendar
    document: dict[str, Any] = {
        "code": pack_code(flow.code, number),
        "version": str(number),
        "title": _words(flow.title.zh, flow.title.en),
        "jurisdiction": pack.jurisdiction,
        "currency": pack.currency,
        "zone": pack.zone,
        "facts": {
            "stage": {"kind": "choice", "title": _words("工序", "stage"), "values": list(flow.stages)},
        },
        "instruments": {"flow": {"title": _words(f"流程：{flow.title.zh}", f"Flow: {flow.title.en}")}},
        "promises": [_promise(stage, promise) for stage in flow.stages.values()],
    }
    if calendar != ROUND_THE_CLOCK:
        document["calendars"] = {calendar: pack.calendars[calendar].model_dump(mode="json", exclude_none=True)}
    return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)


def _promise(stage: Stage, serves: Promise) -> dict[str, Any]:
    row: dict[str, Any] = {
        "code": stage.code,
        "title": _words(stage.title.zh, stage.title.en),
        "tier": "stage",
        "instrument": "flow",
        "evidence": {"level": "own"},
        "applies": {"stage": stage.code},
        "opens": "handoff.offered",
        "closes": "handoff.delivered",
        "voids": "handoff.withdrawn",
        "allowance": str(stage.budget),
        "calendar": serves.calendar,
    }
    if serves.working:
        row["days"] = serves.days.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    if stage.holds:
        row |= {"pauses": list(PAUSES), "resumes": list(RESUMES)}
    return row


def _words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}
