"""Tags and filters that every template of the console has without loading them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext

from kapok.edges.console.charts import Chart
from kapok.edges.console.ledger.presenting import called
from kapok.edges.console.telling import known_people, told
from kapok.ground.journal.queries import Line
from kapok.ground.people.roles import ROLES
from kapok.kernel.text import Language, Text
from kapok.network.inventory.kinds import SERVICES

register = template.Library()


@register.filter
def text(value: Text) -> str:
    """A bilingual text in the reader's language."""
    return value.in_(Language.of(get_language()))


@register.filter
def kept(words: str) -> str:
    """What was kept in both languages (`Text.both`), or typed in one, in the reader's language.

    Who typed “端口坏 / patch lead” meant both: what is left out stands in the title.
    """
    shown = text(Text.kept(words or ""))
    return shown if shown == (words or "") else format_html('<span title="{}">{}</span>', words, shown)


SIGNS = {":": Text(zh="：", en=": "), ",": Text(zh="、", en=", "), ";": Text(zh="；", en="; ")}
"""What stands between two texts or before one; a comma between the items of a list."""


@register.simple_tag
def sign(which: str) -> str:
    """A colon, a comma or a semicolon of the reader's language."""
    return text(SIGNS[which])


@register.filter
def role_name(code: str) -> str:
    """What a role is called."""
    return text(ROLES[code].title) if code in ROLES else code


@register.filter
def who(actor: str) -> str:
    """Who did it, as a reader says it: a staff number, a customer, or the system."""
    kind, _, name = actor.partition("/")
    return (
        name if kind == "staff" else pgettext("who did it", "customer") if kind == "customer" else gettext("the system")
    )


@register.filter
def of(found: Mapping[str, Any] | str, key: str) -> Any:
    """What a mapping has under this key; nothing where it has none, or where there is no mapping."""
    return found.get(key) if isinstance(found, Mapping) else None


@register.filter
def named(actor: str, names: Mapping[str, str]) -> str:
    """Who did it, by name, with the staff number on hover; the number alone where no name is known."""
    kind, _, number = actor.partition("/")
    if kind != "staff" or number not in names:
        return who(actor)
    return format_html('<span title="{}">{}</span>', number, names[number])


@register.filter
def by_name(lines: Sequence[Line]) -> list[tuple[Line, str]]:
    """The entries of a time line, each with who did it, people by their names; one query."""
    known = known_people(lines)
    return [(told(line, known), named(line.actor, known)) for line in lines]


@register.filter
def service_name(kind: str) -> str:
    """What a kind of service is called."""
    return text(SERVICES[kind]) if kind in SERVICES else kind


SUBSCRIBERS = {
    "notices": Text(zh="通知", en="notices"),
    "ordering": Text(zh="订单", en="orders"),
    "workforce": Text(zh="外勤调度", en="dispatch"),
    "channels": Text(zh="渠道", en="channels"),
    "relay-nats": Text(zh="消息总线（NATS）", en="message bus (NATS)"),
}
"""What those are called that the journal tells of its entries (`config.subscriptions`)."""


@register.filter
def subscriber_name(code: str) -> str:
    """What a subscriber of the journal is called; one of the operator's own by the name that it gave itself."""
    return text(SUBSCRIBERS[code]) if code in SUBSCRIBERS else code


@register.filter
def same_as(value: str, wanted: str) -> str:
    """`true` where both are the same, else `false`; for attributes such as `aria-pressed`."""
    return str(value == wanted).lower()


@register.filter
def subject_name(subject: str) -> str:
    """What a subject of the journal is called, e.g. `order O2026-000001-1`; nothing where there is none."""
    return text(called(subject)) if subject else ""


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One icon of the sprite; with a `label` it is read aloud, without one it is decoration."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon" {}><use href="{}#{}"></use></svg>', spoken, static("vendor/tabler/icons.svg"), name
    )


@register.inclusion_tag("console/parts/field.html")
def field(bound: BoundField) -> Mapping[str, Any]:
    """One field of a form: label, input in the console's style, help and errors."""
    kind = bound.widget_type
    style = {"checkbox": "form-check-input", "select": "form-select", "radioselect": "form-selectgroup"}.get(
        kind, "form-control"
    )
    if bound.errors:
        style += " is-invalid"
    return {"field": bound, "input": bound.as_widget(attrs={"class": style}), "is_checkbox": kind == "checkbox"}


@register.inclusion_tag("console/parts/chart.html")
def chart(drawing: Chart) -> Mapping[str, Any]:
    """A chart with its title, its drawing and the same figures as a table."""
    return {"chart": drawing}


@register.simple_tag(takes_context=True)
def with_query(context: Mapping[str, Any], **changes: object) -> str:
    """The present address's query string with some values replaced; for links to the next page of a list."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query[name] = str(value)
    return f"?{query.urlencode()}"
