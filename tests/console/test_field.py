"""The dispatch board, the work order page, the phone's doors, and who may see pictures, over HTTP."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import localtime
from pytest_django.fixtures import Settings

from kapok.back.workforce import api
from kapok.back.workforce.models import Appointment, Done, Material, Picture, Stock, Vehicle
from kapok.chain.ordering import queries as orders
from kapok.edges.console.field import phone
from kapok.ground.people.models import Staff
from kapok.ground.places import api as places
from kapok.ground.places.rules import Level
from kapok.ground.posts.models import RosterEntry
from kapok.ground.work.models import Matter, Urge
from kapok.kernel.text import Language, Text
from tests.back import job as jobs
from tests.back import team
from tests.back.job import JPEG_WITH_GPS, PNG, at_work, by, item_of, later, stands, taken, visit

pytestmark = pytest.mark.django_db
KEY = "0190a1b2-0000-7000-8000-000000000001"

WRONG = {"key": KEY, "item": KEY, "deed": "hold", "pressed_at": "2026-03-02T01:00:00Z", "said": {"reason": []}}


@pytest.fixture(autouse=True)
def _team(db: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path
    jobs.set_up()


def client(username: str, language: Language = Language.ZH) -> Client:
    Staff.objects.filter(username=username).update(language=language.value, must_change_password=False)
    made = Client()
    made.force_login(Staff.objects.get(username=username), "django.contrib.auth.backends.ModelBackend")
    return made


def told(item: UUID, deed: str, key: str = KEY, **more: Any) -> dict[str, Any]:
    sent = {"key": key, "item": str(item), "deed": deed, "pressed_at": later(20).isoformat(), **more}
    return {"told": json.dumps(sent)}


class TestTheBoard:
    def page(self, username: str = "disp", **asked: str) -> str:
        return client(username).get("/dispatch", {"unit": "east-field", "day": "2026-03-02", **asked}).content.decode()

    def test_it_shows_who_is_on_shift_and_what_waits(self) -> None:
        visit()
        page = self.page()
        assert "Han" in page
        assert "Liu" in page
        assert page.count('class="lane-shift"') == 2
        assert self.page(unit="east-2").count('class="lane-shift"') == 3  # Mo of the second patch, too
        assert 'draggable="true"' in page
        assert "光猫亮红灯" in page

    def test_it_marks_the_work_of_orders_that_are_urged_or_supervised(self, monkeypatch: pytest.MonkeyPatch) -> None:
        subject = visit()
        assert "badge supervised" not in self.page()
        hard = orders.Pressed("O2026-000001", 1, 2, supervised=True, by="staff/disp", since=later(0), why="客户催问")
        asked: list[set[str]] = []

        def pressed_of(subjects: set[str]) -> dict[str, orders.Pressed]:
            asked.append(subjects)
            return {subject: hard}

        monkeypatch.setattr(orders, "pressed_of", pressed_of)
        page = self.page()
        assert 0 < page.count("badge supervised") == page.count('<div class="chip')
        assert [subject in subjects for subjects in asked] == [True]

    def test_it_has_english_and_empty_states(self) -> None:
        english = client("disp", Language.EN).get("/dispatch", {"unit": "west"}).content.decode()
        assert "Everything is assigned." in english
        assert "没有待派工单。" in self.page(unit="west")

    def test_units_are_those_of_the_reader_and_all_of_the_desk(self) -> None:
        assert client("agent").get("/dispatch").status_code == 200
        assert "没有可派的人员" in client("agent").get("/dispatch").content.decode()
        assert client("agent").get("/dispatch", {"unit": "east-field"}).status_code == 404
        assert client("han").get("/dispatch").status_code == 403
        for unit in ("east-field", "east-2", "west"):
            assert unit in self.page()

    def test_assigning_on_it_says_what_became_of_it(self) -> None:
        item = item_of(visit())
        desk = client("disp")
        answer = desk.post(f"/dispatch/{item}/drop", {"technician": "liu"})
        assert (answer.status_code, stands(item)) == (200, ("dispatched", "liu"))
        answer = desk.post(f"/dispatch/{item}/drop", {"technician": "wu"})
        assert (answer.status_code, stands(item)) == (409, ("dispatched", "liu"))
        assert "wu" in answer.json()["refused"]
        assert client("agent").post(f"/dispatch/{item}/drop", {"technician": "han"}).status_code == 403

    def test_who_is_off_shift_is_asked_about_on_the_board_and_on_the_form(self) -> None:
        item, other = item_of(visit()), item_of(visit(hour=12))
        Appointment.objects.update(starts_at=_now() + timedelta(hours=1), ends_at=_now() + timedelta(hours=3))
        desk = client("disp")
        answer = desk.post(f"/dispatch/{item}/drop", {"technician": "liu"})
        assert (answer.status_code, stands(item)) == (409, ("created", ""))
        assert answer.json()["question"].endswith("不当班，请另选。 仍要指派吗？")
        answer = desk.post(f"/dispatch/{item}/drop", {"technician": "liu", "insist": "yes"})
        assert (answer.status_code, stands(item)) == (200, ("dispatched", "liu"))
        said = {"technician": "liu", "reason": "熟悉该楼"}
        assert "insist" not in desk.get(f"/dispatch/{other}/assign").content.decode()
        page = desk.post(f"/dispatch/{other}/assign", said).content.decode()
        assert ('name="insist"' in page, "不当班" in page, stands(other)) == (True, True, ("created", ""))
        assert desk.post(f"/dispatch/{other}/assign", said | {"insist": "on"}).status_code == 302
        assert stands(other) == ("dispatched", "liu")

    def test_it_shows_lent_time_with_whose_visit_it_is_and_what_lacks_a_helper(self) -> None:
        item = taken()
        api.add_helper(item=item, helper="liu", **by("disp", 5))
        page = self.page()
        assert page.count("lane-job is-lent") == 1
        assert "帮手于 Han" in page
        assert "缺帮手" not in page
        kept = Appointment.objects.get(state="booked").id
        window = {"starts_at": team.clock(14, 0), "ends_at": team.clock(16, 0)}
        api.rebook(appointment=kept, **window, reason="customer", by_customer=True, **by("agent", 6))
        page = self.page()
        assert ("is-lent" in page, "缺帮手" in page, "该时段没有时间：Liu" in page) == (False, True, True)
        assert "has no time in the window" in client("disp", Language.EN).get(f"/dispatch/{item}").content.decode()
        offered = client("disp").get(f"/dispatch/{item}/release").content.decode()
        assert '<option value="liu">Liu liu</option>' in offered
        client("disp").post(f"/dispatch/{item}/release", {"helper": "liu"})
        assert "缺帮手" not in self.page()

    def test_only_a_part_is_sent_to_refresh(self) -> None:
        part = client("disp").get("/dispatch", {"unit": "east-field"}, headers={"HX-Request": "true"}).content.decode()
        assert part.startswith('<div class="dispatching">')


class TestTheWorkOrder:
    def test_dispatch_explains_its_choice_in_the_readers_language(self, monkeypatch: pytest.MonkeyPatch) -> None:
        item = item_of(visit())
        Appointment.objects.update(starts_at=_now() + timedelta(hours=1), ends_at=_now() + timedelta(hours=3))
        _on_shift_now("han")
        page = client("disp", Language.EN).post(f"/dispatch/{item}/dispatch", follow=True).content.decode()
        assert stands(item) == ("dispatched", "han")
        assert "Han: " in page
        assert "points" in page

    def test_windows_are_offered_with_the_signs_of_the_readers_language(self) -> None:
        item = item_of(visit())
        on_shift_tomorrow("han")
        english = client("disp", Language.EN).get(f"/dispatch/{item}/appoint").content.decode()
        assert "10:00–12:00 (2 free)" in english
        assert "（" not in english.split("<form")[-1]
        assert "10:00–12:00（可约 2）" in client("disp").get(f"/dispatch/{item}/appoint").content.decode()

    def test_where_nobody_knows_the_place_it_is_asked_for_before_the_windows(self) -> None:
        item = item_of(jobs.job())
        name = Text(zh="体育西路9号", en="9 Tiyu West Road")
        places.add_address(code="k9", level=Level.NUMBER, name=name, parent="a", **team.WHO)
        on_shift_tomorrow("han")
        at = f"/dispatch/{item}/appoint"
        assert "先填写" in client("disp").get(at).content.decode()
        known = {"where": "nowhere at all", "skill": "fibre", "minutes": "60"}
        assert "没有与此相符的门牌" in client("disp").get(at, known).content.decode()
        assert (
            'name="window"'
            not in client("disp").get(at, known | {"where": "体育西路9号", "minutes": "5"}).content.decode()
        )
        asked = f"{at}?where=体育西路9号&skill=fibre&minutes=60"
        page = client("disp").get(asked).content.decode()
        window = re.search(r'<option value="([^"]+/[^"]+)"', page)
        assert window is not None
        answer = client("disp").post(asked, {"window": window[1], "reason": ""})
        assert answer.headers["Location"] == f"/dispatch/{item}"
        booked = Appointment.objects.get(state="booked")
        assert (booked.address.code, booked.skill) == ("k9", "fibre")

    def test_what_is_kept_in_both_languages_is_read_in_one(self) -> None:
        item = item_of(visit())
        Matter.objects.update(title="新装 光纤宽带 100M / install Fibre broadband 100 M")
        english = client("disp", Language.EN).get(f"/dispatch/{item}").content.decode()
        assert "install Fibre broadband 100 M" in english
        assert "新装" not in english
        assert "install" not in client("disp").get(f"/dispatch/{item}").content.decode()

    def test_a_form_that_is_refused_changes_nothing(self) -> None:
        item = item_of(visit())
        page = client("disp").post(f"/dispatch/{item}/press", {"note": ""}).content.decode()
        assert not Urge.objects.exists()
        assert "催单" in page
        client("disp").post(f"/dispatch/{item}/press", {"note": "客户第二次来电"})
        assert Urge.objects.get().why == "客户第二次来电"
        assert "催单 ×1" in client("disp").get(f"/dispatch/{item}").content.decode()

    def test_the_dispatcher_reassigns_what_is_in_hands_with_a_reason(self) -> None:
        item = taken()
        desk, at = client("disp"), f"/dispatch/{item}/reassign"
        assert at in desk.get(f"/dispatch/{item}").content.decode()
        page = desk.post(at, {"technician": "liu", "reason": ""}).content.decode()
        assert "改派" in page
        assert stands(item) == ("appointed", "han")
        assert client("agent").post(at, {"technician": "liu", "reason": "车坏了"}).status_code in (403, 404)
        assert client("liu").post(at, {"technician": "liu", "reason": "车坏了"}).status_code == 403
        assert stands(item) == ("appointed", "han")
        answer = desk.post(at, {"technician": "liu", "reason": "车坏了"}, follow=True).content.decode()
        assert "已改派，双方都会收到通知。" in answer
        assert stands(item) == ("dispatched", "liu")
        assert at not in answer

    def test_it_shows_what_was_found(self) -> None:
        item = at_work()
        api.reply(
            item=item, photos=[api.Upload("a.png", PNG)], tests={"optical_power": "-45"}, note="已通",
            despite="客户同意下周换纤", **by("han", 60),
        )  # fmt: skip
        page = client("disp").get(f"/dispatch/{item}").content.decode()
        for words in (
            "-45 dBm",
            "不合格",
            "不合格仍回单：客户同意下周换纤",
            "已通",
            "已回单",
            "现场照片",
            "field/pictures/",
        ):
            assert words in page

    def test_nobody_elsewhere_sees_it(self) -> None:
        item = item_of(visit())
        assert client("agent").get(f"/dispatch/{item}").status_code == 404
        assert client("disp").get(f"/dispatch/{KEY}").status_code == 404
        assert client("disp").get(f"/dispatch/{item}/nonsense").status_code == 404


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _on_shift_now(username: str) -> None:

    row = RosterEntry.objects.filter(staff__username=username).order_by("day").first()
    assert row is not None
    RosterEntry.objects.filter(id=row.id).update(period=(_now() - timedelta(hours=1), _now() + timedelta(hours=8)))


def on_shift_tomorrow(username: str) -> None:
    """From 10 to 12 by the clock of Guangzhou, and nobody else."""

    row = RosterEntry.objects.filter(staff__username=username).order_by("day").first()
    assert row is not None
    RosterEntry.objects.exclude(id=row.id).delete()
    noon = (_now() + timedelta(hours=8)).replace(hour=4, minute=0, second=0, microsecond=0) + timedelta(days=1)
    RosterEntry.objects.filter(id=row.id).update(period=(noon - timedelta(hours=2), noon), day=noon.date())


class TestThePhone:
    def test_the_page_holds_no_work(self) -> None:
        item_of(visit())
        page = client("han").get("/field/today").content.decode()
        assert "今日外勤" in page
        assert "光猫亮红灯" not in page
        assert client("disp").get("/field/today").status_code == 403

    def test_the_day_comes_as_data(self) -> None:
        item = taken()
        Appointment.objects.update(starts_at=_now() + timedelta(minutes=1), ends_at=_now() + timedelta(minutes=90))
        day = client("han", Language.EN).get("/field/jobs").json()
        assert [each["item"] for each in day["jobs"]] == [str(item)]
        assert (day["jobs"][0]["state"], day["jobs"][0]["evidence"]) == ("appointed", ["photo of the site"])
        assert day["csrf"]
        assert client("liu").get("/field/jobs").json()["jobs"] == []

    def test_whoever_lends_a_hand_sees_the_job_and_whom_they_help(self) -> None:
        item = taken()
        api.add_helper(item=item, helper="liu", **by("disp", 5))
        Appointment.objects.update(starts_at=_now() + timedelta(minutes=1), ends_at=_now() + timedelta(minutes=90))
        assert [(each["item"], each["helps"]) for each in client("liu").get("/field/jobs").json()["jobs"]] == [
            (str(item), "Han")
        ]
        assert [each["helps"] for each in client("han").get("/field/jobs").json()["jobs"]] == [""]
        refused = client("liu").post("/field/deeds", told(item, "arrive"))
        assert (refused.status_code, stands(item)) == (409, ("appointed", "han"))

    def test_a_deed_is_done_once_whatever_is_sent(self) -> None:
        item = taken()
        phone = client("han")
        assert phone.post("/field/deeds", told(item, "arrive")).json() == {"done": True, "new": True}
        assert phone.post("/field/deeds", told(item, "arrive")).json() == {"done": True, "new": False}
        assert stands(item) == ("arrived", "han")
        assert Done.objects.count() == 1

    def test_what_is_due_is_said_and_late_is_only_that(self) -> None:
        offered, agreed = item_of(visit()), taken(40)
        api.assign(item=offered, technician="han", reason="近", **by("disp", 41))
        Appointment.objects.update(starts_at=_now() - timedelta(minutes=1), ends_at=_now() + timedelta(minutes=90))
        jobs = {each["item"]: each for each in client("han", Language.EN).get("/field/jobs").json()["jobs"]}
        assert (jobs[str(offered)]["due_name"], jobs[str(offered)]["alarm_name"]) == ("accept by", "late to accept")
        due = f"{localtime(Appointment.objects.first().ends_at):%m-%d %H:%M}"  # type: ignore[union-attr]
        assert (jobs[str(agreed)]["due_name"], jobs[str(agreed)]["due"]) == ("be there by", due)
        assert (jobs[str(agreed)]["alarm"], jobs[str(agreed)]["alarm_name"]) == ("soon", "the window has begun")
        page = client("disp").get(f"/dispatch/{offered}").content.decode()
        assert "接单超时" in page
        assert "接单截止 2026-03-02" in page
        assert "到场截止" in client("disp").get(f"/dispatch/{agreed}").content.decode()

    def test_the_windows_come_as_data_with_their_room(self) -> None:
        item = taken()
        Appointment.objects.update(starts_at=_now() + timedelta(minutes=1), ends_at=_now() + timedelta(minutes=90))
        on_shift_tomorrow("han")
        (window,) = client("han", Language.EN).get("/field/windows").json()["windows"][str(item)]
        assert window["name"].endswith("10:00–12:00 (2 free)")
        assert client("liu").get("/field/windows").json()["windows"] == {}
        assert client("disp").get("/field/windows").status_code == 403
        said = {"window": window["value"], "reason": "customer"}
        assert client("han").post("/field/deeds", told(item, "rebook", said=said)).json() == {"done": True, "new": True}
        assert Appointment.objects.get().moved == 1
        assert f"{Appointment.objects.get().starts_at.isoformat()}/" in window["value"]

    def test_work_is_passed_on_to_a_colleague_of_the_list(self) -> None:
        item = taken()
        Appointment.objects.update(starts_at=_now() + timedelta(minutes=1), ends_at=_now() + timedelta(minutes=90))
        day = client("han", Language.EN).get("/field/jobs").json()
        assert (day["colleagues"], day["jobs"][0]["puts_off"]) == ({"east-field": [["liu", "Liu"]]}, False)
        assert day["jobs"][0]["lacks"] == []
        answer = client("han").post("/field/deeds", told(item, "pass_on", said={"to": "liu", "reason": ""}))
        assert (answer.status_code, stands(item)) == (409, ("appointed", "han"))
        answer = client("han").post("/field/deeds", told(item, "pass_on", said={"to": "liu", "reason": "需要登高"}))
        assert (answer.status_code, stands(item)) == (200, ("dispatched", "liu"))

    def test_a_number_that_nobody_knows_is_said(self) -> None:
        item = taken()
        answer = client("han").post(f"/field/contact/{item}")
        assert (answer.status_code, answer.json()) == (409, {"refused": "此单没有登记客户电话，请向调度台询问。"})
        assert client("han").get(f"/field/contact/{item}").status_code == 405
        assert client("liu").post(f"/field/contact/{item}").status_code == 409
        assert client("disp").post(f"/field/contact/{item}").status_code == 403

    def test_a_login_is_asked_of_the_matters_own_module_by_whoever_holds_it(self) -> None:
        item = taken()
        answer = client("han").post(f"/field/access/{item}")
        assert (answer.status_code, answer.json()) == (409, {"refused": "此单不涉及线路账号。"})
        assert client("han").get(f"/field/access/{item}").status_code == 405
        assert client("liu").post(f"/field/access/{item}").status_code == 409
        assert client("disp").post(f"/field/access/{item}").status_code == 403

    def test_a_reply_comes_with_its_files(self) -> None:
        item = at_work()
        said = {"tests": {"optical_power": "-20"}, "evidence": [""], "note": "好"}
        photo = SimpleUploadedFile("p.jpg", JPEG_WITH_GPS, "image/jpeg")
        signature = SimpleUploadedFile("s.png", PNG, "image/png")
        sent = told(item, "reply", said=said) | {"photos": [photo], "signature": signature}
        assert client("han").post("/field/deeds", sent).status_code == 200
        assert stands(item) == ("replied", "han")
        assert sorted(Picture.objects.values_list("kind", flat=True)) == ["photo", "signature"]

    def test_a_picture_that_is_too_large_is_refused_before_it_is_read(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        item = at_work()
        settings.WORKFORCE_PICTURE_MEGABYTES = 1
        asked: list[int] = []
        monkeypatch.setattr(phone.api, "Upload", lambda _name, content: asked.append(len(content)))
        said = {"tests": {"optical_power": "-20"}, "evidence": [""], "note": "好"}
        for name in ("photos", "signature"):
            large = SimpleUploadedFile("large.png", PNG + bytes(2**20), "image/png")
            answer = client("han", Language.EN).post("/field/deeds", told(item, "reply", said=said) | {name: large})
            assert answer.status_code == 409
            assert "large.png" in answer.json()["refused"]
        assert asked == []
        assert stands(item) == ("working", "han")
        assert Done.objects.count() == 0

    def test_a_refusal_is_said_in_the_readers_language(self) -> None:
        item = taken()
        answer = client("han", Language.EN).post("/field/deeds", told(item, "begin"))
        assert answer.status_code == 409
        assert "not possible" in answer.json()["refused"]
        answer = client("han").post("/field/deeds", told(item, "hold", said={"reason": "not_home"}))
        assert "凭据" in answer.json()["refused"]
        assert stands(item) == ("appointed", "han")

    @pytest.mark.parametrize(
        "sent",
        [
            {}, {"told": "{"}, {"told": "[]"}, {"told": "null"}, {"told": '{"key": 1}'},
            {"told": json.dumps({"key": KEY, "item": KEY, "deed": "fly", "pressed_at": "2026-03-02T01:00:00Z"})},
            {"told": json.dumps({"key": KEY, "item": KEY, "deed": "arrive", "pressed_at": "2026-03-02T01:00:00"})},
            {"told": json.dumps(WRONG)}, {"told": json.dumps(WRONG | {"deed": "appoint", "said": {}})},
            {"told": json.dumps(WRONG | {"deed": "rebook", "said": {"window": "2026-03-02T01:00/2026-03-02T03:00"}})},
            {"told": json.dumps(WRONG | {"deed": "defer", "said": {"until": "soon"}})},
            {"told": "[" * 200_000}, {"told": '{"a":' * 200_000},
        ],
    )  # fmt: skip
    def test_what_no_phone_of_ours_sends_is_refused(self, sent: dict[str, str]) -> None:
        assert client("han").post("/field/deeds", sent).status_code == 400
        assert Done.objects.count() == 0

    def test_only_technicians_tell(self) -> None:
        item = taken()
        assert client("disp").post("/field/deeds", told(item, "arrive")).status_code == 403
        assert client("liu").post("/field/deeds", told(item, "arrive")).status_code == 409
        assert Client(enforce_csrf_checks=True).post("/field/deeds", told(item, "arrive")).status_code == 403
        assert stands(item) == ("appointed", "han")

    def test_the_worker_keeps_the_page_and_its_files_alone(self) -> None:
        answer = client("han").get("/field/worker.js")
        assert answer.headers["Content-Type"].startswith("text/javascript")
        names = answer.content.decode().split("const NAMES = ")[1].split(";")[0]
        assert "/field/today" in json.loads(names)
        assert "/field/jobs" not in json.loads(names)


class TestPictures:
    def test_whoever_may_see_the_work_sees_its_pictures(self) -> None:
        item = at_work()
        api.reply(item=item, photos=[api.Upload("a.jpg", JPEG_WITH_GPS)], **by("han", 60))
        address = f"/field/pictures/{Picture.objects.get().id}"
        for who, status in (("han", 200), ("disp", 200), ("super", 200), ("liu", 404), ("agent", 404)):
            assert client(who).get(address).status_code == status, who
        answer = client("han").get(address)
        assert (answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
        assert b"GPS" not in answer.content
        assert Client().get(address).status_code == 302
        assert client("han").get(f"/field/pictures/{KEY}").status_code == 404


class TestTheVans:
    @pytest.fixture(autouse=True)
    def _van(self, _team: None) -> None:
        jobs.van("A1")

    def stock(self) -> dict[str, int]:
        return dict(Stock.objects.filter(vehicle__plate="A1").values_list("material__code", "count"))

    def post(self, username: str, deed: str, **said: Any) -> Any:
        given = {"deed": deed} | {f"{deed}-{name}": value for name, value in said.items()}
        return client(username, Language.EN).post("/dispatch/vans/A1", given)

    def test_the_dispatcher_sees_vans_drivers_and_what_lies_in_them(self) -> None:
        page = client("disp", Language.EN).get("/dispatch/vans").content.decode()
        assert "A1" in page
        assert "Han" in page
        assert "CONNECTOR" in page
        board = client("disp").get("/dispatch", {"unit": "east-field", "day": "2026-03-02"}).content.decode()
        assert "han · 0<br>A1" in board

    def test_it_is_loaded_and_counted_and_the_time_line_says_so(self) -> None:
        before = self.stock()["connector"]
        assert self.post("disp", "load", material="connector", count=5).status_code == 302
        assert self.stock()["connector"] == before + 5
        assert self.post("disp", "count", material="connector", count=3, note="丢失").status_code == 302
        assert self.stock()["connector"] == 3
        page = client("disp", Language.EN).get("/dispatch/vans/A1").content.decode()
        assert f"Counted: 3 of CONNECTOR, {before + 5} were recorded 丢失" in page

    @pytest.mark.parametrize(("deed", "count"), [("load", 0), ("load", 10000), ("count", 10000), ("count", -1)])
    def test_a_count_that_cannot_be_is_refused(self, deed: str, count: int) -> None:
        before = self.stock()
        assert self.post("disp", deed, material="connector", count=count).status_code == 200
        assert self.stock() == before

    def test_another_driver_is_named(self) -> None:
        assert self.post("disp", "drive", driver="liu").status_code == 302
        assert Vehicle.objects.get(plate="A1").driver == Staff.objects.get(username="liu")

    def test_who_only_looks_changes_nothing(self) -> None:
        before = self.stock()
        assert self.post("super", "load", material="connector", count=5).status_code == 403
        assert client("han").get("/dispatch/vans").status_code == 403
        assert client("disp").get("/dispatch/vans/NONE").status_code == 404
        assert self.stock() == before

    def test_a_new_van_is_entered_once(self) -> None:
        sent = {"plate": "粤A·D2001", "unit": "east-field"}
        assert client("disp").post("/dispatch/vans/new", sent).status_code == 302
        assert client("disp").get("/dispatch/vans/粤A·D2001").status_code == 200
        assert client("disp").post("/dispatch/vans/new", sent).status_code == 200
        assert Vehicle.objects.filter(plate="粤A·D2001").count() == 1

    @pytest.mark.parametrize("plate", ["粤A/123", "..", "粤A?1", "x" * 21])
    def test_a_plate_that_cannot_be_is_refused_and_the_list_stays(self, plate: str) -> None:
        page = client("disp", Language.EN).post("/dispatch/vans/new", {"plate": plate, "unit": "east-field"})
        assert (page.status_code, "is-invalid" in page.content.decode()) == (200, True)
        assert [each.plate for each in Vehicle.objects.all()] == ["A1"]
        assert client("disp").get("/dispatch/vans").status_code == 200

    def test_a_plate_is_tidied(self) -> None:
        answer = client("disp").post("/dispatch/vans/new", {"plate": "粤a 123", "unit": "east-field"})
        assert client("disp").get(answer.headers["Location"]).status_code == 200
        assert Vehicle.objects.filter(plate="粤A123").exists()


class TestTheMaterials:
    NEW: ClassVar = {
        "code": "splitter",
        "title_zh": "分光器",
        "title_en": "Splitter",
        "counted_zh": "个",
        "counted_en": "pieces",
    }

    def test_a_material_is_entered_and_a_van_loaded_with_it(self) -> None:
        disp = client("disp", Language.EN)
        assert "No material is entered" in disp.get("/dispatch/vans/materials").content.decode()
        assert disp.post("/dispatch/vans/materials", self.NEW).status_code == 302
        assert "Splitter" in disp.get("/dispatch/vans/materials").content.decode()
        assert disp.post("/dispatch/vans/new", {"plate": "B2", "unit": "east-field"}).status_code == 302
        load = {"deed": "load", "load-material": "splitter", "load-count": "4"}
        assert disp.post("/dispatch/vans/B2", load).status_code == 302
        assert Stock.objects.get(material__code="splitter").count == 4

    @pytest.mark.parametrize(
        "more", [{"code": "a/b"}, {"code": ""}, {"code": "a_b"}, {"title_zh": "长" * 61}, {"counted_en": " "}]
    )
    def test_one_that_cannot_be_is_refused(self, more: dict[str, str]) -> None:
        page = client("disp").post("/dispatch/vans/materials", self.NEW | more)
        assert (page.status_code, "is-invalid" in page.content.decode()) == (200, True)
        assert not Material.objects.exists()

    def test_twice_is_refused_and_so_is_who_dispatches_for_one_unit_alone(self) -> None:
        disp = client("disp")
        disp.post("/dispatch/vans/materials", self.NEW)
        assert "is-invalid" in disp.post("/dispatch/vans/materials", self.NEW).content.decode()
        assert client("super").post("/dispatch/vans/materials", self.NEW | {"code": "other"}).status_code == 403
        assert client("han").get("/dispatch/vans/materials").status_code == 403
        assert Material.objects.count() == 1
