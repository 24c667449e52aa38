"""What the list of orders is narrowed down to: its filter as a form."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _

from kapok.chain.ordering import rules
from kapok.chain.ordering.queries import Filter
from kapok.edges.console.people.forms import in_reading_language
from kapok.ground.people.queries import Unit
from kapok.kernel.text import Text

OPEN = "open"
ALL = Text(zh="全部", en="all")
STILL_OPEN = Text(zh="未办结", en="still open")
PRESSED = (
    ("urged", Text(zh="催单或督办", en="urged or supervised")),
    ("supervised", Text(zh="督办", en="under supervision")),
)
IN_JEOPARDY = Text(zh="预计超时", en="will be late")
SHOWN = (*rules.GRAVEST_FIRST, rules.Deviation.AMEND)
INDENT = "\u3000"


class OrdersFilter(forms.Form):
    """The conditions of the list. A value that is none of the choices narrows nothing."""

    def __init__(self, data: Mapping[str, Any], *, units: Iterable[Unit]) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.tree = list(units)
        self.fields["text"] = forms.CharField(label=_("Order or customer"), max_length=20, required=False)
        self._choose("unit", _("Unit"), [(unit.code, _indented(unit)) for unit in self.tree])
        self._choose(
            "state", _("State"), [(OPEN, STILL_OPEN), *((state.value, name) for state, name in rules.STATES.items())]
        )
        self._choose("exception", _("Exception"), [(each.value, _coded(each)) for each in SHOWN])
        self._choose("jeopardy", _("Forecast"), [("yes", IN_JEOPARDY)])
        self._choose("pressed", _("Urged or supervised"), PRESSED)

    def _choose(self, name: str, label: Any, choices: Iterable[tuple[str, Text]]) -> None:
        said = [("", in_reading_language(ALL)), *((code, in_reading_language(text)) for code, text in choices)]
        self.fields[name] = forms.ChoiceField(label=label, choices=said, required=False)

    def wanted(self, units: Collection[UUID] | None) -> Filter:
        """The filter within the units whose orders the reader may see; None for all."""
        self.is_valid()
        asked = self.cleaned_data
        state, unit = asked.get("state", ""), asked.get("unit", "")
        within = {each.id for each in self.tree if unit in {each.code, *each.above}}
        return Filter(
            units=within if unit else units,
            states=() if state in {"", OPEN} else (state,),
            open=state == OPEN,
            exception=asked.get("exception", ""),
            jeopardy=bool(asked.get("jeopardy", "")),
            pressed=asked.get("pressed", ""),
            text=asked.get("text", ""),
        )


def _indented(unit: Unit) -> Text:
    space = INDENT * unit.depth
    return Text(zh=f"{space}{unit.name.zh}", en=f"{space}{unit.name.en}")


def _coded(deviation: rules.Deviation) -> Text:
    title = rules.DEVIATIONS[deviation].title
    return Text(zh=f"{deviation.value} {title.zh}", en=f"{deviation.value} {title.en}")
