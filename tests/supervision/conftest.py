"""An analyst of a small operator, a log of two cases, and a map for it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
from pytest_django.fixtures import Settings

from kapok.ground.people.models import OrgUnit
from kapok.supervision.mining import api
from tests.ground.conftest import WHO, set_up_office

ACTOR = {"actor": "staff/chen", "at": WHO["at"]}
PACK = "guangzhou-pledges"
LOG = b"""ticket,step,when,team
T1,reported,2026-03-02T08:00:00+08:00,hotline
T1,repaired,2026-03-02T12:00:00+08:00,field
T2,reported,2026-03-02T08:00:00+08:00,hotline
T2,repaired,2026-03-04T08:00:00+08:00,field
"""
MAP = """
columns: {case: ticket, activity: step, time: when, unit: team}
facts: {service: fixed_voice}
events:
  - {kind: fault.reported, activity: reported}
  - {kind: fault.restored, activity: repaired}
"""


@pytest.fixture(autouse=True)
def _files_of_its_own(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def office(db: None) -> SimpleNamespace:
    return set_up_office()


@pytest.fixture
def bureau(office: SimpleNamespace) -> UUID:
    return OrgUnit.objects.get(code="bureau").id


@pytest.fixture
def uploaded(bureau: UUID) -> UUID:
    return api.upload(unit=bureau, name="Faults", files=[("faults.csv", [LOG])], **ACTOR)
