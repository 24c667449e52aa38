"""A small map as SVG, drawn from our own boundaries; nothing is asked of any other site."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians

from kapok.ground.places.queries import AddressView, Boundary
from kapok.ground.places.rules import Position, rings
from kapok.kernel.text import Language

WIDTH = 360
MARGIN = 12


@dataclass(frozen=True)
class Shape:
    """One boundary: the path to draw, its name and where the name stands, whether the address belongs to it."""

    kind: str
    name: str
    path: str
    x: int
    y: int
    own: bool


@dataclass(frozen=True)
class Map:
    """What to draw, in units of its own; the pin is where the address lies, if that is known."""

    width: int
    height: int
    shapes: tuple[Shape, ...]
    pin: tuple[int, int] | None


@dataclass(frozen=True)
class _Frame:
    """Degrees to units: north is up, and a degree of longitude is as short as it is at that latitude."""

    west: float
    north: float
    scale: float
    shrink: float

    def place(self, position: Position) -> tuple[int, int]:
        longitude, latitude = position
        across = (longitude - self.west) * self.shrink * self.scale
        return round(MARGIN + across), round(MARGIN + (self.north - latitude) * self.scale)


def drawn(boundaries: Iterable[Boundary], address: AddressView, language: Language) -> Map | None:
    """The map around an address; None where no boundary is drawn."""
    known = [(boundary, rings(boundary.geometry)) for boundary in boundaries]
    points = [position for _, found in known for ring in found for position in ring]
    if not points:
        return None
    pin = _pin(address)
    frame, height = _framed([*points, *([pin] if pin else [])])
    mine = {address.exchange_area, *(each.unit for each in address.patches if not each.defect)}
    shapes = tuple(_shape(frame, boundary, boundary.code in mine, language) for boundary, _ in known)
    return Map(WIDTH, height, shapes, frame.place(pin) if pin else None)


def _pin(address: AddressView) -> Position | None:
    if address.longitude is None or address.latitude is None:
        return None
    return address.longitude, address.latitude


def _framed(points: Sequence[Position]) -> tuple[_Frame, int]:
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    shrink = cos(radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / max((east - west) * shrink, (north - south) / 1.2, 1e-9)
    return _Frame(west, north, scale, shrink), round(2 * MARGIN + (north - south) * scale)


def _shape(frame: _Frame, boundary: Boundary, own: bool, language: Language) -> Shape:  # noqa: FBT001 - a fact about the shape
    lines = [[frame.place(position) for position in ring] for ring in rings(boundary.geometry)]
    path = " ".join("M" + " L".join(f"{x} {y}" for x, y in line[:-1]) + " Z" for line in lines)
    corners = lines[0][:-1]
    x, y = (round(sum(values) / len(corners)) for values in zip(*corners, strict=True))
    return Shape(boundary.kind, boundary.name.in_(language), path, x, y, own)
