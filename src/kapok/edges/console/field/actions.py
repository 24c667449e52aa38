"""Everything a dispatcher can do with a work order: one table, from which buttons, forms and addresses follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kapok.back.workforce import api, queries, rules
from kapok.back.workforce.boards import Job
from kapok.back.workforce.rules import Errand
from kapok.edges.console.field.words import spoken_window
from kapok.edges.console.people.forms import in_reading_language
from kapok.kernel.text import Language, Text

NOTHING = Text(zh="", en="")


@dataclass(frozen=True)
class Action:
    """One thing to do: its name, the verb behind it, what it asks for, when it fits, what is said when it is done."""

    name: Text
    verb: Callable[..., object]
    asks: tuple[str, ...]
    done: Text
    icon: str
    fits: Callable[[Job], bool]


def _open(job: Job) -> bool:
    return job.state in rules.OPEN


def _in_hand(job: Job) -> bool:
    return job.state in rules.IN_HAND


def _live(job: Job) -> bool:
    return job.state in rules.LIVE


ON_ORDERS: Mapping[str, Action] = {
    "dispatch": Action(Text(zh="自动派工", en="Dispatch"), api.dispatch, (), NOTHING, "route", _open),
    "assign": Action(
        Text(zh="指派", en="Assign"), api.assign, ("technician", "reason"), Text(zh="已指派。", en="Assigned."), "user", _open
    ),
    "reassign": Action(
        Text(zh="改派", en="Reassign"), api.reassign, ("technician", "reason"),
        Text(zh="已改派，双方都会收到通知。", en="Reassigned; both are told."), "users", _in_hand,
    ),
    "appoint": Action(
        Text(zh="预约或改约", en="Appoint"), api.appoint, ("window", "why"), Text(zh="已约定时段。", en="The window is agreed."),
        "clock", _live,
    ),
    "help": Action(
        Text(zh="加派", en="Add a helper"), api.add_helper, ("helper",), Text(zh="已加派。", en="A helper was added."),
        "users", _live,
    ),
    "release": Action(
        Text(zh="撤下帮手", en="Release a helper"), api.release_helper, ("helping",), Text(zh="已撤下。", en="Released."),
        "x", lambda job: _live(job) and bool(job.helping),
    ),
    "press": Action(
        Text(zh="催单", en="Urge"), api.expedite, ("note",), Text(zh="已催单。", en="Urged."), "flag", _live
    ),
    "approve": Action(
        Text(zh="批准暂停时钟", en="Approve: stop the clock"), api.approve_hold, (),
        Text(zh="已批准，对客户的时钟暂停。", en="Approved; the customer's clock stands still."), "clock-pause",
        lambda job: job.asks,
    ),
    "refuse": Action(
        Text(zh="不批准暂停", en="Do not approve"), api.refuse_hold, (),
        Text(zh="未批准，时钟照走。", en="Not approved; the clock runs on."), "x", lambda job: job.asks,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Offered:
    """An action that fits, with its code in the address."""

    code: str
    action: Action


def fitting(job: Job) -> list[Offered]:
    """What may be done with a work order as it stands."""
    return [Offered(code, action) for code, action in ON_ORDERS.items() if action.fits(job)]


class OrderForm(forms.Form):
    """What an action asks for."""

    def __init__(
        self, *args: Any, action: Action, errand: Errand | None, people: list[tuple[str, str]], at: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.errand = errand
        for name in action.asks:
            if name == "technician":
                self.fields[name] = forms.ChoiceField(label=_("Technician"), choices=people)
            elif name in {"helper", "helping"}:
                self.fields["helper"] = forms.ChoiceField(label=_("Helper"), choices=people)
            elif name == "window":
                self.fields[name] = forms.ChoiceField(label=_("Window"), choices=_windows(errand, at))
            elif name == "why":
                self.fields["reason"] = forms.ChoiceField(
                    label=_("Why it moves"), required=False, choices=[("", "—"), *_named(rules.REBOOKS)]
                )
            else:
                label = _("Reason") if name == "reason" else _("Note")
                self.fields[name] = forms.CharField(label=label, max_length=rules.NOTE)

        if "insist" in self.data:
            self.ask_whether_to_insist()

    def ask_whether_to_insist(self) -> None:
        """Whom it names cannot keep the window: ask whether to send them all the same."""
        self.fields["insist"] = forms.BooleanField(label=_("Send them all the same"), required=False)

    def said(self) -> dict[str, Any]:
        """What the verb is told."""
        told = dict(self.cleaned_data)
        if "window" in told:
            begins, _slash, ends = told.pop("window").partition("/")
            field = forms.DateTimeField()
            told |= {"starts_at": field.to_python(begins), "ends_at": field.to_python(ends), "errand": self.errand}
        return told


def _windows(errand: Errand | None, at: Any) -> list[tuple[str, str]]:
    if errand is None:
        raise api.PlaceUnknown
    found = queries.windows(address=errand.address, skill=errand.skill, minutes=errand.minutes, after=at)
    language = Language.of(get_language())
    return [(each.value, spoken_window(each, language)) for each in found]


def _named(texts: Mapping[str, Text]) -> list[tuple[str, str]]:
    return [(code, in_reading_language(text)) for code, text in texts.items()]


def explained(outcome: object, action: Action) -> Text:
    """What is said when it is done: of a dispatch, who is sent and why."""
    return outcome.text if isinstance(outcome, api.Explanation) else action.done
