"""Stopping a process for a while, and knowing that it has stopped."""

import os
import signal
import time
from pathlib import Path

WITHIN_S = 60.0


def freeze(pid: int) -> None:
    """Stop a process; return when every thread of it stands still, which takes a moment."""
    os.kill(pid, signal.SIGSTOP)
    until_s = time.monotonic() + WITHIN_S
    while not all(_stands_still(task) for task in Path(f"/proc/{pid}/task").iterdir()):
        assert time.monotonic() < until_s, f"process {pid} does not stop"
        time.sleep(0.001)  # the kernel tells nobody but a parent


def thaw(pid: int) -> None:
    """Let it go on."""
    os.kill(pid, signal.SIGCONT)


def _stands_still(task: Path) -> bool:
    state = (task / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    return state in {"T", "t"}
