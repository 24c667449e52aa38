"""Commitments for the tests of the ledger's screens, made directly: what the journal would have made of its entries."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from kapok.ground.commitments.models import Commitment, PackVersion
from kapok.kernel.ids import uuid7
from kapok.kernel.promises import find, parse

HOUR = timedelta(hours=1)
PACK = "guangzhou-pledges"


def now() -> datetime:
    """The moment at which the console looks."""
    return datetime.now(UTC)


def adopted(code: str = PACK) -> PackVersion:
    """The shipped pack of that name, in force for a year."""
    document = find(code).read_text(encoding="utf-8")
    pack = parse(document, code)
    version, _ = PackVersion.objects.get_or_create(
        code=code, superseded_at=None,
        defaults={
            "id": uuid7(now()), "version": pack.version, "document": document, "kinds": [],
            "digest": hashlib.sha256(document.encode()).hexdigest(), "adopted_at": now() - timedelta(days=365),
        },
    )  # fmt: skip
    return version


def promised(
    subject: str = "fault/F1", *, due: timedelta | None = HOUR, age: timedelta = HOUR, **fields: Any
) -> Commitment:
    """One commitment, opened `age` ago and due in `due`; `fields` are its columns."""
    at = now()
    version = adopted()
    row = parse(version.document, PACK).by_code[fields.get("promise", "repair")][0]
    due_at = None if due is None else at + due
    values = {
        "number": Commitment.objects.filter(subject=subject, promise=row.code).count() + 1,
        "promise": row.code, "tier": row.tier.value, "direction": row.direction.value, "state": "open",
        "unit": "hotline", "owner": "staff/agent", "opened_at": at - age, "due_at": due_at, "first_due_at": due_at,
        "elapsed": age, "late_by": timedelta(), "calendar_version": "always-1", "zone": "Asia/Shanghai",
        "warn_at": [] if due_at is None else [due_at - timedelta(minutes=30)],
    } | fields  # fmt: skip
    return Commitment.objects.create(id=uuid7(at), subject=subject, pack=version, **values)
