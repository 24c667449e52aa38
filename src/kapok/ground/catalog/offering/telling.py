"""An offer in words: its prices, whom it is sold to, what it takes; and what one version says otherwise than another. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from kapok.ground.catalog.conditions import read_out
from kapok.ground.catalog.difference import NO, NOTHING, YES, Difference
from kapok.ground.catalog.offering.document import (
    ENDS,
    KINDS,
    PRICE_KINDS,
    End,
    Need,
    Offer,
    Price,
    PriceKind,
    Trial,
    Visit,
)
from kapok.ground.catalog.offering.soundness import FIELDS
from kapok.ground.catalog.offering.terms import CHANNELS, PERIODS, Channel
from kapok.ground.catalog.specifying.document import Specified, Value
from kapok.kernel.money import Money
from kapok.kernel.promises import FACTS
from kapok.kernel.promises.selector import Selector
from kapok.kernel.promises.values import value_title
from kapok.kernel.text import Text, joined, same


def priced(price: Price) -> Text:
    """One price with how often, or per what, it falls due."""
    said, often = Money(price.amount, price.currency).text, PRICE_KINDS[price.kind]
    if price.kind is PriceKind.RECURRING:
        often = PERIODS[price.period][1]
    if price.kind is PriceKind.USAGE and price.per:
        often = price.per
    return Text(zh=f"{often.zh} {said.zh}", en=f"{said.en} {often.en}")


def channels(offer: Offer) -> Text:
    """The channels it is sold through; empty for all."""
    known = {str(channel): CHANNELS[Channel(channel)] for channel in CHANNELS}
    return joined(known.get(each, same(each)) for each in offer.channels)


def sold_to(offer: Offer) -> Text:
    """To whom and where it is sold; empty for everybody."""
    asked = {"segment": offer.segments, "tier": offer.tiers, "area": offer.areas}
    selector: Selector = {axis: values for axis, values in asked.items() if values}
    return read_out(selector | offer.eligibility, FACTS)


def characteristics(offer: Offer, specified: Specified) -> list[tuple[Text, Text]]:
    """What it states of its service, each with its name, in the order of the specification."""
    spec, stated = specified.services.get(offer.spec), offer.characteristics
    known = {name: each for name, each in spec.by_name.items() if name in stated} if spec else {}
    strangers = [(same(name), _value(value, {})) for name, value in stated.items() if name not in known]
    return [(each.called, _value(stated[name], each.values)) for name, each in known.items()] + strangers


def actions(offer: Offer) -> Text:
    """What can be ordered of it."""
    return joined(value_title("action", each) for each in offer.actions)


def needs(resources: Iterable[Need], specified: Specified) -> Text:
    """The resources that each piece takes."""
    return joined(_need(each, specified) for each in resources)


def _need(need: Need, specified: Specified) -> Text:
    known = specified.resources.get(need.kind)
    name = known.title if known else same(need.kind)
    many = f" ×{need.count}" if need.count > 1 else ""
    said = joined([*([same(need.role)] if need.role else []), *([ENDS[need.end]] if need.end is End.B else [])])
    return Text(
        zh=f"{name.zh}{f'（{said.zh}）' if said.zh else ''}{many}",
        en=f"{name.en}{f' ({said.en})' if said.en else ''}{many}",
    )


def visit(offer: Offer) -> Text:
    """Who comes to the customer, and for how long."""
    return _visit(offer.visit)


def trial(offer: Offer) -> Text:
    """How long a trial lasts and what becomes of it."""
    return _trial(offer.trial)


def _visit(told: Visit | None) -> Text:
    if told is None:
        return NOTHING
    return Text(zh=f"{told.skill}，{told.minutes} 分钟", en=f"{told.skill}, {told.minutes} minutes")


def _trial(told: Trial | None) -> Text:
    if told is None:
        return NOTHING
    ends = (
        Text(zh="到期自动结束", en="ends by itself")
        if told.ends_by_itself
        else Text(zh="须人工结束", en="is ended by hand")
    )
    then = (
        Text(zh=f"，可转订 {told.becomes}", en=f"; then {told.becomes} can be ordered")
        if told.becomes
        else Text(zh="", en="")
    )
    return Text(
        zh=f"{told.days} 天，{ends.zh}{then.zh}",
        en=f"{told.days} {'day' if told.days == 1 else 'days'}, {ends.en}{then.en}",
    )


def _value(value: Value, names: Mapping[str, Text]) -> Text:
    if isinstance(value, bool):
        return YES if value else NO
    return names.get(str(value), same(str(value)))


# ---- two versions side by side ----

Reading = Callable[[Offer], Text]


def differences(old: Offer, new: Offer, before: Specified, after: Specified) -> list[Difference]:
    """Everything that changed from one version to the other, each read by what it is specified by."""
    where = FIELDS["characteristics"]
    return [
        *_plain(old, new),
        *_compared(OFFER, FIELDS["resources"], needs(old.resources, before), needs(new.resources, after)),
        *_priced(old, new),
        *_changed(where, _characterised(old, before), _characterised(new, after)),
    ]


OFFER = Text(zh="商品", en="offer")


READINGS: tuple[tuple[Text, Reading], ...] = (
    (Text(zh="名称", en="title"), lambda offer: offer.title),
    (Text(zh="说明", en="note"), lambda offer: offer.note or NOTHING),
    (Text(zh="类别", en="kind"), lambda offer: KINDS[offer.kind]),
    (Text(zh="目录次序", en="place in the catalogue"), lambda offer: same(str(offer.position))),
    (Text(zh="适用客户", en="sold to"), sold_to),
    (FIELDS["channels"], channels),
    (FIELDS["service"], lambda offer: value_title("service", offer.service) if offer.service else NOTHING),
    (FIELDS["spec"], lambda offer: same(offer.spec)),
    (FIELDS["parts"], lambda offer: joined(map(same, offer.parts))),
    (FIELDS["actions"], actions),
    (FIELDS["trial"], trial),
    (FIELDS["visit"], visit),
    (FIELDS["promises"], lambda offer: joined(same(f"{each.pack}/{each.code}") for each in offer.promises)),
)


def _plain(old: Offer, new: Offer) -> Iterator[Difference]:
    for what, read in READINGS:
        yield from _compared(OFFER, what, read(old), read(new))


def _compared(where: Text, what: Text, old: Text, new: Text) -> Iterator[Difference]:
    if old != new:
        yield Difference(where, what, _or_nothing(old), _or_nothing(new))


def _priced(old: Offer, new: Offer) -> Iterator[Difference]:
    yield from _changed(FIELDS["prices"], _prices(old), _prices(new))


def _prices(offer: Offer) -> dict[Any, tuple[Text, Text]]:
    return {(price.kind, price.title.zh, price.title.en): (price.title, _with_plan(price)) for price in offer.prices}


def _with_plan(price: Price) -> Text:
    said, plan = priced(price), f" [{price.plan}]" if price.plan else ""
    return Text(zh=f"{said.zh}{plan}", en=f"{said.en}{plan}")


def _characterised(offer: Offer, specified: Specified) -> dict[Any, tuple[Text, Text]]:
    return {title.en: (title, said) for title, said in characteristics(offer, specified)}


def _changed(
    where: Text, before: Mapping[Any, tuple[Text, Text]], after: Mapping[Any, tuple[Text, Text]]
) -> Iterator[Difference]:
    for key in dict.fromkeys([*before, *after]):
        one, other = before.get(key), after.get(key)
        if one != other:
            title = (other or one or (NOTHING, NOTHING))[0]
            yield Difference(where, title, one[1] if one else NOTHING, other[1] if other else NOTHING)


def _or_nothing(said: Text) -> Text:
    return said if said.zh else NOTHING
