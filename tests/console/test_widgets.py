"""The console's own drawing of a list of choices says what Django's says."""

from __future__ import annotations

import pytest
from django.forms import Select, SelectMultiple
from django.forms.renderers import DjangoTemplates, TemplatesSetting
from django.test.html import parse_html

CHOICES = [
    ("", "—"),
    ("a&b", "<b>A & B</b>"),
    (7, "seven"),
    ("Group <1>", [("x", "X"), ("y", "Y")]),
]


class Guarded(Select):
    """A list of which one choice cannot be taken."""

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):  # type: ignore[no-untyped-def]
        """Django's, with a mark of its own."""
        held = {"disabled": True, "data-why": 'taken "already"'} if value == "x" else {"hidden": False}
        return super().create_option(name, value, label, selected, index, subindex, held)


@pytest.mark.parametrize(
    ("widget", "value"),
    [(Select(choices=CHOICES), "a&b"), (Select(choices=CHOICES), None), (Guarded(choices=CHOICES), "y"),
     (SelectMultiple(choices=CHOICES), ["7", "x"])],
)  # fmt: skip
def test_a_list_of_choices_is_what_django_draws(widget: Select, value: object) -> None:
    attrs = {"id": "id_unit", "class": "form-select", "required": True}
    own = widget.render("unit", value, attrs, renderer=TemplatesSetting())
    django = widget.render("unit", value, attrs, renderer=DjangoTemplates())
    assert parse_html(own) == parse_html(django)
    assert "<b>" not in own
