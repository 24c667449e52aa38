"""What the README shows is what comes out."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

SHOWN = re.compile(r"```console\n\$ (kapok .+?)\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize(("name", "language"), [("README.md", "en"), ("README.zh.md", "zh")])
def test_the_audit_prints_what_is_shown(name: str, language: str, tmp_path: Path) -> None:
    blocks = SHOWN.findall((ROOT / name).read_text(encoding="utf-8"))
    assert blocks
    for command, output in blocks:
        words = [str(ROOT / word) if word.startswith("docs/") else word for word in shlex.split(command)[1:]]
        ran = subprocess.run(
            [Path(sys.executable).parent / "kapok", *words],
            cwd=tmp_path,
            env=os.environ | {"KAPOK_LANG": language},
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stdout == output
