"""The command palette (Ctrl-K or `/`): one place to search everything a person may open.

A source turns a query into hits. `SOURCES` lists them; each answers only with what the person may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from kapok.edges.console import navigation
from kapok.edges.console.customers.reach import codes
from kapok.edges.console.ledger.presenting import MATTERS, called
from kapok.edges.console.packs.library import shelf
from kapok.edges.console.screen import EVERYBODY, ScreenRequest, screen
from kapok.ground.catalog import queries as catalog
from kapok.ground.catalog.offering import queries as offering
from kapok.ground.catalog.specifying import queries as specifying
from kapok.ground.catalog.specifying.document import SORTS, Sort
from kapok.ground.commitments import queries as commitments
from kapok.ground.customers import queries as finding
from kapok.ground.people import queries
from kapok.ground.people.roles import Permission
from kapok.ground.places import queries as places
from kapok.ground.posts import queries as duties
from kapok.kernel.text import Text
from kapok.supervision.mining import queries as mining
from kapok.supervision.mining.rules import STATES, State

PER_SOURCE = 8
SHORTEST_NUMBER = 2
"""Fewer signs begin the numbers of too many matters."""


@dataclass(frozen=True)
class Hit:
    """One line of the palette. `group` says what kind of thing it is, `detail` what tells it from its namesakes."""

    group: Text
    title: str
    address: str
    icon: str
    detail: str = ""


Source = Callable[[ScreenRequest, str], Iterable[Hit]]


def screens(request: ScreenRequest, query: str) -> Iterator[Hit]:
    """Screens by name, keyword or pinyin initials."""
    for entry in navigation.screens_for(queries.permissions(request.user.id)):
        if entry.answers(query):
            name, section = (text.in_(request.language) for text in (entry.name, entry.section.name))
            yield Hit(Text(zh="页面", en="Screens"), name, entry.address, entry.icon, section)


def people(request: ScreenRequest, query: str) -> Iterator[Hit]:
    """People by name or staff number."""
    units = queries.units_where(request.user.id, Permission.PEOPLE_READ)
    if not query or not units:
        return
    for staff in queries.staff_rows(query, units=units)[:PER_SOURCE]:
        address = reverse("console:person", args=[staff.username])
        yield Hit(Text(zh="人员", en="People"), staff.name, address, "user", staff.username)


def posts(request: ScreenRequest, query: str) -> Iterator[Hit]:
    """Posts by title or code."""
    units = queries.units_where(request.user.id, Permission.ROSTER_READ)
    if not query or not units:
        return
    for row in duties.post_rows(units, search=query)[:PER_SOURCE]:
        address = reverse("console:post", args=[row.code])
        yield Hit(Text(zh="岗位", en="Posts"), row.title.in_(request.language), address, "users", row.code)


def audits(request: ScreenRequest, query: str) -> Iterator[Hit]:
    """Audits by name or pack."""
    units = queries.units_where(request.user.id, Permission.AUDIT_READ)
    if not query or not units:
        return
    for row in mining.audits(units, query)[:PER_SOURCE]:
        state = STATES[State(row.state)].in_(request.language)
        yield Hit(
            Text(zh="审计", en="Audits"), row.name, reverse("console:audit", args=[row.id]), "file-analytics", state
        )


def packs(request: ScreenRequest, query: str) -> Iterator[Hit]:
    """Packs by title, code or country."""
    if not query or not queries.units_where(request.user.id, Permission.PACKS_READ):
        return
    for volume in shelf().volumes.values():
        if volume.answers(query):
            code, title = volume.pack.code, volume.pack.title.in_(request.language)
            yield Hit(Text(zh="规则包", en="Packs"), title, reverse("console:pack", args=[code]), "book", code)


def promises(request: ScreenRequest, query: str) -> Iterator[Hit]:
    """Promises by title, code or clause."""
    if not query or not queries.units_where(request.user.id, Permission.PACKS_READ):
        return
    for pack, promise in shelf().promises(query):
        address = reverse("console:promise", args=[pack.code, promise.code])
        yield Hit(Text(zh="承诺", en="Promises"), promise.title.in_(request.language), address, "scale", promise.code)


def matters(request: ScreenRequest, query: str) -> Iterator[Hit]:
    """Matters by the beginning of their number."""
    units = queries.units_where(request.user.id, Permission.LEDGER_READ)
    if len(query) < SHORTEST_NUMBER or not units:
        return
    for subject in commitments.matters(commitments.scope(units), MATTERS, query, limit=PER_SOURCE):
        address = reverse("console:matter", args=[subject])
        yield Hit(Text(zh="事项", en="Matters"), called(subject).in_(request.language), address, "clock", subject)


def flows(request: ScreenRequest, query: str) -> Iterator[Hit]:
    """Flows by title, code or promise."""
    if not query or not queries.units_where(request.user.id, Permission.FLOWS_READ):
        return
    for version in catalog.shown(catalog.newest_rows(text=query)[:PER_SOURCE]):
        address = reverse("console:flow", args=[version.flow])
        yield Hit(Text(zh="流程", en="Flows"), version.title.in_(request.language), address, "route", version.flow)


def offers(request: ScreenRequest, query: str) -> Iterator[Hit]:
    """Offers by title or code: of each the version that counts."""
    if not query or not queries.units_where(request.user.id, Permission.OFFERS_READ):
        return
    for row in offering.newest_rows(text=query)[:PER_SOURCE]:
        address = reverse("console:offer-version", args=[row.code, row.number])
        yield Hit(Text(zh="商品", en="Offers"), row.title.in_(request.language), address, "coin", row.code)


def specifications(request: ScreenRequest, query: str) -> Iterator[Hit]:
    """Specifications and usage plans by title or code: of each the version that counts."""
    if not query or not queries.units_where(request.user.id, Permission.OFFERS_READ):
        return
    for row in specifying.newest_rows(text=query)[:PER_SOURCE]:
        address = reverse("console:specification-version", args=[row.sort, row.code, row.number])
        yield Hit(SORTS[Sort(row.sort)], row.title.in_(request.language), address, "table", row.code)


def addresses(request: ScreenRequest, query: str) -> Iterator[Hit]:
    """Addresses by initials, Chinese or English."""
    if len(query) < SHORTEST_NUMBER or not queries.units_where(request.user.id, Permission.PLACES_READ):
        return
    for found in places.search(query, limit=PER_SOURCE):
        name, full = (text.in_(request.language) for text in (found.name, found.full))
        yield Hit(Text(zh="地址", en="Addresses"), name, reverse("console:place", args=[found.code]), "map", full)


def customers(request: ScreenRequest, query: str) -> Iterator[Hit]:
    """Customers by whatever is at hand, within one's units; a person's name is masked unless it was typed in full."""
    units = queries.units_where(request.user.id, Permission.CUSTOMERS_READ)
    if len(query) < SHORTEST_NUMBER or not units:
        return
    for found in finding.search(query, units=codes(units), limit=PER_SOURCE):
        address = reverse("console:customer", args=[found.number])
        yield Hit(Text(zh="客户", en="Customers"), found.name, address, "user", found.number)


SOURCES: tuple[Source, ...] = (
    screens, customers, matters, packs, promises, flows, offers, specifications, audits, people, posts, addresses,
)  # fmt: skip


@screen(permission=EVERYBODY)
def palette(request: ScreenRequest) -> HttpResponse:
    """The hits for `?q=`, as the part of the page below the search field."""
    query = request.GET.get("q", "").strip()[:100]
    hits = [hit for source in SOURCES for hit in islice(source(request, query), PER_SOURCE)]
    return render(request, "console/parts/hits.html", {"hits": hits, "query": query})
