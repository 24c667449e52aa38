"""Whether an offer may be published, by what exists: specifications, resources, promises, parts, flows, skills. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain

from kapok.ground.catalog import rules as flows
from kapok.ground.catalog.conditions import read_out
from kapok.ground.catalog.offering import rules
from kapok.ground.catalog.offering.document import End, Kind, Offer, PriceKind, Shown
from kapok.ground.catalog.offering.terms import CHANNELS
from kapok.ground.catalog.specifying.document import (
    TYPES,
    Characteristic,
    ServiceSpecification,
    Specified,
    Value,
    ValueType,
)
from kapok.ground.catalog.template import Finding, finding
from kapok.kernel.promises import FACTS, Fact, FactKind, Promise
from kapok.kernel.promises.selector import Bounds, Condition, Selector
from kapok.kernel.text import Text


@dataclass(frozen=True)
class Around:
    """What there is beside the offer."""

    specified: Specified = field(default_factory=Specified)
    """The specifications and usage plans in force."""
    flows: Sequence[flows.Candidate] = ()
    """The flows in force on the line that opens services."""
    promises: Mapping[Shown, Promise | None] = field(default_factory=dict)
    """The promises that it shows, where there are such."""
    parts: Mapping[str, Offer | None] = field(default_factory=dict)
    """What its parts say that are on sale; also what a trial becomes."""
    skills: Set[str] = frozenset()
    """The codes of the skills that have been set up."""


def problems(offer: Offer, around: Around) -> tuple[Finding, ...]:
    """Everything that keeps an offer from being published."""
    own: tuple[Callable[[Offer], Iterator[Finding]], ...] = (_sold_to, _serving, _priced, _acted)
    beside = (_tried, _bundled, _flowing, _promised, _visited)
    found = (
        *(check(offer) for check in own),
        misfits(offer, around.specified),
        *(check(offer, around) for check in beside),
    )
    return tuple(chain.from_iterable(found))


def misfits(offer: Offer, specified: Specified) -> tuple[Finding, ...]:
    """Everything in which an offer is not as its specifications are."""
    return tuple(chain.from_iterable(check(offer, specified) for check in (_specified, _resourced, _rated)))


def _sold_to(offer: Offer) -> Iterator[Finding]:
    for axis in rules.AXES:
        yield from _values(f"{axis}s", getattr(offer, f"{axis}s"), FACTS[axis].values)
    yield from _values("channels", offer.channels, frozenset(map(str, CHANNELS)))
    for name, condition in offer.eligibility.items():
        yield from _condition(name, condition, FACTS.get(name))


def _values(where: str, given: Sequence[str], known: Set[str]) -> Iterator[Finding]:
    for value in sorted(set(given) - known):
        yield _finding(
            where,
            "unknown_value",
            f"没有“{value}”：请从 {'、'.join(sorted(known))} 中选",
            f"there is no '{value}': use one of {', '.join(sorted(known))}",
        )


def _condition(name: str, condition: Condition, fact: Fact | None) -> Iterator[Finding]:
    if fact is None:
        yield _finding(
            "eligibility",
            "unknown_fact",
            f"没有事实“{name}”：请改用已知的事实，如 payment",
            f"there is no fact '{name}': ask about a known one, such as payment",
        )
    elif (fact.kind is FactKind.CHOICE) is isinstance(condition, Bounds):
        yield _finding(
            "eligibility",
            "condition_shape",
            f"“{name}”的条件写法不对：选项写值，数字写范围",
            f"the condition on '{name}' has the wrong shape: values for a choice, bounds for a number",
        )
    elif not isinstance(condition, Bounds):
        yield from _values("eligibility", condition, fact.values)


def _serving(offer: Offer) -> Iterator[Finding]:
    if not offer.service and offer.kind not in {Kind.BUNDLE, Kind.OPTION}:
        yield _finding("service", "no_service", "没有业务：请选择", "it provides no service: choose one")
    if offer.service:
        yield from _values("service", (offer.service,), FACTS["service"].values)


def _specified(offer: Offer, specified: Specified) -> Iterator[Finding]:
    spec = specified.services.get(offer.spec)
    if offer.service and spec is None:
        yield _finding(
            "spec",
            "unknown_spec",
            f"没有启用的业务规格“{offer.spec}”：请从 {'、'.join(specified.services)} 中选",
            f"no specification '{offer.spec}' is in force: use one of {', '.join(specified.services)}",
        )
    if spec is not None and spec.service != offer.service:
        yield _finding(
            "spec",
            "spec_of_another_service",
            f"规格“{offer.spec}”属于业务 {spec.service}：请改业务或规格",
            f"the specification '{offer.spec}' belongs to {spec.service}: change the service or the specification",
        )
    if spec is not None:
        yield from _characterised(offer.characteristics, spec)


def _characterised(given: Mapping[str, Value], spec: ServiceSpecification) -> Iterator[Finding]:
    known_names = spec.by_name
    for name in sorted(set(given) - set(known_names)):
        yield _finding(
            "characteristics",
            "unknown_characteristic",
            f"规格中没有“{name}”：请删去，或从 {'、'.join(known_names) or '无'} 中选",
            f"the specification knows no '{name}': remove it, or use one of {', '.join(known_names) or 'none'}",
        )
    for name, known in known_names.items():
        called = known.called
        if name not in given and known.needed and known.default is None:
            yield _finding("characteristics", "missing", f"缺少“{called.zh}”", f"'{called.en}' is missing: add it")
        elif name in given and not known.fits(given[name]):
            asked = _asked(known)
            yield _finding(
                "characteristics",
                "characteristic_shape",
                f"“{called.zh}”应为{asked.zh}",
                f"'{called.en}' has to be {asked.en}",
            )


def _asked(known: Characteristic) -> Text:
    if known.choices:
        return Text(zh="、".join(known.values), en=" or ".join(known.values))
    if known.type is ValueType.NUMBER:
        least, most = known.least, known.most
        return Text(zh=f" {least} 至 {most} 的整数", en=f"a whole number from {least} to {most}")
    return TYPES[known.type]


def _resourced(offer: Offer, specified: Specified) -> Iterator[Finding]:
    spec, known = specified.services.get(offer.spec), specified.resources
    yield from _values("resources", [need.kind for need in offer.resources], frozenset(known))
    for need in offer.resources:
        if need.kind in known and (spec is None or need.kind not in spec.resources):
            name = known[need.kind].title
            yield _finding(
                "resources",
                "resource_of_another_service",
                f"这种业务不占用{name.zh}：请删去",
                f"this service takes no {name.en}: remove it",
            )
    roles = [need.role or need.kind for need in offer.resources]
    for role in sorted({role for role in roles if roles.count(role) > 1}):
        yield _finding(
            "resources",
            "role_twice",
            f"“{role}”写了两次：请合并数量，或写明各自用途",
            f"'{role}' stands twice: add the counts up, or say what each is for",
        )
    if offer.resources and all(need.end is End.B for need in offer.resources):
        yield _finding(
            "resources",
            "far_end_alone",
            "只有 B 端占用资源：请写明 A 端占用什么",
            "only the B end takes something: say what is taken at the A end",
        )


def _priced(offer: Offer) -> Iterator[Finding]:
    if not offer.prices and offer.trial is None:
        yield _finding("prices", "no_price", "没有价格：免费也请写一行 0", "it has no price: state 0 if it is free")
    if len({price.currency for price in offer.prices}) > 1:
        yield _finding(
            "prices", "currencies", "价格有多种币种：请统一", "its prices are in several currencies: use one currency"
        )
    for price in offer.prices:
        if price.kind is PriceKind.USAGE and price.per is None:
            title = price.title
            yield _finding(
                "prices",
                "no_unit",
                f"“{title.zh}”没有计量单位：请填写",
                f"'{title.en}' has no unit of usage: say per what",
            )


def _rated(offer: Offer, specified: Specified) -> Iterator[Finding]:
    """A usage price may do without a plan; one that it names has to be there."""
    for plan in sorted({price.plan for price in offer.prices if price.plan} - set(specified.plans)):
        yield _finding(
            "prices",
            "unknown_plan",
            f"没有启用的用量计划“{plan}”：请先启用它，或从 {'、'.join(specified.plans) or '无'} 中选",
            f"no usage plan '{plan}' is in force: publish it first, or use one of {', '.join(specified.plans) or 'none'}",
        )


def _tried(offer: Offer, around: Around) -> Iterator[Finding]:
    if (offer.kind is Kind.TRIAL) is (offer.trial is None):
        yield _finding(
            "trial",
            "trial_days",
            "试用须写明天数，其他商品不写",
            "a trial states its days, and nothing else does: add them or change the kind",
        )
    if offer.trial and any(price.amount for price in offer.prices if price.kind is not PriceKind.USAGE):
        yield _finding("prices", "trial_charges", "试用不收费：请把价格改为 0", "a trial is free: set its prices to 0")
    if offer.trial and offer.trial.becomes and around.parts.get(offer.trial.becomes) is None:
        yield _not_on_sale("trial", offer.trial.becomes)


def _bundled(offer: Offer, around: Around) -> Iterator[Finding]:
    if offer.kind is not Kind.BUNDLE:
        if offer.parts:
            yield _finding("parts", "parts", "只有套餐才有组成：请删去", "only a bundle has parts: remove them")
        return
    if len(offer.parts) < 2 or len(set(offer.parts)) < len(offer.parts):
        yield _finding(
            "parts",
            "too_few_parts",
            "套餐须由两个以上不同商品组成",
            "a bundle consists of two or more different offers",
        )
    if offer.service or offer.resources:
        yield _finding(
            "parts",
            "service_of_bundle",
            "套餐的业务与资源来自各组成商品：请删去套餐自己的",
            "the parts provide the service and take the resources: remove the bundle's own",
        )
    for code in offer.parts:
        part = around.parts.get(code)
        if part is None:
            yield _not_on_sale("parts", code)
        elif part.kind is Kind.BUNDLE or part.currency != offer.currency:
            yield _finding(
                "parts",
                "part_does_not_fit",
                f"“{code}”是套餐或币种不同：请换一个商品",
                f"'{code}' is a bundle itself, or priced in another currency: choose another offer",
            )


def _not_on_sale(where: str, code: str) -> Finding:
    return _finding(
        where,
        "part_not_on_sale",
        f"商品“{code}”不在售：请先发布它，或换一个",
        f"the offer '{code}' is not on sale: publish it first, or choose another",
    )


def _acted(offer: Offer) -> Iterator[Finding]:
    yield from _values("actions", offer.actions, FACTS["action"].values)
    if "install" not in offer.actions:
        yield _finding(
            "actions", "no_install", "不能新装就无法出售：请加上 install", "nobody can order it: add install"
        )


def _flowing(offer: Offer, around: Around) -> Iterator[Finding]:
    for service in sorted(rules.provided(offer, _parts(offer, around))):
        for action, facts in rules.without_flow(offer, service, around.flows).items():
            selector: Selector = {name: (value,) for name, value in facts.items()}
            who = read_out(selector, FACTS)
            yield _finding(
                "actions",
                "no_flow",
                f"没有适用的在用流程（{who.zh}）：请先发布流程，或去掉动作 {action}",
                f"no flow in force applies ({who.en}): publish one first, or take '{action}' off its actions",
            )


def _promised(offer: Offer, around: Around) -> Iterator[Finding]:
    for shown in offer.promises:
        promise = around.promises.get(shown)
        name = f"{shown.pack}/{shown.code}"
        if promise is None:
            yield _finding(
                "promises",
                "unknown_promise",
                f"在用规则包里没有承诺“{name}”：请改选",
                f"no pack in force holds the promise '{name}': choose another",
            )
        elif not _reaches(promise, offer, around):
            yield _finding(
                "promises",
                "promise_for_others",
                f"承诺“{name}”不适用于本商品的业务或客户：请改选",
                f"the promise '{name}' applies to other services or customers: choose another",
            )


def _reaches(promise: Promise, offer: Offer, around: Around) -> bool:
    """Whether some order of the offer can meet the promise."""
    own: dict[str, Set[str]] = {axis: frozenset(getattr(offer, f"{axis}s")) for axis in rules.AXES}
    own["service"] = rules.provided(offer, _parts(offer, around))
    asked = ((own[axis], promise.applies.get(axis)) for axis in own)
    return all(not values or not isinstance(condition, tuple) or values & set(condition) for values, condition in asked)


def _visited(offer: Offer, around: Around) -> Iterator[Finding]:
    if offer.visit and offer.visit.skill not in around.skills:
        yield _finding(
            "visit",
            "unknown_skill",
            f"没有技能“{offer.visit.skill}”：请选已登记的技能",
            f"there is no skill '{offer.visit.skill}': choose one that has been set up",
        )


def _parts(offer: Offer, around: Around) -> list[Offer]:
    return [part for code in offer.parts if (part := around.parts.get(code)) is not None]


FIELDS: Mapping[str, Text] = {
    "segments": Text(zh="客户群", en="segments"),
    "tiers": Text(zh="客户等级", en="tiers"),
    "areas": Text(zh="地区", en="areas"),
    "channels": Text(zh="渠道", en="channels"),
    "eligibility": Text(zh="订购条件", en="eligibility"),
    "service": Text(zh="业务", en="service"),
    "spec": Text(zh="规格", en="specification"),
    "characteristics": Text(zh="业务参数", en="characteristics"),
    "resources": Text(zh="资源", en="resources"),
    "prices": Text(zh="价格", en="prices"),
    "trial": Text(zh="试用", en="trial"),
    "parts": Text(zh="组成", en="parts"),
    "actions": Text(zh="可办动作", en="actions"),
    "promises": Text(zh="承诺", en="promises"),
    "visit": Text(zh="上门", en="visit"),
}
"""What the parts of an offer are called."""


def _finding(where: str, code: str, zh: str, en: str) -> Finding:
    return finding(where, code, zh, en, called=FIELDS[where])
