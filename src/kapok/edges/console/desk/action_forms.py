"""What each action on a service asks for, and the line of an order that it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kapok.chain.ordering.api import LineDraft
from kapok.chain.ordering.lifting import IMPOSED
from kapok.chain.ordering.rules import NUMBER_WISH, VISIT, YES, Action
from kapok.edges.console.desk.forms import LONGEST, Reach, choices
from kapok.front.channels.altering import draft, two_ended
from kapok.front.channels.fields import WindowField
from kapok.ground.catalog.offering.document import ENDS, End
from kapok.ground.customers.queries import CustomerView
from kapok.kernel.text import Text
from kapok.network.inventory import rules as inventory
from kapok.network.inventory.kinds import HOPS, Kind
from kapok.network.inventory.queries import ServiceView

SUSPENSIONS: Mapping[str, Text] = {code.value: name for code, name in inventory.SUSPENSIONS.items()}
CESSATIONS: Mapping[str, Text] = {
    "moved": Text(zh="搬离", en="moved away"),
    "unneeded": Text(zh="不再需要", en="no longer needed"),
    "elsewhere": Text(zh="转用其他运营商", en="goes to another operator"),
    "price": Text(zh="资费原因", en="because of the price"),
    "quality": Text(zh="质量原因", en="because of the quality"),
}
REPLACEMENTS: Mapping[str, Text] = {
    "faulty": Text(zh="故障损坏", en="broken"),
    "lost": Text(zh="遗失", en="lost"),
    "upgrade": Text(zh="升级换代", en="replaced by a newer one"),
}
WAYS: Mapping[str, Text] = {
    "hall": Text(zh="营业厅领取", en="handed out in the hall"),
    VISIT: Text(zh="上门更换", en="somebody comes"),
}
FETCHES: Mapping[str, Text] = {
    "hall": Text(zh="客户送到营业厅", en="the customer, at the hall"),
    VISIT: Text(zh="技术人员上门取回", en="a technician fetches it"),
}
TERMINAL = Text(zh="客户终端", en="the customer's equipment")
ANY = Text(zh="任一空闲号码", en="any free number")


def spoken(text: Text) -> str:
    """A text of a closed list as an order keeps it: in both languages."""
    return f"{text.zh} / {text.en}"


def _asks_anew(service: ServiceView, action: Action) -> dict[str, str]:
    """What lets a field have the terms reckoned anew when it changes."""
    return {
        "data-wish": "", "hx-get": reverse("console:desk-act-terms", args=[service.customer, service.number, action.value]),
        "hx-trigger": "change", "hx-target": "#terms", "hx-include": "#order-form [data-wish]", "hx-sync": "#terms:queue last",
    }  # fmt: skip


def _comes(given: Mapping[str, Any]) -> dict[str, str]:
    return {VISIT: YES} if given.get("how") == VISIT else {}


class ActionForm(forms.Form):
    """What every action asks for. `seen` is what the page showed when it was filled in, signed."""

    def __init__(
        self,
        *args: Any,
        service: ServiceView,
        parts: Sequence[str] = (),
        numbers: Sequence[tuple[str, str]] = (),
        may_visit: bool = False,
        may_lift: bool = False,
        reach: Reach,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.service, self.parts, self.numbers, self.reach = service, parts, numbers, reach
        self.may_visit, self.may_lift = may_visit, may_lift
        self.fields["key"] = forms.UUIDField(widget=forms.HiddenInput(), initial=uuid4)
        self.fields["seen"] = forms.CharField(widget=forms.HiddenInput(), max_length=4000, required=False)
        self.ask()
        self.fields["note"] = forms.CharField(label=_("Note"), max_length=LONGEST, required=False)

    def ask(self) -> None:
        """Add the action's own fields."""

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields that are shown one below the other; the page places the others itself."""
        apart = {"key", "seen", "address", "offer", "window", "to_customer"}
        return [field for field in self if field.name not in apart]

    def wished(self) -> dict[str, str]:
        """What is wished beside the action, of what the form has found to be right."""
        return {}

    def draft(self, action: Action) -> LineDraft:
        """The line, of what the form has found to be right."""
        given = self.cleaned_data
        return draft(action, self.service, given.get("address", ""), given.get("offer", ""), self.wished())


class MoveForm(ActionForm):
    """Where to, and when somebody may come."""

    def ask(self) -> None:
        """Address and window."""
        self.fields["address"] = forms.CharField(
            max_length=60, error_messages={"required": _("Choose an address from the list.")}
        )
        self.fields["window"] = WindowField(label=_("Visit"), required=False)
        if two_ended(self.service):
            again = _asks_anew(self.service, Action.MOVE) | {"hx-target": "#offers", "hx-sync": "#offers:queue last"}
            self.fields["end"] = forms.ChoiceField(
                label=_("Which end moves"),
                choices=choices(ENDS.items()),
                required=False,
                widget=forms.Select(attrs=again),
            )

    def draft(self, action: Action) -> LineDraft:
        """The line: the end that was chosen goes to the address."""
        given = self.cleaned_data
        return draft(action, self.service, given["address"], end=End(given.get("end") or End.A))


class ModifyForm(ActionForm):
    """Which offer instead."""

    def ask(self) -> None:
        """The offer."""
        self.fields["offer"] = forms.CharField(max_length=60, error_messages={"required": _("Choose an offer.")})


class SuspendForm(ActionForm):
    """Why it is suspended."""

    def ask(self) -> None:
        """The kind of suspension; that for a debt or a breach only for who may lift it."""
        offered = [each for each in SUSPENSIONS.items() if self.may_lift or each[0] not in IMPOSED]
        refused = _(
            "A suspension for a debt or a breach is ordered by whoever may lift it: choose another kind, or ask them."
        )
        self.fields["reason"] = forms.ChoiceField(
            label=_("Kind of suspension"), choices=choices(offered), error_messages={"invalid_choice": refused}
        )

    def wished(self) -> dict[str, str]:
        """The reason as the service keeps it: a code of the list."""
        return {"suspension": self.cleaned_data["reason"]}


class CeaseForm(ActionForm):
    """Why it is disconnected, and who brings the terminal back where there is one."""

    def ask(self) -> None:
        """The way back of the terminal, and the reason."""
        if self.may_visit and Kind.ONU in self.parts:
            ways = forms.Select(attrs=_asks_anew(self.service, Action.CEASE))
            self.fields["how"] = forms.ChoiceField(
                label=_("Who brings the terminal back"), choices=choices(FETCHES.items()), widget=ways, required=False
            )
            self.fields["window"] = WindowField(label=_("Visit"), required=False)
        offered = [("", "—"), *choices(CESSATIONS.items())]
        self.fields["reason"] = forms.ChoiceField(label=_("Why it is disconnected"), choices=offered)

    def wished(self) -> dict[str, str]:
        """The reason as the order keeps it, and that the terminal is fetched."""
        given = self.cleaned_data
        return {"reason": spoken(CESSATIONS[given["reason"]])} | _comes(given)


class NumberField(forms.ChoiceField):
    """Any free number, or one of those shown; whether that one is free still is said when the order is placed."""

    def valid_value(self, value: Any) -> bool:
        """Whether it can be the identifier of a number."""
        try:
            return value == "any" or bool(UUID(str(value)))
        except ValueError:
            return False


class RenumberForm(ActionForm):
    """Which number."""

    def ask(self) -> None:
        """Any that is free, or one of a few that customers like."""
        self.fields["number"] = NumberField(label=_("New number"), choices=[*choices([("any", ANY)]), *self.numbers])

    def wished(self) -> dict[str, str]:
        """The number that was chosen, by its identifier; nothing where any will do."""
        chosen = self.cleaned_data["number"]
        return {} if chosen == "any" else {NUMBER_WISH: chosen}


class ReplaceForm(ActionForm):
    """What is replaced, and why."""

    def ask(self) -> None:
        """The part, of those that the service has, and the reason."""
        names = [(part, HOPS[Kind(part)].name) for part in self.parts] or [("terminal", TERMINAL)]
        self.fields["what"] = forms.ChoiceField(label=_("What is replaced"), choices=choices(names))
        if self.may_visit:
            ways = forms.Select(attrs=_asks_anew(self.service, Action.REPLACE))
            self.fields["how"] = forms.ChoiceField(
                label=_("How it is done"), choices=choices(WAYS.items()), widget=ways
            )
            self.fields["window"] = WindowField(label=_("Visit"), required=False)
        self.fields["reason"] = forms.ChoiceField(
            label=pgettext("replacement", "Why"), choices=choices(REPLACEMENTS.items())
        )

    def wished(self) -> dict[str, str]:
        """Part and reason as the order keeps them."""
        given = self.cleaned_data
        return {"what": given["what"], "reason": spoken(REPLACEMENTS[given["reason"]])} | _comes(given)


class TransferForm(ActionForm):
    """Whose it becomes, and the evidence that both sides agree."""

    def ask(self) -> None:
        """The customer, found through the search box, and both consents."""
        self.fields["to_customer"] = forms.CharField(
            max_length=20, error_messages={"required": _("Choose a customer from the list.")}
        )
        hint = _("What shows it, such as the number of the signed form; it is kept with the order.")
        self.fields["consent_from"] = forms.CharField(
            label=_("Consent of the present owner"), max_length=200, help_text=hint
        )
        self.fields["consent_to"] = forms.CharField(label=_("Consent of the new owner"), max_length=200, help_text=hint)

    def clean_to_customer(self) -> CustomerView:
        """The customer. Raises `ValidationError` for one that is not there, or that this service is already."""
        found = self.reach(self.cleaned_data["to_customer"])
        if found is None or found.erased_at:
            raise forms.ValidationError(_("Choose a customer from the list."))
        if found.number == self.service.customer:
            raise forms.ValidationError(_("The service is this customer's already: choose another one."))
        return found

    def wished(self) -> dict[str, str]:
        """The new owner with their first account, and both consents."""
        given = self.cleaned_data
        heir = given["to_customer"]
        account = {"to_account": heir.accounts[0].number} if heir.accounts else {}
        consents = {name: given[name] for name in ("consent_from", "consent_to")}
        return {"to_customer": heir.number, **account, **consents}
