"""The form of a matter. It travels in the address, so that a reckoning can be sent to a colleague."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kapok.edges.console.packs.calculator.fields import LocalMomentField, fact_field, moment
from kapok.edges.console.packs.calculator.questions import questions
from kapok.edges.console.packs.wording.phrases import named
from kapok.edges.console.packs.wording.terms import CLOCKLESS
from kapok.edges.console.templatetags.kapok import text
from kapok.kernel.promises import Direction, Pack, Promise

FACT = "f_"
MOST_PAUSES = 20
Pause = tuple[datetime, datetime | None]


@dataclass
class PauseRow:
    """One pause as it was typed, and what is wrong with it."""

    begins: str
    ends: str
    error: str = ""


class CaseForm(forms.Form):
    """One matter under one promise: its facts, when it began and ended, and its pauses."""

    def __init__(self, data: QueryDict, *, pack: Pack, rows: Sequence[Promise], at: datetime) -> None:
        asked = "opened" in data or "closed" in data
        super().__init__(data if asked else None, label_suffix="")
        self.pack, self.promise, self.at = pack, rows[-1], at
        self.zone: ZoneInfo = pack.calendar(self.promise.calendar).zone
        self.questions = questions(rows, pack)
        for question in self.questions:
            self.fields[FACT + question.name] = fact_field(question)
        self._add_moments()
        for name, field in self.fields.items():
            style = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            field.widget.attrs |= {"class": style, "aria-describedby": f"error-{name}"}
        self.rows = [PauseRow(*typed) for typed in _typed_pauses(data)]
        self.pauses: list[Pause] = []

    def _add_moments(self) -> None:
        promise, backward = self.promise, self.promise.direction is Direction.NOTICE
        label = text(named(promise.opens))
        self.fields["opened"] = LocalMomentField(zone=self.zone, label=label, required=not backward)
        if promise.direction not in CLOCKLESS:
            label = text(named(promise.closes))
            hint = gettext_lazy("leave empty if it has not happened yet")
            self.fields["closed"] = LocalMomentField(zone=self.zone, label=label, required=False, help_text=hint)
            hint = gettext_lazy("only while it has not happened; empty: now")
            label = _("As seen at")
            self.fields["seen"] = LocalMomentField(zone=self.zone, label=label, required=False, help_text=hint)

    @property
    def fact_fields(self) -> list[forms.BoundField]:
        """The fields of the facts."""
        return [self[FACT + question.name] for question in self.questions]

    @property
    def moment_fields(self) -> list[forms.BoundField]:
        """The fields of beginning and end."""
        return [self[name] for name in ("opened", "closed", "seen") if name in self.fields]

    @property
    def can_pause(self) -> bool:
        """Whether anything pauses this clock."""
        return bool(self.promise.pauses)

    @property
    def facts(self) -> dict[str, str]:
        """The facts that are known; only of a valid form."""
        given = {question.name: self.cleaned_data.get(FACT + question.name) for question in self.questions}
        return {name: str(value) for name, value in given.items() if value not in {None, ""}}

    @property
    def until(self) -> datetime:
        """The moment at which the matter is looked at: its end, or while it lasts the chosen moment, or now."""
        only = self.cleaned_data.get("opened") if self.promise.direction in CLOCKLESS else None
        moments = (self.cleaned_data.get("closed"), only, self.cleaned_data.get("seen"))
        return next((each for each in moments if each is not None), self.at)

    def clean(self) -> dict[str, Any]:
        """The order of things: begun, paused, gone on, ended."""
        opened, closed, seen = (self.cleaned_data.get(name) for name in ("opened", "closed", "seen"))
        if not opened and not closed and "opened" not in self.errors and "closed" not in self.errors:
            self.add_error("opened", _("Say when it happened."))
        if opened and closed and closed < opened:
            self.add_error("closed", _("This lies before the beginning."))
        if opened and not closed and self.until < opened:
            self.add_error("seen" if seen else "opened", _("This has not happened yet at that moment."))
        if opened and not self.errors:
            self._read_pauses(opened, self.until)
        return self.cleaned_data

    def _read_pauses(self, opened: datetime, until: datetime) -> None:
        reached = opened
        for row in self.rows if self.can_pause else ():
            try:
                begins, ends = self._pause(row, reached, until)
            except forms.ValidationError as refused:
                row.error = " ".join(refused.messages)
                self.add_error(None, _("Mend the pauses."))
                return
            if begins is not None:
                self.pauses.append((begins, ends))
                reached = ends or until

    def _pause(self, row: PauseRow, reached: datetime, until: datetime) -> tuple[datetime | None, datetime | None]:
        if not row.begins and not row.ends:
            return None, None
        if not row.begins:
            raise forms.ValidationError(_("Say when the pause began."))
        begins = moment(row.begins, self.zone)
        ends = moment(row.ends, self.zone) if row.ends else None
        if begins < reached:
            raise forms.ValidationError(_("The pause begins before the matter, or before the end of the pause above."))
        if begins > until or (ends is not None and ends > until):
            raise forms.ValidationError(_("The pause lies outside the matter: it is later than its end."))
        if ends is not None and ends < begins:
            raise forms.ValidationError(_("The pause ends before it begins."))
        return begins, ends


def address(data: QueryDict, rows: Sequence[PauseRow], **more: str) -> str:
    """The query string that asks the same again: without what is empty, with what is given in `more`."""
    single = [(name, value) for name, value in _single(data) if name not in more]
    pauses = [pair for row in rows for pair in (("paused", row.begins), ("resumed", row.ends))]
    return urlencode([*single, *more.items(), *pauses])


def _single(data: QueryDict) -> Iterator[tuple[str, str]]:
    for name in data:
        wanted = name.startswith(FACT) or name in {"pack", "promise", "opened", "closed", "seen"}
        # `opened` stays, even empty, for it tells that something is asked.
        if wanted and (data[name] or name == "opened"):
            yield name, str(data[name])


def _typed_pauses(data: QueryDict) -> list[tuple[str, str]]:
    begins, ends = data.getlist("paused")[:MOST_PAUSES], data.getlist("resumed")[:MOST_PAUSES]
    ends += [""] * (len(begins) - len(ends))
    return [(begin.strip()[:30], end.strip()[:30]) for begin, end in zip(begins, ends, strict=False)]
