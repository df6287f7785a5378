"""Ports for programs that must be told theirs: nobody else takes them meanwhile."""

import os
import secrets
import socket
import sys
from typing import Final

PORTS: Final = range(10_000, 20_000)
"""Below those that the system gives to outgoing connections, and beside those of the demo.

So a port stays free until its program comes, and while that was killed and is to come back.
"""


def free_ports(count: int) -> list[int]:
    """Return ports in a row that nobody listens on.

    No other call gets them as long as this process lives: on Linux no call in another process,
    either, such as the other ones that run tests at the same time.
    """
    while True:
        first = secrets.choice(PORTS[: 1 - count] if count > 1 else PORTS)
        ports = list(range(first, first + count))
        if all(_unused(port) for port in ports) and all(_claimed(port) for port in ports):
            return ports


def free_port() -> int:
    """Return one of them."""
    [port] = free_ports(1)
    return port


def _unused(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


_CLAIMED: Final[set[int]] = set()


def _claimed(port: int) -> bool:
    """Take a port for this process; ``False`` = it is taken.  A claim is never given back."""
    if port in _CLAIMED:
        return False
    if sys.platform == "linux":
        claim = socket.socket(socket.AF_UNIX)
        try:
            # A name without a file: the system forgets it when the process ends, however it does.
            claim.bind(f"\0echo-test-port-{port}")
        except OSError:
            claim.close()
            return False
        os.set_inheritable(claim.detach(), False)
    _CLAIMED.add(port)
    return True
