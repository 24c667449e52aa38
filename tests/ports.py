"""Free ports for what a test starts: below the range from which systems lend ports to outgoing connections.

A port that is asked of the system, given back and named to a program may be lent to somebody's connection before the program
listens.
"""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

OURS = range(20_000, 32_000)


def free_ports(count: int) -> list[int]:
    """So many different ones on which nobody listens."""
    with ExitStack() as held:
        found: list[int] = []
        for port in random.sample(OURS, len(OURS)):
            if _taken(held.enter_context(socket.socket()), port):
                continue
            found.append(port)
            if len(found) == count:
                return found
    raise OSError(f"fewer than {count} ports are free")


def free_port() -> int:
    """One on which nobody listens."""
    return free_ports(1)[0]


def _taken(probe: socket.socket, port: int) -> bool:
    try:
        probe.bind(("127.0.0.1", port))
    except OSError:
        return True
    return False
