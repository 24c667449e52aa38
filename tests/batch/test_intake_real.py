"""The published logs, where they are present: the counts that others published, by the maps that are suggested."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kapok.batch.audit.map import AuditMap, parse
from kapok.batch.audit.suggest import suggest
from tests.batch.logs import Read, micros

pytestmark = [pytest.mark.real, pytest.mark.slow]


def judged_as_suggested(path: Path, tmp_path: Path) -> tuple[Read, AuditMap]:
    found = parse(suggest([path]), "suggested.yaml")
    return Read(path, found, tmp_path), found


@pytest.mark.parametrize("name", ["BPI_Challenge_2013_closed_problems.xes.gz", "best_BPI2013_closed.csv"])
def test_the_problems_of_a_manufacturer(real_data: Path, tmp_path: Path, name: str) -> None:
    read, found = judged_as_suggested(real_data / "eventlogs" / name, tmp_path)
    assert (len(read.events), len(set(read.column("case"))), read.refused) == (6_660, 1_487, [])
    states = Counter(activity.partition("-")[0] for activity in read.column("activity"))
    assert states == {"Accepted": 4_207, "Completed": 1_568, "Queued": 875, "Unmatched": 10}
    assert (found.columns.case, found.columns.activity, found.columns.unit) == (
        "case:concept:name",
        "concept:name",
        "org:group",
    )
    assert len(set(read.column("unit"))) == 15


def test_the_help_desk_of_a_software_company(real_data: Path, tmp_path: Path) -> None:
    read, found = judged_as_suggested(real_data / "eventlogs" / "Helpdesk.xes.gz", tmp_path)
    assert (len(read.events), len(set(read.column("case"))), read.refused) == (21_348, 4_580, [])
    assert found.columns.person == "org:resource"
    ends: dict[str, list[int]] = {}
    for event in read.events:
        ends.setdefault(event["case"], []).append(event["at"])
    hours = sorted((max(times) - min(times)) / 3.6e9 for times in ends.values())
    assert round((hours[2_289] + hours[2_290]) / 2, 1) == 956.6


def test_the_incidents_of_a_service_desk(real_data: Path, tmp_path: Path) -> None:
    read, found = judged_as_suggested(real_data / "eventlogs" / "incident_event_log_sample.csv", tmp_path)
    assert (len(read.events), len(set(read.column("case"))), read.refused) == (5_998, 890, [])
    assert found.columns.time.model_dump() == {
        "column": ("sys_updated_at",),
        "format": "%d-%m-%Y %H:%M",
        "zone": "UTC",
        "zone_column": None,
    }
    assert found.missing == ("?",)
    assert read.column("at")[0] == micros("2016-02-29T01:23:00Z")
    assert None in read.column("person")
    assert "?" not in read.column("person")


def test_the_complaints_about_a_broadband_operator(real_data: Path, tmp_path: Path) -> None:
    path = real_data / "telecom" / "comcast_complaints" / "Comcast_telecom_complaints_data.csv"
    read, _ = judged_as_suggested(path, tmp_path)
    assert (len(read.events), len(set(read.column("case"))), read.refused) == (2_224, 2_224, [])
    assert datetime.fromtimestamp(read.column("at")[0] / 1e6, UTC) == datetime(2015, 4, 22, 15, 53, 50, tzinfo=UTC)
