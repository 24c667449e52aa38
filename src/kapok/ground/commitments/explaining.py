"""Why a commitment stands where it stands: clause, calendar, entries and pauses, line by line in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kapok.ground.commitments import registry, rules
from kapok.ground.commitments.approving import REQUESTERS
from kapok.ground.commitments.judging import as_known
from kapok.ground.commitments.models import Commitment, PauseRequest, Revision
from kapok.ground.commitments.naming import FIELDS, tiers_named
from kapok.ground.commitments.refusals import UnknownCommitment
from kapok.ground.commitments.standing import promise_of, said_of
from kapok.ground.journal import queries as journal
from kapok.ground.people import queries as people
from kapok.ground.people.models import OrgUnit
from kapok.kernel import promises
from kapok.kernel.promises import Judgement
from kapok.kernel.promises.moves import Effect
from kapok.kernel.promises.wording import moment
from kapok.kernel.text import Text, joined

PAUSE = Text(
    zh="{when} 暂停：{reason}；申请 {requested_by}，批准 {approved_by}；停 {tiers}；依据 {evidence}",
    en="{when} paused: {reason}; asked by {requested_by}, approved by {approved_by}; stops {tiers}; evidence {evidence}",
)
ANSWERED = Text(zh="；{when} 批准，自申请时起停", en="; approved {when}, as of the moment of asking")
OF_ITSELF = Text(
    zh="{when} 因“{event}”自动暂停：依据条目 {entry}",
    en="{when} paused by itself: “{event}”; evidence is entry {entry}",
)
NO_EVIDENCE = Text(zh="未附", en="none given")
FIRST = Text(zh="最初承诺到期 {due}", en="first promised for {due}")
REVISED = Text(zh="{when} 因条目 {entry} 修订：{changes}", en="{when} revised by entry {entry}: {changes}")
PACK = Text(zh="依据 {pack} {version}版（{adopted} 启用）", en="by {pack}, version {version}, adopted {adopted}")
BY_CUSTOMER = Text(zh="“{event}”由客户本人确认", en="“{event}”: said by the customer themselves")
BY_STAFF = Text(
    zh="“{event}”由 {who} 登记，非客户本人操作", en="“{event}”: noted by {who}, not by the customer themselves"
)
ENDING = frozenset({Effect.STOP, Effect.STOP_PAUSED, Effect.CANCEL})
NOTHING = Text(zh="无", en="nothing")
ANSWERS = Text(zh="负责：{owner}，{unit}", en="answers for it: {owner}, {unit}")
CALLED = Text(zh="{name}（{code}）", en="{name} ({code})")


def explain(commitment: UUID, *, at: datetime) -> Text:
    """The judgement in words as known at `at`, then pack, who answers, pauses with their approval, and revisions.

    Raises `UnknownCommitment`.
    """
    row = Commitment.objects.select_related("pack").filter(id=commitment).first()
    if row is None:
        raise UnknownCommitment
    return joined(_lines(row, at), zh="\n", en="\n")


def judgement_of(row: Commitment, *, at: datetime) -> Judgement | None:
    """The kernel's judgement behind a row, as known at `at`; None where later entries have taken the commitment away."""
    return known_at(row, at)[0]


def known_at(row: Commitment, at: datetime) -> tuple[Judgement | None, datetime]:
    """The same, and until when the matter is known: `at`, or the moment of an entry that is later."""
    entries, facts = as_known(journal.happenings(row.subject))
    version, until = registry.version(row.pack), max([at, *(entry.at for entry in entries)])
    made = rules.judged(version, promise_of(row), entries, facts, until)
    opening = row.opened_at or row.closed_at
    alike = [each for each in made if (each.opened_at or each.closed_at) == opening]
    place = _place(row, opening) if len(alike) > 1 else 0
    return (alike[place] if place < len(alike) else None), until


def _ended(subject: str, judgement: Judgement) -> Iterator[Text]:
    """Whose word ended it: the customer's own, or that of somebody of ours."""
    last = next((entry for entry, effect in reversed(judgement.used) if effect in ENDING), None)
    told = [each for each in journal.happenings(subject) if last and (each.kind, each.at) == (last.kind, last.at)]
    for entry in told[-1:]:
        event = promises.EVENTS[entry.kind]
        if entry.actor.startswith("customer/"):
            yield BY_CUSTOMER.format(event=event)
        elif entry.actor.startswith("staff/"):
            yield BY_STAFF.format(event=event, who=_person(entry.actor, _names(entry.actor)))


def _place(row: Commitment, opening: datetime | None) -> int:
    """Which of the commitments of one moment it is: as they are numbered, so they were judged."""
    twins = Commitment.objects.filter(subject=row.subject, pack=row.pack_id, promise=row.promise, number__lt=row.number)
    return sum((each.opened_at or each.closed_at) == opening for each in twins)


def _lines(row: Commitment, at: datetime) -> Iterator[Text]:
    zone, pack = ZoneInfo(row.zone), registry.pack_of(row.pack)
    judgement = judgement_of(row, at=at)
    if judgement is not None:
        yield promises.explain(judgement, pack.declared)
        yield from _ended(row.subject, judgement)
    yield PACK.format(pack=pack.title, version=row.pack.version, adopted=moment(row.pack.adopted_at, zone))
    yield ANSWERS.format(owner=_person(row.owner, _names(row.owner)), unit=_unit(row.unit))
    due_at = row.due_at if judgement is None else judgement.due_at
    if row.first_due_at is not None and row.first_due_at != due_at:
        yield FIRST.format(due=moment(row.first_due_at, zone))
    yield from _pauses(row, zone)
    for revision in Revision.objects.filter(commitment=row).order_by("recorded_at", "id"):
        yield REVISED.format(when=moment(revision.at, zone), entry=revision.entry, changes=_changes(revision, zone))
    if row.owed:
        yield Text(**row.owed["reckoning"])


def _pauses(row: Commitment, zone: ZoneInfo) -> Iterator[Text]:
    begins = {datetime.fromisoformat(pause[0]) for pause in row.pauses}
    told = [each for each in journal.happenings(row.subject) if each.at in begins and each.kind in rules.ENDS]
    approved, lines = _approved(row) if told else {}, journal.lines(told)
    said = [said_of(entry.data) for entry in lines]
    names = _names(*(str(each.get(by, "")) for each in said for by in ("requested_by", "approved_by")))
    for entry in lines:
        facts = said_of(entry.data)
        if "approved_by" in facts:
            answered = approved.get((entry.kind, entry.at))
            yield joined([_pause(entry, facts, zone, names), *_answered(answered, zone)], zh="", en="")
        else:
            yield OF_ITSELF.format(when=moment(entry.at, zone), event=promises.EVENTS[entry.kind], entry=entry.id)


def _approved(row: Commitment) -> dict[tuple[str, datetime], datetime]:
    """When each pause was approved that somebody had asked for, by its kind and the moment of asking."""
    asked = PauseRequest.objects.filter(clocks__contains=[row.id], state=rules.RequestState.APPROVED)
    return {(each.kind, each.asked_at): each.answered_at for each in asked if each.answered_at}


def _answered(at: datetime | None, zone: ZoneInfo) -> list[Text]:
    return [] if at is None else [ANSWERED.format(when=moment(at, zone))]


def _pause(entry: journal.Line, facts: dict[str, Any], zone: ZoneInfo, names: Mapping[str, str]) -> Text:
    said = str(facts.get("requested_by", "—"))
    return PAUSE.format(
        when=moment(entry.at, zone),
        reason=facts.get("reason", "—"),
        requested_by=REQUESTERS.get(said) or _person(said, names),
        approved_by=_person(facts["approved_by"], names),
        tiers=tiers_named(str(facts.get(promises.STOPS, "")).split()),
        evidence=facts.get("evidence") or NO_EVIDENCE,
    )


def _names(*actors: str) -> Mapping[str, str]:
    """The names of the people among them, by their staff numbers; one query, or none where there is nobody."""
    numbers = {actor.removeprefix("staff/") for actor in actors if actor}
    return people.names(numbers) if numbers else {}


def _person(actor: str, names: Mapping[str, str]) -> Text:
    """A person by name, with the staff number; whoever has no name here as the journal calls them."""
    number = actor.removeprefix("staff/")
    return CALLED.format(name=names[number], code=number) if number in names else Text(zh=actor, en=actor)


def _unit(code: str) -> Text:
    found = OrgUnit.objects.filter(code=code).first() if code else None
    return CALLED.format(name=found.name, code=code) if found else Text(zh=code or "—", en=code or "—")


def _changes(revision: Revision, zone: ZoneInfo) -> Text:
    """What was changed, by the names that people use; facts stand beside it on the screen."""
    arrow = Text(zh="{name}由“{before}”改为“{after}”", en="{name} from {before} to {after}")
    parts = [
        arrow.format(
            name=FIELDS[name], before=_shown(revision.before[name], zone), after=_shown(revision.after[name], zone)
        )
        for name in revision.before
        if name != "facts"
    ]
    return joined(parts or [FIELDS["facts"]], zh="，")


def _shown(value: Any, zone: ZoneInfo) -> Text:
    if value is None:
        return NOTHING
    if value in set(rules.State):
        return rules.STATES[rules.State(value)]
    said = moment(datetime.fromisoformat(value), zone)
    return Text(zh=said, en=said)
