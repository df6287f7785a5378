"""What all parts of an EA share: its link, what it sees, and what it wants done."""

from typing import Final

from echo.domain.facts import Alarm
from echo.domain.handshake import Handshake, SymbolRegistrationResult
from echo.domain.handshake_facts import consumed, sent
from echo.domain.ids import NO_TRADE, TradeId
from echo.domain.quantities import Instant
from echo.domain.specs import SymbolMapping
from echo.terminal.effects import (
    Append,
    Arm,
    Disarm,
    Effect,
    Observe,
    Order,
    Panel,
    Say,
    TerminalFact,
)
from echo.terminal.events import FileRecord, TimerKey
from echo.terminal.orders import OrderRequest
from echo.terminal.reports import mapped_symbols
from echo.terminal.sessions import Gate, Link
from echo.terminal.settings import EaSettings
from echo.terminal.view import Price, TerminalView
from echo.wire.pipe.messages import FromEa

CLOCK_STEP_MS: Final = 1_000


class Workplace:
    """The shared state, and the list of effects of the event at hand."""

    def __init__(self, settings: EaSettings) -> None:
        self.settings = settings
        self.link = Link(settings)
        self.gate = Gate()
        self.instance = ""
        self.started_mono_ms = 0
        self.now = Instant(0, 0)
        self.prices: dict[str, Price] = {}
        self.at_home = False
        """Whether the terminal is logged in to the account that this EA works for."""
        self.unannounced = False
        """Whether the pipe is up, and the EA has not said who it is: it was not at home."""
        self._view: TerminalView | None = None
        self._mapped_from: tuple[SymbolMapping, ...] | None = None
        self._mapped: tuple[SymbolMapping, ...] = ()
        self._effects: list[Effect] = []

    @property
    def view(self) -> TerminalView:
        """What the terminal shows.

        Raises:
            ValueError: the EA is not attached yet.
        """
        if self._view is None:
            raise ValueError("the first event of an EA is Attached")
        return self._view

    def see(self, view: TerminalView) -> None:
        """Take a new view."""
        self._view = view
        settings = self.settings
        self.at_home = view.account_id == settings.account_id and view.server == settings.server

    @property
    def symbols(self) -> tuple[SymbolMapping, ...]:
        """The symbols that this EA speaks for, under their canonical names."""
        view = self.view
        if self._mapped_from is not view.symbols:
            self._mapped_from = view.symbols
            self._mapped = mapped_symbols(self.settings, view)
        return self._mapped

    @property
    def conclusive(self) -> bool:
        """Whether what is missing in the view is missing on this EA's account."""
        return self.view.conclusive and self.at_home

    def may_announce(self) -> bool:
        """Whether the EA may say who it is: with what another account trades it would mislead.

        If not, it does so when its terminal is back.
        """
        self.unannounced = not self.at_home
        if self.unannounced:
            self.do(Panel(f"logged in to {self.view.account_id}"))
        return self.at_home

    @property
    def uptime_ms(self) -> int:
        """How long this life has lasted."""
        return self.now.mono_ms - self.started_mono_ms

    def age_ms(self, opened_at_ms: int) -> int:
        """Return how long a position is open at most, by the clock that it was opened by.

        A broker's clock shows whole seconds: what it does not show counts as passed.
        """
        return max(0, self.view.server_time_ms + CLOCK_STEP_MS - 1 - opened_at_ms)

    def symbol(self, name: str) -> SymbolMapping | None:
        """Return what the broker says about its symbol *name*."""
        return self.view.symbol(name)

    def take_effects(self) -> list[Effect]:
        """Hand over what is to be done."""
        effects = self._effects
        self._effects = []
        return effects

    def do(self, *effects: Effect) -> None:
        """Add effects."""
        self._effects.extend(effects)

    def say(self, message: FromEa) -> None:
        """Say *message*, if there is somebody to hear it."""
        if self.link.up:
            self._effects.append(Say(message))

    def introduce(self, handshake: Handshake) -> None:
        """Say who this is."""
        if self.link.up:
            self.say(handshake)
            self.observe(sent(handshake))

    def judged(self, verdict: SymbolRegistrationResult) -> None:
        """Take a verdict in: from now on it holds, and the next ping says so."""
        self.gate.judged(verdict)
        self.link.judged(verdict, self.now)
        self.observe(consumed(verdict, self.now.wall_ms))
        self.do(Panel(f"verdict {verdict.status}"))

    def append(self, record: FileRecord) -> None:
        """Write to the ledger before anything that follows."""
        self._effects.append(Append(record))

    def order(self, request: OrderRequest) -> None:
        """Ask the broker."""
        self._effects.append(Order(request))

    def arm(self, key: TimerKey, after_ms: int) -> None:
        """Raise ``Due(key)`` after *after_ms*."""
        self._effects.append(Arm(key, self.now.mono_ms + after_ms))

    def disarm(self, key: TimerKey) -> None:
        """Forget a timer."""
        self._effects.append(Disarm(key))

    def observe(self, fact: TerminalFact) -> None:
        """Tell telemetry."""
        self._effects.append(Observe(fact))

    def alarm(self, key: str, code: str, sentence: str, trade_id: TradeId = NO_TRADE) -> None:
        """Call a person; *trade_id* is the one trade that it is about, if it is about one."""
        self.observe(
            Alarm(
                key=key,
                code=code,
                sentence=sentence,
                account_id=self.settings.account_id,
                trade_id=trade_id,
            )
        )
