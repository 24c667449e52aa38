"""A broadband line and a voice line to try the verbs of activation on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kapok.network.activation import api as activation
from kapok.network.activation.api import Outcome

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"actor": "system/ordering", "at": AT}
SERVICE = "S00000001"
LINE = {
    "login": "line1@kapok", "secret": "s3cret-one", "down_mbps": 300, "up_mbps": 60, "profile": "home-300",
    "onu": "HWTC0001", "port": "0/1/3", "vlan": 1203,
}  # fmt: skip
VOICE = {"number": "02038001234", "secret": "voice-one-2"}


def tell(
    verb: str, key: str, params: dict[str, Any] | None = None, *, service: str = SERVICE, kind: str = "fixed_broadband"
) -> Outcome:
    """One call."""
    return getattr(activation, verb)(key=key, service=service, kind=kind, params=params or {}, **WHO)
