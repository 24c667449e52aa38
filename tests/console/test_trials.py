"""A trial over HTTP: the page of its service says until when, and whoever manages its orders extends it for a reason."""

from __future__ import annotations

import pytest
from django.test import Client

from kapok.chain.ordering.models import Extension
from kapok.ground.people.models import Staff
from kapok.kernel.text import Language
from tests.chain import shop
from tests.chain.conftest import open_shop

__all__ = ["open_shop"]
pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]


def signed_in(username: str) -> Client:
    client = Client()
    Staff.objects.filter(username=username).update(language=Language.EN.value, must_change_password=False)
    client.force_login(Staff.objects.get(username=username), "django.contrib.auth.backends.ModelBackend")
    return client


def test_a_trial_is_extended_on_the_page_of_its_service() -> None:
    service = shop.installed("trial-fibre-1000")
    page = signed_in("manager").get(f"/services/{service}").content.decode()
    assert "On trial until" in page
    answer = signed_in("manager").post(f"/services/{service}/extend", {"reason": "故障两天"}, follow=True)
    assert "The trial goes on until" in answer.content.decode()
    (row,) = Extension.objects.all()
    assert (row.service.number, row.reason, row.by) == (service, "故障两天", "staff/manager")


def test_without_a_reason_or_without_leave_nothing_is_extended() -> None:
    service = shop.installed("trial-fibre-1000")
    answer = signed_in("manager").post(f"/services/{service}/extend", {"reason": " "}, follow=True)
    assert "The trial goes on until" not in answer.content.decode()
    assert "Extend the trial" not in signed_in("agent").get(f"/services/{service}").content.decode()
    assert signed_in("agent").post(f"/services/{service}/extend", {"reason": "再试"}).status_code == 403
    assert signed_in("manager").post("/services/S99999999/extend", {"reason": "再试"}).status_code == 404
    assert not Extension.objects.exists()


def test_what_is_on_no_trial_shows_none() -> None:
    service = shop.installed()
    page = signed_in("manager").get(f"/services/{service}").content.decode()
    assert "On trial until" not in page
    assert "Extend the trial" not in page
