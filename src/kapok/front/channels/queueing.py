"""What waits in a queue (R8): taken in its order by whoever becomes idle; after a time by anybody, after a longer one called back.

The keeper looks again and again. Of several keepers one looks at a channel at a time, so that nobody is given two at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from kapok.front.channels import events, gathering, giving, rows, rules
from kapok.front.channels.models import Case, ChannelSetting
from kapok.front.channels.rules import Asked, Channel, Decision, Queues
from kapok.ground.journal import api as journal
from kapok.ground.people.models import Staff
from kapok.ground.people.rows import unit_called
from kapok.ground.work.baton import api as baton
from kapok.ground.work.baton.giving import waits_for_a_unit
from kapok.kernel.cadence import Cadence
from kapok.kernel.text import joined

ACTOR = "system/keeper"
LOOKS_EVERY = timedelta(seconds=1)
WAITING = Case.objects.filter(waits_since__isnull=False)


class Upkeep:
    """Looks at the queues every second while anything waits in them."""

    def __init__(self) -> None:
        self._looks = Cadence(LOOKS_EVERY)

    def __call__(self, at: datetime) -> int:
        """How many were given to somebody or are to be called back now."""
        return serve_waiting(at=at) if self._looks.due(at) else 0


def serve_waiting(*, at: datetime) -> int:
    """Look at whatever waits, whoever waits longest first; how many were given to somebody or are to be called back now."""
    channels = WAITING.order_by().values_list("channel", flat=True).distinct()
    return sum(serve_channel(Channel(code), at=at) for code in channels)


@transaction.atomic
def serve_channel(channel: Channel, *, at: datetime) -> int:
    """The same of one channel; nothing where somebody else looks at it just now."""
    mine = ChannelSetting.objects.select_for_update(no_key=True, skip_locked=True).filter(code=channel)
    if mine.first() is None:
        return 0
    setting = rows.setting_of(channel)
    queues, moved = gathering.queues_of(setting, at), 0
    for case in _waiting(channel, at):
        if case.work is None or not waits_for_a_unit(case.work):
            Case.objects.filter(matter=case.matter).update(waits_since=None)
            continue
        decision = rules.look_again(_asked(case, setting, at), queues)
        moved += _given(case, decision, at) if decision.owner else _to_be_called(case, decision, at)
        queues = _without(queues, decision.owner)
    return moved


def _waiting(channel: Channel, at: datetime) -> QuerySet[Case]:
    """What waits, in its order and locked before its matter is, as whoever answers it locks it; what is being answered is left."""
    found = WAITING.filter(channel=channel, waits_since__lte=at).select_related("customer__party")
    locked = found.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return locked.order_by("waits_since", "matter")


def anybody_waits(channel: Channel) -> bool:
    """Whether somebody waits in the queue of a channel."""
    return WAITING.filter(channel=channel).exists()


def _asked(case: Case, setting: ChannelSetting, at: datetime) -> Asked:
    tongues = gathering.tongues_of(case.customer, case.language)
    waited = at - (case.waits_since or at)
    return Asked(kind=rules.Kind(case.kind), skill=setting.skill, tongues=tongues, waited=waited)


def _given(case: Case, decision: Decision, at: datetime) -> int:
    """It is somebody's now, unless one of the unit has taken it meanwhile."""
    said = {"unit": decision.unit, "to": decision.owner, "note": giving.why(decision)}
    try:
        moved = case.work is not None and baton.give_again(item=case.work, **said, actor=ACTOR, at=at)
    except baton.EndedUnit:  # the queue's unit has been closed: whoever took it in still answers for it
        return 0
    if not moved:
        return 0
    case.owner, case.unit = Staff.objects.get(username=decision.owner), unit_called(decision.unit)
    case.waits_since = None
    _keep(case, decision, ["owner", "unit", "waits_since"], at)
    return 1


def _to_be_called(case: Case, decision: Decision, at: datetime) -> int:
    """They have waited too long; whoever is idle first calls them."""
    if not decision.call_back or case.call_back:
        return 0
    case.call_back = True
    _keep(case, decision, ["call_back"], at)
    return 1


def _keep(case: Case, decision: Decision, changed: Iterable[str], at: datetime) -> None:
    case.reasons = [*case.reasons, *rows.written(decision.reasons)]
    case.save(update_fields=[*changed, "reasons"])
    why = joined((each.text for each in decision.reasons), zh="；", en="; ")
    journal.record(
        events.Rerouted(subject=case.matter, actor=ACTOR, at=at, unit=case.unit.code, owner=decision.owner, why=why)
    )


def _without(queues: Queues, username: str) -> Queues:
    return replace(queues, agents=[each for each in queues.agents if each.username != username]) if username else queues
