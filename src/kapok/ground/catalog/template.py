"""A flow template as data: stages, branches and joins, the promise they serve. Strict, bilingual, and pure.

A flow is a graph of nodes and edges. `start` and `end` bound it; a `stage` is work that one unit (or skill, or post) takes over
and delivers within its budget; a `split` starts all its branches at once and a `join` waits for all of them; a `choice` takes
the first branch whose conditions hold, or the one marked `otherwise` (with one way out it merely brings branches together).
Conditions are the selectors of promises: a mapping from facts to values or bounds, never code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache, cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from kapok.kernel.promises import FACTS, Allowance, Fact
from kapok.kernel.promises.fields import EventKinds, Names, Percent, Strict, Words, listed
from kapok.kernel.promises.findings import keys, wording
from kapok.kernel.promises.pack import DeclaredFact
from kapok.kernel.promises.selector import Selector
from kapok.kernel.text import Text

AXES = ("segment", "tier", "service", "action", "area")
"""What a flow may be chosen by; of two that name equally many, the one that names an earlier axis is the more specific."""

FlowCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
NodeCode = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,59}$")]


class Line(StrEnum):
    """The response line that a flow belongs to."""

    FULFILMENT = "fulfilment"
    ASSURANCE = "assurance"
    SUPERVISION = "supervision"


LINES: Mapping[Line, Text] = {
    Line.FULFILMENT: Text(zh="开通", en="fulfilment"),
    Line.ASSURANCE: Text(zh="保障", en="assurance"),
    Line.SUPERVISION: Text(zh="督导", en="supervision"),
}

STEPS: Mapping[str, Text] = {
    "reserve": Text(zh="预占资源", en="reserve resources"),
    "assign": Text(zh="配置资源", en="assign resources"),
    "activate": Text(zh="自动开通", en="activate"),
    "test": Text(zh="自动测试", en="test"),
    "modify": Text(zh="自动变更", en="modify"),
    "suspend": Text(zh="自动停机", en="suspend"),
    "resume": Text(zh="自动复机", en="resume"),
    "release": Text(zh="拆除并释放资源", en="terminate and release resources"),
    "bill": Text(zh="起租计费", en="start or stop billing"),
}
"""What the system can do by itself when a stage is reached."""
ACCOUNT_MANAGER = "account_manager"
ADDRESSEES: Mapping[str, Text] = {ACCOUNT_MANAGER: Text(zh="客户经理", en="account manager")}
"""Whom a stage may be offered to by name: the fact of the matter in which their staff number stands."""
AFTERWARDS = frozenset({"bill"})
"""Steps that are taken once the promise has been kept, so that they use nothing of it."""


class Served(Strict):
    """The promise that the stages make true together."""

    pack: str = Field(min_length=1, max_length=120)
    """The code of its pack."""
    code: str = Field(min_length=1, max_length=80)
    """Its code in that pack."""
    reserve: Annotated[Percent, Field(lt=100)] = Decimal(25)
    """The share of the promise that the stages may not use."""


class Applies(Strict):
    """To which matters the flow applies; an axis without values asks nothing."""

    segment: Names = ()
    """Customer segments."""
    tier: Names = ()
    """Customer tiers."""
    service: Names = ()
    """Services, that is the product families."""
    action: Names = ()
    """Order actions."""
    area: Names = ()
    """Kinds of area."""

    @cached_property
    def selector(self) -> Selector:
        """The axes that ask something, as a selector."""
        return {axis: getattr(self, axis) for axis in AXES if getattr(self, axis)}


class Stage(Strict):
    """Work that one unit holds: offered, accepted, delivered within the budget."""

    kind: Literal["stage"] = "stage"
    """Tells it from the other nodes."""
    code: NodeCode
    """Its name in the flow."""
    title: Words
    """What is done."""
    told: Words | None = None
    """What the customer is told of it; else `informing.words_for` has plain words."""
    unit: str = Field("", max_length=50)
    """The code of the unit that does it."""
    skill: str = Field("", max_length=50)
    """Or the skill it takes."""
    post: str = Field("", max_length=50)
    """Or the function of the post that does it."""
    addressee: Literal["", "account_manager"] = ""
    """Whom of them it is offered to by name, who is first contact once they accept; where nobody is named, the unit as a whole."""
    budget: Allowance | None = None
    """The internal commitment: from offer to delivery."""
    evidence: Annotated[tuple[Words, ...], BeforeValidator(listed)] = ()
    """What must be there at delivery."""
    event: EventKinds = ()
    """What its delivery tells of the matter: one kind of the vocabulary of promises, or several in this order."""
    accept_within: Allowance = Allowance.parse("30 minutes")
    """An offer not accepted by then counts against the receiver."""
    urgent_accept_within: Allowance = Allowance.parse("10 minutes")
    """The same for urgent matters."""
    holds: bool = True
    """Whether what the customer causes may pause its clock."""
    end: Literal["", "a", "b"] = ""
    """Of what runs between two addresses, at which end it is done: where stages name both, somebody comes to each."""
    runs: str = Field("", max_length=20)
    """The step that the system does by itself (`STEPS`); its unit answers for it, and does it where the system cannot."""

    @property
    def holder(self) -> str:
        """Who does it: the unit's code, `skill:…` or `post:…`; empty while nobody is named."""
        return self.unit or (f"skill:{self.skill}" if self.skill else "") or (f"post:{self.post}" if self.post else "")


class Gate(Strict):
    """A node without work: where the flow starts, ends, branches or comes together."""

    kind: Literal["start", "end", "split", "join", "choice"]
    """What it does."""
    code: NodeCode
    """Its name in the flow."""
    title: Words | None = None
    """What is decided there, if that needs saying."""


class Edge(Strict):
    """A way from one node to the next."""

    from_: NodeCode = Field(alias="from")
    """The node it leaves."""
    to: NodeCode
    """The node it enters."""
    when: Selector = Field({})
    """Out of a choice: the conditions, all of which must hold."""
    otherwise: bool = False
    """Out of a choice: taken when nothing else holds."""
    label: Words | None = None
    """What a picture says beside it, if that needs saying."""
    returns: Words | None = None
    """A way back for rework, and its reason. Nobody takes it by itself."""


Node = Annotated[Stage | Gate, Field(discriminator="kind")]


class Flow(Strict):
    """One version of a flow template."""

    code: FlowCode
    """Its name."""
    title: Words
    """One line for people."""
    note: Words | None = None
    """What a reader should know."""
    line: Line
    """The response line it belongs to."""
    serves: Served
    """The promise it makes true."""
    applies: Applies = Applies()
    """To which matters it applies."""
    facts: dict[str, DeclaredFact] = Field({})
    """Facts of its own that conditions ask about."""
    nodes: tuple[Node, ...] = Field(min_length=1, max_length=200)
    """Everything that stands in it."""
    edges: tuple[Edge, ...] = Field((), max_length=600)
    """The ways between."""

    @cached_property
    def stages(self) -> Mapping[str, Stage]:
        """The stages by code, in the order of the document."""
        return {node.code: node for node in self.nodes if isinstance(node, Stage)}

    @cached_property
    def declared(self) -> Mapping[str, Fact]:
        """Every fact that a condition may ask about."""
        return dict(FACTS) | {name: _fact(name, declared) for name, declared in self.facts.items()}

    def document(self) -> dict[str, Any]:
        """The flow as plain JSON values; what stands at its default is left out. `parse` reads it back."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True) | {
            "nodes": [
                {"kind": node.kind}
                | node.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
                for node in self.nodes
            ]
        }


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a flow: at which node or field, what, and the remedy."""

    where: str
    code: str
    text: Text


def finding(where: str, code: str, zh: str, en: str, *, called: Text | None = None) -> Finding:
    """One finding whose text begins with where it is, by the name by which people call that, else by its code."""
    name = called or Text(zh=where, en=where)
    return Finding(where, code, Text(zh=f"{name.zh}：{zh}", en=f"{name.en}: {en}"))


UNKEEPABLE = Finding(
    "",
    "unkeepable",
    Text(
        zh="含有无法保存的字符或嵌套过深：请删去",
        en="it holds characters that cannot be kept, or is nested too deeply: remove them",
    ),
)


class Unreadable(ValueError):
    """Data that is no flow at all; `findings` says why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        super().__init__("; ".join(finding.text.en for finding in findings))


def parse(data: object) -> Flow:
    """The flow in plain data. It may still be unfit for publishing. Raises `Unreadable` with every finding."""
    if not keepable(data):
        raise Unreadable((UNKEEPABLE,))
    try:
        return Flow.model_validate(data)
    except ValidationError as refused:
        raise Unreadable(tuple(_findings(data, refused))) from None


def keepable(data: object) -> bool:
    """False for signs that no database keeps: the null character and halves of a sign."""
    try:
        json.dumps(data, ensure_ascii=False, default=str).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return not _has_null(data)


def _has_null(data: object) -> bool:
    match data:
        case str():
            return "\0" in data
        case Mapping():
            return any(_has_null(part) for pair in data.items() for part in pair)
        case list() | tuple():
            return any(_has_null(part) for part in data)
        case _:
            return False


def _findings(data: object, refused: ValidationError) -> Iterator[Finding]:
    for error in refused.errors(include_url=False, include_input=False):
        where = _where(data, error["loc"])
        said = wording(error, _keys())
        text = Text(zh=f"{where}：{said.zh}", en=f"{where}: {said.en}") if where else said
        yield Finding(where, error["type"], text)


def _where(data: object, place: tuple[str | int, ...]) -> str:
    """The code of the node, or the two ends of the edge, in which the place lies."""
    if len(place) < 2 or not isinstance(data, Mapping) or not isinstance(place[1], int):
        return ""
    part = data[str(place[0])][place[1]]
    if not isinstance(part, Mapping):
        return ""
    return str(part["code"] if "code" in part else f"{part.get('from', '?')} → {part.get('to', '?')}")[:130]


@cache
def _keys() -> frozenset[str]:
    return frozenset(keys(Flow))


def _fact(name: str, declared: DeclaredFact) -> Fact:
    known = FACTS.get(name)
    values = frozenset(declared.values) | (known.values if known else frozenset())
    return Fact(known.kind if known else declared.kind, declared.title, values)
