"""Which work orders somebody may see or dispatch: those of their units; of every unit, whoever sits at the dispatch desk."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from kapok.back.workforce import boards
from kapok.back.workforce.boards import Job
from kapok.edges.console.screen import ScreenRequest
from kapok.ground.people import queries as people
from kapok.ground.people.models import OrgUnit
from kapok.ground.people.roles import Permission


def units(request: ScreenRequest) -> list[OrgUnit]:
    """The units whose boards the person may see."""
    everywhere = boards.dispatches_everywhere(request.units)
    return boards.field_units(None if everywhere else request.units)


def seen(request: ScreenRequest, item: UUID) -> Job:
    """The work order, if the person may see it. Raises `Http404`."""
    found = boards.job(item, request.at)
    if found is None or not (covers(request.units, found.unit_id) or found.technician == request.user.username):
        raise Http404
    return found


def covers(held: frozenset[UUID], unit: UUID) -> bool:
    """Whether who has a permission in these units has it for the work of that unit."""
    return unit in held or boards.dispatches_everywhere(held)


def may_dispatch(request: ScreenRequest, unit: UUID) -> bool:
    """Whether the person dispatches for this unit."""
    return covers(people.units_where(request.user.id, Permission.DISPATCH_DO), unit)
