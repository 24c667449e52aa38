"""The packs that are shipped: that each loads and is whole, bilingual, honestly labelled, and that no published row was lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from kapok.cli.packs import packs as packs_command
from kapok.kernel.promises import (
    Duty,
    Entry,
    Level,
    Pack,
    PackRefused,
    Promise,
    Statistic,
    available,
    find,
    judge,
    load,
    parse,
)
from kapok.kernel.promises.budgets import comparable, longest
from kapok.kernel.promises.evidence import Evidence
from kapok.kernel.text import Text
from tests.packs.published_rows import ROWS, STATED_AS

PACKS: dict[str, Pack] = {path.stem: load(path) for path in available()}
FULLY_SEEN = {
    "cn-1996-supervision",
    "cn-paging-2000",
    "cn-telecom-regulations",
    "contract-level3-crossroads",
    "contract-packetfabric-jitter",
    "contract-telus-wave",
    "contract-verizon-wave",
    "guangzhou-pledges",
    "ie-appointments",
}
# Addresses that may stand in a pack of Chinese rules; mirrors of the law are named by the instrument, not by their address.
CHINESE_SITES = {"hubca.miit.gov.cn", "elecfans.com", "fsou.com", "m.gmw.cn", "politics.gmw.cn"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
BEGAN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
every_pack = pytest.mark.parametrize("pack", PACKS.values(), ids=list(PACKS))


def rows(pack: Pack) -> Iterator[Promise | Duty]:
    yield from pack.promises
    yield from pack.duties


def evidence(pack: Pack) -> Iterator[Evidence]:
    yield from (row.evidence for row in rows(pack))
    yield from (rate.evidence for rates in pack.rates.values() for rate in rates)


def texts(pack: Pack) -> Iterator[Text]:
    yield pack.title
    instruments, facts = pack.instruments.values(), pack.facts.values()
    yield from (thing.title for things in (instruments, facts, rows(pack)) for thing in things)
    notes = [pack.note, *(thing.note for things in (instruments, pack.promises, evidence(pack)) for thing in things)]
    yield from (note for note in notes if note)
    for duty in pack.duties:
        yield from (duty.text, *(figure.what for figure in duty.figures))
    yield from (right.text for row in pack.promises for owed in row.compensation if (right := owed.right))


def test_the_command_finds_nothing_wrong_with_any_shipped_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPOK_LANG", "en")
    called = CliRunner().invoke(packs_command, ["check", *map(str, available())])
    promises = sum(len(pack.promises) for pack in PACKS.values())
    assert called.output == f"{len(PACKS)} packs, {promises} promises, 0 findings\n"
    assert called.exit_code == 0


@every_pack
def test_every_pack_is_named_like_its_file(pack: Pack) -> None:
    assert find(pack.code).stem == pack.code
    assert pack.promises or pack.duties


@every_pack
def test_every_text_is_chinese_in_chinese_and_english_in_english(pack: Pack) -> None:
    assert not [text for text in texts(pack) if CHINESE.search(text.en)]
    own_names = {"Verizon"}
    assert not [text for text in texts(pack) if not CHINESE.search(text.zh) and text.zh not in own_names]


def test_a_pack_with_an_unverified_row_says_so_and_no_other_does() -> None:
    assert {code for code, pack in PACKS.items() if pack.label is None} == FULLY_SEEN
    for pack in PACKS.values():
        assert (pack.label is None) == all(source.verified for source in evidence(pack))


@every_pack
def test_no_pack_calls_itself_official_and_none_with_a_doubtful_row_could(pack: Pack) -> None:
    assert pack.status == "draft"
    text = (
        find(pack.code).read_text(encoding="utf-8").replace("\njurisdiction:", "\nstatus: official\njurisdiction:", 1)
    )
    if pack.label is None:
        assert parse(text, pack.code).status == "official"
    else:
        with pytest.raises(PackRefused) as refusal:
            parse(text, pack.code)
        assert [finding.code for finding in refusal.value.findings] == ["official_unverified"]


@every_pack
def test_a_remembered_figure_has_no_source_and_a_seen_one_has(pack: Pack) -> None:
    for source in evidence(pack):
        assert bool(source.source) == (source.level not in {Level.OWN, Level.RECALLED, Level.NOT_OBTAINED})


@pytest.mark.parametrize("name", [name for name in PACKS if name.startswith("cn-")])
def test_chinese_packs_name_the_instrument_and_not_the_address_of_a_mirror(name: str) -> None:
    pack = PACKS[name]
    named = [place for source in evidence(pack) for place in source.source]
    named += [place for instrument in pack.instruments.values() for place in instrument.source]
    assert {urlsplit(place).netloc for place in named if "://" in place} <= CHINESE_SITES
    mirrored = [source for source in evidence(pack) if source.level is Level.MIRROR_OF_TEXT]
    assert all(source.note or "://" in source.source[0] for source in mirrored)


def test_no_published_row_is_lost_and_each_keeps_its_evidence() -> None:
    assert len(ROWS) == 135
    shipped = {row.code: row for pack in PACKS.values() for row in rows(pack)}
    for row, level in ROWS.items():
        for code in STATED_AS.get(row, (row,)):
            assert code in shipped, f"{row} is nowhere"
            assert shipped[code].evidence.level == level, code


@every_pack
def test_every_dated_rate_covers_the_time_of_the_promises_that_use_it(pack: Pack) -> None:
    first = pack.effective.from_ or date(2023, 1, 1)
    for rates in pack.rates.values():
        assert rates[0].from_ <= first
        assert [rate.from_ for rate in rates] == sorted({rate.from_ for rate in rates})
        assert all(rate.to is None for rate in rates)


def test_the_british_rates_change_each_april() -> None:
    rates = PACKS["uk-automatic-compensation"].rates
    years = [2019, 2021, 2022, 2023, 2024, 2025, 2026]
    assert set(rates) == {"delayed_repair", "missed_appointment", "delayed_start"}
    for dated in rates.values():
        assert [rate.from_ for rate in dated] == [date(year, 4, 1) for year in years]
    assert [str(rate.amount) for rate in rates["delayed_repair"]] == [
        "8.00",
        "8.06",
        "8.40",
        "9.33",
        "9.76",
        "9.98",
        "10.34",
    ]


@every_pack
def test_every_holiday_lies_in_the_years_in_which_the_pack_is_in_force(pack: Pack) -> None:
    first, last = pack.effective.from_ or date.min, pack.effective.to or date(2027, 12, 31)
    for calendar in pack.calendars.values():
        dated = [
            date.fromisoformat(day) for day in [*(calendar.holidays or []), *(calendar.special or {})] if len(day) == 10
        ]
        assert len(dated) == len(set(dated))
        assert all(first <= day <= last for day in dated)


def easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian computus."""
    a, (b, c) = year % 19, divmod(year, 100)
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    month, day = divmod(h + weekday - 7 * ((a + 11 * h + 22 * weekday) // 451) + 114, 31)
    return date(year, month, day + 1)


def test_english_bank_holidays_are_the_same_in_every_pack_and_eight_a_year() -> None:
    calendars = [c for name, pack in PACKS.items() if name.startswith("uk-") for c in pack.calendars.values()]
    since_2019 = {tuple(day for day in calendar.holidays or () if day >= "2019-04-01") for calendar in calendars}
    assert len(calendars) == 4
    (days,) = since_2019
    # From April 2019; jubilee and state funeral in 2022, coronation in 2023.
    counts = {year: sum(day.startswith(str(year)) for day in days) for year in range(2019, 2028)}
    assert counts == dict.fromkeys(range(2019, 2028), 8) | {2019: 7, 2022: 10, 2023: 9}
    for year in counts:
        assert {str(easter(year) - timedelta(days=2)), str(easter(year) + timedelta(days=1))} <= set(days)
    assert all(date.fromisoformat(day).weekday() < 5 for day in days)


def test_chinese_working_days_are_the_same_in_both_packs() -> None:
    appeals = PACKS["cn-appeals"].calendars["working-days"]
    access = PACKS["cn-internet-access-2013"].calendars["working-days"]
    assert [day for day in access.holidays or () if day >= "2016-07-30"] == appeals.holidays
    assert {day: hours for day, hours in (access.special or {}).items() if day >= "2016-07-30"} == appeals.special
    made_up = [date.fromisoformat(day).weekday() for day in access.special or {}]
    assert set(made_up) == {5, 6}


MEAN_AND_MAXIMUM = {
    "CN-36-A1-INSTALL-URBAN": ("15 days", "25 days"),
    "CN-36-A1-INSTALL-RURAL": ("20 days", "30 days"),
    "CN-36-A1-RESUME": ("12 hours", "24 hours"),
    "CN-36-A1-CHANGE": ("12 hours", "24 hours"),
    "CN-36-A1-REPAIR-URBAN": ("24 hours", "48 hours"),
    "CN-36-A1-REPAIR-RURAL": ("36 hours", "72 hours"),
    "CN-36-A2-RESUME": ("1 hour", "24 hours"),
    "CN-36-A2-CHANGE": ("1 hour", "24 hours"),
    "CN-36-A2-REPAIR": ("24 hours", "48 hours"),
    "CN-36-A3-DIAL-OPEN": ("12 hours", "24 hours"),
    "CN-36-A3-DIAL-CHANGE": ("12 hours", "24 hours"),
    "CN-36-A3-DIAL-REPAIR": ("8 hours", "12 hours"),
    "CN-3G-RESUME": ("1 hour", "24 hours"),
    "CN-3G-CHANGE": ("1 hour", "24 hours"),
    "CN-3G-REPAIR": ("24 hours", "48 hours"),
    "CN-IAS-OPEN-URBAN": ("10 working days", "16 working days"),
    "CN-IAS-OPEN-RURAL": ("15 working days", "20 working days"),
    "CN-1996-INSTALL": ("2 months", "5 months"),
}


def test_chinese_limits_are_pairs_of_a_mean_and_a_maximum() -> None:
    pairs = {
        row.code: (str(rule.at_most), str(row.allowance))
        for name, pack in PACKS.items()
        if name.startswith("cn-")
        for row in pack.promises
        for rule in row.population
        if rule.statistic is Statistic.MEAN
    }
    assert pairs == MEAN_AND_MAXIMUM


def test_the_internal_stages_of_guangzhou_use_three_quarters_of_a_promise_at_most() -> None:
    pack = PACKS["guangzhou-pledges"]
    lengths = {row.code: stage[1] for row in pack.promises if row.allowance and (stage := comparable(row.allowance))}
    used = {
        row.code: longest(row.budget, lengths)[0] / lengths[row.code] for row in pack.promises if row.budget is not None
    }
    assert set(used) == {"install", "repair"}
    assert all(share <= Fraction(3, 4) for share in used.values())
    assert used["repair"] == Fraction(3, 4)


def test_a_carrier_table_with_gaps_is_refused_and_its_mended_form_is_shipped() -> None:
    with pytest.raises(PackRefused) as refusal:
        load(Path(__file__).with_name("telus-as-published.yaml"))
    findings = refusal.value.findings
    assert [(finding.code, finding.line) for finding in findings] == [("gap", line) for line in (23, 24, 39, 40, 41)]
    assert "from 95.9 up to 96.89; from 97.9 up to 99.69" in findings[0].en
    assert "let one end where the other begins" in findings[0].en
    assert "空隙" in findings[0].zh
    assert len(PACKS["contract-telus-wave"].promises) == 2


@pytest.mark.parametrize(("page", "doubt"), [("README.md", "unverified"), ("README.zh.md", "未核实")])
def test_the_overview_names_every_pack_with_its_label(page: str, doubt: str) -> None:
    overview = (available()[0].parent / page).read_text(encoding="utf-8")
    lines = [line for line in overview.splitlines() if line.startswith("| `")]
    for code, pack in PACKS.items():
        (line,) = [line for line in lines if f"`{code}`" in line]
        assert (line.split("|")[3].strip() == doubt) == (pack.label is not None), code


LIVES = {
    "fault": ("fault.reported", {"fault_kind": "access_line", "outage": "total", "cause": "operator"}),
    "complaint": ("complaint.received", {"complaint_kind": "network"}),
    "request": ("request.received", {}),
}
"""How matters begin that are no orders, and what is known of them."""
SHARED = ("visit.appointed", "customer.informed", "visit.missed_by_customer", "customer.returned", "visit.started")
"""What happens to matters of every kind."""
EVERYBODY = {"segment": "key_account", "tier": "SL1", "area": "urban", "customer_class": "consumer"}


@pytest.mark.parametrize("kind", LIVES)
@pytest.mark.parametrize("service", ["fixed_voice", "fixed_broadband", "leased_line", "wholesale_access"])
@every_pack
def test_what_happens_to_every_kind_of_matter_opens_nothing_that_only_another_kind_can_end(
    pack: Pack, service: str, kind: str
) -> None:
    begins, known = LIVES[kind]
    facts = {**EVERYBODY, **known, "service": service}
    entries = [Entry(event, BEGAN + timedelta(hours=hour)) for hour, event in enumerate((begins, *SHARED))]
    others = {"order", "fault", "complaint", "request"} - {kind}
    opened = {row.code for row in pack.promises if judge(row, pack, entries, facts, BEGAN + timedelta(hours=9))}
    ends = {row.code: {each.partition(".")[0] for each in row.closes} for row in pack.promises if row.code in opened}
    assert not [code for code, subjects in ends.items() if subjects and subjects <= others]


@pytest.mark.parametrize("kind", ["request", "complaint"])
def test_telling_the_customer_how_a_request_stands_starts_no_updates_of_a_fault(kind: str) -> None:
    begins, known = LIVES[kind]
    entries = [Entry(begins, BEGAN), Entry("customer.informed", BEGAN + timedelta(minutes=5))]
    for tier in ("SL1", "SL2"):
        (row,) = PACKS["guangzhou-pledges"].by_code[f"{tier}-update"]
        facts = {**EVERYBODY, **known, "tier": tier, "service": "leased_line"}
        made = judge(row, PACKS["guangzhou-pledges"], entries, facts, BEGAN + timedelta(days=1))
        assert [judgement for judgement in made if judgement.opened_at] == []


@pytest.mark.parametrize(
    ("code", "promise", "event", "known"),
    [
        ("cn-telecom-regulations", "CN-TR-DUNNING-TERMINATE", "service.suspended", {}),
        ("in-trai-2024", "IN-24-BB-PROVISION", "order.paid", {"service": "fixed_broadband"}),
        ("au-nbn-rebates", "AU-NBN-2018-CONNECTION", "order.accepted", {"service": "wholesale_access"}),
        ("uk-automatic-compensation", "GB-AC-DELAYED-START", "order.date_agreed",
         {"service": "fixed_broadband", "customer_class": "consumer", "promised_date": "2026-03-09"}),
        ("guangzhou-pledges", "install-visit", "visit.appointed", {"service": "fixed_broadband"}),
    ],
)  # fmt: skip
def test_an_order_to_suspend_is_no_connection_and_no_arrears(
    code: str, promise: str, event: str, known: dict[str, str]
) -> None:
    pack = PACKS[code]
    (row,) = pack.by_code[promise]

    def clocks(**action: str) -> int:
        return len(judge(row, pack, [Entry(event, BEGAN)], {**known, **action}, BEGAN + timedelta(days=1)))

    assert clocks(action="suspend") == 0
    assert clocks(action="install") == 1
