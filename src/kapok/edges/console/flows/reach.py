"""How far somebody's word on flows goes: drafts lie within one's own units, what is in force is everybody's."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from django.utils.translation import gettext as _

from kapok.edges.console.screen import ScreenRequest
from kapok.ground.catalog import queries
from kapok.ground.catalog.rules import State
from kapok.ground.catalog.template import Flow
from kapok.ground.people import queries as people
from kapok.kernel.text import joined


def not_for_everybody(request: ScreenRequest) -> str:
    """What keeps this person from putting flows in force or out of it; empty where the permission is that of the top unit.

    A flow chooses its matters by their facts, whatever units its own stages name, so it is never one team's alone.
    """
    if people.everywhere(request.units):
        return ""
    return _("A flow takes in matters of every unit: ask somebody who may publish flows for the top unit.")


def foreign(request: ScreenRequest, code: str, *said: Flow) -> str:
    """What keeps this person from drafting this flow: stages of others in it now, or in what it is to say; empty if all are own.

    A stage held by a post or a skill, or offered by name, may fall to any unit, so it is the top unit's.
    """
    if people.everywhere(request.units):
        return ""
    units = {unit.code: unit for unit in people.unit_tree()}
    stages = [stage for flow in chain(said, _standing(code)) for stage in flow.stages.values()]
    if any((stage.holder and not stage.unit) or stage.addressee for stage in stages):
        return _(
            "Stages lie with posts or skills, which any unit may have, or go to somebody by name: ask somebody who draws flows "
            "for the top unit."
        )
    others = {stage.unit for stage in stages if stage.unit in units and units[stage.unit].id not in request.units}
    if not others:
        return ""
    names = joined([units[each].name for each in sorted(others)])
    return _("Stages lie with units that are not yours to manage: %(units)s. Ask somebody who manages them all.") % {
        "units": names.in_(request.language)
    }


def _standing(code: str) -> Iterator[Flow]:
    """What the flow says in force and in its draft; nothing where there is no such flow yet."""
    if queries.exists(code):
        for each in queries.versions(code):
            if each.state != State.RETIRED:
                yield queries.flow(code, each.number)
