"""What a technician agrees with the customer: a window, another one, to come later; and the number to call for it.

As `technician`: who holds the work is asked of the baton each time, `said_at` is when the phone says that it happened.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kapok.back.workforce import booking, events, matters, orders, rules
from kapok.back.workforce.matters import Chain
from kapok.back.workforce.refusals import NobodyToCall, NothingToSet, NotPutOff
from kapok.back.workforce.rules import Access, Deed, Place, State
from kapok.back.workforce.technician import go, mine, must_hold, tidy
from kapok.ground.customers import api as customers
from kapok.ground.customers.erasing import Reached
from kapok.ground.customers.rules import DIALLED, Purpose
from kapok.ground.journal import api as journal
from kapok.ground.work import rows as work_rows


@transaction.atomic
def appoint(
    *, item: UUID, starts_at: datetime, ends_at: datetime, said_at: datetime | None = None, actor: str, at: datetime
) -> None:
    """Agree a window with the customer. Raises what `technician.mine` and `booking.agree` do."""
    row, _ = mine(item, Deed.APPOINT, actor)
    booking.agree(row, starts_at, ends_at, "", None, actor=actor, at=at)
    orders.happened(row, said_at)


@transaction.atomic
def rebook(
    *,
    item: UUID,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    said_at: datetime | None = None,
    actor: str,
    at: datetime,
) -> None:
    """Agree another window, for a reason of the list. Raises what `technician.mine` and `booking.agree` do."""
    row, _ = mine(item, Deed.REBOOK, actor)
    booking.agree(row, starts_at, ends_at, reason, None, actor=actor, at=at)
    orders.happened(row, said_at)


@transaction.atomic
def defer(
    *,
    item: UUID,
    until: datetime,
    note: str,
    evidence: str,
    said_at: datetime | None = None,
    actor: str,
    at: datetime,
) -> None:
    """The customer wishes it later (10P): it is held, its window is given back, the leg is put off with the evidence.

    Raises what `technician.mine` does, `NotPutOff`, and what the matter's own module refuses.
    """
    chain, (matter, _) = _put_off(item, Deed.DEFER, note, said_at=said_at, actor=actor, at=at)
    chain.put_off(matter, until=until, reason=tidy(note), evidence=tidy(evidence), actor=actor, at=at)


@transaction.atomic
def wait(
    *,
    item: UUID,
    note: str,
    code: str = "",
    expected_at: datetime | None = None,
    said_at: datetime | None = None,
    actor: str,
    at: datetime,
) -> None:
    """Our plant is lacking (10W): it is held, its window is given back, the leg waits while the customer's clock runs on.

    The code of the shortage says which (`matters.lacks`): then the leg goes on by itself when there is plant.
    Raises what `technician.mine` does, `NotPutOff`, and what the matter's own module refuses.
    """
    chain, place = _put_off(item, Deed.WAIT, note, said_at=said_at, actor=actor, at=at)
    chain.lack_plant(place, reason=tidy(note), code=code, expected_at=expected_at, actor=actor, at=at)


@transaction.atomic
def call(*, item: UUID, actor: str, at: datetime) -> tuple[Reached, ...]:
    """The customer's telephone numbers in clear, for whoever holds the work and as long as they do; each look is kept.

    Raises `UnknownWorkOrder`, `NotHeld`, `NotHolder`, `NobodyToCall`, `ErasedCustomer`.
    """
    chain, matter = _in_hand(item, actor)
    number = chain.customer_of(matter) if chain else ""
    if not number:
        raise NobodyToCall
    seen = customers.look(customer=number, purpose=Purpose.VISIT.value, matter=matter, actor=actor, at=at)
    numbers = tuple(each for each in seen.contacts if each.kind in DIALLED)
    if not numbers:
        raise NobodyToCall
    return numbers


@transaction.atomic
def see_access(*, item: UUID, actor: str, at: datetime) -> tuple[Access, ...]:
    """By what the lines log in that the visit is for, for whoever holds the work and as long as they do; each look is kept.

    Raises `UnknownWorkOrder`, `NotHeld`, `NotHolder`, and what the matter's own module refuses.
    """
    chain, matter = _in_hand(item, actor)
    if chain is None:
        raise NothingToSet
    found = chain.see_access(matter, actor=actor, at=at)
    customers.look(customer=chain.customer_of(matter), purpose=Purpose.VISIT.value, matter=matter, actor=actor, at=at)
    return found


def _in_hand(item: UUID, actor: str) -> tuple[Chain | None, str]:
    """Who answers for the matter of a work order that the actor holds, and its subject."""
    row = orders.called(item)
    must_hold(row, work_rows.person(actor))
    matter = row.item.matter.subject
    return matters.chain_of(matter), matter


def _put_off(
    item: UUID, deed: Deed, note: str, *, said_at: datetime | None, actor: str, at: datetime
) -> tuple[Chain, Place]:
    """It is held, its window is given back, and when it goes on it begins anew; who puts the matter off, it and its end."""
    row, _ = mine(item, deed, actor)
    matter = row.item.matter.subject
    chain = matters.chain_of(matter)
    if chain is None:
        raise NotPutOff(deed_name=rules.DEEDS[deed])
    booking.give_up(matter, actor=actor, at=at)
    row = orders.called(item)  # as it stands without its window
    go(row, State.HELD, actor, at, said_at, held_from=State.ACCEPTED)
    journal.record(
        events.Held(
            subject=row.item.subject, actor=actor, at=at, correlation=row.item.matter_id, reason=deed.value,
            reason_name=rules.PUTS_OFF[deed], note=tidy(note),
        )
    )  # fmt: skip
    return chain, (matter, row.item.end)
