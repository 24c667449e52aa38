"""The bytes of a file, a piece at a time: gzip undone, other encodings made UTF-8, cut at the ends of rows.

Every step holds a piece of bounded size, so neither a large file nor a gzip bomb fills the memory.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import IO

from kapok.batch.audit.intake.reading import InputEnds
from kapok.batch.audit.refused import Reason

PIECE = 1 << 20
SMALL_STEP = 16
BLOCK = 16 << 20
LONGEST_ROW = 16 << 20
KEPT_OF_A_LONG_ROW = 1 << 16
BOMB_SIZE = 256 << 20
BOMB_RATIO = 300  # text logs pack 5 to 60 times; deflate's own limit is 1032

GZIP = b"\x1f\x8b"
UNDECODABLE = "\ufdd0"  # a noncharacter: no text holds it
MARK = UNDECODABLE.encode()


class Unpacked:
    """The bytes of the file at `path`, through gzip if it is; `consumed` bytes of `size` have been read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        self.consumed = 0

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            pieces = self._read(file)
            first = next(pieces, b"")
            rest = chain([first], pieces)
            yield from self._inflated(rest) if first.startswith(GZIP) else rest

    @property
    def packed(self) -> bool:
        """Whether the file is gzipped."""
        with self.path.open("rb") as file:
            return file.read(len(GZIP)) == GZIP

    def head(self, size: int) -> bytes:
        """The first bytes, as far as they can be read."""
        found = b""
        try:
            for piece in self:
                found += piece
                if len(found) >= size:
                    break
        except InputEnds:
            pass
        self.consumed = 0
        return found[:size]

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return min(1.0, self.consumed / self.size) if self.size else 1.0

    def _read(self, file: IO[bytes]) -> Iterator[bytes]:
        while piece := file.read(PIECE):
            self.consumed += len(piece)
            yield piece

    def _inflated(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        unpacker = zlib.decompressobj(wbits=31)
        made = 0
        for packed in pieces:
            held = packed
            while held:
                if unpacker.eof:
                    if not held.startswith(GZIP):
                        return  # padding after the last member
                    unpacker = zlib.decompressobj(wbits=31)
                before = unpacker.copy()
                try:
                    piece = unpacker.decompress(held, PIECE)
                except zlib.error:
                    yield from _up_to_the_damage(before, held)
                    raise InputEnds(Reason.DAMAGED_INPUT) from None
                made += len(piece)
                yield piece
                held = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
                if made > BOMB_SIZE and made > BOMB_RATIO * self.consumed:
                    raise InputEnds(Reason.OVERBLOWN_INPUT)
        if not unpacker.eof:
            raise InputEnds(Reason.TRUNCATED_INPUT)


def decoded(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The text as UTF-8 without a byte-order mark; what is no text in `encoding` becomes `UNDECODABLE`.

    Text that claims to be UTF-8 passes as it is: whoever parses it finds out, and calls `mended`.
    """
    if encoding == "utf-8":
        pieces = iter(pieces)
        yield next(pieces, b"").removeprefix(codecs.BOM_UTF8)
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors=_MARKING)
    for piece in pieces:
        yield decoder.decode(piece).removeprefix("\ufeff").encode()
    yield decoder.decode(b"", final=True).encode()


def is_text(block: bytes) -> bool:
    """Whether the block is UTF-8 without NUL."""
    try:
        return "\0" not in block.decode()
    except UnicodeDecodeError:
        return False


def mended(block: bytes) -> bytes:
    """The block with everything that is no UTF-8 text, and every NUL, replaced by `UNDECODABLE`."""
    return block.decode("utf-8", _MARKING).encode().replace(b"\0", MARK)


def blocks(pieces: Iterable[bytes], quote: bytes = b"") -> Iterator[bytes]:
    """The text in blocks that end where a row ends: at a line end outside of quotes.

    Raises `InputEnds`, with the row that has no end, when the input cannot be read further.
    """
    held = bytearray()
    try:
        for piece in pieces:
            held += piece
            if len(held) >= BLOCK:
                yield from _whole_rows(held, quote)
    except InputEnds as end:
        yield from _whole_rows(held, quote)
        raise InputEnds(end.reason, bytes(held[:KEPT_OF_A_LONG_ROW])) from None
    if held:
        yield bytes(held)


def _whole_rows(held: bytearray, quote: bytes) -> Iterator[bytes]:
    """Take the whole rows out of `held`. A row without end is cut short and marked."""
    end = _row_end(held, quote)
    if end:
        yield bytes(held[:end])
        del held[:end]
    if len(held) >= LONGEST_ROW:
        held[KEPT_OF_A_LONG_ROW:] = MARK


def _row_end(held: bytearray, quote: bytes) -> int:
    """Behind the last line end that stands outside of quotes; behind the last of all where a quote is never closed."""
    end = held.rfind(b"\n") + 1
    if not quote or held.count(quote, 0, end) % 2 == 0:
        return end
    return held.rfind(b"\n", 0, held.rfind(quote, 0, end)) + 1 or end


def _up_to_the_damage(unpacker: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    """What `packed` gives before zlib gives up, in small steps: a failing step keeps all that it had unpacked to itself."""
    with suppress(zlib.error):
        for at in range(0, len(packed), SMALL_STEP):
            yield unpacker.decompress(packed[at : at + SMALL_STEP])


def _marking(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNDECODABLE, error.end


_MARKING = "kapok-marking"
codecs.register_error(_MARKING, _marking)
