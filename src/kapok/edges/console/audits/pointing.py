"""A map as the form shows it: what each column is, and which rows are which events.

A map that is not finished yet can be shown too: between form and map stands the plain document that the YAML file holds.
What the form has no field for (how the file is written, further conditions of a rule) is carried along unseen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.http import QueryDict

from kapok.batch.audit.map import AuditMap

ROLES = ("case", "time", "clock", "zone_column", "activity", "lifecycle", "unit", "person")
"""What a column may be, besides a fact. `clock`: the time of day, where the date stands in another column."""
ONE_NAME = ("case", "activity", "lifecycle", "unit", "person")
FACT = "fact:"
EVERY, FIRST, LAST = "every", "first", "last"
HIDDEN = ("lifecycle", "unit", "attributes")


@dataclass(frozen=True)
class Rule:
    """One row of the event rules. `hidden` are its conditions that the form has no field for."""

    kind: str = ""
    activity: tuple[str, ...] = ()
    which: str = EVERY
    hidden: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Rule:
        """A rule of a map that was read."""
        which = FIRST if document.get("first") else LAST if document.get("last") else EVERY
        hidden = {name: document[name] for name in HIDDEN if document.get(name)}
        if document.get("first") and document.get("last"):
            hidden["last"] = True
        return cls(document["kind"], tuple(document.get("activity", ())), which, hidden)

    @property
    def document(self) -> dict[str, Any]:
        """The rule as the file states it."""
        said: dict[str, Any] = {"kind": self.kind}
        said |= {"activity": list(self.activity)} if self.activity else {}
        said |= {self.which: True} if self.which != EVERY else {}
        return said | dict(self.hidden)

    @property
    def hidden_text(self) -> str:
        """The further conditions, to travel through the form."""
        return json.dumps(dict(self.hidden), ensure_ascii=False) if self.hidden else ""


@dataclass(frozen=True)
class Pointing:
    """What a person has pointed at so far. `roles`: column -> what it is."""

    roles: Mapping[str, str] = field(default_factory=dict)
    form: str = ""
    zone: str = ""
    missing: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    calendar: str = ""
    hidden: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_map(cls, read: AuditMap) -> Pointing:
        """The pointing that makes this map."""
        document = read.model_dump(mode="json", exclude_defaults=True)
        columns, time = document["columns"], document["columns"]["time"]
        roles = {columns[role]: role for role in ONE_NAME if columns.get(role)}
        roles |= dict(zip(time["column"], ("time", "clock"), strict=False))
        roles |= {time["zone_column"]: "zone_column"} if time.get("zone_column") else {}
        roles |= {column: FACT + name for name, column in document.get("fact_columns", {}).items()}
        return cls(
            roles=roles,
            form=time.get("format") or "",
            zone=time.get("zone") or "",
            missing=tuple(document.get("missing", ())),
            facts=document.get("facts", {}),
            rules=tuple(Rule.of(rule) for rule in document["events"]),
            calendar=document.get("calendar") or "",
            hidden={name: document[name] for name in ("file", "promises") if document.get(name)},
        )

    @classmethod
    def of_form(cls, sent: QueryDict, columns: Sequence[str]) -> Pointing:
        """What the form says; `columns` are those of the log, in its order."""
        roles = {name: sent.get(f"column-{place}", "") for place, name in enumerate(columns)}
        facts = {name.removeprefix(FACT): sent.get(name, "").strip() for name in sent if name.startswith(FACT)}
        return cls(
            roles={name: role for name, role in roles.items() if role},
            form=sent.get("time-format", "").strip(),
            zone=sent.get("time-zone", "").strip(),
            missing=tuple(mark.strip() for mark in sent.get("missing", "").split(",") if mark.strip()),
            facts={name: value for name, value in facts.items() if value},
            rules=tuple(_rules(sent)),
            calendar=sent.get("calendar", ""),
            hidden=_object(sent.get("hidden", "")),
        )

    @property
    def document(self) -> dict[str, Any]:
        """The map as the file states it; unfinished where nothing was pointed at yet."""
        columns = {role: name for name, role in self.roles.items() if role in ONE_NAME}
        facts = {role.removeprefix(FACT): name for name, role in self.roles.items() if role.startswith(FACT)}
        said: dict[str, Any] = {"file": self.hidden["file"]} if "file" in self.hidden else {}
        said["columns"] = columns | ({"time": self._time} if self._time else {})
        said |= {"missing": list(self.missing)} if self.missing else {}
        said |= {"facts": {name: value for name, value in self.facts.items() if name not in facts}}
        said |= {"fact_columns": facts} if facts else {}
        said |= {"promises": self.hidden["promises"]} if "promises" in self.hidden else {}
        said |= {"calendar": self.calendar} if self.calendar else {}
        return said | {"events": [rule.document for rule in self.rules if rule.kind]}

    @property
    def text(self) -> str:
        """The map as YAML."""
        return yaml.safe_dump(self.document, allow_unicode=True, sort_keys=False, default_flow_style=None, width=100)

    @property
    def hidden_text(self) -> str:
        """What the form has no field for, to travel through it."""
        return json.dumps(dict(self.hidden), ensure_ascii=False) if self.hidden else ""

    def column(self, role: str) -> str | None:
        """The column that was said to be this."""
        return next((name for name, said in self.roles.items() if said == role), None)

    def twice(self) -> list[str]:
        """What more than one column was said to be."""
        said = list(self.roles.values())
        return sorted({role for role in said if said.count(role) > 1})

    @property
    def _time(self) -> dict[str, Any]:
        columns = [name for role in ("time", "clock") if (name := self.column(role)) is not None]
        if not columns:
            return {}
        more = {"format": self.form, "zone": self.zone, "zone_column": self.column("zone_column")}
        return {"column": columns[0] if len(columns) == 1 else columns} | {
            name: value for name, value in more.items() if value
        }


def _rules(sent: QueryDict) -> Iterator[Rule]:
    for number in sent.getlist("rule"):
        name = f"rule-{number}"
        which = sent.get(f"{name}-which", EVERY)
        hidden = _object(sent.get(f"{name}-hidden", ""))
        yield Rule(
            kind=sent.get(f"{name}-kind", ""),
            activity=tuple(sent.getlist(f"{name}-activity")),
            which=which if which in {FIRST, LAST} else EVERY,
            hidden={key: value for key, value in hidden.items() if key in {*HIDDEN, LAST}},
        )


def _object(text: str) -> dict[str, Any]:
    """A JSON object that travelled through the form; nothing where somebody has tampered with it."""
    try:
        read = json.loads(text or "{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
