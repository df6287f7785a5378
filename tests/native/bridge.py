"""Joins an expert that is a program of Windows to its broker, which is not.

``python -m tests.native.bridge LOADER PROGRAM --live FD``: stands where a compiled expert stands.
"""

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path
from threading import Thread

from tests.native.wine import path_of

STARTS_WITHIN_S = 60.0
REACTIONS = "reactions.txt"
"""Among the expert's files: from the begin of its turn to its order, in microseconds."""


def main(loader: str, program: str, _live: str, number: str) -> int:
    """Start the expert and carry every byte, both ways, until one side is gone."""
    broker = socket.socket(fileno=int(number))
    files = path_of(os.environ["ECHO_FILES"])
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(STARTS_WITHIN_S)
        expert = subprocess.Popen(
            [loader, program, "--live", str(door.getsockname()[1])],
            env={**os.environ, "ECHO_FILES": files, "ECHO_REACTIONS": f"{files}/{REACTIONS}"},
            cwd=Path(program).parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        channel, _ = door.accept()
    channel.settimeout(None)
    channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    Thread(target=_carry, args=(broker, channel), daemon=True).start()
    _carry(channel, broker)
    return expert.wait()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
