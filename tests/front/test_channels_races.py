"""At once from several connections: one form, one interaction for each person, one code, a door that counts right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from pytest_django.fixtures import Settings

from kapok.chain.ordering.models import Order
from kapok.front.channels import api, queueing
from kapok.front.channels.models import AccessCode, Case, DoorKnock, Interaction
from kapok.ground.work.baton import api as baton
from kapok.ground.work.models import Handoff, Item
from tests.chain import shop
from tests.front import counter
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 8


@pytest.fixture(autouse=True)
def _open(settings: Settings) -> None:
    settings.DEMO = True
    counter.set_up()


def together(verb: Callable[[], Any]) -> list[Any]:
    """What each of several got who call at the same moment."""
    return at_once(*[verb] * AT_ONCE)


def test_at_once_nothing_happens_twice() -> None:
    number, key = shop.customer(phone="13800138000"), uuid4()
    said: dict[str, Any] = {"key": key, "customer": number, "channel": "hotline", "lines": [shop.line()], "pay": True}
    orders = together(lambda: api.take_order(**said, **shop.by("agent", 1)))
    assert len(set(orders)) == 1
    assert Order.objects.count() == 1
    taken = together(lambda: api.take(channel="hotline", medium="phone", **shop.by("agent", 2)))
    assert taken.count(api.StillTalking) == AT_ONCE - 1
    assert Interaction.objects.count() == 1
    service = shop.installed("voice", address="n5")
    faults = together(lambda: counter.ask(3, kind="fault", title="断线", service=service)[0])
    assert (len(set(faults)), Case.objects.count()) == (1, 1)
    subject, _ = counter.ask(3, customer=counter.business())
    answered = together(
        lambda: api.answer(
            matter=subject, substance="quote", reply="月租 1200", how="message", word="好", **shop.by("keyaccount", 5)
        )
    )
    assert sorted(map(str, answered)).count("True") == 1
    assert answered.count(api.AlreadyAnswered) == AT_ONCE - 1
    door: dict[str, Any] = {"order": orders[0], "address": "10.0.0.1", "actor": "customer"}
    asked = together(lambda: api.send_code(**door, at=shop.later(6)))
    assert (asked.count(None), asked.count(api.KnockedTooOften)) == (5, AT_ONCE - 5)
    code = AccessCode.objects.get(order=orders[0]).shown
    came_in = together(lambda: api.enter(**door, code=code, at=shop.later(7)))
    assert came_in.count((orders[0], number)) == 1
    assert DoorKnock.objects.count() == 5 + AT_ONCE


def test_at_once_a_stranger_becomes_one_customer() -> None:
    one, other = shop.customer("甲乙"), shop.customer("丙丁")
    talk = api.take(channel="hotline", medium="phone", **shop.by("agent"))
    api.close_interaction(interaction=talk, resolution="待查", **shop.by("agent", 1))
    named = [one, other] * (AT_ONCE // 2)
    answers = together(lambda: api.recognise_customer(interaction=talk, customer=named.pop(), **shop.by("agent", 2)))
    assert answers.count(api.InteractionOver) == AT_ONCE // 2
    assert len(shop.told("channels.recognised")) == 1
    assert Interaction.objects.get(id=talk).customer is not None


def test_of_several_keepers_each_of_the_queue_is_given_once_in_its_order() -> None:
    talks = [api.take(channel="hotline", medium="phone", **shop.by(who)) for who in ("agent", "agent2")]
    waiting = [counter.ask(number + 1, interaction=talks[0], title=f"咨询 {number}")[0] for number in range(3)]
    api.close_interaction(interaction=talks[1], resolution="完毕", **shop.by("agent2", 4))
    assert sum(together(lambda: queueing.serve_waiting(at=shop.later(4)))) == 1
    offers = Handoff.objects.filter(item__matter__subject__in=waiting, state="offered")
    named = offers.filter(to_staff__isnull=False).values_list("item__matter__subject", "to_staff__username")
    assert list(named) == [(waiting[0], "agent2")]
    assert (offers.count(), Handoff.objects.filter(item__matter__subject__in=waiting).count()) == (3, 4)


def test_at_once_one_of_the_unit_takes_it_or_the_keeper_gives_it() -> None:
    talks = [api.take(channel="hotline", medium="phone", **shop.by(who)) for who in ("agent", "agent2")]
    subject, _ = counter.ask(1, interaction=talks[0], title="资费咨询")
    api.close_interaction(interaction=talks[1], resolution="完毕", **shop.by("agent2", 2))
    item = Item.objects.get(matter__subject=subject).id
    took, *_ = at_once(
        lambda: baton.accept(item=item, **shop.by("agent", 3)),
        lambda: queueing.serve_waiting(at=shop.later(3)),
        lambda: queueing.serve_waiting(at=shop.later(3)),
    )
    queueing.serve_waiting(at=shop.later(4))
    row = Item.objects.select_related("holder").get(id=item)
    held = row.holder.username if row.holder else ""
    named = Handoff.objects.filter(item=item, state="offered").values_list("to_staff__username", flat=True).first()
    assert (held, named) in {("agent", None), ("", "agent2")}
    assert (took is None) == (held == "agent")
    assert Case.objects.get(matter=subject).waits_since is None
