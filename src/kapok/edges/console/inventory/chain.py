"""What a service runs on, end to end, as the links of a chain to draw."""

from __future__ import annotations

from dataclasses import dataclass

from kapok.kernel.text import Text
from kapok.network.inventory.browsing import above, as_element, element_rows
from kapok.network.inventory.views import ElementView, ResourceView, ServiceView


@dataclass(frozen=True)
class Link:
    """One box of the chain: an element with what the service has of it, or a thing of a pool."""

    title: Text
    code: str
    element: bool
    resources: tuple[ResourceView, ...]


def chain(service: ServiceView) -> tuple[list[Link], list[ResourceView]]:
    """The elements from the customer to the core with what the service has of each, and what comes from pools."""
    held: dict[str, list[ResourceView]] = {}
    for each in service.resources:
        if not each.pooled:
            held.setdefault(each.element, []).append(each)
    links: dict[str, Link] = {}
    for row in element_rows().filter(code__in=held):
        for step in (as_element(row), *above(row)):
            links.setdefault(step.code, _link(step, held))
    ordered = sorted(links.values(), key=lambda link: _depth(link, held))
    return ordered, [each for each in service.resources if each.pooled]


def _link(step: ElementView, held: dict[str, list[ResourceView]]) -> Link:
    return Link(step.kind_name, step.code, True, tuple(held.get(step.code, ())))


def _depth(link: Link, held: dict[str, list[ResourceView]]) -> int:
    """The place in the order of the walk; what the service has nothing of stays where it is found."""
    return list(held).index(link.code) if link.code in held else len(held)
