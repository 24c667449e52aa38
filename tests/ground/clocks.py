"""Clocks made by hand, for the tests of what fires them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from kapok.ground.commitments import api
from kapok.ground.commitments.models import Commitment
from kapok.kernel.ids import uuid7
from tests.ground.packs import DESK

OPENED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DUE = OPENED + timedelta(hours=24)
WARN = (OPENED + timedelta(hours=12), OPENED + timedelta(hours=18))


def desk() -> UUID:
    """The pack of the repair desk, adopted."""
    return api.adopt_pack(document=DESK, actor="staff/tester", at=OPENED)


def clock(
    pack: UUID, subject: str = "fault/F1", *, due_at: datetime = DUE, warn_at: Sequence[datetime] = (), **columns: Any
) -> Commitment:
    """An open commitment that nothing has fired for yet; not saved."""
    given: dict[str, Any] = {
        "promise": "pledge-repair",
        "tier": "pledge",
        "direction": "within",
        "state": "open",
        "unit": "hotline",
        "owner": "staff/agent",
        "opened_at": OPENED,
        "number": 1,
        "next_fire_at": min([*warn_at, due_at]),
    }
    return Commitment(
        id=uuid7(OPENED),
        subject=subject,
        pack_id=pack,
        due_at=due_at,
        first_due_at=due_at,
        warn_at=list(warn_at),
        elapsed=timedelta(),
        late_by=timedelta(),
        calendar_version="1",
        zone="Asia/Shanghai",
        **(given | columns),
    )


def started(pack: UUID, subject: str = "fault/F1", **columns: Any) -> Commitment:
    """The same, saved."""
    row = clock(pack, subject, **columns)
    row.save(force_insert=True)
    return row
