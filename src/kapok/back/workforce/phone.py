"""What comes from phones: told under a key of the phone's own, so that what is sent twice is done once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kapok.back.workforce import orders, technician, visiting
from kapok.back.workforce.models import Done
from kapok.back.workforce.refusals import KeyOfAnother
from kapok.back.workforce.rules import Deed
from kapok.ground.work import rows as work_rows

VERBS: Mapping[Deed, Callable[..., None]] = {
    Deed.ACCEPT: technician.accept,
    Deed.SET_OFF: technician.set_off,
    Deed.ARRIVE: technician.arrive,
    Deed.BEGIN: technician.begin,
    Deed.HOLD: technician.hold,
    Deed.LIFT_HOLD: technician.lift_hold,
    Deed.REPLY: technician.reply,
    Deed.APPOINT: visiting.appoint,
    Deed.REBOOK: visiting.rebook,
    Deed.PASS_ON: technician.pass_on,
    Deed.DEFER: visiting.defer,
    Deed.WAIT: visiting.wait,
    Deed.SEND_BACK: technician.send_back,
}


@transaction.atomic
def take(
    *, key: UUID, item: UUID, deed: Deed, told: Mapping[str, Any], pressed_at: datetime, actor: str, at: datetime
) -> bool:
    """Do what a phone tells, with what else it told; False where it was done under this key before. A refusal leaves no trace.

    `pressed_at` is when it happened by the phone's clock: never taken as later than `at`, nor as earlier than what happened last.
    Raises `KeyOfAnother`, `UnknownWorkOrder`, and what the technician's verb does.
    """
    me, row = work_rows.person(actor), orders.called(item)
    happened = min(max(pressed_at, row.moved_at), at)
    said = {"staff": me, "item_id": item, "deed": deed.value, "pressed_at": happened, "reached_at": at}
    kept, new = Done.objects.get_or_create(key=key, defaults=said)
    if not new:
        if (kept.staff_id, kept.item_id, kept.deed) != (me.id, item, deed.value):
            raise KeyOfAnother
        return False
    VERBS[deed](item=item, **told, said_at=happened, actor=actor, at=at)
    return True
