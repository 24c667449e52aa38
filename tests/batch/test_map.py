"""The map: what it accepts, and how it names every mistake by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kapok.batch.audit.map import MapRefused, load, parse

GOOD = """\
columns:
  case: number
  activity: incident_state
  time: {column: sys_updated_at, format: "%d-%m-%Y %H:%M", zone: Europe/London}
  unit: assignment_group
missing: "?"
facts: {service: fixed_broadband}
fact_columns: {area: location}
events:
  - {kind: fault.reported, first: true}
  - {kind: customer.deferred, activity: Awaiting User Info}
  - {kind: fault.restored, activity: [Resolved, Closed], last: true, attributes: {state: done, code: [1, no]}}
"""


def refusal(text: str) -> list[str]:
    """What is said of a map that is refused, line by line."""
    with pytest.raises(MapRefused) as caught:
        parse(text, "map.yaml")
    assert len(caught.value.text.zh.splitlines()) == len(caught.value.findings)
    return caught.value.text.en.splitlines()


def test_a_map_is_read(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("\ufeff" + GOOD, encoding="utf-8")
    read = load(path)
    assert read.columns.time.column == ("sys_updated_at",)
    assert (read.missing, read.facts) == (("?",), {"service": "fixed_broadband"})
    assert read.events[1].activity == ("Awaiting User Info",)
    assert read.events[2].attributes == {"state": ("done",), "code": ("1", "no")}
    assert read.attributes == ("code", "state")
    assert read.wanted == (
        "number", "incident_state", "assignment_group", "sys_updated_at", "location", "code", "state",
    )  # fmt: skip


def test_time_may_be_a_name_and_keys_may_be_left_blank() -> None:
    read = parse("columns:\n  case: a\n  time: b\n  unit:\n  person: ~\nevents: []\n", "map.yaml")
    assert read.columns.time.column == ("b",)
    assert (read.columns.unit, read.columns.person) == (None, None)


def test_an_unknown_key_is_refused_with_the_nearest_known() -> None:
    assert refusal(GOOD.replace("  unit:", "  units:")) == ["map.yaml:5: unknown key 'units': did you mean 'unit'?"]
    assert refusal(GOOD.replace("fact_columns", "factcolumns")) == [
        "map.yaml:8: unknown key 'factcolumns': did you mean 'fact_columns'?"
    ]


def test_an_unknown_event_kind_is_refused_with_the_nearest_known() -> None:
    said = refusal(GOOD.replace("fault.restored", "fault.restord"))
    assert said[0].startswith("map.yaml:12: ")
    assert "did you mean 'fault.restored'?" in said[0]


def test_everything_wrong_is_said_at_once() -> None:
    said = refusal(
        GOOD.replace("  case: number\n", "").replace("Europe/London", "Europe/Londn").replace("%d-%m", "%Q-%m")
    )
    assert [line.split(": ")[0] for line in said] == ["map.yaml:1", "map.yaml:3", "map.yaml:3"]
    assert "'case' is missing: add it" in said[0]
    assert any("there is no time zone 'Europe/Londn'" in line for line in said)
    assert any("'%Q-%m-%Y %H:%M' is no time format" in line for line in said)


@pytest.mark.parametrize(
    "form", ["epoch s", "epoch ms", "%Y-%m-%dT%H:%M:%S.%f%z", "%-d/%-m/%y %I:%M %p", "%d %B %Y 100%%"]
)
def test_formats_that_can_be_read(form: str) -> None:
    assert parse(GOOD.replace("%d-%m-%Y %H:%M", form), "map.yaml").columns.time.format == form


@pytest.mark.parametrize("form", ["dd-mm-yyyy", "%", "%E", "%d-%m-%", "epoch", ""])
def test_formats_that_cannot(form: str) -> None:
    assert "is no time format" in refusal(GOOD.replace("%d-%m-%Y %H:%M", form))[0]


@pytest.mark.parametrize("mark", ["ab", "、", "\\n"])
def test_a_delimiter_is_one_ascii_character(mark: str) -> None:
    assert refusal(GOOD + f'file: {{delimiter: "{mark}"}}\n')[0].startswith("map.yaml:13: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the map is empty"),
        ("- a\n- b\n", "the map is empty or has no keys"),
        ("just words", "the map is empty or has no keys"),
        ("columns: {case: a, case: b}", "key 'case' stands twice"),
        ("columns: &a {case: *a}", "anchors and aliases"),
        ("columns: !!python/object/apply:os.system ['true']", "tags (!) are not accepted"),
        ("columns: {case: [", "not well-formed YAML"),
        ("[" * 100, "nested too deeply"),
        ("a: b\n---\nc: d\n", "one file holds one"),
        ("x" * 1_100_000, "too large"),
        ("case: \x00", "not well-formed YAML"),
    ],
)
def test_hostile_and_broken_yaml_is_refused(text: str, said: str) -> None:
    lines = refusal(text)
    assert lines[0].startswith("map.yaml:")
    assert said in lines[0]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"columns: \xff")
    for name in ("none.yaml", "latin.yaml"):
        with pytest.raises(MapRefused) as caught:
            load(tmp_path / name)
        assert "the map cannot be read" in caught.value.text.en
        assert "无法读取映射" in caught.value.text.zh
