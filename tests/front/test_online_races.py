"""By the web at once from several connections: one form one order, one acknowledgement, a door that counts right."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from kapok.chain.ordering.models import Order
from kapok.front.channels import api as counter_api
from kapok.front.channels.models import Case, Interaction, Message, Stranger
from kapok.front.channels.online import api
from kapok.ground.journal.models import Entry
from tests.chain import shop
from tests.front import counter
from tests.front.test_channels_races import AT_ONCE, _open, together

__all__ = ["_open"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_at_once_nothing_happens_twice_by_the_web() -> None:
    firm = counter.business()
    who: dict[str, Any] = {"network": "10.0.0.1", "actor": f"customer/{firm}"}
    form: dict[str, Any] = {"key": uuid4(), "customer": firm, "lines": [shop.line()], "pay": True}
    orders = together(lambda: api.take_order(**form, **who, at=shop.later(1)))
    assert (len(set(orders)), Order.objects.count(), Interaction.objects.count()) == (1, 1, 1)

    asked = together(lambda: api.ask(customer=firm, topic="question", words="报价", **who, at=shop.later(2))[0])
    subject = asked[0]
    assert (set(asked), Case.objects.count(), Message.objects.count()) == ({subject}, 1, AT_ONCE)

    counter_api.answer(matter=subject, substance="quote", reply="月租 1200", **shop.by("keyaccount", 3))
    mine: dict[str, Any] = {"matter": subject, "customer": firm, "actor": who["actor"], "at": shop.later(4)}
    said = together(lambda: api.acknowledge(**mine))
    assert (said.count(None), said.count(api.AlreadyAnswered)) == (1, AT_ONCE - 1)
    assert Entry.objects.filter(subject=subject, kind="request.answered").count() == 1

    left: dict[str, Any] = {
        "words": "能装吗",
        "name": "王小明",
        "phone": "13900001111",
        "agreed": True,
        "network": "10.0.0.9",
    }
    strangers = together(lambda: api.leave_request(**left, actor="customer", at=shop.later(5)))
    assert strangers.count(api.KnockedTooOften) == AT_ONCE - 3
    assert Stranger.objects.count() == 3
