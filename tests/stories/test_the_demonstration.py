"""The demonstration is whole, whatever the day and the hour at which somebody tries it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as project
from django.utils.module_loading import import_string
from pytest_django.fixtures import Settings

from kapok.back.workforce.demo import FAULTS
from kapok.back.workforce.models import WorkOrder

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
GUANGZHOU = ZoneInfo("Asia/Shanghai")
TRIED = (
    "2026-12-01T20:10:52", "2026-12-31T23:59:30", "2027-01-01T00:00:10", "2027-02-13T07:58:00", "2028-02-29T17:45:00",
)  # fmt: skip
"""By the clock of Guangzhou: an evening, either side of the new year, a Saturday before work, the end of work of a leap day."""


@pytest.mark.parametrize("tried", TRIED)
def test_it_loads_whole_at_any_hour(
    tried: str, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MEDIA_ROOT = tmp_path
    at = datetime.fromisoformat(tried).replace(tzinfo=GUANGZHOU)
    for loader in project.DEMO_LOADERS:
        import_string(loader)(at)
    assert [said.getMessage() for said in caplog.records if "leaves something" in said.getMessage()] == []
    visits = WorkOrder.objects.filter(kind="visit", item__matter__title__in=FAULTS.values())
    assert Counter(visits.values_list("state", flat=True)) == {
        "replied": 1, "working": 1, "held": 1, "travelling": 1, "dispatched": 1, "created": 2
    }  # fmt: skip
