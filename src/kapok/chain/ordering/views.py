"""What readers of orders see: frozen, with the names of people, units and states beside their codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kapok.chain.ordering import rules
from kapok.chain.ordering.ends import AT_END
from kapok.chain.ordering.rules import Action, Deviation, State, StepState
from kapok.ground.catalog.offering.document import ENDS, End
from kapok.ground.commitments.queries import Row
from kapok.ground.work.urging import URGED
from kapok.kernel.money import Money
from kapok.kernel.text import Text, joined
from kapok.network.activation.readings import reading
from kapok.network.inventory.views import between

NOTHING = Text(zh="", en="")
SUPERVISED = Text(zh="督办", en="under supervision")
BY_HAND = Text(zh="撤单中（人工处理）", en="being cancelled, by our staff")


class Standing:
    """Where an order or a leg stands, in words: `state_name` to us, `told_name` to the customer."""

    state: State
    exception: str

    @property
    def state_name(self) -> Text:
        """The state: of an order that of the worst of its open legs."""
        return rules.STATES[self.state]

    @property
    def told_name(self) -> Text:
        """The one state that the customer is told; what the system could not take back is no failure of theirs."""
        return BY_HAND if self.state is State.FAILED else self.state_name

    @property
    def exception_name(self) -> Text:
        """What its exception is called; nothing for none."""
        return rules.DEVIATIONS[Deviation(self.exception)].title if self.exception else NOTHING


@dataclass(frozen=True)
class Pressed:
    """How an order or a leg is pressed for: urged so often, and whether under supervision; who did, since when, why.

    Under supervision these say who put it there, else who urged last. To put it there counts as an urge.
    """

    order: str
    leg: int
    urged: int
    supervised: bool
    by: str
    since: datetime
    why: str

    @property
    def badge(self) -> Text:
        """It in a word."""
        times = URGED.format(number=self.urged)
        return joined([SUPERVISED, times], zh=" · ", en=" · ") if self.supervised else times


@dataclass(frozen=True)
class StepView:
    """Something that the system does for a leg."""

    id: UUID
    name: str
    stage: str
    state: StepState
    attempts: int
    next_try_at: datetime | None
    code: str
    error: Text
    measured: Mapping[str, Any]
    by: str
    takes_back: str
    """The name of the step that it takes back, if it does."""
    opened_at: datetime
    done_at: datetime | None

    @property
    def readings(self) -> list[tuple[Text, Text]]:
        """What was measured, by name, each with its unit."""
        return [reading(name, value) for name, value in self.measured.items()]

    @property
    def title(self) -> Text:
        """What it does."""
        return rules.DEEDS[self.name].title

    @property
    def state_name(self) -> Text:
        """Where it stands."""
        return rules.STEP_STATES[self.state]

    @property
    def stuck(self) -> bool:
        """Whether a person may let it be tried again, or settle it by hand."""
        return self.state in {StepState.FALLEN_OUT, StepState.FAILED}


@dataclass(frozen=True)
class StageView:
    """One stage of a leg's chain: `status` is done, running, next or later."""

    code: str
    title: Text
    told: Text
    """What the customer is told happens there."""
    status: str
    column: int
    """Its place in the chain, from 0; those of one place run side by side."""
    unit_name: Text
    accountable_name: str
    holder_name: str
    item: UUID | None
    opened_at: datetime | None
    ended_at: datetime | None
    budget: Text | None
    clock: Row | None
    """The commitment of the stage that falls due first, or the last one that it kept or broke."""
    runs: Text | None
    """What the system does of it."""
    step: StepView | None


@dataclass(frozen=True)
class LineView:
    """One line of a leg."""

    number: int
    offer: str
    version: int
    title: Text
    quantity: int
    characteristics: Mapping[str, Any]
    service: str
    billed_from: date | None = None
    """The first day for which billing counts it, once billing has been told."""


@dataclass(frozen=True)
class Way:
    """A way back of a stage in hand."""

    stage: str
    title: Text
    reason: Text


@dataclass(frozen=True)
class LegView(Standing):
    """One leg of an order with its chain, its steps and what was promised of it."""

    id: UUID
    number: int
    subject: str
    action: Action
    address: str
    address_full: Text
    far_address: str
    """The far end of what is installed between two addresses; empty for what has one."""
    far_address_full: Text
    end: End
    """Which end of its services the address is."""
    state: State
    exception: str
    compensation: str
    cause: str
    reason: str
    until: datetime | None
    version: int
    after: int | None
    promised_date: date | None
    begun_at: datetime | None
    committed_at: datetime | None
    completed_at: datetime | None
    confirmed_at: datetime | None
    rating: int | None
    expected_at: datetime | None
    jeopardy_at: datetime | None
    pressed: Pressed | None
    """How it is pressed for, while it is open."""
    lines: tuple[LineView, ...]
    stages: tuple[StageView, ...]
    steps: tuple[StepView, ...]
    promises: tuple[Row, ...]
    """What was promised of the leg itself, the earliest due first."""
    ways_back: tuple[Way, ...]
    undoes: tuple[Text, ...]
    """What a cancellation would take back, in that order."""
    lacks: Mapping[str, Text]
    """The shortages of plant that it can have, by code."""
    cancel_refused: Text | None
    """Why it cannot be cancelled, if it cannot."""

    @property
    def action_name(self) -> Text:
        """What is done."""
        return rules.ACTIONS[self.action]

    @property
    def where(self) -> Text:
        """Where it is worked on: the address, both of what runs between two; of what moves its far end, that this is it."""
        if self.end is End.B:
            return AT_END.format(end=ENDS[self.end], lacking=self.address_full)
        return between(self.address_full, self.far_address_full)

    @property
    def asked(self) -> bool:
        """Whether a service works after it, so that the customer is asked whether it does."""
        return self.action in rules.ASKED

    @property
    def asks(self) -> bool:
        """Whether it is done, a service works after it, and the customer has not said yet that it does."""
        return self.asked and self.completed_at is not None and self.confirmed_at is None

    @property
    def why(self) -> Text:
        """Why it is in its exception, in each language where the reason was given in both."""
        return Text.kept(self.reason)

    @property
    def clocks(self) -> Text:
        """What its exception makes of the clocks."""
        return rules.DEVIATIONS[Deviation(self.exception)].clocks if self.exception else NOTHING

    @property
    def open(self) -> bool:
        """Whether something is left to do."""
        return self.state not in rules.OVER

    @property
    def by_hand(self) -> bool:
        """Whether people have to do what the system could not."""
        return self.open and any(step.state is StepState.FALLEN_OUT for step in self.steps)

    @property
    def lapsed(self) -> bool:
        """Whether it was given up because nobody paid it in time."""
        return self.cause == rules.UNPAID

    @property
    def undated(self) -> bool:
        """Whether it waits for plant of which nobody has said when it comes."""
        return rules.undated(self.state, self.exception, self.until)

    @property
    def due_at(self) -> datetime | None:
        """By when it has been promised."""
        return next((row.due_at for row in self.promises if row.running and row.tier != "stage"), None)


def due(quote: Mapping[str, Any]) -> Money:
    """What amendments after the payment made an order cost once more, or less."""
    return Money(quote.get("due", 0), quote.get("currency", "CNY"))


@dataclass(frozen=True)
class OrderRow(Standing):
    """One order as a list shows it."""

    id: UUID
    number: str
    customer: str
    channel: str
    state: State
    exception: str
    what: Text
    legs: int
    unit_name: Text
    first_contact_name: str
    placed_at: datetime
    closed_at: datetime | None
    jeopardy_at: datetime | None
    expected_at: datetime | None
    undated: bool
    """Whether a leg waits for plant of which nobody has said when it comes."""
    pressed: Pressed | None
    """How the most pressed for of its open legs is."""
    amended: bool
    """Whether a leg of it was amended (10Q), whatever became of it."""
    due: Money
    """What amendments after the payment cost once more, or less."""


@dataclass(frozen=True)
class OrderView(Standing):
    """One order in full."""

    id: UUID
    number: str
    customer: str
    account: str
    channel: str
    state: State
    exception: str
    unit: str
    unit_id: UUID
    unit_name: Text
    first_contact: str
    first_contact_name: str
    note: str
    quote: Mapping[str, Any]
    placed_at: datetime
    paid_at: datetime | None
    lapses_at: datetime | None
    """When it lapses if nobody pays it."""
    closed_at: datetime | None
    legs: tuple[LegView, ...]

    @property
    def subject(self) -> str:
        """How the journal calls it."""
        return f"order/{self.number}"

    @property
    def one_off(self) -> Money:
        """What was quoted once."""
        return Money(self.quote.get("one_off", 0), self.quote.get("currency", "CNY"))

    @property
    def due(self) -> Money:
        """What an amendment after the payment costs once more, or less; it goes to the bill."""
        return due(self.quote)

    @property
    def monthly(self) -> Money:
        """What was quoted each month."""
        return Money(self.quote.get("monthly", 0), self.quote.get("currency", "CNY"))
