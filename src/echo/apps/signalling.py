"""Signals to programs that somebody waits for."""

import asyncio
import contextlib
import os


def signal_to(process: asyncio.subprocess.Process, number: int) -> bool:
    """Send a signal; return whether the process was still there to get it.

    `asyncio.subprocess.Process.send_signal` asks first whether the process has ended, and if it
    just has, takes its exit status away from whoever waits for it, who is then told 255.
    """
    if process.returncode is not None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, number)
        return True
    return False
