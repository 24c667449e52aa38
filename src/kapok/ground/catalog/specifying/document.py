"""Specifications as data: services (TMF633), resources (TMF634) and usage plans. Strict, bilingual, and pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, Field, StrictBool, StrictInt, StrictStr, ValidationError

from kapok.ground.catalog.template import UNKEEPABLE, Finding, Unreadable, keepable
from kapok.kernel.promises.fields import Names, Strict, Words, refuse
from kapok.kernel.promises.findings import keys, wording
from kapok.kernel.text import Text

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]
Value = bool | int | str
Stated = StrictBool | StrictInt | Annotated[StrictStr, Field(max_length=200)]
LONGEST = 200
"""No title is longer, in signs."""
LARGEST = 10**12
"""No number is larger."""


def _short(words: Text) -> Text:
    if max(len(words.zh), len(words.en)) > LONGEST:
        raise refuse("too_long", f"不得超过 {LONGEST} 字：请缩短", f"holds at most {LONGEST} characters: shorten it")
    return words


Title = Annotated[Words, AfterValidator(_short)]


class Sort(StrEnum):
    """What is specified."""

    SERVICE = "service"
    RESOURCE = "resource"
    USAGE = "usage"


SORTS: Mapping[Sort, Text] = {
    Sort.SERVICE: Text(zh="业务规格", en="service specification"),
    Sort.RESOURCE: Text(zh="资源规格", en="resource specification"),
    Sort.USAGE: Text(zh="用量计划", en="usage plan"),
}


class ValueType(StrEnum):
    """What a characteristic is stated in."""

    FLAG = "flag"
    NUMBER = "number"
    WORDS = "words"


TYPES: Mapping[ValueType, Text] = {
    ValueType.FLAG: Text(zh="是或否", en="yes or no"),
    ValueType.NUMBER: Text(zh="整数", en="a whole number"),
    ValueType.WORDS: Text(zh="文字", en="words"),
}
_PYTHON: Mapping[ValueType, type] = {ValueType.FLAG: bool, ValueType.NUMBER: int, ValueType.WORDS: str}


class Choice(Strict):
    """One of the words that a characteristic can be."""

    value: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]
    """As it is stored."""
    title: Title
    """As people read it."""


class Characteristic(Strict):
    """One thing that is stated of a service or a resource."""

    name: Name
    """Its name."""
    title: Title
    """What people call it."""
    type: ValueType = ValueType.WORDS
    """What it is stated in."""
    choices: tuple[Choice, ...] = Field((), max_length=60)
    """The words that it can be; any when empty."""
    least: int = Field(1, ge=-LARGEST, le=LARGEST)
    """The least that a number can be."""
    most: int = Field(400_000, ge=-LARGEST, le=LARGEST)
    """The most that a number can be."""
    unit: Title | None = None
    """What a number counts."""
    default: Stated | None = None
    """What is stated where an offer does not."""
    needed: bool = True
    """Whether it has to be stated."""
    configurable: bool = True
    """Whether an order may wish otherwise than its offer states, within what the offer states."""

    @property
    def called(self) -> Text:
        """Its title with its unit."""
        if self.unit is None:
            return self.title
        return Text(zh=f"{self.title.zh}（{self.unit.zh}）", en=f"{self.title.en} ({self.unit.en})")

    @property
    def values(self) -> dict[str, Text]:
        """The words that it can be, each with its title."""
        return {each.value: each.title for each in self.choices}

    def fits(self, value: object) -> bool:
        """Whether it can be this."""
        if type(value) is not _PYTHON[self.type]:
            return False
        sized = not isinstance(value, int) or isinstance(value, bool) or self.least <= value <= self.most
        return sized and (not self.choices or value in self.values)


class Entry(Strict):
    """What all entries have."""

    sort: ClassVar[Sort]
    code: Code
    """Its name."""
    title: Title
    """One line for people."""
    note: Words | None = None
    """What a reader should know."""

    def document(self) -> dict[str, Any]:
        """The entry as plain JSON values; what stands at its default is left out. `parse` reads it back."""
        return self.model_dump(mode="json", exclude_defaults=True, exclude_none=True)


class Described(Entry):
    """What has characteristics."""

    characteristics: tuple[Characteristic, ...] = Field((), max_length=40)
    """What is stated of it, in the order in which it is shown."""

    @property
    def by_name(self) -> dict[str, Characteristic]:
        """Its characteristics by name."""
        return {each.name: each for each in self.characteristics}

    @property
    def defaults(self) -> dict[str, Value]:
        """What is stated where an offer does not."""
        return {each.name: each.default for each in self.characteristics if each.default is not None}


class ServiceSpecification(Described):
    """A service that can be provided."""

    sort = Sort.SERVICE
    service: str = Field("", max_length=60)
    """The product family, by which flows and promises are chosen."""
    resources: Names = ()
    """The kinds of resources it can take."""


class ResourceSpecification(Described):
    """A kind of resource that an order can ask the inventory for; its code is the inventory's kind."""

    sort = Sort.RESOURCE
    states: Literal["allocation"] = "allocation"
    """The state model that it follows."""


STATE_MODELS: Mapping[str, Text] = {
    "allocation": Text(
        zh="占用：空闲、预占、已分配、在用、待释放",
        en="allocation: free, reserved, assigned, in service, to be released",
    ),
}


class Counted(StrEnum):
    """What a usage plan counts."""

    CALL_TIME = "call_time"
    CALLS = "calls"
    MESSAGES = "messages"
    DATA_VOLUME = "data_volume"
    ONLINE_TIME = "online_time"


COUNTED: Mapping[Counted, Text] = {
    Counted.CALL_TIME: Text(zh="通话时长", en="time of calls"),
    Counted.CALLS: Text(zh="通话次数", en="calls"),
    Counted.MESSAGES: Text(zh="短信条数", en="messages"),
    Counted.DATA_VOLUME: Text(zh="数据流量", en="volume of data"),
    Counted.ONLINE_TIME: Text(zh="在线时长", en="time on line"),
}


class UsagePlan(Entry):
    """By what usage is rated. Here it is only named: billing rates usage by it later."""

    sort = Sort.USAGE
    counts: Counted = Counted.CALL_TIME
    """What is counted."""
    unit: Title
    """One unit of it, such as a minute."""


Specification = ServiceSpecification | ResourceSpecification | UsagePlan
READ: Mapping[Sort, type[ServiceSpecification] | type[ResourceSpecification] | type[UsagePlan]] = {
    Sort.SERVICE: ServiceSpecification,
    Sort.RESOURCE: ResourceSpecification,
    Sort.USAGE: UsagePlan,
}


@dataclass(frozen=True)
class Specified:
    """What offers are specified by, each by its code."""

    services: Mapping[str, ServiceSpecification] = field(default_factory=dict)
    resources: Mapping[str, ResourceSpecification] = field(default_factory=dict)
    plans: Mapping[str, UsagePlan] = field(default_factory=dict)


def parse(sort: Sort, data: object) -> Specification:
    """The specification in plain data. It may still be unfit for publishing. Raises `Unreadable` with every finding."""
    return read(READ[sort], data)


Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model], data: object) -> Model:
    """What plain data says. Raises `Unreadable` with every finding."""
    if not keepable(data):
        raise Unreadable((UNKEEPABLE,))
    try:
        return model.model_validate(data)
    except ValidationError as refused:
        raise Unreadable(tuple(_findings(model, refused))) from None


def _findings(model: type[BaseModel], refused: ValidationError) -> Iterator[Finding]:
    for error in refused.errors(include_url=False, include_input=False):
        where = ".".join(str(part) for part in error["loc"])[:130]
        yield Finding(where, error["type"], wording(error, _keys(model)))


@cache
def _keys(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(keys(model))
