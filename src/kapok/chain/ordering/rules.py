"""Ordering, decided without a database: states and moves, exceptions and their clocks, the point of no return, back-off. Pure.

The states are those of the open interface for product orders (TMF622), the exceptions those of fulfilment systems of the trade.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kapok.chain.ordering.refusals import CancelRunning, NotAllowedNow, PastNoReturn, ReturnRunning
from kapok.kernel.text import Text

# ---- what is asked for ----


class Action(StrEnum):
    """What a line asks for, in the words of the facts of promises."""

    INSTALL = "install"
    MOVE = "move"
    CHANGE = "change"
    SUSPEND = "suspend"
    RESUME = "resume"
    CEASE = "cease"
    TRANSFER = "transfer"
    RENUMBER = "renumber"
    REPLACE = "replace"


ACTIONS: Mapping[Action, Text] = {
    Action.INSTALL: Text(zh="新装", en="install"),
    Action.MOVE: Text(zh="移机", en="move"),
    Action.CHANGE: Text(zh="变更", en="modify"),
    Action.SUSPEND: Text(zh="停机", en="suspend"),
    Action.RESUME: Text(zh="复机", en="resume"),
    Action.CEASE: Text(zh="拆机", en="disconnect"),
    Action.TRANSFER: Text(zh="过户", en="transfer of ownership"),
    Action.RENUMBER: Text(zh="改号", en="change of number"),
    Action.REPLACE: Text(zh="更换卡或终端", en="replace card or terminal"),
}
ALLOCATES = frozenset({Action.INSTALL, Action.MOVE})
"""These take plant at the address; a renumbering takes a number alone, a replacement the part that is replaced."""
SOLD = frozenset({Action.INSTALL, Action.CHANGE})
"""These are for an offer on sale; all others are about a service as it is, on its own version of its offer, sold or not."""
ASKED = frozenset(Action) - {Action.SUSPEND, Action.CEASE, Action.TRANSFER}
"""After these a service works, or works anew: the customer is asked whether it does. After the others they are told."""
PARTS: Mapping[Action, frozenset[str]] = {
    Action.RENUMBER: frozenset({"number"}),
    Action.REPLACE: frozenset({"sim", "onu"}),
}
"""Of what an offer takes, the kinds that the action takes anew."""
NUMBER, NUMBER_WISH, VISIT, YES, NO = "number", "number_wish", "visit", "yes", "no"
"""A renumbering may wish for a number by its identifier in the inventory, a replacement or an end for a visit: else the hall."""


def takes(action: Action, kind: str, *, same_area: bool) -> bool:
    """Whether an action takes a resource of this kind: a move within its exchange area keeps the number."""
    if action is Action.MOVE:
        return not (same_area and kind == NUMBER)
    return action is Action.INSTALL or kind in PARTS.get(action, frozenset())


def visits(action: Action, wished: Mapping[str, object]) -> bool:
    """Whether somebody comes to the customer, where the offer knows of a visit."""
    return action in ALLOCATES or (action in {Action.REPLACE, Action.CEASE} and wished.get(VISIT) == YES)


ROLE = 20
"""No role in the inventory is longer, in signs."""


def role_of(line: int, role: str) -> str:
    """The role in which a leg takes something for one of its lines; `line` is 0 for what is for no line of its own."""
    return f"{line}.{role}".removesuffix(".")[:ROLE] if line else role[:ROLE]


def line_of(role: str) -> int:
    """The number of the line for which something was taken; 0 for what is for no line of its own."""
    number = role.partition(".")[0]
    return int(number) if number.isdecimal() else 0


FITTING: Mapping[Action, frozenset[str]] = {
    Action.MOVE: frozenset({"active"}),
    Action.CHANGE: frozenset({"active"}),
    Action.SUSPEND: frozenset({"active"}),
    Action.RESUME: frozenset({"suspended"}),
    Action.CEASE: frozenset({"active", "suspended"}),
    Action.TRANSFER: frozenset({"active", "suspended"}),
    Action.RENUMBER: frozenset({"active"}),
    Action.REPLACE: frozenset({"active", "suspended"}),
}
"""The states in which a service must be for what is asked of it; an installation is of none."""

MOST_LINES, MOST_PIECES, MOST_CHARACTERISTICS, LONGEST_VALUE = 200, 200, 40, 200


def value_complaint(characteristics: object) -> tuple[str, Text] | None:
    """What is wrong with what is wished of a service: the name at fault, and the remedy. None if nothing is."""
    if not isinstance(characteristics, Mapping) or len(characteristics) > MOST_CHARACTERISTICS:
        return "characteristics", Text(
            zh=f"至多 {MOST_CHARACTERISTICS} 项", en=f"at most {MOST_CHARACTERISTICS} of them"
        )
    for name, value in characteristics.items():
        if not isinstance(name, str) or not name.isidentifier() or len(name) > MOST_CHARACTERISTICS:
            return str(name)[:MOST_CHARACTERISTICS], Text(
                zh="名称只能用字母、数字和下划线", en="name it with letters and digits"
            )
        if not isinstance(value, bool | int | str) or (isinstance(value, str) and len(value) > LONGEST_VALUE):
            return name, Text(
                zh=f"填写至多 {LONGEST_VALUE} 字或一个整数", en=f"give at most {LONGEST_VALUE} characters or a number"
            )
        if isinstance(value, str) and not (value.isprintable() or not value):
            return name, Text(zh="去掉不可见字符", en="leave out invisible characters")
    return None


# ---- where orders and legs stand ----


class State(StrEnum):
    """Where an order or one of its legs stands, as TMF622 calls it."""

    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    PENDING = "pending"
    HELD = "held"
    IN_PROGRESS = "inProgress"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    FAILED = "failed"
    PARTIAL = "partial"
    ASSESSING = "assessingCancellation"
    CANCELLING = "pendingCancellation"


STATES: Mapping[State, Text] = {
    State.ACKNOWLEDGED: Text(zh="已受理", en="accepted"),
    State.REJECTED: Text(zh="不予受理", en="rejected"),
    State.PENDING: Text(zh="待缴费", en="waiting for payment"),
    State.HELD: Text(zh="挂起", en="held"),
    State.IN_PROGRESS: Text(zh="办理中", en="in progress"),
    State.CANCELLED: Text(zh="已撤单", en="cancelled"),
    State.COMPLETED: Text(zh="已竣工", en="completed"),
    State.FAILED: Text(zh="未能完成", en="failed"),
    State.PARTIAL: Text(zh="部分完成", en="partly completed"),
    State.ASSESSING: Text(zh="撤单核查", en="cancellation being looked at"),
    State.CANCELLING: Text(zh="撤单中", en="being cancelled"),
}

MOVES: Mapping[State, frozenset[State]] = {
    State.PENDING: frozenset({State.ACKNOWLEDGED, State.IN_PROGRESS, State.HELD, State.CANCELLING}),
    State.ACKNOWLEDGED: frozenset({State.IN_PROGRESS, State.HELD, State.CANCELLING}),
    State.IN_PROGRESS: frozenset({State.HELD, State.COMPLETED, State.ASSESSING, State.CANCELLING}),
    State.HELD: frozenset(
        {State.PENDING, State.ACKNOWLEDGED, State.IN_PROGRESS, State.COMPLETED, State.ASSESSING, State.CANCELLING}
    ),
    State.ASSESSING: frozenset({State.IN_PROGRESS, State.HELD, State.COMPLETED, State.CANCELLING}),
    State.CANCELLING: frozenset({State.CANCELLED, State.REJECTED, State.FAILED}),
    State.FAILED: frozenset({State.CANCELLING}),
    State.COMPLETED: frozenset(),
    State.CANCELLED: frozenset(),
    State.REJECTED: frozenset(),
}
"""What a leg may become. An order has no moves of its own: it stands where its legs stand."""

OVER = frozenset({State.COMPLETED, State.CANCELLED, State.REJECTED})
"""Nothing is left to do on the leg."""
WORST_FIRST = (
    State.FAILED, State.HELD, State.ASSESSING, State.CANCELLING, State.PENDING, State.IN_PROGRESS, State.ACKNOWLEDGED,
)  # fmt: skip
"""Of several open legs the customer is told the state that comes first here."""


def sources(to: State) -> frozenset[State]:
    """The states from which a leg may move to `to`."""
    return frozenset(state for state, targets in MOVES.items() if to in targets)


def must_move(state: State, to: State) -> None:
    """Refuse a move that is none. Raises `NotAllowedNow`."""
    if to not in MOVES.get(state, frozenset()):
        raise NotAllowedNow(state_name=STATES[state], wanted=STATES[to])


def overall(legs: Collection[State]) -> State:
    """The one state of an order: of its open legs the worst, else what they have come to."""
    for state in WORST_FIRST:
        if state in legs:
            return state
    ends = set(legs)
    return ends.pop() if len(ends) == 1 else State.PARTIAL if State.COMPLETED in ends else State.CANCELLED


# ---- the five exceptions ----


class Deviation(StrEnum):
    """How an order leaves its course."""

    RETURN = "10R"
    WAIT = "10W"
    DEFER = "10P"
    CANCEL = "10C"
    AMEND = "10Q"


class Clock(StrEnum):
    """What becomes of a clock."""

    RUNS = "runs"
    PASSES = "passes"
    PAUSES = "pauses"
    STOPS = "stops"


@dataclass(frozen=True)
class Course:
    """An exception: its name, and what becomes of the customer's and of the internal clock."""

    title: Text
    customer: Clock
    internal: Clock
    clocks: Text


DEVIATIONS: Mapping[Deviation, Course] = {
    Deviation.RETURN: Course(
        Text(zh="退单", en="returned"), Clock.RUNS, Clock.PASSES,
        Text(zh="内部时钟转给接收方，对客户的时钟照走", en="the internal clock passes on, the customer's runs"),
    ),
    Deviation.WAIT: Course(
        Text(zh="待装", en="waiting for plant"), Clock.RUNS, Clock.RUNS,
        Text(zh="企业缺资源：对客户和监管的时钟照走", en="our plant is lacking: the customer's and the law's clocks run"),
    ),
    Deviation.DEFER: Course(
        Text(zh="缓装", en="deferred"), Clock.PAUSES, Clock.PAUSES,
        Text(
            zh="客户要求并有凭据：经批准后时钟自申请时起暂停",
            en="the customer's wish, with evidence: approved, the clocks stand still as of the asking",
        ),
    ),
    Deviation.CANCEL: Course(
        Text(zh="撤单", en="cancelled"), Clock.STOPS, Clock.STOPS,
        Text(zh="时钟终止，已占资源退回", en="the clocks stop, what was taken is given back"),
    ),
    Deviation.AMEND: Course(
        Text(zh="改单", en="amended"), Clock.RUNS, Clock.RUNS,
        Text(zh="新版本，时钟接着走", en="a new version, the clocks go on"),
    ),
}  # fmt: skip


def undated(state: str, exception: str, until: datetime | None) -> bool:
    """Whether a leg waits for plant of which nobody has said when it comes: then nothing is foretold of it."""
    return state == State.HELD and exception == Deviation.WAIT and until is None


GRAVEST_FIRST = (Deviation.CANCEL, Deviation.WAIT, Deviation.RETURN, Deviation.DEFER)


def gravest(legs: Iterable[str]) -> str:
    """The exception that an order is shown with, of those of its open legs."""
    present = set(legs)
    return next((each.value for each in GRAVEST_FIRST if each in present), "")


def may_compensate(active: str, wanted: Deviation) -> None:
    """At most one compensation of a leg is active: a second return or cancellation is refused.

    A cancellation goes before a return that is on its way. Raises `ReturnRunning`, `CancelRunning`.
    """
    if active == Deviation.CANCEL:
        raise CancelRunning
    if active == Deviation.RETURN and wanted is Deviation.RETURN:
        raise ReturnRunning


# ---- the point of no return ----

COMMITS = frozenset(
    ["order.installed", "order.completed", "service.suspended", "service.resumed", "service.changed",
     "service.terminated", "number.changed"]
)  # fmt: skip
"""What has happened then is not undone by cancelling: it takes an order of its own."""


def may_cancel(state: State, *, committed: bool, action: Action) -> None:
    """Refuse to cancel what is over or done. Raises `NotAllowedNow`, `PastNoReturn`."""
    if committed and state not in OVER:
        raise PastNoReturn(remedy=REMEDIES.get(action, NO_REMEDY))
    must_move(state, State.CANCELLING)


CUSTOMER, OPERATOR = "customer", "operator"
CAUSES: Mapping[str, Text] = {
    CUSTOMER: Text(zh="客户要求", en="the customer wishes it"),
    OPERATOR: Text(zh="企业无法办理", en="we cannot do it"),
}
"""Who gives an order up."""
UNPAID = "unpaid"
"""Nobody gave it up: it was not paid in time, and lapsed."""


def cancelled_as(cause: str, *, begun: bool) -> State:
    """What a cancelled leg has become: rejected where we could not even begin, else cancelled."""
    return State.REJECTED if cause == OPERATOR and not begun else State.CANCELLED


NO_REMEDY = Text(zh="另下变更单", en="place an order that changes it")
REMEDIES: Mapping[Action, Text] = {
    Action.INSTALL: Text(zh="待竣工后另下拆机单", en="let it complete and order its disconnection"),
    Action.MOVE: Text(zh="待竣工后另下移机单", en="let it complete and order another move"),
    Action.SUSPEND: Text(zh="另下复机单", en="order its resumption"),
    Action.RESUME: Text(zh="另下停机单", en="order its suspension"),
    Action.CEASE: Text(zh="另下新装单", en="order a new installation"),
}


# ---- what the system does ----


class StepState(StrEnum):
    """Where a step stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    FALLEN_OUT = "fallen_out"
    UNDONE = "undone"


STEP_STATES: Mapping[StepState, Text] = {
    StepState.WAITING: Text(zh="等待", en="waiting"),
    StepState.RUNNING: Text(zh="执行中", en="running"),
    StepState.DONE: Text(zh="完成", en="done"),
    StepState.FAILED: Text(zh="失败待重试", en="failed, to be tried again"),
    StepState.FALLEN_OUT: Text(zh="转人工", en="left to people"),
    StepState.UNDONE: Text(zh="已撤销", en="undone"),
}

STEP_MOVES: Mapping[StepState, frozenset[StepState]] = {
    StepState.WAITING: frozenset({StepState.RUNNING, StepState.DONE, StepState.UNDONE}),
    StepState.RUNNING: frozenset(
        {StepState.RUNNING, StepState.DONE, StepState.FAILED, StepState.FALLEN_OUT, StepState.WAITING, StepState.UNDONE}
    ),
    StepState.FAILED: frozenset({StepState.RUNNING, StepState.DONE, StepState.WAITING, StepState.UNDONE}),
    StepState.FALLEN_OUT: frozenset({StepState.WAITING, StepState.DONE, StepState.UNDONE}),
    StepState.DONE: frozenset({StepState.UNDONE}),
    StepState.UNDONE: frozenset(),
}
"""From running to running: the lease of one who died passes to another."""

STEP_OPEN = frozenset({StepState.WAITING, StepState.RUNNING, StepState.FAILED, StepState.FALLEN_OUT})


@dataclass(frozen=True)
class Deed:
    """Something that the system does for a leg: its name, by what it is undone, whether it passes the point of no return."""

    title: Text
    undo: str = ""
    commits: bool = False


DEEDS: Mapping[str, Deed] = {
    "reserve": Deed(Text(zh="预占资源", en="reserve resources"), undo="release_held"),
    "assign": Deed(Text(zh="配置资源", en="assign resources"), undo="release_held"),
    "activate": Deed(Text(zh="开通数据", en="activate"), undo="deactivate"),
    "test": Deed(Text(zh="业务测试", en="test the service")),
    "suspend": Deed(Text(zh="停机", en="suspend"), undo="restore", commits=True),
    "resume": Deed(Text(zh="复机", en="resume"), undo="restore", commits=True),
    "modify": Deed(Text(zh="变更数据", en="modify"), undo="restore", commits=True),
    "release": Deed(Text(zh="拆机释放", en="disconnect and release"), undo="restore", commits=True),
    "bill": Deed(Text(zh="通知计费", en="tell billing"), commits=True),
    "finish": Deed(Text(zh="竣工转在用", en="put in service"), commits=True),
    "adjust": Deed(Text(zh="按改单调整", en="adjust to the amendment")),
    "release_held": Deed(Text(zh="退回资源", en="give resources back")),
    "deactivate": Deed(Text(zh="撤销开通", en="take the activation back")),
    "restore": Deed(Text(zh="恢复到台账", en="restore what is recorded")),
}
"""What passes the point of no return can be taken back until it is done: elements may have done half of it."""
FINISH = "finish"


def next_try(at: datetime, attempts: int, *, key: str, first: timedelta, longest: timedelta) -> datetime:
    """When a failed step is tried again: `first` after the first attempt, then twice as long each time up to `longest`.

    A quarter more at most, by a figure that the key and the attempt decide, so that many that failed together do not come back
    together.
    """
    wait = min(first * (1 << min(attempts - 1, 20)), longest)
    figure = int.from_bytes(hashlib.sha256(f"{key}/{attempts}".encode()).digest()[:2])
    return at + wait + wait * figure / (4 * 0xFFFF)
