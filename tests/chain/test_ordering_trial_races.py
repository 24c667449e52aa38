"""A trial that is extended and ended at once, over several connections: one decision counts, and none is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kapok.chain.ordering import api, trials
from kapok.chain.ordering.models import Extension, Leg
from tests.chain import shop
from tests.chain.shop import by, later
from tests.races import outcomes

pytestmark = [pytest.mark.usefixtures("_shop"), pytest.mark.slow]
OVER = 30 * 24 * 60 + 4


@pytest.fixture
def _shop(transactional_db: None) -> None:
    shop.set_up()


def test_a_trial_is_extended_or_ended_and_of_several_extensions_none_is_lost() -> None:
    """One shop for both races: opening it takes longest."""
    service, contested = shop.installed("trial-fibre-1000"), shop.installed("trial-fibre-1000", address="n3")
    ends = trials.running_until(service)
    assert ends is not None

    def extend(number: str, minutes: float) -> None:
        api.extend_trial(service=number, reason="补足体验", **by("agent", minutes))

    assert outcomes(*[lambda: extend(service, 10)] * 3) == ["done"] * 3
    assert sorted(Extension.objects.values_list("until", flat=True)) == [
        ends + timedelta(days=14 * n) for n in (1, 2, 3)
    ]
    outcome = outcomes(
        lambda: extend(contested, OVER), lambda: trials.end(at=later(OVER)), lambda: trials.end(at=later(OVER))
    )
    ended = Leg.objects.filter(action="cease").count()
    extended = Extension.objects.filter(service__number=contested).count()
    assert (ended, extended) in {(1, 0), (0, 1)}
    assert outcome == (["InOtherHands", "done", "done"] if ended else ["done"] * 3)
