"""What every adapter is: six things it can be told, and one form of answer.

An adapter brings its element into the state that is asked for, whatever state that is in: told twice, it has the same effect as
told once. It answers and does not raise; whatever it raises all the same counts as an element that could not be reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from django.conf import settings

from kapok.kernel.text import Text
from kapok.network.activation.rules import PARAM_NAMES, shown


@dataclass(frozen=True)
class Request:
    """What an element is told about a service; `params` hold everything it needs, secrets among them."""

    service: str
    kind: str
    params: Mapping[str, Any]
    at: datetime

    def text(self, name: str, default: str = "") -> str:
        """A parameter as text."""
        return str(self.params.get(name) or default)

    def number(self, name: str, default: int = 0) -> int:
        """A parameter as a whole number; it has been checked."""
        return int(self.params.get(name) or default)


@dataclass(frozen=True)
class Outcome:
    """What an element said, and what a call of several comes to.

    `code` is for programs, `text` for people. `retry`: asked again later it may go better. `measured`: the figures of a test.
    """

    ok: bool
    code: str
    text: Text
    retry: bool = False
    measured: Mapping[str, Any] = field(default_factory=dict)


DONE = Outcome(ok=True, code="done", text=Text(zh="已完成", en="done"))


SPEED: Final = ("profile", "down_mbps", "up_mbps")
PORTS: Final = ("port", "far_port")
DIFFERS = Text(
    zh="{name}与订购不符：订购{ordered}，网元上是{has}；请更正后再测。",
    en="The {name} is not the one ordered: {ordered} was ordered, the element has {has}; correct it, then test again.",
)
ANOTHER = Text(zh="另一个尾数相同的", en="another one that ends alike")
RECORD_COUNTS = Text(
    zh="没有{server}可测，演示环境只核对了记录",
    en="no {server} to ask: in this demonstration the record alone was compared",
)
SUSPENDED = Text(zh="线路已停机；请先复机。", en="The line is suspended; resume it first.")
NOT_TESTED = Text(
    zh="没有{server}可测，线路未经测试：请人工测试后决定是否交付，或配置{remedy}后重试。",
    en="There is no {server} to ask, so the line is not tested: a person tests it and decides, or set {remedy} up and try again.",
)


def missing(what: Text) -> Outcome:
    """The element knows nothing of the service."""
    text = Text(zh="{what}中没有该业务，请先开通。", en="The {what} does not know this service; activate it first.")
    return Outcome(ok=False, code="not_found", text=text.format(what=what))


def taken(what: Text) -> Outcome:
    """Another service has it."""
    text = Text(zh="{what}已被其他业务占用，请换一个。", en="The {what} belongs to another service; choose another.")
    return Outcome(ok=False, code="in_use", text=text.format(what=what))


def differing(request: Request, recorded: Mapping[str, Any], names: Iterable[str] = SPEED) -> Text | None:
    """Where the element was given something else than was ordered, in words; what the order does not name is not compared."""
    found = (
        (name, request.params[name], recorded.get(name) or "")
        for name in names
        if request.params.get(name) and str(request.params[name]) != str(recorded.get(name) or "")
    )
    said = (_said_apart(PARAM_NAMES[name], shown(name, ordered), shown(name, has)) for name, ordered, has in found)
    return next(said, None)


def _said_apart(name: Text, ordered: Any, has: Any) -> Text:
    """Both as they may be shown; two numbers may end alike."""
    return DIFFERS.format(name=name, ordered=ordered, has=ANOTHER if has == ordered else has or "–")


def by_the_record(server: Text, remedy: str, state: str, measured: Mapping[str, Any]) -> Outcome:
    """There is no server to ask. In a demonstration the record counts, and the answer says so; elsewhere a person decides."""
    if state != "active":
        return Outcome(ok=False, code="not_active", text=SUSPENDED, measured=measured)
    trusted = settings.ACTIVATION_TRUSTS_RECORD
    text = (RECORD_COUNTS if trusted else NOT_TESTED).format(server=server, remedy=remedy)
    return Outcome(ok=trusted, code="not_measured", text=text, measured=measured)


class Adapter(Protocol):
    """One kind of element."""

    @property
    def title(self) -> Text:
        """What it is."""

    @property
    def needed(self) -> frozenset[str]:
        """The params without which a service cannot be activated."""

    def activate(self, request: Request) -> Outcome:
        """Let the service work."""

    def suspend(self, request: Request) -> Outcome:
        """Keep it from working, and keep what belongs to it; `reason` is for the customer."""

    def resume(self, request: Request) -> Outcome:
        """Let a suspended service work again."""

    def modify(self, request: Request) -> Outcome:
        """Change what the params name, nothing else."""

    def terminate(self, request: Request) -> Outcome:
        """Take the service down; what is not there is taken down already."""

    def test(self, request: Request) -> Outcome:
        """Measure, and say whether what was measured will do."""
