"""Two connections at once: what must not happen twice does not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from kapok.ground.people import api as people
from kapok.ground.people.models import Grant, Staff
from kapok.kernel.errors import KapokError
from tests.ground.conftest import WHO

pytestmark = pytest.mark.usefixtures("committed_office")


def race(*verbs: Callable[[], Any]) -> list[str]:
    """Call all at the same moment, each on a connection of its own; the names of the refusals, or "done"."""
    start = Barrier(len(verbs))

    def run(verb: Callable[[], Any]) -> str:
        try:
            start.wait(timeout=10)
            verb()
        except KapokError as refused:
            return type(refused).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(verbs)) as pool:
        return sorted(pool.map(run, verbs))


@pytest.mark.parametrize("attempt", range(5))
def test_two_administrators_cannot_remove_each_other(attempt: int) -> None:
    people.grant_role(username="chen", role="administrator", unit="city", **WHO)
    outcome = race(
        lambda: people.deactivate(username="lin", **WHO),
        lambda: people.revoke_role(username="chen", role="administrator", unit="city", **WHO),
    )
    assert outcome == ["LastAdministrator", "done"]
    assert Grant.objects.filter(role="administrator", revoked_at=None, staff__state="active").count() == 1


def test_a_person_is_deactivated_once() -> None:
    assert race(*[lambda: people.deactivate(username="chen", **WHO)] * 4) == ["AlreadyDeactivated"] * 3 + ["done"]
    assert Staff.objects.get(username="chen").state == "deactivated"


def test_a_role_is_granted_once() -> None:
    def grant() -> None:
        people.grant_role(username="chen", role="agent", unit="hall", **WHO)

    assert race(*[grant] * 4) == ["AlreadyHeld"] * 3 + ["done"]
    assert Grant.objects.filter(role="agent", revoked_at=None).count() == 1
