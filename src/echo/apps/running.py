"""What every program does around its service: options, event loop, signals, errors, being ready."""

import argparse
import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from echo.ports.errors import EchoError, SettingsInvalid

EXIT_BAD_CONFIGURATION = 2
EXIT_FAILED = 1
SWITCH_INTERVAL_S = 0.0005
"""A journal thread that comes back from the disk must not wait the usual 5 ms for a busy loop."""


class Stopping:
    """Tells a program when to stop, and the world when the program is ready."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.event = asyncio.Event()

    def ready(self, where: str) -> None:
        """Say on standard output that the program serves; whoever started it waits for this."""
        # What was loaded so far stays: collecting it again and again would only cost time.
        gc.collect()
        gc.freeze()
        print(f"{self._name} ready: {where}", flush=True)

    def stop(self) -> None:
        """Ask the program to end."""
        self.event.set()


Run = Callable[[Path, Stopping], Coroutine[Any, Any, None]]


def run_program(name: str, arguments: Sequence[str], run: Run) -> None:
    """Run *run* until it ends or the program is told to stop, then exit.

    Exit codes: 0 told to stop; 1 failed while running; 2 cannot start with this configuration.
    """
    parser = argparse.ArgumentParser(prog=name)
    parser.add_argument("--config", type=Path, required=True, help="the program's settings")
    config: Path = parser.parse_args(arguments).config
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    os.umask(0o077)
    try:
        _loop(_until_told(name, config, run))
    except* SettingsInvalid as group:
        _complain(name, group, EXIT_BAD_CONFIGURATION)
    except* EchoError as group:
        _complain(name, group, EXIT_BAD_CONFIGURATION)


def state_folder(path: Path) -> Path:
    """Make *path*, readable by its owner only, and return it.

    Raises:
        SettingsInvalid: it cannot be made or written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsInvalid([f"{path} cannot be made: {error.strerror}"]) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise SettingsInvalid([f"{path} cannot be written by this user"])
    return path


async def _until_told(name: str, config: Path, run: Run) -> None:
    stopping = Stopping(name)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.stop)
    await run(config, stopping)


def _loop(main: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where it is installed: it costs a quarter per hop."""
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    try:
        import uvloop  # an extra: Windows and plain installs go without
    except ImportError:
        pass
    else:
        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main)


def _complain(name: str, group: BaseExceptionGroup[BaseException], code: int) -> None:
    for error in _leaves(group):
        for line in str(error).splitlines():
            print(f"{name}: {line}", file=sys.stderr)
    sys.exit(code)


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
