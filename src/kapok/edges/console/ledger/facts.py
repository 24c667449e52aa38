"""What is known of a matter, in words: facts by their titles, flows and their stages by theirs, people by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.timezone import get_current_timezone

from kapok.edges.console.ledger.presenting import names_of
from kapok.ground.catalog import queries as catalog
from kapok.ground.catalog.template import ADDRESSEES, Flow
from kapok.ground.commitments.approving import REQUESTERS
from kapok.ground.commitments.rules import PAUSE_FIELDS
from kapok.kernel.promises import FACTS
from kapok.kernel.promises.facts import FactKind, number
from kapok.kernel.promises.values import value_title
from kapok.kernel.promises.wording import moment
from kapok.kernel.text import Text, same

Facts = Mapping[str, Any]

SAID = {
    **PAUSE_FIELDS,
    **ADDRESSEES,
    "flow": Text(zh="流程", en="flow"),
    "flow_version": Text(zh="流程版本", en="version of the flow"),
    "stage": Text(zh="工序", en="stage"),
    "urgent": Text(zh="加急", en="urgent"),
    "accept_by": Text(zh="接受时限", en="time limit for acceptance"),
}
"""What an entry says besides the facts that promises ask for."""
NOTHING = Text(zh="无", en="nothing")
FIGURES = frozenset({FactKind.MONEY, FactKind.NUMBER})


@dataclass(frozen=True)
class Known:
    """What the flows that facts name say, by code and version, and the names of the people, by their staff numbers."""

    flows: Mapping[tuple[str, str], Flow] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)

    def said(self, facts: Facts) -> Iterator[tuple[Text, Text]]:
        """Facts in words."""
        for name in facts:
            yield fact_name(name), self.value(name, facts)

    def value(self, name: str, facts: Facts) -> Text:
        """One of these facts in words; a stage is one of the flow that they name."""
        value = facts.get(name)
        if value is None:
            return NOTHING
        flow = self.flows.get(_version(facts))
        if flow and name == "flow":
            return flow.title
        if flow and name == "stage" and value in flow.stages:
            return flow.stages[value].title
        person = self.people.get(str(value).removeprefix("staff/")) if name in PEOPLE else None
        return same(person) if person else fact_value(name, value)


PEOPLE = frozenset({*ADDRESSEES, "approved_by", "requested_by"})
"""The facts that name somebody."""


def known_of(several: Iterable[Facts]) -> Known:
    """What these facts name; two queries at most, whatever their number."""
    asked = list(several)
    flows = catalog.flows_called({_version(facts) for facts in asked if facts.get("flow")})
    people = names_of(
        f"staff/{str(facts[name]).removeprefix('staff/')}" for facts in asked for name in PEOPLE & facts.keys()
    )
    return Known(flows, people)


def _version(facts: Facts) -> tuple[str, str]:
    return str(facts.get("flow")), str(facts.get("flow_version"))


def fact_name(name: str) -> Text:
    """What a fact is called."""
    return FACTS[name].title if name in FACTS else SAID.get(name, same(name))


def fact_value(name: str, value: Any) -> Text:
    """The value of a fact in words, as far as they need not be looked up."""
    if name == "requested_by" and value in REQUESTERS:
        return REQUESTERS[value]
    if name == "accept_by":
        return same(moment(datetime.fromisoformat(str(value)), get_current_timezone()))
    fact = FACTS.get(name)
    if fact and fact.kind in FIGURES and (figure := number(value)) is not None:
        return same(f"{figure:,}")
    known = name == "urgent" or (fact and fact.values)
    return value_title(name, str(value)) if known else same(value)
