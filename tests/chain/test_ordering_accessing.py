"""By what a line logs in: who sees it, that it is kept, and that another key of the sessions changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django.fixtures import Settings

from kapok.back.workforce import api as workforce
from kapok.back.workforce.rules import Deed
from kapok.chain.ordering import api, performing, queries
from kapok.ground.customers.models import PersonalLook
from kapok.ground.customers.refusals import PurposeNeeded
from kapok.ground.journal.models import Entry
from kapok.ground.work.refusals import NotHeld, NotHolder
from kapok.network.activation.models import Subscriber
from kapok.network.inventory import queries as inventory
from kapok.network.inventory.refusals import UnknownService
from tests.chain import shop
from tests.chain.shop import by, line, placed, run
from tests.chain.test_ordering_fieldwork import asked, patch, told

__all__ = ["patch"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_shop", "patch")]


def seen() -> list[tuple[str, str, dict[str, Any]]]:
    rows = Entry.objects.filter(kind="ordering.access_seen").order_by("position")
    return [(row.subject, row.actor, row.data) for row in rows]


def test_whoever_serves_sees_it_for_a_purpose_that_is_kept_without_the_secret() -> None:
    service = shop.installed()
    network = Subscriber.objects.get(service=service)
    found = api.see_access(service=service, purpose="fault", matter="fault/F1", **by("agent", 100))
    assert (found.login, found.secret, found.realm) == (network.login, network.secret, "")
    assert network.secret not in repr(found)
    look = PersonalLook.objects.get(customer__number=shop.service(service).customer.number)
    assert (look.purpose, look.matter, look.actor) == ("fault", "fault/F1", "staff/agent")
    [(subject, actor, data)] = seen()
    assert (subject, actor, data["purpose"]) == (f"service/{service}", "staff/agent", "fault")
    assert not Entry.objects.filter(data__icontains=network.secret).exists()


def test_without_a_purpose_nobody_of_ours_sees_it() -> None:
    service = shop.installed()
    for purpose, note in (("", ""), ("curiosity", ""), ("other", "")):
        with pytest.raises(PurposeNeeded):
            api.see_access(service=service, purpose=purpose, note=note, **by("agent", 100))
    another = shop.customer("李芳")
    with pytest.raises(PurposeNeeded):
        api.see_access(service=service, actor=f"customer/{another}", at=shop.later(100))
    assert (seen(), PersonalLook.objects.count()) == ([], 0)


def test_the_customer_needs_no_purpose() -> None:
    service = shop.installed()
    whose = shop.service(service).customer.number
    found = api.see_access(service=service, actor=f"customer/{whose}", at=shop.later(100))
    assert found.secret == Subscriber.objects.get(service=service).secret
    [(_, actor, data)] = seen()
    assert (actor, data["purpose"], PersonalLook.objects.count()) == (f"customer/{whose}", "", 0)


def test_what_does_not_log_in_or_is_gone_has_no_login() -> None:
    voice = shop.installed("voice", address="n5")
    assert not queries.logs_in(inventory.service(voice))
    with pytest.raises(api.NothingLogsIn):
        api.see_access(service=voice, purpose="fault", **by("agent", 100))
    with pytest.raises(UnknownService):
        api.see_access(service="S99999999", purpose="fault", **by("agent", 100))
    coming = placed()
    run(1)
    [service] = inventory.services_of(shop.order(coming).customer.number)
    assert not queries.logs_in(service)


def test_whoever_holds_the_visit_sees_what_the_line_will_have_and_nobody_else() -> None:
    number, item = asked()
    with pytest.raises(NotHolder):
        workforce.see_access(item=item, **by("technician2", 3))
    [found] = workforce.see_access(item=item, **by("technician", 3))
    service = inventory.services_of(shop.order(number).customer.number)[0].number
    assert (found.service, found.login, found.secret) == (
        service, f"{service.lower()}@kapok", performing.secret_of(service),
    )  # fmt: skip
    assert [(actor, data["purpose"]) for _, actor, data in seen()] == [("staff/technician", "visit")]
    assert list(PersonalLook.objects.values_list("purpose", "matter")) == [("visit", shop.leg(number).subject)]
    told(item, Deed.PASS_ON, 4, to="technician2", reason="换班")
    with pytest.raises(NotHeld):
        workforce.see_access(item=item, **by("technician", 5))
    assert len(seen()) == 1


def test_another_key_of_the_sessions_changes_no_secret(settings: Settings) -> None:
    service = shop.installed()
    before = Subscriber.objects.get(service=service).secret
    settings.SECRET_KEY = "rotated"
    whose = shop.service(service).customer.number
    for action, stages, minutes in (("suspend", ("accept",), 100), ("resume", (), 200)):
        number = placed(line(action=action, address="", service=service), whose=whose, minutes=minutes)
        for stage in stages:
            shop.do(number, stage, minutes)
        run(minutes + 1)
        if "inform" in shop.live(number):
            shop.do(number, "inform", minutes + 2)
        assert shop.service(service).state == {"suspend": "suspended", "resume": "active"}[action]
    row = Subscriber.objects.get(service=service)
    assert (row.state, row.secret) == ("active", before)
    settings.LINE_KEY = "another"
    assert performing.secret_of(service) != before
