"""What may be wished of a line beside its offer: what its specification knows, and what the action itself asks for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from kapok.chain.ordering import rules
from kapok.chain.ordering.rules import Action
from kapok.ground.catalog.offering.document import Offer
from kapok.ground.catalog.specifying.document import Characteristic, ServiceSpecification, ValueType
from kapok.kernel.text import Text, joined
from kapok.network.activation.rules import PARAM_NAMES, PARAMS

MANY = 10**20
LOGIN, LOGS_IN = "login", "fixed_broadband"
SAID: Mapping[str, Text] = {
    "reason": Text(zh="缘由", en="reason"),
    "suspension": Text(zh="停机类别", en="kind of suspension"),
    "cause": Text(zh="由谁提出", en="who wants it"),
    rules.NUMBER_WISH: Text(zh="选号", en="number wished for"),
    "what": Text(zh="更换部件", en="part to be replaced"),
    rules.VISIT: Text(zh="是否上门", en="whether somebody comes"),
    "to_customer": Text(zh="新户主", en="new owner"),
    "to_account": Text(zh="新账户", en="new account"),
    "consent_from": Text(zh="原户主同意", en="consent of the old owner"),
    "consent_to": Text(zh="新户主同意", en="consent of the new owner"),
}
"""What an action asks for in words; who knows more of it checks more."""
OF_ACTION: Mapping[Action, frozenset[str]] = {
    Action.SUSPEND: frozenset({"suspension", "cause"}),
    Action.CEASE: frozenset({"cause", rules.VISIT}),
    Action.RENUMBER: frozenset({rules.NUMBER_WISH}),
    Action.REPLACE: frozenset({"what", rules.VISIT}),
    Action.TRANSFER: frozenset({"to_customer", "to_account", "consent_from", "consent_to"}),
}


WISHES: Mapping[str, tuple[frozenset[Action], Text]] = {
    rules.NUMBER_WISH: (
        frozenset({Action.RENUMBER}),
        Text(zh="只用于改号", en="leave it out: it is for a change of number"),
    ),
    rules.VISIT: (
        frozenset({Action.REPLACE, Action.CEASE}),
        Text(zh="只用于更换或拆机", en="leave it out: it is for a replacement or a disconnection"),
    ),
}
"""What may be wished beside an offer, and of which action."""

Sold = tuple[Offer, ServiceSpecification | None]
"""An offer, and the specification of its service in the version that it was put on sale with."""


class Wishable(NamedTuple):
    """Something that may be wished of a line: a number up to `most`, one of `values`, else words."""

    title: Text
    most: int
    values: Mapping[str, Text]


class Complaint(NamedTuple):
    """What is wrong with what is wished: its name, the value, the remedy."""

    name: Text
    value: str
    remedy: Text


def wishable(action: Action, offers: Sequence[Sold]) -> dict[str, Wishable]:
    """What the specifications of these offers let be wished; what the offer states as one word leaves nothing to wish."""
    found: dict[str, Wishable] = {}
    for name, known in _known(action, offers).items():
        if (
            isinstance(known, Characteristic)
            and known.configurable
            and (known.choices or known.type is ValueType.NUMBER)
        ):
            most = 0 if known.choices else _most(known, _stated(name, offers))
            found[name] = Wishable(known.called, most, known.values if known.choices else {})
        elif name == LOGIN and isinstance(known, Text):
            found[name] = Wishable(known, 0, {})
    return found


def complaint(action: Action, offers: Sequence[Sold], wished: Mapping[str, Any]) -> Complaint | None:
    """The first thing that a line of these offers (a bundle and its parts) cannot be wished to be; None where all is right."""
    known = _known(action, offers)
    for name, value in wished.items():
        remedy = _remedy(name, value, known, offers)
        if remedy is not None:
            title = known.get(name) or SAID.get(name) or Text(zh=name, en=name)
            return Complaint(title.called if isinstance(title, Characteristic) else title, _shown(value), remedy)
    return None


def _shown(value: object) -> str:
    """A value as a refusal names it; of a number with more figures than anybody reads that it is one."""
    return "…" if isinstance(value, int) and abs(value) >= MANY else str(value)[:40]


def _known(action: Action, offers: Iterable[Sold]) -> dict[str, Characteristic | Text]:
    said = {name: SAID[name] for name in ("reason", *sorted(OF_ACTION.get(action, ())))}
    specs = [spec for _, spec in offers if spec is not None and action in rules.SOLD]
    logs_in = any(spec.service == LOGS_IN for spec in specs)
    stated = {name: each for spec in specs for name, each in spec.by_name.items()}
    return {**said, **({LOGIN: PARAM_NAMES[LOGIN]} if logs_in else {}), **stated}


def _remedy(
    name: str, value: object, known: Mapping[str, Characteristic | Text], offers: Sequence[Sold]
) -> Text | None:
    """What to do about a value; None where it is right."""
    what = known.get(name)
    if what is None:
        names = joined(each.called if isinstance(each, Characteristic) else each for each in known.values())
        return Text(
            zh=f"没有这一项，请删去；可填：{names.zh}", en=f"there is no such thing, leave it out; known are {names.en}"
        )
    if isinstance(what, Characteristic):
        return _characteristic(what, value, _stated(name, offers))
    if not isinstance(value, str):
        return Text(zh="请填写文字", en="give words")
    check, login = PARAMS[LOGIN]
    return None if name != LOGIN or check(value) else login


def _stated(name: str, offers: Iterable[Sold]) -> list[object]:
    return [offer.characteristics[name] for offer, _ in offers if name in offer.characteristics]


def _most(known: Characteristic, stated: Iterable[object]) -> int:
    return max((each for each in stated if type(each) is int), default=known.most)


def _characteristic(known: Characteristic, value: object, stated: Sequence[object]) -> Text | None:
    """What is stated bounds what can be wished: a number at most, a word without a list of choices exactly."""
    if not known.configurable:
        return None if value in stated else Text(zh="由商品所定，请删去", en="the offer settles it: leave it out")
    if known.choices:
        names = joined(known.values.values(), en=" or ")
        return (
            None
            if known.fits(value)
            else Text(
                zh=f"可选 {names.zh}（{'、'.join(known.values)}）", en=f"choose {names.en} ({', '.join(known.values)})"
            )
        )
    if known.type is ValueType.NUMBER:
        most = _most(known, stated)
        good = known.fits(value) and isinstance(value, int) and value <= most
        return None if good else _number(known.least, most)
    good = known.fits(value) and (not stated or value in stated)
    said = "、".join(map(str, stated))
    return None if good else Text(zh=f"按商品所定：{said}", en=f"as the offer has it: {said}")


def _number(least: int, most: int) -> Text:
    return Text(zh=f"填写 {least} 至 {most} 的整数", en=f"give a whole number from {least} to {most}")
