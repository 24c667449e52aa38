"""What the verbs of work record beside the vocabulary of promises (`handoff.offered`, `fault.reported` …)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from kapok.ground.journal.rules import Event
from kapok.kernel.text import Text


@dataclass(frozen=True, kw_only=True)
class MatterClosed(Event):
    """The first-contact owner closed a matter; `how` says on whose word."""

    kind: ClassVar[str] = "work.matter_closed"
    wording: ClassVar[Text] = Text(zh="办结（{how}）", en="Closed ({how})")
    how: Text


@dataclass(frozen=True, kw_only=True)
class NotReached(Event):
    """Somebody tried to reach the customer in vain."""

    kind: ClassVar[str] = "work.customer_not_reached"
    wording: ClassVar[Text] = Text(zh="联系客户未果：{note}", en="Tried to reach the customer in vain: {note}")
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    note: str


@dataclass(frozen=True, kw_only=True)
class FirstContactOffered(Event):
    """The first-contact owner asked somebody to take the matter over."""

    kind: ClassVar[str] = "work.first_contact_offered"
    wording: ClassVar[Text] = Text(
        zh="{from_staff} 提出把首问负责移交 {to_staff}：{note}",
        en="{from_staff} offered the first contact to {to_staff}: {note}",
    )
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    from_staff: str
    to_staff: str
    note: str


@dataclass(frozen=True, kw_only=True)
class FirstContactPassed(Event):
    """The receiver accepted: from now on they answer for the matter."""

    kind: ClassVar[str] = "work.first_contact_passed"
    wording: ClassVar[Text] = Text(
        zh="首问负责由 {from_staff} 移交 {to_staff}", en="The first contact passed from {from_staff} to {to_staff}"
    )
    from_staff: str
    to_staff: str


@dataclass(frozen=True, kw_only=True)
class FirstContactKept(Event):
    """The receiver refused or the owner took the offer back: nothing changes."""

    kind: ClassVar[str] = "work.first_contact_kept"
    wording: ClassVar[Text] = Text(
        zh="首问负责仍归 {from_staff}（{state_name}）", en="The first contact stays with {from_staff} ({state_name})"
    )
    from_staff: str
    to_staff: str
    state_name: Text


@dataclass(frozen=True, kw_only=True)
class TakenOver(Event):
    """The deputy acts in the place of A, who goes on answering for it."""

    kind: ClassVar[str] = "work.taken_over"
    wording: ClassVar[Text] = Text(
        zh="{to_staff} 接管 {from_staff} 的工作，责任仍归 {answers}：{note}",
        en="{to_staff} took over from {from_staff}, {answers} still answers for it: {note}",
    )
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    from_staff: str
    to_staff: str
    answers: str
    note: str


@dataclass(frozen=True, kw_only=True)
class HandedBack(Event):
    """The deputy no longer acts: the first contact is there again."""

    kind: ClassVar[str] = "work.handed_back"
    wording: ClassVar[Text] = Text(
        zh="{from_staff} 交还 {to_staff}：{note}", en="{from_staff} handed it back to {to_staff}: {note}"
    )
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    from_staff: str
    to_staff: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Urged(Event):
    """Somebody urged whoever has the work."""

    kind: ClassVar[str] = "work.urged"
    wording: ClassVar[Text] = Text(zh="催办：{note}", en="Urged: {note}")
    typed: ClassVar[frozenset[str]] = frozenset({"note"})
    note: str
    number: int
    """How often the matter has been urged now."""
    told: list[str] = field(default_factory=list)
    """Whoever has the work and answers for it; of the whole matter alone."""
    units: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Supervised(Urged):
    """Somebody put it under supervision: whoever has the work is urged, and their head is told."""

    kind: ClassVar[str] = "work.supervised"
    wording: ClassVar[Text] = Text(zh="督办：{note}", en="Under supervision: {note}")


@dataclass(frozen=True, kw_only=True)
class DeliveryRejected(Event):
    """Who asked for it did not take the delivery; the holder has it again."""

    kind: ClassVar[str] = "work.delivery_rejected"
    wording: ClassVar[Text] = Text(zh="交付被退：{defect}", en="Delivery rejected: {defect}")
    typed: ClassVar[frozenset[str]] = frozenset({"defect"})
    defect: str
    holder: str


@dataclass(frozen=True, kw_only=True)
class DefectNoted(Event):
    """A rule of first contact was passed over, e.g. work was transferred cold a second time, or no post answers for it."""

    kind: ClassVar[str] = "work.defect_noted"
    wording: ClassVar[Text] = Text(zh="责任缺陷：{what}", en="Defect of responsibility: {what}")
    code: str
    what: Text


@dataclass(frozen=True, kw_only=True)
class LeftToPeople(Event):
    """The system could not do a stage; it stays offered to people."""

    kind: ClassVar[str] = "work.left_to_people"
    wording: ClassVar[Text] = Text(zh="系统未能完成，转人工：{why}", en="The system could not do it, people do: {why}")
    why: Text


@dataclass(frozen=True, kw_only=True)
class SentBack(Event):
    """A stage went back to an earlier one by a way of its flow; `to` and all after it are done again."""

    kind: ClassVar[str] = "work.sent_back"
    wording: ClassVar[Text] = Text(zh="退回工序“{to_name}”：{why}", en="Sent back to “{to_name}”: {why}")
    typed: ClassVar[frozenset[str]] = frozenset({"why"})
    to: str
    to_name: Text
    why: Text
