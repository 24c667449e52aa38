"""What an element did halfway is finished, settled or taken back; until then record and network differ, and one can see it."""

from __future__ import annotations

from typing import Any

import pytest

from kapok.chain.ordering import agreeing, api, performing
from kapok.chain.ordering.models import Line, Step
from kapok.network.activation import api as activation
from kapok.network.activation.models import Call, SimulatedUnit, Subscriber
from kapok.network.inventory.models import Resource
from kapok.network.inventory.refusals import UnknownService
from tests.chain import shop
from tests.chain.shop import by, do, later, leg, line, placed, run, stands

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def once(settings: Any) -> None:
    settings.ORDERING_ATTEMPTS = 1


def fault(on: bool, minutes: float, kind: str = "half_done") -> None:
    said: dict[str, Any] = {"element": "olt", "actor": "staff/noc", "at": later(minutes)}
    activation.switch_on_fault(fault=kind, **said) if on else activation.switch_off_fault(**said)


def differ(service: str) -> list[tuple[str, str, str, str]]:
    found = agreeing.differences(service)
    assert found is not None
    return [(each.element.en, each.name, each.recorded.en, each.found.en) for each in found]


def fallen_out(action: str, offer: str = shop.FIBRE, step: str = "") -> tuple[str, str, Step]:
    """A service, the order to change it, and its step that the OLT did halfway and people have now."""
    service = shop.installed()
    assert differ(service) == []
    whose = shop.service(service).customer.number
    number = placed(line(offer, action=action, address="", service=service), whose=whose, minutes=50)
    fault(True, 51)
    do(number, "accept", 51)
    run(52)
    row = Step.objects.get(leg=leg(number), name=step or action)
    assert (row.state, row.code, row.error_en) == (
        "fallen_out", "half_done", "OLT: The element stopped halfway; it goes on when tried again."
    )  # fmt: skip
    fault(False, 53)
    return service, number, row


def test_the_prefix_of_a_line_is_told_compared_and_gone_with_the_line() -> None:
    shop.with_prefixes()
    service = shop.installed()
    own = Resource.objects.get(service__number=service, kind="ipv6_prefix").value
    assert own.endswith("/56")
    assert Subscriber.objects.get(service=service).ipv6_prefix == own
    assert Call.objects.get(service=service, verb="test").measured["ipv6_prefix"] == own
    assert differ(service) == []
    Subscriber.objects.filter(service=service).update(ipv6_prefix="2001:db8:ffff::/56")
    assert [each[1:] for each in differ(service)] == [("ipv6_prefix", own, "2001:db8:ffff::/56")]
    whose = shop.service(service).customer.number
    number = placed(line(action="cease", address="", service=service), whose=whose, minutes=100)
    do(number, "accept", 101)
    run(102)
    assert not Subscriber.objects.filter(service=service).exists()


def test_a_change_done_halfway_is_taken_back_and_both_agree_again() -> None:
    service, number, row = fallen_out("change", "fibre-300", "modify")
    assert [each for each in differ(service) if each[1] == "down_mbps"] == [("OLT", "down_mbps", "100", "300")]
    api.cancel(order=number, reason="客户不改了", **by("agent", 60))
    assert stands(number)[0] == "pendingCancellation"
    run(61)
    assert stands(number)[0] == "cancelled"
    row.refresh_from_db()
    undo = Step.objects.get(undoes=row)
    assert (row.state, undo.name, undo.state) == ("undone", "restore", "done")
    assert SimulatedUnit.objects.get().settings["down_mbps"] == 100
    assert differ(service) == []


def test_a_change_done_halfway_is_tried_again_and_both_agree() -> None:
    service, number, row = fallen_out("change", "fibre-300", "modify")
    api.retry_step(step=row.id, **by("noc", 60))
    run(61)
    assert Subscriber.objects.get(service=service).down_mbps == 300
    do(number, "confirm", 62)
    run(63)
    assert (stands(number)[0], differ(service)) == ("completed", [])


def test_what_a_person_settles_by_hand_is_compared_too() -> None:
    """They say that it is done; where the network has it otherwise the test says so, and the difference stays to be seen."""
    service, number, row = fallen_out("change", "fibre-300", "modify")
    api.settle_step(step=row.id, note="已在网管上手工改速", **by("noc", 60))
    run(61)
    step = Step.objects.get(leg__order__number=number, name="test")
    assert (step.state, step.code) == ("fallen_out", "not_as_ordered")
    do(number, "test", 62)
    run(63)
    do(number, "confirm", 64)
    run(65)
    assert stands(number)[0] == "completed"
    assert ("RADIUS server", "down_mbps", "300", "100") in differ(service)


def test_what_is_on_its_way_is_not_compared_and_what_has_ended_is() -> None:
    number = placed()
    run(1)
    on_its_way = str(Line.objects.get(leg=leg(number)).service.number)  # type: ignore[union-attr]
    assert agreeing.differences(on_its_way) is None
    with pytest.raises(UnknownService):
        agreeing.differences("S99999999")
    service = shop.installed(whose=shop.customer("别人"), minutes=10)
    whose = shop.service(service).customer.number
    ended = placed(line(action="cease", address="", service=service), whose=whose, minutes=50)
    do(ended, "accept", 51)
    run(52)
    assert (shop.service(service).state, agreeing.differences(service)) == ("terminated", [])


@pytest.mark.parametrize(("action", "step"), [("suspend", "suspend"), ("cease", "release")])
def test_what_was_closed_halfway_is_opened_again_when_its_order_is_given_up(action: str, step: str) -> None:
    service, number, _ = fallen_out(action, step=step)
    assert ("OLT", "state", "active", "half done") in differ(service)
    api.cancel(order=number, reason="客户改变主意", **by("agent", 60))
    run(61)
    assert stands(number)[0] == "cancelled"
    assert (shop.service(service).state, SimulatedUnit.objects.get().state) == ("active", "active")
    assert Subscriber.objects.get(service=service).state == "active"
    assert differ(service) == []


def test_a_resumption_done_halfway_is_closed_again_when_its_order_is_given_up() -> None:
    service = shop.installed()
    whose = shop.service(service).customer.number
    closed = placed(line(action="suspend", address="", service=service), whose=whose, minutes=50)
    do(closed, "accept", 51)
    run(52)
    do(closed, "inform", 53)
    fault(True, 54)
    number = placed(line(action="resume", address="", service=service), whose=whose, minutes=55)
    run(56)
    assert differ(service) == [("OLT", "state", "suspended", "half done")]
    fault(False, 57)
    api.cancel(order=number, reason="客户改变主意", **by("agent", 60))
    run(61)
    assert (stands(number)[0], shop.service(service).state, differ(service)) == ("cancelled", "suspended", [])


def test_what_cannot_be_restored_falls_out_and_is_tried_again() -> None:
    service, number, _ = fallen_out("change", "fibre-300", "modify")
    fault(True, 58, "refuses")
    api.cancel(order=number, reason="客户不改了", **by("agent", 60))
    run(61)
    assert stands(number)[0] == "failed"
    undo = Step.objects.get(leg=leg(number), name="restore")
    assert (undo.state, undo.code) == ("fallen_out", "refused")
    fault(False, 62)
    api.retry_step(step=undo.id, **by("noc", 63))
    run(64)
    assert (stands(number)[0], differ(service)) == ("cancelled", [])


def test_a_transfer_done_halfway_and_given_up_leaves_the_secret_as_it_was() -> None:
    service = shop.installed()
    whose, other = shop.service(service).customer.number, shop.customer("李芳")
    secret = Subscriber.objects.get(service=service).secret
    said = {"to_customer": other, "consent_from": "同意书 1", "consent_to": "同意书 2"}
    asked = line(action="transfer", address="", service=service, characteristics=said)
    number = placed(asked, whose=whose, minutes=50)
    do(number, "accept", 51)
    fault(True, 52)
    do(number, "debts", 52)
    run(53)
    fault(False, 54)
    Subscriber.objects.filter(service=service).update(secret=performing.secret_of(service, leg(number).subject))
    assert ("RADIUS server", "secret", "••••", "another one") in differ(service)
    api.cancel(order=number, reason="双方不过户了", **by("agent", 60))
    run(61)
    assert stands(number)[0] == "cancelled"
    assert Subscriber.objects.get(service=service).secret == secret
    assert differ(service) == []


@pytest.mark.parametrize(("action", "step"), [("resume", "resume"), ("cease", "release")])
def test_what_was_suspended_is_suspended_for_its_reason_when_its_order_is_given_up(action: str, step: str) -> None:
    service = shop.installed()
    whose = shop.service(service).customer.number
    why = {"reason": "欠费停机"}
    closed = placed(line(action="suspend", address="", service=service, characteristics=why), whose=whose, minutes=50)
    do(closed, "accept", 51)
    run(52)
    do(closed, "inform", 53)
    fault(True, 54)
    number = placed(line(action=action, address="", service=service), whose=whose, minutes=55)
    if "accept" in shop.live(number):
        do(number, "accept", 55)
    run(56)
    assert Step.objects.get(leg=leg(number), name=step).state == "fallen_out"
    fault(False, 57)
    Subscriber.objects.filter(service=service).update(reason="?")
    if action == "cease":
        Subscriber.objects.filter(service=service).delete()
    api.cancel(order=number, reason="客户改变主意", **by("agent", 60))
    run(61)
    assert (stands(number)[0], shop.service(service).state) == ("cancelled", "suspended")
    row = Subscriber.objects.get(service=service)
    assert (row.state, row.reason) == ("suspended", "欠费停机")
    assert differ(service) == []
