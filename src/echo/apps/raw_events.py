"""The Core's raw events: where they are noted, kept, copied to, and what is told of them."""

import asyncio
import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from echo.config.events_keys import MONGO, OFF, EventsSettings, events_settings
from echo.config.setting import Value
from echo.domain.facts import Alarm
from echo.domain.policy import PolicyBook
from echo.engine.engine import Engine
from echo.engine.settings import EngineSettings
from echo.ports.clock import Clock
from echo.ports.errors import EchoError
from echo.ports.links import AgentServer
from echo.ports.telemetry import FactSink
from echo.services.core.brain import Brain
from echo.services.core.raw_events import Life, Passing, encoded, is_market_data
from echo.services.core.taps import TappedBrain, TappedServer
from echo.stores.events.mongo import MongoEvents, forward
from echo.stores.events.spool import Bounds, EventSpool

TELL_EVERY_S: Final = 1.0
SHED_EVERY_S: Final = 60.0
"""A spool that sheds does so for hours: told once a minute, with the count."""
FIRST_LOOK_S: Final = 2.0
"""A Core that has just started has better things to do than to write down what it read."""
CLOCK_LOOK_S: Final = 30.0

MONGO_URL: Final = "ECHO_MONGO_URL"
"""Environment variable for an address with a password in it."""


class RawEvents:
    """Notes what crosses the threshold.

    Args:
        spool: Takes it.
        mongo: Gets a copy of it, too; ``None`` = nobody does.
    """

    def __init__(
        self, spool: EventSpool[Passing], settings: EventsSettings, mongo: MongoEvents | None
    ) -> None:
        self._spool, self._settings, self._mongo = spool, settings, mongo
        self._days: tuple[TappedBrain, Clock] | None = None

    def brain(
        self, engine: Engine, settings: EngineSettings, book: PolicyBook, clock: Clock
    ) -> Brain:
        """Return *engine*, tapped; a life that begins with *settings* and *book* begins now."""
        now = clock.now()
        self._spool.put(Life(settings, book, now))
        tapped = TappedBrain(engine, lambda: engine.state, self._spool.put, now)
        self._days = tapped, clock
        return tapped

    def door(self, server: AgentServer, clock: Clock) -> AgentServer:
        """Return *server*, tapped."""
        return TappedServer(server, clock, self._spool.put)

    async def run(self, facts: FactSink) -> None:
        """Begin each day, tell of what is shed, and copy to MongoDB, until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._tell(facts))
                if self._days is not None:
                    group.create_task(_begin_days(*self._days))
                if self._mongo is not None:
                    # Of the address only the host: the rest may hold a password.
                    place = f"mongodb://{urlsplit(mongo_url(self._settings)).hostname}"
                    group.create_task(forward(self._settings.folder, self._mongo, facts, place))
        finally:
            if self._mongo is not None:
                await self._mongo.close()

    def close(self) -> None:
        """Write what waits, and end."""
        self._spool.close()

    async def _tell(self, facts: FactSink) -> None:
        counters = self._spool.counters
        told_shed, told_trouble, silent_s = 0, "", SHED_EVERY_S
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            silent_s += TELL_EVERY_S
            if counters.shed > told_shed and silent_s >= SHED_EVERY_S:
                silent_s = 0.0
                why = counters.trouble or "there was no room; the gap in the record says why"
                sentence = f"{counters.shed - told_shed} raw events were left out: {why}"
                told_shed = counters.shed
                facts.observe(Alarm(key="events", code="EVENTS_SHED", sentence=sentence))
            elif counters.trouble and counters.trouble != told_trouble:
                sentence = f"raw events are not written now: {counters.trouble}"
                facts.observe(Alarm(key="events", code="EVENTS_NOT_WRITTEN", sentence=sentence))
            told_trouble = counters.trouble


async def _begin_days(tapped: TappedBrain, clock: Clock) -> None:
    """See to it that a day has begun before anything happens in it, if only just."""
    while True:
        left_ms = tapped.next_day_ms - clock.now().wall_ms
        # Clocks are set: it is looked at now and then.
        await asyncio.sleep(min(max(left_ms, 0) / 1_000, CLOCK_LOOK_S))
        tapped.begin_day(clock.now())


def raw_events(values: Mapping[str, Value], facts: FactSink) -> RawEvents | None:
    """Return what keeps raw events; ``None`` = nothing does, and why is told.

    Raises:
        SettingsInvalid: MongoDB is wanted, and its driver or address is not usable.
    """
    settings = events_settings(values)
    if settings.store == OFF:
        return None
    bounds = Bounds(
        waiting_max=settings.waiting_max,
        bytes_max=settings.bytes_max,
        keep_days=settings.keep_days,
    )
    try:
        spool = EventSpool[Passing](
            settings.folder, encoded, bounds, spare=is_market_data, first_look_s=FIRST_LOOK_S
        )
    except EchoError as error:
        sentence = f"raw events are not kept: {error}"
        facts.observe(Alarm(key="events", code="EVENTS_UNAVAILABLE", sentence=sentence))
        return None
    mongo = None
    if settings.store == MONGO:
        try:
            mongo = MongoEvents(mongo_url(settings), settings.mongo_database, spool.chain_id)
        except EchoError:
            spool.close()
            raise
    return RawEvents(spool, settings, mongo)


def mongo_url(settings: EventsSettings) -> str:
    """Return MongoDB's address: the environment's, which may hold a password, or the setting."""
    return os.environ.get(MONGO_URL) or settings.mongo_url
