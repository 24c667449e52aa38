"""Reading pack files: the shipped ones by name, any file by path, and hostile files not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kapok.kernel import promises
from kapok.kernel.promises import Finding, PackNotFound, PackRefused, document
from tests.packs.small import text

REPAIR = "opens: fault.reported\ncloses: fault.restored\nallowance: 24 hours"


def refusal(lines: str) -> tuple[int, str]:
    with pytest.raises(PackRefused) as refused:
        promises.parse(lines, "hostile.yaml")
    (finding,) = refused.value.findings
    return finding.line, finding.code


def findings(lines: str) -> tuple[Finding, ...]:
    """What is wrong with a pack; nothing, if it makes sense."""
    try:
        promises.parse(lines, "any.yaml")
    except PackRefused as refused:
        return refused.findings
    return ()


def test_a_pack_is_found_by_name_and_by_path(tmp_path: Path) -> None:
    shipped = promises.find("guangzhou-pledges")
    assert shipped in promises.available()
    assert promises.load(shipped).code == "guangzhou-pledges"
    mine = tmp_path / "mine.yaml"
    mine.write_text(text(REPAIR), encoding="utf-8")
    assert promises.find(str(mine)) == mine
    assert promises.load(mine).code == "small"


def test_a_pack_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(PackNotFound) as refused:
        promises.find("guangzhou-pledge")
    assert "guangzhou-pledges" in refused.value.text.en
    assert "guangzhou-pledges" in refused.value.text.zh


def test_an_installed_wheel_carries_its_packs_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kapok.kernel.promises import loading

    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "one.yaml").touch()
    monkeypatch.setattr(loading, "HOUSE", tmp_path)
    assert promises.available() == [tmp_path / "packs" / "one.yaml"]


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.yaml", tmp_path):
        with pytest.raises(PackRefused) as refused:
            promises.load(path)
        assert [finding.code for finding in refused.value.findings] == ["unreadable"]
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("title: Qualität".encode("latin-1"))
    with pytest.raises(PackRefused) as refused:
        promises.load(latin)
    assert "save it as UTF-8" in refused.value.text.en


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("lines", "line", "code"),
    [
        (BOMB, 1, "alias"),
        ("code: a\nb: *nowhere\n", 2, "alias"),
        ("code: !!python/object/apply:os.system [echo]\n", 1, "tag"),
        ("code: !mine x\n", 1, "tag"),
        ("code: a\n---\ncode: b\n", 2, "second_document"),
        ("code: a\ntitle: x\ncode: b\n", 3, "duplicate_key"),
        ("? [a, b]\n: c\n", 1, "key"),
        ("", 1, "empty"),
        ("# nothing\n", 1, "empty"),
        ("null\n", 1, "empty"),
        ("code: [a\n", 2, "not_yaml"),
        ("code: a\n\tb: c\n", 2, "not_yaml"),
        ("code: \x00\n", 1, "not_yaml"),
        ("code: '\ud83d\x01'\n".encode("utf-16", "surrogatepass").decode("utf-16", "replace"), 1, "not_yaml"),
    ],
)
def test_a_hostile_file_is_refused_at_its_line(lines: str, line: int, code: str) -> None:
    assert refusal(lines) == (line, code)


def test_depth_and_size_are_bounded() -> None:
    assert refusal("[" * 10_000 + "]" * 10_000)[1] == "too_deep"
    assert refusal("x: " + "y" * document.MAXIMUM_BYTES)[1] == "too_large"
    assert refusal("x:\n" + "- a\n" * (document.MAXIMUM_NODES + 1))[1] == "too_large"


def test_scalars_stay_the_words_that_were_written() -> None:
    read = document.read('a: no\nb: 18:00\nc: 2026-10-01\nd: 012\ne: true\nf: ~\ng: "true"\nh:\n', "words.yaml")
    assert read.data == {
        "a": "no", "b": "18:00", "c": "2026-10-01", "d": "012", "e": True, "f": None, "g": "true", "h": None,
    }  # fmt: skip
    assert read.line(("c",)) == 3
    assert read.line(("c", "deeper")) == 3


@pytest.mark.parametrize("lines", ["just words\n", "- a\n- b\n", "code: small\n"])
def test_what_is_no_pack_is_refused_and_never_raises_anything_else(lines: str) -> None:
    with pytest.raises(PackRefused) as refused:
        promises.parse(lines, "x.yaml")
    assert refused.value.findings


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200) | st.from_regex(r"(\w{1,5}: [\w\[\]{}&*!,'\"-]{0,12}\n){1,6}"))
def test_no_text_whatever_is_answered_by_a_traceback(lines: str) -> None:
    with pytest.raises(PackRefused):
        promises.parse(lines, "any.yaml")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_pack_with_one_spoilt_line_is_answered_by_a_traceback(data: st.DataObject) -> None:
    lines = promises.find("guangzhou-pledges").read_text(encoding="utf-8").splitlines()[:70]
    place = data.draw(st.integers(0, len(lines) - 1))
    lines[place] = data.draw(
        st.sampled_from(["", "  - {}", "x: 1", "    opens: []", "  - code: 1", "allowance: [1]", lines[place] * 2])
    )
    assert all(finding.line >= 1 for finding in findings("\n".join(lines)))


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.text(max_size=8)
        | st.sampled_from(["1 day", "fault.reported", "cause", "2026-01-01"]),
        lambda parts: (
            st.lists(parts, max_size=3)
            | st.dictionaries(st.sampled_from(["at_most", "amount", "flat", "path", "zh"]), parts, max_size=3)
        ),
        max_leaves=6,
    ),
    st.sampled_from(sorted(promises.Promise.model_fields)),
)
def test_no_value_of_any_field_is_answered_by_a_traceback(value: object, field: str) -> None:
    import json

    lines = text(REPAIR + f"\n{field}: {json.dumps(value)}")
    assert all(finding.zh and finding.en for finding in findings(lines))
