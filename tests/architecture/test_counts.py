"""The README's counts of what is shipped."""

from __future__ import annotations

import pytest

from kapok.kernel import promises
from tests.architecture.house import ROOT


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_readme_counts_the_packs_as_they_are(name: str) -> None:
    packs = [promises.load(path) for path in promises.available()]
    counts = [len(packs), sum(len(pack.promises) for pack in packs), sum(len(pack.duties) for pack in packs)]
    text = (ROOT / name).read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if str(counts[0]) in line and str(counts[1]) in line)
    assert str(counts[2]) in line
