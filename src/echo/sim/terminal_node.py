"""A terminal in the world: one EA, its file and its pipe; the account is a site of its own."""

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final, Protocol

from echo.domain.commands import CloseOrder, ExecuteOrder, ModifyOrder, ReduceOrder
from echo.domain.facts import InputRefused
from echo.domain.quantities import Instant
from echo.ports.errors import LedgerUnwritable
from echo.services.terminal.ea_file import EaFile
from echo.sim.disks import SimFile
from echo.sim.network import Connection, Dialler, Side
from echo.sim.node import Scene, TimerKey
from echo.sim.schedule import HostClock
from echo.sim.site import Site
from echo.terminal.effects import (
    Append,
    Arm,
    Disarm,
    Effect,
    EndPipe,
    Observe,
    Order,
    Panel,
    Rewrite,
    Say,
)
from echo.terminal.events import (
    AppendFailed,
    Attached,
    BrokerSaid,
    Due,
    Event,
    Heard,
    PipeDown,
    PipeUp,
    Seen,
    Ticked,
)
from echo.terminal.orders import BrokerEvent
from echo.terminal.settings import EaSettings
from echo.terminal.view import Price, TerminalView
from echo.wire.pipe.messages import ToEa
from echo.wire.records import encode_record
from echo.wire.refusals import WireError

RETRY_MS: Final = 1_000
"""A terminal that cannot even begin its file is started again after this."""


class Ea(Protocol):
    """An EA's brain, of either role."""

    def handle(self, event: Event, now: Instant) -> list[Effect]:
        """Take in *event* and return what must be done about it."""


class MakeEa(Protocol):
    """Puts an EA on a chart."""

    def __call__(self, settings: EaSettings) -> Ea:
        """Return a new brain."""


class Terminal(Dialler):
    """Carries out what the EA wants, in its order."""

    def __init__(
        self,
        scene: Scene,
        name: str,
        clock: HostClock,
        *,
        settings: EaSettings,
        make: MakeEa,
        site: Site,
    ) -> None:
        super().__init__(scene, name, clock)
        self.settings = settings
        self.site = self.home = site
        self.file = SimFile(scene, name)
        self._make = make
        self._ea = make(settings)
        self._ea_file = EaFile(self.file, settings)
        self._lives = 0
        self._numbers = 0
        self._pipe: Connection | None = None
        self._events: deque[Event] = deque()
        self._busy = False
        site.terminals.append(self)

    # ------------------------------------------------------------------------ life and death

    def begin(self) -> None:
        """Read the file, look at the account, and call the Agent."""
        self._lives += 1
        self._ea = self._make(self.settings)
        self._ea_file = EaFile(self.file, self.settings)
        try:
            found = self._ea_file.open(f"file-{self.name}-{self._lives}")
        except LedgerUnwritable as error:
            self.crash(str(error), RETRY_MS)
            return
        self.scene.watch.attached(self.name, usable=found.usable)
        self._busy = False
        self._feed(
            Attached(
                instance=f"{self.name}.{self._lives}",
                records=found.records,
                highest_n=found.highest_n,
                file_usable=found.usable,
                file_id=found.file_id,
                view=self.site.view(),
            )
        )
        if self.up and self.site.broker.prices:
            self._feed(Ticked(dict(self.site.broker.prices)))
        if self.up:
            self.dial()

    def end(self) -> None:
        """Lose everything but the file; the broker goes on."""
        self._pipe = None
        self._events.clear()
        self.site.forget(self)
        self.home.forget(self)
        super().end()

    def next_number(self) -> int:
        """Number a connection."""
        self._numbers += 1
        return self._numbers

    def sleep(self, lasts_ms: int) -> None:
        """Stop for a while; who goes on looks at the account before anything else."""
        super().sleep(lasts_ms)
        self.awake(self._look)

    def _look(self) -> None:
        self.shows(self.site.view())
        self.ticks(dict(self.site.broker.prices))

    # ------------------------------------------------------------------------ the pipe

    def link_up(self, link: Connection) -> None:
        """The pipe is connected."""
        self._pipe = link
        self._feed(PipeUp())

    def link_said(self, link: Connection, message: object) -> None:
        """The Agent said something."""
        if link is self._pipe:
            said: ToEa = message  # type: ignore[assignment]  # links carry any value, Agents send these
            self.scene.trace.hear(self.scene.schedule.now_ms, self.name, said)
            self._feed(Heard(said))
            self._ghost(said)

    def _ghost(self, said: ToEa) -> None:
        """Show the EA a command of an older session now and then: it must not move."""
        if isinstance(said, ExecuteOrder | ModifyOrder | ReduceOrder | CloseOrder) and self.up:
            scene = self.scene
            if scene.faults.strikes("ghost", scene.faults.weather.ghost):
                old = replace(said, session_epoch=said.session_epoch - 1)
                scene.watch.unmoved(self.name, self._ea.handle(Heard(old), self.now()))

    def link_garbled(self, link: Connection, error: WireError) -> None:
        """The Agent said something that cannot be read."""
        refused = InputRefused(peer=self.name, reason=error.reason, sentence=error.sentence)
        self.scene.watch.fact(self.name, refused)

    def link_down(self, link: Connection, reason: str) -> None:
        """The pipe is gone."""
        if link is self._pipe:
            self._pipe = None
            self._feed(PipeDown(reason))

    # ------------------------------------------------------------------------ the account

    def log_in(self, site: Site) -> None:
        """Have the terminal show another account, or its own again."""
        if site is self.site:
            return
        self.site.terminals.remove(self)
        self.site = site
        site.terminals.append(self)
        self._look()

    def shows(self, view: TerminalView) -> None:
        """The account has changed."""
        if self.up and not self.asleep:
            self._feed(Seen(view))

    def answers(self, event: BrokerEvent) -> None:
        """The broker answered."""
        if self.asleep:
            self.awake(partial(self.answers, event))
        elif self.up:
            self.scene.watch.replied(event, self.home.broker.rules.terminal)
            self._feed(BrokerSaid(event))

    def ticks(self, prices: Mapping[str, Price]) -> None:
        """Prices moved."""
        if self.up and not self.asleep:
            self._feed(Ticked(prices))

    def ring(self, key: TimerKey) -> None:
        """A timer of the EA is due."""
        self._feed(Due(key))

    # ------------------------------------------------------------------------ the EA

    def _feed(self, event: Event) -> None:
        """Handle *event* after those that wait; effects of one are done before the next begins."""
        self._events.append(event)
        if self._busy:
            return
        self._busy = True
        life = self.life
        while self._events and not life.over:
            handled = self._events.popleft()
            todo = self._ea.handle(handled, self.now())
            if isinstance(handled, Heard):
                self.scene.watch.ea_heard(self.name, handled.message, todo)
            elif isinstance(handled, AppendFailed) and handled.numbers:
                self.scene.watch.unwritten(self.name, todo)
            self._carry_out(todo)
        self._busy = False

    def _carry_out(self, todo: list[Effect]) -> None:
        for place, effect in enumerate(todo):
            if self.struck():
                if isinstance(effect, Append) and self._tears():
                    self.file.tear(encode_record(effect.record))
                return
            if isinstance(effect, (Append, Rewrite)):
                if not self._write(effect, todo[place:]):
                    self._carry_out([each for each in todo[place:] if _harmless(each)])
                    return
            else:
                self._do(effect)

    def _do(self, effect: Effect) -> None:
        scene = self.scene
        match effect:
            case Say():
                if self._pipe is not None:
                    self._pipe.send(Side.CLIENT, effect.message)
            case Arm():
                self.arm(effect.key, effect.due_mono_ms)
            case Disarm():
                self.disarm(effect.key)
            case Order():
                scene.trace.note(scene.schedule.now_ms, self.name, effect)
                here = self.site.broker.rules.account_id
                scene.watch.ordered(self.name, self.settings.account_id, effect.request, here)
                self.site.request(effect.request, self)
            case Observe():
                scene.watch.ea_fact(self.name, effect.fact)
            case EndPipe():
                if self._pipe is not None:
                    self._pipe.end(Side.CLIENT, effect.reason)
            case Panel() | Append() | Rewrite():
                pass

    def _write(self, effect: Append | Rewrite, rest: list[Effect]) -> bool:
        scene = self.scene
        try:
            if isinstance(effect, Append):
                scene.trace.note(scene.schedule.now_ms, self.name, effect)
                self._ea_file.append(effect.record)
                scene.watch.appended(self.name, effect.record)
            else:
                self._ea_file.rewrite(effect.records, effect.highest_n)
        except LedgerUnwritable as error:
            lost = tuple(each.record["n"] for each in rest if isinstance(each, Append))
            self._events.append(AppendFailed(lost, str(error)))
            return False
        return True

    def _tears(self) -> bool:
        return self.scene.faults.strikes("torn_append", self.scene.faults.weather.torn_append)


def _harmless(effect: Effect) -> bool:
    """Whether an effect may still be carried out when something before it was not written."""
    return not isinstance(effect, Append | Rewrite | Say | Order)
