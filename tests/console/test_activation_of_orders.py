"""The calls of services that were ordered: a test compares with the record, and what no order waits for is not tried again."""

from __future__ import annotations

import pytest
from django.utils import timezone
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
from tests.network.plant import AT

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


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.ZH, "由订单马上按现在的内容重试"),
        (Language.EN, "Its order tries it again at once, as it is ordered now."),
    ],
)
def test_what_an_order_waits_for_is_tried_again_by_its_order(
    signed_in: SignedIn, language: Language, said: str
) -> None:
    number = placed()
    activation.switch_on_fault(element="olt", fault="refuses", calls=1, **by("noc", 0.5))
    run(1)
    call = Call.objects.get(verb="activate", ok=False)
    assert (
        said
        in signed_in("noc_engineer", language).post(f"/activation/calls/{call.id}/again", follow=True).content.decode()
    )
    run((timezone.now() - AT).total_seconds() / 60 + 1)
    assert Step.objects.get(leg=leg(number), name="activate").state == "done"
    assert Subscriber.objects.get().state == "active"


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
    assert "步骤“开通数据”现为“完成”，不需要人工处理" in noc.post(address, follow=True).content.decode()
    english = signed_in("noc_engineer", Language.EN).post(address, follow=True).content.decode()
    assert "The step “activate” is done; there is nothing to settle." in english
    assert not Subscriber.objects.exists()
