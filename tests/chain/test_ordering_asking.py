"""What a person asks of the network beside the flow, and what is amended while it is told: no line is opened or closed by it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kapok.chain.ordering import agreeing, api, asking, engine
from kapok.chain.ordering.models import Line, Step
from kapok.network.activation import api as activation
from kapok.network.activation.adapters.radius import Radius
from kapok.network.activation.models import Call, SimulatedUnit, Subscriber
from tests.chain import shop
from tests.chain.shop import by, do, later, leg, line, placed, run, stands

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def once(settings: Any) -> None:
    settings.ORDERING_ATTEMPTS = 1


def refuse(minutes: float) -> None:
    activation.switch_on_fault(element="olt", fault="refuses", calls=1, **by("noc", minutes))


def failed(verb: str) -> Call:
    return Call.objects.get(verb=verb, ok=False)


def speeds(service: str) -> tuple[int, int]:
    """What the OLT and RADIUS give."""
    unit = SimulatedUnit.objects.get(service=service)
    return unit.settings["down_mbps"], Subscriber.objects.get(service=service).down_mbps


def changing(to: str = "fibre-300") -> tuple[str, str]:
    """A service, and an order to change it whose configuration is due."""
    service = shop.installed()
    whose = shop.service(service).customer.number
    number = placed(line(to, action="change", address="", service=service), whose=whose, minutes=50)
    do(number, "accept", 51)
    return service, number


def ordered() -> str:
    """An order whose activation the OLT refused."""
    number = placed()
    refuse(0.5)
    run(1)
    assert Step.objects.get(leg=leg(number), name="activate").state == "fallen_out"
    return number


# ---- tried again ----


def test_the_activation_of_an_order_that_was_given_up_is_not_tried_again() -> None:
    number = ordered()
    api.cancel(order=number, reason="客户不要了", **by("agent", 2))
    run(3)
    assert stands(number)[0] == "cancelled"
    call = failed("activate")
    assert asking.over([call.key, "console/1", "x"]) == {call.key}
    for verb in (asking, activation):
        with pytest.raises(activation.CallOvertaken):
            verb.try_again(call=call.id, **by("noc", 4))
    run(5)
    assert not SimulatedUnit.objects.exists()
    assert not Subscriber.objects.exists()
    assert Call.objects.get(pk=call.pk).attempts == 1


def test_what_a_person_settled_by_hand_is_not_tried_again() -> None:
    number = ordered()
    api.settle_step(step=Step.objects.get(leg=leg(number), name="activate").id, note="已手工开通", **by("noc", 2))
    with pytest.raises(api.NotSettleable, match="“activate” is done"):
        asking.try_again(call=failed("activate").id, **by("noc", 3))
    run(4)
    assert not Subscriber.objects.exists()


def test_what_its_order_still_waits_for_is_tried_again_and_the_step_goes_on() -> None:
    number = ordered()
    call = failed("activate")
    assert asking.over([call.key]) == set()
    assert asking.try_again(call=call.id, **by("noc", 2)) is None
    run(3)
    assert Step.objects.get(leg=leg(number), name="activate").state == "done"
    assert Subscriber.objects.get().state == "active"


# ---- tested now ----


def measured(service: str) -> activation.Outcome:
    return asking.test_now(service=service, kind="fixed_broadband", **by("noc", 60))


def test_a_test_compares_what_is_recorded() -> None:
    service = shop.installed()
    assert measured(service).ok
    Subscriber.objects.filter(service=service).update(down_mbps=50)
    outcome = measured(service)
    assert (outcome.ok, outcome.code) == (False, "not_as_ordered")
    assert "100 was ordered, the element has 50" in outcome.text.en
    assert "secret" not in Call.objects.filter(service=service, verb="test").latest("id").request


def test_while_a_line_is_built_a_test_compares_what_is_ordered() -> None:
    number = placed()
    run(1)
    service = str(Line.objects.get(leg=leg(number)).service.number)  # type: ignore[union-attr]
    assert shop.service(service).state != "active"
    assert measured(service).ok
    api.amend(order=number, line=1, offer="fibre-300", **by("agent", 2))
    assert "ftth-300 was ordered, the element has ftth-100" in measured(service).text.en
    run(3)
    assert measured(service).ok


# ---- amended while it is told ----


def test_what_is_amended_after_half_of_it_was_done_is_told_to_every_element(monkeypatch: pytest.MonkeyPatch) -> None:
    service, number = changing()
    monkeypatch.setattr(Radius, "modify", lambda *_: 1 / 0)
    run(52)
    monkeypatch.undo()
    step = Step.objects.get(leg=leg(number), name="modify")
    assert (step.state, step.code, speeds(service)) == ("fallen_out", "unreachable", (300, 100))
    api.amend(order=number, line=1, offer="fibre-1000", **by("agent", 53))
    assert asking.try_again(call=failed("modify").id, **by("noc", 54)) is None
    run(55)
    assert speeds(service) == (1000, 1000)
    assert Step.objects.get(leg=leg(number), name="test").state == "done"
    do(number, "confirm", 56)
    run(57)
    assert (stands(number)[0], agreeing.differences(service)) == ("completed", [])


def test_nothing_is_amended_while_a_change_is_being_told() -> None:
    service, number = changing()
    lease = engine.claim(later(52))
    assert lease is not None
    assert Step.objects.get(id=lease.step).name == "modify"
    with pytest.raises(api.BeingDone, match="“modify” is being done right now"):
        api.amend(order=number, line=1, offer="fibre-1000", **by("agent", 52))
    assert (leg(number).version, Line.objects.get(leg=leg(number)).offer.code) == (1, "fibre-300")
    api.amend(order=number, line=1, promised_date=date(2026, 3, 3), **by("agent", 52))
    assert leg(number).version == 2
    engine.work_off(lease, later(53))
    assert (speeds(service), shop.service(service).offer) == ((300, 300), "fibre-300")
