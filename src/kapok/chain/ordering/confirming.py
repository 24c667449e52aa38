"""What the customer says at the end: that it is done, and how good it was."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kapok.chain.ordering import concluding, events, moves, rows, rules
from kapok.chain.ordering.models import Leg
from kapok.chain.ordering.moves import Act
from kapok.chain.ordering.refusals import AlreadyRated, NotAsked, NothingToConfirm
from kapok.ground.work import queries as work_queries
from kapok.ground.work.baton import api as baton
from kapok.ground.work.rules import rated, tidy_note


@transaction.atomic
def confirm(*, order: str, leg: int, rating: int | None = None, word: str = "", actor: str, at: datetime) -> None:
    """The customer confirms that it is done, and rates it 1 to 5 if they like; `word` is how they said so.

    Raises `UnknownOrder`, `UnknownLeg`, `NotAsked`, `NothingToConfirm`, `InvalidRating`, `NoteMissing`.
    """
    row, stars = rows.order_called(order), rated(rating)
    said = tidy_note(word, needed=False) or "客户确认 / confirmed by the customer"
    (found,) = rows.legs_locked(row, leg)
    _must_be_asked(found)
    item = concluding.asks_the_customer(found.subject)
    if item is None:
        raise NothingToConfirm(leg=found.subject.partition("/")[2])
    wanted = len(work_queries.evidence_of(item))
    baton.carry_out(item=item, evidence=[said] * max(wanted, 1), actor=actor, at=at)
    fresh = rows.leg_locked(found.subject)
    moves.keep(fresh, rating=stars)


@transaction.atomic
def rate(*, order: str, leg: int, rating: int, actor: str, at: datetime) -> None:
    """The customer rates 1 to 5 what somebody has noted as confirmed without a rating.

    Raises `UnknownOrder`, `UnknownLeg`, `NotAsked`, `NothingToConfirm`, `AlreadyRated`, `InvalidRating`.
    """
    stars, (found,) = rated(rating), rows.legs_locked(rows.order_called(order), leg)
    _must_be_asked(found)
    if found.confirmed_at is None:
        raise NothingToConfirm(leg=found.subject.partition("/")[2])
    if found.rating is not None:
        raise AlreadyRated(rating=found.rating)
    moves.keep(found, rating=stars)
    moves.say(found, events.Rated, Act(actor, at), rating=stars)


def _must_be_asked(leg: Leg) -> None:
    if leg.action not in rules.ASKED:
        raise NotAsked(action_name=rules.ACTIONS[rules.Action(leg.action)])
