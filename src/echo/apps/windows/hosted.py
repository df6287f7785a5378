"""The Agent inside a service: its own event loop, told to end from another thread."""

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from threading import Event

from echo.apps.agent import PROGRAM, serve
from echo.apps.running import ENDED_WITHIN_S, Run, Stopping, run_to_end
from echo.apps.windows.plan import service_sid


class ServiceFailed(Exception):
    """The Agent has ended by itself; Windows starts it again."""


class Hosted:
    """The Agent between Windows and its event loop, which are different threads.

    Args:
        name: Of the service.
        config: Where its settings are: a file's path, or an address of etcd.
        running: Called when the pipes are served.
        hung: Called before the process is ended because the Agent did not end in time.
        run: What is run; the Agent.
    """

    def __init__(
        self,
        name: str,
        config: str,
        *,
        running: Callable[[str], None],
        hung: Callable[[], None],
        run: Run | None = None,
    ) -> None:
        self._config = config
        self._run = run or partial(serve, service_sid=service_sid(name))
        self._running, self._hung = running, hung
        self._begun = Event()
        self._stop: Callable[[], None] = lambda: None

    def run(self) -> None:
        """Run until told to stop.

        Raises:
            ServiceFailed: it cannot start, or could not go on; the message says why.
        """
        stopping = Stopping(PROGRAM, told=self._running, hung=self._hung)

        async def until_told() -> None:
            loop = asyncio.get_running_loop()

            def stop() -> None:
                loop.call_soon_threadsafe(stopping.stop)

            self._stop = stop
            self._begun.set()
            await self._run(self._config, stopping)

        code, sentences = run_to_end(stopping, until_told())
        for line in sentences:
            print(f"{PROGRAM}: {line}", file=sys.stderr)
        if code:
            raise ServiceFailed("\n".join(sentences))

    def stop(self) -> None:
        """Tell it to end: what is in flight is brought to the disk, then `run` returns."""
        self._begun.wait(ENDED_WITHIN_S)
        try:
            self._stop()
        except RuntimeError:
            return  # its loop is closed: it has ended by itself
