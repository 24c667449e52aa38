"""One that the customer chose, such as a number: it is reserved for them or refused, never another in its place."""

from __future__ import annotations

from uuid import uuid4

import pytest

from kapok.network.inventory import api as inventory
from kapok.network.inventory.models import Resource
from kapok.network.inventory.refusals import WishTaken
from kapok.network.inventory.rules import Need, missing, together
from tests.network.plant import COPPER, WHO, named, reserve
from tests.races import at_once


def number(value: str = "") -> str:
    """A number of the range at the street: the last, which nobody is given by chance."""
    rows = Resource.objects.filter(kind="number", pool__code="N-TYX").order_by("-code")
    return str((rows.filter(value=value) if value else rows)[0].id)


def held(holder: str) -> list[str]:
    return [str(each) for each in Resource.objects.filter(holder=holder, kind="number").values_list("id", flat=True)]


def test_needs_that_are_added_up_and_held_keep_the_wish() -> None:
    wish = Need("number", wish="x")
    assert together([Need("number"), wish]) == [Need("number", count=2, wish="x")]
    assert missing([wish], {}) == [wish]
    assert missing([wish], {("number", ""): 1}) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("plant")
def test_the_one_that_is_wished_for_is_kept_with_all_else() -> None:
    wished = number()
    kept = reserve("order/1", needs=[*COPPER[:4], Need("number", wish=wished)])
    assert (held("order/1"), len(kept.resources), kept.shortage) == ([wished], 5, None)
    (got,) = [each for each in kept.resources if each.kind == "number"]
    assert (got.holder, got.state, got.pooled, got.reserved_until is not None) == ("order/1", "reserved", True, True)
    again = reserve("order/1", needs=[*COPPER[:4], Need("number", wish=wished)])
    assert (held("order/1"), len(again.resources)) == ([wished], 5)


@pytest.mark.django_db
@pytest.mark.usefixtures("plant")
def test_what_is_taken_or_is_none_for_the_address_is_refused_and_nothing_is_kept() -> None:
    taken = number()
    reserve("order/1", needs=[Need("number", wish=taken)])
    inventory.add_pool(
        code="N-ELSEWHERE", kind="number", name=named("别处号段"), values="29990001-29990002", exchange_area="SP", **WHO
    )
    elsewhere = str(Resource.objects.filter(pool__code="N-ELSEWHERE")[0].id)
    port = str(Resource.objects.filter(kind="line_port", state="free")[0].id)
    for wish in (taken, elsewhere, port, str(uuid4()), "gold"):
        with pytest.raises(WishTaken, match="number"):
            reserve("order/2", needs=[*COPPER[:4], Need("number", wish=wish)])
    with pytest.raises(WishTaken):
        reserve("order/2", needs=[Need("number", count=2, wish=number())])
    assert not Resource.objects.filter(holder="order/2").exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("plant")
def test_where_no_number_is_left_the_wish_is_refused_and_nobody_waits() -> None:
    wished = number()
    left = Resource.objects.filter(kind="number", pool__code="N-TYX", state="free").count()
    reserve("order/1", needs=[Need("number", count=left)])
    with pytest.raises(WishTaken):
        reserve("order/2", needs=[Need("number", wish=wished)])


@pytest.mark.usefixtures("committed_plant")
def test_of_eight_who_wish_for_one_number_one_gets_it() -> None:
    wished = number()

    def wish(holder: str) -> str:
        try:
            reserve(holder, needs=[Need("number", wish=wished)])
        except WishTaken:
            return "taken"
        return "kept"

    got = at_once(*[lambda n=n: wish(f"order/W-{n}") for n in range(8)])
    assert sorted(got) == ["kept"] + ["taken"] * 7
    assert Resource.objects.exclude(holder="").count() == 1
