"""What the verbs of field work record in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from kapok.ground.journal.rules import Event
from kapok.kernel.text import Text


@dataclass(frozen=True, kw_only=True)
class AppointmentBooked(Event):
    kind: ClassVar[str] = "workforce.appointment_booked"
    wording: ClassVar[Text] = Text(zh="已预约上门：{window}", en="Visit appointed: {window}")
    holder: str
    address: str
    skill: str
    minutes: int
    starts_at: datetime
    ends_at: datetime
    window: Text


@dataclass(frozen=True, kw_only=True)
class AppointmentMoved(Event):
    kind: ClassVar[str] = "workforce.appointment_moved"
    wording: ClassVar[Text] = Text(
        zh="改约：由 {before} 改为 {window}（{reason_name}）",
        en="Appointment moved from {before} to {window} ({reason_name})",
    )
    holder: str
    before: Text
    starts_at: datetime
    ends_at: datetime
    window: Text
    reason: str
    reason_name: Text


@dataclass(frozen=True, kw_only=True)
class AppointmentCancelled(Event):
    kind: ClassVar[str] = "workforce.appointment_cancelled"
    wording: ClassVar[Text] = Text(zh="预约取消：{window}", en="Appointment cancelled: {window}")
    holder: str
    window: Text


@dataclass(frozen=True, kw_only=True)
class Dispatched(Event):
    kind: ClassVar[str] = "workforce.dispatched"
    wording: ClassVar[Text] = Text(zh="派给 {technician}（{why}）", en="Dispatched to {technician} ({why})")
    technician: str
    why: Text


@dataclass(frozen=True, kw_only=True)
class Reassigned(Event):
    """Recorded on the matter; `told` are who had it and who is to have it."""

    kind: ClassVar[str] = "workforce.reassigned"
    wording: ClassVar[Text] = Text(
        zh="改派：“{title}”由 {before} 改派给 {technician}（{note}）",
        en="“{title}” taken from {before} and given to {technician} ({note})",
    )
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    work: str
    title: Text
    before: str
    technician: str
    told: tuple[str, ...]
    note: str


@dataclass(frozen=True, kw_only=True)
class Expedited(Event):
    """Entries of old; `work.urged` says it now."""

    kind: ClassVar[str] = "workforce.expedited"
    wording: ClassVar[Text] = Text(zh="催单：{note}", en="Urged: {note}")
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    note: str


@dataclass(frozen=True, kw_only=True)
class HelperAdded(Event):
    kind: ClassVar[str] = "workforce.helper_added"
    wording: ClassVar[Text] = Text(zh="加派 {helper}", en="{helper} lends a hand")
    helper: str


@dataclass(frozen=True, kw_only=True)
class HelperLost(Event):
    kind: ClassVar[str] = "workforce.helper_lost"
    wording: ClassVar[Text] = Text(
        zh="{helper} 在 {window} 没有时间，不再帮手：请另派帮手",
        en="{helper} has no time in {window} and helps no more: another helper is to be found",
    )
    helper: str
    window: Text


@dataclass(frozen=True, kw_only=True)
class HelperReleased(Event):
    kind: ClassVar[str] = "workforce.helper_released"
    wording: ClassVar[Text] = Text(zh="{helper} 不再帮手", en="{helper} helps no more")
    helper: str


@dataclass(frozen=True, kw_only=True)
class FieldMoved(Event):
    kind: ClassVar[str] = "workforce.field_moved"
    wording: ClassVar[Text] = Text(zh="外勤：{state_name}", en="In the field: {state_name}")
    state: str
    state_name: Text


@dataclass(frozen=True, kw_only=True)
class Held(Event):
    kind: ClassVar[str] = "workforce.held"
    wording: ClassVar[Text] = Text(zh="挂起：{reason_name} {note}", en="Held: {reason_name} {note}")
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    reason: str
    reason_name: Text
    note: str


@dataclass(frozen=True, kw_only=True)
class HoldAnswered(Event):
    kind: ClassVar[str] = "workforce.hold_answered"
    wording: ClassVar[Text] = Text(zh="挂起申请{answer_name}", en="Hold {answer_name}")
    approved: bool
    answer_name: Text
    clocks: int


@dataclass(frozen=True, kw_only=True)
class HoldLifted(Event):
    kind: ClassVar[str] = "workforce.hold_lifted"
    wording: ClassVar[Text] = Text(zh="解挂", en="Hold lifted")


@dataclass(frozen=True, kw_only=True)
class SentBack(Event):
    kind: ClassVar[str] = "workforce.sent_back"
    wording: ClassVar[Text] = Text(zh="退单：{reason_name} {note}", en="Returned: {reason_name} {note}")
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    reason: str
    reason_name: Text
    note: str


@dataclass(frozen=True, kw_only=True)
class Replied(Event):
    kind: ClassVar[str] = "workforce.replied"
    wording: ClassVar[Text] = Text(
        zh="回单：测试 {readings} 项、材料 {materials} 种、照片 {photos} 张、签名 {signed}",
        en="Replied: {readings} {readings:test|tests}, {materials} {materials:material|materials}, "
        "{photos} {photos:photo|photos}, {signed} {signed:signature|signatures}",
    )
    readings: int
    materials: int
    photos: int
    signed: int


@dataclass(frozen=True, kw_only=True)
class RepliedFailing(Event):
    kind: ClassVar[str] = "workforce.replied_failing"
    wording: ClassVar[Text] = Text(
        zh="测试不合格仍回单：{failing}；{note}", en="Handed in though {failing} fails: {note}"
    )
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    failing: Text
    note: str


@dataclass(frozen=True, kw_only=True)
class VehicleChanged(Event):
    kind: ClassVar[str] = "workforce.vehicle_changed"
    wording: ClassVar[Text] = Text(zh="车辆 {plate}：驾驶人 {driver}", en="Vehicle {plate}: driven by {driver}")
    plate: str
    driver: str


@dataclass(frozen=True, kw_only=True)
class VanLoaded(Event):
    kind: ClassVar[str] = "workforce.van_loaded"
    wording: ClassVar[Text] = Text(zh="装车：{material_name} {count}", en="Loaded: {count} of {material_name}")
    material: str
    material_name: Text
    count: int


@dataclass(frozen=True, kw_only=True)
class VanCounted(Event):
    kind: ClassVar[str] = "workforce.van_counted"
    wording: ClassVar[Text] = Text(
        zh="盘点：{material_name} 账上 {before}，实有 {count} {note}",
        en="Counted: {count} of {material_name}, {before} were recorded {note}",
    )
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    material: str
    material_name: Text
    before: int
    count: int
    note: str


@dataclass(frozen=True, kw_only=True)
class MaterialDefined(Event):
    kind: ClassVar[str] = "workforce.material_defined"
    wording: ClassVar[Text] = Text(zh="新设材料：{title}", en="Material: {title}")
    title: Text
