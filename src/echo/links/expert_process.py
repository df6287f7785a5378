"""The program of a compiled expert: a process that talks over a socket of its own."""

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol

from echo.ports.clock import Clock

AGAIN_AFTER_MS: Final = 1_000
ENDED_WITHIN_S: Final = 2.0
LINE_BYTES_MAX: Final = 4 * 1_048_576


class ExpertHandler(Protocol):
    """What a station does with its expert."""

    def expert_up(self) -> None:
        """It runs."""

    def expert_said(self, fields: list[str]) -> None:
        """It said a line."""

    def expert_down(self, reason: str) -> None:
        """It is gone; it is started again by itself."""


class ExpertProcess:
    """Starts *program*, and starts it again a second after it has ended.

    Args:
        environment: What it finds in its environment beside everything else.
        fields_of: Takes a line apart.
    """

    def __init__(
        self,
        program: Path,
        environment: Mapping[str, str],
        clock: Clock,
        fields_of: Callable[[str], list[str]],
    ) -> None:
        self._program, self._environment = program, environment
        self._clock, self._fields_of = clock, fields_of
        self._writer: asyncio.StreamWriter | None = None

    async def run(self, handler: ExpertHandler) -> None:
        """Keep the program running, until cancelled: then it is ended."""
        while True:
            reason = await self._live(handler)
            handler.expert_down(reason)
            await self._clock.sleep_ms(AGAIN_AFTER_MS)

    def send(self, lines: str) -> None:
        """Send lines; lost when the program is gone."""
        if self._writer is not None:
            self._writer.write(lines.encode())

    async def _live(self, handler: ExpertHandler) -> str:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            try:
                process = await asyncio.create_subprocess_exec(
                    os.fspath(self._program),
                    "--live",
                    str(theirs.fileno()),
                    stdin=asyncio.subprocess.DEVNULL,
                    env={**os.environ, **self._environment},
                    pass_fds=(theirs.fileno(),),
                )
            except OSError as error:
                ours.close()
                return f"{self._program} cannot be started: {error.strerror}"
        reader, writer = await asyncio.open_unix_connection(sock=ours, limit=LINE_BYTES_MAX)
        self._writer = writer
        try:
            handler.expert_up()
            while text := await reader.readline():
                handler.expert_said(self._fields_of(text.decode().rstrip("\n")))
        except ConnectionError:
            pass  # it died in the middle of a word
        finally:
            self._writer = None
            writer.close()
            code = await _ended(process)
        return f"the expert ended with {code}"


async def _ended(process: asyncio.subprocess.Process) -> int:
    """Wait for the end of a program whose socket is closed: it ends by itself, or is killed."""
    try:
        async with asyncio.timeout(ENDED_WITHIN_S):
            return await process.wait()
    except TimeoutError:
        process.kill()
        return await process.wait()
