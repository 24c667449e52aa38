"""Many connections at once: of many who reach for one thing one gets it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from kapok.chain.ordering import api, engine, performing, rows, trials, unpaid
from kapok.chain.ordering.models import Leg, Order, Step
from kapok.config.orders import carry_orders
from kapok.config.subscriptions import SUBSCRIPTIONS
from kapok.ground.journal.api import deliver
from kapok.ground.journal.models import Entry
from kapok.ground.work import api as work
from kapok.network.activation.models import Call, SimulatedUnit
from kapok.network.inventory import api as inventory
from kapok.network.inventory.models import Resource, Service, Shortage
from tests.chain import shop
from tests.chain.shop import by, do, held, later, leg, line, placed, run, stands
from tests.network.plant import WHO, named
from tests.races import PATIENCE_SECONDS, eventually, outcomes

pytestmark = [pytest.mark.usefixtures("_shop"), pytest.mark.slow]


@pytest.fixture
def _shop(transactional_db: None) -> None:
    shop.set_up()


DAY = 24 * 60


def tries(verb: Callable[..., Any], count: int, **said: Any) -> list[str]:
    return outcomes(*[lambda: verb(**said)] * count)


def sound() -> None:
    """What must hold whatever happened."""
    for one in Leg.objects.all():
        assert one.compensation in {"", "10R", "10C"}
        assert not (one.state in {"completed", "cancelled", "rejected"} and one.compensation)
    taken = Resource.objects.exclude(holder="").values_list("id", flat=True)
    assert len(taken) == len(set(taken))


def test_two_reach_for_one_order_and_one_gets_it() -> None:
    """One shop for all races: opening it takes longest."""
    paid = placed(pay=False)
    assert tries(api.pay, 4, order=paid, **by("agent", 1)) == ["AlreadyPaid"] * 3 + ["done"]
    assert Entry.objects.filter(subject=leg(paid).subject, kind="order.paid").count() == 1
    cancelled = placed(minutes=2)
    run(2)
    outcome = tries(api.cancel, 4, order=cancelled, reason="客户改变主意", **by("agent", 3))
    assert outcome == ["CancelRunning"] * 3 + ["done"]
    assert Entry.objects.filter(subject=leg(cancelled).subject, kind="order.cancelled").count() == 1
    run(4)
    returned = placed(minutes=5)
    run(6)
    do(returned, "appoint", 7)
    said: dict[str, Any] = {"order": returned, "leg": 1, "reason": "资源不符", **by("technician", 8)}
    assert tries(api.return_leg, 4, **said) == ["ReturnRunning"] * 3 + ["done"]
    run(9)
    do(returned, "appoint", 10)
    outcome = outcomes(
        lambda: api.return_leg(order=returned, leg=1, reason="资源不符", **by("technician", 11)),
        lambda: api.cancel(order=returned, reason="客户改变主意", **by("agent", 11)),
        lambda: api.amend(order=returned, line=1, offer="fibre-300", **by("agent", 11)),
        lambda: engine.advance(at=later(11)),
    )
    assert outcome.count("done") >= 2
    run(12)
    assert stands(returned) == ("cancelled", "", "")
    assert held(leg(returned).subject) == {}
    sound()


def test_thirty_two_engines_do_every_step_once() -> None:
    numbers = [placed(minutes=0) for _ in range(4)]
    outcome = outcomes(*[lambda: engine.advance(at=later(1), limit=100)] * 32)
    assert outcome == ["done"] * 32
    run(2)
    assert Counter(Step.objects.values_list("name", "state", "attempts")) == Counter(
        {("reserve", "done", 1): 4, ("assign", "done", 1): 4, ("activate", "done", 1): 4}
    )
    assert Service.objects.count() == SimulatedUnit.objects.count() == Call.objects.count() == 4
    delivered = Entry.objects.filter(kind="order.configured", subject__in=[leg(number).subject for number in numbers])
    assert delivered.count() == 4
    sound()


def test_of_many_who_find_a_trial_over_one_ends_it_and_of_many_orders_one_is_taken() -> None:
    shop.installed("trial-fibre-1000")
    assert outcomes(*[lambda: trials.end(at=later(31 * 24 * 60))] * 6) == ["done"] * 6
    assert Leg.objects.filter(action="cease").count() == 1
    whose = shop.customer("别人")
    outcome = outcomes(*[lambda: placed(line("trial-fibre-1000"), whose=whose)] * 4)
    assert outcome == ["TriedBefore"] * 3 + ["done"]
    sound()


def test_the_keeper_carries_orders_and_hears_of_plant(settings: Settings) -> None:
    """The loop does what is due until it is told to stop; the subscriber lets go on who waited."""
    settings.ORDERING_FORECAST_EVERY = timedelta()  # it looks again and again: of what waits it can say no date
    at = datetime.now(UTC) - timedelta(minutes=5)
    whose = shop.customer()
    said: dict[str, Any] = {"customer": whose, "channel": "hotline", "pay": True, "actor": "staff/agent", "at": at}
    number = api.place_order(lines=[line(address="n9")], **said)
    stop = Event()
    loop = Thread(target=carry_orders, args=(stop,))
    loop.start()
    try:
        inventory.cover(element="SPL1", addresses=["n9"], actor="staff/manager", at=datetime.now(UTC))
        (ordering,) = [each for each in SUBSCRIPTIONS if each.name == "ordering"]
        while deliver(ordering, at=datetime.now(UTC)):
            pass
        eventually(lambda: shop.live(number) == {"appoint"} and leg(number).expected_at)
    finally:
        stop.set()
        loop.join(PATIENCE_SECONDS)
    assert not loop.is_alive()
    assert shop.live(number) == {"appoint"}
    assert stands(number) == ("inProgress", "", "")
    assert leg(number).expected_at is not None


def test_two_legs_that_end_at_once_close_their_order() -> None:
    """The second one waits for the order before it looks at the legs, so that it sees that the first one is over."""
    number = placed(line(), line(address="n1"))
    run(1)
    api.cancel(order=number, reason="客户改变主意", **by("agent", 2))
    assert engine.advance(at=later(3), limit=2) == 2  # both are disconnected; what they took is still to be given back
    first, second = (engine.claim(later(6)) for _ in range(2))
    assert first is not None
    assert second is not None
    last = Step.objects.filter(id__in=[first.step, second.step])
    assert set(last.values_list("leg__number", "name")) == {(1, "release_held"), (2, "release_held")}
    late = Thread(target=settled, args=(second,))
    with transaction.atomic():
        engine.settle(first, performing.DONE, later(6))
        late.start()
        assert eventually(waiting)
    late.join(PATIENCE_SECONDS)
    assert [stands(number, which)[0] for which in (1, 2)] == ["cancelled", "cancelled"]
    closed = shop.order(number)
    assert (closed.state, closed.closed_at) == ("cancelled", later(6))


def settled(lease: engine.Lease) -> None:
    """Settle a step over a connection of its own."""
    try:
        engine.settle(lease, performing.DONE, later(6))
    finally:
        connection.close()


def waiting() -> bool:
    """Whether a connection to this database waits for a lock of another; other tests may use the server, too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction it would say what it said before
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        return bool(cursor.fetchone()[0])


def test_two_wish_for_one_number_on_the_way_and_one_gets_it() -> None:
    inventory.add_pool(
        code="N-MORE", kind="number", name=named("备用号段"), exchange_area="TYX", values="2038889001-2038889004", **WHO
    )
    numbers = []
    for address in ("n1", "n5"):
        service = shop.installed("voice", address=address)
        whose = shop.service(service).customer.number
        numbers.append(placed(line("voice", action="renumber", address="", service=service), whose=whose, minutes=100))
    before = {row.id for row in Resource.objects.filter(kind="number", state="reserved")}
    wished = Resource.objects.filter(kind="number", state="free").order_by("-code")[0].id

    def wish(number: str) -> None:
        api.amend(order=number, line=1, characteristics={"number_wish": str(wished)}, **by("agent", 110))

    assert outcomes(*[lambda number=number: wish(number) for number in numbers]) == ["WishTaken", "done"]
    after = {row.id for row in Resource.objects.filter(kind="number", state="reserved")}
    assert (len(after), after - before) == (2, {wished})
    sound()


@pytest.mark.parametrize("first", ["paid", "lapsed"])
def test_of_a_payment_and_the_end_that_meet_the_first_one_counts(first: str) -> None:
    number = placed(pay=False)
    unpaid.look(at=later(5 * DAY))
    order, came = Order.objects.get(number=number), []

    def pays() -> None:
        api.pay(order=number, **by("agent", 14 * DAY))

    def lapses() -> None:
        came.append(unpaid._lapse(order, later(14 * DAY)))

    def second() -> None:
        try:
            (lapses if first == "paid" else pays)()
        except api.NotAllowedNow as refused:
            came.append(type(refused).__name__)
        finally:
            connection.close()

    other = Thread(target=second)
    with transaction.atomic():
        (pays if first == "paid" else lapses)()
        other.start()
        assert eventually(waiting)  # for the matters of the order
    other.join(PATIENCE_SECONDS)
    paid = first == "paid"
    assert came == ([False] if paid else [True, "NotAllowedNow"])
    assert stands(number)[0] == ("inProgress" if paid else "cancelled")
    assert (shop.order(number).paid_at is not None) is paid
    run(14 * DAY + 1)
    assert bool(held(leg(number).subject)) is paid


def test_of_two_orders_that_move_to_one_port_one_gets_it_and_the_other_stays() -> None:
    inventory.add_element(code="SPL2", kind="splitter", parent="OLT1/1", covers=["n5"], **WHO)
    inventory.add_resources(kind="splitter_port", element="SPL2", count=1, **WHO)
    numbers = [placed(), placed(line(address="n1"))]

    def amend(number: str) -> None:
        api.amend(order=number, line=1, address="n5", **by("agent", 1))

    assert outcomes(*[lambda number=number: amend(number) for number in numbers]) == ["NoPlantThere", "done"]
    ports = Resource.objects.filter(kind="splitter_port", holder__in=[leg(number).subject for number in numbers])
    assert sorted(ports.values_list("element__code", flat=True)) == ["SPL1", "SPL2"]
    assert sorted(leg(number).version for number in numbers) == [1, 2]
    sound()


def test_of_a_new_address_and_the_assignment_that_meet_one_comes_too_late_for_the_other() -> None:
    number = placed()
    engine.advance(at=later(1), limit=1)
    outcome = outcomes(
        lambda: api.amend(order=number, line=1, address="n3", **by("agent", 2)),
        lambda: engine.advance(at=later(2), limit=100),
    )
    assert outcome in (["TooLateToRearrange", "done"], ["done", "done"])
    run(3)
    moved = outcome == ["done", "done"]
    service = Service.objects.select_related("address").get(holder=leg(number).subject)
    assert (leg(number).version == 2, service.address and service.address.code) == (moved, "n3" if moved else "r101")
    assert set(held(leg(number).subject).values()) == {"assigned"}
    sound()


def test_a_move_given_up_on_the_matter_of_its_old_line_waits_in_the_order_of_all() -> None:
    """Whoever locks its first leg while the second is told of a cancellation gets the second, too: nobody waits in a circle."""
    service = shop.installed()
    whose = shop.service(service).customer.number
    number = placed(line(action="move", address="n3", service=service), whose=whose, minutes=100)
    first, second = (leg(number, each).subject for each in (1, 2))
    started, told = Event(), list[str]()

    def tell() -> None:
        started.wait(timeout=PATIENCE_SECONDS)
        told.extend(outcomes(lambda: work.happen(matter=second, kind="order.cancelled", **by("agent", 101))))

    telling = Thread(target=tell)
    telling.start()
    with transaction.atomic():
        rows.locked([first])
        started.set()
        assert eventually(waiting)
        rows.locked([first, second])
    telling.join(PATIENCE_SECONDS)
    assert told == ["done"]
    assert Entry.objects.filter(kind="order.cancelled", subject__in=[first, second]).count() == 2
    sound()


def test_a_move_cancelled_and_told_of_at_once_is_given_up_once() -> None:
    service = shop.installed()
    whose = shop.service(service).customer.number
    number = placed(line(action="move", address="n3", service=service), whose=whose, minutes=100)
    second = leg(number, 2).subject
    outcome = outcomes(
        lambda: api.cancel(order=number, reason="客户改变主意", **by("agent", 101)),
        lambda: work.happen(matter=second, kind="order.cancelled", **by("agent", 101)),
    )
    assert outcome[-1] == "done"
    run(102)
    assert [stands(number, each)[0] for each in (1, 2)] == ["cancelled", "cancelled"]
    sound()


def test_of_two_orders_for_the_last_port_of_a_far_end_one_gets_it_and_one_waits_for_that_end() -> None:
    shop.add_switches(far_ports=1)
    whose = shop.bank()
    placing = [lambda: placed(shop.circuit(), whose=whose, channel="key_account")] * 2
    assert outcomes(*placing) == ["done", "done"]
    legs = {(row.state, row.exception): row for row in Leg.objects.all()}
    assert set(legs) == {("inProgress", ""), ("held", "10W")}
    waiting = legs["held", "10W"]
    assert (waiting.reason, held(waiting.subject)) == ("B 端（远端）：端口已满 / B end (far end): no port is left", {})
    has = Resource.objects.filter(holder=legs["inProgress", ""].subject, kind="circuit_port")
    assert list(has.order_by("role").values_list("element__code", "role")) == [("SW1", "1.end_a"), ("SW2", "1.end_b")]
    assert Shortage.objects.get().element.code == "SW2"  # type: ignore[union-attr]
    sound()
