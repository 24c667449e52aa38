"""What a picture is, by its content, and the picture without what the camera wrote beside it. Pure.

A photo tells where and when it was taken, and with what. None of that is kept: the parts of a JPEG, PNG or WebP file that hold it
are left out, and the picture itself is copied byte by byte.
"""

from __future__ import annotations

from collections.abc import Iterator

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
PNG_BEGINS = b"\x89PNG\r\n\x1a\n"
PNG_KEEPS = frozenset([b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"gAMA", b"sRGB", b"cHRM", b"sBIT", b"pHYs"])
WEBP_DROPS = frozenset([b"EXIF", b"XMP "])
WEBP_FLAGS = 0b0000_1100
"""The bits of a VP8X header that announce EXIF and XMP."""
SCAN = 0xDA
COMMENT = 0xFE
ADOBE = 0xEE
"""The one application segment without which colours change."""


def media_type(content: bytes) -> str | None:
    """The media type by the first bytes; None for anything else."""
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(PNG_BEGINS):
        return PNG
    return WEBP if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def bare(content: bytes) -> bytes | None:
    """The picture alone; None where the content is no whole picture of these kinds."""
    kind = media_type(content)
    try:
        if kind == JPEG:
            return b"\xff\xd8" + b"".join(_jpeg(content))
        if kind == PNG:
            return PNG_BEGINS + b"".join(_png(content))
        return _webp(content) if kind == WEBP else None
    except (IndexError, ValueError):
        return None


def _jpeg(content: bytes) -> Iterator[bytes]:
    place = 2
    while True:
        if content[place] != 0xFF:
            raise ValueError
        marker = content[place + 1]
        if marker == SCAN:
            yield content[place:]
            return
        end = place + 2 + int.from_bytes(content[place + 2 : place + 4], "big")
        if end > len(content) or end < place + 4:
            raise ValueError
        if marker in {0xE0, ADOBE} or not (0xE0 < marker <= 0xEF or marker == COMMENT):
            yield content[place:end]
        place = end


def _png(content: bytes) -> Iterator[bytes]:
    place = len(PNG_BEGINS)
    while True:
        name = content[place + 4 : place + 8]
        end = place + 12 + int.from_bytes(content[place : place + 4], "big")
        if end > len(content) or len(name) < 4:
            raise ValueError
        if name in PNG_KEEPS:
            yield content[place:end]
        if name == b"IEND":
            return
        place = end


def _webp(content: bytes) -> bytes:
    kept, place = [], 12
    while place < len(content):
        name, size = content[place : place + 4], int.from_bytes(content[place + 4 : place + 8], "little")
        end = place + 8 + size + size % 2
        if place + 8 + size > len(content):
            raise ValueError
        if name == b"VP8X":
            header = bytearray(content[place:end])
            header[8] &= ~WEBP_FLAGS & 0xFF
            kept.append(bytes(header))
        elif name not in WEBP_DROPS:
            kept.append(content[place:end])
        place = end
    body = b"WEBP" + b"".join(kept)
    if not kept:
        raise ValueError
    return b"RIFF" + len(body).to_bytes(4, "little") + body
