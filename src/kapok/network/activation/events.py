"""What activation records in the journal. Secrets are masked before they come here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from kapok.ground.journal.rules import Event
from kapok.kernel.text import Text


@dataclass(frozen=True, kw_only=True)
class Asked(Event):
    """The elements of a service were told something; each attempt is one entry."""

    kind: ClassVar[str] = "activation.asked"
    wording: ClassVar[Text] = Text(
        zh="向网元下发“{verb_name}”（第{attempt}次）", en="Elements asked to {verb_name} (attempt {attempt})"
    )
    call: str
    key: str
    verb: str
    verb_name: Text
    request: Mapping[str, Any]
    attempt: int


@dataclass(frozen=True, kw_only=True)
class Answered(Event):
    """What came of it."""

    kind: ClassVar[str] = "activation.answered"
    wording: ClassVar[Text] = Text(zh="“{verb_name}”：{text}", en="To {verb_name}: {text}")
    call: str
    key: str
    verb: str
    verb_name: Text
    ok: bool
    code: str
    text: Text
    measured: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    milliseconds: int


@dataclass(frozen=True, kw_only=True)
class StrayEnded(Event):
    """A session that was online and might not be was ended by its access server."""

    kind: ClassVar[str] = "activation.stray_ended"
    wording: ClassVar[Text] = Text(
        zh="已断开一个不应在线的会话（第{attempt}次）",
        en="A session that might not be online was ended (attempt {attempt})",
    )
    session: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class StrayLeft(Event):
    """It was told to end it as often as it is told, and did not."""

    kind: ClassVar[str] = "activation.stray_left"
    wording: ClassVar[Text] = Text(
        zh="一个不应在线的会话经{attempts}次仍未断开；请检查接入服务器的地址与密钥",
        en="A session that may not be online was not ended in {attempts} attempts; look at the access server’s address and secret",
    )
    session: str
    attempts: int


@dataclass(frozen=True, kw_only=True)
class FaultSwitchedOn(Event):
    """A simulated element was told to misbehave."""

    kind: ClassVar[str] = "activation.fault_switched_on"
    wording: ClassVar[Text] = Text(zh="注入故障：{fault_name}", en="Fault switched on: {fault_name}")
    fault: str
    fault_name: Text
    calls: int | None


@dataclass(frozen=True, kw_only=True)
class FaultSwitchedOff(Event):
    """It behaves again."""

    kind: ClassVar[str] = "activation.fault_switched_off"
    wording: ClassVar[Text] = Text(zh="关闭故障：{fault_name}", en="Fault switched off: {fault_name}")
    fault: str
    fault_name: Text
