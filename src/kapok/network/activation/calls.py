"""One call of the elements that serve a service, in three short phases: write it down, talk, write the answer down.

While the elements are spoken to no transaction is open. A lock of the database's on the service, which dies with the process that
holds it, lets one call at a time through; whoever asks the same waits, and is given the first answer. A call that was abandoned
between two phases is asked again under its key: elements whose step is done are passed over, the others are told once more.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from kapok.ground.journal import api as journal
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text, joined
from kapok.network.activation import events, rules
from kapok.network.activation.adapters.base import DONE, Outcome, Request
from kapok.network.activation.models import Call, CallStep
from kapok.network.activation.refusals import BadKey, CallOvertaken, CallSettled, KeyUsed
from kapok.network.activation.rules import CallState, StepState, Verb
from kapok.network.activation.targets import ADAPTERS, adapters_of

log = logging.getLogger(__name__)

LOCKS = 0x6B61
"""Our part of the database's advisory locks."""
WAIT_SECONDS = 20.0
GLANCE = 0.05

TELLS = ~Q(verb=Verb.TEST.value)
"""Calls after which an element may stand otherwise; a test measures only."""
OVERTAKEN = Exists(Call.objects.filter(TELLS, service=OuterRef("service"), id__gt=OuterRef("id")))
"""Of a call: the service was told something later. Identifiers sort by the moment of the first attempt."""

IN_PROGRESS = Outcome(
    ok=False, code="in_progress", retry=True,
    text=Text(zh="该业务的另一次操作正在进行，请稍后再试。", en="Another call for this service is under way; try again soon."),
)  # fmt: skip
UNREACHABLE = Outcome(
    ok=False, code="unreachable", retry=True,
    text=Text(zh="网元无法访问，稍后会重试。", en="The element could not be reached; it is tried again."),
)  # fmt: skip
NO_TARGET = Text(
    zh="没有为业务类型“{kind}”配置网元；请在 KAPOK_ACTIVATION_TARGETS 中配置。",
    en="No elements are configured for the kind of service “{kind}”; name them in KAPOK_ACTIVATION_TARGETS.",
)
NO_ELEMENT = Outcome(
    ok=True, code="no_element", text=Text(zh="该业务不经任何网元，无需操作", en="no element serves this, nothing is to be done")
)  # fmt: skip
UNDONE = Text(zh="已完成的步骤已回退。", en=" What had been done was undone.")
NOT_UNDONE = Text(zh="部分步骤未能回退，请人工检查。", en=" Not all that had been done could be undone: look at it.")


def ask(
    verb: Verb, *, key: str, service: str, kind: str, params: Mapping[str, Any], actor: str, at: datetime
) -> Outcome:
    """Tell the elements of a service something, once for each key. Raises `KeyUsed`, `BadKey`."""
    if not 1 <= len(key) <= 200 or not 1 <= len(service) <= 60 or "\x00" in key + service:
        raise BadKey
    with _alone_with(service) as alone:
        if not alone:
            return IN_PROGRESS
        call = _write_down(verb, key, service, kind, params, actor=actor, at=at)
        if call.ok:
            return outcome_of(call)
        began = time.monotonic()
        outcome = _talk(call, Request(service, kind, params, at))
        return _settle(call, outcome, round((time.monotonic() - began) * 1000), actor=actor, at=at)


def ask_again(call: Call, *, actor: str, at: datetime) -> Outcome:
    """Ask once more what was asked, as it was. Raises `CallSettled`, `CallOvertaken`."""
    with _alone_with(call.service) as alone:  # nobody else tells it something between the look and the call
        if not alone:
            return IN_PROGRESS
        call.refresh_from_db()
        must_be_current(call)
        asked = {"service": call.service, "kind": call.kind, "params": call.request | call.kept_apart}
        return ask(Verb(call.verb), key=call.key, **asked, actor=actor, at=at)


def must_be_current(call: Call) -> None:
    """Refuse what has succeeded, or what was followed by something else. Raises `CallSettled`, `CallOvertaken`."""
    if call.ok:
        raise CallSettled
    since = Call.objects.filter(TELLS, service=call.service, id__gt=call.id).order_by("id").last()
    if since is not None:
        raise CallOvertaken(service=call.service, verb_name=rules.VERBS[Verb(since.verb)])


def outcome_of(call: Call) -> Outcome:
    """The answer that was given."""
    return Outcome(ok=bool(call.ok), code=call.code, text=call.text, retry=call.retry, measured=call.measured)


@contextmanager
def _alone_with(service: str) -> Iterator[bool]:
    """Whether nobody else speaks to the elements of `service` for as long as the context lasts; waits a while for it."""
    with connection.cursor() as cursor:
        ends = time.monotonic() + WAIT_SECONDS
        while not (alone := _locked(cursor, "pg_try_advisory_lock", service)) and time.monotonic() < ends:
            time.sleep(GLANCE)
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                _locked(cursor, "pg_advisory_unlock", service)


def _locked(cursor: Any, function: str, service: str) -> bool:
    cursor.execute(f"SELECT {function}(%s, hashtext(%s))", [LOCKS, service])
    return bool(cursor.fetchone()[0])


@transaction.atomic(durable=True)
def _write_down(
    verb: Verb, key: str, service: str, kind: str, params: Mapping[str, Any], *, actor: str, at: datetime
) -> Call:
    """The first phase: the call as it is now asked; one that has succeeded stays as it is."""
    overtaken = Call.objects.filter(OVERTAKEN, key=key).exists()
    apart = {} if overtaken else rules.kept_apart(params)
    values = {"kind": kind, "request": rules.masked(params), "kept_apart": apart, "actor": actor}
    new = {"id": uuid7(at), "service": service, "verb": verb.value, "state": CallState.ASKED.value, "asked_at": at}
    call, created = Call.objects.select_for_update().get_or_create(key=key, defaults=new | values)
    if (call.service, call.verb) != (service, verb.value):
        raise KeyUsed(key=key, service=call.service, verb_name=rules.VERBS[Verb(call.verb)])
    if call.ok:
        return call
    if verb is not Verb.TEST:
        _forget_overtaken(call)
    if not created:
        if overtaken or (call.request, call.kept_apart) != (values["request"], values["kept_apart"]):
            _tell_anew(call)
        asked = {"state": CallState.ASKED.value, "ok": None, "answered_at": None, "asked_at": at}
        again = Call.objects.filter(pk=call.pk, state__in=rules.call_sources(CallState.ASKED))
        again.update(attempts=F("attempts") + 1, **asked, **values)
        call.refresh_from_db()
    journal.record(
        events.Asked(
            subject=call.subject, actor=actor, at=at, call=str(call.id), key=key, verb=verb.value,
            verb_name=rules.VERBS[verb], request=call.request, attempt=call.attempts,
        )
    )  # fmt: skip
    return call


def _forget_overtaken(call: Call) -> None:
    """What this call overtakes is not asked again by a person: its secrets go."""
    earlier = Call.objects.filter(service=call.service, id__lt=call.id).exclude(kept_apart={})
    earlier.update(kept_apart={})


def _tell_anew(call: Call) -> None:
    """Something else is asked under the key than before, or was asked since: what an element did then is not how it stands now."""
    done = CallStep.objects.filter(call=call, state=StepState.DONE.value)
    done.update(state=StepState.ASKED.value)


def _talk(call: Call, request: Request) -> Outcome:
    """The second phase: tell each element that has not done its part yet; no transaction is open."""
    verb, adapters = Verb(call.verb), adapters_of(call.kind)
    if adapters is None:
        return Outcome(ok=False, code="no_target", text=NO_TARGET.format(kind=call.kind))
    if not adapters:
        return NO_ELEMENT
    needed = {name for adapter in adapters for name in ADAPTERS[adapter].needed} if verb is Verb.ACTIVATE else set()
    if wrong := rules.complaint(request.params, needed):
        return Outcome(ok=False, code="bad_request", text=wrong)
    if verb is Verb.TEST:
        return _together([(name, _step(call, name, place, request)) for place, name in enumerate(adapters)])
    said = []
    for place, name in enumerate(rules.in_order(verb, adapters)):
        said.append((name, _step(call, name, place, request)))
        if not said[-1][1].ok:
            return _given_up(call, request, _together(said))
    return _together(said)


def _step(call: Call, name: str, place: int, request: Request) -> Outcome:
    """One element's part: passed over where it is done, told otherwise."""
    step, created = CallStep.objects.get_or_create(
        call=call,
        adapter=name,
        defaults={"id": uuid7(request.at), "place": place, "state": StepState.ASKED.value, "at": request.at},
    )
    if step.state == StepState.DONE and call.verb != Verb.TEST:
        return Outcome(ok=True, code="done", text=DONE.text, measured=step.answer.get("measured", {}))
    if not created:
        CallStep.objects.filter(pk=step.pk).update(
            state=StepState.ASKED.value, attempts=F("attempts") + 1, at=request.at
        )
    began = time.monotonic()
    outcome = _told(name, call.verb, request)
    CallStep.objects.filter(pk=step.pk).update(
        state=(StepState.DONE if outcome.ok else StepState.FAILED).value,
        answer=_noted(outcome),
        milliseconds=round((time.monotonic() - began) * 1000),
    )
    return outcome


def _told(name: str, verb: str, request: Request) -> Outcome:
    """What the element answers; whatever goes wrong on the way is an element that could not be reached."""
    try:
        answer: Outcome = getattr(ADAPTERS[name], verb)(request)
    except Exception as error:
        # What the error says may hold the row, and with it the secret: only where it arose is written down.
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("the adapter %s failed to %s: %s\n%s", name, verb, type(error).__name__, where)  # noqa: TRY400
        return UNREACHABLE
    return answer


def _given_up(call: Call, request: Request, outcome: Outcome) -> Outcome:
    """An activation that has failed for good leaves nothing behind, unless the service worked before it."""
    if outcome.retry or call.verb != Verb.ACTIVATE or was_live(call.service):
        return outcome
    steps = CallStep.objects.filter(call=call).exclude(state=StepState.UNDONE.value)
    undone = True
    for step in steps.order_by("-place"):
        if _told(step.adapter, Verb.TERMINATE.value, request).ok:
            CallStep.objects.filter(pk=step.pk).update(state=StepState.UNDONE.value)
        else:
            undone = False
    return Outcome(
        ok=False, code=outcome.code, measured=outcome.measured,
        text=joined([outcome.text.format(), UNDONE if undone else NOT_UNDONE], zh="", en=""),
    )  # fmt: skip


def was_live(service: str) -> bool:
    """Whether the service was activated, and not taken down since."""
    turning = Call.objects.filter(service=service, ok=True, verb__in=[Verb.ACTIVATE.value, Verb.TERMINATE.value])
    last = turning.order_by("-answered_at", "-id").values_list("verb", flat=True).first()
    return last == Verb.ACTIVATE


def _together(said: Sequence[tuple[str, Outcome]]) -> Outcome:
    """What several elements' answers come to: the first no, else done, with all that was measured."""
    measured = {name: value for _, outcome in said for name, value in outcome.measured.items()}
    for name, outcome in said:
        if not outcome.ok:
            text = Text(zh="{element}：{said}", en="{element}: {said}")
            told = text.format(element=ADAPTERS[name].title, said=outcome.text)
            return Outcome(ok=False, code=outcome.code, text=told, retry=outcome.retry, measured=measured)
    words = list(dict.fromkeys(outcome.text for _, outcome in said))
    return Outcome(ok=True, code="done", text=joined(words, zh="；", en="; "), measured=measured)


def _noted(outcome: Outcome) -> dict[str, Any]:
    text = {"zh": outcome.text.zh, "en": outcome.text.en}
    return {"ok": outcome.ok, "code": outcome.code, "text": text, "measured": dict(outcome.measured)}


@transaction.atomic(durable=True)
def _settle(call: Call, outcome: Outcome, milliseconds: int, *, actor: str, at: datetime) -> Outcome:
    """The third phase: the answer is kept, unless the call has been asked anew meanwhile; then that answer counts."""
    apart = {} if outcome.ok else call.kept_apart
    kept = Call.objects.filter(
        pk=call.pk, state__in=rules.call_sources(CallState.ANSWERED), attempts=call.attempts
    ).update(
        state=CallState.ANSWERED.value, ok=outcome.ok, retry=outcome.retry, code=outcome.code, text_zh=outcome.text.zh,
        text_en=outcome.text.en, measured=dict(outcome.measured), milliseconds=milliseconds, kept_apart=apart,
        answered_at=at + timedelta(milliseconds=milliseconds),
    )  # fmt: skip
    if not kept:
        return IN_PROGRESS
    journal.record(
        events.Answered(
            subject=call.subject, actor=actor, at=at + timedelta(milliseconds=milliseconds), call=str(call.id),
            key=call.key, verb=call.verb, verb_name=rules.VERBS[Verb(call.verb)], ok=outcome.ok, code=outcome.code,
            text=outcome.text, measured=outcome.measured, milliseconds=milliseconds,
            steps=tuple(CallStep.objects.filter(call=call).order_by("place").values("adapter", "state", "milliseconds")),
        )
    )  # fmt: skip
    return outcome
