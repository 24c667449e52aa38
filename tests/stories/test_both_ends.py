"""A leased circuit over days: somebody comes to each of its ends, one of which lacks a port, and it works when both are done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from kapok.back.workforce import api as workforce
from kapok.back.workforce import boards, visiting
from kapok.back.workforce import queries as field
from kapok.back.workforce.models import Appointment
from kapok.chain.ordering import api, reactions
from kapok.ground.journal.models import Entry
from kapok.ground.journal.queries import line as as_line
from kapok.ground.places import api as places
from kapok.ground.places.rules import Segment
from kapok.network.activation.models import SimulatedUnit
from kapok.network.inventory import api as inventory
from kapok.network.inventory import browsing
from kapok.network.inventory import queries as plant
from tests.chain import shop
from tests.chain.shop import leg, live, stands
from tests.network.plant import WHO
from tests.stories.operator import after, by, delivers, passes, service_of, works

WAITS = ("held", "10W")


@pytest.fixture(autouse=True)
def _open(db: None) -> None:
    shop.set_up()
    shop.add_switches()
    places.assign_patch(unit="tianhe-east-1", segment=Segment.PUBLIC, address="road", since=after(), **WHO)


def window(address: str, which: int, at: datetime) -> tuple[datetime, datetime]:
    found = field.windows(address=address, skill="fibre", minutes=180, after=at)[which]
    return found.starts_at, found.ends_at


def agreed() -> dict[str, datetime]:
    return dict(Appointment.objects.filter(state="booked").values_list("end", "starts_at"))


def day_of(at: datetime) -> list[tuple[str, str]]:
    """What stands on the technician's phone: the stage's end and its address."""
    jobs = boards.my_day("technician", at.date(), at)
    return [(job.end, job.address.zh if job.address else "") for job in jobs]


def test_each_end_has_its_visit_and_the_circuit_works_when_both_are_done() -> None:
    near, far = window("n1", 0, after()), window("n3", 1, after())
    said: dict[str, Any] = {"channel": "key_account", "pay": True, "windows": {"n1": near, "n3": far}}
    number = api.place_order(customer=shop.bank(), lines=[shop.circuit()], **said, **by("keyaccount", after()))
    passes(after(hours=0.1))
    assert agreed() == {"a": near[0], "b": far[0]}
    for end in ("a", "b"):
        workforce.dispatch(item=shop.item(number, f"access-{end}").id, **by("dispatcher", after(hours=0.2)))

    works(number, "access-a", near[0])
    works(number, "progress", near[0])
    assert (agreed(), live(number)) == ({"b": far[0]}, {"access-b"})

    moved = window("n3", 2, near[1])
    api.agree_visit(order=number, leg=1, end="b", starts_at=moved[0], ends_at=moved[1], **by("keyaccount", near[1]))
    assert agreed() == {"b": moved[0]}

    there = shop.item(number, "access-b").id
    workforce.accept(item=there, **by("technician", near[1]))
    assert ("b", "广东省体育西路3号") in day_of(moved[0])
    workforce.arrive(item=there, **by("technician", moved[0]))
    visiting.wait(item=there, note="端口损坏", code="NO_PORT", **by("technician", moved[0]))
    assert (stands(number)[:2], agreed()) == (WAITS, {})
    (lacking,) = browsing.demand()
    assert (lacking.place, lacking.code, lacking.waiting) == ("SW2", "NO_PORT", 1)

    built = after(2)
    inventory.add_resources(kind="circuit_port", element="SW2", count=1, **by("noc", built))
    reactions.hear(as_line(Entry.objects.get(kind="inventory.shortage_resolved")))
    assert stands(number)[:2] == ("inProgress", "")
    again = window("n3", 0, built)
    api.agree_visit(order=number, leg=1, end="b", starts_at=again[0], ends_at=again[1], **by("keyaccount", built))
    assert agreed() == {"b": again[0]}
    delivers(number, "access-b", again[0])
    works(number, "handover", again[1])

    assert stands(number)[0] == "completed"
    view = plant.service(service_of(number))
    assert (view.state, view.address, view.far_address) == ("active", "n1", "n3")
    assert {row.far: row.unit.partition(":")[0] for row in SimulatedUnit.objects.filter(element="switch")} == {
        False: "SW1", True: "SW2",
    }  # fmt: skip
    kept = Appointment.objects.filter(holder=leg(number).subject, state="kept")
    assert set(kept.values_list("end", "address__code")) == {("a", "n1"), ("b", "n3")}
