"""What people decides without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kapok.ground.people.refusals import InvalidEmail, InvalidName, InvalidPhone
from kapok.ground.people.roles import PERMISSIONS, ROLES, Permission, roles_with
from kapok.ground.people.rules import (
    DETAILS,
    MOVES,
    UNIT_KINDS,
    Detail,
    Failures,
    FormerPlace,
    State,
    UnitKind,
    is_within,
    locked_until,
    masked_email,
    masked_phone,
    named,
    sources,
    tidy_email,
    tidy_name,
    tidy_phone,
    trees_since,
)
from kapok.kernel.text import Text

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
COOL_OFF = timedelta(minutes=15)


def ago(minutes: float) -> datetime:
    return AT - timedelta(minutes=minutes)


def test_every_state_can_be_left_and_reached() -> None:
    assert set(MOVES) == set(State)
    assert sources(State.ACTIVE) == {State.DEACTIVATED}
    assert sources(State.DEACTIVATED) == {State.ACTIVE}


def test_every_permission_detail_and_kind_of_unit_has_words() -> None:
    assert set(DETAILS) == set(Detail)
    assert set(PERMISSIONS) == set(Permission)
    assert set(UNIT_KINDS) == set(UnitKind)


def test_roles_hold_permissions() -> None:
    assert roles_with("people.manage") == {"administrator"}
    assert roles_with("audit.run") == {"administrator", "supervisor", "analyst"}
    assert roles_with("packs.read") == set(ROLES)
    assert roles_with("no.such_thing") == frozenset()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800138000", "13800138000"),
        ("+86 138 0013 8000", "+86 138 0013 8000"),
        ("0086-20-8888-0001", "0086-20-8888-0001"),
        ("(020) 8888.0001", "(020) 8888.0001"),
        ("（０２０）８８８８０００１", "(020)88880001"),
        ("  +44  20 7946 0018 ", "+44 20 7946 0018"),
        ("+1 (212) 555-0100 ext. 42", "+1 (212) 555-0100 ext. 42"),
        ("88880001x7", "88880001x7"),
        ("020-88880001转801", "020-88880001转801"),
        ("110", "110"),
        ("00 123456789012345", "00 123456789012345"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_phone_numbers_of_every_country_are_kept_as_they_are_written(typed: str, kept: str) -> None:
    assert tidy_phone(typed) == kept
    assert tidy_phone(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "12", "+", "call me", "138a0013800", "13800138000 ext", "138+00138000", "0123456789 12345678", "1 2 ext 345",
        "1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1", "٣٨٠٠١٣٨٠", "<b>110</b>", "13800138000\x00",
    ],
)  # fmt: skip
def test_what_is_no_phone_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidPhone):
        tidy_phone(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("lin.jing@example.com", "lin.jing@example.com"),
        (" Lin+work@mail.kapok.example ", "Lin+work@mail.kapok.example"),
        ("林静@例子.中国", "林静@例子.中国"),
        ("lin＠example.com", "lin@example.com"),
        ("", ""),
    ],
)
def test_addresses_are_kept_as_they_are_written(typed: str, kept: str) -> None:
    assert tidy_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "lin", "@example.com", "lin@example", "lin@@example.com", "lin jing@example.com", "lin@example.", "a@b.cn, c@d.cn",
        "<lin@example.com>", "lin\u202e@example.com", f"{'x' * 250}@b.cn",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidEmail):
        tidy_email(typed)


@pytest.mark.parametrize(("typed", "kept"), [("林静", "林静"), ("  Grace \t Ho\n", "Grace Ho"), ("x" * 100, "x" * 100)])
def test_names_are_kept_without_needless_blanks(typed: str, kept: str) -> None:
    assert tidy_name(typed) == kept


@pytest.mark.parametrize("typed", ["", " \u3000 ", "x" * 101, "林\u202e静", "林\x00静"])
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(InvalidName) as refused:
        tidy_name(typed)
    assert refused.value.data == {"longest": 100}


@given(st.text(max_size=40))
def test_whatever_is_typed_is_kept_tidily_or_refused(typed: str) -> None:
    for tidy, refusal in ((tidy_name, InvalidName), (tidy_phone, InvalidPhone), (tidy_email, InvalidEmail)):
        try:
            kept = tidy(typed)
        except refusal:
            continue
        assert kept == kept.strip() == tidy(kept)


A, B, C, D = (UUID(int=number) for number in range(4))


@pytest.mark.parametrize(
    ("unit", "top", "within"),
    [(A, A, True), (C, A, True), (C, B, True), (A, C, False), (D, B, False), (B, D, False)],
)
def test_a_unit_lies_within_itself_and_all_above_it(unit: UUID, top: UUID, within: bool) -> None:
    assert is_within(unit, top, {A: None, B: A, C: B, D: A}) is within


def test_the_trees_since_a_day_are_told_one_after_the_other() -> None:
    march = [date(2026, 3, number) for number in (1, 5, 9, 20)]
    former = [FormerPlace(C, B, march[0], march[1]), FormerPlace(C, D, march[1], march[2])]
    now: dict[UUID, UUID | None] = {A: None, B: A, C: A, D: A}
    assert list(trees_since(march[0], now, former)) == [{**now, C: B}, {**now, C: D}, now]
    assert list(trees_since(march[1], now, former)) == [{**now, C: D}, now]
    assert list(trees_since(march[3], now, former)) == [now]


def test_many_names_are_cut_to_five() -> None:
    names = [Text(zh=f"甲{number}", en=f"A{number}") for number in range(7)]
    heading = Text(zh="人员", en="People")
    assert named(heading, names[:2]) == Text(zh="人员：甲0、甲1", en="People: A0, A1")
    assert named(heading, names[:5]).en == "People: A0, A1, A2, A3, A4"
    assert named(heading, names) == Text(
        zh="人员：甲0、甲1、甲2、甲3、甲4 等7个", en="People: A0, A1, A2, A3, A4 and 2 more"
    )


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13800138000", "138****8000"), ("02088880001", "020****0001"), ("10000", "***00"), ("7", "7"), ("", "")],
)
def test_phone_numbers_are_masked(phone: str, masked: str) -> None:
    assert masked_phone(phone) == masked


@pytest.mark.parametrize(
    ("email", "masked"), [("lin.jing@example.com", "l***@example.com"), ("a@b.cn", "a***@b.cn"), ("", "")]
)
def test_addresses_are_masked(email: str, masked: str) -> None:
    assert masked_email(email) == masked


@given(st.text("0123456789", min_size=8, max_size=30))
def test_a_mask_hides_the_middle_and_keeps_the_length(phone: str) -> None:
    masked = masked_phone(phone)
    assert len(masked) == len(phone)
    assert masked.count("*") == len(phone) - 7


@pytest.mark.parametrize(
    ("failures", "until"),
    [
        ([], None),
        ([Failures(4, ago(1))], None),
        ([Failures(5, ago(1))], ago(1) + COOL_OFF),
        ([Failures(5, ago(15))], None),
        ([Failures(3, ago(10)), Failures(2, ago(1))], ago(10) + COOL_OFF),
        ([Failures(2, ago(1)), Failures(3, ago(16))], None),
        ([Failures(1, ago(10)), Failures(5, ago(2))], ago(2) + COOL_OFF),
    ],
)
def test_lock_out(failures: list[Failures], until: datetime | None) -> None:
    assert locked_until(failures, limit=5, cool_off=COOL_OFF, at=AT) == until


def test_a_limit_that_locks_everybody_out_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        locked_until([], limit=0, cool_off=COOL_OFF, at=AT)


@given(
    st.lists(
        st.builds(Failures, st.integers(1, 9), st.integers(0, 2000).map(lambda s: AT - timedelta(seconds=s))),
        max_size=6,
    ),
    st.integers(1, 12),
)
def test_an_account_is_open_exactly_from_the_moment_that_is_told(failures: list[Failures], limit: int) -> None:
    until = locked_until(failures, limit=limit, cool_off=COOL_OFF, at=AT)
    if until is not None:
        assert until > AT
        assert locked_until(failures, limit=limit, cool_off=COOL_OFF, at=until) is None
        assert locked_until(failures, limit=limit, cool_off=COOL_OFF, at=until - timedelta(microseconds=1)) == until
