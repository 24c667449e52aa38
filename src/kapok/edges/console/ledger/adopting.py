"""The packs in force: since when, which version, and taking a shipped one or a newer version into force, or one out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kapok.edges.console.ledger.facts import known_of
from kapok.edges.console.packs.library import shelf
from kapok.edges.console.screen import ScreenRequest, attempt, screen
from kapok.ground.commitments import api, queries
from kapok.ground.people.queries import units_where
from kapok.ground.people.roles import Permission
from kapok.kernel.promises import Pack, find


@dataclass(frozen=True)
class Shipped:
    """A pack that came with Kapok, beside what is in force of it."""

    pack: Pack
    present: queries.Adopted | None

    @property
    def state(self) -> Literal["adopted", "newer", "absent"]:
        """Whether it is in force, in force in another version, or not at all."""
        if self.present is None:
            return "absent"
        return "adopted" if self.present.version == self.pack.version else "newer"


@screen(permission=Permission.LEDGER_READ)
def adopted_packs(request: ScreenRequest) -> HttpResponse:
    """What is in force, what was, and what could be."""
    every = queries.adopted(in_force=False)
    present = {each.code: each for each in every if each.superseded_at is None}
    shipped = [Shipped(volume.pack, present.get(code)) for code, volume in shelf().volumes.items()]
    known = known_of(each.scope for each in present.values())
    values = {
        "present": [(each, list(known.said(each.scope))) for each in present.values()],
        "past": [each for each in every if each.superseded_at is not None],
        "shipped": [each for each in shipped if each.state != "adopted" and each.pack.promises],
        "newer": {each.pack.code for each in shipped if each.state == "newer"},
        "may_adopt": _may_adopt(request),
    }
    return render(request, "ledger/packs.html", values)


@require_POST
@screen(permission=Permission.LEDGER_MANAGE)
def adopt(request: ScreenRequest, code: str) -> HttpResponse:
    """Take a shipped pack into force from now on. It binds every unit, so the right to it is that of the top unit."""
    if code not in shelf().volumes:
        raise Http404
    verb = partial(api.adopt_pack, document=find(code).read_text(encoding="utf-8"))
    return _by_who_may(request, verb, _("The pack is in force from now on."))


@require_POST
@screen(permission=Permission.LEDGER_MANAGE)
def retire(request: ScreenRequest, code: str) -> HttpResponse:
    """Let a pack open nothing from now on; the right to it is that of adopting it."""
    verb = partial(api.retire_pack, code=code)
    return _by_who_may(request, verb, _("The pack opens nothing from now on; what runs goes on."))


def _by_who_may(request: ScreenRequest, verb: Callable[..., object], done: str) -> HttpResponse:
    if _may_adopt(request):
        attempt(request, partial(verb, actor=request.user.subject, at=request.at), done)
    else:
        messages.error(request, _("A pack binds every unit: ask somebody who may adopt packs for the top unit."))
    return redirect("console:adopted-packs")


def _may_adopt(request: ScreenRequest) -> bool:
    return queries.scope(units_where(request.user.id, Permission.LEDGER_MANAGE)).codes is None
