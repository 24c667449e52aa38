"""An operator with a small plant."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.ground.conftest import _quick_passwords, committed_office, office
from tests.network.plant import set_up_places, set_up_plant

__all__ = ["_quick_passwords", "committed_office", "office"]


@pytest.fixture
def plant(office: SimpleNamespace) -> None:
    set_up_places()
    set_up_plant()


@pytest.fixture
def committed_plant(committed_office: SimpleNamespace) -> None:
    """The same, visible to other connections."""
    set_up_places()
    set_up_plant()
