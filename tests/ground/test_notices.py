"""Notices: who is told of what, once; marking as seen; what is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from kapok.config.subscriptions import SUBSCRIPTIONS
from kapok.ground.commitments import scheduler
from kapok.ground.commitments.events import Corrected, Owed
from kapok.ground.commitments.models import Commitment
from kapok.ground.journal import api as journal
from kapok.ground.journal.models import Cursor, Entry, Letter
from kapok.ground.journal.queries import line
from kapok.ground.notices import api, queries
from kapok.ground.notices.models import Notice
from kapok.ground.notices.reactions import tell
from kapok.ground.notices.refusals import UnknownNotice
from kapok.ground.notices.rules import KINDS, Told
from kapok.ground.notices.upkeep import forget_seen
from kapok.ground.people import api as people
from kapok.ground.people.models import Staff
from kapok.ground.posts import api as posts
from kapok.ground.posts.rules import LEAD, SUPERVISION, Place
from kapok.kernel.text import Language, Text
from tests.ground.clocks import DUE, OPENED, WARN, clock, desk, started
from tests.ground.conftest import AT, WHO, set_up_posts

HOUR = timedelta(hours=1)
FAR = OPENED + timedelta(days=3650)
"""After every moment at which the database's own clock has recorded an entry."""
[NOTICES] = [each for each in SUBSCRIPTIONS if each.name == "notices"]


def join(username: str, unit: str) -> None:
    people.open_account(
        username=username, name=username, unit=unit, language=Language.ZH, password="wet-cotton-9", **WHO
    )


def lead(unit: str, a: str, b: str, function: str = LEAD) -> None:
    code = f"{unit}-{function}"
    posts.open_post(code=code, function=function, title=Text(zh="负责人", en="Head"), unit=unit, a=a, b=b, **WHO)


def set_up() -> UUID:
    """Chen and Mei are A and B of a desk of the bureau, Gao and Hu lead the bureau, Lin and Zhou the city, Sun supervises."""
    set_up_posts()
    for username, unit in (("gao", "bureau"), ("hu", "bureau"), ("zhou", "city"), ("sun", "hall"), ("tan", "hall")):
        join(username, unit)
    lead("bureau", "gao", "hu")
    lead("city", "lin", "zhou")
    lead("hall", "sun", "tan", SUPERVISION)
    return desk()


@pytest.fixture
def pack(db: None) -> UUID:
    return set_up()


def entry(kind: str) -> Entry:
    return Entry.objects.get(kind=f"commitments.{kind}")


def told(kind: str | None = None) -> list[str]:
    """Who has a notice, of this kind where given, by staff number."""
    rows = Notice.objects.filter(kind=f"commitments.{kind}") if kind else Notice.objects.all()
    return sorted(rows.values_list("recipient__username", flat=True))


def fired(pack: UUID, at: Any = DUE, **columns: Any) -> Commitment:
    """A commitment of Chen's, as the scheduler has left it at `at`; of its entries everybody has been told."""
    row = started(pack, **{"unit": "bureau", "owner": "staff/chen", **columns})
    scheduler.fire(at=at)
    for each in Entry.objects.filter(kind__in=KINDS).order_by("position"):
        tell(line(each))
    return row


def test_of_a_warning_the_owner_the_deputy_and_the_head_are_told(pack: UUID) -> None:
    row = fired(pack, WARN[0], warn_at=WARN)
    assert told() == ["chen", "gao", "mei"]
    notice = Notice.objects.get(recipient__username="chen")
    warned = entry("warned")
    assert (notice.commitment_id, notice.entry, notice.subject) == (row.id, warned.id, "fault/F1")
    assert (notice.kind, notice.title) == ("commitments.warned", Text(zh="24 小时修复", en="Repaired within 24 hours"))
    assert (notice.due_at, notice.happened_at, notice.at) == (DUE, WARN[0], warned.recorded_at)
    assert notice.seen_at is None


def test_of_a_breach_the_head_above_is_told_too(pack: UUID) -> None:
    fired(pack)
    assert told() == ["chen", "gao", "lin", "mei"]


@pytest.mark.parametrize(("above", "more"), [(0, []), (2, ["lin", "sun"]), (9, ["lin", "sun"])])
def test_how_far_up_is_a_setting(pack: UUID, settings: Settings, above: int, more: list[str]) -> None:
    settings.NOTICES_ABOVE = above
    fired(pack)
    assert told() == sorted(["chen", "gao", "mei", *more])


def test_of_what_is_told_and_to_whom_is_a_setting(pack: UUID, settings: Settings) -> None:
    settings.NOTICES_TELL = {
        **settings.NOTICES_TELL,
        "commitments.warned": frozenset(),
        "commitments.breached": {Told.HEAD},
    }
    fired(pack, warn_at=WARN)
    assert [(each.kind, each.recipient.username) for each in Notice.objects.all()] == [("commitments.breached", "gao")]


def test_an_absent_owner_is_told_as_well_as_the_deputy(pack: UUID) -> None:
    absence = posts.request_leave(username="chen", since=AT, until=FAR, **WHO)
    posts.grant_leave(absence=absence, **WHO)
    fired(pack)
    assert told() == ["chen", "gao", "lin", "mei"]


def test_for_an_absent_head_the_deputy_is_told(pack: UUID) -> None:
    absence = posts.request_leave(username="gao", since=AT, until=FAR, **WHO)
    posts.grant_leave(absence=absence, **WHO)
    fired(pack)
    assert told() == ["chen", "hu", "lin", "mei"]


def test_where_the_deputy_answers_a_is_told(pack: UUID) -> None:
    fired(pack, owner="staff/mei")
    assert told() == ["chen", "gao", "lin", "mei"]


def test_a_head_who_answers_is_told_once(pack: UUID) -> None:
    fired(pack, owner="staff/gao")
    assert told() == ["gao", "hu", "lin"]


def test_who_has_left_is_told_nothing(pack: UUID) -> None:
    for post, username, successor in (("desk", "chen", "wu"), ("bureau-lead", "gao", "zhou")):
        posts.appoint(post=post, place=Place.A, username=successor, **WHO)
        people.deactivate(username=username, **WHO)
    fired(pack)
    assert told() == ["lin", "zhou"]


@pytest.mark.parametrize(("unit", "heads"), [("patch", ["gao", "lin"]), ("hall", ["lin", "sun"]), ("", ["sun"])])
def test_a_unit_without_a_head_has_the_one_above(pack: UUID, unit: str, heads: list[str]) -> None:
    fired(pack, unit=unit, owner="staff/wu")  # who holds no post
    assert told() == sorted(["wu", *heads])


def test_where_no_person_answers_the_head_alone_is_told(pack: UUID) -> None:
    fired(pack, owner="system/dispatch")
    assert told() == ["gao"]


def test_of_what_is_owed_the_owner_and_the_head_are_told(pack: UUID) -> None:
    row = fired(pack)
    about = {
        "subject": row.subject, "actor": "system/commitments", "at": DUE + HOUR, "correlation": None, "commitment": row.id,
        "pack": "desk", "promise": row.promise, "tier": "pledge", "title": Text(zh="修复", en="Repair"), "due_at": DUE,
        "unit": "bureau", "owner": "staff/chen",
    }  # fmt: skip
    nothing = Text(zh="", en="")
    owed = Owed(
        amount_minor=1000, currency="CNY", extension_days=0, pay_by=None, missing=None, reckoning=nothing, **about
    )
    tell(line(Entry.objects.get(id=journal.record(owed))))
    assert told("owed") == ["chen", "gao"]
    assert Notice.objects.filter(kind="commitments.owed").first().title.en == "Repair: CNY 10.00"  # type: ignore[union-attr]
    corrected = Corrected(
        before="broken", before_name=Text(zh="违约", en="broken"), after="kept", after_name=Text(zh="履约", en="kept"),
        entry=row.id, **about,
    )  # fmt: skip
    tell(line(Entry.objects.get(id=journal.record(corrected))))
    assert told("corrected") == ["chen", "gao", "lin", "mei"]  # who was told of the breach hears that there was none


def test_an_entry_tells_once_however_often_it_is_handed_over(pack: UUID) -> None:
    fired(pack)
    before = set(Notice.objects.values_list("id", flat=True))
    tell(line(entry("breached")))
    assert set(Notice.objects.values_list("id", flat=True)) == before
    first = Notice.objects.first()
    assert first
    first.pk = UUID(int=1)
    with pytest.raises(IntegrityError, match="notices_told_once"), transaction.atomic():
        first.save(force_insert=True)


def test_an_entry_costs_the_same_queries_however_many_are_told(
    pack: UUID, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings
) -> None:
    fired(pack, warn_at=WARN[:1])
    warned, breached = line(entry("warned")), line(entry("breached"))
    tell(warned)  # what never changes has been read by now
    Notice.objects.all().delete()
    with django_assert_num_queries(5):
        tell(warned)
    settings.NOTICES_ABOVE = 9
    settings.NOTICES_TELL = {**settings.NOTICES_TELL, "commitments.breached": frozenset(Told)}
    Notice.objects.all().delete()
    with django_assert_num_queries(6):  # and who was told before
        tell(breached)
    assert told() == ["chen", "gao", "lin", "mei", "sun"]


def test_one_marks_only_ones_own(pack: UUID) -> None:
    fired(pack)
    mine, theirs = (Notice.objects.get(recipient__username=name) for name in ("chen", "mei"))
    entries = Entry.objects.count()
    for number, actor in ((theirs.id, "staff/chen"), (mine.id, "system/chen"), (UUID(int=7), "staff/chen")):
        with pytest.raises(UnknownNotice):
            api.mark_seen(notice=number, actor=actor, at=FAR)
    assert not Notice.objects.exclude(seen_at=None).exists()
    api.mark_seen(notice=mine.id, actor="staff/chen", at=FAR)
    api.mark_seen(notice=mine.id, actor="staff/chen", at=FAR + HOUR)
    assert list(Notice.objects.exclude(seen_at=None).values_list("id", "seen_at")) == [(mine.id, FAR)]
    assert Entry.objects.count() == entries  # that somebody has looked is no fact of the business


def test_all_are_marked_that_had_been_told_by_then(pack: UUID) -> None:
    fired(pack, warn_at=WARN)
    chen = Staff.objects.get(username="chen").id
    assert queries.count_unseen(chen) == 3
    first = queries.unseen(chen).last()
    assert first
    Notice.objects.filter(id=first.id).update(at=first.at - HOUR)
    assert api.mark_all_seen(actor="staff/chen", at=FAR, through=first.at - HOUR) == 1
    assert queries.count_unseen(chen) == 2
    assert api.mark_all_seen(actor="staff/chen", at=FAR) == 2
    assert api.mark_all_seen(actor="staff/chen", at=FAR) == 0
    assert queries.count_unseen(Staff.objects.get(username="mei").id) == 3


def test_ones_notices_are_read_latest_first_in_one_query(
    pack: UUID, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    row = fired(pack, warn_at=WARN)
    chen, mei = (Staff.objects.get(username=name).id for name in ("chen", "mei"))
    with django_assert_num_queries(1):
        page = queries.heard(queries.unseen(chen)[:50])
    assert [each.happened_at for each in page] == [DUE, WARN[1], WARN[0]]
    assert [each.kind_name.zh for each in page] == ["违约", "预警", "预警"]
    assert {(each.commitment, each.unit, each.state_name.en, each.seen) for each in page} == {
        (row.id, "bureau", "overdue", False)
    }
    assert queries.notice(chen, page[0].id) == page[0]
    assert queries.notice(mei, page[0].id) is None
    with django_assert_num_queries(1):
        assert queries.count_unseen(chen, most=2) == 2


def test_what_was_seen_long_ago_is_forgotten_and_what_nobody_saw_is_not(pack: UUID, settings: Settings) -> None:
    fired(pack)
    settings.NOTICES_KEPT = timedelta(days=90)
    api.mark_all_seen(actor="staff/chen", at=FAR)
    assert forget_seen(at=FAR + timedelta(days=90)) == 0
    assert forget_seen(at=FAR + timedelta(days=90, microseconds=1)) == 1
    assert told() == ["gao", "lin", "mei"]


@pytest.fixture
def committed_pack(transactional_db: None) -> UUID:
    return set_up()


def served(at: Any) -> None:
    while journal.deliver(NOTICES, at=at):
        pass


def test_the_subscription_tells_of_each_entry_once_through_the_journal(committed_pack: UUID) -> None:
    Commitment.objects.bulk_create(
        clock(committed_pack, f"fault/G{number}", unit="bureau", owner="staff/chen", warn_at=WARN[:1])
        for number in range(30)
    )
    while scheduler.fire(at=DUE).clocks:
        pass
    served(DUE)
    assert Notice.objects.count() == 30 * (3 + 4)
    Cursor.objects.filter(subscriber="notices").delete()  # as if it had never read
    served(DUE)
    assert Notice.objects.count() == 30 * (3 + 4)
    assert not Letter.objects.exists()


def test_a_reaction_that_fails_leaves_a_letter_and_tells_when_it_is_tried_again(
    committed_pack: UUID, settings: Settings
) -> None:
    right = settings.NOTICES_TELL
    started(committed_pack, unit="bureau", owner="staff/chen")
    scheduler.fire(at=DUE)
    settings.NOTICES_TELL = {}
    served(DUE)
    assert told() == []
    assert Letter.objects.get().error.startswith("builtins.KeyError")
    settings.NOTICES_TELL = right
    assert journal.retry_due(NOTICES, at=DUE + HOUR) == 1
    assert told() == ["chen", "gao", "lin", "mei"]
