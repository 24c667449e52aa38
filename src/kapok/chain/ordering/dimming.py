"""Where a line that is too dark at its test loses its light: told by what the other ONUs of its PON receive."""

from __future__ import annotations

from collections.abc import Mapping

from kapok.kernel.text import Text, joined
from kapok.network.activation.api import Outcome
from kapok.network.activation.queries import light_of
from kapok.network.activation.rules import CURES, LOSSES, WEAK_DBM, Diagnosis, Loss, Reading, weak_light
from kapok.network.inventory.pons import Pon, pon_of
from kapok.network.inventory.views import ResourceView

WEAK_LIGHT, DARK_PLANT = "weak_light", "dark_plant"
"""The codes of a test: the customer's own line, which a visit mends, and the plant before it, which one does not."""
WHERE = Text(
    zh="光损位置：{loss}（PON口 {pon}，{weak}/{all} 个光猫弱光）。{cure}",
    en="Light is lost {loss} (PON {pon}, {weak} of {all} ONUs weak). {cure}",
)


def located(outcome: Outcome, service: str, resources: Mapping[str, ResourceView]) -> Outcome:
    """The outcome of a test that found too little light (`WEAK_LIGHT`), with the place where it is lost as far as that is known."""
    port, dbm = resources.get("splitter_port"), outcome.measured.get("rx_dbm")
    if port is None or dbm is None or dbm >= WEAK_DBM:
        return outcome
    pon = pon_of(port.element)
    readings = _readings(pon, service, Reading(service, port.element, dbm))
    found = _diagnosed(readings, pon.stages)
    text = WHERE.format(
        loss=LOSSES[found.loss], pon=pon.code or "–", weak=len(found.onus), all=len(readings), cure=CURES[found.loss]
    )
    code = WEAK_LIGHT if found.loss is Loss.SINGLE_USER else DARK_PLANT
    measured = {**outcome.measured, "loss": found.loss.value}
    return Outcome(ok=False, code=code, text=joined([outcome.text, text], zh="", en=" "), measured=measured)


def _readings(pon: Pon, service: str, own: Reading) -> list[Reading]:
    others = light_of([each for each in pon.splitters if each != service])
    return [own, *(Reading(onu, pon.splitters[each], dbm) for each, (onu, dbm) in others.items())]


def _diagnosed(readings: list[Reading], stages: int) -> Diagnosis:
    """By the rule of the shares; where this one alone is weak, however few share the PON with it, it is its own line."""
    if sum(reading.rx_dbm < WEAK_DBM for reading in readings) == 1:
        return Diagnosis(Loss.SINGLE_USER, (readings[0].onu,))
    return weak_light(readings, stages=stages)
