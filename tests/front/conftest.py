"""What every test of the front uses: the shop of the chain with its channels set up, once for a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests import worlds
from tests.front import counter


@pytest.fixture(scope="module")
def open_shop(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The shop for the tests of a module."""
    with worlds.standing(django_db_blocker, counter.set_up):
        yield
