"""The dispatcher's board, one work order, and the pictures that were handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from kapok.back.workforce import boards, files, findings, rules
from kapok.back.workforce.boards import Job, Row
from kapok.back.workforce.crews import grid
from kapok.chain.ordering import queries as orders
from kapok.edges.console.field import reach
from kapok.edges.console.field.actions import fitting
from kapok.edges.console.screen import ScreenRequest, screen
from kapok.ground.journal import queries as journal
from kapok.ground.people import queries as people
from kapok.ground.people.roles import Permission

REACH = timedelta(days=3660)
LINES = 100


@dataclass(frozen=True)
class Placed:
    """A stretch of the day's line, in hundredths of it; `track` keeps what overlaps apart."""

    left: float
    width: float
    track: int = 0
    job: Job | None = None
    lent: bool = False
    """Whether it is another's visit, with which this technician lends a hand."""


@dataclass(frozen=True)
class Lane:
    """A technician's line on the board."""

    row: Row
    shifts: tuple[Placed, ...]
    jobs: tuple[Placed, ...]
    loose: tuple[Job, ...]
    """What they have without a window."""
    tracks: int


def _matters(board: boards.Board) -> set[str]:
    shown = (*board.open, *board.lacking, *(job for row in board.rows for job in (*row.jobs, *row.lent)))
    return {job.matter for job in shown}


@screen(permission=Permission.DISPATCH_READ)
def board(request: ScreenRequest) -> HttpResponse:
    """The technicians of a unit on a day by hours, what nobody has been sent to on the left; refreshed by itself."""
    choices = reach.units(request)
    wanted = request.GET.get("unit") or (choices[0].code if choices else "")
    unit = next((each for each in choices if each.code == wanted), None)
    if unit is None and request.GET.get("unit"):
        raise Http404
    day = _day(request)
    found = boards.board(unit.code, day, request.at) if unit else None
    values: dict[str, Any] = {
        "choices": choices,
        "unit": unit,
        "day": day,
        "today": timezone.localdate(request.at),
        "board": found,
    }
    if found is not None and unit is not None:
        values |= {"lanes": [_lane(row, day) for row in found.rows], "hours": _hours(), "now": _now(request.at, day)}
        values |= {"may": reach.may_dispatch(request, unit.id), "pressed": orders.pressed_of(_matters(found))}
    values |= {"before": day - timedelta(days=1), "after": day + timedelta(days=1)}
    page = "field/lanes.html" if request.headers.get("HX-Request") else "field/board.html"
    return render(request, page, values)


@screen(permission=Permission.DISPATCH_READ)
def work_order(request: ScreenRequest, item: UUID) -> HttpResponse:
    """One work order: where it stands, why this technician, what was found, what may be done."""
    job = reach.seen(request, item)
    may = reach.may_dispatch(request, job.unit_id)
    found = findings.findings(item)
    told = journal.timeline(f"work/{item}", limit=LINES)
    values = {"job": job, "found": found, "lines": told, "actions": fitting(job) if may else [], "may": may}
    return render(request, "field/work_order.html", values)


@screen(permission=Permission.WORK_DO)
def picture(request: ScreenRequest, picture: UUID) -> HttpResponse:
    """A photo or signature, for whoever may see the work order that it belongs to."""
    found = findings.picture(picture)
    if found is None or not _may_look(request, found[0]):
        raise Http404
    try:
        content = files.path(picture).read_bytes()
    except FileNotFoundError:
        raise Http404 from None
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=found[1].media_type, headers=headers)


def _may_look(request: ScreenRequest, item: UUID) -> bool:
    job = boards.job(item, request.at)
    if job is None:
        return False
    held = people.units_where(request.user.id, Permission.DISPATCH_READ)
    return job.technician == request.user.username or reach.covers(held, job.unit_id)


def _day(request: ScreenRequest) -> date:
    """The day that is asked for; today where that is none, or out of all reach."""
    today = timezone.localdate(request.at)
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return day if abs(day - today) < REACH else today


def _hours() -> list[int]:
    return list(range(grid().opens.hour, grid().closes.hour))


def _share(moment: datetime, day: date) -> float:
    """Where a moment lies on the line of a day, in hundredths, kept within it."""
    begins = datetime.combine(day, grid().opens, grid().zone)
    whole = datetime.combine(day, grid().closes, grid().zone) - begins
    return round(min(max((moment - begins) / whole, 0.0), 1.0) * 100, 2)


def _now(at: datetime, day: date) -> float | None:
    share = _share(at, day)
    return share if timezone.localdate(at) == day and 0 < share < 100 else None


def _lane(row: Row, day: date) -> Lane:
    shifts = [Placed(_share(each.since, day), _share(each.until, day) - _share(each.since, day)) for each in row.spans]
    placed: list[Placed] = []
    loose: list[Job] = []
    for job in (*row.jobs, *row.lent):
        if job.starts_at is None or job.ends_at is None or job.kind is rules.Kind.APPOINTMENT:
            loose.append(job)
            continue
        left, right = _share(job.starts_at, day), _share(job.ends_at, day)
        taken = {each.track for each in placed if each.left < right and left < each.left + each.width}
        track = next(number for number in range(len(placed) + 1) if number not in taken)
        placed.append(Placed(left, right - left, track, job, lent=row.username in job.lending))
    tracks = max((each.track for each in placed), default=0) + 1
    return Lane(row, tuple(each for each in shifts if each.width > 0), tuple(placed), tuple(loose), tracks)
