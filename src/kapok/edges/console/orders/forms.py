"""What is asked for when an order leaves its course or comes back to it: each action's form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

from django import forms
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kapok.back.workforce.rules import REBOOKS, Errand
from kapok.chain.ordering import queries as orders
from kapok.chain.ordering import rules
from kapok.chain.ordering.queries import LegView, Visit
from kapok.chain.ordering.rules import NO, NUMBER_WISH, VISIT, YES, Action
from kapok.chain.ordering.specified import Wishable
from kapok.edges.console.desk.action_forms import FETCHES, WAYS, NumberField
from kapok.edges.console.field.placing import addresses_found
from kapok.edges.console.field.words import spoken_window
from kapok.edges.console.packs.calculator.fields import LocalMomentField
from kapok.edges.console.people.forms import in_reading_language
from kapok.front.channels import altering, visiting
from kapok.ground.catalog.offering.document import End
from kapok.ground.people.roles import Permission
from kapok.kernel.text import Language, Text
from kapok.network.inventory import queries as inventory

LONGEST = 1000
SPECIFIED = "specified_"
"""How the fields begin of what is specified of a service."""
WHERE = {"where": "address", "far_where": "far_address"}
"""In which field words are typed for an address, and in which one of those that answer to them is chosen."""
Choice = tuple[str, Any]
SUPERVISING = frozenset({Permission.ORDERS_MANAGE.value, Permission.WORK_JUDGE.value})
"""Any of these lets an order be put under supervision."""


def _words(label: str, hint: str = "", *, required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, help_text=hint, max_length=LONGEST, required=required, widget=widget)


def _noted() -> Mapping[str, forms.Field]:
    return {"note": _words(_("Note"), _("Whoever has the work reads it; without names of customers."))}


def _why() -> forms.CharField:
    return _words(_("Why"), _("In a few words; without names of customers."))


def _moment(label: str, *, hint: str = "", required: bool = True) -> LocalMomentField:
    return LocalMomentField(zone=get_current_timezone(), label=label, help_text=hint, required=required)


def _choices(texts: Iterable[tuple[str, Text]]) -> list[Choice]:
    return [(code, in_reading_language(text)) for code, text in texts]


def _wishable(each: Wishable) -> forms.Field:
    label = in_reading_language(each.title)
    if each.values:
        choices = [("", _("As it is")), *_choices(each.values.items())]
        return forms.ChoiceField(label=label, choices=choices, required=False)
    if each.most:
        hint = _("At most %(most)s; empty leaves it as it is.") % {"most": each.most}
        return forms.IntegerField(label=label, min_value=1, max_value=each.most, required=False, help_text=hint)
    return forms.CharField(label=label, max_length=40, required=False, help_text=_("Empty leaves it as it is."))


class OrderForm(forms.Form):
    """A form about a leg; what it offers hangs on how the leg stands, and on what the reader is `allowed`."""

    def __init__(
        self, *args: Any, leg: LegView | None = None, allowed: frozenset[str] = frozenset(), at: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.leg, self.allowed, self.at = leg, allowed, at
        self.fields.update(self.asked())

    def asked(self) -> Mapping[str, forms.Field]:
        """The fields."""
        return {}

    def said(self) -> dict[str, Any]:
        """What the verb is told, of what the form has found to be right."""
        return self.cleaned_data


class CancelForm(OrderForm):
    """Who gives it up, and why."""

    def asked(self) -> Mapping[str, forms.Field]:
        """The fields."""
        return {
            "cause": forms.ChoiceField(label=_("Who gives it up"), choices=_choices(rules.CAUSES.items())),
            "reason": _why(),
        }


class ReturnForm(OrderForm):
    """To which stage, and why."""

    def asked(self) -> Mapping[str, forms.Field]:
        """The fields."""
        ways = [
            (way.stage, Text(zh=f"{way.title.zh}（{way.reason.zh}）", en=f"{way.title.en} ({way.reason.en})"))
            for way in (self.leg.ways_back if self.leg else ())
        ]
        return {"to": forms.ChoiceField(label=_("Back to"), choices=_choices(ways)), "reason": _why()}


class DeferForm(OrderForm):
    """Until when, why, and with what evidence."""

    def asked(self) -> Mapping[str, forms.Field]:
        """The fields."""
        return {
            "until": _moment(_("Put off until"), hint=_("It goes on by itself then, and the clocks run again.")),
            "reason": _why(),
            "evidence": _words(_("Evidence of the customer's wish"), _("E.g. the number of a call.")),
        }


class ReasonForm(OrderForm):
    """Why."""

    def asked(self) -> Mapping[str, forms.Field]:
        """The fields."""
        return {"reason": _why()}


class WaitForm(OrderForm):
    """What is lacking, by a code of the list where the leg takes anything of the plant, and by when it is expected."""

    def asked(self) -> Mapping[str, forms.Field]:
        """The fields."""
        lacks, two = self.leg.lacks if self.leg else {}, self.leg is not None and self.leg.far_address
        code = forms.ChoiceField(label=_("What is lacking"), choices=[("", "—"), *_choices(lacks.items())])
        return {
            **({"code": code} if lacks else {}),
            **({"far": forms.BooleanField(label=_("At the far end (B)"), required=False)} if two else {}),
            "reason": _words(_("Where, and what was found")),
            "expected_at": _moment(_("Expected by"), required=False),
        }


def _way(label: str, ways: Mapping[str, Text]) -> forms.ChoiceField:
    choices = [("", _("As it is")), *_choices(((YES, ways[VISIT]), (NO, ways["hall"])))]
    return forms.ChoiceField(label=label, choices=choices, required=False)


class AmendForm(OrderForm):
    """What the line is to be instead."""

    def asked(self) -> Mapping[str, forms.Field]:
        """The fields."""
        lines = [
            (str(line.number), Text(zh=f"{line.number} {line.title.zh}", en=f"{line.number} {line.title.en}"))
            for line in (self.leg.lines if self.leg else ())
        ]
        date = forms.DateInput(attrs={"type": "date"})
        return {
            "line": forms.TypedChoiceField(label=_("Line"), choices=_choices(lines), coerce=int),
            **self._offers(),
            "promised_date": forms.DateField(label=_("Another promised date"), required=False, widget=date),
            **self._word(),
            **self._wishes(),
            **self._specified(),
            **self._arranged(),
        }

    def _offers(self) -> Mapping[str, forms.Field]:
        """What a line of it may become."""
        found = orders.may_become(self.leg.subject, self.at) if self.leg else []
        choices = [("", _("As it is")), *_choices(found)]
        return {"offer": forms.ChoiceField(label=_("Another offer"), choices=choices, required=False)} if found else {}

    def _word(self) -> Mapping[str, forms.Field]:
        """The customer's word, where a promised date could become a later one."""
        if self.leg is None or self.leg.promised_date is None:
            return {}
        hint = _("Needed for a later promised date; e.g. the number of a call.")
        return {"evidence": _words(_("Evidence of the customer's wish"), hint, required=False)}

    def _wishes(self) -> Mapping[str, forms.Field]:
        """What may be wished otherwise of such a leg: the new number, or how a part is replaced."""
        as_it_is = ("", _("As it is"))
        match self.leg.action if self.leg else None:
            case Action.RENUMBER:
                numbers = NumberField(label=_("Another number"), choices=[as_it_is, *self._numbers()], required=False)
                return {"number": numbers}
            case Action.REPLACE:
                return {"visit": _way(_("How it is done"), WAYS)}
            case Action.CEASE:
                return {"visit": _way(_("Who brings the terminal back"), FETCHES)}
            case _:
                return {}

    def _specified(self) -> Mapping[str, forms.Field]:
        """What the specifications of its offers let be wished otherwise."""
        found = orders.may_be_wished(self.leg.subject) if self.leg else {}
        return {f"{SPECIFIED}{name}": _wishable(each) for name, each in found.items()}

    def _arranged(self) -> Mapping[str, forms.Field]:
        """Where, and how many: until the plant is assigned."""
        self.found: dict[str, list[tuple[str, str]]] = {}
        fields: dict[str, forms.Field] = {}
        if self.leg and self.leg.action in rules.ALLOCATES:
            fields |= self._where("where", _("Another address")) if self.leg.end is not End.B else {}
            two = self.leg.far_address or self.leg.end is End.B
            fields |= self._where("far_where", _("Another far end")) if two else {}
        if self.leg and orders.may_be_recounted(self.leg.subject):
            fields["quantity"] = forms.IntegerField(
                label=_("How many"), min_value=1, max_value=rules.MOST_PIECES, required=False
            )
        return fields

    def _where(self, name: str, label: str) -> dict[str, forms.Field]:
        """Another address, searched by words; where several answer to them, which of these."""
        hint = _("Words or first letters, down to the number or room. All of the leg moves there, if there is plant.")
        where = forms.CharField(label=label, max_length=100, required=False, help_text=hint)
        typed = self.data.get(name, "").strip()
        found = self.found[name] = addresses_found(typed) if typed else []
        if len(found) < 2:
            return {name: where}
        which = forms.ChoiceField(label=_("Which of these"), choices=found, required=False, widget=forms.RadioSelect)
        return {name: where, WHERE[name]: which}

    def clean(self) -> dict[str, Any]:
        """What was said, the addresses by their codes."""
        given = self.cleaned_data
        for name, code in WHERE.items():
            if not given.pop(name, "") or given.get(code):
                continue
            match self.found[name]:
                case [(only, _text)]:
                    given[code] = only
                case []:
                    self.add_error(name, _("No house number or room answers to this."))
                case _several:
                    self.add_error(name, _("Choose one of these addresses."))
        return given

    def _numbers(self) -> list[tuple[str, str]]:
        services = {line.service for line in (self.leg.lines if self.leg else ()) if line.service}
        found = (altering.numbers(inventory.service(each), self.at) for each in sorted(services))
        return list(dict.fromkeys(chain.from_iterable(found)))

    def said(self) -> dict[str, Any]:
        """The line, and what is wished of it otherwise."""
        given = dict(self.cleaned_data)
        wished = {NUMBER_WISH: given.pop("number", ""), VISIT: given.pop("visit", "")}
        for name in [each for each in given if each.startswith(SPECIFIED)]:
            wished[name.removeprefix(SPECIFIED)] = given.pop(name)
        return given | {"characteristics": {name: value for name, value in wished.items() if value}}


class ExpediteForm(OrderForm):
    """A word to whoever has the work; whoever may, puts it under supervision with it."""

    def asked(self) -> Mapping[str, forms.Field]:
        """The fields."""
        supervise = forms.BooleanField(label=_("Put it under supervision"), required=False)
        return {**_noted(), **({"supervise": supervise} if self.allowed & SUPERVISING else {})}

    def clean(self) -> dict[str, Any]:
        """What was said; refused where supervision is asked for by somebody who may not put anything under it."""
        if self.data.get("supervise") and "supervise" not in self.fields:
            raise forms.ValidationError(_("You may urge this order, but not put it under supervision."))
        return self.cleaned_data


class NoteForm(OrderForm):
    """Why it is put under supervision, or needs none any more."""

    def asked(self) -> Mapping[str, forms.Field]:
        """The fields."""
        return _noted()


class ConfirmForm(OrderForm):
    """How the customer said that it is done, and how good it was."""

    def asked(self) -> Mapping[str, forms.Field]:
        """The fields."""
        stars = [("", "–"), *((number, str(number)) for number in (5, 4, 3, 2, 1))]
        return {
            "word": _words(_("How the customer confirmed"), _("E.g. the number of the call.")),
            "rating": forms.TypedChoiceField(
                label=_("Rating"), required=False, coerce=int, empty_value=None, choices=stars
            ),
        }


class VisitForm(OrderForm):
    """A window that is free, and why the visit moves where one is agreed already."""

    def asked(self) -> Mapping[str, forms.Field]:
        """The fields."""
        visits = orders.visits_of([self.leg], self.at).get(self.leg.subject, []) if self.leg else []
        asked = [each for each in visits if each.may_choose]
        free = [(each, visiting.windows([_taken(each.errand)] if each.errand else [], self.at)) for each in asked]
        hint = " ".join(in_reading_language(found.none) for _visit, found in free if found.none)
        choices = [choice for visit, found in free for choice in _windows(visit, found)]
        window = forms.ChoiceField(label=_("Window"), choices=choices, help_text=hint)
        why = forms.ChoiceField(label=_("Why it moves"), choices=_choices(REBOOKS.items()), initial="customer")
        return {"window": window, **({"reason": why} if any(each.agreed.standing for each in asked) else {})}

    def said(self) -> dict[str, Any]:
        """To which end it is, when it begins and ends, and why it moves."""
        given = dict(self.cleaned_data)
        window, _bar, end = given.pop("window").partition("|")
        begins, _slash, ends = window.partition("/")
        return given | {
            "end": end, "starts_at": datetime.fromisoformat(begins), "ends_at": datetime.fromisoformat(ends),
        }  # fmt: skip


def _taken(errand: Errand) -> tuple[str, str, int]:
    return errand.address, errand.skill, errand.minutes


def _windows(visit: Visit, free: visiting.Windows) -> list[tuple[str, list[tuple[str, str]]]]:
    """The windows by day, with how many visits each has room for; of two ends with the one that it is for."""
    language = Language.of(get_language())
    place, sign = (f"{in_reading_language(visit.end_name)} ", f"|{visit.end}") if visit.end_name else ("", "")
    return [
        (f"{place}{day}", [(f"{each.value}{sign}", f"{place}{spoken_window(each, language)}") for each in found])
        for day, found in free.days
    ]


class SettleForm(OrderForm):
    """What was done by hand."""

    def asked(self) -> Mapping[str, forms.Field]:
        """The fields."""
        return {"note": _words(_("What was done by hand"))}
