"""The shipped packs as the console shows them: read once, and again when a file changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from kapok.edges.console.packs.jurisdictions import jurisdiction
from kapok.kernel.promises import Pack, PackRefused, Promise, available, load


@dataclass(frozen=True)
class Volume:
    """One pack on the shelf, with the lower-case words by which it and its promises are found."""

    pack: Pack
    words: str
    words_of: Mapping[int, str]
    """By place in `pack.promises`."""

    @property
    def promises(self) -> tuple[Promise, ...]:
        """Its promises, in the order of the file."""
        return self.pack.promises

    def finds(self, query: str) -> list[Promise]:
        """The promises in which every word of `query` occurs."""
        wanted = query.lower().split()
        return [
            promise
            for place, promise in enumerate(self.promises)
            if all(word in self.words_of[place] for word in wanted)
        ]

    def answers(self, query: str) -> bool:
        """Whether every word of `query` occurs in what the pack itself is called."""
        return all(word in self.words for word in query.lower().split())


@dataclass(frozen=True)
class Shelf:
    """Every pack that could be read, by its file's name, and the refusals of the others."""

    volumes: Mapping[str, Volume]
    refused: tuple[PackRefused, ...]

    def found(self, code: str, promise: str) -> tuple[Pack, Promise] | None:
        """A pack and the newest row of one of its promises."""
        volume = self.volumes.get(code)
        rows = volume.pack.by_code.get(promise, ()) if volume else ()
        return (volume.pack, rows[-1]) if volume and rows else None

    def promises(self, query: str) -> Iterator[tuple[Pack, Promise]]:
        """The promises that `query` finds, in all packs; of several rows with one code the newest."""
        for volume in self.volumes.values():
            for promise in volume.finds(query):
                if promise is volume.pack.by_code[promise.code][-1]:
                    yield volume.pack, promise


@dataclass(frozen=True)
class Edition:
    """A file as it was at one moment."""

    path: Path
    modified_ns: int
    size: int


def shelf() -> Shelf:
    """The packs as they are now."""
    read = {path.stem: _read(_edition(path)) for path in available()}
    volumes = {name: each for name, each in read.items() if isinstance(each, Volume)}
    return Shelf(MappingProxyType(volumes), tuple(each for each in read.values() if isinstance(each, PackRefused)))


def _edition(path: Path) -> Edition:
    state = path.stat()
    return Edition(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=256)
def _read(edition: Edition) -> Volume | PackRefused:
    """The pack in a file; a refusal is kept too, as the same file would only be refused again."""
    try:
        return _volume(load(edition.path))
    except PackRefused as refused:
        return refused


def _volume(pack: Pack) -> Volume:
    place = jurisdiction(pack.jurisdiction)
    instruments = " ".join(f"{each.title.zh} {each.title.en} {each.number or ''}" for each in pack.instruments.values())
    own = f"{pack.code} {pack.title.zh} {pack.title.en} {place.zh} {place.en} {pack.jurisdiction} {instruments}"
    words = {
        number: f"{promise.code} {promise.title.zh} {promise.title.en} {promise.clause}".lower()
        for number, promise in enumerate(pack.promises)
    }
    return Volume(pack, own.lower(), MappingProxyType(words))
