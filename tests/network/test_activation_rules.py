"""The rules of activation: order, bounds, masks, and where light is lost."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kapok.kernel.text import Text
from kapok.network.activation import readings, rules
from kapok.network.activation.rules import Diagnosis, Fault, Loss, Reading, Verb, weak_light


def pon(*powers: float, address: str = "a{}") -> list[Reading]:
    return [Reading(f"onu{number}", address.format(number), power) for number, power in enumerate(powers)]


def test_elements_are_told_in_order_and_taken_down_in_reverse() -> None:
    for verb in Verb:
        expected = ("radius", "olt") if verb is Verb.TERMINATE else ("olt", "radius")
        assert rules.in_order(verb, ["olt", "radius"]) == expected


def test_everything_that_is_shown_has_a_name() -> None:
    assert set(rules.VERBS) == set(Verb)
    assert set(rules.FAULTS) == set(Fault)
    assert set(rules.LOSSES) == set(Loss)
    assert set(rules.PARAM_NAMES) == set(rules.PARAMS)
    assert set(rules.CALL_STATES) == set(rules.CALL_MOVES)


def test_a_call_is_answered_from_asked_only_and_may_be_asked_again() -> None:
    assert rules.call_sources(rules.CallState.ANSWERED) == {rules.CallState.ASKED}
    assert rules.call_sources(rules.CallState.ASKED) == {rules.CallState.ASKED, rules.CallState.ANSWERED}


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("secret", "s3cret", "••••"),
        ("password", "x", "••••"),
        ("secret", "", ""),
        ("number", "02038001234", "••••1234"),
        ("number", "1234", "••••"),
        ("number", "", ""),
        ("login", "13800138000@ftth", "••••8000@ftth"),
        ("login", "abc@ftth", "••••@ftth"),
        ("down_mbps", 300, 300),
    ],
)
def test_secrets_are_masked_and_of_what_is_personal_the_end_shows(name: str, value: Any, shown: Any) -> None:
    assert rules.masked({name: value}) == {name: shown}


@given(st.dictionaries(st.sampled_from(["secret", "login", "number", "port", "down_mbps"]), st.text(min_size=1)))
def test_what_was_masked_and_what_was_kept_apart_make_the_whole(params: dict[str, str]) -> None:
    assert rules.masked(params) | rules.kept_apart(params) == params
    assert "secret" not in params or rules.masked(params)["secret"] == rules.MASK


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("login", ["a", "13800138000@ftth", "x" * 64], ["A", "é", "a b", "-a", "x" * 65, "a\n", "a'"]),
        ("secret", ["123456", "a#b$c&d(e)", "x" * 64], ["12345", "x" * 65, "a b c d", "pass'word", 'pass"word', "pass`word",
         "pass\\word", "pass%word", "pass{word", "pass}word", "密码密码密码", "123456\n"]),
        ("number", ["110", "9" * 18], ["11", "9" * 19, "+86", "１２３"]),
        ("down_mbps", ["1", 400_000], ["400001", "-1", "1.5", "9" * 5000, "²"]),
        ("up_mbps", [1, "400000"], ["400001", "x"]),
        ("ip", ["10.0.0.1", "2001:db8::1"], ["10.0.0", "10.0.0.256", "x", "fe80::1%eth0"]),
        ("profile", ["home-300", "家庭300"], ["a b", "a'b", "x" * 61]),
        ("port", ["0/1/3:2#4"], ["a;b"]),
        ("onu", ["HWTC12345678"], ["a\n"]),
        ("vlan", [1, "4094"], ["4095", "-1", "12345", "x"]),
    ],
)  # fmt: skip
def test_the_bounds_of_every_parameter(name: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        assert rules.complaint({name: value}, ()) is None, value
    for value in bad:
        found = rules.complaint({name: value}, ())
        assert found is not None, value
        assert rules.PARAM_NAMES[name].zh in found.zh
        assert rules.PARAM_NAMES[name].en in found.en


def test_what_is_needed_is_missed_and_what_is_not_is_not() -> None:
    found = rules.complaint({}, {"login"})
    assert found
    assert found.en == "The login is missing; add it and try again."
    assert rules.complaint({"unheard_of": "'"}, ()) is None


@given(st.text())
def test_a_note_never_holds_a_sign_that_a_server_would_run(text: str) -> None:
    note = rules.plain_note(text)
    assert not re.search(r"""["'`\\%{}\x00-\x1f]""", note)
    assert len(note) <= rules.NOTE_LENGTH
    assert len(note.encode()) <= 4 * rules.NOTE_LENGTH
    assert rules.plain_note(note) == note


def test_a_note_keeps_what_people_write() -> None:
    assert rules.plain_note(" 欠费停机，请缴费（overdue: 3 months）! ") == "欠费停机，请缴费（overdue: 3 months）!"
    assert rules.plain_note("`id` %{exec:x}") == "id exec:x"
    assert rules.plain_note("the customer's wish 'x' a'1") == "the customer’s wish x a 1"


def test_measurements_are_named_and_have_their_units() -> None:
    measured = {"rx_dbm": -17.9, "onu_state": "active", "authentication": "accepted", "down_mbps": 100, "told": ""}
    assert readings.spoken(measured) == Text(
        zh="光功率 -17.9 dBm；光猫 已开通；登录认证 通过；下行速率 100 兆；服务器答复 –",
        en="light received -17.9 dBm; ONU active; authentication accepted; speed down 100 Mbit/s; what the server said –",
    )
    assert readings.reading("sessions", 0) == (Text(zh="在线会话", en="sessions open"), Text(zh="0", en="0"))
    assert readings.reading("odd", "x") == (Text(zh="odd", en="odd"), Text(zh="x", en="x"))


def test_light_is_fine_between_the_two_limits() -> None:
    assert [rules.light_is_fine(power) for power in (-7.9, -8.0, -20, -27.0, -27.1)] == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("readings", "stages", "olt_fine", "loss"),
    [
        ([], 2, True, Loss.NOWHERE),
        (pon(-20, -26.9, -25), 2, True, Loss.NOWHERE),
        (pon(-25.1, -26, -30), 2, True, Loss.TRUNK),
        (pon(-25.1, -26, -30), 2, False, Loss.OLT),
        (pon(-25.0, -30, -30), 2, True, Loss.BRANCH),
        (pon(*[-20] * 9, -27.1), 2, True, Loss.SINGLE_USER),  # exactly 10 % is not more than 10 %
        (pon(*[-20] * 8, -27.1), 2, True, Loss.BRANCH),
        (pon(*[-20] * 8, -28, -28), 1, True, Loss.SINGLE_USER),  # exactly 20 %
        (pon(*[-20] * 7, -28, -28), 1, True, Loss.BRANCH),
        (pon(*[-20] * 9, -27.0), 2, True, Loss.NOWHERE),  # -27 is not worse than -27
        (pon(*[-20] * 30) + pon(-28, -28, address="tower"), 2, True, Loss.BETWEEN_SPLITTERS),
        (pon(*[-20] * 30) + pon(-28, -28, address="tower"), 1, True, Loss.SINGLE_USER),
        (pon(*[-20] * 30) + pon(-28, -20, address="tower"), 2, True, Loss.SINGLE_USER),
        (pon(-28), 2, True, Loss.TRUNK),
    ],
)
def test_where_light_is_lost(readings: list[Reading], stages: int, olt_fine: bool, loss: Loss) -> None:
    assert weak_light(readings, stages=stages, olt_fine=olt_fine).loss is loss


def test_the_diagnosis_names_the_weak_and_their_addresses() -> None:
    found = weak_light([*pon(*[-20] * 30), Reading("x", "tower", -28), Reading("y", "tower", -29)], stages=2)
    assert found == Diagnosis(Loss.BETWEEN_SPLITTERS, ("x", "y"), ("tower",))
    assert weak_light(pon(*[-20] * 30, -28), stages=2) == Diagnosis(Loss.SINGLE_USER, ("onu30",))
    assert weak_light(pon(-26, -28), stages=2).onus == ("onu0", "onu1")


POWER = st.sampled_from([-20.0, -24.9, -25.0, -25.1, -26.9, -27.0, -27.1, -30.0])
READINGS = st.lists(st.tuples(st.sampled_from("abcd"), POWER), max_size=40).map(
    lambda found: [Reading(f"onu{number}", address, power) for number, (address, power) in enumerate(found)]
)


def by_the_book(readings: list[Reading], stages: int, olt_fine: bool) -> Loss:
    """The rule once more, written from its sentence and with fractions."""
    if not readings:
        return Loss.NOWHERE
    if max(reading.rx_dbm for reading in readings) < -25:
        return Loss.TRUNK if olt_fine else Loss.OLT
    share = Fraction(sum(reading.rx_dbm < -27 for reading in readings), len(readings))
    if share == 0:
        return Loss.NOWHERE
    if share > (Fraction(1, 10) if stages == 2 else Fraction(1, 5)):
        return Loss.BRANCH
    places = {reading.address for reading in readings}
    groups = [[reading.rx_dbm for reading in readings if reading.address == place] for place in places]
    if stages == 2 and any(len(group) >= 2 and max(group) < -27 for group in groups):
        return Loss.BETWEEN_SPLITTERS
    return Loss.SINGLE_USER


@given(READINGS, st.sampled_from([1, 2]), st.booleans())
def test_the_rule_is_the_sentence(readings: list[Reading], stages: int, olt_fine: bool) -> None:
    assert weak_light(readings, stages=stages, olt_fine=olt_fine).loss is by_the_book(readings, stages, olt_fine)


@given(READINGS, st.sampled_from([1, 2]), st.randoms())
def test_the_order_of_the_readings_does_not_matter(readings: list[Reading], stages: int, random: Any) -> None:
    shuffled = list(readings)
    random.shuffle(shuffled)
    one, other = weak_light(readings, stages=stages), weak_light(shuffled, stages=stages)
    assert (one.loss, set(one.onus), set(one.addresses)) == (other.loss, set(other.onus), set(other.addresses))


@given(READINGS, st.sampled_from([1, 2]))
def test_only_the_weak_are_named_and_all_of_them(readings: list[Reading], stages: int) -> None:
    found = weak_light(readings, stages=stages)
    weak = {reading.onu for reading in readings if reading.rx_dbm < -27}
    if found.loss is Loss.TRUNK:
        assert set(found.onus) == {reading.onu for reading in readings}
    else:
        assert set(found.onus) == weak
