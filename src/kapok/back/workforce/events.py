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
