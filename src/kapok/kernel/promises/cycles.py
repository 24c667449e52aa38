"""The life of the commitments of one matter: the effects of `moves.MOVES` carried out, and what became of each cycle.

An opening starts a *cycle*; a matter that is opened again after it was closed has several. Everything is sequential and cheap: a
pause moves the due moment when it ends, and only if it began before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from kapok.kernel.promises import selector
from kapok.kernel.promises.deadlines import Clock
from kapok.kernel.promises.facts import Facts
from kapok.kernel.promises.judgement import ZERO, Anomaly, Entry, Judgement, Outcome
from kapok.kernel.promises.moves import MOVES, Effect, Role, State, in_order
from kapok.kernel.promises.pack import Pack, Promise
from kapok.kernel.promises.selector import Bounds
from kapok.kernel.promises.terms import Direction
from kapok.kernel.promises.turns import Turn, applies


@dataclass
class Cycle:
    """A commitment that is still being followed."""

    opened_at: datetime
    facts: Facts
    due_at: datetime | None
    target_at: datetime | None
    paused_at: datetime | None = None
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    stopped_at: datetime | None = None
    void: bool = False
    held: timedelta = ZERO
    reopened: int = 0
    urges: int = 0
    used: list[tuple[Entry, Effect]] = field(default_factory=list)


class Matter:
    """One matter under one promise, walked turn by turn."""

    def __init__(self, promise: Promise, pack: Pack, until: datetime) -> None:
        self.promise, self.pack, self.until = promise, pack, until.astimezone(UTC)
        self.clock = Clock(promise, pack)
        self.state = State.IDLE
        self.cycle: Cycle | None = None
        self.judged: list[Judgement] = []
        self.anomalies: list[Anomaly] = []
        self.effects: dict[Effect, Callable[[Cycle, datetime], None]] = {
            Effect.STOP: self._stop,
            Effect.STOP_PAUSED: self._stop,
            Effect.HOLD: self._hold,
            Effect.GO: self._go,
            Effect.CANCEL: self._cancel,
            Effect.CONTINUE: self._continue,
            Effect.THROUGH: self._through,
            Effect.URGE: self._urge,
        }

    def run(self, turns: Sequence[Turn]) -> list[Judgement]:
        """Walk the turns and judge every cycle."""
        for turn in turns:
            for role in in_order(turn.roles):
                self.state, effect = MOVES[self.state, role]
                self._carry_out(effect, turn)
        self._finish()
        if not self.judged and self.anomalies and turns and self._made(turns[0]):
            self.judged.append(self._blank(None, turns[0].facts, Outcome.VOID))
        if self.judged and self.anomalies:
            self.judged[0] = replace(self.judged[0], anomalies=(*self.anomalies, *self.judged[0].anomalies))
        return self.judged

    def occurrences(self, turns: Sequence[Turn]) -> list[Judgement]:
        """For promises without a clock: each opening is judged by itself."""
        return [self._occurrence(turn) for turn in turns if Role.OPEN in turn.roles and self._made(turn)]

    def _carry_out(self, effect: Effect, turn: Turn) -> None:
        at = turn.entry.at.astimezone(UTC)
        if effect in {Effect.START, Effect.START_PAUSED}:
            self._start(turn, at, paused=effect is Effect.START_PAUSED)
        elif effect is Effect.EARLY_REOPEN:
            self.anomalies.append(Anomaly.REOPENED_BEFORE_OPEN)
        elif effect is Effect.EARLY_CLOSE:
            self._early_close(turn, at)
        elif effect is not Effect.NOTHING and self.cycle is not None:
            self.effects[effect](self.cycle, at)
        if effect is not Effect.NOTHING and self.cycle is not None:
            self.cycle.used.append((turn.entry, effect))

    def _start(self, turn: Turn, at: datetime, *, paused: bool) -> None:
        self._finish()
        if not self._made(turn):
            return
        backward = self.promise.direction is Direction.NOTICE
        due_at = None if backward else self.clock.due(at, turn.facts)
        self.cycle = Cycle(at, turn.facts, due_at, None if backward else self.clock.target(at))
        if paused:
            self.cycle.paused_at = at

    def _made(self, turn: Turn) -> bool:
        """True if the promise is in force at this turn and applies to it."""
        return in_force(self.promise, self.pack, self.clock.day(turn.entry.at)) and applies(
            self.promise, self.pack, turn.facts
        )

    def _early_close(self, turn: Turn, at: datetime) -> None:
        if self.promise.direction is not Direction.NOTICE:
            self.anomalies.append(Anomaly.CLOSED_BEFORE_OPEN)
        elif self._made(turn):
            due_at = self._notice_due(at)
            late = ZERO if due_at is None else at - due_at
            blank = self._blank(None, turn.facts, Outcome.BROKEN)
            self.judged.append(
                replace(blank, due_at=due_at, closed_at=at, late_by=late, used=((turn.entry, Effect.EARLY_CLOSE),))
            )

    def _stop(self, cycle: Cycle, at: datetime) -> None:
        self._go(cycle, at)
        cycle.stopped_at = at

    def _cancel(self, cycle: Cycle, at: datetime) -> None:
        self._stop(cycle, at)
        cycle.void = True

    def _hold(self, cycle: Cycle, at: datetime) -> None:
        cycle.paused_at = at

    def _go(self, cycle: Cycle, at: datetime) -> None:
        if cycle.paused_at is not None:
            self._pause(cycle, cycle.paused_at, at)
            cycle.paused_at = None

    def _continue(self, cycle: Cycle, at: datetime) -> None:
        self._pause(cycle, cycle.stopped_at or at, at)
        self._through(cycle, at)

    def _through(self, cycle: Cycle, _: datetime) -> None:
        cycle.stopped_at, cycle.void = None, False
        cycle.reopened += 1

    def _urge(self, cycle: Cycle, _: datetime) -> None:
        cycle.urges += 1

    def _pause(self, cycle: Cycle, begins: datetime, ends: datetime) -> None:
        cycle.pauses.append((begins, ends))
        cycle.held += self.clock.held(begins, ends)
        if cycle.due_at is not None:
            cycle.due_at = self.clock.moved(cycle.due_at, begins, ends)

    def _finish(self) -> None:
        """Judge the running cycle, if there is one."""
        if self.cycle is not None:
            cycle, self.cycle = self.cycle, None
            self.judged.append(self._outcome(cycle))

    def _outcome(self, cycle: Cycle) -> Judgement:
        still_paused = cycle.paused_at
        if still_paused is not None:
            self._pause(cycle, still_paused, self.until)
            cycle.pauses[-1] = (still_paused, None)
        if self.promise.direction is Direction.NOTICE and cycle.stopped_at is not None and not cycle.void:
            cycle.due_at = self._notice_due(cycle.stopped_at)
        state, late_by = self._state(cycle, still_paused)
        end = cycle.stopped_at or self.until
        unknown = cycle.due_at is None and self.promise.direction is not Direction.NOTICE
        return replace(
            self._blank(cycle.opened_at, cycle.facts, state),
            due_at=cycle.due_at,
            target_at=cycle.target_at,
            closed_at=None if state is Outcome.VOID else cycle.stopped_at,
            elapsed=max(self.clock.ran(cycle.opened_at, end) - cycle.held, ZERO),
            late_by=late_by,
            pauses=tuple(cycle.pauses),
            reopened=cycle.reopened,
            urges=cycle.urges,
            anomalies=(Anomaly.FACT_NOT_KNOWN,) if unknown else (),
            used=tuple(cycle.used),
        )

    def _state(self, cycle: Cycle, paused_at: datetime | None) -> tuple[Outcome, timedelta]:
        """What became of a cycle, and by how much it was missed."""
        due_at, stopped_at = cycle.due_at, cycle.stopped_at
        match self.promise.direction:
            case Direction.NOTICE:
                return _notice(cycle.opened_at, due_at, stopped=stopped_at is not None, void=cycle.void)
            case _ if due_at is None:
                return Outcome.VOID, ZERO
            case Direction.WAIT | Direction.KEEP:
                return _not_before(due_at, stopped_at, self.until, void=cycle.void)
            case _:
                end = stopped_at or self.until
                late_by = max(end - due_at, ZERO)
                if paused_at is not None and paused_at < due_at:
                    late_by = ZERO
                return _within(late_by, stopped=stopped_at is not None, void=cycle.void), late_by

    def _notice_due(self, event: datetime) -> datetime | None:
        """The last moment at which a notice before `event` is in time."""
        return None if self.promise.allowance is None else self.clock.before(event, self.promise.allowance)

    def _occurrence(self, turn: Turn) -> Judgement:
        at, limit = turn.entry.at.astimezone(UTC), self.promise.limit
        blank = self._blank(at, turn.facts, Outcome.BROKEN)
        used = ((turn.entry, Effect.STOP),)
        if limit is not None:
            fact = self.pack.declared[limit.fact]
            bounds = Bounds(at_least=limit.at_least, at_most=limit.at_most)
            if not bounds.readable(fact, turn.facts.get(limit.fact)):
                return replace(blank, state=Outcome.VOID, anomalies=(Anomaly.FACT_NOT_KNOWN,), used=used)
            if selector.holds(bounds, fact, turn.facts[limit.fact]):
                blank = replace(blank, state=Outcome.KEPT)
        return replace(blank, due_at=at, closed_at=at, used=used)

    def _blank(self, opened_at: datetime | None, facts: Facts, state: Outcome) -> Judgement:
        return Judgement(
            promise=self.promise,
            opened_at=opened_at,
            due_at=None,
            state=state,
            calendar_version=self.clock.hours.version,
            zone=self.clock.hours.zone.key,
            facts=facts,
        )


def in_force(promise: Promise, pack: Pack, day: date) -> bool:
    """True if promise, instrument and pack are all in force on `day`."""
    periods = (promise.effective, pack.instruments[promise.instrument].period, pack.effective)
    return all(period.holds(day) for period in periods)


def _within(late_by: timedelta, *, stopped: bool, void: bool) -> Outcome:
    """A promise that was already late when it fell away stays broken."""
    if void and not late_by:
        return Outcome.VOID
    if stopped:
        return Outcome.BROKEN if late_by else Outcome.KEPT
    return Outcome.OVERDUE if late_by else Outcome.OPEN


def _notice(given_at: datetime, due_at: datetime | None, *, stopped: bool, void: bool) -> tuple[Outcome, timedelta]:
    if void:
        return Outcome.VOID, ZERO
    if not stopped or due_at is None:
        return Outcome.OPEN, ZERO
    late_by = max(given_at - due_at, ZERO)
    return (Outcome.BROKEN if late_by else Outcome.KEPT), late_by


def _not_before(
    due_at: datetime, stopped_at: datetime | None, until: datetime, *, void: bool
) -> tuple[Outcome, timedelta]:
    if void:
        return Outcome.VOID, ZERO
    early = max(due_at - (stopped_at or due_at), ZERO)
    if stopped_at is None:
        return (Outcome.KEPT if until >= due_at else Outcome.OPEN), ZERO
    return (Outcome.BROKEN if early else Outcome.KEPT), early
