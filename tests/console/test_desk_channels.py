"""Setting channels up over HTTP: by whom, what is refused, who serves them from then on, and that what is asked is routed then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from kapok.front.channels import api, queries
from kapok.front.channels.models import ChannelSetting, ChannelStaff
from kapok.front.channels.rules import Channel
from kapok.ground.journal.models import Entry
from kapok.ground.people import api as people
from kapok.ground.people.models import Staff
from kapok.kernel.text import Language
from tests.console import counter_page
from tests.console.conftest import SignedIn
from tests.front import counter

WHERE = "/channels/hotline"
RIGHT = {
    "deed": "set", "mass": "hotline", "business": "key-accounts", "key": "key-accounts", "supervision": "supervision",
    "segment": "public", "skill": "",
    "overflow": "dispatch", "overflow_after": "30", "call_back_after": "120",
}  # fmt: skip


@pytest.fixture
def chen(open_counter: str, cast: object) -> str:
    """A customer of the shop, whose channels are not set up."""
    ChannelStaff.objects.all().delete()
    ChannelSetting.objects.all().delete()
    return open_counter


def ask(chen: str) -> Any:
    return api.ask(title="新装", channel="hotline", customer=chen, **counter_page.by("agent"))


def said(client: Client, where: str = WHERE, **more: str) -> str:
    answer = client.post(where, RIGHT | more)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_channel_is_set_up_and_staffed_and_what_is_asked_is_routed(signed_in: SignedIn, chen: str) -> None:
    with pytest.raises(api.ChannelNotSet):
        ask(chen)
    client, before = signed_in("supervisor", Language.EN), Entry.objects.filter(subject="channel/hotline").count()
    page = client.get("/channels").content.decode()
    assert page.count("not set up yet") == 5
    assert client.post(WHERE, RIGHT).status_code == 302
    setup = queries.setup_of(queries.rules.Channel.HOTLINE)
    assert setup is not None
    assert (setup.said["mass"], setup.said["overflow"], setup.said["supervision"]) == (
        "hotline",
        "dispatch",
        "supervision",
    )
    assert (setup.said["overflow_after"], setup.said["call_back_after"]) == (
        timedelta(seconds=30),
        timedelta(minutes=2),
    )
    assert client.post(WHERE, {"deed": "serve", "username": "agent"}).status_code == 302
    page = client.get(WHERE).content.decode()
    for shown in ("serve this channel no longer?", "Change the queues and times", 'value="30"'):
        assert shown in page
    matter, _ = ask(chen)
    assert counter.case(matter).owner.username
    assert Entry.objects.filter(subject="channel/hotline").count() == before + 2
    assert client.post(WHERE, {"deed": "release", "username": "agent"}).status_code == 302
    assert not ChannelStaff.objects.filter(until=None).exists()


@pytest.mark.parametrize(("typed", "kept"), [("6", 6), ("", None)])
def test_from_how_many_stars_on_somebody_goes_first_is_set(
    signed_in: SignedIn, chen: str, typed: str, kept: int | None
) -> None:
    assert signed_in("supervisor").post(WHERE, RIGHT | {"stars_first": typed}).status_code == 302
    setup = queries.setup_of(Channel.HOTLINE)
    assert setup is not None
    assert setup.said["stars_first"] == kept


@pytest.mark.parametrize(
    "more",
    [
        {"stars_first": "8"}, {"stars_first": "many"},
        {"mass": "nowhere"}, {"mass": ""}, {"business": "x" * 100}, {"supervision": ""}, {"supervision": "nowhere"},
        {"segment": "all"}, {"skill": "magic"},
        {"overflow_after": "-1"}, {"call_back_after": "3601"}, {"overflow_after": "nine"}, {"call_back_after": "29"},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_beside_its_field(signed_in: SignedIn, chen: str, more: dict[str, str]) -> None:
    assert "is-invalid" in said(signed_in("supervisor"), **more)
    assert not ChannelSetting.objects.exists()


def test_only_people_of_ones_own_units_serve(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("supervisor", Language.EN)
    client.post(WHERE, RIGHT)
    for nobody in ("", "nobody", "x" * 51):
        assert "is-invalid" in said(client, deed="serve", username=nobody)
    assert client.post(WHERE, {"deed": "release", "username": "nobody"}).status_code == 302
    assert "Nobody has the staff number" in client.get(WHERE).content.decode()
    assert not ChannelStaff.objects.exists()


def test_who_manages_another_unit_sees_and_does_not_change(signed_in: SignedIn, chen: str) -> None:
    api.set_channel(**{name: RIGHT[name] for name in ("mass", "business", "key", "supervision", "segment")},
                    channel="hotline", **counter_page.by("admin"))  # fmt: skip
    api.assign_staff(channel="hotline", username="agent", **counter_page.by("admin"))
    people.open_account(
        username="head",
        name="外区",
        unit="tianhe-east",
        language=Language.ZH,
        password="Long-enough-1",
        **counter_page.by("admin"),
    )
    people.grant_role(username="head", role="manager", unit="tianhe-east", **counter_page.by("admin"))
    client = Client()
    client.force_login(Staff.objects.get(username="head"), "django.contrib.auth.backends.ModelBackend")
    page = client.get(WHERE)
    assert page.status_code == 200
    assert "Change the queues" not in page.content.decode()
    assert 'name="username"' not in page.content.decode()
    before = ChannelSetting.objects.values_list("mass__code", "overflow_after").get(code="hotline")
    for deed in (RIGHT, {"deed": "serve", "username": "agent"}, {"deed": "release", "username": "agent"}):
        assert client.post(WHERE, deed).status_code == 404
    assert ChannelSetting.objects.values_list("mass__code", "overflow_after").get(code="hotline") == before
    assert ChannelStaff.objects.filter(until=None, staff__username="agent").count() == 1


def test_who_serves_at_the_desk_may_not(signed_in: SignedIn, chen: str) -> None:
    client = signed_in("agent")
    assert client.get("/channels").status_code == 403
    assert client.post(WHERE, RIGHT).status_code == 403
    assert signed_in("supervisor").get("/channels/telegraph").status_code == 404
    assert not ChannelSetting.objects.exists()
