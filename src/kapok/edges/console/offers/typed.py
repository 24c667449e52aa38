"""The fields of the editor: an offer as fields, and what was typed in them as the document of the offer.

Every name holds a list of words, as a browser sends them. Rows are numbered: `price_0_amount`. What cannot be read stays as it
was typed, is left out of the document and is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import count
from typing import Any

from kapok.ground.catalog.conditions import BadCondition, understood, written
from kapok.ground.catalog.offering.document import LARGEST, End, Kind, Offer, PriceKind
from kapok.ground.catalog.offering.soundness import FIELDS
from kapok.ground.catalog.specifying.document import Characteristic, Specified, Value, ValueType
from kapok.ground.catalog.template import Finding
from kapok.kernel.money import Money, exponent
from kapok.kernel.text import Text

Document = dict[str, Any]
Fields = Mapping[str, list[str]]
PRICE = ("kind", "zh", "en", "amount", "currency", "period", "per_zh", "per_en", "plan")
NEED = ("kind", "role", "count", "end")
PROMISE = ("named",)
LISTS = ("segments", "tiers", "areas", "channels", "actions", "parts")
SPARE = 2
"""Empty rows to write the next ones in."""
CHOSEN = {"currency", "period", "count", "end", "type", "needed", "configurable"}
"""Fields of a row in which something stands from the start."""
MOST = 60
"""Rows that are read."""
YES = "yes"


# ---- an offer as fields ----


def fields(offer: Offer) -> dict[str, list[str]]:
    """What stands in the fields when the editor is opened."""
    note = offer.note or Text(zh="", en="")
    said = {
        "zh": offer.title.zh, "en": offer.title.en, "note_zh": note.zh, "note_en": note.en,
        "kind": offer.kind.value, "position": str(offer.position), "eligibility": written(offer.eligibility), "spec": offer.spec,
    }  # fmt: skip
    if offer.trial:
        ends = YES if offer.trial.ends_by_itself else ""
        said |= {"trial_days": str(offer.trial.days), "trial_ends": ends, "trial_becomes": offer.trial.becomes}
    if offer.visit:
        said |= {"visit_skill": offer.visit.skill, "visit_minutes": str(offer.visit.minutes)}
    said |= {f"char_{name}": _value(value) for name, value in offer.characteristics.items()}
    said |= numbered("price", PRICE, (_price(each) for each in offer.document().get("prices", ())))
    said |= numbered("need", NEED, (each.model_dump(mode="json") for each in offer.resources))
    said |= numbered("promise", PROMISE, ({"named": f"{each.pack}/{each.code}"} for each in offer.promises))
    return {name: [words] for name, words in said.items()} | {name: list(getattr(offer, name)) for name in LISTS}


def _price(row: Mapping[str, Any]) -> Document:
    per, currency = row.get("per", {}), row.get("currency", "CNY")
    return {
        "kind": row["kind"], "zh": row["title"]["zh"], "en": row["title"]["en"],
        "amount": str(Money(row["amount"], currency).amount), "currency": currency, "period": row.get("period", "month"),
        "per_zh": per.get("zh", ""), "per_en": per.get("en", ""), "plan": row.get("plan", ""),
    }  # fmt: skip


def numbered(prefix: str, names: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Rows as fields, each with its number."""
    names = tuple(names)
    return {f"{prefix}_{number}_{name}": str(row[name]) for number, row in enumerate(rows) for name in names}


def _value(value: Value) -> str:
    return (YES if value else "") if isinstance(value, bool) else str(value)


def rows(
    given: Fields, prefix: str, names: Iterable[str], *, spare: int = SPARE, most: int = 200
) -> list[dict[str, str]]:
    """The rows as the page shows them: those that say something, numbered anew, and empty ones."""
    names = tuple(names)
    said = [row for row in _all(given, prefix, names, most) if _says(row)]
    return [
        {"number": str(number)} | row
        for number, row in enumerate([*said, *(dict.fromkeys(names, "") for _ in range(spare))])
    ]


def _all(given: Fields, prefix: str, names: tuple[str, ...], most: int) -> Iterator[dict[str, str]]:
    for number in count():
        if number >= MOST or f"{prefix}_{number}_{names[0]}" not in given:
            return
        yield {name: first(given, f"{prefix}_{number}_{name}", most) for name in names}


def _says(row: Mapping[str, str]) -> bool:
    """False for a row in which only what is chosen from the start stands."""
    chosen = CHOSEN | ({"kind"} if "amount" in row else set())
    return any(words for name, words in row.items() if name not in chosen)


def first(given: Fields, name: str, most: int = 200) -> str:
    """The words in a field; nothing where there is no such field. One sign more than `most` is kept, so that too many are found."""
    return (given.get(name) or [""])[0].strip()[: most + 1]


# ---- fields as a document ----


def document(code: str, given: Fields, specified: Specified) -> tuple[Document, list[Finding]]:
    """The offer that the fields say, and what of them could not be read."""
    findings: list[Finding] = []
    kind = first(given, "kind")
    said: Document = {"code": code, "title": both(first(given, "zh"), first(given, "en")), "kind": kind}
    if note := both(first(given, "note_zh", 2000), first(given, "note_en", 2000)):
        said["note"] = note
    said |= _number("position", first(given, "position"), findings, where="")
    said |= {name: list(given.get(name, [])) for name in LISTS if name != "parts" or kind == Kind.BUNDLE}
    said["eligibility"] = _selector(first(given, "eligibility", 400), findings)
    if kind != Kind.BUNDLE:
        said |= _provided(given, specified, findings)
    if kind == Kind.TRIAL:
        ends = bool(first(given, "trial_ends"))
        days = _number("days", first(given, "trial_days"), findings, where="trial")
        said["trial"] = {"ends_by_itself": ends, "becomes": first(given, "trial_becomes")} | days
    if skill := first(given, "visit_skill"):
        said["visit"] = {"skill": skill} | _number("minutes", first(given, "visit_minutes"), findings, where="visit")
    said["prices"] = [each for row in rows(given, "price", PRICE, spare=0) if (each := _priced(row, findings))]
    said["promises"] = [_shown(row["named"]) for row in rows(given, "promise", PROMISE, spare=0)]
    return said, findings


def _provided(given: Fields, specified: Specified, findings: list[Finding]) -> Document:
    """The service, what is stated of it, and what it takes."""
    spec = specified.services.get(first(given, "spec"))
    said: Document = {"spec": first(given, "spec"), "service": spec.service if spec else ""}
    known = spec.by_name if spec else {}
    said["characteristics"] = {
        name: value
        for name, each in known.items()
        if (value := _characteristic(each, first(given, f"char_{name}"), findings)) is not None
    }
    said["resources"] = [_needed(row, findings) for row in rows(given, "need", NEED, spare=0)]
    return said


def _characteristic(known: Characteristic, words: str, findings: list[Finding]) -> Value | None:
    if known.type is ValueType.FLAG:
        return bool(words)
    if not words or known.type is ValueType.WORDS:
        return words or None
    if words.isdecimal():
        return int(words)
    findings.append(_unread("characteristics", words, "整数，如 100", "a whole number such as 100"))
    return None


def _needed(row: Mapping[str, str], findings: list[Finding]) -> Document:
    said = {"kind": row["kind"], "role": row["role"], "end": row["end"] or End.A}
    return said | _number("count", row["count"], findings, where="resources")


def _priced(row: Mapping[str, str], findings: list[Finding]) -> Document | None:
    currency = row["currency"].upper() or "CNY"
    try:
        amount = Decimal(row["amount"].replace(",", "")).scaleb(exponent(currency))
        whole = amount.is_finite() and abs(amount) <= LARGEST and amount == amount.to_integral_value()
    except ArithmeticError:  # no number, or one beyond all bounds
        whole = False
    if not whole:
        findings.append(_unread("prices", row["amount"], "金额，如 88.00", "an amount such as 88.00"))
        return None
    said: Document = {
        "kind": row["kind"],
        "title": both(row["zh"], row["en"]),
        "amount": int(amount),
        "currency": currency,
    }
    if row["kind"] == PriceKind.RECURRING:
        said["period"] = row["period"]
    if row["kind"] == PriceKind.USAGE:
        said |= {"plan": row["plan"]} | ({"per": per} if (per := both(row["per_zh"], row["per_en"])) else {})
    return said


def _shown(named: str) -> Document:
    pack, _, code = named.partition("/")
    return {"pack": pack.strip(), "code": code.strip()}


def _number(name: str, words: str, findings: list[Finding], *, where: str) -> Document:
    if not words:
        return {}
    if words.isdecimal() and len(words) < 10:
        return {name: int(words)}
    findings.append(_unread(where, words, "整数，如 90", "a whole number such as 90"))
    return {}


def _selector(words: str, findings: list[Finding]) -> Document:
    try:
        return understood(words)
    except BadCondition as refused:
        findings.append(Finding("eligibility", "condition", refused.text))
        return {}


def both(zh: str, en: str) -> dict[str, str] | None:
    """Both languages, one standing in for the other; None where neither was typed."""
    return {"zh": zh or en, "en": en or zh} if zh or en else None


def _unread(where: str, words: str, zh: str, en: str) -> Finding:
    name = FIELDS.get(where, Text(zh="目录次序", en="place in the catalogue"))
    text = Text(
        zh=f"{name.zh}：“{words[:20]}”读不懂，请写{zh}", en=f"{name.en}: '{words[:20]}' cannot be read, write {en}"
    )
    return Finding(where, "unread", text)
