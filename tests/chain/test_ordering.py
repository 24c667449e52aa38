"""Orders over the verbs: placed, paid, done step by step and by hand, until the customer confirms."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kapok.chain.ordering import agreeing, api, performing, queries, rules
from kapok.chain.ordering.models import Leg, Line, Order
from kapok.ground.commitments.models import Commitment
from kapok.ground.customers import api as customers
from kapok.ground.customers.queries import customer as customer_of
from kapok.ground.journal.models import Entry
from kapok.ground.work.models import Delivery, Matter
from kapok.kernel.errors import KapokError
from kapok.kernel.money import Money
from kapok.network.activation.models import Call, SimulatedUnit, Subscriber
from kapok.network.inventory import api as inventory
from kapok.network.inventory.models import Pool, Resource
from tests.chain import shop
from tests.chain.shop import by, do, held, later, leg, line, live, placed, run, stands, steps

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]


def test_a_broadband_order_runs_down_to_a_working_line() -> None:
    number = placed()
    one = leg(number)
    assert number.startswith("O2026-")
    assert one.subject == f"order/{number}-1"
    assert (shop.order(number).state, stands(number)) == ("inProgress", ("inProgress", "", ""))
    assert held(one.subject) == dict.fromkeys(("onu", "pon_port", "splitter_port", "vlan"), "reserved")
    assert live(number) == {"accept"}
    run(1)
    assert steps(number) == [("reserve", "done"), ("assign", "done"), ("activate", "done")]
    assert live(number) == {"appoint"}
    assert held(one.subject) == dict.fromkeys(("onu", "pon_port", "splitter_port", "vlan"), "assigned")
    do(number, "appoint", 2)
    do(number, "visit", 3)
    run(4)
    assert stands(number) == ("completed", "", "")
    service = Line.objects.get(leg=one).service
    assert service is not None
    assert (service.state, service.offer, service.characteristics["down_mbps"]) == ("active", "fibre-100", 100)
    assert set(held(one.subject).values()) == {"in_service"}
    assert live(number) == {"confirm"}
    api.confirm(order=number, leg=1, rating=5, **shop.by("agent", 6))
    row = leg(number)
    assert (row.rating, row.confirmed_at, shop.order(number).closed_at) == (5, shop.later(6), shop.later(4))
    assert shop.happened(one.subject) == [
        "order.requested", "order.accepted", "order.paid", "order.surveyed", "order.assigned", "order.configured",
        "order.dispatched", "visit.appointed", "order.installed", "order.tested", "order.completed", "order.confirmed",
    ]  # fmt: skip
    assert Order.objects.get(number=number).state == "completed"


def test_what_asks_the_customer_nothing_is_not_confirmed() -> None:
    number = placed()
    with pytest.raises(api.NothingToConfirm, match=f"{number}-1"):
        api.confirm(order=number, leg=1, rating=5, **by("agent", 1))
    row = leg(number)
    assert (row.rating, row.confirmed_at, live(number)) == (None, None, {"accept"})


@pytest.mark.parametrize(
    ("order", "leg", "refusal"),
    [("O2026-999999", 1, api.UnknownOrder), ("", 2, api.UnknownLeg), ("", 0, api.UnknownLeg)],
)
def test_what_is_not_there_is_neither_confirmed_nor_cancelled(order: str, leg: int, refusal: type[KapokError]) -> None:
    number = placed()
    with pytest.raises(refusal):
        api.confirm(order=order or number, leg=leg, **by("agent", 1))
    with pytest.raises(refusal):
        api.cancel(order=order or number, leg=leg, reason="客户不要了", **by("agent", 1))
    assert stands(number) == ("inProgress", "", "")


def test_a_step_that_is_not_there_is_neither_tried_again_nor_settled() -> None:
    with pytest.raises(api.UnknownStep):
        api.retry_step(step=UUID(int=1), **by("agent", 1))
    with pytest.raises(api.UnknownStep):
        api.settle_step(step=UUID(int=1), note="手工完成", **by("agent", 1))


# ---- placing ----


def test_an_unpaid_order_reserves_and_begins_when_it_is_paid() -> None:
    number = placed(pay=False)
    assert (shop.order(number).state, stands(number)) == ("pending", ("pending", "", ""))
    assert set(held(leg(number).subject).values()) == {"reserved"}
    assert shop.happened(leg(number).subject) == ["order.requested"]
    assert not Commitment.objects.filter(subject=leg(number).subject, promise="install").exists()
    assert run(1) == 0
    api.pay(order=number, **by("agent", 30))
    assert Commitment.objects.get(subject=leg(number).subject, promise="install").opened_at == later(30)
    assert live(number) == {"accept"}
    with pytest.raises(api.AlreadyPaid):
        api.pay(order=number, **by("agent", 31))
    run(31)
    assert live(number) == {"appoint"}


def test_three_lines_are_planned_and_reserved_with_few_statements() -> None:
    whose = shop.customer("陈公司", "business")
    lines = [line("fibre-100"), line("fibre-100"), line("support")]
    placed(line("fibre-100"), line("support"), whose=whose, channel="business")
    with CaptureQueriesContext(connection) as asked:
        number = placed(*lines, whose=whose, channel="business", minutes=1)
    assert Leg.objects.filter(order__number=number).count() == 1
    assert [each.quantity for each in Line.objects.filter(leg__order__number=number)] == [1, 1, 1]
    assert shop.order(number).quote["one_off"] == 20000
    assert shop.order(number).quote["monthly"] == 8800 * 2 + 12000
    with CaptureQueriesContext(connection) as of_one:
        placed(line("fibre-100"), whose=whose, channel="business", minutes=2)
    assert len(asked) <= len(of_one)
    assert len(asked) == STATEMENTS, "\n".join(each["sql"][:150] for each in asked)


STATEMENTS = 20
"""A pair around the savepoint of the verb among them, which the test has in a transaction, and the savepoint of the claim."""


def test_a_bundle_is_ordered_as_itself_with_its_parts() -> None:
    whose = shop.customer("陈公司", "business")
    number = placed(line("sme-blue"), whose=whose, channel="business")
    legs = list(Leg.objects.filter(order__number=number).order_by("number"))
    codes = {row.number: sorted(Line.objects.filter(leg=row).values_list("offer__code", flat=True)) for row in legs}
    assert codes == {1: ["fibre-300", "sme-blue", "support", "voice"], 2: ["website"]}
    assert shop.order(number).quote["monthly"] == 29900


@pytest.mark.parametrize(
    ("asked", "refusal", "words"),
    [
        ({"offer": "gold"}, "UnknownOffer", "gold"),
        ({"offer": "wireless-local"}, "OfferNotOnSale", "wireless-local"),
        ({"action": "fly"}, "BadLine", "action"),
        ({"offer": "sim-voice", "action": "move", "service": "S1"}, "ServiceNeeded", "service"),
        ({"address": "nowhere"}, "UnknownAddress", "nowhere"),
        ({"address": ""}, "BadLine", "address"),
        ({"quantity": 0}, "BadLine", "quantity"),
        ({"quantity": 201}, "BadLine", "quantity"),
        ({"characteristics": {"login": "长" * 5_000_000}}, "BadLine", "login"),
        ({"offer": "circuit-10"}, "BadLine", "far_address"),
        ({"offer": "circuit-10", "far_address": "n3"}, "BadLine", "offer"),
        ({"far_address": "n3"}, "BadLine", "far_address.*one end"),
        ({"action": "suspend"}, "ServiceNeeded", "suspend"),
    ],
)
def test_a_line_that_cannot_be_is_refused_and_nothing_is_written(
    asked: dict[str, Any], refusal: str, words: str
) -> None:
    whose = shop.customer()
    with pytest.raises(KapokError, match=words) as refused:
        placed(line(), line(**asked), whose=whose)
    assert (type(refused.value).__name__, re.findall("[\u3400-\u9fff]", refused.value.text.en)) == (refusal, [])
    assert not Order.objects.exists()
    assert not Resource.objects.exclude(holder="").exists()


def test_other_orders_that_cannot_be() -> None:
    whose = shop.customer()
    with pytest.raises(api.NoLines):
        api.place_order(customer=whose, channel="hotline", lines=[], pay=True, **by("agent"))
    with pytest.raises(KapokError, match="C99999999"):
        placed(whose="C99999999")
    with pytest.raises(api.BadMoment, match="promised date"):
        placed(promised_date=date(2020, 1, 1))
    with pytest.raises(api.BadMoment, match="window"):
        placed(window=(later(-60), later(60)))
    with pytest.raises(KapokError, match="There is no such window"):
        placed(window=(later(61), later(120)))
    assert not Order.objects.exists()


def test_yesterday_is_past_at_half_past_midnight_here() -> None:
    half_past_midnight = 15.5 * 60  # the 3rd of March in China, the 2nd in UTC
    with pytest.raises(api.BadMoment):
        placed(promised_date=date(2026, 3, 2), minutes=half_past_midnight)
    number = placed(promised_date=date(2026, 3, 3), minutes=half_past_midnight)
    with pytest.raises(api.BadMoment):
        api.amend(order=number, line=1, promised_date=date(2026, 3, 2), **by("agent", half_past_midnight + 1))


def test_what_is_noted_within_is_told_to_nobody_outside() -> None:
    service = shop.installed()
    whose = shop.service(service).customer.number
    number = placed(line(action="suspend", address="", service=service), whose=whose, note="客户难缠", minutes=100)
    do(number, "accept", 101)
    run(102)
    assert shop.service(service).suspension_reason == "停机"


def test_what_the_customer_said_is_kept_in_the_row_and_not_in_the_journal() -> None:
    number = placed()
    done(number, 1)
    api.confirm(order=number, leg=1, word="来电 13800138000", **by("agent", 6))
    said = Delivery.objects.filter(item__matter__subject=leg(number).subject).latest("delivered_at")
    assert "来电 13800138000" in said.evidence
    assert not Entry.objects.filter(data__icontains="13800138000").exists()


def test_a_matter_is_called_in_both_languages() -> None:
    number = placed()
    assert Matter.objects.get(subject=leg(number).subject).title == "新装 光纤宽带 100M / install Fibre broadband 100 M"


# ---- what is done to services that work ----


def test_suspended_resumed_changed_and_ended() -> None:
    service = shop.installed()
    whose = shop.service(service).customer.number
    number = placed(line(action="suspend", address="", service=service), whose=whose, minutes=100)
    with pytest.raises(api.InOtherHands, match=number):
        placed(line(action="cease", address="", service=service), whose=whose, minutes=100)
    do(number, "accept", 101)
    run(102)
    assert (shop.service(service).state, stands(number)[0]) == ("suspended", "completed")
    assert shop.service(service).suspension_reason
    with pytest.raises(api.NotInThisState):
        placed(line(action="suspend", address="", service=service), whose=whose, minutes=103)
    resumed = placed(line(action="resume", address="", service=service), whose=whose, minutes=110)
    run(111)
    assert (shop.service(service).state, stands(resumed)[0]) == ("active", "completed")
    changed = placed(line("fibre-300", action="change", address="", service=service), whose=whose, minutes=120)
    do(changed, "accept", 121)
    run(122)
    assert stands(changed)[0] == "completed"
    row = shop.service(service)
    assert (row.offer, row.characteristics["down_mbps"]) == ("fibre-300", 300)
    assert SimulatedUnit.objects.get(element="olt").settings["down_mbps"] == 300
    ended = placed(line("fibre-300", action="cease", address="", service=service), whose=whose, minutes=130)
    do(ended, "accept", 131)
    run(132)
    assert live(ended) == {"close"}
    assert shop.service(service).state == "terminated"
    assert not SimulatedUnit.objects.exists()
    assert not Resource.objects.exclude(holder="").exists()
    do(ended, "close", 133)
    run(134)
    assert stands(ended)[0] == "completed"
    with pytest.raises(api.NotTheirService):
        placed(line(action="cease", address="", service=service), whose=shop.customer("别人"), minutes=140)


def test_a_move_is_an_installation_there_and_an_end_here_in_one_order() -> None:
    service = shop.installed()
    whose = shop.service(service).customer.number
    before = set(Resource.objects.filter(service__number=service, kind="splitter_port").values_list("code", flat=True))
    number = placed(line(action="move", address="n3", service=service), whose=whose, minutes=100)
    assert (stands(number, 1)[0], stands(number, 2)[0]) == ("inProgress", "acknowledged")
    assert shop.order(number).state == "inProgress"
    run(101)
    assert SimulatedUnit.objects.count() == 1
    do(number, "appoint", 102)
    do(number, "visit", 103)
    run(104)
    assert stands(number, 1)[0] == "completed"
    assert live(number, 2) == {"accept"}
    assert shop.service(service).address.code == "n3"  # type: ignore[union-attr]
    do(number, "accept", 105, which=2)
    run(106)
    do(number, "close", 107, which=2)
    run(108)
    assert (shop.service(service).state, shop.order(number).state) == ("active", "completed")
    ports = Resource.objects.filter(service__number=service, kind="splitter_port").values_list("code", "holder")
    assert {code for code, _ in ports}.isdisjoint(before)
    assert {holder for _, holder in ports} == {leg(number, 1).subject}
    assert not Resource.objects.filter(code__in=before).exclude(state="free").exists()


def test_a_transfer_takes_both_consents_and_no_debt(settings: Any) -> None:
    service = shop.installed()
    whose, other = shop.service(service).customer.number, shop.customer("李芳")
    asked = line(action="transfer", address="", service=service)
    with pytest.raises(api.ConsentMissing):
        placed(asked, whose=whose, minutes=100)
    said = {"to_customer": other, "consent_from": "同意书 1", "consent_to": "同意书 2"}
    settings.ORDERING_DEBTS = "tests.chain.test_ordering.owes"
    with pytest.raises(api.HasDebt, match=r"88\.00"):
        placed(replace(asked, characteristics=said), whose=whose, minutes=100)
    settings.ORDERING_DEBTS = ""
    number = placed(replace(asked, characteristics=said), whose=whose, minutes=100)
    known_to_the_old = Subscriber.objects.get(service=service).secret
    assert known_to_the_old == performing.secret_of(service)
    do(number, "accept", 101)
    do(number, "debts", 102)
    assert Subscriber.objects.get(service=service).secret == known_to_the_old
    run(103)
    assert stands(number)[0] == "completed"
    assert shop.service(service).customer.number == other
    secret = Subscriber.objects.get(service=service).secret
    assert secret == performing.secret_of(service, shop.leg(number).subject) != known_to_the_old
    faster = placed(line("fibre-300", action="change", address="", service=service), whose=other, minutes=200)
    for stage in ("accept", "visit", "confirm"):
        run(201)
        if stage in shop.live(faster):
            do(faster, stage, 201)
    run(202)
    row = Subscriber.objects.get(service=service)
    assert (row.down_mbps, row.secret) == (300, secret)


def test_a_transfer_is_to_somebody_else_whom_we_know() -> None:
    service = shop.installed()
    whose, other = shop.service(service).customer.number, shop.customer("李芳")
    gone = shop.customer("王五")
    customers.erase_person(customer=gone, reason="客户要求删除", **by("manager", 90))
    said = {"to_customer": other, "consent_from": "同意书 1", "consent_to": "同意书 2"}
    asked = line(action="transfer", address="", service=service)
    for wrong, refusal in (
        ({"to_customer": "C99999999"}, "UnknownCustomer"), ({"to_customer": gone}, "ErasedCustomer"),
        ({"to_customer": whose}, "BadLine"), ({"to_account": "A99999999"}, "UnknownAccount"),
    ):  # fmt: skip
        with pytest.raises(KapokError) as refused:
            placed(replace(asked, characteristics=said | wrong), whose=whose, minutes=100)
        assert type(refused.value).__name__ == refusal
    assert not Order.objects.filter(placed_at=later(100)).exists()


def owes(_account: str) -> Money:
    """A debt."""
    return Money(8800, "CNY")


def test_a_changed_number_is_announced_for_45_days() -> None:
    service = shop.installed("voice", address="n5")
    whose = shop.service(service).customer.number
    old = Resource.objects.get(service__number=service, kind="number").value
    assert SimulatedUnit.objects.get(service=service).settings["number"] == old
    number = placed(line("voice", action="renumber", address="", service=service), whose=whose, minutes=100)
    do(number, "accept", 101)
    run(102)
    do(number, "announce", 103)
    run(104)
    assert stands(number)[0] == "completed"
    new = Resource.objects.get(service__number=service, kind="number").value
    assert new != old
    assert SimulatedUnit.objects.get(service=service).settings["number"] == new, "the switch was told"
    assert agreeing.differences(service) == []
    (said,) = shop.told("ordering.number_intercepted")
    assert (said["old"], said["new"]) == (f"••••{old[-4:]}", f"••••{new[-4:]}")
    assert said["until"] == (later(104) + timedelta(days=45)).isoformat()


def test_a_changed_number_is_given_to_nobody_while_it_is_announced_whatever_its_pool_says() -> None:
    Pool.objects.filter(code="N-TYX").update(quarantine_days=0)
    service = shop.installed("voice", address="n5")
    whose = shop.service(service).customer.number
    old = Resource.objects.get(service__number=service, kind="number").code
    number = placed(line("voice", action="renumber", address="", service=service), whose=whose, minutes=100)
    do(number, "accept", 101)
    run(102)
    do(number, "announce", 103)
    run(104)
    Resource.objects.filter(kind="number", state="free").exclude(code=old).update(state="blocked")

    def asked(days: int) -> list[str]:
        at = later(104) + timedelta(days=days)
        wanted = {"address": "n5", "needs": [inventory.Need("number")], "until": at + timedelta(days=1)}
        found = inventory.reserve(holder=f"order/{days}", **wanted, actor="staff/agent", at=at)
        return [each.code for each in found.resources]

    assert (asked(1), asked(44), asked(46)) == ([], [], [old])


# ---- several services of one leg ----


def done(number: str, minutes: float) -> None:
    """All of the leg up to its completion."""
    run(minutes)
    do(number, "appoint", minutes + 1)
    do(number, "visit", minutes + 2)
    run(minutes + 3)
    assert stands(number)[0] == "completed"


def kinds_of(service: str) -> dict[str, str]:
    """What a service runs on: kind and state."""
    return dict(Resource.objects.filter(service__number=service).order_by("kind").values_list("kind", "state"))


def services(number: str) -> dict[str, str]:
    """The services of the first leg by offer, of several the last."""
    rows = Line.objects.filter(leg=leg(number), service__isnull=False).order_by("number")
    return dict(rows.values_list("offer__code", "service__number"))


def test_each_part_of_a_bundle_runs_on_what_is_its_own() -> None:
    whose = shop.customer("陈公司", "business")
    number = placed(line("sme-blue"), whose=whose, channel="business")
    done(number, 1)
    found = services(number)
    fibre = dict.fromkeys(("onu", "pon_port", "splitter_port", "vlan"), "in_service")
    copper = dict.fromkeys(("line_port", "mdf_port", "number", "primary_pair", "secondary_pair"), "in_service")
    assert (kinds_of(found["fibre-300"]), kinds_of(found["voice"])) == (fibre, copper)
    ports = {code: Resource.objects.get(service__number=found[code], kind=kind).code
             for code, kind in (("voice", "line_port"), ("fibre-300", "splitter_port"))}  # fmt: skip
    told = Call.objects.filter(verb="activate", service__in=found.values()).values_list("service", "request")
    assert {(service, asked["port"], "onu" in asked) for service, asked in told} == {
        (found["voice"], ports["voice"], False), (found["fibre-300"], ports["fibre-300"], True),
    }  # fmt: skip
    ended = placed(line("voice", action="cease", address="", service=found["voice"]), whose=whose, minutes=100)
    do(ended, "accept", 101)
    run(102)
    assert shop.service(found["voice"]).state == "terminated"
    assert kinds_of(found["voice"]) == {}
    assert Resource.objects.get(code=ports["voice"]).state == "free"
    assert (shop.service(found["fibre-300"]).state, kinds_of(found["fibre-300"])) == ("active", fibre)


def test_of_two_pieces_the_end_of_one_leaves_the_other_its_port() -> None:
    number = placed(line(quantity=2))
    done(number, 1)
    one, two = Line.objects.filter(leg=leg(number)).order_by("number").values_list("service__number", flat=True)
    onus = dict(Resource.objects.filter(kind="onu", service__isnull=False).values_list("service__number", "value"))
    assert set(onus) == {one, two}
    told = Call.objects.filter(verb="activate").values_list("service", "request")
    assert {service: asked["onu"] for service, asked in told} == onus
    whose = shop.order(number).customer.number
    ended = placed(line(action="cease", address="", service=one), whose=whose, minutes=100)
    do(ended, "accept", 101)
    run(102)
    assert kinds_of(one) == {}
    assert kinds_of(two) == dict.fromkeys(("onu", "pon_port", "splitter_port", "vlan"), "in_service")


# ---- many legs ----


def test_a_key_account_with_three_legs_is_told_one_state() -> None:
    shop.add_switch()
    whose = shop.customer("某银行", "key_account", tier="SL1")
    lines = [shop.circuit(address, "n7") for address in ("n1", "n3", "n5")]
    number = placed(*lines, whose=whose, channel="key_account")
    assert shop.order(number).state == "inProgress"
    run(1)
    for which in (1, 2):
        for stage in ("access-a", "access-b", "progress"):
            do(number, stage, 2, which=which)
    run(3)
    assert [stands(number, which)[0] for which in (1, 2, 3)] == ["completed", "completed", "inProgress"]
    assert shop.order(number).state == "inProgress"
    api.wait_for_plant(order=number, leg=3, reason="管道未通", **by("dispatcher", 4))
    assert (shop.order(number).state, shop.order(number).exception) == ("held", "10W")
    view = queries.order(number)
    assert [each.state for each in view.legs] == ["completed", "completed", "held"]
    assert view.state_name.en == "held"
    api.cancel(order=number, leg=3, reason="改用两条", **by("keyaccount", 5))
    run(6)
    assert (shop.order(number).state, shop.order(number).exception) == ("partial", "")


# ---- reading ----


def test_an_order_is_read_as_a_living_chain_in_a_fixed_number_of_queries() -> None:
    number = placed()
    run(1)
    with CaptureQueriesContext(connection) as asked:
        view = queries.order(number)
    assert len(asked) <= 16
    (one,) = view.legs
    assert {stage.code: stage.status for stage in one.stages} == {
        "accept": "done", "assign": "done", "configure": "done", "appoint": "running", "visit": "next", "test": "later",
        "confirm": "later", "bill": "later",
    }  # fmt: skip
    columns = {stage.code: stage.column for stage in one.stages}
    assert (columns["configure"], columns["appoint"], columns["visit"]) == (2, 2, 3)
    appoint = next(stage for stage in one.stages if stage.code == "appoint")
    assert appoint.clock is not None
    assert (appoint.clock.due_at, appoint.unit_name.en) == (later(1) + timedelta(days=2), "Tianhe East Field Team")
    assert [text.en for text in one.undoes] == ["take the activation back", "give resources back"]
    assert one.cancel_refused is None
    assert one.promises[0].running
    assert queries.order_of(one.subject) == (number, 1)
    assert [row.number for row in queries.orders_of(view.customer)] == [number]
    assert queries.search(number[:6], units=None)[0].what.en == "install: Fibre broadband 100 M"


def test_whoever_has_an_order_under_way_is_not_forgotten() -> None:
    whose = shop.customer()
    number = placed(whose=whose)
    with pytest.raises(KapokError, match=rf"order {number} \(in progress\)"):
        customers.erase_person(customer=whose, reason="客户要求删除", **by("manager", 1))
    api.cancel(order=number, reason="客户改变主意", **by("agent", 2))
    assert queries.still_ordered(shop.order(number).customer_id) == []


def test_orders_are_paged_by_key_and_counted() -> None:
    whose = shop.customer()
    numbers = [placed(whose=whose, minutes=n) for n in range(3)]
    first = queries.orders(queries.Filter(), limit=2)
    rest = queries.orders(queries.Filter(), after=first.after, limit=2)
    assert [row.number for row in (*first.rows, *rest.rows)] == numbers[::-1]
    assert rest.after is None
    assert queries.counts(queries.Filter())[rules.State.IN_PROGRESS] == 3
    assert queries.orders(queries.Filter(units=[])).rows == []


def test_an_account_that_pays_for_something_is_not_closed() -> None:
    whose = shop.customer()
    first = customer_of(whose).accounts[0].number
    number = shop.placed(whose=whose, account=first)
    second = customers.add_account(customer=whose, **by("agent", 1))
    closed = {"customer": whose, **by("agent", 2)}
    with pytest.raises(customers.AccountInUse, match=number):
        customers.close_account(account=first, **closed)
    api.cancel(order=number, reason="不想要了", **by("agent", 2))
    customers.close_account(account=first, **closed)
    with pytest.raises(customers.ClosedAccount):
        shop.placed(whose=whose, account=first)
    placed = Order.objects.get(number=shop.placed(whose=whose))
    assert placed.account is not None
    assert placed.account.number == second, "the first that is open"
