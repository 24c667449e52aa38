"""What is wished otherwise on the way (10Q): another number is kept in place of the one before, a visit takes the other way."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from kapok.back.workforce import queries as field
from kapok.back.workforce.models import Appointment
from kapok.chain.ordering import api, engine, visits
from kapok.chain.ordering.models import Line, Step
from kapok.ground.places import api as places
from kapok.ground.places.rules import Segment
from kapok.network.activation import api as activation
from kapok.network.inventory.models import Resource
from kapok.network.inventory.refusals import WishTaken
from tests.appointments import appointment_of
from tests.chain import shop
from tests.chain.shop import by, do, later, leg, line, live, placed, run, stands
from tests.network.plant import AT, WHO

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]


def asked(action: str, *, offer: str = "voice", at: float = 100, **wished: str) -> str:
    """An order for something of a service that works, at an address with numbers to spare: its number."""
    service = shop.installed(offer, address="n5" if offer == "voice" else "r101")
    whose = shop.service(service).customer.number
    more: dict[str, Any] = {"action": action, "address": "", "service": service, "characteristics": wished}
    return placed(line(offer, **more), whose=whose, minutes=at)


def free(which: int = 0) -> str:
    """A free number of the range, from the end: nobody is given it by chance."""
    rows = Resource.objects.filter(kind="number", pool__code="N-TYX", state="free").order_by("-code")
    return str(rows[which].id)


def kept(number: str) -> list[tuple[str, str]]:
    """The numbers that an order has, with their states."""
    rows = Resource.objects.filter(holder=leg(number).subject, kind="number").order_by("code")
    return [(str(row.id), row.state) for row in rows]


def state(identifier: str) -> str:
    return str(Resource.objects.get(id=identifier).state)


def amend(number: str, minutes: float = 110, **wished: str) -> None:
    api.amend(order=number, line=1, characteristics=wished, **by("agent", minutes))


def through(number: str, minutes: float) -> None:
    """People and the system do their parts by turns."""
    run(minutes)
    while live(number):
        minutes += 2
        do(number, min(live(number)), minutes)
        run(minutes + 1)


def test_the_number_before_is_given_back_and_the_one_wished_for_is_kept_and_used() -> None:
    number = asked("renumber")
    ((first, _),) = kept(number)
    wished = free()
    amend(number, number_wish=wished)
    assert kept(number) == [(wished, "reserved")]
    assert (state(first), leg(number).version) == ("free", 2)
    assert [need["wish"] for need in leg(number).needs] == [wished]
    through(number, 120)
    service = Line.objects.get(leg=leg(number)).service
    assert stands(number)[0] == "completed"
    assert str(Resource.objects.get(service=service, kind="number").id) == wished


def test_what_is_assigned_already_is_assigned_again_and_the_same_wish_twice_is_nothing() -> None:
    number = asked("renumber")
    do(number, "accept", 101)
    run(102)
    ((first, before),) = kept(number)
    assert (before, live(number)) == ("assigned", {"announce"})
    wished = free()
    amend(number, number_wish=wished)
    assert kept(number) == [(wished, "assigned")]
    assert state(first) == "free"
    with pytest.raises(api.NothingAmended):
        amend(number, 111, number_wish=wished)
    amend(number, 112, number_wish="")
    assert (kept(number), leg(number).version) == ([(wished, "assigned")], 3)
    assert "wish" not in leg(number).needs[0]


def test_a_number_that_is_taken_is_refused_and_the_one_before_stays() -> None:
    number = asked("renumber")
    before = kept(number)
    others = [free(), str(uuid4()), "88888888"]
    Resource.objects.filter(id=others[0]).update(state="blocked")
    for wish in others:
        with pytest.raises(WishTaken):
            amend(number, number_wish=wish)
    assert (kept(number), leg(number).version) == (before, 1)
    assert Line.objects.get(leg=leg(number)).characteristics == {}
    assert "wish" not in leg(number).needs[0]


def test_a_leg_that_waits_for_a_number_goes_on_with_the_one_wished_for() -> None:
    service = shop.installed("voice", address="n5")
    whose = shop.service(service).customer.number
    Resource.objects.filter(kind="number", state="free").update(state="blocked")
    number = placed(line("voice", action="renumber", address="", service=service), whose=whose, minutes=100)
    assert stands(number)[:2] == ("held", "10W")
    wished = str(Resource.objects.filter(kind="number", state="blocked").order_by("-code")[0].id)
    Resource.objects.filter(id=wished).update(state="free")
    amend(number, number_wish=wished)
    assert (stands(number)[:2], kept(number)) == (("inProgress", ""), [(wished, "reserved")])
    assert shop.order(number).state == "inProgress"


def test_while_the_network_is_told_the_number_and_after_it_another_one_comes_too_late() -> None:
    number = asked("renumber")
    do(number, "accept", 101)
    run(102)
    do(number, "announce", 103)
    before = kept(number)
    lease = engine.claim(later(104))
    assert lease is not None
    assert Step.objects.get(id=lease.step).name == "modify"
    with pytest.raises(api.TooLateToWish, match="modify"):
        amend(number, 104, number_wish=free())
    engine.work_off(lease, later(104))
    with pytest.raises(api.PastNoReturn):
        amend(number, 105, number_wish=free())
    assert leg(number).version == 1
    assert state(before[0][0]) == "in_service"


def test_what_the_network_may_have_been_told_half_keeps_its_number() -> None:
    number = asked("renumber")
    do(number, "accept", 101)
    run(102)
    do(number, "announce", 103)
    activation.switch_on_fault(element="switch", fault="timeout", actor="staff/noc", at=later(103))
    run(104)
    assert Step.objects.get(leg=leg(number), name="modify").state == "failed"
    before = kept(number)
    with pytest.raises(api.TooLateToWish):
        amend(number, 105, number_wish=free())
    assert (kept(number), leg(number).version) == (before, 1)


@pytest.mark.parametrize(
    ("action", "offer", "wished", "words"),
    [
        ("change", "fibre-100", {"number_wish": "x"}, "change of number"),
        ("renumber", "voice", {"visit": "yes"}, "for a replacement"),
        ("replace", "fibre-100", {"visit": "perhaps"}, "yes or no"),
    ],
)
def test_a_wish_that_would_come_to_nothing_is_refused(
    action: str, offer: str, wished: dict[str, str], words: str
) -> None:
    number = asked(action, offer=offer)
    with pytest.raises(api.BadLine, match=words):
        amend(number, **wished)
    assert (leg(number).version, Line.objects.get(leg=leg(number)).characteristics) == (1, {})


def test_nobody_comes_with_a_card() -> None:
    whose, bought = shop.customer(), "sim-voice"
    number = placed(line(bought), whose=whose, minutes=1)
    through(number, 2)
    service = str(Line.objects.get(leg__order__number=number).service)
    number = placed(line(bought, action="replace", address="", service=service), whose=whose, minutes=100)
    with pytest.raises(api.BadLine, match="knows of no visit"):
        amend(number, visit="yes")
    assert (leg(number).version, Line.objects.get(leg=leg(number)).characteristics) == (1, {})


def test_a_wish_that_would_come_to_nothing_is_not_ordered_either() -> None:
    with pytest.raises(api.BadLine, match=r"visit.*for a replacement"):
        placed(line(characteristics={"visit": "yes"}))


def test_a_part_is_brought_after_all_and_another_handed_out_after_all() -> None:
    for before, wished, stage in (("no", "yes", "visit"), ("yes", "no", "hand-out")):
        number = asked("replace", offer="fibre-100", visit=before)
        assert (visits.visit_of(leg(number).subject) is not None) == (before == "yes")
        amend(number, visit=wished)
        assert (visits.visit_of(leg(number).subject) is not None) == (wished == "yes")
        facts = [told["facts"] for told in shop.told("matter.changed", leg(number).subject)]
        assert facts == [{"visit_needed": wished}]
        do(number, "accept", 111)
        run(112)
        assert live(number) == {stage}
        with pytest.raises(api.TooLateToWish):
            amend(number, 113, visit=before)
        assert live(number) == {stage}


def test_who_is_not_visited_any_more_gives_the_window_back() -> None:
    places.assign_patch(unit="tianhe-east-1", segment=Segment.PUBLIC, address="road", since=AT, **WHO)
    service = shop.installed()
    chosen = field.windows(address="r101", skill="fibre", minutes=90, after=later(100), days=3)[0]
    asked_for = line(action="replace", address="", service=service, characteristics={"visit": "yes"})
    whose = shop.service(service).customer.number
    number = placed(asked_for, whose=whose, minutes=100, window=(chosen.starts_at, chosen.ends_at))
    assert appointment_of(leg(number).subject) is not None
    amend(number, visit="no")
    assert appointment_of(leg(number).subject) is None
    assert Appointment.objects.get().state == "cancelled"
