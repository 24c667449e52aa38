"""Flow templates without a database: their shape, what may start next, which applies, whether the budgets fit."""

from __future__ import annotations

import copy
from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kapok.ground.catalog import rules
from kapok.ground.catalog.cast import FLOWS, INSTALL, KEY_ACCOUNT_FAULT, REPAIR, REPLY
from kapok.ground.catalog.cast.circuits import CIRCUITS
from kapok.ground.catalog.graph import structure
from kapok.ground.catalog.refusals import FlowTie, NoFlow, NoWayBack
from kapok.ground.catalog.rules import Candidate, choose, fits, next_stages, sent_back
from kapok.ground.catalog.template import Flow, Unreadable, parse
from kapok.kernel.promises import Promise, find, load
from tests.ground.catalog_flows import flows

PACK = load(find("guangzhou-pledges"))
UNITS = frozenset(["hotline", "dispatch", "monitoring", "tianhe-east-field", "key-accounts", "data", "yuexiu-hall"])
SKILLS = frozenset(["fibre", "copper"])
Document = dict[str, Any]


def promise(code: str) -> Promise:
    return PACK.by_code[code][0]


def codes(document: Document, serves: str = "repair") -> list[tuple[str, str]]:
    return [(each.where, each.code) for each in rules.problems(parse(document), promise(serves), UNITS, skills=SKILLS)]


def stage(code: str, **more: Any) -> Document:
    return {
        "kind": "stage",
        "code": code,
        "title": {"zh": "工", "en": code},
        "unit": "hotline",
        "budget": "1 hour",
    } | more


def flow(nodes: str, edges: str, **more: Any) -> Document:
    """`start a b+split end` and `start>a a>b`; a node is a stage unless its kind follows a plus."""
    made = []
    for word in nodes.split():
        code, _, kind = word.partition("+")
        kind = kind or (code if code in {"start", "end"} else "stage")
        made.append(stage(code) if kind == "stage" else {"kind": kind, "code": code})
    ways = [dict(zip(("from", "to"), word.split(">"), strict=True)) for word in edges.split()]
    return {
        "code": "trial", "title": {"zh": "试", "en": "Trial"}, "line": "assurance", "nodes": made, "edges": ways,
        "serves": {"pack": "guangzhou-pledges", "code": "repair"},
    } | more  # fmt: skip


def changed(document: Document, change: Callable[[Document], object]) -> Document:
    document = copy.deepcopy(document)
    change(document)
    return document


PARALLEL = flow("start s+split a b c j+join d end", "start>s s>a s>b a>j b>c c>j j>d d>end")


@pytest.mark.parametrize("document", FLOWS, ids=lambda each: each["code"])
def test_the_flows_of_the_demonstration_are_sound_and_survive_writing(document: Document) -> None:
    read = parse(document)
    assert rules.problems(read, promise(read.serves.code), UNITS, skills=SKILLS) == ()
    assert parse(read.document()) == read


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (flow("start a a end", "start>a a>end"), [("a", "code_twice")]),
        (flow("start a end", "start>a start>a a>end"), [("start → a", "edge_twice")]),
        (flow("start a end", "start>a a>b a>end"), [("a → b", "unknown_node")]),
        (flow("a end", "a>end"), [("start", "one_start")]),
        (flow("start", ""), [("end", "no_end"), ("stage", "no_stage")]),
        (flow("start a b end", "start>a a>b a>end b>end"), [("a", "ways_out")]),
        (flow("start a b end", "start>a a>end b>end"), [("b", "ways_in")]),
        (flow("start a s+split b end", "start>a a>s s>b b>end"), [("s", "ways_out")]),
        (flow("start a j+join end", "start>a a>j j>end"), [("j", "ways_in")]),
        (flow("start c+choice a b end", "start>c c>a c>b a>end b>end"), [("c", "choice_open")]),
        (flow("start a b end", "start>a a>end b>b"), [("b", "circle")]),
        (flow("start a b c end", "start>a a>end b>c c>b"), [("b, c", "circle")]),
        (flow("start a s+split b c end", "start>a a>s s>b s>c b>end c>end"), [("end", "branches_meet")]),
        (flow("start s+split b c e+end end", "start>s s>b s>c b>end c>e"), [("e", "split_open"), ("end", "split_open")]),
        (flow("start s+split a b t+split c d j+join end",
              "start>s s>a s>b a>t t>c t>d b>j c>j d>j j>end"), [("j", "join_unmatched")]),
        (flow("start c+choice a j+join end", "start>c c>j c>a a>j j>end",
              ), [("c", "choice_open")]),
    ],
)  # fmt: skip
def test_what_does_not_hang_together_is_named(document: Document, found: list[tuple[str, str]]) -> None:
    assert sorted(codes(document)) == found


def test_alternatives_do_not_enter_a_join() -> None:
    document = flow("start c+choice a b j+join end", "start>c c>a c>b a>j b>j j>end")
    document["edges"][1] |= {"when": {"outage": "total"}}
    document["edges"][2] |= {"otherwise": True}
    assert codes(document) == [("j", "join_unmatched")]


def test_a_node_that_cannot_be_reached_is_named() -> None:
    document = flow("start a b end", "start>a a>end b>end")
    document["edges"].append({"from": "a", "to": "b", "returns": {"zh": "退", "en": "back"}})
    assert codes(document) == [("b", "ways_in")]
    circle = flow("start a c+choice b end", "start>a a>end c>b b>c")
    assert codes(circle) == [("c, b", "circle")]


@pytest.mark.parametrize(
    ("edge", "found"),
    [
        ({"from": "test", "to": "end", "returns": {"zh": "退", "en": "back"}}, "return_astray"),
        ({"from": "dispatch", "to": "test", "returns": {"zh": "退", "en": "back"}}, "return_astray"),
        ({"from": "cable", "to": "accept", "returns": {"zh": "退", "en": "back"}}, "return_astray"),
        ({"from": "test", "to": "accept", "when": {"outage": "total"}, "returns": {"zh": "退", "en": "x"}}, "condition_misplaced"),
    ],
)  # fmt: skip
def test_a_return_leads_to_an_earlier_stage_of_the_same_branch(edge: Document, found: str) -> None:
    document = changed(REPAIR, lambda each: each["edges"].append(edge))
    assert codes(document) == [(f"{edge['from']} → {edge['to']}", found)]


def test_conditions_stand_only_on_the_ways_out_of_a_choice() -> None:
    on_stage = changed(REPAIR, lambda each: each["edges"][0].update(when={"outage": "total"}))
    assert codes(on_stage) == [("start → accept", "condition_misplaced")]
    both = changed(REPAIR, lambda each: each["edges"][3].update(otherwise=True))
    assert codes(both) == [("where → exchange", "two_conditions"), ("where", "choice_open")]


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ({"colour": ["red"]}, "unknown_fact"),
        ({"fault_kind": {"at_least": 1}}, "condition_shape"),
        ({"lines": ["7"]}, "condition_shape"),
        ({"lines": {"above": "many"}}, "condition_shape"),
        ({"fault_kind": ["roof"]}, "unknown_value"),
        ({"lines": {"above": 10}}, None),
    ],
)
def test_a_condition_asks_for_what_can_be(when: Document, found: str | None) -> None:
    document = changed(REPAIR, lambda each: each["edges"][3].update(when=when))
    assert codes(document) == ([("where → exchange", found)] if found else [])


def test_a_flow_may_declare_facts_and_values_of_its_own() -> None:
    document = changed(REPAIR, lambda each: each["edges"][3].update(when={"fault_kind": ["roof"], "colour": ["red"]}))
    document["facts"] = {
        "fault_kind": {"title": {"zh": "部位", "en": "kind"}, "values": ["roof"]},
        "colour": {"title": {"zh": "颜色", "en": "colour"}, "values": ["red"]},
    }
    assert codes(document) == []
    assert "exchange" in next_stages(parse(document), {"accept", "dispatch"}, {"fault_kind": "roof", "colour": "red"})


def test_who_it_applies_to_can_exist() -> None:
    assert codes(REPAIR | {"applies": {"service": ["telex"]}}) == [("service", "unknown_value")]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"unit": ""}, "no_holder"),
        ({"skill": "fibre"}, "no_holder"),
        ({"unit": "nowhere"}, "unknown_unit"),
        ({"unit": "", "skill": "telepathy"}, "unknown_skill"),
        ({"accept_within": "1 working hour"}, "accept_units"),
        ({"urgent_accept_within": "2 working days"}, "accept_units"),
        ({"accept_within": "1 month"}, "accept_units"),
        ({"budget": None}, "no_budget"),
        ({"budget": "1 working day"}, "budget_units"),
        ({"budget": "1 month"}, "budget_units"),
    ],
)
def test_a_stage_has_a_holder_and_a_budget(change: Document, found: str) -> None:
    assert codes(changed(REPAIR, lambda each: each["nodes"][1].update(change))) == [("accept", found)]


def test_a_stage_may_be_held_by_a_skill_or_a_post() -> None:
    skill = changed(REPAIR, lambda each: each["nodes"][1].update(unit="", skill="copper"))
    post = changed(REPAIR, lambda each: each["nodes"][1].update(unit="", post="line_maintainer"))
    assert codes(skill) == codes(post) == []
    assert [parse(each).stages["accept"].holder for each in (REPAIR, skill, post)] == [
        "hotline", "skill:copper", "post:line_maintainer",
    ]  # fmt: skip


def test_the_longest_path_takes_the_cable() -> None:
    fit = fits(parse(REPAIR), promise("repair"))
    assert fit.path == ("accept", "dispatch", "cable", "test", "confirm")
    assert (fit.total, fit.promised, fit.room) == (18 * 3600, 24 * 3600, 18 * 3600)
    assert fit.holds


def test_budgets_that_do_not_fit_are_refused_with_path_and_sums() -> None:
    long = changed(REPAIR, lambda each: each["nodes"][3 + 3].update(budget="17 hours"))
    (finding,) = rules.problems(parse(long), promise("repair"), UNITS, skills=SKILLS)
    assert finding.code == "budget_exceeded"
    assert finding.text.en.startswith(
        "accept → dispatch → cable → test → confirm: the stages take 19:00, more than the 18:00"
    )
    assert "超过承诺 24:00 扣除 25% 预留后的 18:00" in finding.text.zh
    assert not fits(parse(long), promise("repair")).holds


def test_working_days_and_working_hours_are_added_in_their_own_kind() -> None:
    reply = fits(parse(REPLY), promise("reply"))
    assert (reply.kind, reply.total, reply.room) == ("working time", Fraction(9, 4) * 3600, Fraction(9, 4) * 3600)
    days = changed(REPLY, lambda each: [node.update(budget="1 working day") for node in each["nodes"][1:-1]])
    circuit = fits(parse(days), promise("SL1-circuit"))
    assert (circuit.kind, circuit.total, rules.span(circuit.room, circuit.kind).en) == (
        "working days",
        2,
        "3.75 working days",
    )


@pytest.mark.parametrize(
    ("minutes", "words"), [(15, "0:15"), (48 * 60, "48:00"), (72 * 60, "3 days"), (11 * 1440 + 375, "11 days 6:15")]
)
def test_long_lengths_are_said_in_days(minutes: int, words: str) -> None:
    assert rules.span(Fraction(minutes * 60), "time").en == words
    assert "天" in rules.span(Fraction(72 * 3600), "time").zh
    assert rules.span(Fraction(72 * 3600), "working time").en == "72:00"


def test_a_promise_without_a_length_cannot_be_served() -> None:
    assert codes(REPAIR, "SL1-availability") == [("serves", "promise_without_length")]


# ---- running ----


def test_the_branches_of_a_split_run_at_once_and_the_join_waits() -> None:
    read = parse(PARALLEL)
    assert next_stages(read, set(), {}) == ("a", "b")
    assert next_stages(read, {"a"}, {}) == ("b",)
    assert next_stages(read, {"b"}, {}) == ("a", "c")
    assert next_stages(read, {"a", "b", "c"}, {}) == ("d",)
    assert next_stages(read, {"a", "b", "c", "d"}, {}) == ()
    assert rules.finished(read, {"a", "b", "c", "d"}, {})


@pytest.mark.parametrize(
    ("facts", "stages"),
    [
        ({}, ("contact",)),
        ({"fault_kind": "exchange"}, ("exchange",)),
        ({"fault_kind": "cable"}, ("cable", "inform")),
        ({"fault_kind": "access_line"}, ("contact",)),
    ],
)
def test_a_choice_goes_by_the_facts(facts: Document, stages: tuple[str, ...]) -> None:
    assert next_stages(parse(REPAIR), {"accept", "dispatch"}, facts) == stages


def test_a_choice_with_one_way_out_brings_branches_together() -> None:
    document = flow("start c+choice a b m+choice d end", "start>c c>a c>b a>m b>m m>d d>end")
    document["edges"][1] |= {"when": {"outage": "total"}}
    document["edges"][2] |= {"otherwise": True}
    assert structure(parse(document)) == ()
    assert next_stages(parse(document), {"b"}, {}) == ("d",)


def test_sending_back_undoes_what_came_after() -> None:
    read = parse(REPAIR)
    done = {"accept", "dispatch", "contact", "drop"}
    assert sent_back(read, done, stage="test", to="dispatch") == {"accept"}
    assert next_stages(read, sent_back(read, done, stage="test", to="dispatch"), {}) == ("dispatch",)
    assert {to: why.en for to, why in rules.ways_back(read, "confirm").items()} == {
        "dispatch": "the customer did not confirm"
    }
    with pytest.raises(NoWayBack) as refused:
        sent_back(read, done, stage="test", to="accept")
    assert "dispatch" in refused.value.text.en


# ---- choosing ----


def candidate(name: str, **applies: str) -> Candidate:
    return Candidate(name, 1, {axis: tuple(values.split()) for axis, values in applies.items()})


def test_the_closest_flow_wins() -> None:
    anything, key, sl1 = (
        candidate("any"),
        candidate("key", segment="key_account"),
        candidate("sl1", segment="key_account", tier="SL1"),
    )
    facts = {"segment": "key_account", "tier": "SL1"}
    assert choose([anything, sl1, key], facts) is sl1
    assert choose([anything, sl1, key], {"segment": "key_account"}) is key
    assert choose([anything, sl1, key], {}) is anything


def test_of_two_that_name_equally_many_the_earlier_axis_wins() -> None:
    segment, area = candidate("segment", segment="public"), candidate("area", area="rural")
    assert choose([area, segment], {"segment": "public", "area": "rural"}) is segment
    assert not rules.rivals(segment.applies, area.applies)


def test_a_tie_and_a_void_are_refused_by_name() -> None:
    one, other = candidate("one", service="iptv data"), candidate("other", service="data sms")
    assert rules.rivals(one.applies, other.applies)
    with pytest.raises(FlowTie, match="one, other"):
        choose([other, one], {"service": "data"})
    assert choose([other, one], {"service": "sms"}) is other
    with pytest.raises(NoFlow, match="service=paging"):
        choose([other, one], {"service": "paging"})
    with pytest.raises(NoFlow, match="-"):
        choose([], {})


def test_only_a_published_version_is_retired() -> None:
    assert rules.sources(rules.State.RETIRED) == {rules.State.PUBLISHED}
    assert rules.sources(rules.State.PUBLISHED) == {rules.State.DRAFT}
    assert rules.sources(rules.State.DRAFT) == frozenset()


# ---- reading ----


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"title": "Trial"}, "needs both languages"),
        ({"line": "party"}, "use one of 'fulfilment', 'assurance', 'supervision'"),
        ({"code": "Repair Fault"}, "'code' is not well-formed"),
        ({"nodes": [stage("accept", budget="soon")]}, "accept: "),
        ({"edges": [{"from": "a"}]}, "a → ?: 'to' is missing"),
        ({"nodes": ["x"]}, "'nodes.0'"),
        ({"nodes": []}, "nodes"),
    ],
)
def test_data_that_is_no_flow_is_refused_at_its_place(change: Document, words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(flow("start a end", "start>a a>end") | change)
    assert words in str(refused.value)
    assert refused.value.findings[0].text.zh != refused.value.findings[0].text.en


@pytest.mark.parametrize("sign", ["\0", "\ud800"])
def test_signs_that_cannot_be_kept_are_refused(sign: str) -> None:
    with pytest.raises(Unreadable, match="cannot be kept"):
        parse(flow("start a end", "start>a a>end") | {"title": {"zh": sign, "en": "x"}})


def test_what_is_no_mapping_is_no_flow() -> None:
    with pytest.raises(Unreadable):
        parse([1, 2])


def test_a_return_within_a_branch_is_sound() -> None:
    document = changed(PARALLEL, lambda each: each["edges"].append(
        {"from": "c", "to": "b", "returns": {"zh": "退", "en": "again"}}))  # fmt: skip
    assert codes(document) == []
    assert sent_back(parse(document), {"a", "b"}, stage="c", to="b") == {"a"}


def test_a_key_account_fault_informs_while_it_repairs() -> None:
    read: Flow = parse(KEY_ACCOUNT_FAULT)
    assert next_stages(read, {"accept"}, {}) == ("handle", "update")
    assert next_stages(parse(INSTALL), {"accept", "assign", "configure"}, {}) == ("appoint",)


# ---- properties ----


@settings(max_examples=40)
@given(flows(), st.randoms(use_true_random=False), st.sampled_from(["equipment", "cable", "access_line", None]))
def test_every_run_ends_and_does_each_stage_once(document: Document, chance: Random, kind: str | None) -> None:
    read, facts = parse(document), {"fault_kind": kind} if kind else {}
    assert structure(read) == ()
    done: set[str] = set()
    while now := next_stages(read, done, facts):
        assert not set(now) & done
        done.add(chance.choice(now))
    assert rules.finished(read, done, facts)
    assert "stage1" in done


@settings(max_examples=40)
@given(flows())
def test_the_longest_path_is_as_long_as_the_stages_on_it_and_no_run_in_a_row_beats_it(document: Document) -> None:
    read = parse(document)
    lengths = {
        code: Fraction(stage.budget.number) if stage.budget else Fraction(0) for code, stage in read.stages.items()
    }
    total, path = rules.longest(read, lengths)
    assert total == sum(lengths[code] for code in path)
    assert total <= sum(lengths.values())
    assert total >= max(lengths.values())


@settings(max_examples=40)
@given(flows(), st.data())
def test_a_split_that_loses_a_branch_is_no_longer_sound(document: Document, data: st.DataObject) -> None:
    inner = [edge for edge in document["edges"] if not edge["to"].startswith("end")]
    lost = data.draw(st.sampled_from(inner))
    assert structure(parse(document | {"edges": [edge for edge in document["edges"] if edge is not lost]})) != ()


AXIS = st.sampled_from(["segment", "tier", "service", "action", "area"])
APPLIES = st.dictionaries(AXIS, st.lists(st.sampled_from("ab"), min_size=1, unique=True).map(tuple), max_size=5)


@given(st.lists(APPLIES, min_size=1, max_size=6), st.dictionaries(AXIS, st.sampled_from("ab")))
def test_where_no_two_are_rivals_there_is_one_that_applies_or_none(several: list[Document], facts: Document) -> None:
    kept: list[Document] = []
    for each in several:
        if not any(rules.rivals(each, other) for other in kept):
            kept.append(each)
    candidates = [Candidate(str(number), 1, each) for number, each in enumerate(kept)]
    fitting = [each for each in candidates if all(facts.get(axis) in values for axis, values in each.applies.items())]
    if not fitting:
        with pytest.raises(NoFlow):
            choose(candidates, facts)
        return
    chosen = choose(candidates, facts)
    assert chosen in fitting
    assert all(len(each.applies) <= len(chosen.applies) for each in fitting)


def test_the_system_does_only_what_it_knows() -> None:
    document = copy.deepcopy(INSTALL)
    stage = next(node for node in document["nodes"] if node["code"] == "configure")
    assert parse(document).stages["configure"].runs == "activate"
    stage["runs"] = "pray"
    assert codes(document, "install") == [("configure", "unknown_step")]
    stage["runs"] = ""
    assert codes(document, "install") == []


def test_where_one_end_is_worked_on_the_stages_at_the_other_are_passed_over() -> None:
    circuit, beside = parse(CIRCUITS[0]), ("transport", "progress")
    assert set(next_stages(circuit, {"assign"}, {})) == {"access-a", "access-b", *beside}
    for end, other in (("a", "b"), ("b", "a")):
        found = next_stages(circuit, {"assign"}, {"only_end": end})
        assert set(found) == {f"access-{end}", *beside}, f"not at {other}"
        assert next_stages(circuit, {"assign", *found}, {"only_end": end}) == ("test",)


@pytest.mark.parametrize(
    ("ends", "found"),
    [
        ({"access-a": "a", "access-b": ""}, [("access-b", "no_end")]),
        ({"access-a": "", "access-b": "b"}, [("access-a", "no_end")]),
        ({"access-a": "", "access-b": ""}, []),
        ({"access-a": "a", "access-b": "b"}, []),
    ],
)
def test_where_stages_say_their_end_every_visit_says_it(ends: dict[str, str], found: list[tuple[str, str]]) -> None:
    document = copy.deepcopy(CIRCUITS[0])
    for node in document["nodes"]:
        node.update({"end": ends[node["code"]]} if node["code"] in ends else {})
    assert codes(document, CIRCUITS[0]["serves"]["code"]) == found
