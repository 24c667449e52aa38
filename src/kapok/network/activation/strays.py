"""Sessions that are online and may not be, as accounting tells of them after the elements were told; they are ended.

A session is let in before a line is suspended, closed or changed, and its first packet arrives when that is done: no call of the
elements has known it. On each round one statement finds all of them, and claims those whose turn it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from kapok.ground.journal import api as journal
from kapok.ground.journal.rules import Event
from kapok.network.activation import events
from kapok.network.activation.adapters.sessions import BEGUN, STILL_OPEN, Session, disconnect
from kapok.network.activation.models import JOURNAL_SUBJECT, StraySession
from kapok.network.activation.upkeep import SILENCE

ACTOR: Final = "system/activation"
MOST: Final = 6
"""Attempts for each session, one after 1, 2, 4, 8 and 16 minutes; what it is then is for a person."""
BATCH: Final = 50
FOUND: Final = f"""
WITH shut AS (
    SELECT service, login, 'infinity'::timestamptz AS before, true AS whole FROM activation_subscriber WHERE state <> 'active'
    UNION ALL
    SELECT service, login, before, NOT EXISTS (SELECT FROM activation_subscriber line WHERE line.service = cutoff.service)
    FROM activation_cutoff cutoff
), last AS (
    SELECT DISTINCT ON (seen.session) seen.session, shut.service, seen.login, nas_address, nas_session, framed_address, seen.at
    FROM shut, LATERAL (
        SELECT * FROM activation_accounting
        WHERE service = shut.service AND at > statement_timestamp() - make_interval(secs => %(silence)s)
        UNION ALL
        SELECT * FROM activation_accounting
        WHERE login = shut.login AND service = '' AND at > statement_timestamp() - make_interval(secs => %(silence)s)
    ) seen
    WHERE {STILL_OPEN}
        AND (shut.before = 'infinity' OR shut.whole AND seen.service <> '' OR {BEGUN} <= shut.before)
    ORDER BY seen.session, seen.seconds DESC, seen.at DESC
), due AS (
    SELECT last.* FROM last LEFT JOIN activation_straysession stray USING (session)
    WHERE stray.session IS NULL
        OR stray.attempts < %(most)s AND stray.tried_at <= statement_timestamp() - make_interval(mins => 1 << (stray.attempts - 1))
            AND (NOT stray.ended OR last.at > stray.tried_at)
    ORDER BY stray.tried_at NULLS FIRST LIMIT %(batch)s
), claimed AS (
    INSERT INTO activation_straysession AS stray (session, service, attempts, tried_at, ended)
    SELECT session, service, 1, statement_timestamp(), false FROM due
    ON CONFLICT (session) DO UPDATE SET attempts = stray.attempts + 1, tried_at = statement_timestamp(), ended = false
        WHERE stray.attempts < %(most)s
            AND stray.tried_at <= statement_timestamp() - make_interval(mins => 1 << (stray.attempts - 1))
    RETURNING session, service, attempts
)
SELECT session, login, nas_address, nas_session, framed_address, claimed.service, attempts
FROM claimed JOIN due USING (session) ORDER BY session
"""  # noqa: S608  # built of constants


def end_strays(*, at: datetime) -> int:
    """Tell the access servers to end sessions that may not be online; how many have ended. No transaction is open meanwhile.

    One that does not answer is not asked again in this round: it would hold the others up.
    """
    ended: list[str] = []
    told: list[Event] = []
    silent: set[str] = set()
    for session, service, attempt in _claimed():
        subject = JOURNAL_SUBJECT.format(service=service)
        gone = None if session.nas_address in silent else disconnect(session)
        if gone is None:
            silent.add(session.nas_address)
        if gone:
            ended.append(session.session)
            told.append(
                events.StrayEnded(subject=subject, actor=ACTOR, at=at, session=session.session, attempt=attempt)
            )
        elif attempt == MOST:
            told.append(events.StrayLeft(subject=subject, actor=ACTOR, at=at, session=session.session, attempts=MOST))
    _write_down(ended, told)
    return len(ended)


def _claimed() -> list[tuple[Session, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(FOUND, {"most": MOST, "batch": BATCH, "silence": SILENCE.total_seconds()})
        return [(Session(*row[:5]), row[5], row[6]) for row in cursor.fetchall()]


@transaction.atomic
def _write_down(ended: Iterable[str], told: Iterable[Event]) -> None:
    StraySession.objects.filter(session__in=ended).update(ended=True)
    journal.record_many(told)
