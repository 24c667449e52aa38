"""The rows that the verbs act on, looked up and locked. A matter is locked before anything of it moves."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.module_loading import import_string

from kapok.ground.journal.models import Entry
from kapok.ground.journal.reading import read
from kapok.ground.people import queries as people
from kapok.ground.people import rows as people_rows
from kapok.ground.people.models import Grant, OrgUnit, Staff
from kapok.ground.people.refusals import EndedUnit
from kapok.ground.people.roles import Permission, roles_with
from kapok.ground.posts import queries as posts
from kapok.ground.work import answering, rules
from kapok.ground.work.events import NotReached
from kapok.ground.work.models import Handoff, Item, Matter, Tenure
from kapok.ground.work.refusals import (
    MatterClosed,
    NotAPerson,
    NotJudge,
    NotOffered,
    NotOfferer,
    NotRefused,
    NotYours,
    OwnCause,
    TooEarly,
    UnknownItem,
    UnknownMatter,
)
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text

NOT_REACHED = NotReached.kind
STAFF = "staff/"
OF_MATTER = ("unit", "first_contact", "acting", "flow__template", "near", "far_near")
PARTIES = ("unit", "accountable", "holder", "asked_by")
SIDES = ("from_unit", "from_staff", "from_answers", "to_unit", "to_staff", "to_answers")


def person(actor: str) -> Staff:
    """The active person who acts. Raises `NotAPerson`."""
    found = read(Staff, "this.username = %s", actor.removeprefix(STAFF), joined="unit")
    if not actor.startswith(STAFF) or not found or not found[0].is_active:
        raise NotAPerson(actor=actor)
    return found[0]


def asked_first(first_contact: str | Staff, actor: str) -> Staff:
    """The active person at hand, the one with this staff number, or where neither is given whoever acts. Raises `NotAPerson`."""
    if isinstance(first_contact, Staff):
        return first_contact
    return person(f"{STAFF}{first_contact}" if first_contact else actor)


def matter_called(subject: str, *, lock: bool = False) -> Matter:
    """The matter with this subject. Raises `UnknownMatter`. Called within the `transaction.atomic` of a verb where it locks."""
    rows = Matter.objects.select_related(*OF_MATTER)
    found = (rows.select_for_update(no_key=True, of=("self",)) if lock else rows).filter(subject=subject).first()
    if found is None:
        raise UnknownMatter(matter=subject)
    return found


def hold_together(subject: str) -> None:
    """Lock the matters that go with this one by `settings.WORK_TOGETHER`, it among them, in the order in which all lock them."""
    named = settings.WORK_TOGETHER.get(subject.partition("/")[0])
    if named:
        matters = Matter.objects.filter(subject__in=import_string(named)(subject)).order_by(
            Length("subject"), "subject"
        )
        list(matters.select_for_update(no_key=True).values_list("id"))


def open_matter(subject: str) -> Matter:
    """The matter, locked and open. Raises `UnknownMatter`, `MatterClosed`."""
    found = matter_called(subject, lock=True)
    if found.state != rules.MatterState.OPEN:
        raise MatterClosed(matter=subject)
    return found


def pass_on(matter: Matter, at: datetime, *, acting: Staff | None, owner: Staff | None = None) -> None:
    """From now on `acting` acts for the matter, and `owner` answers for it in their unit, if given; who did so before is kept."""
    Tenure.objects.create(
        id=uuid7(at), matter=matter, unit=matter.unit, answers=matter.first_contact, acted_by=matter.acting, until=at
    )
    matter.acting = acting
    if owner is not None:
        matter.first_contact, matter.unit = owner, owner.unit
    matter.save(update_fields=["first_contact", "acting", "unit"])


def item_called(item: UUID) -> Item:
    """The work item as it stands, its matter locked: no cancellation comes in between. Raises `UnknownItem`."""
    matters = Matter.objects.select_related(*OF_MATTER).select_for_update(no_key=True, of=("self",))
    matter = matters.filter(id__in=Item.objects.filter(id=item).values("matter")).first()
    if matter is None:
        raise UnknownItem(item=item)
    row = Item.objects.select_related(*PARTIES).get(id=item)
    row.matter = matter
    return row


def state_name(item: Item) -> Text:
    """The name of the state in which the item is now."""
    return rules.ITEM_STATES[rules.ItemState(Item.objects.values_list("state", flat=True).get(id=item.id))]


def offer_of(item: Item, at: datetime) -> Handoff:
    """The hand-off that waits for an answer. Raises `NotOffered`, `TooEarly`."""
    found = Handoff.objects.select_related(*SIDES).filter(item=item, state=rules.HandoffState.OFFERED).first()
    if found is None:
        raise NotOffered(state_name=state_name(item))
    not_before(found.offered_at, at)
    return found


def refusal_of(item: Item, at: datetime) -> Handoff:
    """The refused hand-off that nobody has judged. Raises `NotRefused`, `TooEarly`."""
    unsettled = [state.value for state in rules.UNSETTLED]
    found = Handoff.objects.select_related(*SIDES, "answered_by").filter(item=item, state__in=unsettled).first()
    if found is None:
        raise NotRefused(state_name=state_name(item))
    not_before(found.disputed_at or found.answered_at or found.offered_at, at)
    return found


def not_before(since: datetime, at: datetime) -> None:
    """Refuse what happens before what happened last. Raises `TooEarly`."""
    if at < since:
        raise TooEarly(since=since.isoformat(timespec="minutes"))


def unit_at_work(code: str) -> OrgUnit:
    """The unit with this code, not locked: everybody takes matters up at once. Raises `UnknownUnit`, `EndedUnit`."""
    return _at_work(people_rows.unit_called(code))


def near_of(near: UUID | str | None) -> UUID | None:
    """The unit on whose ground the work is, by its identifier or its code. Raises `UnknownUnit`, `EndedUnit`."""
    if isinstance(near, str):
        return unit_at_work(near).id if near else None
    return near


def come_near(subject: str, unit: UUID, *, far: bool = False) -> None:
    """The work of a matter, if there is one, or of its far end, is on the ground of that unit from now on."""
    Matter.objects.filter(subject=subject).update(**{"far_near" if far else "near": unit})


def unit_of(person: Staff, code: str) -> OrgUnit:
    """The unit with this code, or the person's own where none is named. Raises `UnknownUnit`, `EndedUnit`."""
    return unit_at_work(code) if code else _at_work(person.unit)


def _at_work(unit: OrgUnit) -> OrgUnit:
    if unit.valid_to is not None:
        raise EndedUnit(unit_name=unit.name, ended_on=unit.valid_to)
    return unit


def works_for(person: Staff, unit: OrgUnit) -> bool:
    """Whether this person may do the work of the unit."""
    return unit.id == person.unit_id or unit.id in people.units_where(person.id, Permission.WORK_DO)


def has_hands_in(person: Staff, matter: Matter) -> bool:
    """Whether this person does the work of a unit that has or had work of the matter, having accepted it."""
    took = Handoff.objects.filter(item__matter=matter, state=rules.HandoffState.ACCEPTED)
    units = set(took.values_list("to_unit", flat=True))
    return person.unit_id in units or not units.isdisjoint(people.units_where(person.id, Permission.WORK_DO))


def waits_for(person: Staff, matter: Matter, at: datetime) -> bool:
    """Whether this person waits for work of a matter: its owner, their unit, and the units that asked for what is not done."""
    if answering.owns(person, matter, at) or works_for(person, matter.unit):
        return True
    asked = Item.objects.filter(matter=matter, state__in=[state.value for state in rules.LIVE])
    units = people.units_where(person.id, Permission.WORK_DO) | {person.unit_id}
    return asked.filter(asked_by__in=units).exists()


def must_work_for(person: Staff, unit: OrgUnit) -> None:
    """Refuse who does not do the unit's work. Raises `NotYours`."""
    if not works_for(person, unit):
        raise NotYours(unit_name=unit.name)


def must_have_offered(person: Staff, handoff: Handoff) -> None:
    """Refuse who does not belong to the offering side. Raises `NotOfferer`."""
    if person.id != handoff.from_staff_id and not works_for(person, handoff.from_unit):
        raise NotOfferer(unit_name=handoff.from_unit.name)


def own_units(person: Staff, held: Iterable[posts.Acting]) -> set[UUID]:
    """The units that this person belongs to: their own, those where they hold a working role, those of the posts they hold.

    A role in a unit above makes nobody a member of those below.
    """
    granted = Grant.objects.filter(staff=person, revoked_at=None, role__in=roles_with(Permission.WORK_DO))
    return {person.unit_id, *granted.values_list("unit", flat=True), *(post.unit_id for post in held)}


def may_be_judged(person: Staff) -> Q:
    """The hand-offs that this person may judge: those within their units, or all where theirs is `WORK_JUDGE_UNIT` too."""
    units = people.units_where(person.id, Permission.WORK_JUDGE)
    if OrgUnit.objects.filter(id__in=units, code=settings.WORK_JUDGE_UNIT).exists():
        return Q()
    return Q(from_unit__in=units, to_unit__in=units)


def own_cause(person: Staff, units: Collection[UUID]) -> Q:
    """The hand-offs in which this person belongs to a side: in person, as who answers for it, or by their own units."""
    who = ("from_staff", "from_answers", "to_staff", "to_answers", "answered_by", "disputed_by")
    in_person = reduce(or_, (Q(**{field: person}) for field in who))
    return Q(from_unit__in=units) | Q(to_unit__in=units) | in_person


def must_judge(person: Staff, handoff: Handoff, at: datetime) -> None:
    """Refuse who may not judge this. Raises `NotJudge`, `OwnCause`."""
    this = Handoff.objects.filter(id=handoff.id)
    if not this.filter(may_be_judged(person)).exists():
        raise NotJudge
    if this.filter(own_cause(person, own_units(person, posts.posts_of(person.id, at)))).exists():
        raise OwnCause


def word_of_the_customer(matter: Matter) -> Text | None:
    """On whose word the matter may be closed: the customer's, or enough attempts to get it; None where there is neither."""
    wanted = [*rules.CANCELS, *rules.CONFIRMS, *rules.REOPENS, NOT_REACHED]
    entries = Entry.objects.filter(subject=matter.subject, kind__in=wanted).order_by("at", "recorded_at", "id")
    told = list(entries.values_list("kind", "at"))
    return rules.word(told, timezone.get_default_timezone())


def next_number() -> int:
    """The next number of a matter: from a sequence, so that nobody waits for anybody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('work_matter_number')")
        (number,) = cursor.fetchone() or (0,)
    return int(number)
