"""What a person types may name somebody: an event keeps it apart (`typed`), or the field is listed here as nobody's words."""

from __future__ import annotations

import re
from dataclasses import fields
from importlib import import_module

from kapok.ground.journal.rules import ENVELOPE, KINDS, Event
from tests.architecture.house import SOURCE, modules

NUMBERS_AND_CODES = frozenset(
    {
        "about", "absence", "absent", "account", "acting", "action", "address", "addresses", "after", "answers",
        "area", "before", "business", "call", "cause", "change", "changes", "channel", "clocks", "code", "contact",
        "course", "covers", "currency", "customer", "details", "digest", "direction", "driver", "dropped", "effect", "element",
        "ends", "entry", "entry_kind", "exchange_area", "expected", "facts", "fault", "fields", "file", "first_contact",
        "flow", "from_staff", "from_username", "function", "helper", "holder", "kept", "key", "language", "left",
        "legs", "lines", "mass", "material", "matter", "means", "measured", "medium", "missing", "new", "offer", "old",
        "old_address", "old_name", "old_parent", "order", "outcome", "owner", "pack", "parent", "pay_by", "payment",
        "place", "plate", "promise", "purpose", "reckoning", "request", "requested_by", "resource", "role", "room",
        "rules", "segment", "service", "sha256", "shift", "since", "skill", "source", "starts", "state", "step",
        "steps", "stops", "subjects", "subscriber", "substance", "supervision", "technician", "theme", "through", "tier", "title",
        "to_staff", "told", "total", "unit", "units", "until", "username", "verb", "version", "window",
    }
)  # fmt: skip
"""Fields of any event: numbers and codes, texts that the program makes of them, masked values, names of units and of plant."""
NAMES_OF_CODES = "_name"
"""Ends the name of a field that says a code in words."""
OF_SOME = frozenset(
    {
        ("activation.answered", "text"), ("activation.stray_ended", "session"), ("activation.stray_left", "session"),
        ("channels.acknowledged", "how"), ("channels.acknowledged", "told_by"),
        ("channels.rerouted", "why"), ("channels.routed", "why"), ("channels.withdrawn", "how"), ("channels.withdrawn", "told_by"),
        ("commitments.pause_answered", "asked_by"), ("commitments.pause_answered", "what"), ("commitments.pause_asked", "what"),
        ("commitments.view_kept", "name"), ("commitments.view_removed", "name"), ("customers.account_changed", "what"),
        ("inventory.device_came_back", "evidence"), ("inventory.plant_added", "name"), ("inventory.plant_added", "what"),
        ("mining.audit_copied", "name"), ("mining.audit_discarded", "name"), ("mining.audit_failed", "reason"),
        ("mining.log_uploaded", "name"), ("ordering.amended", "what"), ("ordering.difference_due", "amount"),
        ("ordering.equipment_to_fetch", "codes"), ("ordering.equipment_to_fetch", "equipment"), ("ordering.expedited", "how"),
        ("ordering.placed", "what"), ("ordering.step_fell_out", "why"), ("people.unit_added", "name"),
        ("people.unit_ended", "name"), ("people.unit_renamed", "name"), ("places.exchange_area_drawn", "name"),
        ("work.defect_noted", "what"), ("work.left_to_people", "why"), ("work.matter_closed", "how"), ("work.sent_back", "to"),
        ("workforce.appointment_moved", "reason"), ("workforce.dispatched", "why"), ("workforce.held", "reason"),
        ("workforce.reassigned", "work"), ("workforce.replied_failing", "failing"), ("workforce.sent_back", "reason"),
    }
)  # fmt: skip
"""Fields whose names sound like somebody's words, and which in these events hold a code or what the program says."""
DECLARES = re.compile(r"^class \w+\((\w+\.)?(Event|Happening|About\w*)\):", re.MULTILINE)
PLAIN = frozenset({"int", "bool", "datetime", "date", "UUID", "float", "Decimal"})


def own_kinds() -> dict[str, type[Event]]:
    """Every kind of event of the program, by the module that declares it."""
    for path in modules():
        if DECLARES.search(path.read_text(encoding="utf-8")):
            import_module(".".join(path.relative_to(SOURCE.parent).with_suffix("").parts))
    return {kind: event for kind, event in KINDS.items() if event.__module__.startswith("kapok.")}


def words(event: type[Event]) -> set[str]:
    """The fields that can hold text."""
    kinds = {field.name: {part.strip() for part in str(field.type).split("|")} - {"None"} for field in fields(event)}
    return {name for name, kind in kinds.items() if name not in ENVELOPE and not kind <= PLAIN}


def test_what_people_type_is_kept_apart_from_the_entries() -> None:
    found = {(kind, name) for kind, event in own_kinds().items() for name in words(event) - event.typed}
    named = {each for each in found if each[1] in NUMBERS_AND_CODES or each[1].endswith(NAMES_OF_CODES)}
    assert found - named - OF_SOME == set()


def test_the_lists_name_only_what_there_is() -> None:
    kinds = own_kinds()
    open_fields = {(kind, name) for kind, event in kinds.items() for name in words(event) - event.typed}
    assert OF_SOME - open_fields == set()
    assert NUMBERS_AND_CODES - {name for _, name in open_fields} == set()
    assert {(kind, name) for kind, event in kinds.items() for name in event.typed - words(event)} == set()
