"""The benches still run: each with tiny sizes, to its end and its tables. What they measure then means nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BENCHES = (
    "customers.py 500",
    "inventory.py 500 50",
    "journal.py --entries 3000 --delivered 300",
    "ledger.py 500 3",
    "orders.py --customers 200 --orders 2 --rounds 1",
    "scheduler.py --clocks 2000 --storm 500",
    "screens.py 12000 3",
)
"""Of those that need no peers beside Kapok (`make bench`) one of each kind, with the sizes that their options allow."""
FIGURES = re.compile(r"^\|(?: -+:? \|)+\n\|.*\d.*\|$|^verified: [\d,]+ in ", re.MULTILINE)
"""A table with a row of figures; the journal's bench has lines."""


@pytest.mark.slow
@pytest.mark.parametrize("bench", BENCHES)
def test_a_bench_runs_to_its_figures(bench: str) -> None:
    script, *options = bench.split()
    ours = {"PYTHONPATH": str(ROOT / "src")}
    theirs = {name: value for name, value in os.environ.items() if not name.startswith(("KAPOK_", "DJANGO_"))}
    ran = subprocess.run(
        [sys.executable, str(ROOT / "bench" / script), *options], env=theirs | ours, capture_output=True, text=True,
        timeout=540, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-4000:]
    assert FIGURES.search(ran.stdout), ran.stdout
