"""What the inventory decides without a database."""

from __future__ import annotations

from uuid import UUID

import pytest

from kapok.network.inventory import rules
from kapok.network.inventory.kinds import HOPS, SHORTAGES, Kind, Reach
from kapok.network.inventory.rules import Claim, Lack, Need, ServiceState, Spare, State

NEAR, FAR, PON, POOL = (UUID(int=number) for number in range(1, 5))
NEEDS = [Need("pon_port"), Need("splitter_port")]


def spare(point: UUID | None, kind: str, home: UUID | None, free: int, rank: int = 0) -> Spare:
    return Spare(point, rank, kind, home, free)


def test_what_is_in_service_is_never_free_at_once() -> None:
    assert rules.MOVES[State.IN_SERVICE] == {State.PENDING_RELEASE}
    assert rules.sources(State.RESERVED) == ["free"]
    assert set(rules.MOVES) == set(State)
    assert {State.FREE} == rules.HELD ^ set(State) ^ (rules.MARKS - {State.FREE})


def test_a_disconnected_service_stays_so() -> None:
    assert rules.SERVICE_MOVES[ServiceState.TERMINATED] == frozenset()
    assert rules.service_sources(ServiceState.SUSPENDED) == ["active", "pending_terminate"]
    assert set(rules.SERVICE_MOVES) == set(ServiceState)


def test_the_nearest_point_that_has_all_is_chosen() -> None:
    spares = [
        spare(FAR, "splitter_port", FAR, 1, 2), spare(FAR, "pon_port", PON, 1, 2),
        spare(NEAR, "splitter_port", NEAR, 1, 1), spare(NEAR, "pon_port", PON, 1, 1),
    ]  # fmt: skip
    chosen = rules.choose(NEEDS, spares)
    assert (chosen.point, chosen.lack) == (NEAR, None)
    assert chosen.claims == (Claim("splitter_port", "", NEAR, 1), Claim("pon_port", "", PON, 1))


def test_a_full_nearer_point_gives_way_to_one_that_has_all() -> None:
    spares = [
        spare(NEAR, "splitter_port", NEAR, 0, 1), spare(NEAR, "pon_port", PON, 1, 1),
        spare(FAR, "splitter_port", FAR, 1, 2), spare(FAR, "pon_port", PON, 1, 2),
    ]  # fmt: skip
    assert rules.choose(NEEDS, spares).point == FAR


def test_where_none_has_all_the_one_that_gets_furthest_tells_the_lack() -> None:
    spares = [
        spare(NEAR, "splitter_port", NEAR, 0, 1), spare(NEAR, "pon_port", PON, 1, 1),
        spare(FAR, "splitter_port", FAR, 1, 2), spare(FAR, "pon_port", None, 0, 2),
    ]  # fmt: skip
    chosen = rules.choose(NEEDS, spares)
    assert (chosen.claims, chosen.lack) == ((), Lack("NO_PON", "pon_port", FAR))
    assert rules.choose(NEEDS, spares[:2]).lack == Lack("NO_PORT", "splitter_port", NEAR)
    both = [*spares[:2], spare(FAR, "splitter_port", FAR, 0, 2), spare(FAR, "pon_port", PON, 1, 2)]
    assert rules.choose(NEEDS, both).lack == Lack("NO_PORT", "splitter_port", NEAR)


def test_without_a_point_nothing_begins() -> None:
    assert rules.choose(NEEDS, [spare(None, "number", POOL, 9)]).lack == Lack("NO_DP", "splitter_port", None)


def test_pools_of_the_exchange_go_first_and_two_of_a_kind_share_what_there_is() -> None:
    spares = [spare(None, "ipv4", FAR, 2, 1), spare(None, "ipv4", POOL, 1, 0), spare(None, "ipv4", PON, 0, 0)]
    needs = [Need("ipv4", "a", 2), Need("ipv4", "b", 1)]
    assert rules.choose(needs, spares).claims == (
        Claim("ipv4", "a", POOL, 1), Claim("ipv4", "a", FAR, 1), Claim("ipv4", "b", FAR, 1),
    )  # fmt: skip
    assert rules.choose([*needs, Need("ipv4", "c", 1)], spares).lack == Lack("NO_IP", "ipv4", PON)
    assert rules.choose([Need("sim")], []).lack == Lack("NO_SIM", "sim", None)


def test_a_bundle_may_begin_at_two_points() -> None:
    spares = [
        spare(NEAR, "splitter_port", NEAR, 1), spare(NEAR, "pon_port", PON, 1), spare(FAR, "secondary_pair", FAR, 1),
    ]  # fmt: skip
    chosen = rules.choose([*NEEDS, Need("secondary_pair")], spares)
    assert (chosen.point, [claim.home for claim in chosen.claims]) == (NEAR, [NEAR, PON, FAR])


def test_where_a_lack_counts() -> None:
    assert rules.hangs_on_a_point(Lack("NO_SEC", "secondary_pair", NEAR))
    assert not rules.hangs_on_a_point(Lack("NO_DP", "secondary_pair", None))
    assert not rules.hangs_on_a_point(Lack("NO_NUM", "number", POOL))


def test_a_number_goes_with_its_sim() -> None:
    assert rules.roams([Need("number"), Need("sim")])
    assert not rules.roams([Need("number")])


def test_needs_are_added_up_and_what_is_held_is_taken_off() -> None:
    needs = rules.together([Need("ipv4", "", 1), Need("splitter_port"), Need("ipv4", "", 2)])
    assert needs == [Need("splitter_port"), Need("ipv4", "", 3)]
    assert rules.missing(needs, {("ipv4", ""): 2, ("splitter_port", ""): 1}) == [Need("ipv4", "", 1)]


@pytest.mark.parametrize(
    ("code", "is_one"),
    [("SPL1", True), ("OLT1/1/2:P003", True), ("体育西-1", True), ("203.0.113.0/24", True), ("2001:db8::/56", True),
     ("", False), ("-a", False), ("a b", False), ("a/", False), ("a//b", False), ("x" * 81, False), ("a\n", False)],
)  # fmt: skip
def test_codes(code: str, is_one: bool) -> None:
    assert rules.is_code(code) is is_one


def test_ports_are_numbered_on() -> None:
    assert rules.numbered("SPL1", "splitter_port", 9, 2) == ["SPL1:P009", "SPL1:P010"]
    assert rules.numbered("X", "vlan", 1000, 1) == ["X:R1000"]


def test_every_kind_has_its_place_and_its_shortage() -> None:
    assert set(HOPS) == set(Kind)
    assert {hop.shortage for hop in HOPS.values()} < set(SHORTAGES)
    assert all((hop.host is None) == (hop.reach is Reach.POOL) for hop in HOPS.values())
    assert all((hop.point is not None) == (hop.reach is Reach.PATH) for hop in HOPS.values())
