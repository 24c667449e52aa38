"""The audit's report: what a reader sees, and what a hostile log cannot do to it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kapok.batch.audit.figures import Figures, Total
from kapok.batch.audit.report import MissingBreaches, body, css, write
from kapok.batch.audit.report import wording as words
from kapok.batch.audit.report.page import document
from kapok.kernel.text import Language
from tests.batch.report_sample import HOUR, chain, empty, promise, sample

REPORT = Path(words.__file__).parent
VOID = {"meta", "link", "br", "hr", "img", "input"}
HOSTILE = '"onload="alert(1)\'><script>alert(2)</script></svg>{{ 7*7 }}\x00\u202e&'


class Page(HTMLParser):
    """The elements and the text of a page; elements must close in the order in which they opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def hostile() -> Figures:
    """The sample with every name out of the log replaced by an attack."""
    whole = sample(breaches=3)
    renamed = {stage.activity: f"{index}{HOSTILE}" for index, stage in enumerate(whole.chain.stages)}
    return replace(
        whole,
        reading=replace(whole.reading, files=(HOSTILE,), refused_by_reason={HOSTILE: 192}),
        promises=tuple(replace(one, anomalies={HOSTILE: 1}) for one in whole.promises),
        breaches=tuple(
            replace(one, case=HOSTILE, unit=HOSTILE, person=HOSTILE, service=HOSTILE) for one in whole.breaches
        ),
        breaches_total=3,
        by_unit=tuple(replace(one, key=HOSTILE) for one in whole.by_unit),
        by_service=tuple(replace(one, key=HOSTILE) for one in whole.by_service),
        baton=replace(
            whole.baton,
            by_unit=tuple(replace(one, unit=HOSTILE) for one in whole.baton.by_unit),
            by_person=tuple(replace(one, unit=HOSTILE, person=HOSTILE) for one in whole.baton.by_person),
        ),
        chain=replace(
            whole.chain,
            stages=tuple(replace(one, activity=renamed[one.activity]) for one in whole.chain.stages),
            arcs=tuple(
                replace(one, source=renamed[one.source], target=renamed[one.target]) for one in whole.chain.arcs
            ),
            costliest=tuple(renamed[name] for name in whole.chain.costliest),
        ),
    )


def test_summary_says_the_exact_figures_in_plain_english() -> None:
    assert (
        "6,430 cases with 58,210 events were read, from 2026-10-01 to 2026-11-01. Of 11,351 commitments that are decided, "
        "10,886 were kept (95.9%) and 465 were not, 65 of them still running past their due time. By the rule pack the "
        "breaches cost CNY 49,350.50. Of 4 population rules, 2 held and 1 did not; 1 had too few cases to judge. "
        "The baton changed hands 14,032 times; 网络维护中心 held it longest, 47.3% of all time."
    ) in Page(body(sample(), Language.EN)).text


def test_summary_says_the_same_in_chinese() -> None:
    text = Page(body(sample(), Language.ZH)).text
    assert "在已见分晓的 11,351 项承诺中，10,886 项守住（95.9%），465 项未守住，其中 65 项至今逾期未完成。" in text
    assert "按规则包，违约应赔 49,350.50 元。" in text


def test_one_case_is_singular() -> None:
    figures = replace(sample(), reading=replace(sample().reading, cases=1, events=1))
    assert "1 case with 1 event were read" in Page(body(figures, Language.EN)).text


def test_a_promise_shows_every_statistic() -> None:
    text = Page(body(replace(sample(), promises=sample().promises[:1]), Language.EN)).text
    assert (
        "Mean 11 h 25 min P50 6 h 30 min P80 17 h 15 min P95 23 h 54 min P99 2.6 d Maximum 8.9 d Within promise 94.1% "
        "Within target 70.1% Owed CNY 48,230.50"
    ) in text
    assert "Oddities in the log: closed before anything opened it 7" in text
    assert "5,480 opened 4,983 kept 311 broken 64 overdue 92 open 30 void" in text
    assert "2026-10 held 11.42 / 24 · n = 5,102" in text
    assert "2026-11 not held 25.5 / 24 · n = 188" in text
    assert "2026-12 too few 3.25 / 24 · n = 4" in text
    assert "2026Q4 held 0.9413 / 0.9 · n = 5,294" in text


def test_exact_seconds_stand_in_the_tooltip() -> None:
    titles = [attributes.get("title") for _, attributes in Page(body(sample(), Language.EN)).elements]
    assert "41,112 s" in titles  # the mean of 11.42 hours
    assert "314,305,200 s" in titles  # all holding time


def test_unverified_promises_are_named_in_the_head() -> None:
    text = Page(body(sample(), Language.EN)).text
    assert "Evidence: contains unverified rows" in text
    assert "read their verdicts as provisional: Urban fault repair (statutory)" in text
    checked = replace(
        sample(), pack_label=None, promises=tuple(replace(one, verified=True) for one in sample().promises)
    )
    assert "provisional" not in Page(body(checked, Language.EN)).text


def test_refused_rows_are_told_with_their_reason() -> None:
    text = Page(body(sample(), Language.ZH)).text
    assert "192 行（0.3%）未计入" in text
    assert "时间无法识别" in text
    assert "closed_mind 3" in text  # a reason that Kapok does not know keeps its code


def test_moments_are_those_of_the_audits_zone() -> None:
    at_home, abroad = body(sample(), Language.EN), body(replace(sample(), zone="UTC"), Language.EN)
    assert "2026-10-01 00:03 – 2026-11-01 00:00" in Page(at_home).text
    assert "2026-09-30 16:03 – 2026-10-31 16:00" in Page(abroad).text
    assert "All moments are on the clock of UTC." in Page(abroad).text


@pytest.mark.parametrize("language", list(Language))
def test_holders_add_up_and_the_page_says_so(language: Language) -> None:
    text = Page(body(sample(persons=60), language)).text
    assert (
        text.count(
            {Language.EN: "which is the whole: 314,305,200 s", Language.ZH: "等于全部持有时间 314,305,200 秒"}[language]
        )
        == 2
    )
    assert {Language.EN: "35 others", Language.ZH: "其余 35 个"}[language] in text


@pytest.mark.parametrize(
    "totals", [sample().by_month, sample().by_unit, sample().by_service], ids=["month", "unit", "service"]
)
def test_totals_show_their_sum(totals: tuple[Total, ...]) -> None:
    text = Page(body(replace(sample(), by_month=totals, by_unit=(), by_service=()), Language.EN)).text
    assert "Sum 11,612 465 4.0% CNY 49,350.50" in text


def test_holders_that_do_not_add_up_are_called_a_fault() -> None:
    figures = sample()
    broken = replace(figures, baton=replace(figures.baton, total_us=figures.baton.total_us + HOUR))
    assert "unaccounted" not in Page(body(figures, Language.EN)).text
    assert "-3,600 s is unaccounted for" in Page(body(broken, Language.EN)).text


def test_breaches_say_how_many_are_not_shown() -> None:
    text = Page(body(sample(), Language.EN)).text
    assert "200 are listed here; all 465 stand in breaches.csv." in text
    assert "Show 180 more" in text
    assert "190 hours late, 8 whole days; a thirtieth of the monthly rental for each." in text


def test_empty_states_say_what_to_do() -> None:
    text = Page(body(empty(), Language.EN)).text
    assert "kapok audit --suggest LOG writes a map that runs as it is." in text
    assert "name it under columns: in the map as unit: COLUMN" in text
    assert "The log holds no event." in text
    assert "The log decides no promise yet." in text


def test_no_breach_is_good_news_with_a_warning() -> None:
    kept = promise("resume-24h", {"zh": "复机", "en": "Resume"}, opened=5, kept=5)
    figures = replace(sample(), promises=(kept,), breaches=(), breaches_total=0)
    assert "Every promise that fell due was kept." in Page(body(figures, Language.EN)).text


def test_every_word_is_used_and_exists_in_both_languages() -> None:
    sources = "".join(path.read_text("utf-8") for path in REPORT.rglob("*") if path.suffix in {".py", ".html", ".svg"})
    for word, text in (words.WORDS | words.COMPARISON).items():
        assert text.zh.strip()
        assert text.en.strip()
        assert set(re.findall(r"{(\w+)}", text.zh)) == set(re.findall(r"{(\w+)}", text.en)), word
    built = {"key_", "only_", "tier_"}
    unused = [word for word in words.WORDS | words.COMPARISON if sources.count(f'"{word}"') < 2]
    assert [
        word for word in unused if not any(word.startswith(start) for start in built) and not word.endswith("_note")
    ] == []


@pytest.mark.parametrize("figures", [sample(), empty()], ids=["full", "empty"])
def test_english_page_holds_no_chinese_of_kapoks_own(figures: Figures) -> None:
    foreign = {
        word for text in (words.WORDS | words.FILES).values() for word in re.findall(r"[\u4e00-\u9fff]{4,}", text.zh)
    }
    text = Page(body(figures, Language.EN)).text
    assert [word for word in foreign if word in text] == []


def test_hostile_names_stay_text() -> None:
    page = Page(document(hostile()))
    assert [tag for tag, _ in page.elements].count("script") == 1  # the report's own
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert "<script>alert(2)</script></svg>{{ 7*7 }}" in page.text
    assert not {"\x00", "\u202e"} & set(document(hostile()))


def test_fragment_needs_no_inline_style_or_script() -> None:
    for _, attributes in Page(body(hostile(), Language.EN)).elements:
        assert not {name for name in attributes if name == "style" or name.startswith("on")}
        assert all(name.startswith("kr") for name in (attributes.get("class") or "").split())
    assert not {"script", "style", "link"} & {tag for tag, _ in Page(body(sample(), Language.EN)).elements}


def test_every_class_of_the_page_is_known_to_the_style_sheet_or_only_a_name() -> None:
    used = {
        name
        for _, attributes in Page(body(sample(), Language.EN)).elements
        for name in (attributes.get("class") or "").split()
    }
    styled = set(re.findall(r"\.(kr[\w-]*)", css()))
    sections = {"kr-promises", "kr-breaches", "kr-totals", "kr-baton", "kr-chain", "kr-definitions"}
    assert {name for name in used - styled - sections if not name.startswith("kr-tile-")} <= {
        "kr-head",
        "kr-name",
        "kr-arc",
        "kr-card-title",
    }


@pytest.mark.parametrize("figures", [sample(), hostile()], ids=["friendly", "hostile"])
def test_every_drawing_is_valid_xml(figures: Figures) -> None:
    drawings = re.findall(r"<svg.*?</svg>", document(figures), flags=re.DOTALL)
    assert len(drawings) > 100
    for drawing in drawings:
        ElementTree.fromstring(drawing)


def test_file_asks_nothing_of_the_network() -> None:
    html = document(sample())
    assert not re.search(r"https?:|//[a-z]|@import|url\(", html)
    addresses = {
        attributes[name] for _, attributes in Page(html).elements for name in ("href", "src") if name in attributes
    }
    assert {address for address in addresses if not address.startswith("#")} == {"data:,", *words.FILES}
    assert "default-src 'none'" in html


def test_both_languages_stand_in_the_file_with_unique_ids() -> None:
    page = Page(document(sample()))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {"zh", "en", "zh-chain", "en-chain"} <= set(ids)
    targets = {
        attributes["href"][1:] for tag, attributes in page.elements if tag == "a" and attributes["href"].startswith("#")
    }
    assert targets <= set(ids)


def test_files_are_linked_only_where_they_can_be_fetched() -> None:
    assert "<a href=" not in body(sample(), Language.EN).partition('id="en-definitions-title"')[2]
    assert 'href="/audits/7/breaches.csv"' in body(sample(), Language.EN, files="/audits/7/")


def test_output_is_the_same_every_time() -> None:
    assert document(sample()) == document(sample())


def test_figures_survive_their_json() -> None:
    figures = sample()
    again = Figures.from_json(json.loads(json.dumps(figures.as_json())))
    assert again == figures
    assert document(again) == document(figures)


def test_of_many_persons_the_report_names_the_first_and_counts_the_others() -> None:
    html = document(sample(breaches=200, persons=2000))
    assert "1,975 others" in html


def test_write_gives_every_file_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    figures = replace(sample(), breaches_total=200)
    paths = write(figures, tmp_path / "out")
    names = {path.name for path in paths}
    assert paths[0].name == "report.html"
    assert names == {"report.html", *words.FILES} - {"refused.csv", "anomalies.csv"}  # these two come from the intake
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    assert json.loads((tmp_path / "out" / "figures.json").read_text("utf-8"))["pack"] == "guangzhou-pledges"


def test_write_refuses_to_pass_part_of_the_breaches_off_as_all(tmp_path: Path) -> None:
    with pytest.raises(MissingBreaches, match="There are 465 breaches and the figures hold 200"):
        write(sample(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_rarest_arcs_are_folded_and_the_page_says_so() -> None:
    whole = chain()
    ends = [stage.activity for stage in whole.stages]
    rare = [
        replace(whole.arcs[0], source=one, target=two, count=1, total_us=0) for one in ends for two in ends if one > two
    ]
    arcs = {(arc.source, arc.target): arc for arc in [*rare, *whole.arcs]}
    figures = replace(sample(), chain=replace(whole, arcs=tuple(arcs.values())))
    assert re.search(
        r"0 activities and \d+ arcs \(\d+ passages\) are not drawn; all stand in chain.csv",
        Page(body(figures, Language.EN)).text,
    )
