"""What every program does around its service: options, event loop, signals, errors, being ready."""

import argparse
import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread, Timer
from typing import Any, Final

from echo.config.reading import Reading
from echo.domain.facts import InputRefused
from echo.links.systemd import tell_systemd
from echo.ports.errors import EchoError, SettingsInvalid
from echo.ports.telemetry import FactSink

EXIT_BAD_CONFIGURATION: Final = 2
EXIT_FAILED: Final = 1
FULL_AFTER: Final = 100
"""Collections of what is neither young nor old before one of everything."""
ENDED_WITHIN_S: Final = 5.0
"""How long an orderly end may take."""
SWITCH_INTERVAL_S: Final = 0.0002
"""A journal thread that comes back from the disk must not wait the usual 5 ms for a busy loop."""


def spare_collections() -> None:
    """Have the garbage collector leave alone what stays, and look at the rest less often.

    What was loaded so far is not looked at again.  Full collections go through all accounts and
    trades, for milliseconds, and next to nothing of ours is garbage that they alone could find:
    they come ten times as seldom as they would.
    """
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, FULL_AFTER)


class Stopping:
    """Tells a program when to stop, and the world when the program is ready.

    Args:
        name: The program's.
        told: Called with where the program serves, when it does.
        hung: Called before a program is ended that did not end by itself.
    """

    def __init__(
        self,
        name: str,
        *,
        told: Callable[[str], None] = lambda where: None,
        hung: Callable[[], None] = lambda: None,
    ) -> None:
        self._name, self._told, self._hung = name, told, hung
        self.event = asyncio.Event()
        self.was_ready = False

    def ready(self, where: str) -> None:
        """Say on standard output that the program serves; whoever started it waits for this."""
        self.was_ready = True
        spare_collections()
        print(f"{self._name} ready: {where}", flush=True)
        tell_systemd("READY=1")
        self._told(where)

    def stop(self) -> None:
        """Ask the program to end.

        One that cannot, because a disk hangs, is ended: it is made to be killed at any moment.
        """
        if not self.event.is_set():
            self.event.set()
            tell_systemd("STOPPING=1")
            ending = Timer(ENDED_WITHIN_S, self._end)
            ending.daemon = True
            ending.start()

    def _end(self) -> None:
        print(f"{self._name}: still busy after {ENDED_WITHIN_S:g} s, ended", file=sys.stderr)
        self._hung()
        os._exit(EXIT_FAILED)


Run = Callable[[str, Stopping], Coroutine[Any, Any, None]]
"""Takes the place of the settings: a file's path, or an address of etcd."""


def run_program(name: str, arguments: Sequence[str], run: Run) -> None:
    """Run *run* until it ends or the program is told to stop, then exit.

    Exit codes: 0 told to stop; 1 failed while running; 2 cannot start with this configuration.
    """
    parser = argparse.ArgumentParser(prog=name, allow_abbrev=False)
    parser.add_argument(
        "--config", required=True, help="the program's settings: a file, or etcd://host:port/echo"
    )
    parser.add_argument(
        "--until-eof",
        action="store_true",
        help="stop when standard input ends too: whoever started the program may be gone",
    )
    options = parser.parse_args(arguments)
    stopping = Stopping(name)
    told = _until_told(stopping, run(options.config, stopping), until_eof=options.until_eof)
    code, sentences = run_to_end(stopping, told)
    for line in sentences:
        print(f"{name}: {line}", file=sys.stderr)
    if code:
        sys.exit(code)


def run_to_end(
    stopping: Stopping, running: Coroutine[Any, Any, None]
) -> tuple[int, tuple[str, ...]]:
    """Run *running* on an event loop of its own; return its exit code, and why it is not 0."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    os.umask(0o077)
    sentences: list[str] = []
    try:
        _loop(running)
    except* EchoError as group:
        for error in _leaves(group):
            sentences += str(error).splitlines()
    if not sentences:
        return 0, ()
    return (EXIT_FAILED if stopping.was_ready else EXIT_BAD_CONFIGURATION), tuple(sentences)


def state_folder(path: Path) -> Path:
    """Make *path*, readable by its owner only, and return it.

    Raises:
        SettingsInvalid: it cannot be made or written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (FileExistsError, NotADirectoryError) as error:
        raise SettingsInvalid(
            [f"the folder {path} cannot be made: a file is in its place"]
        ) from error
    except OSError as error:
        raise SettingsInvalid([f"the folder {path} cannot be made: {error.strerror}"]) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise SettingsInvalid([f"the folder {path} cannot be written by this user"])
    return path


def warn(reading: Reading, facts: FactSink) -> None:
    """Tell of settings that are accepted and have no effect, or not the one that they seem to."""
    for sentence in reading.warnings:
        facts.observe(InputRefused(peer="settings", reason="no_effect", sentence=sentence))


async def _until_told(
    stopping: Stopping, running: Coroutine[Any, Any, None], *, until_eof: bool
) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stopping.stop)
        except NotImplementedError:  # pragma: no cover -- the loop of Windows takes none
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopping.stop))
    if until_eof:
        # A thread, for standard input may be anything: not every kind of file can be polled.
        Thread(target=_wait_for_eof, args=(loop, stopping), name="until-eof", daemon=True).start()
    await running


def _wait_for_eof(loop: asyncio.AbstractEventLoop, stopping: Stopping) -> None:
    with suppress(OSError):
        while os.read(0, 4_096):
            pass
    with suppress(RuntimeError):  # the loop is closed: the program has ended by itself
        loop.call_soon_threadsafe(stopping.stop)


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


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
