"""32 connections at once: no port twice, none lost, nobody blocked for ever."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import transaction

from kapok.network.inventory import api as inventory
from kapok.network.inventory.models import Resource, Shortage
from kapok.network.inventory.rules import Need
from tests.network.plant import AT, FIBRE, UNTIL, WHO, reserve
from tests.races import at_once

pytestmark = pytest.mark.usefixtures("committed_plant")
WORKERS = 32


def test_no_port_is_given_twice_and_none_is_lost() -> None:
    inventory.add_resources(kind="splitter_port", element="SPL1", count=3, **WHO)  # 7 ports, 8 places on the PON
    kept = at_once(*[lambda n=n: reserve(f"order/R-{n}") for n in range(WORKERS)])
    ports = Counter(each.code for one in kept for each in one.resources)
    assert set(ports.values()) == {1}
    assert sum(code.startswith("SPL1") for code in ports) == 7
    assert sum(one.shortage is not None for one in kept) == WORKERS - 7
    assert Resource.objects.filter(kind="splitter_port", state="free").count() == 0
    assert Resource.objects.filter(kind="pon_port", state="free").count() == 1
    assert Shortage.objects.filter(resolved_at=None).count() == WORKERS - 7


def test_mixed_wishes_neither_block_nor_lose() -> None:
    wishes = [
        FIBRE,
        [Need("pon_port"), Need("ipv4")],
        [Need("ipv4"), Need("number")],
        [Need("number"), Need("splitter_port")],
    ]
    kept = at_once(*[lambda n=n: reserve(f"order/M-{n}", needs=wishes[n % 4]) for n in range(WORKERS)])
    given = Counter(each.code for one in kept for each in one.resources)
    assert set(given.values()) == {1}
    for one in kept:
        if one.shortage:
            short = Resource.objects.filter(kind=one.shortage.kind, state="free").count()
            assert short == 0, one.shortage
    held = Resource.objects.filter(state="reserved").count()
    assert held == sum(len(one.resources) for one in kept)


def test_one_holder_asking_from_everywhere_gets_one_line() -> None:
    kept = at_once(*[lambda: reserve("order/same") for _ in range(16)])
    assert len({tuple(each.code for each in one.resources) for one in kept}) == 1
    assert Resource.objects.filter(state="reserved").count() == 2


def test_what_another_gives_back_is_not_overlooked() -> None:
    """Half of those who reserve undo it in the same transaction: all the others that there are ports for get one."""

    def undo(n: int) -> None:
        with transaction.atomic():
            reserve(f"order/undone-{n}")
            transaction.set_rollback(True)

    at_once(*[lambda n=n: undo(n) for n in range(8)], *[lambda n=n: reserve(f"order/K-{n}") for n in range(4)])
    assert Resource.objects.filter(kind="splitter_port", state="reserved").count() == 4


def test_a_reservation_is_kept_or_expires_never_both() -> None:
    for n in range(4):
        reserve(f"order/E-{n}")

    def keep(n: int) -> str:
        try:
            inventory.keep(holder=f"order/E-{n}", actor="staff/tester", at=AT)
        except inventory.NothingHeld:
            return "gone"
        return "kept"

    outcome = at_once(
        *[lambda n=n: keep(n) for n in range(4)],
        *[lambda: inventory.expire_reservations(actor="system", at=UNTIL)] * 4,
    )[:4]
    for n, said in enumerate(outcome):
        left = set(Resource.objects.filter(holder=f"order/E-{n}").values_list("state", flat=True))
        assert left == ({"assigned"} if said == "kept" else set())


def test_ports_added_from_everywhere_are_numbered_once() -> None:
    at_once(*[lambda: inventory.add_resources(kind="splitter_port", element="SPL1", count=2, **WHO)] * 8)
    assert Resource.objects.filter(kind="splitter_port").count() == 20
