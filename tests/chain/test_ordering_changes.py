"""Every change of a service that runs comes to its end: what finishes it is asked twice, and changes nothing the second time."""

from __future__ import annotations

import pytest

from kapok.chain.ordering.models import Line, Step
from tests.chain import shop
from tests.chain.shop import do, line, live, placed, run, stands

pytestmark = [pytest.mark.usefixtures("open_shop"), pytest.mark.django_db]
CARD = "sim-voice"


def through(number: str, minutes: float) -> None:
    """People and the system do their parts by turns."""
    run(minutes)
    while live(number):
        minutes += 6
        do(number, min(live(number)), minutes)
        run(minutes)


def test_a_card_is_replaced_transferred_and_given_up_and_nothing_falls_out() -> None:
    whose, heir = shop.customer(), shop.customer("李芳")
    bought = placed(line(CARD), whose=whose, minutes=1)
    through(bought, 2)
    service = str(Line.objects.get(leg__order__number=bought).service)
    agreed = {"to_customer": heir, "consent_from": "同意书 1", "consent_to": "同意书 2"}
    for minutes, action, owner, said in (
        (60, "replace", whose, {"what": "sim"}), (120, "transfer", whose, agreed), (180, "cease", heir, {}),
    ):  # fmt: skip
        asked = line(CARD, action=action, address="", service=service, characteristics=said)
        number = placed(asked, whose=owner, minutes=minutes)
        through(number, minutes + 1)
        assert stands(number) == ("completed", "", "")
    assert shop.service(service).state == "terminated"
    assert not Step.objects.filter(state="fallen_out").exists()
    assert Step.objects.filter(name="finish", state="done").count() == 4
