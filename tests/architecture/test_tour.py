"""The tour is run: every `>>>` in it must give what it shows."""

from __future__ import annotations

import doctest

from tests.architecture.house import ROOT


def test_the_tour_runs_as_it_is_written() -> None:
    results = doctest.testfile(str(ROOT / "docs" / "tour.md"), module_relative=False, encoding="utf-8")
    assert results.attempted >= 15
    assert results.failed == 0
