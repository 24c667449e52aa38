"""A personnel file is taken in while others change what its people hold: nobody waits for each other in a ring."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kapok.ground.posts import api as posts
from kapok.ground.posts import queries
from kapok.ground.posts.models import Absence
from kapok.ground.posts.personnel import take_in
from kapok.kernel.text import Text
from tests.ground.conftest import AT, WHO
from tests.races import outcomes

DAY = timedelta(days=1)
PEOPLE = {"mei": "梅芳", "chen": "陈卫东"}


def taken(*names: str, level: int) -> Callable[[], Any]:
    lines = [f"{name},{PEOPLE[name]},bureau,,,,,fibre:{level}" for name in names]
    text = "\n".join(["staff_no,name,unit,phone,email,language,posts,skills", *lines])
    return lambda: take_in("people.csv", text.encode(), units=None, **WHO)


@pytest.mark.usefixtures("committed_desk")
@pytest.mark.parametrize("attempt", range(4))
def test_a_leave_is_granted_while_a_file_is_taken_in(attempt: int) -> None:
    posts.define_skill(code="fibre", title=Text(zh="光纤熔接", en="Fibre splicing"), **WHO)
    asked = posts.request_leave(username="chen", since=AT + 2 * DAY, until=AT + 4 * DAY, **WHO)
    came = outcomes(taken("mei", "chen", level=2), lambda: posts.grant_leave(absence=asked, **WHO))
    assert came == ["done", "done"]
    assert Absence.objects.get(id=asked).state == "granted"
    chen = Absence.objects.get(id=asked).staff_id
    assert queries.skills_of({chen}, AT) == {chen: {"fibre": 2}}


@pytest.mark.usefixtures("committed_desk")
@pytest.mark.parametrize("attempt", range(4))
def test_two_files_that_name_the_same_people_in_another_order(attempt: int) -> None:
    posts.define_skill(code="fibre", title=Text(zh="光纤熔接", en="Fibre splicing"), **WHO)
    assert outcomes(taken("mei", "chen", level=2), taken("chen", "mei", level=3)) == ["done", "done"]
