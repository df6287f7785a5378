"""An event loop whose time is virtual: when nobody has anything to do, it jumps to the next timer.

It runs several *processes*.  What one process does keeps the order that asyncio promises; what
different processes do at the same moment happens in an order drawn by chance, as on a host with
many cores.  A process can be killed, after which nothing of it runs any more, not even a
``finally``; and it can be frozen, after which it does everything later.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextvars import Context, ContextVar, copy_context
from heapq import heappop, heappush
from random import Random
from typing import Any, Final, Self, TypeVar, TypeVarTuple, Unpack

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_US_PER_S: Final = 1_000_000
_US_PER_MS: Final = 1_000

CALLS_MAX: Final = 200_000
"""Calls at one moment, after which nothing but a circle explains that time does not go on."""

_FINISHED_MAX: Final = 64
_ROUNDS_MAX: Final = 10
"""A task may wait again while it is being cancelled."""


class Stuck(RuntimeError):
    """Nobody will ever do anything again, or time does not go on."""


class Process:
    """What lives and dies together.

    ``fuse``: how many more times this process may touch the world outside before it is killed in
    the middle of what it does; ``None`` = it may go on.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.dead = False
        self.frozen = False
        self.thawed_ms = 0
        """When it last went on after it had been frozen."""
        self.fuse: int | None = None
        self.ready: deque[asyncio.Handle] = deque()
        self.tasks: list[asyncio.Task[Any]] = []
        self.context = copy_context()
        self.context.run(_PROCESS.set, self)

    @property
    def runs(self) -> bool:
        """Whether it does anything just now."""
        return not self.dead and not self.frozen

    def __repr__(self) -> str:
        return f"<Process {self.name}>"


_PROCESS: Final[ContextVar[Process]] = ContextVar("process")


def this_process() -> Process:
    """Return the process that is running.  Raises ``LookupError`` outside of the loop."""
    return _PROCESS.get()


class VirtualLoop(asyncio.AbstractEventLoop):
    """Fulfils what tasks, futures, events and timers need; sockets, threads and signals raise.

    Args:
        chance: Draws which process goes on, and the order of timers of the same moment, which
            asyncio leaves open.
        killed: Told of a process whose fuse has burnt down.
    """

    def __init__(self, chance: Random, killed: Callable[[Process], None] = lambda _: None) -> None:
        self.happened = 0
        """Calls that were made."""
        self.failures: list[str] = []
        """What nobody caught."""
        self._chance, self._tell_killed = chance, killed
        self._now_us = 0
        self._runnable: list[Process] = []
        self._heap: list[tuple[int, float, int, asyncio.TimerHandle, Process]] = []
        self._planned = 0
        self._processes: list[Process] = []
        self.world = self._current = self.process("world")
        """Who is never killed."""
        self._running = self._closed = self._stopping = False

    @classmethod
    def begin(cls, chance: Random, killed: Callable[[Process], None] = lambda _: None) -> Self:
        """Return a new loop; what an event loop should have and this one lacks, raises."""
        return cls(chance, killed)

    # ------------------------------------------------------------------------ time

    @property
    def now_ms(self) -> int:
        """True time since the beginning."""
        return self._now_us // _US_PER_MS

    def time(self) -> float:
        """Return the same in seconds."""
        return self._now_us / _US_PER_S

    # ------------------------------------------------------------------------ processes

    def process(self, name: str) -> Process:
        """Return a new process, in which nothing runs yet."""
        process = Process(name)
        self._processes.append(process)
        return process

    def spawn(self, process: Process, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Have *process* do *work*."""
        return self.create_task(work, context=process.context)

    def touches(self, process: Process) -> bool:
        """Note that *process* reaches outside; False = it is dead, maybe since just now."""
        if process.fuse is not None and not process.dead:
            if process.fuse <= 0:
                self.kill(process)
                self._tell_killed(process)
            process.fuse -= 1
        return not process.dead

    def kill(self, process: Process) -> None:
        """End *process* here and now.

        Its tasks are kept: were they collected, their ``finally`` would run after all.
        """
        process.dead = True

    def freeze(self, process: Process) -> None:
        """Stop *process* until it is thawed; what comes meanwhile waits."""
        process.frozen = True

    def thaw(self, process: Process) -> None:
        """Let *process* go on."""
        if process.frozen:
            process.frozen, process.thawed_ms = False, self.now_ms
            if process.ready and process not in self._runnable:
                self._runnable.append(process)

    # ------------------------------------------------------------------------ running

    def run_until_complete(self, future: Generator[Any, None, T] | Awaitable[T]) -> T:
        """Run until *future*, work of the world itself, is done; return its result.

        Raises:
            Stuck: it never will be.
        """
        if not asyncio.iscoroutine(future):
            raise TypeError("the world's work is a coroutine")
        task: asyncio.Task[T] = self.spawn(self.world, future)
        task.add_done_callback(lambda _: self.stop(), context=self.world.context)
        self.run_forever()
        return task.result()

    def run_forever(self) -> None:
        """Run until `stop`."""
        if self._running or self._closed:
            raise RuntimeError("the loop runs already, or is closed")
        self._running, self._stopping = True, False
        outer = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        try:
            while not self._stopping:
                self._turn()
        finally:
            asyncio._set_running_loop(outer)
            self._running = False

    def stop(self) -> None:
        """Leave `run_forever` after the present call."""
        self._stopping = True

    def is_running(self) -> bool:
        """Whether it runs."""
        return self._running

    def is_closed(self) -> bool:
        """Whether it will never run again."""
        return self._closed

    def close(self) -> None:
        """Cancel all tasks, of the dead too, and let them end where nobody looks."""
        if self._closed:
            return
        self._closed = True
        self._heap.clear()
        outer = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        try:
            for _ in range(_ROUNDS_MAX):
                self._cancel_all()
                for _ in range(CALLS_MAX):
                    if not self._runnable:
                        break
                    self._call_one()
        finally:
            asyncio._set_running_loop(outer)

    def _cancel_all(self) -> None:
        for process in self._processes:
            process.dead = process.frozen = False
            process.fuse = None
            if process.ready and process not in self._runnable:
                self._runnable.append(process)
            for task in process.tasks:
                task.cancel()

    def _turn(self) -> None:
        """Let everybody who can do something do it, then let time pass."""
        for _ in range(CALLS_MAX):
            if not self._runnable or self._stopping:
                break
            self._call_one()
        else:
            raise Stuck(f"{CALLS_MAX} calls at {self.now_ms} ms, and still more")
        if not self._stopping and not self._runnable:
            self._jump()

    def _call_one(self) -> None:
        runnable = self._runnable
        place = int(self._chance.random() * len(runnable)) if len(runnable) > 1 else 0
        process = runnable[place]
        ready = process.ready
        if ready and process.runs:
            handle = ready.popleft()
            if not handle.cancelled():
                self.happened += 1
                self._current = process
                handle._run()
        if not ready or not process.runs:
            # The call may have moved it.
            where = runnable.index(process)
            runnable[where] = runnable[-1]
            runnable.pop()

    def _jump(self) -> None:
        """Go to the moment of the next timer."""
        heap = self._heap
        while heap and (heap[0][3].cancelled() or heap[0][4].dead):
            heappop(heap)
        if not heap:
            raise Stuck(f"at {self.now_ms} ms everybody waits for somebody else")
        self._now_us = max(self._now_us, heap[0][0])
        while heap and heap[0][0] <= self._now_us:
            _, _, _, handle, process = heappop(heap)
            if not handle.cancelled() and not process.dead:
                self._enqueue(process, handle)

    def _enqueue(self, process: Process, handle: asyncio.Handle) -> None:
        process.ready.append(handle)
        if len(process.ready) == 1 and process.runs and process not in self._runnable:
            self._runnable.append(process)

    # ------------------------------------------------------------------------ for asyncio

    def call_soon(
        self,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """Call after what the same process planned before."""
        handle = asyncio.Handle(callback, args, self, context)
        self._enqueue(self._owner(context), handle)
        return handle

    def call_later(
        self,
        delay: float,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call *delay* seconds from now."""
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call at *when*, in seconds; what has passed is due at once."""
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._planned += 1
        entry = (
            *(round(when * _US_PER_S), self._chance.random(), self._planned),
            *(handle, self._owner(context)),
        )
        heappush(self._heap, entry)
        return handle

    def _owner(self, context: Context | None) -> Process:
        if context is None:
            return _PROCESS.get(self.world)
        found = context.get(_PROCESS)
        return self.world if found is None else found

    def create_task(
        self,
        coro: Generator[Any, None, T] | Coroutine[Any, Any, T],
        *,
        name: object = None,
        context: Context | None = None,
    ) -> asyncio.Task[T]:
        """Have the process of *context*, or the running one, do *coro*."""
        if context is None and _PROCESS.get(None) is None:
            context = self.world.context
        task: asyncio.Task[T] = asyncio.Task(
            coro,
            loop=self,
            name=None if name is None else str(name),
            context=context,
        )
        tasks = self._owner(context).tasks
        if len(tasks) > _FINISHED_MAX:
            tasks[:] = [each for each in tasks if not each.done()]
        tasks.append(task)
        return task

    def create_future(self) -> "asyncio.Future[Any]":
        """Return a future of this loop."""
        return asyncio.Future(loop=self)

    def get_debug(self) -> bool:
        """Never."""
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Keep what nobody caught: a program that did this in earnest would have a bug."""
        if not self._current.dead and not self._closed:
            error = context.get("exception")
            self.failures.append(f"{self._current.name}: {context.get('message')}: {error!r}")

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Leave a cancelled timer in the heap until its time comes."""
