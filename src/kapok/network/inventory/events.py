"""What the inventory's verbs record in the journal: one entry for each resource that moves, one for a whole import."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from kapok.ground.journal.rules import Event
from kapok.kernel.text import Text


@dataclass(frozen=True, kw_only=True)
class ResourceMoved(Event):
    """A resource went from one state to another; `holder` is for whom, `service` what ran or runs on it."""

    kind: ClassVar[str] = "inventory.resource_moved"
    wording: ClassVar[Text] = Text(
        zh="{resource}由{before_name}变为{after_name} {holder} {note}",
        en="{resource} went from {before_name} to {after_name} {holder} {note}",
    )
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    resource: str
    before: str
    before_name: Text
    after: str
    after_name: Text
    holder: str
    service: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class DeviceCameBack(Event):
    """A device that a customer had is back; it is to be tested before anybody else gets it."""

    kind: ClassVar[str] = "inventory.device_came_back"
    wording: ClassVar[Text] = Text(
        zh="{resource}已收回，待检测（{evidence}）", en="{resource} is back and to be tested ({evidence})"
    )
    resource: str
    evidence: str


@dataclass(frozen=True, kw_only=True)
class ShortageOpened(Event):
    """Nothing was left where the walk stopped; whoever asked waits for plant."""

    kind: ClassVar[str] = "inventory.shortage_opened"
    wording: ClassVar[Text] = Text(
        zh="资源不足（{code}）：{place}{code_name}", en="Not enough plant ({code}): {code_name} {place}"
    )
    code: str
    code_name: Text
    place: str
    address: str
    expected_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ShortageResolved(Event):
    """There is plant now for whoever waited; the subject is the holder."""

    kind: ClassVar[str] = "inventory.shortage_resolved"
    wording: ClassVar[Text] = Text(
        zh="资源已具备：{place}{code_name}已解决", en="There is plant now: {code_name} {place} no longer"
    )
    code: str
    code_name: Text
    place: str


@dataclass(frozen=True, kw_only=True)
class ShortageGivenUp(Event):
    """Whoever waited for plant wants it no more; the subject is the holder."""

    kind: ClassVar[str] = "inventory.shortage_given_up"
    wording: ClassVar[Text] = Text(zh="不再等待资源：{code_name}", en="Plant is waited for no more: {code_name}")
    code: str
    code_name: Text


@dataclass(frozen=True, kw_only=True)
class ShortageDated(Event):
    """A day was given by which there is plant for whoever waits; the subject is the holder."""

    kind: ClassVar[str] = "inventory.shortage_dated"
    wording: ClassVar[Text] = Text(
        zh="{place}{code_name}：计划于{expected}解决", en="{code_name} {place}: plant is to be there by {expected}"
    )
    code: str
    code_name: Text
    place: str
    expected: str


@dataclass(frozen=True, kw_only=True)
class BuildConfirmed(Event):
    """A day was given by which an element, an exchange area or the whole network will have plant again."""

    kind: ClassVar[str] = "inventory.build_confirmed"
    wording: ClassVar[Text] = Text(
        zh="{place}（{code}）计划于{expected}建成，{waiting}个客户在等",
        en="{place} ({code}) is to be built by {expected}; {waiting} {waiting:waits|wait} for it",
    )
    code: str
    place: Text
    expected: str
    waiting: int


@dataclass(frozen=True, kw_only=True)
class PlantAdded(Event):
    """Plant came into use: a site, an element, a pool, resources of either."""

    kind: ClassVar[str] = "inventory.plant_added"
    wording: ClassVar[Text] = Text(
        zh="新增{what}{name}，资源{count}个", en="{what} {name} added with {count} {count:resource|resources}"
    )
    what: Text
    name: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Covered(Event):
    """An element serves addresses from now on."""

    kind: ClassVar[str] = "inventory.covered"
    wording: ClassVar[Text] = Text(
        zh="{element}覆盖{count}个地址", en="{element} covers {count} {count:address|addresses}"
    )
    element: str
    count: int
    addresses: list[str]


@dataclass(frozen=True, kw_only=True)
class PlantImported(Event):
    """A file of plant was loaded."""

    kind: ClassVar[str] = "inventory.plant_imported"
    wording: ClassVar[Text] = Text(
        zh="导入资源表“{file}”：站点{sites}，网元{elements}，资源{resources}，覆盖{coverage}，跳过{refused}行",
        en="Plant loaded from “{file}”: {sites} {sites:site|sites}, {elements} {elements:element|elements}, "
        "{resources} {resources:resource|resources}, {coverage} covered {coverage:address|addresses}; "
        "{refused} {refused:row|rows} left out",
    )
    file: str
    sites: int
    elements: int
    resources: int
    coverage: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class ServiceDesigned(Event):
    """A service was drawn up for a customer."""

    kind: ClassVar[str] = "inventory.service_designed"
    wording: ClassVar[Text] = Text(
        zh="为客户{customer}设计业务{service}（{offer}）", en="{service} ({offer}) drawn up for {customer}"
    )
    service: str
    customer: str
    offer: str
    holder: str


@dataclass(frozen=True, kw_only=True)
class ServiceMoved(Event):
    """A service went from one state to another."""

    kind: ClassVar[str] = "inventory.service_moved"
    wording: ClassVar[Text] = Text(
        zh="{service}由{before_name}变为{after_name} {reason}",
        en="{service} went from {before_name} to {after_name} {reason}",
    )
    typed: ClassVar[frozenset[str]] = frozenset({"reason"})
    service: str
    before: str
    before_name: Text
    after: str
    after_name: Text
    reason: str


@dataclass(frozen=True, kw_only=True)
class ServiceChanged(Event):
    """What a service is, where it is or whose it is changed; before and after name what differs."""

    kind: ClassVar[str] = "inventory.service_changed"
    wording: ClassVar[Text] = Text(zh="{service}变更：{fields}", en="{service} changed: {fields}")
    service: str
    fields: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class PlantAudited(Event):
    """The records were compared with what was found in the plant."""

    kind: ClassVar[str] = "inventory.audited"
    wording: ClassVar[Text] = Text(
        zh="核查“{file}”：一致{matches}，缺失{missing}，多出{extra}，状态不符{different}",
        en="Audit of “{file}”: {matches} match, {missing} missing, {extra} extra, {different} in another state",
    )
    file: str
    matches: int
    missing: int
    extra: int
    different: int


@dataclass(frozen=True, kw_only=True)
class ScrapConfirmed(Event):
    """What an audit found stays scrapped by the record, with the reason."""

    kind: ClassVar[str] = "inventory.scrap_confirmed"
    wording: ClassVar[Text] = Text(
        zh="核查发现{resource}仍在，确认报废：{reason}",
        en="{resource} found by an audit, and scrapped all the same: {reason}",
    )
    typed: ClassVar[frozenset[str]] = frozenset({"reason"})
    resource: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RecordCorrected(Event):
    """The record of a resource was put right after an audit, with the reason."""

    kind: ClassVar[str] = "inventory.record_corrected"
    wording: ClassVar[Text] = Text(
        zh="按核查更正{resource}（{outcome_name}）：{reason}",
        en="{resource} corrected after an audit ({outcome_name}): {reason}",
    )
    typed: ClassVar[frozenset[str]] = frozenset({"reason"})
    resource: str
    outcome: str
    outcome_name: Text
    reason: str
