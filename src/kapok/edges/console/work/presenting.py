"""Work as the pages show it: each job with its clock and what may be done with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from kapok.edges.console.ledger.presenting import Shown, called, clock, late, shown
from kapok.edges.console.work.actions import ON_ITEMS, ON_MATTERS, Action
from kapok.edges.console.work.forms import RefuseForm
from kapok.ground.commitments.queries import Row, first_due
from kapok.ground.posts.queries import skill_titles
from kapok.ground.work.queries import LIMIT, MatterView, MyWork, Offer, WorkItem
from kapok.ground.work.rules import MatterState
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Choice:
    """One action that is offered, with its code in the address."""

    code: str
    action: Action


@dataclass(frozen=True)
class Job:
    """One thing that waits for somebody."""

    key: str
    """Tells it from the others on the page, and stays the same when the page refreshes."""
    subject: str
    """The matter."""
    item: UUID | None
    title: Text
    matter_title: str
    urgent: bool
    detail: Text
    """From whom, to whom, since when: what tells it from its like."""
    note: str
    clock: Shown | None
    """The commitment that falls due first."""
    wait: Wait | None
    """Until when an offer may wait."""
    choices: Sequence[Choice]
    skill: str = ""
    """The code of the skill that it takes."""
    needs: Text | None = None
    """What that skill is called."""

    @property
    def refusal(self) -> RefuseForm:
        """The form of its refusal; on one page there are as many as there are offers."""
        return RefuseForm(auto_id=f"{self.key}-%s")

    @property
    def item_subject(self) -> str:
        """How the journal calls the work item."""
        return f"work/{self.item}"

    @property
    def matter(self) -> Text:
        """What the matter is called."""
        return called(self.subject)


@dataclass(frozen=True)
class Wait:
    """The time in which an offer has to be answered."""

    until: datetime
    late: bool
    left: Text


@dataclass(frozen=True)
class Pile:
    """Jobs of one kind."""

    code: str
    name: Text
    jobs: Sequence[Job]
    """The most urgent ones, no more than `SHOWN`."""
    count: int

    @property
    def more(self) -> int:
        """How many lie below."""
        return self.count - len(self.jobs)

    @property
    def and_others(self) -> str:
        """A plus where there may be more than were looked for."""
        return "+" if self.count >= LIMIT else ""


SHOWN = 40
PILES: Mapping[str, Text] = {
    "offers": Text(zh="待我接收", en="Offered to you"),
    "held": Text(zh="在我手上", en="In your hands"),
    "take_over": Text(zh="可代为接管", en="To take over"),
    "refused": Text(zh="被对方拒收", en="Refused by others"),
    "judge": Text(zh="待我裁定", en="For you to judge"),
    "confirm": Text(zh="待我确认", en="For you to confirm"),
    "matters": Text(zh="我首问负责", en="You are the first contact of"),
    "settled": Text(zh="我首问负责，近期已了结", en="Settled lately, with you as first contact"),
}
FROM = Text(zh="{unit} {who} 移交", en="from {who}, {unit}")
HELD_BY = Text(zh="在{unit} {who} 手上，本人不在岗", en="held by {who}, {unit}, who is away")
TO = Text(zh="已移交{unit}", en="offered to {unit}")
REFUSED = Text(zh="{unit}拒收：{reason}", en="refused by {unit}: {reason}")
WANTED = Text(zh="{unit}委托", en="wanted by {unit}")
SIDES = Text(zh="{giver} → {taker}，拒收原因：{reason}", en="{giver} → {taker}, refused: {reason}")
SINCE = Text(zh="受理于 {unit}", en="taken in by {unit}")
SETTLED = Text(zh="{day} 了结，{state}", en="settled {day}, {state}")


def piles(work: MyWork, at: datetime) -> list[Pile]:
    """Somebody's work, pile by pile; empty piles are left out."""
    clocks = first_due(_subjects(work))
    found = {
        "offers": [_offered(each, at, clocks) for each in work.offers],
        "held": [_held(each, at, clocks) for each in work.held],
        "take_over": [
            *(_left(each, at, clocks) for each in work.to_take_over),
            *(_left_behind(each, at, clocks) for each in work.left_behind),
        ],
        "judge": [_unjudged(each, at, clocks) for each in work.to_judge],
        "refused": [_refused(each, at, clocks) for each in work.refused],
        "confirm": [_delivered(each, at, clocks) for each in work.to_confirm],
        "matters": [_owned(each, at, clocks) for each in work.matters],
    }
    return _piles(found)


def settled(matters: Sequence[MatterView], at: datetime) -> list[Pile]:
    """What somebody was the first contact of, to be closed where it is not; nothing where there is none."""
    jobs = [_settled(each, at) for each in matters]
    return _piles({"settled": jobs})


def _piles(found: Mapping[str, Sequence[Job]]) -> list[Pile]:
    shown = {code: jobs[:SHOWN] for code, jobs in found.items() if jobs}
    wanted = any(job.skill for jobs in shown.values() for job in jobs)
    skills = skill_titles() if wanted else {}
    return [
        Pile(code, PILES[code], [replace(job, needs=skills.get(job.skill)) for job in jobs], len(found[code]))
        for code, jobs in shown.items()
    ]


def _subjects(work: MyWork) -> Iterable[str]:
    for item in (*work.held, *work.left_behind, *work.to_confirm):
        yield item.subject
    for offer in (*work.offers, *work.to_take_over, *work.refused, *work.to_judge):
        yield f"work/{offer.item}"
    yield from (matter.subject for matter in work.matters)


def choices(codes: Iterable[str], table: Mapping[str, Action] = ON_ITEMS) -> list[Choice]:
    """The actions of these codes."""
    return [Choice(code, table[code]) for code in codes]


def _clock(clocks: Mapping[str, Row], subject: str, at: datetime) -> Shown | None:
    return shown(clocks[subject], at) if subject in clocks else None


def _wait(offer: Offer, at: datetime) -> Wait:
    gone = at > offer.accept_by_at
    span = abs(offer.accept_by_at - at)
    return Wait(offer.accept_by_at, gone, late(span) if gone else clock(span))


def _from_offer(offer: Offer, at: datetime, clocks: Mapping[str, Row], *, pile: str, detail: Text, codes: str) -> Job:
    waits = offer.answered_at is None
    return Job(
        key=f"{pile}-{offer.id}", subject=offer.matter, item=offer.item, title=offer.title, matter_title=offer.matter_title,
        urgent=offer.urgent, detail=detail, note=offer.note if waits else offer.defect,
        clock=_clock(clocks, f"work/{offer.item}", at), wait=_wait(offer, at) if waits else None,
        choices=choices(codes.split()), skill=offer.skill,
    )  # fmt: skip


def _offered(offer: Offer, at: datetime, clocks: Mapping[str, Row]) -> Job:
    detail = FROM.format(unit=offer.from_unit_name, who=offer.from_name)
    codes = "accept" if offer.way == "imposed" else "accept refuse"
    return _from_offer(offer, at, clocks, pile="offer", detail=detail, codes=codes)


def _left(offer: Offer, at: datetime, clocks: Mapping[str, Row]) -> Job:
    detail = FROM.format(unit=offer.from_unit_name, who=offer.from_name)
    return _from_offer(offer, at, clocks, pile="left", detail=detail, codes="take-over")


def _refused(offer: Offer, at: datetime, clocks: Mapping[str, Row]) -> Job:
    detail = REFUSED.format(unit=offer.to_unit_name, reason=offer.reason_name)
    codes = "concede" if offer.state == "disputed" else "concede dispute"
    return _from_offer(offer, at, clocks, pile="refused", detail=detail, codes=codes)


def _unjudged(offer: Offer, at: datetime, clocks: Mapping[str, Row]) -> Job:
    detail = SIDES.format(giver=offer.from_unit_name, taker=offer.to_unit_name, reason=offer.reason_name)
    return _from_offer(offer, at, clocks, pile="judge", detail=detail, codes="judge")


def _from_item(item: WorkItem, at: datetime, clocks: Mapping[str, Row], *, pile: str, codes: str) -> Job:
    return Job(
        key=f"{pile}-{item.id}", subject=item.matter, item=item.id, title=item.title, matter_title=item.matter_title,
        urgent=item.urgent, detail=WANTED.format(unit=item.asked_by_name), note="",
        clock=_clock(clocks, item.subject, at), wait=None, choices=choices(codes.split()),
        skill=item.skill,
    )  # fmt: skip


def _held(item: WorkItem, at: datetime, clocks: Mapping[str, Row]) -> Job:
    codes = "deliver transfer return" if item.stage else "deliver transfer return drop"
    return _from_item(item, at, clocks, pile="held", codes=codes)


def _left_behind(item: WorkItem, at: datetime, clocks: Mapping[str, Row]) -> Job:
    job = _from_item(item, at, clocks, pile="behind", codes="take-over")
    return replace(job, detail=HELD_BY.format(who=item.holder_name, unit=item.unit_name))


def _delivered(item: WorkItem, at: datetime, clocks: Mapping[str, Row]) -> Job:
    return _from_item(item, at, clocks, pile="confirm", codes="confirm reject")


def _owned(matter: MatterView, at: datetime, clocks: Mapping[str, Row]) -> Job:
    return Job(
        key=f"matter-{matter.subject}", subject=matter.subject, item=None, title=Text.kept(matter.title),
        matter_title="", urgent=matter.urgent, detail=SINCE.format(unit=matter.unit_name), note="",
        clock=_clock(clocks, matter.subject, at), wait=None, choices=choices(["happen", "close"], ON_MATTERS),
    )  # fmt: skip


def _settled(matter: MatterView, at: datetime) -> Job:
    day = f"{timezone.localtime(matter.settled_at or at):%m-%d}"
    codes = ["close"] if matter.state is MatterState.OPEN else []
    job = replace(_owned(matter, at, {}), urgent=False, choices=choices(codes, ON_MATTERS))
    return replace(job, detail=SETTLED.format(day=day, state=matter.state_name))
