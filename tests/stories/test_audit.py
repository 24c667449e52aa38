"""The first story: a British operator's own log, written by another system, is judged by the scheme it signed.

Four households lost their line on Wednesday, 1 February 2023. The scheme gives the operator until the end of the second full
working day (Friday, 3 February, 23:59); then it pays GBP 8.40 a day, the rate of that year, the day of repair excepted.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest_django.fixtures import Settings

from kapok.cli import main
from kapok.ground.people.models import OrgUnit
from kapok.supervision.mining import api, queries, tasks
from tests.ground.conftest import WHO, set_up_office

PACK = "uk-automatic-compensation"

# Day-first local times, a semicolon, and names that are not ASCII: an export as they come.
LOG = """\
Fault;When;Step;Queue;Who
Ada;01/02/2023 10:00;Reported;Front desk;Zoë
Ada;03/02/2023 16:00;Restored;Field;René
Bo;01/02/2023 10:00;Reported;Front desk;Zoë
Bo;02/02/2023 09:00;Passed on;Field;René
Bo;02/02/2023 12:00;Sent back;Front desk;Zoë
Bo;03/02/2023 09:00;Passed on;Field;René
Bo;06/02/2023 15:00;Restored;Field;René
Cy;01/02/2023 10:00;Reported;Front desk;Zoë
Cy;02/02/2023 10:00;Customer not at home;Field;René
Cy;06/02/2023 10:00;Engineer on site;Field;René
Cy;06/02/2023 18:00;Restored;Field;René
Di;01/02/2023 10:00;Reported;Front desk;Zoë
"""

MAP = """
file: {delimiter: ";", encoding: latin-1}
columns:
  case: Fault
  time: {column: When, format: "%d/%m/%Y %H:%M", zone: Europe/London}
  activity: Step
  unit: Queue
  person: Who
facts: {service: fixed_broadband, customer_class: consumer, outage: total}
events:
  - {kind: fault.reported, activity: Reported}
  - {kind: visit.missed_by_customer, activity: Customer not at home}
  - {kind: visit.started, activity: Engineer on site}
  - {kind: fault.restored, activity: Restored}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "faults.csv").write_text(LOG, encoding="latin-1")
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    return tmp_path


def judged(desk: Path, at: str) -> dict[str, object]:
    """What `kapok audit --json` says as of a moment."""
    command = ["audit", str(desk / "faults.csv"), "--pack", PACK, "--map", str(desk / "map.yaml")]
    command += ["--out", str(desk / "report"), "--at", at, "--json"]
    ran = CliRunner().invoke(main, command, catch_exceptions=False)
    assert ran.exit_code == 0, ran.stderr
    figures: dict[str, object] = json.loads(ran.stdout)
    return figures


def breaches(desk: Path) -> dict[str, dict[str, str]]:
    with (desk / "report" / "breaches.csv").open(encoding="utf-8-sig", newline="") as rows:
        return {row["case"]: row for row in csv.DictReader(rows)}


def test_four_households_and_one_scheme(desk: Path) -> None:
    figures = judged(desk, "2023-02-07T12:00:00+00:00")
    [promise] = figures["promises"]  # type: ignore[misc]  # JSON
    assert promise["code"] == "GB-AC-DELAYED-REPAIR"
    assert [promise[name] for name in ("opened", "kept", "broken", "overdue", "open")] == [4, 2, 1, 1, 0]

    # Ada was in time. Cy was not at home: his clock stood from Thursday to Monday, and the line was back that evening.
    # Bo waited until Monday: the trigger on Friday night, Saturday and Sunday, three days.
    # Di waits still, and Monday is full by now: four.
    owed = breaches(desk)
    assert set(owed) == {"Bo", "Di"}
    assert (owed["Bo"]["owed"], owed["Di"]["owed"]) == ("25.20", "33.60")
    assert promise["owed_minor"] == 5880
    assert "GBP 8.40" in owed["Bo"]["reckoning_en"]
    assert "3 天" in owed["Bo"]["reckoning_zh"]

    # Bo's line went from the desk to the field, back, and out again; the field held it when it fell due.
    assert (owed["Bo"]["unit"], owed["Bo"]["person"]) == ("Field", "René")
    baton = figures["baton"]
    assert (baton["transfers"], baton["ping_pong"], baton["returns"]) == (5, 2, 2)  # type: ignore[index]
    assert sum(holder["held_us"] for holder in baton["by_unit"]) == baton["total_us"]  # type: ignore[index]


def test_time_goes_on_and_the_bill_grows(desk: Path) -> None:
    # What happens later is not known yet: on Friday night Bo and Di still wait; Cy's clock stands.
    judged(desk, "2023-02-03T23:00:00+00:00")
    assert breaches(desk) == {}
    judged(desk, "2023-02-04T00:00:00+00:00")
    assert {case: row["owed"] for case, row in breaches(desk).items()} == {"Bo": "8.40", "Di": "8.40"}


@pytest.mark.django_db
def test_the_console_says_the_same(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    set_up_office()
    bureau = OrgUnit.objects.get(code="bureau").id
    actor = {"actor": "staff/chen", "at": WHO["at"]}
    audit = api.upload(unit=bureau, name="", files=[("faults.csv", [LOG.encode("latin-1")])], **actor)
    api.start(audit=audit, pack=PACK, map_text=MAP, **actor)
    tasks.judge(audit=str(audit), run_number=1)
    [promise] = queries.figures(audit, [bureau])["promises"]
    # As of the log's last event, Monday 18:00, Di is owed as much as Bo.
    assert [promise[name] for name in ("opened", "kept", "broken", "overdue")] == [4, 2, 1, 1]
    assert promise["owed_minor"] == 5040
