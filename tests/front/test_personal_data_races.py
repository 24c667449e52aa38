"""An erasure at the same moment as notes on the customer: whatever comes first, no note is left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection

from kapok.front.channels import api
from kapok.front.channels.models import Note
from kapok.ground.customers import api as customers
from kapok.ground.customers.models import Customer
from kapok.kernel.errors import KapokError
from tests.chain import shop

pytestmark = pytest.mark.django_db(transaction=True)

NOTES = 6


@pytest.fixture(autouse=True)
def _open() -> None:
    shop.set_up()


def test_no_note_outlives_an_erasure() -> None:
    number = shop.customer("欧阳慧敏")

    def note(which: int) -> str:
        return told(partial(api.add_note, customer=number, words=f"便条{which}", **shop.by("agent", which)))

    def erase(minutes: int) -> str:
        return told(partial(customers.erase_person, customer=number, reason="客户要求", **shop.by("manager", minutes)))

    with ThreadPoolExecutor(NOTES + 2) as pool:
        noted = pool.map(note, range(NOTES // 2))
        erased = pool.map(erase, (10, 11))
        more = pool.map(note, range(NOTES // 2, NOTES))
        outcomes = [*noted, *more]
        assert sorted(erased) == ["ErasedCustomer", "done"]
    assert set(outcomes) <= {"done", "ErasedCustomer"}
    assert Note.objects.count() == 0
    assert Customer.objects.get(number=number).party.erased_at is not None


def told(verb: partial[object]) -> str:
    """What came of it."""
    try:
        verb()
    except KapokError as refused:
        return type(refused).__name__
    finally:
        connection.close()
    return "done"
