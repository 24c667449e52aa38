"""What every test of the chain uses."""

from __future__ import annotations

from tests.ground.conftest import _quick_passwords

__all__ = ["_quick_passwords"]
