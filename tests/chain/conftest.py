"""What every test of the chain uses: a shop that is opened once for a module, and stands anew for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests import worlds
from tests.chain import shop


@pytest.fixture(scope="module")
def open_shop(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The shop for the tests of a module."""
    with worlds.standing(django_db_blocker, shop.set_up):
        yield
