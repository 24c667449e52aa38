"""Who is sent, why, and who is not; the board and the day as they are read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from kapok.back.workforce import api, boards, queries, visiting
from kapok.back.workforce.models import Appointment, Helper, Hold, WorkOrder
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import line
from kapok.ground.notices.models import Notice
from kapok.ground.notices.reactions import tell
from kapok.ground.people import api as people
from kapok.ground.people.models import OrgUnit, Staff
from kapok.ground.places.models import Address
from kapok.ground.posts import api as posts
from kapok.ground.posts.models import RosterEntry
from kapok.ground.work import api as work
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Handoff, Item, Matter, Turn, Urge
from kapok.ground.work.refusals import NotHeld, SameHands
from kapok.ground.work.urging import Pressing, tally
from kapok.kernel.errors import KapokError
from tests.back.job import PNG, at_work, by, item_of, later, stands, taken, visit
from tests.back.team import MONDAY, WHO, book, clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("jobs")]


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def occupy(who: str, how: str) -> None:
    """Let a technician be away, off shift, or full, in the window of the visit."""
    if how == "away":
        leave = posts.request_leave(username=who, since=clock(9, 0), until=clock(13, 0), **WHO)
        posts.grant_leave(absence=leave, actor="staff/head", at=later(0))
    elif how == "off":
        RosterEntry.objects.filter(staff__username=who).delete()
    else:
        for number in range(2):
            place = book(f"order/O2026-00090{number}-1", starts_at=clock(10, 0), ends_at=clock(12, 0), minutes=60)
            Appointment.objects.filter(id=place).update(kept_for=Staff.objects.get(username=who))


def sent(item: UUID, minutes: float = 1) -> api.Explanation:
    return api.dispatch(item=item, **by("disp", minutes))


class TestWhoCanBeSent:
    def test_who_looks_after_the_system_is_on_no_board_unless_they_master_something(self) -> None:
        people.grant_role(username="agent", role="administrator", unit="city", **WHO)
        Staff.objects.filter(username="agent").update(unit=OrgUnit.objects.get(code="east-field"))
        board = boards.board("east-field", MONDAY, later(0))
        assert board is not None
        assert [row.username for row in board.rows] == ["han", "liu"]
        item = item_of(visit())
        with pytest.raises(api.NotATechnician):
            api.assign(item=item, technician="agent", reason="试派", **by("disp", 1))
        assert stands(item) == ("created", "")
        posts.award_skill(username="agent", skill="fibre", level=2, **WHO)
        board = boards.board("east-field", MONDAY, later(0))
        assert board is not None
        assert [row.username for row in board.rows] == ["agent", "han", "liu"]


class TestDispatch:
    def test_who_has_most_to_spare_is_sent_and_it_is_said_why(self) -> None:
        """Han and Liu have the same window; one visit of an hour is kept for Han in it."""
        han, liu = (Staff.objects.get(username=name) for name in ("han", "liu"))
        other = book("order/other", starts_at=clock(10, 0), ends_at=clock(12, 0), minutes=30)
        Appointment.objects.filter(id=other).update(kept_for=han)
        item = item_of(visit())
        Appointment.objects.exclude(id=other).update(kept_for=liu)
        told = sent(item)
        assert told.technician == "liu"
        assert told.text.zh.startswith("Liu：余量 1.0 小时×10")
        assert "其次 Han" in told.text.zh
        assert stands(item) == ("dispatched", "liu")
        assert Entry.objects.get(kind="workforce.dispatched").data["why"]["en"] == told.text.en

    def test_ties_go_by_staff_number(self) -> None:
        assert sent(item_of(visit())).technician == "han"

    def test_who_has_enough_in_hand_is_not_sent(self, settings: Settings) -> None:
        settings.WORKFORCE_OPEN_LOAD = 1
        assert [sent(item_of(visit(n))).technician for n in range(2)] == ["han", "liu"]
        item = item_of(visit(3))
        with pytest.raises(api.NobodyFits) as refused:
            sent(item, 5)
        assert "2 人在手工单已满" in refused.value.text.zh
        assert stands(item) == ("created", "")

    def test_the_third_visit_takes_somebody_else(self) -> None:
        for n in range(2):
            item = item_of(visit(n * 100, hour=10 + 2 * n))
            api.accept(item=item, **by("han", n * 100 + 1))
            for number, deed in enumerate((api.arrive, api.begin), 2):
                deed(item=item, **by("han", n * 100 + number))
            api.reply(item=item, photos=[api.Upload("a.png", PNG)], **by("han", n * 100 + 5))
            WorkOrder.objects.filter(item=item).update(moved_at=later(n))
        assert sent(item_of(visit(160, hour=12)), 161).technician == "liu"

    def test_what_is_in_hands_is_not_taken_away(self) -> None:
        item = taken()
        for verb in (sent, lambda item: api.assign(item=item, technician="liu", reason="近", **by("disp", 2))):
            with pytest.raises(api.InHands):
                verb(item)
        assert stands(item) == ("appointed", "han")

    def test_the_time_goes_with_the_work(self) -> None:
        item = item_of(visit())
        api.assign(item=item, technician="liu", reason="近", **by("disp", 1))
        row = WorkOrder.objects.select_related("appointment__kept_for").get(item=item)
        assert row.appointment is not None
        assert row.appointment.kept_for.username == "liu"

    @pytest.mark.parametrize(("so", "why"), [("away", "休假"), ("off", "不当班"), ("full", "已无余量")])
    def test_who_cannot_keep_the_window_is_sent_only_by_whoever_insists(self, so: str, why: str) -> None:
        item, kept = item_of(visit()), Appointment.objects.get()
        occupy("liu", so)
        with pytest.raises(api.NoTimeThen, match="choose somebody else") as refused:
            api.assign(item=item, technician="liu", reason="近", **by("disp", 1))
        assert refused.value.text.zh == f"liu 在 2026-03-02 10:00–12:00 {why}，请另选。"
        kept.refresh_from_db()
        assert (stands(item), kept.kept_for.username) == (("created", ""), "han")
        assert not Entry.objects.filter(kind="workforce.dispatched").exists()
        api.assign(item=item, technician="liu", reason="近", insist=True, **by("disp", 2))
        kept.refresh_from_db()
        assert (stands(item), kept.kept_for.username) == (("dispatched", "liu"), "liu")
        (said,) = Entry.objects.filter(kind="workforce.dispatched")
        assert (said.actor, said.data["why"]["zh"]) == ("staff/disp", f"指派（{why}，坚持指派）：近")

    def test_whose_time_is_kept_already_is_not_asked_about(self) -> None:
        item = item_of(visit())
        occupy("han", "off")
        api.assign(item=item, technician="han", reason="近", **by("disp", 1))
        assert stands(item) == ("dispatched", "han")

    def test_what_is_in_hand_goes_to_nobody_who_is_away_unless_somebody_insists(self) -> None:
        item = taken()
        occupy("liu", "away")
        with pytest.raises(api.NoTimeThen):
            api.reassign(item=item, technician="liu", reason="车坏了", **by("disp", 3))
        assert stands(item) == ("appointed", "han")
        api.reassign(item=item, technician="liu", reason="车坏了", insist=True, **by("disp", 4))
        assert WorkOrder.objects.get(item=item).explanation.zh == "改派（休假，坚持指派）：车坏了"

    @pytest.mark.parametrize("who", ["wu", "agent", "nobody"])
    def test_only_technicians_around_the_unit_are_assigned(self, who: str) -> None:
        item = item_of(visit())
        with pytest.raises(api.NotATechnician):
            api.assign(item=item, technician=who, reason="近", **by("disp", 1))
        with pytest.raises(api.NoteNeeded):
            api.assign(item=item, technician="liu", reason="  ", **by("disp", 1))
        assert stands(item) == ("created", "")


class TestReassigning:
    def again(self, item: UUID, who: str = "liu", minutes: float = 10, reason: str = "韩师傅车坏了") -> None:
        api.reassign(item=item, technician=who, reason=reason, **by("disp", minutes))

    def test_what_is_in_hands_is_offered_to_whom_the_dispatcher_names(self) -> None:
        item = at_work()
        api.add_helper(item=item, helper="liu", **by("disp", 8))
        self.again(item)
        assert stands(item) == ("dispatched", "liu")
        row = WorkOrder.objects.select_related("appointment__kept_for", "item").get(item=item)
        assert row.appointment is not None
        assert (row.appointment.kept_for.username, row.explanation_zh) == ("liu", "改派：韩师傅车坏了")
        assert not Helper.objects.exists()
        with pytest.raises(NotHeld):
            baton.deliver(item=item, evidence=["照片"], **by("han", 11))
        api.accept(item=item, **by("liu", 12))
        assert stands(item) == ("appointed", "liu")

    def test_the_time_is_whose_hands_it_was_in_and_the_dispatcher_has_acted(self) -> None:
        item = taken()
        self.again(item, minutes=31)
        offered = Handoff.objects.filter(item=item).latest("number")
        assert (offered.way, offered.warm, offered.from_staff.username, offered.to_staff and offered.to_staff.username) == (
            "transfer", True, "han", "liu",
        )  # fmt: skip
        entry = Entry.objects.filter(kind="handoff.offered", subject=f"work/{item}").latest("recorded_at")
        assert entry.actor == "staff/disp"
        turns = Turn.objects.filter(item=item).order_by("number").values_list("acted_by__username", "since", "until")
        assert list(turns)[-2:] == [("han", later(1), later(31)), (None, later(31), None)]

    def test_both_are_told_and_what_was_typed_is_kept_apart(self) -> None:
        item = taken()
        self.again(item)
        entry = Entry.objects.get(kind="workforce.reassigned")
        assert "车坏" not in str(entry.data)
        tell(line(entry))
        assert set(Notice.objects.values_list("recipient__username", "kind", "title_zh")) == {
            (who, "workforce.reassigned", "“drop”由 han 改派给 liu") for who in ("han", "liu")
        }
        assert set(Notice.objects.values_list("subject", flat=True)) == {entry.subject}

    def test_held_work_goes_on_before_it_is_given_away(self) -> None:
        item = at_work()
        api.hold(item=item, reason="no_cable", **by("han", 8))
        self.again(item)
        assert (stands(item), Hold.objects.get().until) == (("dispatched", "liu"), later(10))

    @pytest.mark.parametrize(
        ("who", "reason", "refusal"),
        [
            ("wu", "近", api.NotATechnician),
            ("liu", " ", api.NoteNeeded),
            ("han", "离得近", SameHands),
            ("liu", "长" * 501, api.NoteNeeded),
        ],
    )
    def test_what_cannot_be_is_refused_and_nothing_moves(
        self, who: str, reason: str, refusal: type[KapokError]
    ) -> None:
        item = taken()
        with pytest.raises(refusal):
            self.again(item, who, reason=reason)
        assert stands(item) == ("appointed", "han")
        assert not Entry.objects.filter(kind="workforce.reassigned").exists()

    def test_what_nobody_has_or_is_over_is_not_reassigned(self) -> None:
        item = item_of(visit())
        with pytest.raises(api.NotNow):
            self.again(item)
        item = at_work(20)
        api.reply(item=item, photos=[api.Upload("a.png", PNG)], **by("han", 28))
        with pytest.raises(api.NotNow):
            self.again(item, minutes=30)
        assert stands(item) == ("replied", "han")


class TestTheWindowsOfAPersonsWork:
    def found(self) -> tuple[int, dict[UUID, Any]]:
        with CaptureQueriesContext(connection) as asked:
            found = queries.windows_of("han", later(30))
        return len(asked), found

    def test_they_are_asked_for_once_wherever_the_visits_are(self) -> None:
        first = taken()
        one, _ = self.found()
        others = {taken(2): ("b", "fibre", 30), taken(4): ("a3", "climbing", 90), taken(6): ("d", "fibre", 60)}
        for item, (address, skill, minutes) in others.items():
            place = Address.objects.get(code=address)
            WorkOrder.objects.filter(item=item).update(address=place, skill=skill, minutes=minutes)
        all_of_them, found = self.found()
        assert all_of_them == one
        for item, (address, skill, minutes) in {first: ("a1", "fibre", 60), **others}.items():
            if address == "d":  # nobody's patch
                assert found[item] == []
            else:
                assert found[item] == queries.windows(address=address, skill=skill, minutes=minutes, after=later(30))
                assert found[item]


class TestHelpersAndPressing:
    def test_whoever_is_over_takes_no_helper(self) -> None:
        item = at_work()
        api.reply(item=item, photos=[api.Upload("a.png", PNG)], **by("han", 8))
        with pytest.raises(api.NotNow):
            api.add_helper(item=item, helper="liu", **by("disp", 9))
        assert not Helper.objects.exists()

    def test_a_helper_lends_their_time_in_the_window(self) -> None:
        """Liu is on from 10 to 14: an hour of the window from 10 to 12 is lent, one is left."""
        item = taken()
        free = [each.free for each in queries.windows(address="a1", skill="fibre", minutes=60, after=later(0), days=1)]
        api.add_helper(item=item, helper="liu", **by("disp", 5))
        left = [each.free for each in queries.windows(address="a1", skill="fibre", minutes=60, after=later(0), days=1)]
        assert sum(free) - sum(left) == 1
        own = book("order/own", starts_at=clock(10, 0), ends_at=clock(12, 0), minutes=60)
        Appointment.objects.filter(id=own).update(kept_for=Staff.objects.get(username="liu"))
        other = item_of(visit(20))
        Appointment.objects.filter(holder__startswith="fault/", state="booked").update(
            kept_for=Staff.objects.get(username="mo")
        )
        with pytest.raises(api.HelperBusy) as refused:
            api.add_helper(item=other, helper="liu", **by("disp", 30))
        assert "10:00–12:00" in refused.value.text.zh
        late = item_of(visit(40, hour=14))
        with pytest.raises(api.HelperBusy):  # off shift
            api.add_helper(item=late, helper="liu", **by("disp", 41))
        assert Helper.objects.count() == 1

    def test_the_job_is_in_the_helpers_day_until_it_is_done(self) -> None:
        item = at_work()
        assert boards.my_day("liu", MONDAY, later(7)) == []
        api.add_helper(item=item, helper="liu", **by("disp", 7))
        (job,) = boards.my_day("liu", MONDAY, later(8))
        assert (job.item, job.technician) == (item, "han")
        api.reply(item=item, photos=[api.Upload("a.png", PNG)], **by("han", 9))
        assert boards.my_day("liu", MONDAY, later(10)) == []

    def test_a_helper_does_not_take_it(self) -> None:
        item = taken()
        api.add_helper(item=item, helper="liu", **by("disp", 5))
        assert (stands(item), Helper.objects.count()) == (("appointed", "han"), 1)
        for name in ("liu", "han"):
            with pytest.raises(api.HelpsAlready):
                api.add_helper(item=item, helper=name, **by("disp", 6))
        with pytest.raises(api.NotATechnician):
            api.add_helper(item=item, helper="wu", **by("disp", 6))
        job = boards.job(item, later(7))
        assert job is not None
        assert job.helpers == ("Liu",)

    def helped(self) -> UUID:
        """Liu, on from 10 to 14, lends Han a hand from 10 to 12."""
        item = taken()
        api.add_helper(item=item, helper="liu", **by("disp", 5))
        return item

    def test_whoever_serves_us_moves_no_visit_to_where_its_helper_is_off(self) -> None:
        item = self.helped()
        deeds: list[tuple[str, Any]] = [("disp", api.appoint), ("han", visiting.rebook)]
        for who, deed in deeds:
            with pytest.raises(api.HelperBusy) as refused:
                deed(item=item, starts_at=clock(14, 0), ends_at=clock(16, 0), reason="customer", **by(who, 6))
            assert "liu" in refused.value.text.en
            assert "14:00–16:00" in refused.value.text.zh
        assert self.window(item) == (clock(10, 0), Helper.objects.get(lost=False).staff.username)
        api.release_helper(item=item, helper="liu", **by("disp", 7))
        api.appoint(item=item, starts_at=clock(14, 0), ends_at=clock(16, 0), reason="customer", **by("disp", 8))
        assert (self.window(item)[0], Helper.objects.count()) == (clock(14, 0), 0)
        with pytest.raises(api.HelpsNot):
            api.release_helper(item=item, helper="liu", **by("disp", 9))

    def window(self, item: UUID) -> tuple[datetime, str]:
        found = boards.job(item, later(9))
        assert found is not None
        assert found.starts_at is not None
        return found.starts_at, ", ".join(found.lending)

    def test_a_helper_comes_along_to_where_there_is_time(self) -> None:
        item = self.helped()
        api.appoint(item=item, starts_at=clock(12, 0), ends_at=clock(14, 0), reason="customer", **by("disp", 6))
        assert self.window(item) == (clock(12, 0), "liu")
        assert Appointment.objects.get(state="booked").kept_for.username == "han"

    def test_a_helper_on_leave_does_not_come_along(self) -> None:
        item = self.helped()
        window: dict[str, Any] = {"starts_at": clock(12, 0), "ends_at": clock(14, 0)}
        asked = posts.request_leave(
            username="liu", kind="leave", since=clock(12, 0), until=clock(14, 0), note="体检", **by("liu", 6)
        )
        posts.grant_leave(absence=asked, **by("head", 6))
        with pytest.raises(api.HelperBusy):
            api.appoint(item=item, **window, reason="customer", **by("disp", 7))
        assert self.window(item) == (clock(10, 0), "liu")

    def test_a_customer_moves_it_all_the_same_and_the_board_says_that_a_helper_is_lacking(self) -> None:
        item = self.helped()
        kept = Appointment.objects.get(state="booked").id
        window: dict[str, Any] = {"starts_at": clock(14, 0), "ends_at": clock(16, 0)}
        api.rebook(appointment=kept, **window, reason="customer", by_customer=True, **by("agent", 6))
        assert self.window(item) == (clock(14, 0), "")
        told = Entry.objects.get(kind="workforce.helper_lost")
        assert (told.subject, told.data["helper"]) == (f"work/{item}", "liu")
        board = boards.board("east-field", MONDAY, later(7))
        assert board is not None
        assert [(job.item, job.lost, job.technician) for job in board.lacking] == [(item, (("liu", "Liu"),), "han")]
        assert boards.my_day("liu", MONDAY, later(7)) == []
        api.release_helper(item=item, helper="liu", **by("disp", 8))
        board = boards.board("east-field", MONDAY, later(9))
        assert board is not None
        assert board.lacking == ()

    def test_what_is_booked_anew_asks_the_helpers_too(self) -> None:
        item = self.helped()
        api.cancel_appointment(appointment=Appointment.objects.get(state="booked").id, **by("agent", 6))
        with pytest.raises(api.HelperBusy):
            api.appoint(item=item, starts_at=clock(14, 0), ends_at=clock(16, 0), **by("disp", 7))
        assert not Appointment.objects.filter(state="booked").exists()
        api.appoint(item=item, starts_at=clock(12, 0), ends_at=clock(14, 0), **by("disp", 8))
        assert self.window(item) == (clock(12, 0), "liu")

    def test_whoever_is_sent_helps_no_more(self) -> None:
        item = self.helped()
        api.reassign(item=item, technician="liu", reason="换人", **by("disp", 6))
        assert (stands(item)[1], Helper.objects.count()) == ("liu", 0)

    def test_the_board_shows_the_time_that_is_lent(self) -> None:
        item = self.helped()
        board = boards.board("east-field", MONDAY, later(7))
        assert board is not None
        assert {row.username: [job.item for job in row.lent] for row in board.rows if row.lent} == {"liu": [item]}
        assert [
            [job.item for job in row.jobs if job.kind == "visit"] for row in board.rows if row.username == "liu"
        ] == [[]]
        tomorrow = boards.board("east-field", MONDAY + timedelta(days=1), later(7))
        assert tomorrow is not None
        assert not any(row.lent for row in tomorrow.rows)

    def test_what_is_pressed_for_goes_first(self) -> None:
        first, second = taken(), taken(2)
        api.expedite(item=second, note="客户来电", **by("disp", 5))
        mine = boards.my_day("han", MONDAY, later(6))
        assert [(job.item, job.urged) for job in mine if job.kind == "visit"] == [(second, 1), (first, 0)]

    def test_the_board_urges_the_matter_whoever_dispatches_and_reads_what_others_urged(self) -> None:
        item = taken()
        matter = Matter.objects.get(id=Item.objects.get(id=item).matter_id)
        api.expedite(item=item, note="客户来电", **by("disp", 5))
        work.urge(matter=matter.subject, note="又来电", **by("agent", 6))
        job = boards.job(item, later(7))
        assert job is not None
        assert job.pressing == Pressing(2, "staff/agent", later(6), "又来电")
        assert tally(matter.id).urged == 2
        with pytest.raises(api.NoteNeeded):
            api.expedite(item=item, note=" ", **by("disp", 8))
        assert tally(matter.id).urged == 2

    def test_what_is_done_is_not_pressed_for(self) -> None:
        item = at_work()
        api.reply(item=item, photos=[api.Upload("a.png", PNG)], **by("han", 30))
        with pytest.raises(api.NotNow):
            api.expedite(item=item, note="客户来电", **by("disp", 31))
        assert not Urge.objects.exists()


class TestReading:
    def test_a_day_is_driven_by_window(self) -> None:
        late, early = item_of(visit(hour=14)), item_of(visit(1, hour=10))
        for item in (late, early):
            api.accept(item=item, **by("han", 5))
        mine = [job.item for job in boards.my_day("han", MONDAY, later(6)) if job.kind == "visit"]
        assert mine == [early, late]

    def test_the_board_costs_the_same_however_many_there_are(self) -> None:
        def statements() -> int:
            with CaptureQueriesContext(connection) as sent:
                boards.board("east-field", MONDAY, later(30))
            return len(sent)

        visit()
        before = statements()
        for n in range(3):
            taken(n + 1)
        assert statements() == before <= 19

    def test_a_dispatch_costs_the_same_however_many_could_go(self) -> None:
        def statements(item: UUID, minutes: float) -> int:
            with CaptureQueriesContext(connection) as asked:
                sent(item, minutes)
            return len(asked)

        one = statements(item_of(visit()), 1)
        for name in ("liu", "mo"):
            Staff.objects.filter(username=name).update(unit=OrgUnit.objects.get(code="west"))
        assert statements(item_of(visit(10)), 11) == one

    def test_what_nobody_has_is_open_to_the_unit(self) -> None:
        item = item_of(visit())
        assert [job.item for job in boards.open_to("liu", later(1))] == [item]
        assert boards.open_to("wu", later(1)) == []
        assert boards.board("nowhere", MONDAY, later(1)) is None
