"""The rows that the verbs act on, looked up and locked.

Whoever changes legs locks their matters first, in the order of the legs, then the legs, then their steps, and the order last: so
do those who pass the work on, and nobody waits for anybody in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models.functions import Length

from kapok.chain.ordering import rules
from kapok.chain.ordering.models import Leg, Order, Step
from kapok.chain.ordering.refusals import UnknownLeg, UnknownOrder, UnknownStep
from kapok.ground.work.models import Matter

OF_LEG = ("order__unit", "order__first_contact", "order__customer", "order__account", "address", "far_address", "after")


def order_called(number: str) -> Order:
    """The order with this number. Raises `UnknownOrder`."""
    found = Order.objects.select_related("customer", "account", "unit", "first_contact").filter(number=number).first()
    if found is None:
        raise UnknownOrder(order=number[:20])
    return found


def legs_locked(order: Order, number: int | None = None) -> list[Leg]:
    """The legs of an order, or the one of that number, with their matters, held until the verb's `transaction.atomic` ends.

    Raises `UnknownLeg`.
    """
    legs = Leg.objects.filter(order=order)
    if number is not None:
        legs = legs.filter(number=number)
    found = locked(legs.order_by("number").values_list("subject", flat=True))
    if not found:
        raise UnknownLeg(order=order.number, leg=number)
    return found


def locked(subjects: Iterable[str]) -> list[Leg]:
    """The legs with these subjects, their matters locked before them, in order. Within a verb's `transaction.atomic`."""
    names = list(subjects)
    matters = (
        Matter.objects.filter(subject__in=names).order_by(Length("subject"), "subject").select_for_update(no_key=True)
    )
    list(matters.values_list("id", flat=True))
    legs = Leg.objects.select_related(*OF_LEG).filter(subject__in=names).order_by("number")
    return list(legs.select_for_update(no_key=True, of=("self",)))


def together(subject: str) -> list[str]:
    """The matters of all legs of the order of which this is one, in the order in which they are locked: who cancels one may cancel
    others that hang on it.
    """
    orders = Leg.objects.filter(subject=subject).values("order")
    return list(Leg.objects.filter(order__in=orders).order_by("number").values_list("subject", flat=True))


def leg_locked(subject: str) -> Leg:
    """The leg with this subject. Raises `Leg.DoesNotExist`."""
    found = locked([subject])
    if not found:
        raise Leg.DoesNotExist(subject)
    return found[0]


def steps_locked(leg: Leg) -> list[Step]:
    """The steps of a leg, nobody else's until the verb's `transaction.atomic` ends; as they were opened."""
    steps = Step.objects.filter(leg=leg).select_related("item").order_by("opened_at", "id")
    return list(steps.select_for_update(no_key=True, of=("self",)))


def step_called(identifier: UUID) -> Step:
    """A step with its leg. Raises `UnknownStep`."""
    found = Step.objects.select_related("leg__order", "item").filter(id=identifier).first()
    if found is None:
        raise UnknownStep(step=identifier)
    return found


def is_open(leg: Leg) -> bool:
    """Whether something is left to do on it."""
    return rules.State(leg.state) not in rules.OVER


def open_legs(legs: Sequence[Leg]) -> list[Leg]:
    """Those of the legs on which something is left to do."""
    return [leg for leg in legs if is_open(leg)]


def step_locked(identifier: UUID) -> Step:
    """A step, nobody else's until the verb's `transaction.atomic` ends; its leg is locked."""
    return Step.objects.select_for_update(no_key=True, of=("self",)).get(id=identifier)
