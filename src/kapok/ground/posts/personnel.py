"""Taking a personnel file in: all that it says is done, or nothing. What it would do is `personnel_plan.plan`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from kapok.ground.journal import api as journal
from kapok.ground.people import api as people
from kapok.ground.posts import api, changes, events, rows
from kapok.ground.posts.personnel_plan import Outcome, Plan, Planned, plan
from kapok.ground.posts.refusals import PersonnelRefused
from kapok.ground.posts.rules import Place
from kapok.kernel.errors import KapokError
from kapok.kernel.text import Language


@transaction.atomic
def take_in(
    name: str, content: bytes, *, units: frozenset[UUID] | None, actor: str, at: datetime
) -> tuple[Plan, dict[str, str]]:
    """Do all that the file says, and return it with the one-time passwords of the new accounts.

    Raises `NotATable`, and `PersonnelRefused` where a row is refused: then nothing is done.
    """
    todo = plan(name, content, units=units, at=at)
    if refused := todo.counts[Outcome.REFUSED]:
        first = next(row for row in todo.rows if row.outcome is Outcome.REFUSED)
        raise PersonnelRefused(count=refused, line=first.row.line, reason=first.reasons[0])
    _hold(todo)
    passwords: dict[str, str] = {}
    for row in todo.rows:
        with _naming(row):
            _write_person(row, passwords, actor=actor, at=at)
    _seat(todo, actor=actor, at=at)
    counts = todo.counts
    digest = sha256(content).hexdigest()[:16]
    journal.record(
        events.PersonnelTakenIn(
            subject=f"personnel/{digest}", actor=actor, at=at, new=counts[Outcome.NEW], changed=counts[Outcome.CHANGED]
        )
    )
    return todo, passwords


def _hold(todo: Plan) -> None:
    """Lock all people and posts of the file before the first of them is written: row by row would be no order at all."""
    posts = {post.code: post for row in todo.rows for post, _ in row.posts}
    first = next((row for row in todo.rows if row.posts), None)
    names = [row.row.staff_no for row in todo.rows]
    if first is None:
        rows.hold_named(names, ())
        return
    with _naming(first):
        rows.hold_named(names, posts.values())


def _seat(todo: Plan, *, actor: str, at: datetime) -> None:
    """Fill the places of each post together: two people may change places."""
    asked: dict[str, dict[Place, Planned]] = {}
    for row in todo.rows:
        for post, place in row.posts:
            asked.setdefault(post.code, {})[place] = row
    for code, places in asked.items():
        with _naming(next(iter(places.values()))):
            post = rows.living_post(code)
            people = {place: rows.working(row.row.staff_no) for place, row in places.items()}
            rows.hold([*(each.id for each in people.values()), *(each.staff_id for each in rows.holders(post))], post)
            changes.seat(post, people, actor=actor, at=at)


@contextmanager
def _naming(row: Planned) -> Iterator[None]:
    """A refusal of a verb, within, becomes one of the whole file that names the line."""
    try:
        yield
    except KapokError as refused:
        raise PersonnelRefused(count=1, line=row.row.line, reason=refused.text) from None


def _write_person(planned: Planned, passwords: dict[str, str], *, actor: str, at: datetime) -> None:
    username = planned.row.staff_no
    if planned.outcome is Outcome.NEW:
        passwords[username] = people.open_account(
            username=username, language=planned.language or Language.ZH, **planned.details, actor=actor, at=at
        )
    else:
        if planned.details:
            people.change_details(username=username, **planned.details, actor=actor, at=at)
        if planned.language:
            people.change_language(username=username, language=planned.language, actor=actor, at=at)
    for skill, level in planned.skills:
        api.award_skill(username=username, skill=skill, level=level, actor=actor, at=at)
