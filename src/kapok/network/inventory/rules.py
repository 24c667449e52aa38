"""The inventory, decided without a database: states and moves, what hangs on what, the chain that an allocation walks. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from kapok.kernel.text import Text
from kapok.network.inventory.kinds import HOPS, NO_POINT, POINTS, TOO_SLOW, Kind, Reach, Technology, way_from


class State(StrEnum):
    """Where a resource stands; the first five are its life with an order, the others keep it from one."""

    FREE = "free"
    RESERVED = "reserved"
    ASSIGNED = "assigned"
    IN_SERVICE = "in_service"
    PENDING_RELEASE = "pending_release"
    FAULTY = "faulty"
    BLOCKED = "blocked"
    PROJECT = "project"
    RETIRED = "retired"


STATES: Mapping[State, Text] = {
    State.FREE: Text(zh="空闲", en="free"),
    State.RESERVED: Text(zh="预占", en="reserved"),
    State.ASSIGNED: Text(zh="已分配", en="assigned"),
    State.IN_SERVICE: Text(zh="在用", en="in service"),
    State.PENDING_RELEASE: Text(zh="待释放", en="to be released"),
    State.FAULTY: Text(zh="损坏", en="faulty"),
    State.BLOCKED: Text(zh="封锁", en="blocked"),
    State.PROJECT: Text(zh="工程占用", en="kept for a project"),
    State.RETIRED: Text(zh="报废", en="scrapped"),
}

MOVES: Mapping[State, frozenset[State]] = {
    State.FREE: frozenset({State.RESERVED, State.FAULTY, State.BLOCKED, State.PROJECT}),
    State.RESERVED: frozenset({State.ASSIGNED, State.FREE}),
    State.ASSIGNED: frozenset({State.IN_SERVICE, State.PENDING_RELEASE, State.FREE}),
    State.IN_SERVICE: frozenset({State.PENDING_RELEASE}),
    State.PENDING_RELEASE: frozenset({State.FREE, State.BLOCKED, State.IN_SERVICE}),
    State.FAULTY: frozenset({State.FREE, State.BLOCKED, State.PROJECT, State.RETIRED}),
    State.BLOCKED: frozenset({State.FREE, State.FAULTY, State.PROJECT, State.RETIRED}),
    State.PROJECT: frozenset({State.FREE, State.FAULTY, State.BLOCKED}),
    State.RETIRED: frozenset({State.FREE, State.FAULTY, State.BLOCKED}),
}
"""What is in service is never free at once: it waits until the disconnection is confirmed, and a device until it is tested.
What is scrapped stays so, unless an audit finds it in the plant."""

HELD = frozenset({State.RESERVED, State.ASSIGNED, State.IN_SERVICE, State.PENDING_RELEASE})
"""States in which a resource has a holder."""

EXPIRED = Text(zh="预占到期", en="the reservation expired")
"""Why something is free that was reserved."""

TO_BE_TESTED = Text(zh="待收回检测", en="to be returned and tested")
"""Why a device is blocked that ought to come back from a customer."""

CAME_BACK = Text(zh="已收回，待检测", en="returned, to be tested")
"""Why it is blocked still once it is back."""

MARKS = frozenset({State.FREE, State.FAULTY, State.BLOCKED, State.PROJECT, State.RETIRED})
"""States that a person may give to a resource nobody holds; from the last only an audit leads back."""


def sources(to: State) -> list[str]:
    """The states from which a resource may move to `to`."""
    return [state.value for state, targets in MOVES.items() if to in targets]


class Suspension(StrEnum):
    """Why a service is suspended: the reason decides who may lift it."""

    WISH = "customer_wish"
    SEASON = "season"
    LOST = "lost"
    ARREARS = "arrears"
    VIOLATION = "violation"
    FAULT = "fault"


SUSPENSIONS: Mapping[Suspension, Text] = {
    Suspension.WISH: Text(zh="停机保号", en="number kept, at the customer's wish"),
    Suspension.SEASON: Text(zh="季节性停用", en="not used for a season"),
    Suspension.LOST: Text(zh="挂失", en="reported lost or stolen"),
    Suspension.ARREARS: Text(zh="欠费停机", en="for a debt"),
    Suspension.VIOLATION: Text(zh="违规停机", en="for a breach of the terms"),
    Suspension.FAULT: Text(zh="故障停机", en="because of a fault"),
}
OWN_WISH = frozenset({Suspension.WISH, Suspension.SEASON})
"""These the customer lifts alone."""
ASKED_FOR = OWN_WISH | {Suspension.LOST}
"""These a customer asks for; all others we impose, and have to announce."""


def suspended_for(code: str, words: str) -> str:
    """Why a service is suspended, in the words of the list and those that were added; in both languages."""
    name = SUSPENSIONS[Suspension(code)].both if code else ""
    return ": ".join(dict.fromkeys(each for each in (name, words) if each))


class ServiceState(StrEnum):
    """Where a service stands."""

    DESIGNED = "designed"
    RESERVED = "reserved"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    PENDING_TERMINATE = "pending_terminate"
    TERMINATED = "terminated"


SERVICE_STATES: Mapping[ServiceState, Text] = {
    ServiceState.DESIGNED: Text(zh="已设计", en="designed"),
    ServiceState.RESERVED: Text(zh="已预占", en="reserved"),
    ServiceState.ACTIVE: Text(zh="在用", en="active"),
    ServiceState.SUSPENDED: Text(zh="停机", en="suspended"),
    ServiceState.PENDING_TERMINATE: Text(zh="待拆机", en="being disconnected"),
    ServiceState.TERMINATED: Text(zh="已拆机", en="disconnected"),
}

SERVICE_MOVES: Mapping[ServiceState, frozenset[ServiceState]] = {
    ServiceState.DESIGNED: frozenset({ServiceState.RESERVED, ServiceState.ACTIVE, ServiceState.TERMINATED}),
    ServiceState.RESERVED: frozenset({ServiceState.DESIGNED, ServiceState.ACTIVE, ServiceState.TERMINATED}),
    ServiceState.ACTIVE: frozenset({ServiceState.SUSPENDED, ServiceState.PENDING_TERMINATE}),
    ServiceState.SUSPENDED: frozenset({ServiceState.ACTIVE, ServiceState.PENDING_TERMINATE}),
    ServiceState.PENDING_TERMINATE: frozenset({ServiceState.TERMINATED, ServiceState.ACTIVE, ServiceState.SUSPENDED}),
    ServiceState.TERMINATED: frozenset(),
}


def service_sources(to: ServiceState) -> list[str]:
    """The states from which a service may move to `to`."""
    return [state.value for state, targets in SERVICE_MOVES.items() if to in targets]


MASK = "••••"


def masked(value: Any) -> Any:
    """What the journal keeps of a number, a login or a set of characteristics: of each text its end, figures as they are."""
    if isinstance(value, Mapping):
        return {name: masked(each) for name, each in value.items()}
    if not isinstance(value, str) or not value:
        return value
    return MASK + value[-4:] if len(value) > 4 else MASK


@dataclass(frozen=True)
class Need:
    """What a service takes: so many of a kind, and as what (`role` tells two of a kind apart)."""

    kind: str
    role: str = ""
    count: int = 1
    wish: str = ""
    """The identifier of the one that is wished for, where the customer chose one, e.g. a number; any will do when empty."""
    address: str = ""
    """Where it is taken, if elsewhere than all else: the far end of a line that runs from one address to another."""
    mbps: int = 0
    """How fast the line has to be that begins with it (Mbit/s down); 0 where that does not matter."""


ORDER: Mapping[str, int] = {kind.value: place for place, kind in enumerate(Kind)}


def in_order(needs: Iterable[Need]) -> list[Need]:
    """The needs as an allocation walks them; two that want the same come in one order everywhere."""
    return sorted(needs, key=lambda need: (ORDER[need.kind], need.role))


@dataclass(frozen=True)
class Spare:
    """What one element or pool still has of a kind, looked at for one point (None where the point does not matter)."""

    point: UUID | None
    rank: int
    """How near the point is, the nearest first."""
    kind: str
    home: UUID | None
    """The element or pool; None where the point has none of that sort above it."""
    free: int
    mbps: int | None = None
    """How fast a line from the point is at most, where that is known of the point itself."""


@dataclass(frozen=True)
class Claim:
    """So many of a kind and role from one element or pool."""

    kind: str
    role: str
    home: UUID
    count: int


@dataclass(frozen=True)
class Lack:
    """Where the walk stopped: the first empty step, and the element there (None: at the exchange area)."""

    code: str
    kind: str
    home: UUID | None
    most: int = 0
    """Of what is too slow, how fast it would be at most (Mbit/s)."""


def hangs_on_a_point(lack: Lack) -> bool:
    """Whether the lack is one of an element on the path; else it is one of the exchange area, or of the whole network."""
    return lack.home is not None and HOPS[Kind(lack.kind)].reach is Reach.PATH


def lacking(needs: Iterable[Need]) -> Mapping[str, str]:
    """What may be lacking of these: each code in the order of the walk, and the kind that it is about."""
    found: dict[str, str] = {}
    for need in in_order(needs):
        hop = HOPS[Kind(need.kind)]
        if hop.point is not None:
            found.setdefault(NO_POINT, need.kind)
        found.setdefault(hop.shortage, need.kind)
    return found


@dataclass(frozen=True)
class Choice:
    """What to claim, or what is lacking; `point` is where the line begins, if it begins anywhere."""

    claims: tuple[Claim, ...]
    lack: Lack | None
    point: UUID | None


def choose(needs: Sequence[Need], spares: Sequence[Spare], held: Iterable[str] = ()) -> Choice:
    """Walk the chain: from the nearest point that has all, else stop at the first empty step of the one that gets furthest.

    Points from which the line would be too slow are passed over. What is `held` already, by kind, says with the needs which
    technology it is.
    """
    chosen, taken = Choice((), None, None), {*held, *(need.kind for need in needs)}
    for point in (*POINTS, None):
        group = [need for need in in_order(needs) if HOPS[Kind(need.kind)].point is point]
        if not group:
            continue
        way = way_from(point, taken)
        if point:
            walked = _from_point(group, spares, way)
        else:
            walked = _without_point(group, [each for each in spares if each.point is None], way)
        if walked.lack:
            return walked
        chosen = Choice((*chosen.claims, *walked.claims), None, chosen.point or walked.point)
    return chosen


def speed_wanted(needs: Iterable[Need], way: Technology | None) -> int:
    """How fast a line of this technology has to be (Mbit/s) that takes these; 0 where none of them says."""
    return max((need.mbps for need in needs if way and need.kind in way.chain), default=0)


def _without_point(needs: Sequence[Need], spares: Sequence[Spare], way: Technology | None) -> Choice:
    if way and speed_wanted(needs, way) > way.max_down_mbps:
        return Choice((), Lack(TOO_SLOW, way.chain[0], None, way.max_down_mbps), None)
    return _walk(needs, spares)


def _from_point(needs: Sequence[Need], spares: Sequence[Spare], way: Technology | None) -> Choice:
    kinds, wanted = {need.kind for need in needs}, speed_wanted(needs, way)
    there = [each for each in spares if each.point and each.kind in kinds]
    fast = [each for each in there if not way or way.most(each.mbps) >= wanted]
    if way and there and not fast:
        best_of = min(there, key=lambda each: (-way.most(each.mbps), each.rank, str(each.point)))
        return Choice((), Lack(TOO_SLOW, needs[0].kind, best_of.point, way.most(best_of.mbps)), best_of.point)
    best: Choice | None = None
    for _, _, point in sorted({(each.rank, str(each.point), each.point) for each in fast}, key=lambda each: each[:2]):
        walked = _walk(needs, [spare for spare in spares if spare.point == point])
        if walked.lack is None:
            return Choice(walked.claims, None, point)
        if best is None or len(walked.claims) > len(best.claims):
            lack = Lack(walked.lack.code, walked.lack.kind, walked.lack.home or point)
            best = Choice(walked.claims, lack, point)
    if best is None:
        return Choice((), Lack(NO_POINT, needs[0].kind, None), None)
    return Choice((), best.lack, best.point)


def _walk(needs: Sequence[Need], spares: Sequence[Spare]) -> Choice:
    """Claim step by step; several needs of one kind share what there is."""
    left = {(spare.kind, spare.home): spare.free for spare in spares}
    homes: dict[str, list[UUID]] = {}
    for spare in sorted(spares, key=lambda spare: (spare.rank, str(spare.home))):
        if spare.home is not None:
            homes.setdefault(spare.kind, []).append(spare.home)
    claims: list[Claim] = []
    for need in needs:
        wanted = need.count
        for home in homes.get(need.kind, ()):
            taken = min(wanted, left[need.kind, home])
            if taken:
                claims.append(Claim(need.kind, need.role, home, taken))
                left[need.kind, home] -= taken
                wanted -= taken
        if wanted:
            here = homes.get(need.kind, [None])[0]
            return Choice(tuple(claims), Lack(HOPS[Kind(need.kind)].shortage, need.kind, here), None)
    return Choice(tuple(claims), None, None)


def by_address(address: str, needs: Iterable[Need]) -> dict[str, list[Need]]:
    """The needs by the address at which each is taken, those of the holder's own address first."""
    found: dict[str, list[Need]] = {address: []}
    for need in needs:
        found.setdefault(need.address or address, []).append(need)
    return {place: group for place, group in found.items() if group}


def left(spares: Iterable[Spare], claims: Sequence[Claim]) -> list[Spare]:
    """What is left when these have been claimed: both ends of a line may hang on one element."""
    taken: dict[tuple[str, UUID | None], int] = {}
    for claim in claims:
        taken[claim.kind, claim.home] = taken.get((claim.kind, claim.home), 0) + claim.count
    return [replace(spare, free=max(0, spare.free - taken.get((spare.kind, spare.home), 0))) for spare in spares]


def missing(needs: Iterable[Need], held: Mapping[tuple[str, str], int]) -> list[Need]:
    """What of the needs is not held already."""
    if not held:
        return list(needs)
    left = ((need, need.count - held.get((need.kind, need.role), 0)) for need in needs)
    return [replace(need, count=count) for need, count in left if count > 0]


def counted(needs: Iterable[Need]) -> dict[str, int]:
    """How many of each kind the needs take together."""
    found: dict[str, int] = {}
    for need in needs:
        found[need.kind] = found.get(need.kind, 0) + need.count
    return found


def roams(needs: Iterable[Need]) -> bool:
    """Whether the number goes with a SIM: it is then one of the whole network, else one of the exchange."""
    return any(need.kind == Kind.SIM for need in needs)


def together(needs: Iterable[Need]) -> list[Need]:
    """The needs with those of one kind and role added up."""
    found: dict[tuple[str, str], Need] = {}
    for need in needs:
        before = found.get((need.kind, need.role))
        found[need.kind, need.role] = _added(before, need) if before else need
    return in_order(found.values())


def _added(one: Need, other: Need) -> Need:
    return replace(one, count=one.count + other.count, wish=one.wish or other.wish, mbps=max(one.mbps, other.mbps))


LONGEST_CODE = 120
"""No resource has a longer code, and what an element's ports are called is its own code and theirs."""
CODE = re.compile(r"[^\W_][\w.:/\-]{0,79}")


def is_code(code: str) -> bool:
    """Whether this can be a code: it begins with a letter or digit, and has letters, digits and `_ . : / -` after it."""
    return bool(CODE.fullmatch(code)) and not code.endswith("/") and "//" not in code


def numbered(element: str, kind: str, first: int, count: int) -> list[str]:
    """The codes of an element's ports: its own, then the kind's letter and a number of three digits and more."""
    letter = {"splitter_port": "P", "pon_port": "L", "secondary_pair": "S", "primary_pair": "M", "mdf_port": "V",
              "line_port": "N", "dsl_port": "D", "circuit_port": "C"}.get(kind, "R")  # fmt: skip
    return [f"{element}:{letter}{number:03}" for number in range(first, first + count)]
