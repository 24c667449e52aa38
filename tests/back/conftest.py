"""A field team that can be sent: set up once for a module, standing anew for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests import worlds
from tests.back import job, team


@pytest.fixture(scope="module")
def jobs(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The team with its posts, pledges and flow."""
    with worlds.standing(django_db_blocker, job.set_up):
        yield


@pytest.fixture
def committed_team(transactional_db: None) -> None:
    """The team alone, visible to other connections."""
    team.set_up()
