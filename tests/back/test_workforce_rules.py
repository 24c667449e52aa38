"""States, moves, capacity, scores and pictures, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from kapok.back.workforce import boards, pictures, rules, verdicts
from kapok.back.workforce.capacity import Grid, Span, Visit, fits, free, minus, possible, windows, worked
from kapok.back.workforce.rules import Deed, Due, Kind, State
from kapok.back.workforce.scoring import Candidate, Weights, choose, distance, score
from kapok.back.workforce.verdicts import Grade, Rates
from kapok.kernel.text import Text
from kapok.network.activation.rules import light_is_fine
from tests.back.job import JPEG_BODY, JPEG_WITH_GPS, PNG

DAY = datetime(2026, 3, 2, tzinfo=UTC)
WEIGHTS = Weights(10, 5, 8)


def at(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


def visit(since: float, until: float, minutes: float = 60) -> Visit:
    return Visit(at(since), at(until), timedelta(minutes=minutes))


class TestStates:
    def test_every_state_has_a_name_and_moves(self) -> None:
        assert set(rules.STATES) == set(rules.MOVES) == set(State)

    def test_moves(self) -> None:
        assert rules.sources(State.WORKING) == {State.ARRIVED, State.HELD}
        assert rules.sources(State.VERIFIED) == {State.REPLIED}
        assert rules.sources(State.ARCHIVED) == {State.REPLIED, State.VERIFIED, State.SURVEYED}
        assert not rules.MOVES[State.ARCHIVED]

    def test_every_deed_leads_where_the_table_allows(self) -> None:
        leads = {
            Deed.ACCEPT: State.ACCEPTED, Deed.SET_OFF: State.TRAVELLING, Deed.ARRIVE: State.ARRIVED, Deed.BEGIN: State.WORKING,
            Deed.HOLD: State.HELD, Deed.SEND_BACK: State.RETURNED, Deed.REPLY: State.REPLIED,
        }  # fmt: skip
        for deed, to in leads.items():
            assert rules.POSSIBLE[deed] <= rules.sources(to), deed
        assert set(rules.DEEDS) == set(Deed) == set(rules.POSSIBLE)

    def test_what_is_possible(self) -> None:
        assert rules.possible(Kind.VISIT, State.CREATED) == (Deed.ACCEPT,)
        aside = (Deed.REBOOK, Deed.PASS_ON, Deed.DEFER, Deed.WAIT, Deed.SEND_BACK)
        assert rules.possible(Kind.VISIT, State.WORKING) == (Deed.HOLD, Deed.REPLY, *aside)
        assert rules.possible(Kind.APPOINTMENT, State.ACCEPTED) == (Deed.APPOINT, Deed.HOLD, *aside[1:])
        assert rules.possible(Kind.APPOINTMENT, State.APPOINTED) == (Deed.REPLY, Deed.HOLD, *aside)
        assert rules.possible(Kind.VISIT, State.HELD) == (Deed.LIFT_HOLD, Deed.REBOOK, Deed.PASS_ON, Deed.SEND_BACK)
        assert rules.possible(Kind.VISIT, State.REPLIED) == ()

    def test_what_a_stage_asks_of_the_field(self) -> None:
        assert rules.kind_of(frozenset({"order.dispatched", "order.installed"})) is Kind.VISIT
        assert rules.kind_of(frozenset({"order.dispatched", "visit.appointed"})) is Kind.APPOINTMENT
        assert rules.kind_of(frozenset({"order.tested"})) is None

    def test_the_lists(self) -> None:
        assert len(rules.HOLDS) == 13
        pausing = {code for code, each in rules.HOLDS.items() if each.pauses}
        assert pausing == {"unreachable", "not_home", "observe"}


class TestVerdicts:
    @pytest.mark.parametrize(
        ("dbm", "grade"),
        [
            ("-45", "fail"), ("-27.001", "fail"), ("-27", "weak"), ("-25.001", "weak"), ("-25", "pass"), ("-19.8", "pass"),
            ("-8", "pass"), ("-7.999", "fail"), ("3", "fail"),
        ],
    )  # fmt: skip
    def test_light_by_the_limits_of_the_network(self, dbm: str, grade: str) -> None:
        band = verdicts.judge("optical_power", Decimal(dbm), {}, Rates())
        assert band is not None
        assert (band.grade, band.grade is not Grade.FAIL) == (grade, light_is_fine(float(dbm)))
        assert bool(band.remedy.zh) == bool(band.remedy.en) == (band.grade is not Grade.PASS)

    @pytest.mark.parametrize(
        ("rate", "grade"), [("270", "pass"), ("269.9", "weak"), ("240", "weak"), ("239.9", "fail"), ("0", "fail")]
    )
    def test_a_rate_by_what_was_ordered(self, rate: str, grade: str) -> None:
        band = verdicts.judge("down_rate", Decimal(rate), {"down_rate": 300}, Rates())
        assert band is not None
        assert band.grade == grade

    @pytest.mark.parametrize(
        ("rate", "grade"), [("285", "pass"), ("284.9", "weak"), ("150", "weak"), ("149.9", "fail")]
    )
    def test_a_rate_by_what_the_installation_sets(self, rate: str, grade: str) -> None:
        band = verdicts.judge("down_rate", Decimal(rate), {"down_rate": 300}, Rates(good=95, least=50))
        assert band is not None
        assert (band.grade, "95 %" in band.remedy.en) == (grade, grade == "weak")

    def test_no_verdict_where_nothing_says_what_it_should_be(self) -> None:
        assert verdicts.judge("down_rate", Decimal(0), {}, Rates()) is None
        assert verdicts.judge("up_rate", Decimal(0), {"up_rate": 0}, Rates()) is None
        assert verdicts.judge("delay", Decimal(900), {"delay": 1}, Rates()) is None


class TestCapacity:
    def test_working_time(self) -> None:
        spans = [Span(at(8), at(12)), Span(at(14), at(18))]
        assert worked(spans, at(10), at(15)) == timedelta(hours=3)
        assert worked(spans, at(12), at(14)) == timedelta(0)

    @pytest.mark.parametrize(
        ("gap", "left"),
        [
            ((6, 8), [(8, 12)]), ((6, 9), [(9, 12)]), ((9, 10), [(8, 9), (10, 12)]), ((11, 13), [(8, 11)]), ((7, 13), []),
        ],
    )  # fmt: skip
    def test_who_is_away(self, gap: tuple[int, int], left: list[tuple[int, int]]) -> None:
        spans = minus([Span(at(8), at(12))], [Span(at(gap[0]), at(gap[1]))])
        assert spans == [Span(at(since), at(until)) for since, until in left]

    def test_what_fits_between_any_two_moments(self) -> None:
        spans = [Span(at(8), at(16))]
        assert fits(spans, [visit(10, 12), visit(10, 12)])
        assert not fits(spans, [visit(10, 12), visit(10, 12), visit(10, 12, 1)])
        assert fits(spans, [visit(10, 12), visit(10, 12), visit(10, 14), visit(12, 14)])
        assert not fits(spans, [visit(10, 12), visit(10, 12), visit(10, 14), visit(12, 14), visit(12, 14)])
        assert not fits(spans, [visit(10, 11, 90)])
        assert not fits([], [visit(10, 12)])

    def test_how_many_more(self) -> None:
        spans = [Span(at(8), at(16))]
        assert free(spans, [], visit(10, 12, 30)) == 4
        assert free(spans, [visit(10, 12)], visit(10, 12, 30)) == 2
        assert free(spans, [visit(10, 12, 120)], visit(10, 12, 30)) == 0
        assert free([Span(at(0), at(24))], [], visit(0, 24, 1)) == 50

    def test_what_can_no_longer_be_kept_takes_nothing_of_another_day(self) -> None:
        """The shift in which a visit was promised is gone; what else there is can be kept all the same."""
        tomorrow, lost, wanted = [Span(at(24), at(26))], visit(1, 2), visit(24, 26)
        assert possible(tomorrow, [lost, wanted]) == [wanted]
        assert free(tomorrow, [lost], wanted) == 2
        assert free(tomorrow, [lost, wanted], wanted) == 1

    def test_the_grid_goes_by_the_clock_on_the_wall(self) -> None:
        """In Paris the clock goes forward on 2026-03-29: the windows stay at eight."""
        grid = Grid(time(8), time(12), 2, ZoneInfo("Europe/Paris"))
        found = list(windows(grid, date(2026, 3, 28), 2, 60))
        assert [span.since.hour for span in found] == [7, 9, 6, 8]
        assert [span.since.hour for span in windows(grid, date(2026, 3, 28), 1, 121)] == [7]
        assert list(windows(grid, date(2026, 3, 28), 1, 241)) == []


class TestScores:
    def test_slack_way_and_continuity_are_weighed(self) -> None:
        assert score(Candidate("a", "A", 3.0, 2.0, 0), WEIGHTS) == 20.0
        assert score(Candidate("a", "A", 30.0, None, 2), WEIGHTS) == 88.0

    def test_ties_go_by_identifier_and_the_choice_is_one_line(self) -> None:
        choice = choose([Candidate("liu", "刘", 2, 1.25, 0), Candidate("han", "韩", 2, 1.25, 0)], WEIGHTS)
        assert choice is not None
        assert choice.id == "han"
        assert choice.text.zh == "韩：余量 2.0 小时×10，路程 1.2 公里×-5，得 13.8 分；其次 刘 13.8 分"
        alone = choose([Candidate("han", "Han", 1, None, 1)], WEIGHTS)
        assert alone is not None
        assert alone.text.en == "Han: 1.0 h to spare ×10, way unknown, was there before +8, 18 points"
        assert choose([], WEIGHTS) is None

    def test_distance(self) -> None:
        assert distance((113.32, 23.13), (113.32, 23.13)) == 0
        assert distance((113.32, 23.13), (113.33, 23.13)) == pytest.approx(1.02, abs=0.01)


class TestWhatIsDue:
    @pytest.mark.parametrize(
        ("kind", "state", "window", "due", "by"),
        [
            (Kind.VISIT, State.DISPATCHED, (10, 12), Due.ACCEPT, 9), (Kind.VISIT, State.CREATED, None, Due.ACCEPT, 9),
            (Kind.VISIT, State.APPOINTED, (10, 12), Due.ARRIVE, 12), (Kind.VISIT, State.TRAVELLING, (10, 12), Due.ARRIVE, 12),
            (Kind.VISIT, State.WORKING, (10, 12), Due.FINISH, 17), (Kind.VISIT, State.WORKING, (16, 18), Due.FINISH, 18),
            (Kind.VISIT, State.ACCEPTED, None, Due.FINISH, 17), (Kind.APPOINTMENT, State.ACCEPTED, None, Due.AGREE, 17),
            (Kind.APPOINTMENT, State.APPOINTED, (20, 22), Due.FINISH, 17),
        ],
    )  # fmt: skip
    def test_the_next_thing_and_by_when(
        self, kind: Kind, state: State, window: tuple[int, int] | None, due: Due, by: int
    ) -> None:
        ends = at(window[1]) if window else None
        assert rules.due_next(kind, state, accept_by=at(9), ends_at=ends, finish_by=at(17)) == (due, at(by))

    @pytest.mark.parametrize(
        ("state", "due", "by", "starts", "said"),
        [
            (State.APPOINTED, Due.ARRIVE, 12, 10, ""), (State.APPOINTED, Due.ARRIVE, 10, 8, "soon"),
            (State.APPOINTED, Due.ARRIVE, 8, 6, "late"), (State.WORKING, Due.FINISH, 30, 6, ""),
            (State.WORKING, Due.FINISH, 8, 6, "late"), (State.WORKING, Due.FINISH, 10, 6, "soon"),
            (State.REPLIED, Due.FINISH, 8, 6, ""), (State.CREATED, Due.ACCEPT, None, None, ""),
            (State.DISPATCHED, Due.ACCEPT, 9.5, 20, ""), (State.DISPATCHED, Due.ACCEPT, 9.1, 20, "soon"),
            (State.DISPATCHED, Due.ACCEPT, 8.9, 20, "late"),
        ],
    )  # fmt: skip
    def test_late_and_soon(self, state: State, due: Due, by: float | None, starts: int | None, said: str) -> None:
        due_at, starts_at = (None if each is None else at(each) for each in (by, starts))
        assert boards.alarm(state, due, due_at, starts_at, at(9)) == said


def _webp(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(
        name + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2) for name, data in chunks
    )
    return b"RIFF" + len(body).to_bytes(4, "little") + body


class TestPictures:
    def test_a_jpeg_keeps_its_picture_and_no_more(self) -> None:
        bare = pictures.bare(JPEG_WITH_GPS)
        assert bare is not None
        assert bare.endswith(JPEG_BODY)
        assert len(JPEG_WITH_GPS) - len(bare) == 26 + 24
        assert pictures.bare(bare) == bare

    def test_a_png_too(self) -> None:
        bare = pictures.bare(PNG)
        assert bare is not None
        assert b"Chen Jing" not in bare
        assert bare[-8:-4] == b"IEND"
        assert pictures.bare(PNG + b"hidden behind the end") == bare

    def test_a_webp_too(self) -> None:
        image = (b"VP8 ", b"12345")
        bare = pictures.bare(_webp((b"VP8X", b"\x0c" + bytes(9)), image, (b"EXIF", b"GPS"), (b"XMP ", b"<x/>")))
        assert bare == _webp((b"VP8X", bytes(10)), image)

    @pytest.mark.parametrize(
        "content",
        [b"", b"<svg>", b"GIF89a", JPEG_WITH_GPS[:40], PNG[:40], b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\0\0", _webp(),
         _webp((b"VP8 ", b"1234"))[:-2], b"\xff\xd8\xff\xe0\0\x04ab\x12\x34"],
    )  # fmt: skip
    def test_what_is_no_whole_picture_is_none(self, content: bytes) -> None:
        assert pictures.bare(content) is None


class TestVans:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("粤a 123", "粤A123"),
            ("粤A123", "粤A123"),
            (" 粤A·d1001 ", "粤A·D1001"),
            ("粤Ａ１２３", "粤A123"),
            ("ab-12", "AB-12"),
        ],
    )
    def test_a_plate_is_kept_in_upper_case_without_spaces(self, typed: str, kept: str) -> None:
        assert rules.tidy_plate(typed) == kept
        assert rules.PLATE.fullmatch(kept)

    @pytest.mark.parametrize("plate", ["", "..", ".", "粤A/123", "A" * 21, "·", "A·", "A?B", "A\x00", "../A", "A\n"])
    def test_what_is_no_plate(self, plate: str) -> None:
        assert not rules.PLATE.fullmatch(plate)

    @pytest.mark.parametrize(
        ("code", "zh", "counted", "may"),
        [
            ("drop-cable", "光缆", "米", True),
            ("", "光缆", "米", False),
            ("Drop", "光缆", "米", False),
            ("a/b", "光缆", "米", False),
            ("a" * 41, "光缆", "米", False),
            ("a", " ", "米", False),
            ("a", "长" * 61, "米", False),
            ("a", "光缆", "", False),
            ("a", "光缆", "长" * 11, False),
        ],
    )
    def test_a_material_has_a_code_a_name_and_what_one_counts(
        self, code: str, zh: str, counted: str, may: bool
    ) -> None:
        title, unit = Text(zh=zh, en="name"), Text(zh=counted, en="m")
        assert rules.may_be_material(code, title, unit) is may
