"""R8: who speaks the customer's language is chosen before others, and the reasons say so; over the rules and over the verbs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from kapok.front.channels import api, gathering, queries
from kapok.front.channels.models import Case, Interaction
from kapok.front.channels.online import api as online
from kapok.front.channels.online.rules import asked_first
from kapok.front.channels.rules import Agent, Decision, Tongue, longest_idle
from kapok.front.channels.speaking import choose, wanted
from kapok.ground.customers import api as customers
from kapok.ground.customers.languages import LANGUAGES
from kapok.ground.posts import api as posts
from kapok.kernel.text import Text
from tests.chain import shop
from tests.front.counter import ask
from tests.front.test_channels_rules import BARE, QUEUES, agent, routed

CANTONESE = Tongue(LANGUAGES["yue"], "language-yue")
ENGLISH = Tongue(LANGUAGES["en"], "language-en")
MANDARIN = Tongue(LANGUAGES["zh"])
LIN, WU, HE = agent("lin", 5, "language-yue"), agent("wu", 9), agent("he", 7, "language-en", "fault")


def heard(*tongues: Tongue, agents: tuple[Agent, ...] = (LIN, WU, HE), **said: Any) -> Decision:
    return routed(tongues=tongues, queues=replace(QUEUES, agents=agents), **said)


def last(decision: Decision) -> Text:
    return decision.reasons[-1].text


# ---- the rule ----


def test_of_the_qualified_who_speaks_the_language_goes_before_who_is_idle_longer() -> None:
    assert heard().owner == "wu"
    decision = heard(CANTONESE)
    assert (decision.owner, decision.unit) == ("lin", "hotline")
    assert last(decision) == Text(zh="会客户的语言：粤语", en="speaks the customer's language: Cantonese")
    assert [reason.rule.value for reason in decision.reasons] == ["R1", "R7", "R8", "R8"]


def test_what_is_spoken_best_goes_before_what_is_spoken_besides() -> None:
    assert heard(ENGLISH, CANTONESE).owner == "he"
    assert heard(ENGLISH, CANTONESE, agents=(LIN, WU)).owner == "lin"
    spoken_by_all = heard(CANTONESE, MANDARIN, agents=(WU, HE))
    assert (spoken_by_all.owner, last(spoken_by_all).en) == ("wu", "wu is qualified and idle the longest")


def test_the_skill_is_asked_for_besides_the_language() -> None:
    assert heard(ENGLISH, skill="fault").owner == "he"
    assert heard(CANTONESE, skill="fault").owner == ""


def test_whoever_nobody_idle_speaks_with_waits_then_overflows_then_is_called_back() -> None:
    busy = (agent("lin", None, "language-yue"), WU)
    waits = heard(CANTONESE, agents=busy)
    assert (waits.owner, last(waits)) == (
        "",
        Text(
            zh="无会粤语的合格人员空闲，在队列等候",
            en="nobody qualified who speaks Cantonese is idle: it waits in the queue",
        ),
    )
    over = heard(CANTONESE, agents=busy, waited=timedelta(minutes=1))
    assert (over.owner, over.unit) == ("wu", "general")
    assert [reason.text.en for reason in over.reasons[-2:]] == [
        "overflow to wu, a generalist", "who does not speak Cantonese",
    ]  # fmt: skip
    assert last(over).zh == "通用席不会粤语"
    assert heard(CANTONESE, agents=busy, waited=timedelta(minutes=5)).call_back


def test_of_the_generalists_who_speaks_the_language_goes_first() -> None:
    over = heard(CANTONESE, skill="fault", agents=(LIN, WU), waited=timedelta(minutes=1))
    assert (over.owner, last(over).en) == ("lin", "speaks the customer's language: Cantonese")
    nobody = heard(CANTONESE, agents=(agent("lin", None),), waited=timedelta(minutes=1))
    assert (nobody.owner, last(nobody).zh) == ("", "无会粤语的合格人员空闲，在队列等候")


def test_of_those_on_duty_who_speaks_the_language_goes_first() -> None:
    there = replace(BARE, duty=(WU, LIN))
    decision = routed(tongues=(CANTONESE,), territory=there)
    assert (decision.owner, last(decision).en) == ("lin", "speaks the customer's language: Cantonese")
    assert routed(tongues=(ENGLISH,), territory=there).owner == "wu"


def test_by_the_web_too() -> None:
    first = asked_first((LIN, WU), "", (CANTONESE,))
    assert first is not None
    assert (first[0], first[1].text) == (
        "lin",
        Text(
            zh="网上受理：渠道空闲最久且会粤语 lin 首问",
            en="by the web: lin, idle the longest who speaks Cantonese, is asked first",
        ),
    )
    other = asked_first((LIN, WU), "", (ENGLISH,))
    assert other is not None
    assert other[0] == "wu"


def test_who_is_chosen_has_every_skill_that_is_asked_for() -> None:
    assert longest_idle((LIN, HE), "fault", "language-en", "") == HE
    assert choose((WU,), "", (CANTONESE,)) is None
    assert choose((), "", ()) is None
    assert (wanted(()), wanted((CANTONESE, MANDARIN))) == (None, None)
    assert wanted((CANTONESE, ENGLISH)) == Text(zh="粤语、英语", en="Cantonese, English")


# ---- over the verbs ----


def speak(username: str, language: str) -> None:
    """Somebody masters a language from now on; the demonstration has two."""
    posts.award_skill(username=username, skill=f"language-{language}", level=2, **shop.by("manager"))


@pytest.fixture(name="hotline")
def _hotline(open_shop: None, db: None) -> None:
    """Nobody of the demonstration speaks a language but who is named."""
    posts.withdraw_skill(username="agent", skill="language-yue", **shop.by("manager"))
    posts.withdraw_skill(username="agent2", skill="language-en", **shop.by("manager"))


@pytest.mark.usefixtures("hotline")
def test_what_is_noted_of_a_customer_decides_who_serves_them() -> None:
    number = shop.customer("何太", languages=["yue", "zh"])
    speak("agent2", "yue")
    _, decision = ask(1, customer=number, title="资费咨询")
    assert decision.owner == "agent2"
    assert [reason.text.zh for reason in decision.reasons if reason.rule.value == "R8"] == [
        "合格人员中空闲最久：agent2", "会客户的语言：粤语",
    ]  # fmt: skip
    posts.withdraw_skill(username="agent2", skill="language-yue", **shop.by("manager", 2))
    other = ask(3, customer=shop.customer("何生", languages=["yue", "zh"]), title="资费咨询")[1]
    assert other.owner == "agent"


@pytest.mark.usefixtures("hotline")
def test_the_agent_says_what_a_caller_speaks_whom_nobody_knows() -> None:
    speak("agent2", "en")
    talk = api.take(channel="hotline", medium="phone", language="en", **shop.by("agent"))
    assert queries.interaction(talk).language_name == Text(zh="英语", en="English")
    _, decision = ask(0.5, interaction=talk, title="price of a line")
    assert (decision.owner, last(decision).en) == ("agent2", "speaks the customer's language: English")
    api.close_interaction(interaction=talk, resolution="转接", **shop.by("agent", 1))
    again, decision = ask(2, language="ja", title="回線の料金")
    assert (decision.owner, last(decision).zh) == ("", "无会日语的合格人员空闲，在队列等候")
    assert Case.objects.get(matter=again).owner.username == "agent"


@pytest.mark.usefixtures("hotline")
def test_what_the_agent_says_goes_before_what_is_noted() -> None:
    number = shop.customer("Grace", languages=["yue"])
    row = customers.rows.customer_called(number)
    assert [each.skill for each in gathering.tongues_of(row, "en")] == ["language-en", "language-yue"]
    assert [each.skill for each in gathering.tongues_of(row)] == ["language-yue"]
    assert gathering.tongues_of(None) == ()


@pytest.mark.usefixtures("hotline")
def test_the_first_language_of_the_list_is_everybodys(settings: Settings) -> None:
    assert [each.skill for each in gathering.tongues_of(None, "zh")] == [""]
    settings.SPOKEN_LANGUAGES = ("en", "zh")
    assert [each.skill for each in gathering.tongues_of(None, "zh")] == ["language-zh"]


@pytest.mark.usefixtures("hotline")
def test_a_language_that_is_none_of_the_list_is_refused_and_leaves_nothing() -> None:
    with pytest.raises(api.UnknownLanguage) as refused:
        api.take(channel="hotline", medium="phone", language="tlh", **shop.by("agent"))
    assert refused.value.data == {"language": "tlh", "languages": "zh, yue, en, ja, ko", "most": 4}
    with pytest.raises(api.UnknownLanguage):
        ask(1, language="zh-hans")
    assert (Interaction.objects.count(), Case.objects.count()) == (0, 0)


@pytest.mark.usefixtures("hotline")
def test_by_the_web_whoever_speaks_the_language_of_the_customer_is_asked_first() -> None:
    speak("agent2", "en")
    number = shop.customer("Daniel", languages=["en"])
    who: dict[str, Any] = {"network": "10.0.0.1", "at": shop.later(1)}
    online.ask(customer=number, topic="question", words="How much is a line?", actor=f"customer/{number}", **who)
    (talk,) = queries.interactions_of(number)
    assert talk.first_contact == "agent2"
    left = online.leave_request(
        words="Can I have fibre?", name="Ann", phone="13800138000", agreed=True, language="en", actor="customer", **who
    )
    (talk,) = queries.interactions_about(left)
    assert talk.first_contact == "agent2"
