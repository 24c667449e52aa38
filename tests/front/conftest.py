"""What every test of the front uses: the shop of the chain with its channels set up, once for a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from tests.chain import shop
from tests.front import counter

QUICKLY = [f"{MD5PasswordHasher.__module__}.{MD5PasswordHasher.__qualname__}"]


@pytest.fixture(scope="module")
def open_shop(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The shop for the tests of a module; each undoes what it did, and the module the shop."""
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(PASSWORD_HASHERS=QUICKLY):
            shop.set_up()
            counter.set_up()
        yield
        transaction.set_rollback(True)
