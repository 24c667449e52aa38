"""A switch and an OLT that exist only in the database: small state machines, and faults that can be switched on.

A unit (a port, an ONU) is active, suspended, or `half` where a call stopped in the middle; told again, it goes on to what is asked.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Collection
from typing import Any, ClassVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from kapok.kernel.text import Text
from kapok.network.activation.adapters.base import DONE, PORTS, Outcome, Request, differing, missing, taken
from kapok.network.activation.models import ONE_NUMBER, SimulatedFault, SimulatedUnit
from kapok.network.activation.rules import Fault, light_is_fine

NO_ANSWER = Outcome(
    ok=False,
    code="timeout",
    retry=True,
    text=Text(zh="网元没有应答，稍后会重试。", en="The element did not answer; it is tried again."),
)
NONSENSE = Outcome(
    ok=False, code="wrong_answer", retry=True,
    text=Text(zh="网元的应答无法理解，稍后会重试。", en="The element’s answer made no sense; it is tried again."),
)  # fmt: skip
HALF = Outcome(
    ok=False, code="half_done", retry=True,
    text=Text(zh="网元只完成了一半，稍后会继续。", en="The element stopped halfway; it goes on when tried again."),
)  # fmt: skip
REFUSED = Outcome(
    ok=False, code="refused",
    text=Text(zh="网元拒绝执行；请检查网元后由人工重试。", en="The element refused; look at it, then try again by hand."),
)  # fmt: skip
NUMBER = Text(zh="号码", en="number")
FAR_SILENT = Text(
    zh="B端（远端）端口{port}没有应答；请检查该端的线路和设备，再测试。",
    en="The port {port} at the B end (far end) does not answer; look at line and equipment there, then test again.",
)
FAR_NOT_ACTIVE = Text(
    zh="B端（远端）端口{port}状态为“{state}”；请先开通。",
    en="The port {port} at the B end (far end) is {state}; activate it first.",
)
FAULTY_DBM = -28.5
STATES = {
    "active": Text(zh="已开通", en="active"),
    "suspended": Text(zh="已停机", en="suspended"),
    "half": Text(zh="未做完", en="half done"),
}


class Simulated:
    """One simulated element; `units` name the parameters that say which of its units serve, the one at the far end last."""

    element: ClassVar[str]
    title: ClassVar[Text]
    units: ClassVar[tuple[str, ...]]
    needed: ClassVar[frozenset[str]]
    kept: ClassVar[tuple[str, ...]]

    def activate(self, request: Request) -> Outcome:
        """Set the unit up for the service."""
        return self._tell(request, "active", create=True)

    def suspend(self, request: Request) -> Outcome:
        """Close the unit."""
        return self._tell(request, "suspended")

    def resume(self, request: Request) -> Outcome:
        """Open it again."""
        return self._tell(request, "active")

    def modify(self, request: Request) -> Outcome:
        """Change its settings, or move the service to another unit."""
        return self._tell(request, "")

    def terminate(self, request: Request) -> Outcome:
        """Clear the unit."""

        def clear() -> Outcome:
            SimulatedUnit.objects.filter(element=self.element, service=request.service).delete()
            return DONE

        return _answered(self._fault(), clear, half=lambda: self._set(request, "half"))

    def test(self, request: Request) -> Outcome:
        """Measure the unit."""
        fault = self._fault()

        def measure() -> Outcome:
            row, *far = [*self._rows(request), None]
            return missing(self.title) if row is None else self._measure(row, far[0], fault, request)

        return _answered(fault, measure, half=measure)

    def _measure(self, row: SimulatedUnit, far: SimulatedUnit | None, fault: Fault | None, request: Request) -> Outcome:
        raise NotImplementedError

    def _rows(self, request: Request) -> list[SimulatedUnit]:
        """The units that serve, the one at the far end last."""
        return list(SimulatedUnit.objects.filter(element=self.element, service=request.service).order_by("far"))

    def _tell(self, request: Request, state: str, *, create: bool = False) -> Outcome:
        return _answered(
            self._fault(),
            lambda: self._set(request, state, create=create),
            half=lambda: self._set(request, state and "half", create=create),
        )

    def _fault(self) -> Fault | None:
        """The fault switched on, one call of it used up."""
        switched = SimulatedFault.objects.filter(element=self.element)
        row = switched.first()
        if row is None:
            return None
        if row.calls_left is not None and row.calls_left <= 1:
            row.delete()
        elif row.calls_left:
            switched.update(calls_left=F("calls_left") - 1)
        return Fault(row.fault)

    def _set(self, request: Request, state: str, *, create: bool = False) -> Outcome:
        rows = self._rows(request)
        if not rows and not create:
            return missing(self.title)
        try:
            with transaction.atomic():
                for far, unit in enumerate(self.units):
                    self._set_one(rows[far : far + 1], request.text(unit), state, request, far=bool(far))
        except IntegrityError as refused:
            return taken(NUMBER if ONE_NUMBER in str(refused) else self.title)
        return DONE

    def _set_one(self, rows: list[SimulatedUnit], unit: str, state: str, request: Request, *, far: bool) -> None:
        """Set one end up, where there is one; what is set up at the far end alone has the state of the other."""
        if not rows and not unit:
            return
        row = rows[0] if rows else SimulatedUnit(element=self.element, service=request.service, far=far, settings={})
        row.state, row.unit = state or row.state or "active", unit or row.unit
        row.settings, row.changed_at = row.settings | self._kept(request), request.at
        row.save()

    def _kept(self, request: Request) -> dict[str, Any]:
        return {name: request.params[name] for name in self.kept if request.params.get(name)}


def _answered(fault: Fault | None, do: Callable[[], Outcome], half: Callable[[], Outcome]) -> Outcome:
    """What comes of a call while a fault is switched on."""
    if fault in (Fault.TIMEOUT, Fault.SLOW):
        time.sleep(settings.SIMULATED_SLOW_SECONDS)
    match fault:
        case Fault.TIMEOUT:
            return NO_ANSWER
        case Fault.REFUSES:
            return REFUSED
        case Fault.HALF_DONE:
            half()
            return HALF
        case Fault.WRONG_ANSWER:
            do()
            return NONSENSE
        case _:
            return do()


class Olt(Simulated):
    """An OLT: an ONU behind each unit, and the light it receives."""

    element = "olt"
    title = Text(zh="OLT", en="OLT")
    units = ("onu",)
    needed = frozenset({"onu"})
    kept = ("profile", "vlan", "down_mbps", "up_mbps", "port")

    def light(self, services: Collection[str]) -> dict[str, tuple[str, float]]:
        """The ONU of each of these services that has one, and what it receives (dBm); one ONU's own fault is not among it."""
        dark = SimulatedFault.objects.filter(element=self.element, fault=Fault.WEAK_PON).exists()
        rows = SimulatedUnit.objects.filter(element=self.element, service__in=services, state="active")
        return {row.service: (row.unit, FAULTY_DBM if dark else _usual_light(row.unit)) for row in rows}

    def _measure(self, row: SimulatedUnit, far: SimulatedUnit | None, fault: Fault | None, request: Request) -> Outcome:
        rx_dbm = FAULTY_DBM if fault in {Fault.WEAK_LIGHT, Fault.WEAK_PON} else _usual_light(row.unit)
        measured = {"rx_dbm": rx_dbm, "onu_state": row.state, "profile": row.settings.get("profile", "")}
        if row.state != "active":
            text = Text(zh="光猫状态为“{state}”；请先开通。", en="The ONU is {state}; activate it first.")
            return Outcome(ok=False, code="not_active", text=text.format(state=STATES[row.state]), measured=measured)
        if not light_is_fine(rx_dbm):
            text = Text(
                zh="收光{rx} dBm，不在-8至-27 dBm之间；请检查接头与光缆。",
                en="The ONU receives {rx} dBm, not between -8 and -27; look at connectors and fibre.",
            )
            return Outcome(ok=False, code="weak_light", text=text.format(rx=rx_dbm), measured=measured)
        if wrong := differing(request, row.settings):
            return Outcome(ok=False, code="not_as_ordered", text=wrong, measured=measured)
        text = Text(zh="收光{rx} dBm，正常", en="{rx} dBm received, fine").format(rx=rx_dbm)
        return Outcome(ok=True, code="done", text=text, measured=measured)


class Switch(Simulated):
    """A switch: a port for each line and its number where it has one, and a port at each end of a circuit."""

    element = "switch"
    title = Text(zh="交换机", en="switch")
    units = ("port", "far_port")
    needed = frozenset({"port"})
    kept = ("profile", "vlan", "down_mbps", "up_mbps", "number")

    def _measure(self, row: SimulatedUnit, far: SimulatedUnit | None, fault: Fault | None, request: Request) -> Outcome:
        silent = far is not None and fault is Fault.FAR_END
        measured = {"port_state": row.state} | ({"far_port_state": "no_answer" if silent else far.state} if far else {})
        if row.state != "active":
            text = Text(zh="端口状态为“{state}”；请先开通。", en="The port is {state}; activate it first.")
            return Outcome(ok=False, code="not_active", text=text.format(state=STATES[row.state]), measured=measured)
        if far and silent:
            return Outcome(ok=False, code="far_end", text=FAR_SILENT.format(port=far.unit), measured=measured)
        if far and far.state != "active":
            text = FAR_NOT_ACTIVE.format(port=far.unit, state=STATES[far.state])
            return Outcome(ok=False, code="far_end", text=text, measured=measured)
        has = row.settings | {"port": row.unit, "far_port": far.unit if far else ""}
        if wrong := differing(request, has, [*PORTS, "number"]):
            return Outcome(ok=False, code="not_as_ordered", text=wrong, measured=measured)
        return Outcome(ok=True, code="done", text=Text(zh="端口正常", en="the port is up"), measured=measured)


def _usual_light(unit: str) -> float:
    """Between -17 and -24 dBm, always the same for one unit."""
    return -17.0 - zlib.crc32(unit.encode()) % 71 / 10


OLT = Olt()
SIMULATED: dict[str, Simulated] = {adapter.element: adapter for adapter in (OLT, Switch())}
