"""Work orders: made when the field is asked, moved by technicians, following the baton, held, returned, replied."""

from __future__ import annotations

import stat
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pytest_django.fixtures import Settings

from kapok.back.workforce import api, files, fleet, matters, reactions
from kapok.back.workforce.models import Appointment, Done, Hold, Picture, Reading, Stock, Used, WorkOrder
from kapok.back.workforce.rules import HOLDS, Deed
from kapok.ground.commitments.models import Commitment
from kapok.ground.commitments.refusals import MayNotApprove, OwnApproval
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import line, lines
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Item
from kapok.ground.work.refusals import NotHolder, NotOffered
from kapok.ground.work.rules import Reason
from kapok.kernel.errors import KapokError
from tests.back.job import (
    ERRAND,
    JPEG_BODY,
    JPEG_WITH_GPS,
    PNG,
    at_work,
    by,
    item_of,
    job,
    later,
    stage,
    stands,
    taken,
    van,
    visit,
)  # fmt: skip
from tests.back.team import clock, named

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("jobs")]
KEY = UUID("0190a1b2-0000-7000-8000-000000000001")


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


class TestTheirBeginning:
    def test_a_stage_of_the_field_gets_one_when_it_is_offered(self) -> None:
        fault = job()
        row = WorkOrder.objects.get()
        assert (row.item_id, row.unit.code) == (stage(fault, "contact"), "east-field")
        assert (row.kind, row.state) == ("appointment", "created")

    def test_the_window_that_was_agreed_and_the_place_go_with_it(self) -> None:
        fault = visit()
        row = WorkOrder.objects.get(item=stage(fault, "drop"))
        assert (row.kind, row.state, row.skill, row.minutes) == ("visit", "created", "fibre", 60)
        assert row.address is not None
        assert row.address.code == "a1"
        assert row.appointment is not None
        assert row.appointment.starts_at == clock(10, 0)

    def test_no_window_no_reply_of_the_contact(self) -> None:
        item = item_of(job())
        api.accept(item=item, **by("han"))
        with pytest.raises(api.NotAppointed):
            api.reply(item=item, **by("han"))
        with pytest.raises(api.PlaceUnknown):
            api.appoint(item=item, starts_at=clock(10), ends_at=clock(12), **by("han"))
        api.appoint(item=item, starts_at=clock(10), ends_at=clock(12), errand=ERRAND, **by("han"))
        assert stands(item) == ("appointed", "han")
        api.reply(item=item, **by("han"))
        assert stands(item) == ("replied", "han")


class TestTheWay:
    def test_from_the_offer_to_the_reply(self) -> None:
        item = item_of(visit())
        told = [stands(item)]
        api.accept(item=item, **by("han", 1))
        told.append(stands(item))
        for minute, deed in enumerate((api.set_off, api.arrive, api.begin), 2):
            deed(item=item, **by("han", minute))
            told.append(stands(item))
        api.reply(item=item, photos=[api.Upload("a.jpg", JPEG_WITH_GPS)], **by("han", 60))
        assert [state for state, _ in told] == ["created", "appointed", "travelling", "arrived", "working"]
        assert stands(item) == ("replied", "han")
        row = WorkOrder.objects.get(item=item)
        assert (row.arrived_at, row.replied_at) == (later(3), later(60))
        assert Appointment.objects.get().state == "kept"
        assert Item.objects.get(id=item).state == "delivered"
        assert Entry.objects.filter(kind="visit.started", subject__startswith="fault/").count() == 1
        assert Entry.objects.filter(kind="fault.repaired").count() == 1

    def test_no_step_is_left_out_and_none_taken_twice(self) -> None:
        item = taken()
        for deed in (api.begin, api.reply, api.lift_hold):
            with pytest.raises(api.NotNow) as refused:
                deed(item=item, **by("han", 2))
            assert "已预约" in refused.value.text.zh
        api.set_off(item=item, **by("han", 2))
        with pytest.raises(api.NotNow):
            api.set_off(item=item, **by("han", 3))
        assert stands(item) == ("travelling", "han")

    def test_only_who_holds_it(self) -> None:
        item = taken()
        with pytest.raises(NotHolder):
            api.set_off(item=item, **by("liu", 2))
        assert stands(item) == ("appointed", "han")

    def test_what_was_dispatched_to_one_is_not_anothers(self) -> None:
        item = item_of(visit())
        api.assign(item=item, technician="liu", reason="熟悉该楼", **by("disp", 1))
        with pytest.raises(api.NotYoursToDo):
            api.accept(item=item, **by("han", 2))
        api.accept(item=item, **by("liu", 2))
        assert stands(item) == ("appointed", "liu")

    def test_no_other_item_is_work_of_the_field(self) -> None:
        with pytest.raises(api.UnknownWorkOrder):
            api.accept(item=KEY, **by("han"))


class TestTheBaton:
    def test_whoever_takes_it_elsewhere_has_it(self) -> None:
        item = item_of(visit())
        baton.accept(item=item, **by("liu", 1))
        assert stands(item) == ("appointed", "liu")

    def test_a_transfer_offers_it_to_a_colleague(self) -> None:
        item = at_work()
        api.pass_on(item=item, to="liu", reason="需要登高", **by("han", 10))
        assert stands(item) == ("dispatched", "liu")
        with pytest.raises(api.NotYoursToDo):
            api.accept(item=item, **by("han", 11))
        api.accept(item=item, **by("liu", 12))
        assert stands(item) == ("appointed", "liu")

    def test_what_is_no_order_is_neither_put_off_nor_called(self) -> None:
        item = taken()
        said = {"key": KEY, "item": item, "pressed_at": later(9)}
        for deed, told in (
            (Deed.DEFER, {"until": later(9999), "note": "出差", "evidence": "录音"}),
            (Deed.WAIT, {"note": "无端口", "expected_at": None}),
        ):
            with pytest.raises(api.NotPutOff):
                api.take(**said, deed=deed, told=told, **by("han", 10))
        with pytest.raises(api.NobodyToCall):
            api.call(item=item, **by("han", 10))
        assert stands(item) == ("appointed", "han")
        assert not Done.objects.exists()

    def test_a_delivery_anywhere_is_a_reply(self) -> None:
        item = taken()
        baton.deliver(item=item, evidence=["照片在群里"], **by("han", 30))
        assert stands(item) == ("replied", "han")

    def test_a_refusal_gives_it_back(self) -> None:
        item = item_of(visit())
        baton.refuse(item=item, reason=Reason.WRONG_AREA, defect="不在本片", **by("han", 1))
        assert stands(item) == ("returned", "")

    def test_a_failed_test_asks_the_field_again(self) -> None:
        item = at_work()
        api.reply(item=item, photos=[api.Upload("a.png", PNG)], **by("han", 30))
        fault = Item.objects.get(id=item).matter.subject
        tested = stage(fault, "test")
        baton.accept(item=tested, **by("agent", 31))
        baton.send_back(item=tested, to="drop", note="仍无光", **by("agent", 32))
        again = item_of(fault)
        assert again != item
        assert stands(again) == ("created", "")

    def test_a_cancelled_matter_ends_it(self) -> None:
        item = at_work()
        from kapok.ground.work import api as work

        work.happen(matter=Item.objects.get(id=item).matter.subject, kind="fault.cancelled", **by("agent", 9))
        assert stands(item) == ("cancelled", "han")

    def test_what_happens_later_goes_on_with_the_reply(self) -> None:
        item = at_work()
        api.reply(item=item, photos=[api.Upload("a.png", PNG)], **by("han", 30))
        fault = Item.objects.get(id=item).matter.subject
        tested = stage(fault, "test")
        baton.accept(item=tested, **by("agent", 31))
        baton.deliver(item=tested, **by("agent", 32))
        for kind in ("fault.restored",):
            reactions.hear(line(Entry.objects.get(kind=kind)))
        assert stands(item) == ("verified", "han")
        reactions.hear(line(Entry.objects.get(kind="fault.restored")))
        assert stands(item) == ("verified", "han")


class TestHolds:
    def clock(self, item: UUID) -> list[str]:
        subject = Item.objects.get(id=item).matter.subject
        return list(Commitment.objects.filter(subject=subject, promise="repair").values_list("state", flat=True))

    def stages(self, item: UUID) -> list[str]:
        rows = Commitment.objects.filter(subject=f"work/{item}", pack__code="flow-repair-v1")
        return list(rows.values_list("state", flat=True))

    def test_the_customers_clock_runs_on_for_our_own_reasons(self) -> None:
        item = at_work()
        api.hold(item=item, reason="no_cable", **by("han", 10))
        assert stands(item) == ("held", "han")
        assert self.clock(item) == ["open"]
        with pytest.raises(api.NothingToApprove):
            api.approve_hold(item=item, **by("super", 11))
        api.lift_hold(item=item, **by("han", 20))
        assert stands(item) == ("working", "han")

    def test_the_customers_cause_needs_evidence_and_somebody_who_approves(self) -> None:
        item = at_work()
        with pytest.raises(api.NoteNeeded):
            api.hold(item=item, reason="not_home", **by("han", 10))
        assert stands(item) == ("working", "han")
        api.hold(item=item, reason="not_home", evidence="门口照片，邻居作证", **by("han", 10))
        assert (stands(item), self.clock(item)) == (("held", "han"), ["open"])
        with pytest.raises(MayNotApprove):
            api.approve_hold(item=item, **by("disp", 11))
        assert Hold.objects.get().approval == "waiting"
        api.approve_hold(item=item, **by("super", 12))
        assert self.clock(item) == ["paused"]
        subject = Item.objects.get(id=item).matter.subject
        since = Commitment.objects.get(subject=subject, promise="repair").pauses
        assert since == [[by("han", 10)["at"].isoformat(), None]]  # as of the asking, as with every request
        held = Hold.objects.get()
        assert (held.approval, held.paused_with) == ("given", "customer.deferred")
        api.lift_hold(item=item, **by("han", 40))
        assert (stands(item), self.clock(item)) == (("working", "han"), ["open"])

    def test_nobody_approves_for_themselves(self) -> None:
        item = taken()
        api.hold(item=item, reason="unreachable", evidence="三次未接", **by("han", 10))
        with pytest.raises(OwnApproval):
            api.approve_hold(item=item, **by("han", 11))
        assert (Hold.objects.get().approval, self.clock(item)) == ("waiting", ["open"])

    @pytest.mark.parametrize("reason", [code for code, each in HOLDS.items() if each.pauses])
    def test_whatever_the_customers_cause_lifted_the_clock_runs_again(self, reason: str) -> None:
        item = at_work()
        api.hold(item=item, reason=reason, evidence="三次未接", **by("han", 10))
        api.approve_hold(item=item, **by("super", 11))
        assert set(self.stages(item)) == {"paused"}
        api.lift_hold(item=item, **by("han", 40))
        assert (self.clock(item), set(self.stages(item))) == (["open"], {"open"})
        assert not Entry.objects.filter(kind="visit.appointed", at=later(40)).exists()

    def test_a_refused_hold_leaves_the_clock_running(self) -> None:
        item = taken()
        api.hold(item=item, reason="observe", evidence="客户来电", **by("han", 10))
        api.refuse_hold(item=item, **by("super", 12))
        assert (self.clock(item), Hold.objects.get().approval) == (["open"], "refused")
        api.lift_hold(item=item, **by("han", 15))

    @pytest.mark.parametrize(
        ("said", "refusal"),
        [
            ({"reason": "mood"}, api.UnknownReason),
            ({"reason": "other"}, api.NoteNeeded),
            ({"reason": "weather", "note": "雨" * 501}, api.NoteNeeded),
        ],
    )
    def test_what_is_no_reason_is_refused(self, said: dict[str, str], refusal: type[KapokError]) -> None:
        item = taken()
        with pytest.raises(refusal):
            api.hold(item=item, **said, **by("han", 10))  # type: ignore[arg-type]
        assert stands(item) == ("appointed", "han")

    def test_a_new_window_for_held_work_waits_behind_the_hold(self) -> None:
        item = at_work()
        api.hold(item=item, reason="no_terminal", **by("han", 10))
        api.appoint(item=item, starts_at=clock(10), ends_at=clock(12), reason="plant", **by("han", 11))
        assert stands(item) == ("held", "han")
        api.lift_hold(item=item, **by("han", 20))
        assert stands(item) == ("appointed", "han")


RETURNED = "线路未到位 / the line does not reach 差 40 米"


class TestReturns:
    def test_by_the_flows_one_way_back(self) -> None:
        item = at_work()
        fault = Item.objects.get(id=item).matter.subject
        api.send_back(item=item, reason="line_not_reached", note="差 40 米", **by("han", 10))
        assert stands(item) == ("returned", "han")
        back = Item.objects.get(id=stage(fault, "accept"))
        assert back.state == "offered"
        [said] = lines(Entry.objects.filter(kind="handoff.withdrawn", subject=f"work/{item}"))
        assert said.data["note"] == RETURNED

    def test_else_to_who_offered_it(self) -> None:
        item = item_of(job())
        api.accept(item=item, **by("han", 1))
        api.send_back(item=item, reason="wrong_number", **by("han", 2))
        assert stands(item) == ("returned", "")
        row = Item.objects.get(id=item)
        assert (row.state, row.unit.code) == ("offered", "hotline")
        baton.accept(item=item, **by("agent", 3))
        assert stands(item)[0] == "returned"
        baton.transfer(item=item, unit="east-field", note="号码已核实", **by("agent", 4))
        assert stands(item) == ("created", "")

    def test_for_a_reason_of_the_list(self) -> None:
        item = at_work()
        with pytest.raises(api.UnknownReason):
            api.send_back(item=item, reason="mood", **by("han", 10))
        assert stands(item) == ("working", "han")


class TestReplies:
    def reply(self, item: UUID, **said: Any) -> None:
        api.reply(item=item, **{"photos": [api.Upload("a.jpg", JPEG_WITH_GPS)], **said}, **by("han", 60))

    def test_what_was_measured_used_seen_and_signed_is_kept(self) -> None:
        van()
        item = at_work()
        self.reply(
            item, tests={"optical_power": "-21.35", "down_rate": 503}, materials={"connector": 2},
            signature=api.Upload("s.png", PNG), note="已装好",
        )  # fmt: skip
        readings = dict(Reading.objects.values_list("test", "value"))
        assert readings == {"optical_power": Decimal("-21.350"), "down_rate": Decimal(503)}
        assert list(Used.objects.values_list("material__code", "count")) == [("connector", 2)]
        assert Stock.objects.get(material__code="connector").count == 18
        assert set(Picture.objects.values_list("kind", "media_type")) == {
            ("photo", "image/jpeg"),
            ("signature", "image/png"),
        }
        assert WorkOrder.objects.get(item=item).note == "已装好"

    @pytest.mark.parametrize(
        ("reading", "words"),
        [
            ({"optical_power": -45}, "“收光功率”不合格（-45 dBm）。清洁并重接接头"),
            ({"optical_power": "-27.001"}, "-27.001 dBm"),
            ({"optical_power": -3}, "加装光衰减器"),
            ({"down_rate": 239}, "“下行速率”不合格（239 Mbit/s）。断开客户设备"),
        ],
    )
    def test_a_reading_that_fails_is_not_handed_in_without_a_reason(
        self, reading: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(matters, "ordered", lambda holders: {each: {"down_rate": 300} for each in holders})
        item = at_work()
        with pytest.raises(api.ReadingFails) as refused:
            self.reply(item, tests=reading, despite="  ")
        assert words in refused.value.text.zh
        assert (stands(item), Reading.objects.count(), Picture.objects.count()) == (("working", "han"), 0, 0)
        with pytest.raises(api.NoteNeeded):
            self.reply(item, tests=reading, despite="长" * 501)

        self.reply(item, tests=reading, despite="客户要求先用，周五换纤")
        assert stands(item) == ("replied", "han")
        assert list(Reading.objects.values_list("grade", "despite")) == [("fail", "客户要求先用，周五换纤")]
        entry = Entry.objects.get(kind="workforce.replied_failing")
        assert "周五" not in str(entry.data)
        assert lines([entry])[0].sentence.zh.endswith("客户要求先用，周五换纤")

    def test_what_is_weak_or_passes_is_kept_with_its_verdict(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(matters, "ordered", lambda holders: {each: {"down_rate": 300} for each in holders})
        readings = {"optical_power": "-25.5", "down_rate": 270, "up_rate": 1, "delay": 4}
        self.reply(at_work(), tests=readings, despite="没有不合格")
        assert dict(Reading.objects.values_list("test", "grade")) == {
            "optical_power": "weak", "down_rate": "pass", "up_rate": "", "delay": "",
        }  # fmt: skip
        assert set(Reading.objects.values_list("despite", flat=True)) == {""}
        assert not Entry.objects.filter(kind="workforce.replied_failing").exists()

    def test_photos_lose_what_the_camera_wrote_and_only_the_owner_reads_them(self) -> None:
        self.reply(at_work())
        picture = Picture.objects.get()
        place = files.path(picture.id)
        content = place.read_bytes()
        assert b"GPS" not in content
        assert b"telephone" not in content
        assert content.endswith(JPEG_BODY)
        assert b"JFIF" in content
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
        assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700

    @pytest.mark.parametrize(
        ("said", "refusal", "words"),
        [
            ({"photos": []}, api.ReplyIncomplete, "现场照片"),
            ({"photos": [api.Upload("a.jpg", b"<svg>")]}, api.NotAPicture, "a.jpg"),
            ({"photos": [api.Upload("a.jpg", JPEG_WITH_GPS[:9])]}, api.NotAPicture, "a.jpg"),
            ({"photos": [api.Upload("a.png", PNG)] * 13}, api.TooManyPictures, "12"),
            ({"photos": [api.Upload("a.png", PNG + bytes(9 * 2**20))]}, api.PictureTooLarge, "8 MB"),
            ({"signature": api.Upload("s.jpg", JPEG_WITH_GPS)}, api.NotAPicture, "s.jpg"),
            ({"tests": {"mood": 1}}, api.UnknownTest, "mood"),
            ({"tests": {"optical_power": "bright"}}, api.NotMeasured, "dBm"),
            ({"tests": {"optical_power": "NaN"}}, api.NotMeasured, "dBm"),
            ({"tests": {"optical_power": 40}}, api.NotMeasured, "-50"),
            ({"materials": {"gold": 1}}, api.UnknownMaterial, "gold"),
            ({"materials": {"terminal": 2}}, api.NotOnVan, "1"),
            ({"materials": {"connector": 0}}, api.BadCount, "0"),
            ({"note": "长" * 501}, api.NoteNeeded, "500"),
        ],
    )
    def test_what_is_amiss_is_named_and_nothing_is_written(
        self, said: dict[str, Any], refusal: type[KapokError], words: str, tmp_path: Path
    ) -> None:
        van()
        item = at_work()
        with pytest.raises(refusal) as refused:
            self.reply(item, **said)
        assert words in refused.value.text.zh
        assert stands(item) == ("working", "han")
        assert [table.objects.count() for table in (Picture, Reading, Used)] == [0, 0, 0]
        assert Stock.objects.get(material__code="terminal").count == 1

    def test_materials_come_from_a_van(self) -> None:
        with pytest.raises(api.NoVan):
            self.reply(at_work(), materials={"connector": 1})

    def test_words_may_stand_for_a_proof(self) -> None:
        item = at_work()
        self.reply(item, photos=[], evidence=["照片见纸质单"])
        assert stands(item) == ("replied", "han")


class TestVans:
    def test_one_driver_one_van(self) -> None:
        van()
        with pytest.raises(api.DrivesAnother):
            api.add_vehicle(plate="A·10002", unit="east-field", driver="han", **by("head"))
        with pytest.raises(api.PlateTaken):
            api.add_vehicle(plate="A·10001", unit="east-field", **by("head"))
        with pytest.raises(api.UnknownVehicle):
            api.drive(plate="A·9", driver="han", **by("head"))
        api.drive(plate="A·10001", driver="", **by("head"))
        api.add_vehicle(plate="A·10002", unit="east-field", driver="han", **by("head"))

    def test_a_plate_is_one_van_however_it_is_typed(self) -> None:
        api.add_vehicle(plate="粤a 123", unit="east-field", **by("head"))
        assert [each.plate for each in fleet.vans()] == ["粤A123"]
        with pytest.raises(api.PlateTaken):
            api.add_vehicle(plate="粤A123", unit="east-field", **by("head"))
        for plate in ("粤A/123", "..", "", "长" * 21, "A\x00B"):
            with pytest.raises(api.BadPlate):
                api.add_vehicle(plate=plate, unit="east-field", **by("head"))
        assert [each.plate for each in fleet.vans()] == ["粤A123"]

    def test_a_material_that_cannot_be_kept_is_refused(self) -> None:
        for code, title in (("a/b", "光缆"), ("fine", "长" * 61)):
            with pytest.raises(api.BadMaterial):
                api.define_material(code=code, title=named(title), counted=named("米"), **by("head"))
        assert fleet.materials() == []

    def test_what_is_loaded_adds_up(self) -> None:
        van()
        api.load_van(plate="A·10001", material="connector", count=5, **by("head"))
        assert Stock.objects.get(material__code="connector").count == 25
        with pytest.raises(api.UnknownMaterial):
            api.load_van(plate="A·10001", material="gold", count=5, **by("head"))
        with pytest.raises(api.BadCount):
            api.load_van(plate="A·10001", material="connector", count=0, **by("head"))
        assert Stock.objects.get(material__code="connector").count == 25

    def test_what_is_counted_replaces_what_was_recorded(self) -> None:
        van()
        api.count_van(plate="A·10001", material="connector", count=17, note="丢失 3 个", **by("head"))
        assert Stock.objects.get(material__code="connector").count == 17
        (entry,) = lines(Entry.objects.filter(kind="workforce.van_counted"))
        assert (entry.data["before"], entry.data["count"], entry.data["note"]) == (20, 17, "丢失 3 个")
        for wrong in (-1, 10_000):
            with pytest.raises(api.BadCount, match="from 0 to 9999"):
                api.count_van(plate="A·10001", material="connector", count=wrong, **by("head"))
        with pytest.raises(api.NoteNeeded):
            api.count_van(plate="A·10001", material="connector", count=1, note="长" * 501, **by("head"))
        api.count_van(plate="A·10001", material="connector", count=0, **by("head"))
        assert Stock.objects.get(material__code="connector").count == 0

    def test_a_van_is_read_with_its_driver_and_what_lies_in_it(self) -> None:
        van()
        (found,) = fleet.vans()
        assert (found.plate, found.driver, [(each.code, each.count) for each in found.stock]) == (
            "A·10001", "han", [("connector", 20), ("terminal", 1)],
        )  # fmt: skip
        assert fleet.vans([]) == []
        assert fleet.van("A·9") is None


class TestPhones:
    def take(
        self, item: UUID, deed: Deed, minutes: float, key: UUID = KEY, pressed: float | None = None, **told: Any
    ) -> bool:
        at = later(minutes if pressed is None else pressed)
        return api.take(key=key, item=item, deed=deed, told=told, pressed_at=at, **by("han", minutes))

    def test_what_is_told_twice_is_done_once(self) -> None:
        item = taken()
        assert self.take(item, Deed.SET_OFF, 10)
        before = Entry.objects.count()
        assert not self.take(item, Deed.SET_OFF, 20)
        assert Entry.objects.count() == before
        assert stands(item) == ("travelling", "han")

    def test_a_refusal_leaves_no_trace_and_may_be_told_again(self) -> None:
        item = taken()
        with pytest.raises(api.NotNow):
            self.take(item, Deed.BEGIN, 10)
        assert Done.objects.count() == 0
        self.take(item, Deed.ARRIVE, 11, key=UUID(int=7))
        assert self.take(item, Deed.BEGIN, 12)

    def test_a_key_is_for_one_thing(self) -> None:
        item = taken()
        self.take(item, Deed.SET_OFF, 10)
        with pytest.raises(api.KeyOfAnother):
            self.take(item, Deed.ARRIVE, 11)

    def test_it_happened_when_it_was_pressed_but_never_in_the_future_nor_before_the_last_step(self) -> None:
        item = taken()  # accepted at minute 1
        self.take(item, Deed.SET_OFF, 60, key=UUID(int=1), pressed=20)
        self.take(item, Deed.ARRIVE, 61, key=UUID(int=2), pressed=40)
        assert WorkOrder.objects.get(item=item).arrived_at == later(40)
        self.take(item, Deed.BEGIN, 62, key=UUID(int=3), pressed=500)
        assert WorkOrder.objects.get(item=item).moved_at == later(62)
        self.take(item, Deed.HOLD, 63, key=UUID(int=4), pressed=0, reason="weather")
        assert WorkOrder.objects.get(item=item).moved_at == later(62)
        started = Entry.objects.get(kind="visit.started", subject__startswith="fault/")
        assert started.at == later(61)  # promises are judged by when it reached us

    def test_nobody_tells_of_anothers_work(self) -> None:
        item = taken()
        with pytest.raises(NotHolder):
            api.take(key=KEY, item=item, deed=Deed.ARRIVE, told={}, pressed_at=later(5), **by("liu", 5))
        with pytest.raises((NotOffered, api.NotNow)):
            api.take(key=KEY, item=item, deed=Deed.ACCEPT, told={}, pressed_at=later(5), **by("liu", 5))
        assert Done.objects.count() == 0
