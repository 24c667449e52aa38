"""Customers see on their own pages the group fault that they lie under, before they report it and after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pytest_django.fixtures import Settings

from kapok.front.channels.announcing import api
from kapok.front.channels.models import Case, Report
from kapok.ground.work import api as work
from kapok.kernel.text import Text
from tests.chain import shop
from tests.console import counter_page
from tests.selfcare.test_web import inside, page

WORDS = Text(zh="光缆中断，抢修中。", en="A cable is cut; it is being mended.")


@pytest.fixture
def chen(open_counter: str, db: None, settings: Settings) -> str:
    """A customer of the shop, in a demonstration."""
    settings.DEMO = True
    return open_counter


def announced(**said: Any) -> UUID:
    by = counter_page.by("noc")
    matter = work.open_matter(kind="incident.occurred", title="光缆中断", first_contact="noc", **by)
    given: dict[str, Any] = {"words": WORDS, "elements": ["OLT1"], "since": by["at"]} | said
    return api.announce(matter=matter, **given, **by)


def test_it_is_said_before_they_report_it_and_what_they_report_is_attached(chen: str) -> None:
    service = shop.installed(whose=chen)
    client = inside(chen)
    assert WORDS.zh not in page(client, "home")
    one = announced(expected_at=counter_page.now() + timedelta(hours=1))
    for where in ("home", "ask", f"services/{service}"):
        shown = page(client, where)
        assert WORDS.zh in shown
        assert service in shown
    answer = client.post("/my/ask", {"topic": "fault", "words": "网断了", "service": service})
    assert answer.headers["Location"] == f"/my/faults/{one}"
    assert (Report.objects.get().words, Case.objects.count()) == ("网断了", 0)
    shown = page(client, f"faults/{one}")
    assert "不需要再派人上门" in shown
    assert "noc" not in shown
    api.end(announcement=one, **counter_page.by("noc"))
    assert WORDS.zh not in page(client, "home")
    assert WORDS.zh in page(client, f"faults/{one}")


def test_they_read_it_in_their_language_and_others_do_not_see_it(chen: str) -> None:
    shop.installed(whose=chen)
    one = announced()
    client = inside(chen, language="en")
    assert "A cable is cut" in page(client, "home")
    assert "we do not know yet when it will be over" in page(client, f"faults/{one}")
    stranger = inside(shop.customer("李四", phone="13800138002"))
    assert WORDS.zh not in page(stranger, "home")
    assert stranger.get(f"/my/faults/{one}").status_code == 404
    assert stranger.get("/my/faults/00000000-0000-7000-8000-000000000000").status_code == 404
