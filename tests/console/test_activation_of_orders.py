"""The calls of services that were ordered: a test compares with the record, and what no order waits for is not tried again."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from kapok.chain.ordering import api
from kapok.chain.ordering.models import Line, Step
from kapok.kernel.text import Language
from kapok.network.activation import api as activation
from kapok.network.activation.models import Call, Subscriber
from tests.chain import shop
from tests.chain.conftest import open_shop
from tests.chain.shop import by, leg, placed, run
from tests.console.conftest import SignedIn

__all__ = ["open_shop"]

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _quick(settings: Settings) -> None:
    settings.SIMULATED_SLOW_SECONDS, settings.ORDERING_ATTEMPTS = 0, 1


def test_a_test_from_the_page_compares_with_what_is_recorded(signed_in: SignedIn) -> None:
    service = shop.installed()
    noc, address = signed_in("noc_engineer"), f"/activation/services/{service}/test"
    assert "完成：" in noc.post(address, follow=True).content.decode()
    Subscriber.objects.filter(service=service).update(down_mbps=50)
    assert "下行速率与订购不符：订购100，网元上是50" in noc.post(address, follow=True).content.decode()
    english = signed_in("noc_engineer", Language.EN).post(address, follow=True).content.decode()
    assert "100 was ordered, the element has 50" in english
    assert list(Call.objects.filter(key__startswith="console/").order_by("id").values_list("ok", flat=True)) == [
        True, False, False,
    ]  # fmt: skip


def test_what_was_settled_by_hand_cannot_be_tried_again(signed_in: SignedIn) -> None:
    number = placed()
    activation.switch_on_fault(element="olt", fault="refuses", calls=1, **by("noc", 0.5))
    run(1)
    service = str(Line.objects.get(leg=leg(number)).service.number)  # type: ignore[union-attr]
    call, noc = Call.objects.get(verb="activate", ok=False), signed_in("noc_engineer")
    page, address = f"/activation/services/{service}", f"/activation/calls/{call.id}/again"
    assert address in noc.get(page).content.decode()
    api.settle_step(step=Step.objects.get(leg=leg(number), name="activate").id, note="已手工开通", **by("noc", 2))
    assert address not in noc.get(page).content.decode()
    assert "步骤“开通数据”现为“完成”，旧调用不能再重试" in noc.post(address, follow=True).content.decode()
    english = signed_in("noc_engineer", Language.EN).post(address, follow=True).content.decode()
    assert "The step “activate” is done, so its old call is not tried again" in english
    assert not Subscriber.objects.exists()
