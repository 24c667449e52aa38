"""Whether a flow may be published, with the promise it serves and the units there are."""

from __future__ import annotations

from kapok.ground.catalog import packs, rules
from kapok.ground.catalog.refusals import FlowRefused
from kapok.ground.catalog.template import Finding, Flow
from kapok.ground.people import queries as people
from kapok.ground.posts import queries as posts
from kapok.kernel.promises import Pack, Promise
from kapok.kernel.text import Text


def findings(flow: Flow) -> tuple[Finding, ...]:
    """Everything that keeps this flow from being published; nothing when it may be."""
    try:
        _, promise = served(flow)
    except FlowRefused as refused:
        return refused.findings
    units = frozenset(unit.code for unit in people.unit_tree())
    return rules.problems(flow, promise, units, skills=frozenset(posts.skill_titles()))


def fit(flow: Flow) -> rules.Fit | None:
    """The longest path against the promise; None when there is no such promise or the flow has no shape yet."""
    try:
        _, promise = served(flow)
    except FlowRefused:
        return None
    return rules.fits(flow, promise)


def served(flow: Flow) -> tuple[Pack, Promise]:
    """The promise that the flow serves, and its pack. Raises `FlowRefused`."""
    pack = packs.pack_called(flow.serves.pack)
    promise = packs.promise_called(pack, flow.serves.code) if pack else None
    if pack is None or promise is None:
        named = f"{flow.serves.pack}/{flow.serves.code}"
        text = Text(
            zh=f"没有可加总时限的承诺“{named}”：请改选规则包与承诺",
            en=f"there is no promise '{named}' with a length to add up to: choose another pack or promise",
        )
        raise FlowRefused([Finding("serves", "unknown_promise", text)])
    return pack, promise
