"""The taps: where what crosses the Core's threshold is noted, for the raw events.

They stand between the shell and its brain and door.  All that they do on a trade's way is to hand
on values that never change; turning them into bytes is done by whoever keeps them.
"""

from collections.abc import Callable, Sequence
from typing import Final

from echo.domain.quantities import Instant
from echo.domain.sessions import AgentHello, CoreToAgent
from echo.engine.checkpoint import checkpoint
from echo.engine.effects import Effect
from echo.engine.events import Event
from echo.engine.state import State
from echo.ports.clock import Clock
from echo.ports.links import AgentHandler, AgentServer, AgentSession
from echo.services.core.brain import Brain
from echo.services.core.raw_events import Checkpoint, Handled, Left, Passing

DAY_MS: Final = 86_400_000


class TappedBrain:
    """A `Brain` whose events and effects are noted, and at each day's beginning what it knows.

    Args:
        knows: Returns what *brain* knows.
        put: Takes what happened; must not block.
        now: The present: the day that it is in has begun already.
    """

    def __init__(
        self,
        brain: Brain,
        knows: Callable[[], State],
        put: Callable[[Passing], None],
        now: Instant,
    ) -> None:
        self._brain, self._knows, self._put = brain, knows, put
        self.next_day_ms = next_day_ms(now.wall_ms)
        """When the next day begins, Unix ms."""

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        """Pass on; an event that the engine fails on is noted, too."""
        if now.wall_ms >= self.next_day_ms:
            self.begin_day(now)
        effects: Sequence[Effect] = ()
        try:
            effects = self._brain.handle(event, now)
        finally:
            self._put(Handled(event, effects, now))
        return effects

    def begin_day(self, now: Instant) -> None:
        """Note what the engine knows, unless that of this day is noted already.

        Once a day, and nothing of that day may come before it.  Whoever calls this when the day
        begins spares the first event the copying.
        """
        if now.wall_ms >= self.next_day_ms:
            self.next_day_ms = next_day_ms(now.wall_ms)
            self._put(Checkpoint(checkpoint(self._knows()), now))


def next_day_ms(wall_ms: int) -> int:
    """Return when the UTC day after that of *wall_ms* begins, Unix ms."""
    return (wall_ms // DAY_MS + 1) * DAY_MS


class TappedServer:
    """An `AgentServer` whose outgoing messages are noted."""

    def __init__(self, server: AgentServer, clock: Clock, put: Callable[[Passing], None]) -> None:
        self._server, self._clock, self._put = server, clock, put

    async def start(self, handler: AgentHandler) -> None:
        """Pass on."""
        await self._server.start(_TappedHandler(handler, self._clock, self._put))

    async def stop(self, grace_ms: int) -> None:
        """Pass on."""
        await self._server.stop(grace_ms)


class _TappedHandler:
    """Sees to it that the service gets tapped streams, and always the same one for a stream."""

    def __init__(self, handler: AgentHandler, clock: Clock, put: Callable[[Passing], None]) -> None:
        self._handler, self._clock, self._put = handler, clock, put
        self.agent_said, self.agent_left = handler.agent_said, handler.agent_left
        self.agent_refused = handler.agent_refused

    def agent_joined(self, link: AgentSession, hello: AgentHello) -> None:
        self._handler.agent_joined(_TappedSession(link, self._clock, self._put), hello)


class _TappedSession:
    """Notes what leaves; the service knows a stream by its number, so it may be another object."""

    def __init__(self, session: AgentSession, clock: Clock, put: Callable[[Passing], None]) -> None:
        self.agent_id, self.session = session.agent_id, session.session
        self.hold, self.end, self._send = session.hold, session.end, session.send
        self._clock, self._put = clock, put

    def send(self, messages: Sequence[CoreToAgent]) -> None:
        self._put(Left(self.agent_id, self.session, tuple(messages), self._clock.now()))
        self._send(messages)
