"""Operators who wait for an answer.

An answer leaves in the same line as everything else: whoever gets it knows that what was done is
on disk.  One that does not come in time is not silence, but a value that says so.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from echo.domain.operations import Answer, NotDone, OperationCode, Request
from echo.engine.effects import Reply
from echo.engine.events import OperatorAsked
from echo.ports.clock import Clock

ANSWER_MS_MAX: Final = 5_000
"""How long an answer may take; the journal is asked for far less in good health."""

WAITING_MAX: Final = 16
"""Questions that may wait at once."""


class Questions:
    """Numbers questions, and brings each answer to who asked.

    Args:
        ask: Has the engine handle a question.
    """

    def __init__(self, clock: Clock, ask: Callable[[OperatorAsked], None]) -> None:
        self._clock, self._ask = clock, ask
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._last_id = 0

    async def put(self, by: str, request: Request) -> Answer:
        """Return what the engine answers to *request*, or why there is no answer."""
        if len(self._waiting) >= WAITING_MAX:
            return NotDone(
                code=OperationCode.NOT_READY,
                sentence=f"{WAITING_MAX} questions wait already: ask again in a moment",
            )
        self._last_id += 1
        number = self._last_id
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        deadline = self._clock.call_at(
            self._clock.now().mono_ms + ANSWER_MS_MAX, lambda: self._give_up(number)
        )
        try:
            self._ask(OperatorAsked(number, by, request))
            return await waiting
        finally:
            deadline.cancel()
            self._waiting.pop(number, None)

    def answer(self, reply: Reply) -> None:
        """Bring an answer to who waits for it; nobody may, any more."""
        waiting = self._waiting.get(reply.request_id)
        if waiting is not None and not waiting.done():
            waiting.set_result(reply.answer)

    def drop(self, sentence: str) -> None:
        """Tell everybody who waits that no answer will come, and why."""
        for number in tuple(self._waiting):
            self.fail(number, sentence)

    def fail(self, number: int, sentence: str) -> None:
        """Tell one who waits that no answer will come, and why."""
        self.answer(Reply(number, NotDone(code=OperationCode.NO_ANSWER, sentence=sentence)))

    def _give_up(self, number: int) -> None:
        self.fail(
            number,
            f"the journal has not taken it in within {ANSWER_MS_MAX} ms: it may still be carried"
            " out; look at what is pending before you ask again",
        )
