"""The test of a line before it is handed over: where light is lost, and who decides where nothing could be measured."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from kapok.chain.ordering.models import Step
from kapok.ground.work.models import Delivery
from kapok.network.activation import api as activation
from kapok.network.activation.models import SimulatedUnit
from kapok.network.inventory import api as inventory
from kapok.network.inventory.models import Element
from kapok.network.inventory.pons import pon_of
from tests.chain import shop
from tests.chain.shop import do, installed, line, live, placed, run, stands, told
from tests.network import plant

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]


def fault(name: str) -> None:
    activation.switch_on_fault(element="olt", fault=name, actor="staff/noc", at=plant.AT)


def measured(minutes: float = 20) -> tuple[str, Step]:
    """An order whose visit was handed in and which has been tested, and the step of the test."""
    number = placed(line(), minutes=minutes)
    run(minutes + 1)
    for stage in ("appoint", "visit"):
        do(number, stage, minutes + 2)
        run(minutes + 3)
    run(minutes + 4)
    return number, Step.objects.filter(leg__order__number=number, name="test").latest("opened_at")


def test_one_weak_line_among_others_is_the_customers_own_and_goes_back_to_the_visit() -> None:
    for minutes in (0, 8):
        installed(minutes=minutes)
    fault("weak_light")
    number, step = measured()
    assert (step.code, step.measured["loss"]) == ("weak_light", "single_user")
    assert "光损位置：单个用户（PON口 OLT1/1，1/3 个光猫弱光）。请检查该用户的皮线光缆与接头。" in step.error_zh
    assert (live(number), stands(number)[1]) == ({"visit"}, "10R")


def test_a_line_that_is_weak_with_all_others_is_the_plants_and_no_visit_mends_it() -> None:
    for minutes in (0, 8):
        installed(minutes=minutes)
    fault("weak_pon")
    number, step = measured()
    assert (step.state, step.code, step.measured["loss"]) == ("fallen_out", "dark_plant", "trunk")
    assert "光损位置：主干光缆（PON口 OLT1/1，3/3 个光猫弱光）。请线路班检查PON口至分光器的主干光缆。" in step.error_zh
    assert (live(number), stands(number)[1]) == ({"test"}, "")


def test_a_splitter_by_the_share_of_those_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for minutes in (0, 8):
        installed(minutes=minutes)
    dark = SimulatedUnit.objects.order_by("unit").first()
    assert dark is not None
    light = {dark.unit: -29.0}
    monkeypatch.setattr("kapok.network.activation.adapters.simulated._usual_light", lambda unit: light.get(unit, -20.0))
    fault("weak_light")
    _, step = measured()
    assert (step.code, step.measured["loss"]) == ("dark_plant", "branch")
    assert "2/3 个光猫弱光" in step.error_zh


def test_too_much_light_is_lost_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kapok.network.activation.adapters.simulated._usual_light", lambda _: -3.0)
    _, step = measured(0)
    assert (step.code, "loss" in step.measured) == ("weak_light", False)


def test_who_shares_a_pon() -> None:
    services = [installed(minutes=minutes) for minutes in (0, 8)]
    assert pon_of("SPL1").splitters == dict.fromkeys(services, "SPL1")
    assert (pon_of("SPL1").code, pon_of("SPL1").stages) == ("OLT1/1", 1)
    inventory.add_element(code="SPL2", kind="splitter", parent="SPL1", **plant.WHO)
    assert (pon_of("SPL2").stages, pon_of("SPL2").splitters) == (2, dict.fromkeys(services, "SPL1"))
    Element.objects.filter(code="SPL1").update(parent=None)
    assert pon_of("SPL1").code == ""


def test_a_line_that_nobody_measured_is_left_to_a_person(settings: Settings) -> None:
    settings.ACTIVATION_TRUSTS_RECORD = False
    number, step = measured(0)
    assert (step.state, step.code) == ("fallen_out", "not_measured")
    assert (live(number), stands(number)[0]) == ({"test"}, "inProgress")
    assert shop.item(number, "test").state == "offered"
    assert "KAPOK_RADIUS_SERVER" in told("ordering.step_fell_out")[0]["why"]["zh"]
    do(number, "test", 9)
    run(10)
    assert live(number) == {"confirm"}


def test_a_demonstration_says_that_it_compared_the_record_alone() -> None:
    number, step = measured(0)
    assert (step.state, live(number)) == ("done", {"confirm"})
    (said,) = Delivery.objects.get(item__stage="test", item__matter__subject=shop.leg(number).subject).evidence
    assert said.startswith("演示环境，没有服务器可测，只核对了记录：")
    assert "登录认证 未测" in said
