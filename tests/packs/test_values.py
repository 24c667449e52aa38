"""What people read instead of codes: the names of values and of measured facts."""

from __future__ import annotations

import re

import pytest

from kapok.kernel.promises import FACTS, FactKind, Pack, available, load, term
from kapok.kernel.promises.values import value_title
from tests.packs.matters import shipped

SHIPPED = [load(path) for path in available()]


@pytest.mark.parametrize("pack", SHIPPED, ids=lambda pack: pack.code)
def test_every_value_that_a_pack_may_ask_for_has_a_name_in_both_languages(pack: Pack) -> None:
    for name, fact in pack.declared.items():
        for value in fact.values if fact.kind is FactKind.CHOICE else ():
            title = value_title(name, value)
            assert "_" not in title.en, (name, value)
            assert re.search("[\u4e00-\u9fff]", title.zh) or title.zh in {"IPTV", "SL1", "SL2", "SL3"}, (name, value)


def test_a_value_is_named_by_its_fact() -> None:
    assert value_title("outage", "total").zh == "全断"
    assert value_title("care_level", "total").zh == "全时维护"
    assert value_title("visit_needed", "yes").zh == "是"


def test_a_value_that_nobody_named_is_shown_as_its_code_in_plain_words() -> None:
    assert value_title("colour", "dark_red").en == "dark red"
    assert "dark_red" not in FACTS["service"].values


def test_a_limit_reads_by_the_title_of_its_fact() -> None:
    pack = shipped("contract-level3-crossroads")
    words = term(pack.promises[0], pack.declared)
    assert words.en == "stay within a limit: cumulative unavailability ≤ 00:10:00"
    assert words.zh == "不得超限：累计不可用时长 ≤ 00:10:00"
    pack = shipped("uk-openreach")
    assert term(pack.by_code["GB-QOS-FAD"][-1]).zh == "不得超限：第几个工作日 ≤ 10"


def test_a_limit_on_a_fact_of_the_pack_alone_falls_back_to_its_name_where_the_pack_is_not_at_hand() -> None:
    pack = shipped("contract-level3-crossroads")
    assert term(pack.promises[0], {}).en == "stay within a limit: unavailability ≤ 00:10:00"
