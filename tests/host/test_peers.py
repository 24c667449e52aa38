"""How tests are left out for want of a peer: never silently, and not at all where everything is required."""

from __future__ import annotations

import pytest

from kapok.host.peers import PEERS
from tests import peers


@pytest.fixture
def nothing_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "_found", lambda _name: None)
    monkeypatch.delenv("KAPOK_LAB", raising=False)


def test_a_missing_peer_leaves_the_test_out_with_the_remedy(nothing_found: None) -> None:
    with pytest.raises(pytest.skip.Exception) as left_out:
        peers.require_peer("java")
    assert str(left_out.value) == "optional java is missing, get it with `make lab`"


def test_in_the_lab_it_fails_the_test(nothing_found: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAPOK_LAB", "required")
    with pytest.raises(pytest.fail.Exception, match="optional java is missing"):
        peers.require_peer("java")


def test_the_end_of_the_run_counts_them() -> None:
    reasons = ["('x.py', 3, 'Skipped: optional java is missing, get it with `make lab`')"] * 2 + [
        "Skipped: something else"
    ]
    assert peers.summary(reasons) == ["java was missing: 2 tests left out; get it with `make lab`"]


def test_every_implied_peer_is_known() -> None:
    assert {name for names in peers.IMPLIED.values() for name in names} <= PEERS.keys()
