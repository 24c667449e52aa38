"""Two people press start at once; two workers take one run."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from kapok.ground.journal.models import Entry
from kapok.ground.people.models import OrgUnit
from kapok.supervision.mining import api
from kapok.supervision.mining.models import Audit
from tests.ground.conftest import set_up_office
from tests.races import at_once
from tests.supervision.conftest import ACTOR, LOG, MAP, PACK


@pytest.fixture
def audit(transactional_db: None) -> UUID:
    set_up_office()
    bureau = OrgUnit.objects.get(code="bureau").id
    return api.upload(unit=bureau, name="Faults", files=[("faults.csv", [LOG])], **ACTOR)


def test_two_who_start_at_once_start_one_run(audit: UUID) -> None:
    outcomes = at_once(*[lambda: api.start(audit=audit, pack=PACK, map_text=MAP, **ACTOR)] * 4)
    assert outcomes.count(api.AtWork) == 3
    assert outcomes.count(None) == 1
    assert Audit.objects.get(id=audit).run == 1
    assert Entry.objects.filter(kind="mining.audit_started").count() == 1


def test_two_workers_that_finish_one_run_tell_it_once(audit: UUID, tmp_path: Path) -> None:
    api.start(audit=audit, pack=PACK, map_text=MAP, **ACTOR)
    assert api.claim(audit=audit, run=1, **ACTOR)
    figures = {"reading": {"cases": 2}, "breaches_total": 1}
    outcomes = at_once(*[lambda: api.finish(audit=audit, run=1, figures=figures, **ACTOR)] * 4)
    assert sorted(outcomes) == [False, False, False, True]
    assert Entry.objects.filter(kind="mining.audit_finished").count() == 1
