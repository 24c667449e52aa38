"""A field team that can be sent: set up once for a module, standing anew for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from tests.back import job, team
from tests.chain.conftest import QUICKLY
from tests.ground.conftest import _quick_passwords

__all__ = ["_quick_passwords"]


@pytest.fixture(scope="module")
def jobs(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The team with its posts, pledges and flow."""
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(PASSWORD_HASHERS=QUICKLY):
            team.set_up()
            job.set_up()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def committed_team(transactional_db: None) -> None:
    """The team alone, visible to other connections."""
    team.set_up()
