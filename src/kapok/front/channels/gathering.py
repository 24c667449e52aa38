"""What the routing rules are asked about, gathered from the rows: who calls, what is open, who serves, who answers where."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Max, Q, QuerySet

from kapok.front.channels import rules
from kapok.front.channels.duties import Duty, nearest
from kapok.front.channels.models import Case, ChannelSetting, ChannelStaff, Interaction, Linked, Message
from kapok.front.channels.refusals import NotOpenNow
from kapok.front.channels.rules import Agent, Caller, Queues, Territory, Tongue, Via
from kapok.front.channels.speaking import LANGUAGE
from kapok.ground.customers import languages
from kapok.ground.customers.dialling import digits_of, spellings
from kapok.ground.customers.models import Contact, Customer
from kapok.ground.customers.queries import wants_no_calls
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.people.rules import State, UnitKind
from kapok.ground.places import api as places
from kapok.ground.places import queries as places_known
from kapok.ground.places.queries import Responsible
from kapok.ground.places.rules import Segment
from kapok.ground.posts import queries as posts
from kapok.ground.posts.queries import Acting
from kapok.ground.work import answering
from kapok.ground.work.models import Handoff, Matter
from kapok.ground.work.rules import HandoffState, MatterState, tidy_title
from kapok.kernel.text import Text
from kapok.network.inventory.models import Resource, Service

NUMBERS = ("number", "sim")
DAY = timedelta(days=1)
NOWHERE = Text(zh="", en="")


def recognise(calling: str) -> tuple[Customer | None, Service | None, Via]:
    """Whom a calling number belongs to (R1): the customer of the service with this number, else whose contact it is.

    A contact that several customers share tells nobody.
    """
    digits = digits_of(calling)
    if not digits:
        return None, None, Via.NOTHING
    rows = Resource.objects.filter(kind__in=NUMBERS, value__in=spellings(digits), service__isnull=False)
    resource = rows.select_related("service__customer__party", "service__address").first()
    if resource is not None and resource.service is not None:
        return resource.service.customer, resource.service, Via.SERVICE
    found = Contact.objects.filter(digits=digits, ended_at=None, customer__merged_into=None)
    owners = list(found.order_by("customer").values_list("customer", flat=True).distinct()[:2])
    if len(owners) != 1:
        return None, None, Via.NOTHING
    return Customer.objects.select_related("party").get(id=owners[0]), None, Via.CONTACT


def caller_of(customer: Customer | None, service: Service | None, via: Via, at: datetime) -> Caller:
    """Who asks, with the account manager who is there, or for whom a deputy acts."""
    if customer is None:
        return Caller()
    found = (
        Staff.objects.filter(id=customer.manager_id, state=State.ACTIVE)
        if customer.manager_id
        else Staff.objects.none()
    )
    manager = found.first()
    there = manager is not None and answering.reached(manager, at)
    return Caller(
        customer=customer.number, service=service.number if service else "", segment=customer.segment,
        tier=customer.tier, star=customer.star, manager=manager.username if manager and there else "", via=via,
        quiet=wants_no_calls(customer.id),
    )  # fmt: skip


def tongues_of(customer: Customer | None, said: str = "") -> tuple[Tongue, ...]:
    """What is spoken with a customer, the best first: what whoever took it in said, then what is noted of the customer.

    What everybody of the operator speaks (the first of its list) takes no skill.
    """
    noted = customer.party.languages if customer else []
    codes = list(dict.fromkeys([said, *noted] if said else noted))
    everybody = settings.SPOKEN_LANGUAGES[:1]
    return tuple(
        Tongue(name, "" if code in everybody else f"{LANGUAGE}{code}")
        for code, name in zip(codes, languages.named(codes), strict=True)
    )


def hold(kind: rules.Kind, customer: Customer | None) -> None:
    """Let nobody else ask the same for this customer until the verb ends: of two on one service one opens, the other urges."""
    if customer is not None:
        with connection.cursor() as cursor:
            key = f"{kind.value} {customer.number}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 62))", [key])


def open_before(kind: rules.Kind, customer: Customer | None, service: Service | None, same_as: str) -> str:
    """The open matter that this is about already (R3): the one the customer says, else of the same kind on the same service.

    Without either it is something new, whatever else of theirs is open. Raises `NotOpenNow`.
    """
    if customer is None:
        return _must_be_open(same_as, Case.objects.none())
    cases = Case.objects.filter(_whose(customer))
    if same_as:
        return _must_be_open(same_as, cases)
    if service is None:
        return ""
    return _oldest_open(cases.filter(kind=kind, service=service))


def sent_again(kind: rules.Kind, customer: Customer | None, words: str, interaction: UUID | None, title: str) -> str:
    """The open matter under which just this was taken in before: a form that is sent twice asks one thing.

    By the web it is known by the customer's words, at the desk by its title within one interaction.
    """
    if customer is not None and words:
        wrote = Message.objects.filter(_whose(customer), words=words, staff=None)
        return _oldest_open(Case.objects.filter(kind=kind, matter__in=wrote.values("case")))
    if interaction is None:
        return ""
    linked = Linked.objects.filter(interaction=interaction).values("matter")
    titled = Matter.objects.filter(subject__in=linked, title=tidy_title(title)).values("subject")
    return _oldest_open(Case.objects.filter(kind=kind, matter__in=titled))


def _whose(customer: Customer) -> Q:
    """What is a customer's, or was of somebody merged into them."""
    return Q(customer=customer) | Q(customer__merged_into=customer)


def _must_be_open(matter: str, cases: QuerySet[Case]) -> str:
    if matter and not _oldest_open(cases.filter(matter=matter)):
        raise NotOpenNow(matter=matter[:40])
    return matter


def _oldest_open(cases: QuerySet[Case]) -> str:
    """The one opened first, locked within the `transaction.atomic` of the verb, so that nobody closes it before it is urged."""
    live = Matter.objects.filter(subject__in=cases.values("matter"), state=MatterState.OPEN)
    live = live.select_for_update(no_key=True)
    return live.order_by("opened_at").values_list("subject", flat=True).first() or ""


def queues_of(setting: ChannelSetting, at: datetime) -> Queues:
    """How the channel is staffed now."""
    serving = ChannelStaff.objects.filter(channel=setting, until=None, staff__state=State.ACTIVE)
    return Queues(
        mass=setting.mass.code, business=setting.business.code, key=setting.key.code,
        supervision=(setting.supervision or setting.mass).code,
        overflow=setting.overflow.code if setting.overflow else "", overflow_after=setting.overflow_after,
        call_back_after=setting.call_back_after, stars_first=setting.stars_first,
        agents=_agents(serving.values_list("staff", flat=True), at),
    )  # fmt: skip


def serving(setting: ChannelSetting, at: datetime) -> list[Agent]:
    """Who serves the channel and is there; where all are away, whoever serves it."""
    staff = list(
        ChannelStaff.objects.filter(channel=setting, until=None, staff__state=State.ACTIVE).values_list(
            "staff", flat=True
        )
    )
    rows = Staff.objects.filter(id__in=staff)
    return _agents(staff, at) or [Agent(row.username, row.opened_at) for row in rows]


def _agents(staff: Iterable[UUID], at: datetime) -> list[Agent]:
    """These people as far as they are there, with what they can do and since when they are idle."""
    people = set(staff) - posts.absent(set(staff), at)
    rows = Staff.objects.filter(id__in=people).order_by("username")
    able, busy, last = posts.skills_of(people, at), _busy(people), _last(people, at)
    return [
        Agent(
            row.username, None if row.id in busy else last.get(row.id, row.opened_at), frozenset(able.get(row.id, {}))
        )
        for row in rows
    ]


def _busy(people: Collection[UUID]) -> set[UUID]:
    """Who speaks with somebody, or has been given work that they have not answered for yet."""
    running = Interaction.objects.filter(first_contact__in=people, ended_at=None)
    given = _given(people).filter(state=HandoffState.OFFERED)
    return set(running.values_list("first_contact", flat=True)) | set(given.values_list("to_staff", flat=True))


def _last(people: Collection[UUID], at: datetime) -> dict[UUID, datetime]:
    """When each was last done with a customer, or took what was given to them within a day."""
    lately = _given(people).filter(state=HandoffState.ACCEPTED, offered_at__gte=at - DAY)
    taken = lately.values_list("to_staff").annotate(Max("answered_at"))
    last: dict[UUID, datetime] = {}
    for person, done in [*_ended(people), *taken.order_by()]:
        if person and done:
            last[person] = max(done, last.get(person, done))
    return last


ENDED = """
SELECT each.id, max(talk.ended_at) FROM unnest(%s::uuid[]) each(id)
CROSS JOIN LATERAL (
    SELECT ended_at FROM channels_interaction WHERE first_contact_id = each.id ORDER BY started_at DESC LIMIT 20
) talk GROUP BY each.id
"""
"""Of each the last end of the last interactions, along an index: one runs at a time, only what came by the web overlaps."""


def _ended(people: Collection[UUID]) -> list[tuple[UUID, datetime | None]]:
    with connection.cursor() as cursor:
        cursor.execute(ENDED, [list(people)])
        return list(cursor.fetchall())


def _given(people: Collection[UUID]) -> QuerySet[Handoff]:
    """What the rules gave to these people by name."""
    return Handoff.objects.filter(to_staff__in=people, item__in=Case.objects.filter(work__isnull=False).values("work"))


def territory_of(address: str, segment: str, duty: Duty, *, actor: str, at: datetime) -> Territory:
    """Who answers for the address (R6), by the post of the patch for this duty; a patch that is missing is noted as a defect.

    Raises what `find_responsible` does.
    """
    found = places.find_responsible(address=address, segment=segment, actor=actor, at=at)
    way = posts.way_up(found.unit)
    centre = next((unit for unit in way if unit.kind == UnitKind.SERVICE_CENTRE), None)
    bureau = next((unit for unit in way if unit.kind == UnitKind.BUREAU), None)
    post = nearest(_posts_of(found, at), duty)
    a, b = _there(post) if post else ("", "")
    return Territory(
        unit=found.unit, unit_name=found.unit_name, known=not found.defect, a=a, b=b,
        centre=centre.code if centre else "", centre_name=centre.name if centre else NOWHERE,
        duty=_on_duty(centre, at) if centre else (), bureau=bureau.code if bureau else "",
        bureau_name=bureau.name if bureau else NOWHERE,
    )  # fmt: skip


def answers_on(unit: OrgUnit, duty: Duty, at: datetime) -> str:
    """A of the unit's post for this duty, else B; empty where neither is there."""
    post = nearest(posts.acting_in(posts.post_rows([unit.id]), at), duty)
    a, b = _there(post) if post else ("", "")
    return a or b


def around(customer: Customer, at: datetime) -> frozenset[str]:
    """Who serves a customer day by day: the account manager, and A and B of every post of their patch."""
    found = {customer.manager.username} if customer.manager else set()
    if customer.address:
        patch = places_known.patch_of(customer.address.code, Segment(customer.segment), at=at)
        found |= {name for post in _posts_of(patch, at) for name in _there(post)} if patch else set()
    return frozenset(found - {""})


def _posts_of(found: Responsible, at: datetime) -> list[Acting]:
    return posts.acting_in(posts.post_rows([found.unit_id]), at)


def _there(post: Acting) -> tuple[str, str]:
    """A and B of a post, as far as they are there."""
    a, b = (each.username if each and each.there else "" for each in (post.a, post.b))
    return a, b


def _on_duty(centre: OrgUnit, at: datetime) -> list[Agent]:
    """Who is on shift in the service centre and its teams."""
    units = [centre.code, *OrgUnit.objects.filter(parent=centre, valid_to=None).values_list("code", flat=True)]
    return _agents(posts.on_duty(units, at), at)
