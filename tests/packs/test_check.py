"""What `check` refuses, each with the line, the thing that is wrong and the remedy, in both languages."""

from __future__ import annotations

import pytest

from kapok.kernel import promises
from kapok.kernel.promises import PackRefused
from tests.packs.small import text

REPAIR = "opens: fault.reported\ncloses: fault.restored\nallowance: 24 hours"


def refused(*terms: str, extra: str = "", **head: str) -> list[tuple[int, str, str]]:
    """(line, code, English wording) of every finding."""
    with pytest.raises(PackRefused) as refusal:
        promises.parse(text(*terms, extra=extra, **head), "small.yaml")
    for finding in refusal.value.findings:
        assert finding.text.en.startswith(f"small.yaml:{finding.line}: ")
        assert finding.text.zh.startswith(f"small.yaml:{finding.line}: ")
        assert finding.zh != finding.en
    return [(finding.line, finding.code, finding.en) for finding in refusal.value.findings]


def line_of(words: str, *terms: str, extra: str = "", nth: int = 1) -> int:
    """The line on which `words` stand for the n-th time."""
    lines = text(*terms, extra=extra).splitlines()
    return [number for number, line in enumerate(lines, start=1) if words in line][nth - 1]


def codes(*terms: str, extra: str = "", **head: str) -> list[str]:
    return [code for _, code, _ in refused(*terms, extra=extra, **head)]


def test_a_pack_that_makes_sense_is_not_refused() -> None:
    assert len(promises.parse(text(REPAIR), "small.yaml").promises) == 1


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_key() -> None:
    terms = REPAIR + "\nallowence: 3 hours"
    assert refused(terms) == [
        (line_of("allowence", terms), "extra_forbidden", "unknown key 'allowence': did you mean 'allowance'?")
    ]


def test_a_key_like_no_other_is_to_be_removed() -> None:
    assert refused(REPAIR + "\nzzzzqqq: 1")[0][2] == "unknown key 'zzzzqqq': remove it, or say it in a note"


def test_a_missing_key_is_named() -> None:
    assert refused("closes: fault.restored")[0][1:] == ("missing", "'opens' is missing: add it")


def test_an_unknown_event_kind_is_refused_with_the_nearest_one() -> None:
    terms = "opens: fault.repotred\ncloses: fault.restored\nallowance: 1 hour"
    ((line, code, words),) = refused(terms)
    assert (line, code) == (line_of("repotred", terms), "event_kind")
    assert "did you mean 'fault.reported'?" in words


@pytest.mark.parametrize("words", ["soon", "1.5 days", "3 working weeks", "-1 hours", "", "1 hour\n", "9999999 days"])
def test_an_allowance_that_cannot_be_read_is_refused(words: str) -> None:
    found = refused(f'opens: fault.reported\ncloses: fault.restored\nallowance: "{words}"')
    assert [code for _, code, _ in found] == ["allowance"]
    assert "write e.g. '24 hours'" in found[0][2]


def test_an_unknown_value_of_a_list_names_those_that_there_are() -> None:
    found = refused(REPAIR + "\ndirection: sideways")
    assert found[0][1:] == (
        "enum",
        "'direction' has an unknown value: use one of 'within', 'notice', 'wait', 'keep', 'never', 'limit'",
    )


def test_a_text_needs_both_languages() -> None:
    assert refused(REPAIR + "\nnote: only one")[0][2] == "'promises.0.note': needs both languages: {zh: ..., en: ...}"


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (REPAIR + "\neffective: {from: 2026-02-01, to: 2026-01-01}", "period"),
        (REPAIR + '\ndays: {cutoff: "25:00"}', "clock"),
        (REPAIR + "\nwarn: tomorrow", "warning"),
        (REPAIR + "\nwarn: 100 %", "warning"),
        (REPAIR + "\nwarn: x before", "allowance"),
        (REPAIR + "\nwarn: x %", "number"),
        (REPAIR + "\napplies: {lines: {at_least: 1, above: 2}}", "bounds"),
        (REPAIR + "\napplies: {lines: {}}", "bounds"),
        (REPAIR + "\ncompensation: {amount: {flat: 1, rate: x}}", "amount"),
        (REPAIR + "\ncompensation: {amount: {percent: 1}}", "amount"),
        (REPAIR + "\ncompensation: {amount: x}", "number"),
        (REPAIR + "\ncompensation: {per: day}", "compensation"),
        (REPAIR + "\ncompensation: {amount: 1, tiers: [{from: 1, amount: 1}]}", "compensation"),
        (REPAIR + "\ncompensation: {tiers: [{from: 1, over: 2, amount: 1}]}", "step"),
        (REPAIR + "\npopulation: [{statistic: mean}]", "population_rule"),
        (REPAIR + "\npopulation: [{statistic: share_within, at_least: 90 %}]", "population_rule"),
        (REPAIR + "\npopulation: [{statistic: percentile, at_most: 1 day}]", "population_rule"),
        ("opens: month.measured\ndirection: limit\nlimit: {fact: availability}", "limit"),
    ],
)
def test_a_part_that_contradicts_itself_is_refused(terms: str, code: str) -> None:
    assert codes(terms) == [code]


def test_evidence_without_a_source_is_refused_unless_own_or_recalled() -> None:
    lines = text(REPAIR).replace("{level: own}", "{level: press}")
    with pytest.raises(PackRefused) as refusal:
        promises.parse(lines, "small.yaml")
    assert [finding.code for finding in refusal.value.findings] == ["evidence_without_source"]
    for level in ("recalled_unverified", "not_obtained", "own"):
        promises.parse(text(REPAIR).replace("{level: own}", f"{{level: {level}}}"), "small.yaml")


def test_a_verification_names_person_and_day() -> None:
    with pytest.raises(PackRefused) as refusal:
        promises.parse(text(REPAIR).replace("{level: own}", "{level: own, verified_by: Li}"), "small.yaml")
    assert [finding.code for finding in refusal.value.findings] == ["half_verified"]


def test_names_that_lead_nowhere_are_refused() -> None:
    terms = REPAIR + "\ncalendar: ofice\ncompensation: {amount: {rate: repair}, calendar: nowhere}"
    found = refused(terms)
    assert sorted(code for _, code, _ in found) == ["unknown_calendar", "unknown_calendar", "unknown_rate"]
    assert any("did you mean 'office'?" in words for *_, words in found)
    assert any("define it under rates" in words for *_, words in found)
    lines = text(REPAIR).replace("instrument: rule", "instrument: law")
    with pytest.raises(PackRefused) as refusal:
        promises.parse(lines, "small.yaml")
    assert [finding.code for finding in refusal.value.findings] == ["unknown_instrument"]


def test_a_selector_that_can_never_match_is_refused() -> None:
    value = REPAIR + "\napplies: {service: fixed_vioce}"
    ((line, code, words),) = refused(value)
    assert (line, code) == (line_of("fixed_vioce", value), "unknown_value")
    assert words.endswith("so this can never match: did you mean 'fixed_voice'?")
    assert "declare it under facts" in refused(REPAIR + "\napplies: {service: zzz}")[0][2]
    assert codes(REPAIR + "\napplies: {servise: x}") == ["unknown_fact"]
    assert codes(REPAIR + "\napplies: {population: {at_least: 9, at_most: 3}}") == ["never_matches"]
    assert codes(REPAIR + "\napplies: {population: {above: 3, at_most: 3}}") == ["never_matches"]
    assert codes(REPAIR + "\napplies: {area: []}") == ["never_matches"]
    assert codes(REPAIR + "\napplies: {area: [urban]}\nunless: {area: [urban, rural]}") == ["never_matches"]
    assert codes(REPAIR + "\napplies: {area: {at_least: 1}}") == ["range_of_choice"]
    assert codes(REPAIR + "\napplies: {population: {at_least: many}}") == ["bound"]
    assert codes(REPAIR + "\napplies: {population: 5}") == ["value_of_range"]


def test_selectors_that_can_match_are_not_refused() -> None:
    fine = (
        REPAIR
        + "\napplies: {area: [urban, rural], population: {at_least: 3, at_most: 3}}\nunless: {area: rural, population: {above: 9}}"
    )
    assert promises.parse(text(fine), "small.yaml").promises[0].applies


def test_a_pack_may_declare_facts_and_values_of_its_own() -> None:
    extra = """
facts:
  service: {title: {zh: 业务, en: service}, values: [telegraph]}
  colour: {title: {zh: 颜色, en: colour}, values: [red]}
"""
    rules = promises.parse(
        text(REPAIR + "\napplies: {service: [telegraph, mobile], colour: red}", extra=extra), "small.yaml"
    )
    assert promises.applies(rules.promises[0], rules, {"service": "telegraph", "colour": "red"})
    assert codes(REPAIR, extra="facts: {service: {kind: number, title: {zh: 业务, en: service}}}") == ["fact_kind"]
    assert codes(REPAIR, extra="facts: {colour: {title: {zh: 颜色, en: colour}}}") == ["fact_values"]
    assert codes(REPAIR, extra="facts: {weight: {kind: number, title: {zh: 重, en: weight}, values: [a]}}") == [
        "fact_values"
    ]


def test_facts_of_the_wrong_kind_are_refused() -> None:
    assert codes(REPAIR + "\ncompensation: {amount: {percent: 1, of: area}}") == ["fact_kind"]
    assert codes(REPAIR + "\ncompensation: {amount: {percent: 1, of: feee}}") == ["unknown_fact"]
    assert codes(REPAIR + "\ncompensation: {amount: 1, set_off: lines}") == ["fact_kind"]
    assert codes(REPAIR + '\ncompensation: {amount: 1, per: "fact:fee"}') == ["fact_kind"]
    assert codes(REPAIR + "\ncompensation: {ladder: {measure: area, steps: [{amount: 1}]}}") == ["fact_kind"]
    assert codes(REPAIR + "\ncompensation: {ladder: {measure: nothing, steps: [{amount: 1}]}}") == ["unknown_fact"]
    assert codes(REPAIR + "\nagreed: {fact: fee}") == ["fact_kind"]
    assert codes("opens: month.measured\ndirection: limit\nlimit: {fact: area, at_most: 1}") == ["fact_kind"]


def test_a_limit_must_be_readable() -> None:
    limit = "opens: month.measured\ndirection: limit\nlimit: {{fact: {fact}, at_most: {most}}}"
    assert codes(limit.format(fact="unavailability", most="lots")) == ["bound"]
    assert codes(limit.format(fact="nothing", most="1")) == ["unknown_fact"]
    assert promises.parse(text(limit.format(fact="unavailability", most="10 minutes")), "s").promises[0].limit


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ('{up_to: "1 hour", amount: 1}, {over: "2 hours", amount: 2}', "gap"),
        ('{below: "1 hour", amount: 1}, {over: "1 hour", amount: 2}', "gap"),
        ('{up_to: "2 hours", amount: 1}, {over: "1 hour", amount: 2}', "overlap"),
        ('{up_to: "1 hour", amount: 1}, {from: "1 hour", amount: 2}', "overlap"),
        ("{amount: 1}, {from: 1 hour, amount: 2}", "overlap"),
        ("{below: 1 hour, amount: 1}, {below: 2 hours, amount: 2}", "overlap"),
        ("{below: soon, amount: 1}", "bound"),
        ("{from: 2 hours, up_to: 1 hour, amount: 1}", "empty_step"),
        ("{from: 1 hour, below: 1 hour, amount: 1}", "empty_step"),
        ("{over: 1 hour, up_to: 1 hour, amount: 1}", "empty_step"),
    ],
)
def test_gaps_and_overlaps_between_steps_are_refused(steps: str, code: str) -> None:
    assert codes(REPAIR + f"\ncompensation: {{ladder: {{measure: late, steps: [{steps}]}}}}") == [code]


def test_the_published_table_with_real_gaps_is_refused_step_by_step() -> None:
    steps = """
compensation:
  ladder:
    measure: availability
    steps:
      - {from: 97.9, up_to: 99.69, amount: 10}
      - {from: 95.9, up_to: 96.89, amount: 20}
      - {from: 93.9, up_to: 95.89, amount: 30}
      - {below: 93.9, amount: 40}"""
    terms = "opens: month.measured\ndirection: limit\nlimit: {fact: availability, at_least: 99.7}" + steps
    found = refused(terms)
    assert [(line, code) for line, code, _ in found] == [
        (line_of("97.9, up_to", terms), "gap"),
        (line_of("95.9, up_to", terms), "gap"),
    ]
    assert "from 95.9 up to 96.89; from 97.9 up to 99.69" in found[0][2]


def test_tiers_begin_at_the_first_unit_and_count_in_numbers() -> None:
    tiers = REPAIR + "\ncompensation: {{per: day, tiers: [{steps}]}}"
    assert codes(tiers.format(steps="{from: 2, amount: 1}")) == ["gap"]
    assert codes(tiers.format(steps="{from: 1, below: 3, amount: 1}, {from: 4, amount: 2}")) == ["gap"]
    assert codes(tiers.format(steps="{from: one, amount: 1}")) == ["bound", "gap"]
    assert promises.parse(text(tiers.format(steps="{over: 0, up_to: 3, amount: 1}, {over: 3, amount: 2}")), "s")


STAGE = "opens: fault.reported\ncloses: fault.diagnosed\nallowance: {allowance}"


def staged(path: str, *allowances: str, allowance: str = "24 hours") -> list[str]:
    first = f"opens: fault.reported\ncloses: fault.restored\nallowance: {allowance}\nbudget: {{path: {path}}}"
    return [first, *(STAGE.format(allowance=each) for each in allowances)]


def with_stages(*terms: str) -> str:
    lines = text(*terms)
    head, *rows = lines.split("- code: ")
    return (
        head
        + "- code: "
        + "- code: ".join([rows[0], *(row.replace("tier: pledge", "tier: stage") for row in rows[1:])])
    )


def budget_findings(*terms: str) -> list[str]:
    with pytest.raises(PackRefused) as refusal:
        promises.parse(with_stages(*terms), "small.yaml")
    return [finding.en for finding in refusal.value.findings]


def test_stages_that_exceed_the_promise_are_refused_with_the_longest_path() -> None:
    terms = staged("[p2, {branches: [[p3], [p4, p5]]}]", "2 hours", "10 hours", "8 hours", "9 hours")
    (words,) = budget_findings(*terms)
    assert words.startswith("the stages take 19:00, more than the 18:00 that the promise of 24:00 leaves")
    assert "(longest path: p2 > p4 > p5)" in words


def test_stages_that_fit_are_not_refused() -> None:
    terms = staged("[p2, {branches: [[p3], [p4, p5]]}]", "2 hours", "10 hours", "8 hours", "8 hours")
    assert promises.parse(with_stages(*terms), "small.yaml").promises[0].budget


def test_stages_must_exist_and_be_stages_and_be_comparable() -> None:
    assert "'p9' is no promise of tier stage" in budget_findings(*staged("[p9]"))[0]
    with pytest.raises(PackRefused) as refusal:
        promises.parse(text(*staged("[p2]", "1 hour")), "small.yaml")
    assert [finding.code for finding in refusal.value.findings] == ["unknown_stage"]
    assert "differ in kind of time" in budget_findings(*staged("[p2]", "1 month"))[0]
    assert "differ in kind of time" in budget_findings(*staged("[p2]", "1 hour", allowance="2 months"))[0]
    no_time = [staged("[p2]")[0], "direction: never\nopens: visit.missed_by_provider"]
    assert "differ in kind of time" in budget_findings(*no_time)[0]


def test_stages_in_working_days_are_added_up_too() -> None:
    def days(number: int) -> str:
        return f"opens: order.paid\ncloses: order.completed\nallowance: {number} working days\ncalendar: office"

    fine = [days(10) + "\nbudget: {path: [p2, p3]}", days(3), days(4)]
    assert promises.parse(with_stages(*fine), "s").promises[0].budget
    (words,) = budget_findings(days(10) + "\nbudget: {path: [p2, p3]}", days(4), days(4))
    assert words.startswith("the stages take 8, more than the 7.5 that the promise of 10 leaves")


def test_repeated_codes_need_dates_that_do_not_overlap() -> None:
    def twice(first: str, second: str) -> str:
        return text(REPAIR + first, REPAIR + second).replace("code: p2", "code: p")

    with pytest.raises(PackRefused) as refusal:
        promises.parse(twice("", ""), "small.yaml")
    assert [finding.code for finding in refusal.value.findings] == ["code_twice"]
    with pytest.raises(PackRefused):
        promises.parse(twice("\neffective: {to: 2026-04-08}", "\neffective: {from: 2026-04-08}"), "small.yaml")
    fine = promises.parse(twice("\neffective: {to: 2026-04-07}", "\neffective: {from: 2026-04-08}"), "small.yaml")
    assert [row.effective.from_ is None for row in fine.by_code["p"]] == [True, False]


RATES = """
rates:
  repair:
    - {{from: 2024-04-01{first}, amount: 9.76, evidence: {{level: own}}}}
    - {{from: {second}, amount: 9.98, evidence: {{level: own}}}}
"""


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ("", "2024-04-01", "rates_overlap"),
        ("", "2023-04-01", "rates_overlap"),
        (", to: 2025-05-01", "2025-04-01", "rates_overlap"),
        (", to: 2025-03-01", "2025-04-01", "rates_gap"),
    ],
)
def test_dated_rates_neither_overlap_nor_leave_gaps(first: str, second: str, code: str) -> None:
    terms = REPAIR + "\ncompensation: {per: day, amount: {rate: repair}}"
    assert codes(terms, extra=RATES.format(first=first, second=second)) == [code]
    assert promises.parse(text(terms, extra=RATES.format(first=", to: 2025-03-31", second="2025-04-01")), "s").rates


def test_a_pack_is_official_only_when_every_row_is_verified() -> None:
    recalled = text(REPAIR, extra="status: official").replace("{level: own}", "{level: recalled_unverified}")
    with pytest.raises(PackRefused) as refusal:
        promises.parse(recalled, "small.yaml")
    assert [finding.code for finding in refusal.value.findings] == ["official_unverified"]
    draft = promises.parse(recalled.replace("status: official\n", ""), "small.yaml")
    assert draft.label is not None
    assert draft.label.en.startswith("contains unverified rows")
    assert [row.code for row in draft.unverified] == ["p"]
    checked = recalled.replace("recalled_unverified}", "recalled_unverified, verified_by: Li, verified_on: 2026-01-05}")
    assert promises.parse(checked, "small.yaml").label is None


def test_a_row_that_is_never_in_force_is_refused() -> None:
    old = REPAIR + "\neffective: {to: 1999-12-31}"
    assert codes(old, extra="effective: {from: 2020-01-01}") == ["never_in_force"]
    lines = text(old).replace("en: The rule}}", "en: The rule}, in_force: 2005-01-01}")
    with pytest.raises(PackRefused) as refusal:
        promises.parse(lines, "small.yaml")
    assert "together with instrument rule" in refusal.value.findings[0].en


def test_a_promise_says_all_that_its_direction_needs() -> None:
    assert codes("opens: fault.reported\ncloses: fault.restored") == ["no_allowance"]
    assert codes("opens: fault.reported\nallowance: 1 hour") == ["no_closes"]
    assert codes("opens: month.measured\ndirection: limit") == ["limit_direction"]
    assert codes(REPAIR + "\nlimit: {fact: availability, at_most: 1}") == ["limit_direction"]
    assert codes("opens: visit.missed_by_provider\ndirection: never\nallowance: 1 hour") == ["clockless"]
    assert codes(REPAIR + "\npauses: customer.deferred") == ["pause_without_end"]
    assert codes(REPAIR + "\nresumes: customer.returned") == ["pause_without_end"]
    assert codes(REPAIR + "\ntarget: 25 hours") == ["target_longer"]
    assert codes("opens: fault.reported\ncloses: fault.restored\nallowance: 3 working hours") == [
        "working_time_without_calendar"
    ]
    assert "write days if" in refused("opens: order.paid\ncloses: order.completed\nallowance: 3 working days")[0][2]


def test_targets_in_another_kind_of_time_are_left_to_the_author() -> None:
    months = "opens: fault.reported\ncloses: fault.restored\nallowance: 1 month\ntarget: 45 days"
    assert promises.parse(text(months), "small.yaml").promises[0].target


def test_zones_and_calendars_are_parsed_by_the_clock() -> None:
    assert "unknown_zone" in codes(REPAIR, zone="Europe/Lundun")
    assert codes(REPAIR, extra="calendars: {}".replace("calendars", "note")) == ["text"]
    lines = text(REPAIR).replace('mon: [["00:00", "24:00"]]', 'mon: [["00:00", "25:00"]]')
    with pytest.raises(PackRefused) as refusal:
        promises.parse(lines, "small.yaml")
    (finding,) = refusal.value.findings
    assert finding.code == "calendar"
    assert finding.en.startswith("calendar weekdays: Calendar field 'week.mon[0]'")
    with pytest.raises(PackRefused) as refusal:
        promises.parse(text(REPAIR).replace("  weekdays:", "  always:"), "small.yaml")
    assert [finding.code for finding in refusal.value.findings] == ["reserved"]


def test_duties_are_checked_too() -> None:
    duty = """
duties:
  - {code: d, instrument: rule, applies: {area: moon}, title: {zh: 义务, en: A duty}, text: {zh: 文, en: x}, evidence: {level: own}}
  - {code: p, instrument: law, title: {zh: 义务, en: A duty}, text: {zh: 文, en: words}, evidence: {level: own}}
"""
    assert sorted(codes(REPAIR, extra=duty)) == ["code_twice", "unknown_instrument", "unknown_value"]
