"""Choosing among the promises of a pack: by service, area, tier, evidence and words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kapok.edges.console.packs.library import Volume
from kapok.edges.console.templatetags.kapok import text
from kapok.kernel.promises import Level, Pack, Promise
from kapok.kernel.promises.evidence import LEVELS
from kapok.kernel.promises.selector import Bounds
from kapok.kernel.promises.terms import TIERS
from kapok.kernel.promises.values import value_title

UNVERIFIED = "unverified"
Choices = list[tuple[str, str]]


class PromiseFilter(forms.Form):
    """What may be asked for; a choice is offered only where some promise of the pack has it."""

    q = forms.CharField(label=_("Text or code"), max_length=100, required=False)

    def __init__(self, *args: Any, volume: Volume, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.volume = volume
        pack = volume.pack
        offered = (
            ("service", _("Service"), _values(pack, "service")),
            ("area", _("Area"), _values(pack, "area")),
            ("tier", _("Tier"), [(tier.value, text(TIERS[tier])) for tier in TIERS if _any(pack, tier=tier)]),
            ("evidence", pgettext_lazy("promise", "Evidence"), _levels(pack)),
        )
        for name, label, choices in offered:
            if choices:
                self.fields[name] = forms.ChoiceField(label=label, choices=[("", _("all")), *choices], required=False)

    def chosen(self) -> list[Promise]:
        """The promises that meet everything that was asked for; what could not be understood is not asked for."""
        wanted: dict[str, str] = {}
        if self.is_bound:
            self.full_clean()
            wanted = self.cleaned_data
        found = self.volume.finds(wanted.get("q", ""))
        for name, meets in MEETS.items():
            if value := wanted.get(name):
                found = [promise for promise in found if meets(promise, value)]
        return found

    @property
    def narrowed(self) -> bool:
        """Whether anything is asked for."""
        return any(self.data.get(name) for name in self.fields)


def _concerns(promise: Promise, fact: str, value: str) -> bool:
    """Whether a promise concerns matters with this value: it names it, or does not ask."""
    condition = promise.applies.get(fact)
    return condition is None or isinstance(condition, Bounds) or value in condition


def _known_so_well(promise: Promise, level: str) -> bool:
    evidence = promise.evidence
    return not evidence.verified if level == UNVERIFIED else evidence.level == level


MEETS: dict[str, Callable[[Promise, str], bool]] = {
    "service": lambda promise, value: _concerns(promise, "service", value),
    "area": lambda promise, value: _concerns(promise, "area", value),
    "tier": lambda promise, value: promise.tier == value,
    "evidence": _known_so_well,
}


def _values(pack: Pack, fact: str) -> Choices:
    conditions: Iterable[Any] = (promise.applies.get(fact) for promise in pack.promises)
    named = {value for condition in conditions if isinstance(condition, tuple) for value in condition}
    return [(value, text(value_title(fact, value))) for value in sorted(named)]


def _levels(pack: Pack) -> Choices:
    present = {promise.evidence.level for promise in pack.promises}
    levels = [(level.value, text(LEVELS[level])) for level in Level if level in present]
    return [*([(UNVERIFIED, str(_("not verified")))] if pack.unverified else []), *levels]


def _any(pack: Pack, *, tier: str) -> bool:
    return any(promise.tier == tier for promise in pack.promises)
