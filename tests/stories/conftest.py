"""The stage of the stories: the shop of the chain, and the laboratory with a real RADIUS server."""

from __future__ import annotations

import pytest

from tests.chain import shop
from tests.network.conftest import access_server, begin, lab_home

__all__ = ["access_server", "begin", "lab_home"]


@pytest.fixture
def city(transactional_db: None) -> None:
    """The shop, visible to subscribers and to the RADIUS server."""
    shop.set_up()
