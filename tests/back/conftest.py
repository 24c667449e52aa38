"""A field team that can be sent."""

from __future__ import annotations

import pytest

from tests.back.team import set_up
from tests.ground.conftest import _quick_passwords

__all__ = ["_quick_passwords"]


@pytest.fixture
def team(db: None) -> None:
    set_up()


@pytest.fixture
def committed_team(transactional_db: None) -> None:
    """The same, visible to other connections."""
    set_up()
