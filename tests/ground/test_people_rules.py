"""What people decides without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kapok.ground.people.rules import (
    MOVES,
    PERMISSIONS,
    ROLES,
    UNIT_KINDS,
    Failures,
    Permission,
    State,
    UnitKind,
    locked_until,
    masked_email,
    masked_phone,
    roles_with,
    sources,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
COOL_OFF = timedelta(minutes=15)


def ago(minutes: float) -> datetime:
    return AT - timedelta(minutes=minutes)


def test_every_state_can_be_left_and_reached() -> None:
    assert set(MOVES) == set(State)
    assert sources(State.ACTIVE) == {State.DEACTIVATED}
    assert sources(State.DEACTIVATED) == {State.ACTIVE}


def test_every_permission_and_kind_of_unit_has_words() -> None:
    assert set(PERMISSIONS) == set(Permission)
    assert set(UNIT_KINDS) == set(UnitKind)


def test_roles_hold_permissions() -> None:
    assert roles_with("people.manage") == {"administrator"}
    assert roles_with("audit.run") == {"administrator", "supervisor", "analyst"}
    assert roles_with("packs.read") == set(ROLES)
    assert roles_with("no.such_thing") == frozenset()


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
