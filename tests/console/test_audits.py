"""Audits over HTTP: the list, uploading, one audit through its states, its files, two of them side by side."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.fixtures import Settings

from kapok.edges.console.audits import uploading
from kapok.ground.journal.models import Entry
from kapok.ground.people.models import OrgUnit
from kapok.kernel.text import Language, Text
from kapok.supervision.mining import api as mining
from kapok.supervision.mining import demo, store, tasks
from kapok.supervision.mining.models import Audit
from tests.console.conftest import AT, SignedIn
from tests.supervision.conftest import LOG, MAP, PACK

SOMEBODY = UUID("019cac0f-2680-74fd-8fce-efaa679bbfa9")


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> Path:
    """Where uploads go."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def analyst(signed_in: SignedIn) -> Client:
    return signed_in("analyst", Language.EN)


def uploaded(name: str = "Faults", unit: str = "supervision") -> UUID:
    """An audit to be mapped."""
    found = OrgUnit.objects.get(code=unit).id
    return mining.upload(unit=found, name=name, files=[("faults.csv", [LOG])], actor="staff/analyst", at=AT)


def started(name: str = "Faults", unit: str = "supervision") -> UUID:
    """An audit that waits for a worker."""
    key = uploaded(name, unit)
    mining.start(audit=key, pack=PACK, map_text=MAP, actor="staff/analyst", at=AT)
    return key


def done(name: str = "Faults", unit: str = "supervision") -> UUID:
    """An audit with a report."""
    key = started(name, unit)
    tasks.judge(audit=str(key), run_number=1)
    return key


def failed(name: str = "Faults") -> UUID:
    """An audit that could not be finished."""
    key = started(name)
    mining.fail(audit=key, run=1, reason=Text(zh="磁盘已满", en="the disk is full"), actor="system/worker", at=AT)
    return key


def send(client: Client, *logs: tuple[str, bytes], unit: str = "supervision", **headers: str) -> HttpResponse:
    """Upload logs as the form does."""
    files = [SimpleUploadedFile(name, content) for name, content in logs]
    return client.post(reverse("console:upload-log"), {"unit": unit, "name": "", "logs": files}, headers=headers)  # type: ignore[return-value]  # the test client's response is one


def page(client: Client, name: str, *arguments: object) -> str:
    return client.get(reverse(name, args=arguments)).content.decode()


def side_by_side(client: Client, *keys: object) -> HttpResponse:
    return client.get("/audits/compare", {"audit": [str(key) for key in keys]})  # type: ignore[return-value]  # as above


def left(files: Path) -> list[Path]:
    return [path for path in files.rglob("*") if path.is_file()]


# The list.


def test_an_empty_list_says_what_to_do(analyst: Client, signed_in: SignedIn) -> None:
    text = page(analyst, "console:audits")
    assert "No audit yet" in text
    assert reverse("console:upload-log") in text
    assert "Only try it: take the demonstration's log" in text
    viewer = page(signed_in("viewer", Language.EN), "console:audits")
    assert "No audit yet" in viewer
    assert reverse("console:try-audit") not in viewer


def test_the_list_is_of_ones_own_units(analyst: Client, signed_in: SignedIn) -> None:
    uploaded("Of supervision")
    uploaded("Of Tianhe", "tianhe-east")
    assert re.findall(r">(Of \w+)</a>", page(analyst, "console:audits")) == ["Of supervision"]
    assert re.findall(r">(Of \w+)</a>", page(signed_in("viewer"), "console:audits")) == ["Of Tianhe"]
    everything = page(signed_in("supervisor"), "console:audits")
    assert sorted(re.findall(r">(Of \w+)</a>", everything)) == ["Of Tianhe", "Of supervision"]


def test_search_state_and_pages_are_done_by_the_database(analyst: Client) -> None:
    done("January"), failed("February")
    for number in range(21):
        uploaded(f"Log {number:02}")
    text = page(analyst, "console:audits")
    assert re.findall(r'active" href="[^"]*" aria-current="true">(\w+) <span>(\d+)', text) == [("All", "23")]
    assert "1–20 of 23" in text
    assert "1–20 of 21" in analyst.get("/audits", {"state": "uploaded"}).content.decode()
    assert re.findall(r">(\w+)</a><small", analyst.get("/audits", {"q": "febr"}).content.decode()) == ["February"]
    assert re.findall(r">(\w+)</a><small", analyst.get("/audits", {"state": "done"}).content.decode()) == ["January"]
    for nothing in ("nowhere", "%"):
        assert "No audit found" in analyst.get("/audits", {"q": nothing}).content.decode()
    with CaptureQueriesContext(connection) as asked:
        analyst.get("/audits")
    assert len(asked) < 15


def test_the_palette_finds_audits_by_name(analyst: Client, signed_in: SignedIn) -> None:
    key = uploaded("Repair desk")
    assert reverse("console:audit", args=[key]) in analyst.get("/palette", {"q": "repair"}).content.decode()
    assert "Repair desk" not in signed_in("viewer").get("/palette", {"q": "repair"}).content.decode()


# Uploading.


def test_an_upload_goes_on_to_its_map(analyst: Client, files: Path) -> None:
    answer = send(analyst, ("faults.csv", LOG), ("more.csv", LOG.replace(b"T", b"U")))
    audit = Audit.objects.get()
    assert answer.headers["Location"] == reverse("console:map-audit", args=[audit.id])
    assert (audit.name, audit.unit.code, audit.opened_by.username) == ("faults.csv", "supervision", "analyst")
    assert sorted(path.name for path in store.logs(audit.id).iterdir()) == ["faults.csv", "more.csv"]
    assert list((files / "incoming").iterdir()) == []
    assert "case: ticket" in audit.map


@pytest.mark.parametrize(
    ("logs", "said"),
    [
        ([], "Choose at least one log file."),
        ([("virus.exe", b"MZ")], "is of no known type"),
        ([("empty.csv", b"")], "is empty"),
        ([("big.csv", b"x" * 2**20 + b"y")], "larger than the 1 MB taken here"),
        ([("a.csv", b"x"), ("a.csv", b"y")], "Two files are called"),
    ],
)
def test_a_refused_upload_says_why_and_leaves_nothing(
    analyst: Client, files: Path, settings: Settings, logs: list[tuple[str, bytes]], said: str
) -> None:
    settings.UPLOAD_MEGABYTES = 1
    assert said in send(analyst, *logs).content.decode()
    by_script = send(analyst, *logs, accept="application/json")
    assert by_script.status_code == 422
    assert said in " ".join(json.loads(by_script.content)["errors"]["__all__"])
    assert not Audit.objects.exists()
    assert left(files) == []
    assert not Entry.objects.filter(kind__startswith="mining.").exists()


def test_a_disk_that_is_full_while_a_log_arrives_is_named(
    analyst: Client, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_a_full_disk(**_: object) -> io.FileIO:
        return Path("/dev/full").open("wb", buffering=0)

    monkeypatch.setattr(uploading, "NamedTemporaryFile", on_a_full_disk)
    said = send(analyst, ("faults.csv", LOG)).content.decode()
    assert "could not be stored: No space left on device" in said
    assert not Audit.objects.exists()
    assert left(files) == []


def test_an_upload_needs_the_token_the_permission_and_ones_own_unit(
    cast: object, analyst: Client, signed_in: SignedIn, files: Path
) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = analyst.cookies
    assert send(strict, ("faults.csv", LOG)).status_code == 403
    assert send(signed_in("viewer"), ("faults.csv", LOG), unit="tianhe").status_code == 403
    assert send(Client(), ("faults.csv", LOG)).headers["Location"].startswith("/sign-in")
    assert "tianhe is not one of the available choices" in send(
        analyst, ("faults.csv", LOG), unit="tianhe"
    ).content.decode().replace("&#x27;", "'")
    assert not Audit.objects.exists()
    assert left(files) == []


def test_trying_takes_the_demonstrations_log(analyst: Client) -> None:
    answer = analyst.post(reverse("console:try-audit"))
    audit = Audit.objects.get()
    assert answer.headers["Location"] == reverse("console:map-audit", args=[audit.id])
    assert audit.name == "Trial: broadband repair desk"
    assert (store.logs(audit.id) / demo.FILE).read_bytes() == demo.log()


# One audit.


@pytest.mark.parametrize("make", [uploaded, started, failed, done])
def test_another_units_audit_does_not_exist(signed_in: SignedIn, make: object) -> None:
    key = make()  # type: ignore[operator]  # one of four makers
    state = Audit.objects.get(id=key).state
    viewer, agent = signed_in("viewer"), signed_in("agent")
    for name in ("console:audit", "console:audit-progress"):
        assert viewer.get(reverse(name, args=[key])).status_code == 404
        assert agent.get(reverse(name, args=[key])).status_code == 403
    assert viewer.get(reverse("console:audit-file", args=[key, "report.html"])).status_code == 404
    for name in ("console:map-audit", "console:delete-audit"):
        assert viewer.post(reverse(name, args=[key]), {"do": "start"}).status_code == 403
    elsewhere = signed_in("analyst")
    OrgUnit.objects.filter(code="supervision").update(code="renamed")
    Audit.objects.update(unit=OrgUnit.objects.get(code="yuexiu"))
    for name in ("console:map-audit", "console:delete-audit"):
        assert elsewhere.post(reverse(name, args=[key]), {"do": "start"}).status_code == 404
    assert Audit.objects.get(id=key).state == state


def test_a_waiting_audit_shows_how_far_it_is(analyst: Client) -> None:
    key = started()
    assert 'hx-trigger="every 1s" data-poll' in page(analyst, "console:audit", key)
    mining.claim(audit=key, run=1, actor="system/worker", at=AT)
    stage = Text(zh="读取", en="Reading")
    mining.tell(audit=key, run=1, stage=stage, rows_done=300, rows_expected=1000)
    text = page(analyst, "console:audit-progress", key)
    assert '<progress class="bar" value="300" max="1000"' in text
    assert "Reading" in text
    assert re.search(r"\d+ s so far", text)
    mining.fail(audit=key, run=1, reason=stage, actor="system/worker", at=AT)
    over = analyst.get(reverse("console:audit-progress", args=[key]))
    assert (over.status_code, over.headers["HX-Refresh"]) == (204, "true")


def test_a_failed_audit_says_why_and_can_be_started_again(analyst: Client, signed_in: SignedIn) -> None:
    key = failed()
    assert "the disk is full" in page(analyst, "console:audit", key)
    assert "磁盘已满" in page(signed_in("supervisor"), "console:audit", key)
    analyst.post(reverse("console:map-audit", args=[key]), {"tab": "yaml", "text": MAP, "pack": PACK, "do": "start"})
    assert (Audit.objects.get(id=key).state, Audit.objects.get(id=key).run) == ("waiting", 2)


def test_the_report_in_both_languages_with_its_files(analyst: Client, signed_in: SignedIn) -> None:
    key = done()
    english, chinese = page(analyst, "console:audit", key), page(signed_in("supervisor"), "console:audit", key)
    assert "Repaired within 24 hours" in english
    assert "故障 24 小时内修复" in chinese
    assert reverse("console:audit-file", args=[key, "breaches.csv"]) in english
    assert str(store.folder(key)) not in english
    answer = analyst.get(reverse("console:audit-file", args=[key, "figures.json"]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="figures.json"'
    assert json.loads(answer.getvalue())["reading"]["cases"] == 2


@pytest.mark.parametrize(
    "name", ["..", "../logs/faults.csv", "..%2Flogs%2Ffaults.csv", ".figures", "nothing.csv", "logs"]
)
def test_only_files_of_the_report_are_given_out(analyst: Client, name: str) -> None:
    key = done()
    assert (store.logs(key) / "faults.csv").is_file()
    assert analyst.get(f"/audits/{key}/files/{name}").status_code == 404


def test_deleting_takes_everything_and_not_while_it_is_at_work(
    analyst: Client, django_capture_on_commit_callbacks: object
) -> None:
    busy = started("Busy")
    analyst.post(reverse("console:delete-audit", args=[busy]))
    assert Audit.objects.filter(id=busy).exists()
    key = done("Finished")
    assert analyst.get(reverse("console:delete-audit", args=[key])).status_code == 405
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert analyst.post(reverse("console:delete-audit", args=[key])).headers["Location"] == "/audits"
    assert not Audit.objects.filter(id=key).exists()
    assert not store.folder(key).exists()


def test_a_copy_goes_on_to_its_map_and_keeps_the_report(analyst: Client, signed_in: SignedIn) -> None:
    key = done("January")
    address = reverse("console:copy-audit", args=[key])
    assert address in page(analyst, "console:audit", key)
    assert address not in page(signed_in("viewer"), "console:audit", done("Of Tianhe", "tianhe"))
    assert analyst.get(address).status_code == 405
    copied = Audit.objects.get(name="January (copy)") if analyst.post(address).status_code == 302 else None
    assert copied is not None
    assert (copied.state, copied.pack, copied.opened_by.username) == ("uploaded", PACK, "analyst")
    assert "Copied with its map" in page(analyst, "console:map-audit", copied.id)
    assert Audit.objects.get(id=key).state == "done"


def test_nobody_copies_an_audit_of_other_units(signed_in: SignedIn) -> None:
    foreign = done("Of Tianhe", "tianhe")
    address = reverse("console:copy-audit", args=[foreign])
    assert signed_in("analyst").post(address).status_code == 404
    assert signed_in("viewer").post(address).status_code == 403
    assert Audit.objects.count() == 1


# Two audits.


def test_two_audits_side_by_side_by_their_address(analyst: Client) -> None:
    assert "Two finished audits are needed" in page(analyst, "console:compare-audits")
    first, second = done("January"), done("February")
    text = side_by_side(analyst, first, second).content.decode()
    assert "kr-" in text
    assert "Repaired within 24 hours" in text
    assert f'<option value="{first}" selected>' in text


def test_what_cannot_be_compared(analyst: Client, signed_in: SignedIn) -> None:
    first, waiting, foreign = done("January"), started("Waiting"), done("Of Tianhe", "tianhe")
    done("Another")
    assert "has no result yet" in side_by_side(analyst, first, waiting).content.decode()
    for other in (foreign, SOMEBODY, "nonsense", "../../etc"):
        assert side_by_side(analyst, first, other).status_code == 404


# The demonstration.


def test_the_demonstration_is_loaded_once_and_stays_deleted(
    cast: object, django_capture_on_commit_callbacks: object
) -> None:
    demo.load(AT)
    audit = Audit.objects.get()
    assert (audit.state, audit.name, audit.unit.code) == ("done", demo.NAME, "supervision")
    assert audit.figures is not None
    assert (audit.figures["reading"]["cases"], audit.figures["reading"]["refused"]) == (300, 3)
    with CaptureQueriesContext(connection) as asked:
        demo.load(AT)
    assert (Audit.objects.count(), len(asked)) == (1, 1)
    mining.discard(audit=audit.id, actor="staff/analyst", at=AT)
    demo.load(AT)
    assert not Audit.objects.exists()


def test_the_demonstrations_log_is_always_the_same() -> None:
    assert demo.log() == demo.log()
    assert demo.log().count(b"\n") == 2755
