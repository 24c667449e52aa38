"""What places' verbs record in the journal: one entry for a change, and one for a whole import."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from kapok.ground.journal.rules import Event
from kapok.kernel.text import Text


@dataclass(frozen=True, kw_only=True)
class AddressAdded(Event):
    """An address came into use."""

    kind: ClassVar[str] = "places.address_added"
    wording: ClassVar[Text] = Text(zh="新增标准地址{address}", en="Standard address added: {address}")
    address: Text


@dataclass(frozen=True, kw_only=True)
class AddressCorrected(Event):
    """An address, and with it all below it, is written differently, lies elsewhere or homes to another exchange."""

    kind: ClassVar[str] = "places.address_corrected"
    wording: ClassVar[Text] = Text(
        zh="由“{old_address}”更正为“{address}”", en="Corrected from {old_address} to {address}"
    )
    old_address: Text
    address: Text
    exchange_area: str | None


@dataclass(frozen=True, kw_only=True)
class AddressRetired(Event):
    """An address is no longer used; what happened there stays."""

    kind: ClassVar[str] = "places.address_retired"
    wording: ClassVar[Text] = Text(zh="停用标准地址{address}", en="Standard address retired: {address}")
    address: Text


@dataclass(frozen=True, kw_only=True)
class AddressesImported(Event):
    """A file of addresses was loaded."""

    kind: ClassVar[str] = "places.addresses_imported"
    wording: ClassVar[Text] = Text(
        zh="导入地址表“{file}”：新增{added}个地址，跳过{refused}行",
        en="Addresses loaded from “{file}”: {added} added, {refused} left out",
    )
    file: str
    added: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class ExchangeAreaDrawn(Event):
    """An exchange area was set up, or its name, unit or boundary changed."""

    kind: ClassVar[str] = "places.exchange_area_drawn"
    wording: ClassVar[Text] = Text(zh="划定局向{name}", en="Exchange area {name} drawn")
    name: Text
    unit: str | None
    area: str = ""


@dataclass(frozen=True, kw_only=True)
class PatchAssigned(Event):
    """A patch answers for a segment of an address with all below it, or of an exchange area, from `since` on."""

    kind: ClassVar[str] = "places.patch_assigned"
    wording: ClassVar[Text] = Text(
        zh="{place_name}的{segment_name}划给{unit_name}", en="{segment_name} of {place_name} assigned to {unit_name}"
    )
    segment: str
    segment_name: Text
    unit: str
    unit_name: Text
    place_name: Text
    since: datetime


@dataclass(frozen=True, kw_only=True)
class PatchMissing(Event):
    """Somebody needed the patch of an address and there was none: a defect of our data, noted once until it is mended."""

    kind: ClassVar[str] = "places.patch_missing"
    wording: ClassVar[Text] = Text(
        zh="{address}没有{segment_name}片区，暂由{unit_name}负责",
        en="{address} has no patch for {segment_name}; {unit_name} answers for it meanwhile",
    )
    address: Text
    segment: str
    segment_name: Text
    unit: str
    unit_name: Text
