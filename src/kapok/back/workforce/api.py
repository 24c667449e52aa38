"""Field work: appointments with customers, and who is sent.

Promises that no window is given out beyond the time of the people who can be sent, however many ask at once. Refuses by name
what is past, what lies in nobody's patch, and what nobody can do.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kapok.back.workforce import booking, dispatching, holding, lending, orders, resting, rules
from kapok.back.workforce.booking import Wish
from kapok.back.workforce.dispatching import Explanation, Named
from kapok.back.workforce.files import Upload
from kapok.back.workforce.phone import take
from kapok.back.workforce.refusals import (
    AppointmentOver,
    BadMinutes,
    BadWindow,
    BookedAlready,
    CannotKeepPicture,
    HelperBusy,
    HelpsAlready,
    HelpsNot,
    InHands,
    KeyOfAnother,
    NobodyFits,
    NobodyHasSkill,
    NobodyToCall,
    NoPatch,
    NotAPicture,
    NotAppointed,
    NotATechnician,
    NoteNeeded,
    NothingToApprove,
    NothingToSet,
    NoTimeThen,
    NotMeasured,
    NotNow,
    NotPutOff,
    NotYoursToDo,
    PictureTooLarge,
    PlaceUnknown,
    ReadingFails,
    ReplyIncomplete,
    Resting,
    StillLacking,
    TooManyPictures,
    UnderWay,
    UnknownAppointment,
    UnknownReason,
    UnknownTest,
    UnknownWorkOrder,
    WindowFull,
    WindowNotOffered,
    WindowPast,
)
from kapok.back.workforce.rules import Errand
from kapok.back.workforce.stores_refusals import (
    BadCount,
    BadMaterial,
    BadPlate,
    DrivesAnother,
    NotOnVan,
    NoVan,
    PlateTaken,
    UnknownMaterial,
    UnknownVehicle,
)
from kapok.back.workforce.technician import (
    accept,
    arrive,
    begin,
    hold,
    lift_hold,
    pass_on,
    reply,
    send_back,
    set_off,
)
from kapok.back.workforce.vans import add_vehicle, count_van, define_material, drive, load_van
from kapok.back.workforce.visiting import call, see_access
from kapok.ground.work import api as work
from kapok.ground.work import rows as work_rows
from kapok.kernel.text import Text

__all__ = [
    "AppointmentOver", "BadCount", "BadMaterial", "BadMinutes", "BadPlate", "BadWindow", "BookedAlready", "CannotKeepPicture",
    "DrivesAnother", "Errand", "Explanation", "HelperBusy", "HelpsAlready", "HelpsNot", "InHands", "KeyOfAnother", "NoPatch",
    "NoTimeThen", "NoVan", "NobodyFits", "NobodyHasSkill", "NobodyToCall", "NotAPicture", "NotATechnician", "NotAppointed",
    "NotMeasured", "NotNow", "NotOnVan", "NotPutOff", "NotYoursToDo", "NoteNeeded", "NothingToApprove", "NothingToSet",
    "PictureTooLarge", "PlaceUnknown", "PlateTaken", "ReadingFails", "ReplyIncomplete", "Resting", "StillLacking",
    "TooManyPictures", "UnderWay", "UnknownAppointment", "UnknownMaterial", "UnknownReason", "UnknownTest", "UnknownVehicle",
    "UnknownWorkOrder", "Upload", "WindowFull", "WindowNotOffered", "WindowPast", "Wish", "accept", "add_helper", "add_vehicle",
    "appoint", "approve_hold", "arrive", "assign", "begin", "book", "book_together", "call", "cancel_appointment", "count_van",
    "define_material", "dispatch", "drive", "expedite", "give_up", "hold", "lift_hold", "load_van", "pass_on", "put_off",
    "reassign", "rebook", "refuse_hold", "release_helper", "reply", "see_access", "send_back", "set_off", "take", "take_up",
]  # fmt: skip


@transaction.atomic
def book(
    *,
    holder: str,
    address: str,
    skill: str,
    minutes: int,
    starts_at: datetime,
    ends_at: datetime,
    end: str = "",
    actor: str,
    at: datetime,
) -> UUID:
    """Keep a window for a visit, at one `end` of what has two; the appointment's identifier. Raises what `book_together` does."""
    (made,) = booking.book([Wish(holder, address, skill, minutes, starts_at, ends_at, end)], actor=actor, at=at)
    return made


@transaction.atomic
def book_together(*, visits: Sequence[Wish], actor: str, at: datetime) -> list[UUID]:
    """Keep the windows of several visits, all or none; the identifiers in their order.

    Raises `UnknownAddress`, `NoPatch`, `UnknownSkill`, `NobodyHasSkill`, `BadMinutes`, `BadWindow`, `WindowPast`,
    `WindowNotOffered`, `BookedAlready`, `WindowFull`.
    """
    return booking.book(visits, actor=actor, at=at)


@transaction.atomic
def rebook(
    *,
    appointment: UUID,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    by_customer: bool = False,
    actor: str,
    at: datetime,
) -> None:
    """Move an appointment to another window, for a reason of the list; customers do (`by_customer`) until somebody sets off.

    Helpers who have no time in it are let go where a customer moves it, which the board shows; else they are named, refused.

    Raises `UnknownAppointment`, `AppointmentOver`, `UnknownReason`, `UnderWay`, `HelperBusy`, and what `book_together` does of
    the new window.
    """
    row = booking.called(appointment)
    if by_customer:
        booking.must_wait_for_us(row)
    booking.rebook(row, starts_at, ends_at, reason, by_customer=by_customer, actor=actor, at=at)


@transaction.atomic
def cancel_appointment(*, appointment: UUID, actor: str, at: datetime) -> None:
    """Give the window back. Raises `UnknownAppointment`, `AppointmentOver`."""
    booking.cancel(booking.called(appointment), actor=actor, at=at)


@transaction.atomic
def appoint(
    *,
    item: UUID,
    starts_at: datetime,
    ends_at: datetime,
    reason: str = "",
    errand: Errand | None = None,
    actor: str,
    at: datetime,
) -> UUID:
    """Agree a window for the visit that a work order is about; the appointment. One that there is already moves, for a reason.

    `errand` says where it is and what it takes, where nobody knows. Raises `UnknownWorkOrder`, `PlaceUnknown`, and what `rebook`
    and `book` do.
    """
    return booking.agree(orders.called(item), starts_at, ends_at, reason, errand, actor=actor, at=at)


@transaction.atomic
def give_up(*, holder: str, end: str | None = None, actor: str, at: datetime) -> None:
    """Give back the windows that are booked for a matter, or for one `end` of it: what they were agreed for has changed."""
    booking.give_up(holder, end=end, actor=actor, at=at)


@transaction.atomic
def put_off(*, holder: str, deed: rules.Deed, actor: str, at: datetime) -> None:
    """Let the field work of a matter rest: its window is given back, what is in hand is held and not carried on until `take_up`.

    `deed` says why: `Deed.DEFER` or `Deed.WAIT`.
    """
    resting.put_off(holder, deed, actor=actor, at=at)


@transaction.atomic
def take_up(*, holder: str, actor: str, at: datetime) -> None:
    """Let the field work of a matter that rested go on, in the hands in which it is; a window is agreed anew."""
    resting.take_up(holder, actor=actor, at=at)


@transaction.atomic
def dispatch(*, item: UUID, actor: str, at: datetime) -> Explanation:
    """Send who fits best: skill, shift, room and load decide who could go, then slack, way and continuity are weighed.

    Raises `UnknownWorkOrder`, `InHands`, `NotNow`, `NobodyFits`.
    """
    return dispatching.dispatch(orders.called(item), actor=actor, at=at)


@transaction.atomic
def assign(*, item: UUID, technician: str, reason: str, insist: bool = False, actor: str, at: datetime) -> None:
    """Send whom the leader names; who cannot keep the agreed window only if they `insist`, which is kept with the reason.

    Raises `UnknownWorkOrder`, `InHands`, `NotNow`, `NotATechnician`, `NoTimeThen`, `NoteNeeded`.
    """
    row, words = orders.called(item), _words(reason)
    found = dispatching.technician_of(row, technician, at)
    dispatching.assign(row, Named(technician, found, words, insist), actor=actor, at=at)


@transaction.atomic
def reassign(*, item: UUID, technician: str, reason: str, insist: bool = False, actor: str, at: datetime) -> None:
    """Take work out of the hands of who accepted it, and offer it to whom the dispatcher names; both are told.

    `insist` as for `assign`.
    Raises `UnknownWorkOrder`, `NotNow`, `NotATechnician`, `NoTimeThen`, `NoteNeeded`, `SameHands`, `NotHeld`.
    """
    row, words = orders.called(item), _words(reason)
    found = dispatching.technician_of(row, technician, at)
    dispatching.reassign(row, Named(technician, found, words, insist), actor=actor, at=at)


@transaction.atomic
def add_helper(*, item: UUID, helper: str, actor: str, at: datetime) -> None:
    """Let a colleague lend a hand for the time of the window; who holds it does not change.

    Raises `UnknownWorkOrder`, `NotNow`, `NotATechnician`, `HelpsAlready`, `HelperBusy`.
    """
    lending.add(orders.called(item), helper, actor=actor, at=at)


@transaction.atomic
def release_helper(*, item: UUID, helper: str, actor: str, at: datetime) -> None:
    """Let a helper go, or do without one who had no time. Raises `UnknownWorkOrder`, `HelpsNot`."""
    lending.release(orders.called(item), helper, actor=actor, at=at)


@transaction.atomic
def expedite(*, item: UUID, note: str, actor: str, at: datetime) -> None:
    """Urge the matter of a work order: it goes before others on board and phone.

    Raises `UnknownWorkOrder`, `NotNow`, `NoteNeeded`, `NoteMissing`.
    """
    row, words = orders.called(item), _words(note)
    if rules.State(row.state) not in rules.LIVE:
        raise NotNow(state_name=rules.STATES[rules.State(row.state)], deed_name=Text(zh="催单", en="Urge"))
    work.take_urge(matter=row.item.matter.subject, note=words, actor=actor, at=at)


@transaction.atomic
def approve_hold(*, item: UUID, actor: str, at: datetime) -> None:
    """Let the customer's clock stand still for a hold whose cause is the customer, as of the moment at which it was asked for.

    Raises `UnknownWorkOrder`, `NothingToApprove`, `NotAPerson`, `OwnApproval`, `MayNotApprove`.
    """
    row = orders.called(item)
    holding.approve(row, holding.waiting(row), work_rows.person(actor), actor=actor, at=at)


@transaction.atomic
def refuse_hold(*, item: UUID, actor: str, at: datetime) -> None:
    """Let the customer's clock run on though the work is held. Raises `UnknownWorkOrder`, `NothingToApprove`, `NotAPerson`."""
    row = orders.called(item)
    holding.refuse(row, holding.waiting(row), work_rows.person(actor), actor=actor, at=at)


def _words(said: str) -> str:
    words = " ".join(said.split())
    if not 1 <= len(words) <= rules.NOTE:
        raise NoteNeeded(field=Text(zh="原因", en="reason"), most=rules.NOTE)
    return words
