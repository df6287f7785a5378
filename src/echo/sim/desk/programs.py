"""The programs of the desk: Core, Agent and terminals, each composed anew for every life."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from echo.bridge.bridge import Bridge
from echo.bridge.settings import BridgeSettings
from echo.domain.handshake import Role
from echo.domain.policy import PolicyBook
from echo.engine.engine import Engine
from echo.engine.events import SettingsChanged
from echo.engine.settings import EngineSettings
from echo.services.agent.service import AgentService
from echo.services.core.service import CoreService
from echo.services.terminal.ea_file import EaFile
from echo.services.terminal.script import Hand
from echo.services.terminal.service import TerminalService
from echo.services.terminal.station import Parts, Station
from echo.sim.desk.account import Account
from echo.sim.desk.lookout import Facts, ShownEa
from echo.sim.desk.pipes import MemoryEaLink, MemoryPipeServer, PipeCable, PipeKey
from echo.sim.desk.program import Place, Program
from echo.sim.desk.stores import DeskFile, DeskJournal, DeskLedger, Disk
from echo.sim.desk.streams import MemoryAgentServer, MemoryCoreLink, StreamCable
from echo.sim.desk.virtual_loop import Process
from echo.sim.schedule import HostClock
from echo.stores.memory import MemoryJournal, MemoryLedger
from echo.terminal.ea import make_ea
from echo.terminal.replay_script import Action
from echo.terminal.settings import EaSettings

PACE_MS_MAX: Final = 10_000

BOOT_AHEAD_MS: Final = 7_000
"""How far the clock that counts suspend is ahead of the monotonic one."""

LAG_MS: Final = 200
"""How much later than asked a terminal may turn."""


class CoreProgram(Program):
    """The Core: engine, journal, and the door for Agents."""

    def __init__(
        self,
        place: Place,
        host: HostClock,
        disk: Disk,
        cables: tuple[StreamCable, ...],
        rules: tuple[EngineSettings, PolicyBook],
        durable: MemoryJournal,
    ) -> None:
        super().__init__(place, "core", host)
        self.disk, self.durable = disk, durable
        self.service: CoreService | None = None
        self._cables, self._rules = cables, rules
        self._journal: DeskJournal | None = None

    @property
    def waits_ms(self) -> int:
        """For how long the journal has not answered."""
        return 0 if self._journal is None else self._journal.waits_ms

    async def live(self, process: Process) -> None:
        """Compose the service and serve."""
        lookout, (settings, book) = self.place.lookout, self._rules
        clock = self.clock()
        self._journal = DeskJournal(self.durable, self.disk, process, lookout.committed)
        self.service = CoreService(
            self.flawed(Engine(settings, book).handle),
            settings,
            journal=self._journal,
            server=MemoryAgentServer(self._cables, clock, lookout),
            clock=clock,
            ids=self.ids(),
            facts=Facts(self.name, lookout),
        )
        await self.service.run()

    def stop(self) -> None:
        """Ask the service to stop."""
        if self.service is not None:
            self.service.stop()

    def set_pace(self, first_ms: int) -> None:
        """Change how soon what is not acknowledged is repeated: for everybody, by heartbeats."""
        settings, book = self._rules
        paced = replace(settings, retry_backoff_ms=_pace(first_ms), ack_timeout_ms=first_ms)
        self._rules = (paced, book)
        if self.service is not None:
            self.service.change(SettingsChanged(paced))

    def died(self, process: Process) -> None:
        """Decide what became of the last commit; close all streams."""
        if self._journal is not None:
            self._journal.died()
        for cable in self._cables:
            cable.died(process)
        self.service = self._journal = None


class AgentProgram(Program):
    """The Agent: bridge, ledger, pipes and stream."""

    def __init__(
        self,
        place: Place,
        host: HostClock,
        disk: Disk,
        settings: BridgeSettings,
        cables: tuple[StreamCable, Mapping[PipeKey, PipeCable]],
        durable: MemoryLedger,
    ) -> None:
        super().__init__(place, settings.agent_id, host)
        self.disk, self.durable = disk, durable
        self._settings = settings
        self._stream, self._pipes = cables
        self._ledger: DeskLedger | None = None
        self._service: AgentService | None = None

    async def live(self, process: Process) -> None:
        """Compose the service and serve."""
        place, clock, ids = self.place, self.clock(), self.ids()
        self._ledger = DeskLedger(self.durable, self.disk, process)
        self._service = AgentService(
            lambda: self.flawed(Bridge(self._settings).handle),
            pipes=MemoryPipeServer(self._pipes, place.rough, place.lookout.agent_writes),
            core=MemoryCoreLink(self._stream, self._settings.agent_id, clock, ids),
            ledger=self._ledger,
            clock=clock,
            facts=Facts(self.name, place.lookout),
            boot=lambda: (self.host.boot_id, clock.now().mono_ms + BOOT_AHEAD_MS),
        )
        await self._service.run(tuple(self._pipes))

    def stop(self) -> None:
        """Ask the service to stop."""
        if self._service is not None:
            self._service.stop()

    def set_pace(self, first_ms: int) -> None:
        """Change how soon what is not acknowledged is repeated, until the Core's word counts."""
        self._settings = replace(
            self._settings, retry_backoff_ms=_pace(first_ms), ack_timeout_ms=first_ms
        )
        if self._service is not None:
            self._service.change_settings(self._settings)

    def died(self, process: Process) -> None:
        """Decide what became of the last write; close pipes and stream."""
        if self._ledger is not None:
            self._ledger.died()
        self._stream.died(process)
        for cable in self._pipes.values():
            cable.died(process)
        self._ledger = self._service = None


class TerminalProgram(Program):
    """A terminal: one EA with its file, and the account that outlives it."""

    def __init__(
        self,
        place: Place,
        name: str,
        host: HostClock,
        *,
        settings: EaSettings,
        account: Account,
        cable: PipeCable,
        hand: tuple[Action, ...] = (),
    ) -> None:
        super().__init__(place, name, host)
        self.account = account
        self.file = DeskFile(name, place.loop, place.chance, self._shown)
        self._settings, self._cable, self._hand = settings, cable, hand
        self._stopping: asyncio.Event | None = None

    async def live(self, process: Process) -> None:
        """Compose the service and serve."""
        place, account, settings = self.place, self.account, self._settings
        clock, ids = self.clock(LAG_MS), self.ids()
        self.file.process = process
        hand = None
        if settings.role is Role.MASTER:
            symbols = {each.name: each.name for each in account.broker.rules.symbols}
            hand = Hand(self._hand, symbols, account.broker)
            hand.restore(tuple(account.book))
        terminal = account.broker.rules.terminal
        parts = Parts(
            settings=settings,
            ea=ShownEa(make_ea(settings), self.name, terminal, place.lookout),
            broker=account.broker,
            feed=account.log_in(process),
            market=account.market,
            hand=hand,
            ea_file=EaFile(self.file, settings),
            book=account.book_file,
            link=MemoryEaLink(self._cable, clock, ids, place.rough),
        )
        station = Station(parts, clock, ids, Facts(self.name, place.lookout))
        self._stopping = asyncio.Event()
        await TerminalService([station], clock).run(self._stopping)

    def stop(self) -> None:
        """Ask the service to stop."""
        if self._stopping is not None:
            self._stopping.set()

    def died(self, process: Process) -> None:
        """Close the pipe; the broker goes on."""
        self._cable.died(process)
        self._stopping = None

    def _shown(self, data: bytes) -> None:
        self.place.lookout.appended(self.name, data)


def _pace(first_ms: int) -> tuple[int, ...]:
    return tuple(min(first_ms * 2**power, PACE_MS_MAX) for power in range(10))
