"""A sink of facts that tells people: facts in, messages out, from a thread of its own."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import Final

from echo.domain.facts import Fact
from echo.domain.notices import Notice, NoticeBoard
from echo.domain.troubles import CONCERNING, Troubles
from echo.links.notices.channels import Channel, NotSent

WAITING_MAX: Final = 500
"""Notices that may wait for one channel; beyond it the oldest are dropped."""
BACKOFF_S: Final = (1.0, 5.0, 15.0, 60.0)
LAST_WORDS_S: Final = 2.0

Told = Callable[[str, str], None]
"""Takes a channel's name and why it could not send."""


class Notifier:
    """Sends what its board lets through to every channel, each at its own pace.

    Args:
        board: Decides what is told.
        channels: Where it is told.
        failed: Told once when a channel begins to fail; must not come back as an alarm to send.
    """

    def __init__(self, board: NoticeBoard, channels: Sequence[Channel], failed: Told) -> None:
        self._troubles = Troubles(board)
        self._one_at_a_time = Lock()
        self._lines = [_Line(channel, failed) for channel in channels]

    def observe(self, fact: Fact) -> None:
        """Take *fact*, from any thread; few are for people."""
        if type(fact) not in CONCERNING:
            return
        with self._one_at_a_time:  # An exporter tells from a thread of its own.
            notices = tuple(self._troubles.take(fact, time.time_ns() // 1_000_000))
        for notice in notices:
            for line in self._lines:
                line.put(notice)

    def close(self) -> None:
        """Send what waits, if it leaves within a moment, and stop."""
        for line in self._lines:
            line.stop()
        for line in self._lines:
            line.join()


class _Line:
    """What waits for one channel, and the thread that sends it."""

    def __init__(self, channel: Channel, failed: Told) -> None:
        self._channel, self._failed = channel, failed
        self._arrived: SimpleQueue[Notice | None] = SimpleQueue()
        self._waiting: deque[Notice] = deque(maxlen=WAITING_MAX)
        self._stopping = Event()
        self._failures = 0
        self._worker = Thread(target=self._work, name=f"notices-{channel.name}", daemon=True)
        self._worker.start()

    def put(self, notice: Notice) -> None:
        self._arrived.put(notice)

    def stop(self) -> None:
        self._stopping.set()
        self._arrived.put(None)

    def join(self) -> None:
        self._worker.join(timeout=LAST_WORDS_S)

    def _work(self) -> None:
        while not self._stopping.is_set() or self._waiting:
            self._collect()
            if self._waiting and not self._sent(self._waiting[0]) and self._stopping.is_set():
                return

    def _collect(self) -> None:
        """Take in what has arrived; wait for something when nothing is left to send."""
        try:
            arrived = self._arrived.get(block=not self._waiting)
            while arrived is not None:
                self._waiting.append(arrived)
                arrived = self._arrived.get_nowait()
        except Empty:
            return

    def _sent(self, notice: Notice) -> bool:
        try:
            self._channel.send(notice)
        except NotSent as error:
            if self._failures == 0:
                self._failed(self._channel.name, str(error))
            self._failures += 1
            if error.final:
                self._waiting.popleft()
            else:
                self._stopping.wait(BACKOFF_S[min(self._failures, len(BACKOFF_S)) - 1])
            return False
        self._failures = 0
        self._waiting.popleft()
        return True
