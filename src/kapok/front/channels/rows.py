"""The rows that the verbs act on, looked up and locked until the `transaction.atomic` of the verb ends."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from django.utils import timezone

from kapok.front.channels import rules
from kapok.front.channels.models import Case, ChannelSetting, Interaction
from kapok.front.channels.refusals import (
    BadChoice,
    ChannelNotSet,
    InteractionOver,
    NotACase,
    NotOfTheChannel,
    NotToBeCalled,
    NotYourInteraction,
    StillTalking,
    UnknownInteraction,
    WordsMissing,
)
from kapok.ground.customers.rows import languages_named
from kapok.ground.people.models import Staff
from kapok.kernel.text import Text, joined
from kapok.network.inventory.models import Service
from kapok.network.inventory.refusals import UnknownService

Choice = TypeVar("Choice", bound=StrEnum)


def choice(kind: type[Choice], value: str, field: str) -> Choice:
    """The member of a closed list. Raises `BadChoice`."""
    try:
        return kind(value)
    except ValueError:
        raise BadChoice(field=field, value=value[:30], choices=", ".join(kind)) from None


def medium_of(channel: rules.Channel, value: str) -> rules.Medium:
    """The medium, one of the channel's. Raises `BadChoice`, `NotOfTheChannel`."""
    medium = choice(rules.Medium, value, "medium")
    if medium not in rules.USED[channel]:
        media = joined(rules.MEDIA[each] for each in rules.USED[channel])
        raise NotOfTheChannel(channel_name=rules.CHANNELS[channel], medium=value, media=media)
    return medium


def setting_of(channel: rules.Channel) -> ChannelSetting:
    """How the channel is staffed and ruled. Raises `ChannelNotSet`."""
    found = (
        ChannelSetting.objects.select_related("mass", "business", "key", "supervision", "overflow")
        .filter(code=channel)
        .first()
    )
    if found is None:
        raise ChannelNotSet(channel_name=rules.CHANNELS[channel])
    return found


def interaction_called(identifier: UUID) -> Interaction:
    """The interaction. Raises `UnknownInteraction`."""
    related = ("customer__party", "unit", "first_contact")
    found = Interaction.objects.select_related(*related).filter(id=identifier).first()
    if found is None:
        raise UnknownInteraction
    return found


def open_interaction(identifier: UUID, me: Staff) -> Interaction:
    """One's own interaction, locked, while it lasts. Raises `UnknownInteraction`, `InteractionOver`, `NotYourInteraction`."""
    found = Interaction.objects.select_for_update(no_key=True).filter(id=identifier).first()
    if found is None:
        raise UnknownInteraction
    if found.ended_at is not None:
        raise InteractionOver
    if found.first_contact_id != me.id:
        raise NotYourInteraction(username=Staff.objects.get(id=found.first_contact_id).username)
    return found


def language_of(code: str) -> str:
    """A language of the operator's list, none for none. Raises `UnknownLanguage`."""
    return next(iter(languages_named([code])), "")


def still_talking(me: Staff) -> StillTalking:
    """Who serves somebody already serves nobody else."""
    running = Interaction.objects.filter(first_contact=me, ended_at=None).first()
    return StillTalking(since=spoken(running.started_at) if running else "—")


def request_called(matter: str) -> Case:
    """The request that a channel took in, locked. Raises `NotACase`."""
    return _case_called(matter, rules.Kind.REQUEST)


def answerable(matter: str) -> Case:
    """The request or fault that a channel took in, locked. Raises `NotACase`."""
    return _case_called(matter, *rules.ANSWERED)


def _case_called(matter: str, *kinds: rules.Kind) -> Case:
    found = Case.objects.select_for_update(no_key=True).filter(matter=matter, kind__in=kinds).first()
    if found is None:
        raise NotACase(matter=matter[:40])
    return found


def to_be_called(matter: str) -> Case:
    """What a customer is still to be called about, locked. Raises `NotToBeCalled`."""
    found = Case.objects.select_for_update(no_key=True).filter(matter=matter, call_back=True, called_at=None).first()
    if found is None:
        raise NotToBeCalled(matter=matter[:40])
    return found


def service_called(number: str) -> Service:
    """The service with this number. Raises `UnknownService`."""
    found = Service.objects.select_related("customer", "address").filter(number=number.strip().upper()[:12]).first()
    if found is None:
        raise UnknownService(number=number[:20])
    return found


def written(reasons: Iterable[rules.Reason]) -> list[dict[str, str]]:
    """Reasons as a case keeps them."""
    return [{"rule": each.rule.value, "zh": each.text.zh, "en": each.text.en} for each in reasons]


def words(typed: str, field: Text, longest: int, *, needed: bool = True) -> str:
    """A text as it is kept. Raises `WordsMissing`."""
    kept = typed.strip()
    if len(kept) > longest or (needed and len(kept) < 2):
        raise WordsMissing(field=field, longest=longest)
    return kept


def spoken(at: object) -> str:
    """A moment on the wall of the operator."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"  # type: ignore[arg-type]
