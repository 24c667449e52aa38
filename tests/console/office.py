"""An office at work for the tests of screens: posts filled, packs and flows in force, a fault taken in by the hotline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from kapok.ground.catalog import demo as flows
from kapok.ground.commitments import demo as packs
from kapok.ground.posts import demo as posts
from kapok.ground.work import api, queries
from kapok.ground.work.baton import api as baton
from kapok.kernel.text import Text
from tests import worlds

FAULT = {"service": "fixed_broadband", "fault_kind": "access_line", "segment": "public"}


def now() -> datetime:
    """The moment at which the console looks."""
    return datetime.now(UTC)


def set_up() -> None:
    """What an operator has before its first matter; the cast must be there."""
    worlds.begin("office at work", _set_up)


def _set_up() -> None:
    at = now() - timedelta(days=1)
    for loader in (posts, flows, packs):
        loader.load(at)


def fault(title: str = "宽带掉线", *, ago: timedelta = timedelta(minutes=5), **more: Any) -> str:
    """A fault that the agent took in: its subject. The stage of the hotline is offered."""
    said = {"kind": "fault.reported", "facts": FAULT, "actor": "staff/agent", "at": now() - ago} | more
    return api.open_matter(title=title, **said)


def asked(subject: str, unit: str, *, by: str = "agent", title: str = "查线", **more: Any) -> queries.WorkItem:
    """Work outside of the flow that somebody asked a unit for."""
    words = Text(zh=title, en=title)
    said = {"matter": subject, "title": words, "unit": unit, "actor": f"staff/{by}", "at": now()} | more
    return found(baton.offer(**said))


def found(identifier: Any) -> queries.WorkItem:
    """The work item as it stands."""
    item = queries.item(identifier)
    assert item is not None
    return item
