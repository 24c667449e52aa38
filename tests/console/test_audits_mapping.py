"""Mapping a log over HTTP: what the page shows, what the live look says, what starts and what does not."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from kapok.batch.audit import map as audit_map
from kapok.edges.console.audits.pointing import Pointing
from kapok.kernel.text import Language
from kapok.supervision.mining import demo, store
from kapok.supervision.mining.models import Audit
from tests.console.conftest import SignedIn
from tests.console.test_audits import MAP, PACK, done, failed, started, uploaded

LIVE = {"HX-Request": "true", "HX-Target": "check"}
Form = dict[str, str | list[str]]


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def analyst(signed_in: SignedIn) -> Client:
    return signed_in("analyst", Language.EN)


@pytest.fixture
def key(analyst: Client) -> UUID:
    return uploaded()


def pointed(**changes: str | list[str]) -> Form:
    """What the form sends when everything was pointed at rightly."""
    form: Form = {
        "tab": "point",
        "hidden": "",
        "column-0": "case",
        "column-1": "activity",
        "column-2": "time",
        "column-3": "unit",
        "time-format": "",
        "time-zone": "",
        "missing": "",
        "pack": PACK,
        "calendar": "",
        "rule": ["0", "1"],
        "rule-0-kind": "fault.reported",
        "rule-0-activity": ["reported"],
        "rule-0-which": "every",
        "rule-1-kind": "fault.restored",
        "rule-1-activity": ["repaired"],
        "rule-1-which": "last",
        "fact:service": "fixed_voice",
    }
    return form | {name.replace("_", "-", 2) if name not in form else name: said for name, said in changes.items()}


def look(client: Client, key: UUID, form: Form) -> str:
    """What the live look says, as plain words."""
    answer = client.post(reverse("console:map-audit", args=[key]), form, headers=LIVE)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def start(client: Client, key: UUID, form: Form) -> str:
    return client.post(reverse("console:map-audit", args=[key]), form | {"do": "start"}).content.decode()


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        return int(cursor.fetchone()[0])


def test_the_page_shows_rows_columns_and_a_suggested_map(analyst: Client, key: UUID) -> None:
    text = analyst.get(reverse("console:map-audit", args=[key])).content.decode()
    assert "<td>2026-03-02T08:00:00+08:00</td>" in text
    said = re.findall(r'<label for="column-\d">(\w+)</label>.*?<option value="([^"]+)" selected>', text, re.DOTALL)
    assert said == [("ticket", "case"), ("step", "activity"), ("when", "time"), ("team", "unit")]
    assert re.search(r'name="rule-0-kind".*?<option value="fault.reported" selected>', text, re.DOTALL)
    assert "guangzhou-pledges" in text


def test_the_live_look_counts_what_would_be_read(analyst: Client, key: UUID) -> None:
    said = look(analyst, key, pointed())
    assert said.startswith("Ready to start Rows 4 Events 4 Cases 2 Refused 0 Period 2026-03-02 – 2026-03-04")
    assert "2026-03-02T08:00:00+08:00 2026-03-02 08:00:00+08:00" in said
    assert "fault reported by the customer 2 service restored 2" in said
    assert "Repaired within 24 hours" in said
    assert "Installed or moved within 15 days the map has no event that opens it: fee of the order paid" in said
    assert "SL1 feedback on a fault within 30 minutes needs to know: tier (SL1)" in said


def test_what_was_pointed_at_is_kept(analyst: Client, key: UUID) -> None:
    look(analyst, key, pointed(missing="?, N/A", calendar="office"))
    kept = Audit.objects.get(id=key)
    read = audit_map.parse(kept.map, "map")
    assert (kept.state, kept.pack) == ("uploaded", PACK)
    assert (read.columns.case, read.columns.time.column, read.columns.unit) == ("ticket", ("when",), "team")
    assert (read.missing, read.calendar, read.facts) == (("?", "N/A"), "office", {"service": "fixed_voice"})
    assert [(rule.kind, rule.activity, rule.last) for rule in read.events] == [
        ("fault.reported", ("reported",), False),
        ("fault.restored", ("repaired",), True),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"column-0": ""}, "The map is not finished Say which column is the “case”."),
        ({"column-1": "case"}, "Two columns are said to be “case”"),
        ({"time-zone": "Asia/Canton"}, "there is no time zone 'Asia/Canton'"),
        ({"time-format": "day month"}, "'day month' is no time format"),
        ({"time-format": "%d/%m/%Y"}, "Refused 4"),
        ({"rule-0-kind": "order.refused", "rule-1-kind": "order.refused"}, "Nothing would be judged like this"),
        ({"fact:service": "mobile"}, "Repaired within 24 hours does not apply: service (fixed voice"),
        ({"rule": "0"}, "the map has no event that closes it: service restored"),
    ],
)
def test_the_live_look_says_what_is_amiss(analyst: Client, key: UUID, changes: Form, said: str) -> None:
    assert said in look(analyst, key, pointed() | changes)


def test_adding_and_removing_an_event(analyst: Client, key: UUID) -> None:
    def kinds(do: str) -> list[str]:
        answer = analyst.post(
            reverse("console:map-audit", args=[key]), pointed() | {"do": do, "rebuild": "yes"}, headers=LIVE
        )
        rows = answer.content.decode().split('<li class="rule">')[1:]
        return [found[1] if (found := re.search(r'<option value="([^"]+)" selected>', row)) else "" for row in rows]

    assert kinds("check") == ["fault.reported", "fault.restored"]
    assert kinds("add")[:2] == ["fault.reported", "fault.restored"]
    assert len(kinds("add")) == 3
    assert kinds("remove-0") == ["fault.restored"]
    assert kinds("remove-9") == ["fault.reported", "fault.restored"]


def test_yaml_for_experts_with_errors_by_line(analyst: Client, key: UUID) -> None:
    form: Form = {"tab": "yaml", "pack": PACK, "text": MAP.replace("fault.restored", "fault.restord")}
    said = look(analyst, key, form)
    assert "line 6 'events.1.kind': unknown event kind 'fault.restord': did you mean 'fault.restored'?" in said
    back = analyst.post(reverse("console:map-audit", args=[key]), form | {"do": "point"}).content.decode()
    assert "Mend the lines below first" in back
    assert 'id="map-text"' in back
    mended = analyst.post(
        reverse("console:map-audit", args=[key]), form | {"text": MAP, "do": "point"}
    ).content.decode()
    assert 'id="column-0"' in mended


def test_the_suggested_maps_comments_stay_until_something_is_changed(analyst: Client) -> None:
    analyst.post(reverse("console:try-audit"))
    audit = Audit.objects.get()
    assert "# CHECK" in audit.map
    pointing = Pointing.of_map(audit_map.parse(audit.map, "map"))
    columns = demo.HEADER
    form: Form = {f"column-{place}": pointing.roles.get(name, "") for place, name in enumerate(columns)}
    form |= {"tab": "point", "pack": PACK, "hidden": pointing.hidden_text, "time-zone": "Asia/Shanghai", "do": "yaml"}
    form |= {f"fact:{name}": value for name, value in pointing.facts.items()}
    form["rule"] = [str(number) for number in range(len(pointing.rules))]
    for number, rule in enumerate(pointing.rules):
        form |= {f"rule-{number}-kind": rule.kind, f"rule-{number}-which": rule.which}
        form[f"rule-{number}-activity"] = list(rule.activity)
    address = reverse("console:map-audit", args=[audit.id])
    assert "# CHECK" in analyst.post(address, form).content.decode()
    assert "# CHECK" not in analyst.post(address, form | {"time-zone": "UTC"}).content.decode()


def test_starting_by_pointing(analyst: Client, key: UUID) -> None:
    answer = analyst.post(reverse("console:map-audit", args=[key]), pointed() | {"do": "start"})
    assert answer.headers["Location"] == reverse("console:audit", args=[key])
    assert (Audit.objects.get(id=key).state, jobs()) == ("waiting", 1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"column-2": ""}, "The map is not finished"),
        ({"column-3": "case"}, "Two columns are said to be"),
        (
            {"rule-0-kind": "order.refused", "rule-1-kind": "order.surveyed", "pack": "cn-appeals"},
            "No promise of the pack",
        ),
    ],
)
def test_what_cannot_be_judged_does_not_start(analyst: Client, key: UUID, changes: Form, said: str) -> None:
    assert said in start(analyst, key, pointed() | changes)
    assert (Audit.objects.get(id=key).state, jobs()) == ("uploaded", 0)


def test_an_audit_at_work_is_not_mapped_anew(analyst: Client) -> None:
    key = started()
    answer = analyst.post(reverse("console:map-audit", args=[key]), pointed() | {"do": "start"})
    assert answer.headers["Location"] == reverse("console:audit", args=[key])
    assert (Audit.objects.get(id=key).run, jobs()) == (1, 1)


def test_looking_anew_at_a_finished_audit_changes_nothing_until_it_starts(analyst: Client) -> None:
    key = done()
    look(analyst, key, pointed(calendar="office"))
    assert Audit.objects.get(id=key).map == MAP
    start(analyst, key, pointed(calendar="office"))
    again = Audit.objects.get(id=key)
    assert (again.state, again.run, "calendar: office" in again.map) == ("waiting", 2, True)


def test_a_log_that_is_none_says_so(analyst: Client) -> None:
    key = failed()
    (store.logs(key) / "faults.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    text = analyst.get(reverse("console:map-audit", args=[key])).content.decode()
    assert "This log cannot be read" in text


def test_pointing_and_map_say_the_same() -> None:
    read = audit_map.parse(demo.MAP, "map")
    assert audit_map.parse(Pointing.of_map(read).text, "map") == read


@pytest.mark.parametrize(
    "text",
    [
        "columns: {case: a, time: {column: [d, t], format: '%d.%m.%Y %H:%M', zone: Europe/Berlin}, lifecycle: l}\n"
        "file: {kind: csv, delimiter: ';'}\npromises: [repair]\nmissing: ['?', '-']\n"
        "events: [{kind: fault.reported, lifecycle: start, attributes: {prio: ['1', '2']}, first: true, last: true}]",
        "columns: {case: a, time: {column: t, zone_column: z}, activity: b, person: p}\n"
        "fact_columns: {area: c}\nevents: [{kind: fault.restored, unit: [x], last: true}]",
    ],
)
def test_what_the_form_has_no_field_for_is_carried_along(text: str) -> None:
    read = audit_map.parse(text, "map")
    pointing = Pointing.of_map(read)
    columns = ["a", "b", "c", "d", "t", "z", "l", "p"]
    form = QueryDict(mutable=True)
    form.update({f"column-{place}": pointing.roles.get(name, "") for place, name in enumerate(columns)})
    form.update({"time-format": pointing.form, "time-zone": pointing.zone, "missing": ", ".join(pointing.missing)})
    form.update({"hidden": pointing.hidden_text})
    for number, rule in enumerate(pointing.rules):
        form.update({"rule": str(number), f"rule-{number}-kind": rule.kind, f"rule-{number}-which": rule.which})
        form.update({f"rule-{number}-hidden": rule.hidden_text})
    assert audit_map.parse(Pointing.of_form(form, columns).text, "map") == read


@pytest.mark.parametrize(
    "junk", ["[1, 2]", "{", "null", '{"file": "x", "columns": {"case": "y"}}', json.dumps({"file": {"kind": "exe"}})]
)
def test_tampering_with_the_hidden_part_breaks_nothing(analyst: Client, key: UUID, junk: str) -> None:
    answer = analyst.post(reverse("console:map-audit", args=[key]), pointed(hidden=junk), headers=LIVE)
    assert answer.status_code == 200
