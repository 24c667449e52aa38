"""What offers cost, who may order them, when trials end, which flows they take, and what keeps them from being sold."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from kapok.ground.catalog.cast import FLOWS
from kapok.ground.catalog.offering import cast, rules, telling
from kapok.ground.catalog.offering.document import Offer, Shown, parse
from kapok.ground.catalog.offering.soundness import Around, problems
from kapok.ground.catalog.rules import Candidate
from kapok.ground.catalog.specifying.document import Specified
from kapok.ground.catalog.specifying.document import parse as read
from kapok.ground.catalog.template import Unreadable
from kapok.ground.catalog.template import parse as flow
from kapok.kernel.money import CurrencyMismatch, Money
from kapok.kernel.promises import available, load
from kapok.kernel.text import Text
from tests.shipped import SHIPPED

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PACK = load(next(path for path in available() if path.stem == "guangzhou-pledges"))
ON_LINE = [Candidate(each.code, 1, each.applies.selector) for each in map(flow, FLOWS) if each.line == "fulfilment"]
SOLD = {document["code"]: parse(document) for document in cast.OFFERS}
SPECIFIED = Specified(*({each["code"]: read(sort, each) for each in found} for sort, found in SHIPPED.items()))
SKILLS = frozenset(["fibre", "climbing"])


def around(offer: Offer, **more: Any) -> Around:
    promises = {
        each: (PACK.by_code.get(each.code) or [None])[0] if each.pack == PACK.code else None for each in offer.promises
    }
    return Around(
        **({"specified": SPECIFIED, "flows": ON_LINE, "promises": promises, "parts": SOLD, "skills": SKILLS} | more)
    )


def found(document: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    offer = parse(document)
    return [(each.where, each.code) for each in problems(offer, around(offer, **more))]


def fibre(**more: Any) -> dict[str, Any]:
    return copy.deepcopy(SOLD["fibre-100"].document()) | more


def priced(*prices: tuple[str, int, dict[str, Any]]) -> Offer:
    rows = [
        {"kind": kind, "title": {"zh": "项", "en": "item"}, "amount": amount} | more for kind, amount, more in prices
    ]
    return parse(fibre(prices=rows))


# ---- what it costs ----


def test_a_quote_adds_what_falls_due_once_and_each_month() -> None:
    quote = rules.price(SOLD["fibre-100"], 3)
    assert (quote.one_off, quote.monthly) == (Money(30000, "CNY"), Money(26400, "CNY"))
    assert [(line.title.en, line.quantity, line.total.minor) for line in quote.lines] == [
        ("installation", 3, 30000), ("rental", 3, 26400),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("period", "amount", "monthly"),
    [
        ("month", 100, 100),
        ("quarter", 100, 33),
        ("quarter", 200, 67),
        ("year", 1200, 100),
        ("year", 6, 1),
        ("year", 5, 0),
    ],
)
def test_a_quarter_or_a_year_counts_in_the_month_by_its_share(period: str, amount: int, monthly: int) -> None:
    quote = rules.price(priced(("recurring", amount, {"period": period})))
    assert (quote.one_off.minor, quote.monthly.minor) == (0, monthly)


def test_usage_stands_in_the_lines_and_in_no_sum() -> None:
    quote = rules.price(SOLD["voice"])
    assert (quote.one_off.minor, quote.monthly.minor, len(quote.lines)) == (10000, 2500, 3)
    assert telling.priced(quote.lines[2].price) == Text(zh="每分钟 0.11 元", en="CNY 0.11 a minute")


def test_several_currencies_have_no_sum() -> None:
    offer = priced(("one_off", 1, {}), ("one_off", 1, {"currency": "EUR"}))
    with pytest.raises(CurrencyMismatch):
        rules.price(offer)
    assert ("prices", "currencies") in found(offer.document())


def test_a_bundle_saves_what_its_parts_cost_more() -> None:
    bundle = SOLD["sme-blue"]
    saved = rules.saving(bundle, [SOLD[code] for code in bundle.parts])
    assert (saved.one_off.minor, saved.monthly.minor) == (40000, 2400)


# ---- who may order it ----


@pytest.mark.parametrize(
    ("code", "facts", "channel", "why"),
    [
        ("circuit-10", {"segment": "business"}, "business", None),
        ("circuit-10", {"segment": "business"}, "", None),
        ("circuit-10", {"segment": "business"}, "public", "it is sold only through key accounts or business"),
        ("circuit-10", {"segment": "public"}, "business", "it is sold only for segment business or key account"),
        ("circuit-10", {}, "business", "it is sold only for segment business or key account"),
        ("voice", {}, "public", None),
    ],
)
def test_whoever_it_is_not_for_is_told_so(code: str, facts: dict[str, str], channel: str, why: str | None) -> None:
    said = rules.refusal(SOLD[code], facts, channel)
    assert (said.en if said else None) == why


def test_eligibility_asks_for_what_is_known() -> None:
    offer = parse(fibre(eligibility={"payment": "prepaid"}))
    assert rules.refusal(offer, {"payment": "prepaid"}, "public") is None
    assert rules.refusal(offer, {}, "public") == Text(zh="须满足：付费方式：预付费", en="it takes payment: prepaid")


# ---- trials ----


def test_a_trial_ends_by_itself_and_comes_again_after_a_year() -> None:
    trial = SOLD["trial-fibre-1000"]
    assert rules.trial_ends(trial, AT) == datetime(2026, 4, 1, 1, 0, tzinfo=UTC)
    assert rules.trial_ends(SOLD["voice"], AT) is None
    by_hand = parse(trial.document() | {"trial": {"days": 30, "ends_by_itself": False}})
    assert rules.trial_ends(by_hand, AT) is None
    assert rules.trial_again(AT) == datetime(2027, 3, 2, 1, 0, tzinfo=UTC)
    assert rules.trial_again(datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2029, 3, 1, tzinfo=UTC)
    assert rules.trial_again(datetime(2026, 8, 31, tzinfo=UTC), 6) == datetime(2027, 3, 1, tzinfo=UTC)
    assert rules.trial_again(datetime(2026, 12, 31, tzinfo=UTC), 1) == datetime(2027, 1, 31, tzinfo=UTC)
    assert rules.trial_again(AT, 0) == AT


# ---- flows ----


def test_each_action_takes_the_flow_of_its_customers() -> None:
    taken = rules.taken(SOLD["circuit-10"], "install", ON_LINE)
    assert list(taken) == ["circuit", "circuit-sl1", "circuit-sl2", "circuit-sl3"]
    assert {"segment": "key_account", "tier": "SL1"} in taken["circuit-sl1"]
    assert list(rules.taken(SOLD["voice"], "cease", ON_LINE)) == ["cease"]
    assert rules.taken(SOLD["voice"], "port", ON_LINE) == {}


def test_a_flow_that_asks_for_no_action_is_no_order_s() -> None:
    """Requests of business customers have a flow of their own; it must not pass for that of an order."""
    offer = parse(fibre(segments=["business"], actions=["install", "port"]))
    assert rules.without_flow(offer, "fixed_broadband", ON_LINE) == {
        "port": {"service": "fixed_broadband", "action": "port", "segment": "business"}
    }


# ---- whether it may be sold ----


@pytest.mark.parametrize("document", cast.OFFERS, ids=lambda each: each["code"])
def test_the_offers_of_the_demonstration_can_be_sold_and_survive_writing(document: dict[str, Any]) -> None:
    offer = parse(document)
    assert problems(offer, around(offer)) == ()
    assert parse(offer.document()) == offer
    assert "demonstration" in (offer.note or Text("", "")).en.lower()


PRICE = {"kind": "one_off", "title": {"zh": "费", "en": "fee"}, "amount": 1}
TRIAL = SOLD["trial-website"].document()
BUNDLE = SOLD["sme-blue"].document()


@pytest.mark.parametrize(
    ("document", "finding"),
    [
        (fibre(segments=["nobody"]), ("segments", "unknown_value")),
        (fibre(channels=["pigeon"]), ("channels", "unknown_value")),
        (fibre(eligibility={"mood": ["good"]}), ("eligibility", "unknown_fact")),
        (fibre(eligibility={"payment": {"above": 1}}), ("eligibility", "condition_shape")),
        (fibre(eligibility={"lines": ["many"]}), ("eligibility", "condition_shape")),
        (fibre(eligibility={"payment": ["barter"]}), ("eligibility", "unknown_value")),
        (fibre(service="", spec=""), ("service", "no_service")),
        (fibre(service="telepathy"), ("service", "unknown_value")),
        (fibre(spec="copper"), ("spec", "unknown_spec")),
        (fibre(spec="circuit"), ("spec", "spec_of_another_service")),
        (fibre(characteristics={"down_mbps": 100, "up_mbps": 20}), ("characteristics", "missing")),
        (fibre(characteristics={"down_mbps": "fast", "up_mbps": 20, "profile": "x"}), ("characteristics", "characteristic_shape")),
        (fibre(characteristics={"down_mbps": 0, "up_mbps": 20, "profile": "x"}), ("characteristics", "characteristic_shape")),
        (fibre(characteristics={"down_mbps": 1, "up_mbps": 1, "profile": "x", "taste": "x"}),
         ("characteristics", "unknown_characteristic")),
        (fibre(resources=[{"kind": "gold"}]), ("resources", "unknown_value")),
        (fibre(resources=[{"kind": "sim"}]), ("resources", "resource_of_another_service")),
        (fibre(resources=[{"kind": "vlan"}, {"kind": "vlan"}]), ("resources", "role_twice")),
        (fibre(prices=[]), ("prices", "no_price")),
        (fibre(prices=[PRICE | {"kind": "usage"}]), ("prices", "no_unit")),
        (fibre(trial={"days": 3}), ("trial", "trial_days")),
        (fibre(kind="trial"), ("trial", "trial_days")),
        (TRIAL | {"prices": [PRICE]}, ("prices", "trial_charges")),
        (TRIAL | {"trial": {"days": 3, "becomes": "nothing"}}, ("trial", "part_not_on_sale")),
        (fibre(parts=["voice"]), ("parts", "parts")),
        (BUNDLE | {"parts": ["voice"]}, ("parts", "too_few_parts")),
        (BUNDLE | {"parts": ["voice", "voice"]}, ("parts", "too_few_parts")),
        (BUNDLE | {"parts": ["voice", "nothing"]}, ("parts", "part_not_on_sale")),
        (BUNDLE | {"parts": ["voice", "sme-blue"]}, ("parts", "part_does_not_fit")),
        (BUNDLE | {"service": "fixed_voice", "spec": "voice-line"}, ("parts", "service_of_bundle")),
        (BUNDLE | {"actions": ["install", "port"]}, ("actions", "no_flow")),
        (fibre(actions=["install", "juggle"]), ("actions", "unknown_value")),
        (fibre(actions=["move"]), ("actions", "no_install")),
        (fibre(actions=["install", "renumber"]), ("actions", "no_flow")),
        (fibre(promises=[{"pack": "guangzhou-pledges", "code": "none"}]), ("promises", "unknown_promise")),
        (fibre(promises=[{"pack": "guangzhou-pledges", "code": "SL1-circuit"}]), ("promises", "promise_for_others")),
        (fibre(segments=["public"], promises=[{"pack": "guangzhou-pledges", "code": "reply"}]), ("promises", "promise_for_others")),
        (fibre(visit={"skill": "juggling", "minutes": 30}), ("visit", "unknown_skill")),
    ],
)  # fmt: skip
def test_what_is_lacking_is_found(document: dict[str, Any], finding: tuple[str, str]) -> None:
    assert finding in found(document)
    offer = parse(document)
    assert all(each.text.zh and each.text.en for each in problems(offer, around(offer)))


def test_a_choice_among_words_is_kept() -> None:
    circuit = SOLD["circuit-10"].document()
    assert found(circuit | {"characteristics": circuit["characteristics"] | {"protection": "some"}}) == [
        ("characteristics", "characteristic_shape")
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ([], "model_type"),
        ({"code": "x"}, "missing"),
        (fibre(code="No Code"), "string_pattern_mismatch"),
        (fibre(colour="red"), "extra_forbidden"),
        (fibre(prices=[PRICE | {"amount": -1}]), "greater_than_equal"),
        (fibre(prices=[PRICE | {"amount": 1.5}]), "int_from_float"),
        (fibre(title={"zh": "长" * 201, "en": "x"}), "too_long"),
        (fibre(title={"zh": "\0", "en": "x"}), "unkeepable"),
    ],
)
def test_what_is_no_offer_is_refused_with_its_place(data: object, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(data)
    assert code in [each.code for each in refused.value.findings]


# ---- the ends of what runs between two addresses ----


def test_a_circuit_says_what_it_takes_at_its_far_end() -> None:
    circuit = SOLD["circuit-10"]
    assert (circuit.far_roles, SOLD["fibre-100"].far_roles) == (frozenset({"end_b"}), frozenset())
    assert circuit.document()["resources"] == [
        {"kind": "circuit_port", "role": "end_a"}, {"kind": "circuit_port", "role": "end_b", "end": "b"}, {"kind": "vlan"},
    ]  # fmt: skip
    assert telling.needs(circuit.resources, SPECIFIED) == Text(
        zh="电路端口（end_a）、电路端口（end_b、B 端（远端））、VLAN",
        en="circuit port (end_a), circuit port (end_b, B end (far end)), VLAN",
    )


@pytest.mark.parametrize(
    ("resources", "code"),
    [
        ([{"kind": "circuit_port", "end": "b"}], "far_end_alone"),
        ([{"kind": "circuit_port"}, {"kind": "circuit_port", "end": "b"}], "role_twice"),
    ],
)
def test_an_offer_of_two_ends_takes_something_at_each_and_calls_it_differently(
    resources: list[dict[str, str]], code: str
) -> None:
    assert found(SOLD["circuit-10"].document() | {"resources": resources}) == [("resources", code)]


# ---- in words ----


def test_differences_name_what_changed() -> None:
    document = fibre(segments=["public"], position=9, visit={"skill": "climbing", "minutes": 30})
    document["prices"] = [*document["prices"][:1], PRICE]
    document["characteristics"]["up_mbps"] = 30
    document["resources"] = [{"kind": "vlan", "role": "inner", "count": 2}]
    told = [
        (each.what.en, each.before.en, each.after.en)
        for each in telling.differences(SOLD["fibre-100"], parse(document), SPECIFIED, SPECIFIED)
    ]
    assert told == [
        ("place in the catalogue", "200", "9"),
        ("sold to", "—", "segment: public"),
        ("visit", "fibre, 90 minutes", "climbing, 30 minutes"),
        ("resources", "PON port, splitter port, optical network unit, VLAN", "VLAN (inner) ×2"),
        ("rental", "CNY 88.00 a month", "—"),
        ("fee", "—", "CNY 0.01 once"),
        ("upload (Mbit/s)", "20", "30"),
    ]
    assert telling.differences(SOLD["voice"], SOLD["voice"], SPECIFIED, SPECIFIED) == []


def test_words_for_trials_flags_and_plans() -> None:
    assert telling.trial(SOLD["trial-website"]).en == "60 days, ends by itself; then website can be ordered"
    by_hand = parse(TRIAL | {"trial": {"days": 3, "ends_by_itself": False}})
    assert telling.trial(by_hand).zh == "3 天，须人工结束"
    changed = parse(
        fibre(characteristics={"free": True, "late": False}, prices=[PRICE | {"currency": "EUR"}], visit=None)
    )
    assert [said.en for _, said in telling.characteristics(changed, SPECIFIED)] == ["yes", "no"]
    assert telling.priced(changed.prices[0]) == Text(zh="一次性 EUR 0.01", en="EUR 0.01 once")
    assert telling.visit(changed).en == telling.trial(changed).en == "—"
    assert telling.channels(SOLD["payphone"]).en == "transient users"


def test_characteristics_come_in_the_order_of_the_specification() -> None:
    """A database gives them back in an order of its own."""
    offer = parse(fibre(characteristics={"profile": "x", "up_mbps": 20, "down_mbps": 100}))
    assert [said.en for _, said in telling.characteristics(offer, SPECIFIED)] == ["100", "20", "x"]


def test_a_promise_shown_is_its_pack_and_code() -> None:
    assert SOLD["website"].promises == (Shown(pack="guangzhou-pledges", code="reply"),)
