"""Whatever happens to a file on its way, it gives events and refused rows, or a refusal with a name."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kapok.batch.audit.map import parse
from kapok.batch.audit.suggest import suggest
from kapok.kernel.errors import KapokError
from tests.batch.logs import GOOD, HEADER, Read, a_map

JSON = '{"ticket": "T1", "when": "2026-01-05T08:05:00Z", "what": "修复"}\n'
EVENT = (
    '<event><string key="ticket" value="T1"/><date key="when" value="2026-01-05T08:05:00Z"/>'
    '<string key="what" value="a"/></event>'
)
SPLINTERS = [
    b'"',
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b'"""',
    b",,",
    b"\xef\xbb\xbf",
    b"<!DOCTYPE x>",
    b"{",
    b"'",
    b";",
    b"\t",
    b"&a;",
]
ENDINGS = [".csv", ".jsonl", ".xes", ".parquet", ".csv.gz", ""]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """A log of every kind."""
    path = tmp_path_factory.mktemp("whole") / "a.parquet"
    when = ["2026-01-05T08:05:00Z"] * 100
    pq.write_table(pa.table({"ticket": ["a", "b"] * 50, "when": when, "what": ["x"] * 100}), path)
    csv = "\n".join([HEADER, *GOOD * 5, ""]).encode()
    chinese = csv.replace(b"reported", "申告".encode("gb18030"))
    xes = f"<log>{f'<trace>{EVENT * 3}</trace>' * 5}</log>"
    return [csv, chinese, (JSON * 20).encode(), xes.encode(), path.read_bytes()]


def damaged(data: bytes, chance: random.Random) -> bytes:
    held = bytearray(data)
    for _ in range(chance.randint(0, 10)):
        place = chance.randrange(len(held) + 1)
        match chance.randrange(6):
            case 0 | 1:
                held[place : place + 1] = bytes([chance.randrange(256)])
            case 2 | 3:
                held[place:place] = chance.choice(SPLINTERS)
            case 4:
                del held[place : place + chance.randrange(50)]
            case 5 if chance.random() < 0.2:
                del held[place:]
    packed = gzip.compress(held) if chance.random() < 0.2 else bytes(held)
    return packed[: chance.randrange(len(packed) + 1)] if chance.random() < 0.1 else packed


@pytest.mark.parametrize("seed", range(120))
def test_damage_ends_in_rows_or_in_a_refusal_with_a_name(whole: list[bytes], tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = tmp_path / ("log" + chance.choice(ENDINGS))
    path.write_bytes(damaged(chance.choice(whole), chance))
    refusal = None
    try:
        read = Read(path, a_map(), tmp_path)  # asserts that every row is an event or refused
    except KapokError as refused:
        refusal = refused
    if refusal is not None:
        assert refusal.text.zh != refusal.text.en
        assert not (tmp_path / "refused.csv").exists()
    else:
        assert sum(read.counts.values()) == len(read.refused)


@pytest.mark.parametrize("seed", range(60))
def test_a_suggestion_for_a_damaged_log_is_a_map_or_a_refusal(whole: list[bytes], tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = tmp_path / "log"
    path.write_bytes(damaged(chance.choice(whole), chance))
    try:
        text = suggest([path])
    except KapokError as refused:
        text = refused.text.en
    else:
        assert Read(path, parse(text, "map.yaml"), tmp_path).rows_read > 0
    assert text
