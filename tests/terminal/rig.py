"""A terminal in a box: one EA's brain, one paper broker, one file, and a clock that is turned."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from echo.domain.commands import (
    CloseOrder,
    ExecuteOrder,
    ModifyOrder,
    Protect,
    ReduceOrder,
    Residual,
)
from echo.domain.facts import Alarm
from echo.domain.handshake import RegistrationStatus, Role, SymbolRegistrationResult
from echo.domain.ids import (
    SEQ_CLOSE,
    AccountId,
    EvaluationId,
    Ticket,
    TradeId,
    derive_command_id,
    derive_trade_id,
    order_tag,
)
from echo.domain.quantities import Instant, Side
from echo.domain.sessions import EaSession, Ping, Pong
from echo.terminal import effects, events
from echo.terminal.broker import PaperBroker
from echo.terminal.ea import Ea, make_ea
from echo.terminal.fates import PROMPT, Fates
from echo.terminal.market import BrokerRules, SymbolRules
from echo.terminal.orders import OrderRequest, SendOrder
from echo.terminal.settings import EaSettings
from echo.terminal.view import Price
from echo.wire.pipe.messages import FromEa, ToEa

ACCOUNT = AccountId("70001")
MASTER = AccountId("61100781")
SERVER = "Northwind-Live 3"
WALL_MS = 1_399_507_200_000
UNSHOWN_MS = 999
"""What a broker's clock may have passed since the second that it shows."""
MONO_MS = 5_000_000
EPOCH = 7
FILE_ID = "0f3c"

EURUSD = SymbolRules(
    name="EURUSD.m",
    market="EURUSD",
    digits=5,
    point=Decimal("0.00001"),
    tick_size=Decimal("0.00001"),
    contract_size=Decimal(100_000),
    base_currency="EUR",
)
QUOTE = Price(bid=Decimal("1.39000"), ask=Decimal("1.39010"))

Said = TypeVar("Said")


class Nobody:
    """What is left of an EA that was taken off its chart."""

    def handle(self, event: events.Event, now: Instant) -> list[effects.Effect]:
        """Do nothing."""
        return []


class Crashed(Exception):
    """The terminal's process died before an effect."""


def price(bid: str, ask: str | None = None) -> Price:
    """A price with a spread of one pip, unless *ask* is given."""
    low = Decimal(bid)
    return Price(bid=low, ask=low + Decimal("0.0001") if ask is None else Decimal(ask))


def rules(**changes: object) -> BrokerRules:
    """One account with EURUSD.m, plenty of money and no moods."""
    base = BrokerRules(
        account_id=ACCOUNT, server=SERVER, symbols=(EURUSD,), balance=Decimal(1_000_000)
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name real fields


def slave_settings(**changes: object) -> EaSettings:
    """A protocol 3 slave that maps EURUSD."""
    base = EaSettings(
        role=Role.SLAVE, account_id=ACCOUNT, server=SERVER, symbols=(("EURUSD.m", "EURUSD"),)
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name real fields


def trade_id(number: int = 1) -> TradeId:
    """The id of a master's trade."""
    return derive_trade_id(
        server="Master-Srv",
        account_id=MASTER,
        root_ticket=Ticket(1_000_000 + number),
        opened_at_ms=WALL_MS,
    )


def execute(number: int = 1, **changes: object) -> ExecuteOrder:
    """An open of trade *number*, 5 s to live, sent just now by an Agent whose clock is ours."""
    trade = trade_id(number)
    base = ExecuteOrder(
        command_id=derive_command_id(trade, 0, ACCOUNT),
        trade_id=trade,
        account_id=ACCOUNT,
        symbol="EURUSD.m",
        side=Side.BUY,
        lot=Decimal("0.10"),
        magic_number=number,
        comment=order_tag(trade),
        ttl_ms=5_000,
        age_ms=10,
        sent_mono_ms=MONO_MS,
        session_epoch=EPOCH,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name real fields


def modify(number: int = 1, seq: int = 1, **changes: object) -> ModifyOrder:
    """A modification of trade *number*."""
    trade = trade_id(number)
    base = ModifyOrder(
        command_id=derive_command_id(trade, seq, ACCOUNT),
        trade_id=trade,
        account_id=ACCOUNT,
        seq=seq,
        ticket=Ticket(1_000_001),
        symbol="EURUSD.m",
        magic_number=number,
        session_epoch=EPOCH,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name real fields


def reduce(
    number: int = 1, seq: int = 1, remaining: str = "0.05", **changes: object
) -> ReduceOrder:
    """A reduction of trade *number*."""
    trade = trade_id(number)
    base = ReduceOrder(
        command_id=derive_command_id(trade, seq, ACCOUNT),
        trade_id=trade,
        account_id=ACCOUNT,
        seq=seq,
        ticket=Ticket(1_000_001),
        symbol="EURUSD.m",
        magic_number=number,
        remaining_lot=Decimal(remaining),
        residual=Residual.KEEP,
        session_epoch=EPOCH,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name real fields


def close(number: int = 1, ticket: int = 1_000_001, **changes: object) -> CloseOrder:
    """The close of trade *number*."""
    trade = trade_id(number)
    base = CloseOrder(
        command_id=derive_command_id(trade, SEQ_CLOSE, ACCOUNT),
        trade_id=trade,
        account_id=ACCOUNT,
        ticket=Ticket(ticket),
        symbol="EURUSD.m",
        magic_number=number,
        seq=SEQ_CLOSE,
        session_epoch=EPOCH,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name real fields


def protected(stop_loss: str, take_profit: str | None = None) -> Protect:
    """Levels to set after the fill."""
    return Protect(
        stop_loss=Decimal(stop_loss),
        take_profit=None if take_profit is None else Decimal(take_profit),
    )


def verdict(status: RegistrationStatus = RegistrationStatus.ACCEPTED) -> SymbolRegistrationResult:
    """The Core's judgement of the slave."""
    return SymbolRegistrationResult(
        account_id=ACCOUNT,
        pipe_role=Role.SLAVE,
        protocol_version=3,
        status=status,
        evaluation_id=EvaluationId("e"),
        evaluated_at_ms=WALL_MS,
    )


class Rig:
    """Carries effects out as a shell would; the Agent's and the broker's clocks are the rig's."""

    def __init__(
        self,
        settings: EaSettings | None = None,
        broker_rules: BrokerRules | None = None,
        fates: Fates = PROMPT,
    ) -> None:
        self.settings = settings or slave_settings()
        self.broker = PaperBroker(broker_rules or rules(), fates)
        self.now = Instant(WALL_MS, MONO_MS)
        self.quotes = {"EURUSD": QUOTE}
        self.file: list[events.FileRecord] = []
        self.highest_n = 0
        self.file_exists = True
        self.warm_file = True
        self.said: list[FromEa] = []
        self.orders: list[OrderRequest] = []
        self.observed: list[effects.TerminalFact] = []
        self.ended: list[str] = []
        self.timers: dict[events.TimerKey, int] = {}
        self.connected = False
        self.answer_pings = True
        self.disk_full = False
        self.lives = 0
        self.crash_in: int | None = None
        """Die before the effect of this number, counted down."""
        self.peer_ahead_ms = 0
        self._revision = -1
        self.broker.advance(self.now, self.quotes)
        self.ea: Ea = make_ea(self.settings)

    # ---- a life

    def attach(self) -> "Rig":
        """Begin a life with what the file holds."""
        self.lives += 1
        self.ea = make_ea(self.settings)
        self.timers.clear()
        self.connected = False
        if self.warm_file and not self.file and self.settings.role is Role.SLAVE:
            self.file.append({"t": "W", "n": 1, "at": WALL_MS, "warm": True})
        self.highest_n = max([self.highest_n, *(record["n"] for record in self.file)])
        self.feed(
            events.Attached(
                instance=f"life{self.lives}",
                records=tuple(self.file),
                highest_n=self.highest_n if self.file else 0,
                file_usable=self.file_exists,
                view=self.broker.view(self.now),
                file_id=FILE_ID,
            )
        )
        self.feed(events.Ticked(dict(self.broker.prices)))
        return self

    def connect(self, *, ledger_n: int = 0, epoch: int = EPOCH, ledger_id: str = "") -> "Rig":
        """Connect the pipe and agree on a session."""
        self.connected = True
        self.feed(events.PipeUp())
        self.hear(
            EaSession(
                session_epoch=epoch,
                heartbeat_interval_ms=1_000,
                retry_backoff_ms=(50, 100, 200, 400, 800),
                max_retries=3,
                ledger_n=ledger_n,
                ledger_id=ledger_id,
            )
        )
        return self

    def start(self, **session: Any) -> "Rig":
        """Attach and connect."""
        self.attach()
        return self.connect(**session)

    def disconnect(self) -> None:
        """Lose the pipe."""
        self.connected = False
        self.feed(events.PipeDown("cut"))

    def kill(self) -> None:
        """Take the EA off its chart; its account lives on."""
        self.connected = False
        self.timers.clear()
        self.ea = Nobody()

    def restart(self) -> "Rig":
        """Lose the process, keep the file and the broker, begin again."""
        self.crash_in = None
        return self.start()

    # ---- events

    def hear(self, message: ToEa) -> None:
        """Let the Agent say something."""
        self.feed(events.Heard(message))

    def look(self) -> None:
        """Show the account as it is."""
        self.feed(events.Seen(self.broker.view(self.now)))

    def quote(self, bid: str, ask: str | None = None) -> None:
        """Move the market."""
        self.quotes = {"EURUSD": price(bid, ask)}
        self._broker_turn(self.quotes)

    def by_hand(self, order: OrderRequest) -> None:
        """Trade on the account without the EA."""
        self.broker.request(order, self.now)
        self._broker_turn({})

    def pass_ms(self, duration_ms: int) -> None:
        """Let time pass; whatever becomes due on the way happens at its moment."""
        end_ms = self.now.mono_ms + duration_ms
        while True:
            due = [*self.timers.values()]
            broker_due = self.broker.next_due_mono_ms
            if broker_due is not None:
                due.append(broker_due)
            next_ms = min([each for each in due if each <= end_ms], default=None)
            if next_ms is None:
                break
            self._turn_clock(max(next_ms, self.now.mono_ms))
            self._broker_turn({})
            for key in [key for key, at in self.timers.items() if at <= self.now.mono_ms]:
                if self.timers.pop(key, None) is not None:
                    self.feed(events.Due(key))
        self._turn_clock(end_ms)
        self._broker_turn({})

    def feed(self, event: events.Event) -> None:
        """Handle one event and carry out what comes of it."""
        self._carry_out(self.ea.handle(event, self.now))
        self._broker_turn({})

    # ---- what came of it

    def heard_of(self, kind: type[Said]) -> list[Said]:
        """Everything of one kind that the EA said."""
        return [each for each in self.said if isinstance(each, kind)]

    @property
    def opens(self) -> list[SendOrder]:
        """The opens that reached the broker."""
        return [each for each in self.orders if isinstance(each, SendOrder)]

    @property
    def alarms(self) -> list[str]:
        """Codes of the alarms raised."""
        return [each.code for each in self.observed if isinstance(each, Alarm)]

    def trades_of(self, code: str) -> set[TradeId]:
        """What alarms with that code are about; an empty id = no one trade."""
        alarms = (each for each in self.observed if isinstance(each, Alarm))
        return {each.trade_id for each in alarms if each.code == code}

    # ---- the shell

    def _turn_clock(self, mono_ms: int) -> None:
        passed_ms = mono_ms - self.now.mono_ms
        self.now = Instant(self.now.wall_ms + passed_ms, mono_ms)

    def _broker_turn(self, quotes: dict[str, Price]) -> None:
        before = dict(self.broker.prices)
        said = self.broker.advance(self.now, quotes)
        if self.broker.revision != self._revision:
            self._revision = self.broker.revision
            self.look()
        for event in said:
            self.feed(events.BrokerSaid(event))
        moved = {k: v for k, v in self.broker.prices.items() if before.get(k) != v}
        if moved:
            self.feed(events.Ticked(moved))

    def _carry_out(self, todo: Sequence[effects.Effect]) -> None:
        for position, effect in enumerate(todo):
            if self.crash_in is not None:
                if self.crash_in == 0:
                    raise Crashed
                self.crash_in -= 1
            if isinstance(effect, effects.Append | effects.Rewrite) and self.disk_full:
                rest = todo[position:]
                lost = tuple(each.record["n"] for each in rest if isinstance(each, effects.Append))
                self._carry_out([each for each in rest if _harmless(each)])
                self.feed(events.AppendFailed(lost, "disk full"))
                return
            self._do(effect)

    def _do(self, effect: effects.Effect) -> None:
        match effect:
            case effects.Append(record):
                self.highest_n = max(self.highest_n, record["n"])
                self.file.append(record)
            case effects.Rewrite(records, highest_n):
                self.file, self.highest_n = list(records), highest_n
            case effects.Say(message):
                self._say(message)
            case effects.Order(request):
                self.orders.append(request)
                self.broker.request(request, self.now)
            case effects.Arm(key, due_mono_ms):
                self.timers[key] = due_mono_ms
            case effects.Disarm(key):
                self.timers.pop(key, None)
            case effects.Observe(fact):
                check_trade(fact)
                self.observed.append(fact)
            case effects.EndPipe(reason):
                self.ended.append(reason)
            case effects.Panel():
                pass

    def _say(self, message: FromEa) -> None:
        assert self.connected
        self.said.append(message)
        if isinstance(message, Ping) and self.answer_pings:
            self.hear(
                Pong(
                    ping_id=message.ping_id,
                    timestamp_ms=self.now.wall_ms,
                    echo_ms=message.timestamp_ms,
                    mono_ms=self.now.mono_ms + self.peer_ahead_ms,
                )
            )


def check_trade(fact: effects.TerminalFact) -> None:
    """Hold an alarm to naming its trade, unless it is about the EA's own file or about its pipe.

    Work that takes long is a trade's, or a sweep's: tests say which.
    """
    if isinstance(fact, Alarm) and fact.code != "NOT_DONE":
        of_the_ea = fact.code.startswith(("LEDGER_", "OUTBOX_", "LINE_"))
        assert bool(fact.trade_id) is not of_the_ea, fact


def _harmless(effect: effects.Effect) -> bool:
    return not isinstance(effect, effects.Append | effects.Rewrite | effects.Say | effects.Order)


def until(rig: Rig, reached: Callable[[], bool], *, within_ms: int, step_ms: int = 100) -> bool:
    """Let time pass in steps until *reached*; tells whether it was."""
    for _ in range(within_ms // step_ms):
        if reached():
            return True
        rig.pass_ms(step_ms)
    return reached()
