"""What the ledger's address asks for: its filter as a form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kapok.edges.console.ledger.wording import DUES, EVERY, RUNNING
from kapok.edges.console.people.forms import in_reading_language
from kapok.ground.commitments import queries
from kapok.ground.commitments.lanes import Filter, Place
from kapok.ground.commitments.rules import STATES, State
from kapok.ground.people import queries as people
from kapok.ground.people.queries import Unit
from kapok.ground.places.pinyin import in_alphabet
from kapok.ground.work.rules import MATTERS
from kapok.kernel.promises import Tier
from kapok.kernel.promises.terms import TIERS
from kapok.kernel.text import Text

SPANS = {"hour": timedelta(hours=1), "day": timedelta(hours=24), "week": timedelta(days=7)}
EVERY_STATE = "all"
BY_LETTER = {matter.letter: kind for kind, matter in MATTERS.items()}
"""The kinds of matter by the letter that their numbers begin with."""


class LedgerFilter(forms.Form):
    """The conditions of the ledger. A value that is none of the choices is said beside its field and narrows nothing."""

    subject = forms.CharField(label=_("Matter"), max_length=200, required=False)
    owner = forms.CharField(label=_("Owner"), max_length=60, required=False)

    def __init__(self, data: Mapping[str, Any], *, units: Iterable[Unit], scope: queries.Scope) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.tree = list(units)
        self.reader = scope
        self._choose("unit", _("Unit"), [(unit.code, _indented(unit)) for unit in self.tree])
        self._choose("promise", _("Promise"), promise_choices())
        self._choose("tier", _("Tier"), [(tier.value, TIERS[tier]) for tier in Tier])
        self._choose("due", _("Due"), [(code, name) for code, name in DUES.items() if code])
        states = [(state.value, STATES[state]) for state in State]
        self._choose("state", _("State"), [*states, (EVERY_STATE, EVERY)], nothing=RUNNING)
        self._choose("order", pgettext_lazy("sort", "Order"), [("last", LAST)], nothing=FIRST)
        self.order_fields(["subject", "unit", "promise", "tier", "state", "due", "owner", "order"])

    def _choose(self, name: str, label: Any, choices: Iterable[tuple[str, Text]], nothing: Text = EVERY) -> None:
        said = [("", in_reading_language(nothing)), *((code, in_reading_language(text)) for code, text in choices)]
        self.fields[name] = forms.ChoiceField(label=label, choices=said, required=False)

    def wanted(self, at: datetime) -> Filter:
        """The filter as of a moment, within what the reader may see."""
        self.is_valid()
        asked = self.cleaned_data
        due = asked.get("due", "")
        return Filter(
            units=self._units(asked.get("unit", "")),
            states=_states(asked.get("state", ""), due=due),
            promise=asked.get("promise", ""),
            tier=asked.get("tier", ""),
            owners=_owners(asked.get("owner", "")),
            subject=_subject(asked.get("subject", "")),
            due_before=at if due == "past" else at + SPANS[due] if due in SPANS else None,
            undated=due == "none",
            latest_first=asked.get("order") == "last",
        )

    def _units(self, chosen: str) -> tuple[str, ...] | None:
        if not chosen:
            return self.reader.codes
        return self.reader.narrowed(unit.code for unit in self.tree if chosen in {unit.code, *unit.above})


FIRST = Text(zh="先到期的在前", en="first due first")
CODED = Text(zh="{title}（{code}）", en="{title} ({code})")
LAST = Text(zh="后到期的在前", en="last due first")


def promise_choices() -> list[tuple[str, Text]]:
    """The promises in force in the order of the dictionary; where several are called the same, each with its code."""
    known = queries.promises_in_force()
    called = Counter(in_reading_language(title) for title in known.values())
    told = [
        (code, title if called[in_reading_language(title)] == 1 else CODED.format(title=title, code=code))
        for code, title in known.items()
    ]
    return sorted(told, key=lambda each: in_alphabet(in_reading_language(each[1])))


def written(place: Place) -> str:
    """A place in the ledger as it stands in an address."""
    return f"{place.due_at.isoformat() if place.due_at else ''}~{place.id}"


def place(words: str) -> Place | None:
    """The place in an address; None where it is none."""
    due_at, sign, id_ = words.partition("~")
    try:
        moment = datetime.fromisoformat(due_at) if due_at else None
        found = Place(moment, UUID(id_)) if sign else None
    except ValueError:
        return None
    return None if found and moment and moment.utcoffset() is None else found


def _indented(unit: Unit) -> Text:
    space = "\u3000" * unit.depth
    return Text(zh=f"{space}{unit.name.zh}", en=f"{space}{unit.name.en}")


def _states(chosen: str, *, due: str) -> tuple[State, ...]:
    if chosen == EVERY_STATE:
        return tuple(State)
    if chosen:
        return (State(chosen),)
    stands = {State.PAUSED} if due in {"past", *SPANS} else set()  # what stands still does not fall due
    return tuple(state for state in Filter().states if state not in stands)


def _subject(words: str) -> str:
    """A matter as the journal calls it, also where its number alone is typed, or its name as it is shown."""
    number = words.rpartition(" ")[2].upper()
    kind = BY_LETTER.get(number[:1]) if number[1:2].isdigit() else None
    return f"{kind}/{number}" if kind else words


def _owners(words: str) -> tuple[str, ...]:
    """The people who are called so or have that number; whoever is nobody answers for nothing."""
    words = words.strip()
    if not words or "/" in words:
        return (words.lower(),) if words else ()
    return tuple(f"staff/{number}" for number in people.numbers_of(words) or [words.lower()])
