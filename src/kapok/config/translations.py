"""The catalogues: `python -m kapok.config.translations extract | compile | check`.

A folder with a `locale` directory owns the messages of the files in it and below, down to the next such folder. Messages are
written in English; `zh_Hans` says them in Chinese. `check` refuses what is missing, fuzzy, stale, left in English, or has other
placeholders, and a message that two catalogues say differently: Django merges them, and one wording would be lost.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import polib
from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent
CATALOGUE = Path("locale", "zh_Hans", "LC_MESSAGES", "django.po")
KEYWORDS = dict.fromkeys(["gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "_"])
# What Django's templatize leaves of a template: calls whose arguments are string literals (and a count).
CALL = re.compile(r"\b(p?n?gettext|_)\(((?:\s*u?(?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")\s*,?)+)", re.DOTALL)
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
HAN = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z]{2,}")
# Names that are the same in both languages: a message of nothing else may stay as it is.
NAMES = frozenset({"BPMN", "CSV", "JSON", "Kapok", "NetBox", "RADIUS", "SIM", "VLAN", "YAML"})
PLURALS = "nplurals=1; plural=0;"

Message = tuple[str | None, str, str | None]
"""Context, message, plural."""


def catalogues() -> dict[Path, Path]:
    """Each folder that owns messages, with its catalogue."""
    return {locale.parent: locale.parent / CATALOGUE for locale in sorted(PACKAGE.rglob("locale")) if locale.is_dir()}


def owner(file: Path) -> Path | None:
    """The folder whose catalogue says this file's messages: the nearest one above it that has a `locale`."""
    return next((folder for folder in file.parents if (folder / "locale").is_dir()), None)


def messages(file: Path) -> Iterator[Message]:
    """Every message of a Python file or a template."""
    return _in_template(file) if file.suffix == ".html" else _in_python(file)


def wanted(folder: Path) -> dict[Message, set[str]]:
    """Every message that `folder` owns, with the files that say it."""
    found: dict[Message, set[str]] = {}
    for file in _sources(folder):
        if owner(file) == folder:
            for message in messages(file):
                found.setdefault(message, set()).add(file.relative_to(folder).as_posix())
    return found


def _sources(folder: Path) -> list[Path]:
    return sorted(file for file in [*folder.rglob("*.py"), *folder.rglob("*.html")] if "migrations" not in file.parts)


def extract() -> list[str]:
    """Bring every catalogue up to date: new messages empty, vanished ones gone, translations kept."""
    for folder, path in catalogues().items():
        known = {_key(entry): entry for entry in _read(path)}
        catalogue = polib.POFile(wrapwidth=120)
        catalogue.metadata = {
            "Language": "zh_Hans",
            "Content-Type": "text/plain; charset=UTF-8",
            "Plural-Forms": PLURALS,
        }
        for message, files in sorted(wanted(folder).items(), key=lambda item: (item[0][1], item[0][0] or "")):
            catalogue.append(_entry(message, files, known.get(message)))
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(path))
    return []


def compile_() -> list[str]:
    """Write the binary catalogues that Django reads; who reads one at the same moment reads the old one."""
    for path in catalogues().values():
        draft = path.with_suffix(f".{os.getpid()}.mo")
        _read(path).save_as_mofile(str(draft))
        draft.replace(path.with_suffix(".mo"))
    return []


def check() -> list[str]:
    """What is wrong with the catalogues, one sentence each."""
    return [
        *_homeless(),
        *(complaint for folder, path in catalogues().items() for complaint in _complaints(folder, path)),
        *_clashes(),
    ]


def _homeless() -> Iterator[str]:
    for file in _sources(PACKAGE):
        if owner(file) is None and any(messages(file)):
            yield f"{file.relative_to(PACKAGE)}: has messages, but no folder above it has a locale. Make one beside the file."


def _clashes() -> Iterator[str]:
    said: dict[tuple[str | None, str], dict[str, list[str]]] = {}
    for path in catalogues().values():
        for entry in _read(path):
            if entry.translated():
                wordings = said.setdefault((entry.msgctxt, entry.msgid), {})
                wordings.setdefault(_chinese(entry), []).append(path.relative_to(PACKAGE).as_posix())
    for (context, text), wordings in sorted(said.items(), key=lambda item: (item[0][1], item[0][0] or "")):
        if len(wordings) > 1:
            each = "; ".join(f"{wording} ({', '.join(names)})" for wording, names in wordings.items())
            yield f"{_quoted(context, text)}: said differently: {each}. Agree on one, or give each sense a context."


def _complaints(folder: Path, path: Path) -> Iterator[str]:
    catalogue = _read(path)
    entries = {_key(entry): entry for entry in catalogue}
    name = path.relative_to(PACKAGE).as_posix()
    if entries and catalogue.metadata.get("Plural-Forms") != PLURALS:
        yield f"{name}: plural forms: the header has to say {PLURALS!r}. Run extract."
    needed = wanted(folder)
    for message in needed.keys() - entries.keys():
        yield f"{name}: missing: {message[1]!r} ({', '.join(sorted(needed[message]))}). Run extract and translate it."
    for message, entry in entries.items():
        if entry.obsolete or message not in needed:
            yield f"{name}: stale: {message[1]!r}. Run extract."
        elif "fuzzy" in entry.flags or not entry.translated():
            yield f"{name}: untranslated: {message[1]!r}"
        else:
            yield from (f"{name}: {wrong}: {message[1]!r}" for wrong in _wrong(entry))


def _wrong(entry: polib.POEntry) -> Iterator[str]:
    if entry.msgid_plural and set(entry.msgstr_plural) != {0}:
        yield "plural forms"
    if len({tuple(_places(text)) for text in (entry.msgid, entry.msgid_plural or entry.msgid, _chinese(entry))}) > 1:
        yield "other placeholders"
    if not HAN.search(_chinese(entry)) and set(WORD.findall(PLACEHOLDER.sub("", entry.msgid))) - NAMES:
        yield "left in English"


def _in_python(file: Path) -> Iterator[Message]:
    with file.open("rb") as stream:
        for _line, function, texts, _comments in extract_python(stream, KEYWORDS, [], {}):
            arguments = [texts] if isinstance(texts, str) else list(texts)
            if arguments and isinstance(arguments[0], str):
                yield _message(str(function).removesuffix("_lazy"), arguments)


def _in_template(file: Path) -> Iterator[Message]:
    for function, arguments in CALL.findall(templatize(file.read_text(encoding="utf-8"), origin=str(file))):
        literals = ast.literal_eval(f"({arguments.rstrip().rstrip(',')},)")
        yield _message(function, list(literals))


def _message(function: str, arguments: list[str]) -> Message:
    context = arguments.pop(0) if function in {"pgettext", "npgettext"} else None
    return context, arguments[0], arguments[1] if "n" in function.removesuffix("gettext") else None


def _entry(message: Message, files: set[str], known: polib.POEntry | None) -> polib.POEntry:
    context, text, plural = message
    entry = polib.POEntry(msgctxt=context, msgid=text, occurrences=[(file, "") for file in sorted(files)])
    if plural:
        entry.msgid_plural, entry.msgstr_plural = plural, known.msgstr_plural if known else {0: ""}
    elif known:
        entry.msgstr = known.msgstr
    return entry


def _read(path: Path) -> polib.POFile:
    return polib.pofile(str(path), encoding="utf-8") if path.is_file() and path.stat().st_size else polib.POFile()


def _key(entry: polib.POEntry) -> Message:
    return entry.msgctxt, entry.msgid, entry.msgid_plural or None


def _chinese(entry: polib.POEntry) -> str:
    return str(entry.msgstr_plural.get(0) or entry.msgstr)


def _quoted(context: str | None, text: str) -> str:
    return f"{text!r} ({context})" if context else repr(text)


def _places(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


COMMANDS: dict[str, Callable[[], list[str]]] = {"extract": extract, "compile": compile_, "check": check}


def main(arguments: list[str]) -> int:
    """Run one command; 1 where `check` has something to say, 2 where the command is unknown."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        sys.stderr.write(f"Usage: python -m kapok.config.translations {' | '.join(COMMANDS)}\n")
        return 2
    complaints = COMMANDS[arguments[0]]()
    sys.stdout.writelines(f"{complaint}\n" for complaint in complaints)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
