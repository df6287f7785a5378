"""A bridge on a stage: its clock, timers and disk are the test's, everything it does is kept."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from echo.bridge.bridge import Bridge
from echo.bridge.effects import Arm, Disarm, Effect, Note, Observe, SendEa
from echo.bridge.effects import SendCore as SendCoreEffect
from echo.bridge.events import (
    CoreDown,
    CoreSaid,
    CoreUp,
    Due,
    EaSaid,
    Event,
    FromEa,
    Noted,
    NoteFailed,
    PipeClosed,
    PipeOpened,
    Restored,
)
from echo.bridge.settings import BridgeSettings
from echo.domain.accounts import AccountInfo, Deal, OpenTrades, StateSnapshot
from echo.domain.answers import (
    ExecutionResult,
    MessageAck,
    PipeDeliveryAck,
    Receipt,
    ResultAck,
    TradeIntentAck,
)
from echo.domain.commands import (
    CancelPendings,
    CloseOrder,
    Command,
    CommandKind,
    ExecuteOrder,
    Flatten,
    ModifyOrder,
    ReduceOrder,
)
from echo.domain.handshake import (
    PROTOCOL_3_FEATURES,
    Handshake,
    HandshakeMetadata,
    RegistrationStatus,
    Role,
    SymbolRegistrationResult,
)
from echo.domain.ids import (
    SEQ_CLOSE,
    AccountId,
    ClientId,
    CommandId,
    EvaluationId,
    Ticket,
    TradeId,
    derive_command_id,
    derive_trade_id,
)
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.ledger import LedgerContents, LedgerEntry
from echo.domain.quantities import Instant, Side
from echo.domain.sessions import (
    AgentToCore,
    CoreToAgent,
    DeliveryHeartbeat,
    Ping,
)
from echo.domain.specs import Quote, SymbolSpecification, SymbolSpecReport

MASTER = AccountId("1001")
SLAVE = AccountId("2001")
OTHER_SLAVE = AccountId("2002")

WALL_MS = 1_700_000_000_000
MONO_MS = 1_000_000
CORE_AHEAD_MS = 50_000
"""What the Core's monotonic clock shows beyond the Agent's."""

SETTINGS = BridgeSettings(master_accounts=(MASTER,), slave_accounts=(SLAVE, OTHER_SLAVE))
FEATURES = tuple(sorted(PROTOCOL_3_FEATURES))
EMPTY = LedgerContents(ledger_id="ledger", n=0, entries=())

T = TypeVar("T")


class Done(list[Effect]):
    """What the bridge did, with ways to look at it."""

    def of(self, kind: type[T]) -> list[T]:
        return [effect for effect in self if isinstance(effect, kind)]

    def up(self, kind: type[T]) -> list[T]:
        """Messages of that kind to the Core."""
        return [m for m in self.all_up if isinstance(m, kind)]

    def down(self, kind: type[T], session: int | None = None) -> list[T]:
        """Messages of that kind to an EA."""
        return [
            effect.message
            for effect in self.of(SendEa)
            if isinstance(effect.message, kind) and session in {None, effect.session}
        ]

    @property
    def all_up(self) -> list[AgentToCore]:
        return [effect.message for effect in self.of(SendCoreEffect)]

    @property
    def numbered(self) -> list[SendCoreEffect]:
        """Frames to the Core that want an acknowledgement."""
        return [each for each in self.of(SendCoreEffect) if each.message_id is not None]

    def facts(self, kind: type[T]) -> list[T]:
        return [each.fact for each in self.of(Observe) if isinstance(each.fact, kind)]


class Stage:
    """Drives one bridge."""

    def __init__(
        self,
        settings: BridgeSettings = SETTINGS,
        contents: LedgerContents = EMPTY,
        *,
        boot_id: str = "boot",
        boot_ms: int = 5_000_000,
        mono_ms: int = MONO_MS,
    ) -> None:
        self.bridge = Bridge(settings)
        self.now = Instant(WALL_MS, mono_ms)
        self.timers: dict[tuple[str, ...], int] = {}
        self.unwritten: list[Note] = []
        self.disk: dict[str, LedgerEntry] = {entry.key: entry for entry in contents.entries}
        self.stream = 0
        self.up = False
        self.sessions = 0
        self.pinging: list[int] = []
        self.first = self.do(Restored(contents, boot_id, boot_ms))

    # ------------------------------------------------------------------ time and disk

    def do(self, event: Event) -> Done:
        done = Done(self.bridge.handle(event, self.now))
        for effect in done:
            match effect:
                case Arm():
                    self.timers[effect.key] = effect.due_mono_ms
                case Disarm():
                    self.timers.pop(effect.key, None)
                case Note():
                    self.unwritten.append(effect)
                case _:
                    pass
        return done

    def pass_ms(self, ms: int) -> Done:
        """Let time pass; every timer rings when it is due."""
        end_mono_ms = self.now.mono_ms + ms
        done = Done()
        while self.timers:
            key = min(self.timers, key=lambda each: (self.timers[each], each))
            due_mono_ms = self.timers[key]
            if due_mono_ms > end_mono_ms:
                break
            del self.timers[key]
            self._turn_to(max(due_mono_ms, self.now.mono_ms))
            done.extend(self.do(Due(key)))
        self._turn_to(end_mono_ms)
        return done

    def live(self, ms: int) -> Done:
        """Let time pass with a Core that beats, every EA pinging as often."""
        done = Done()
        while ms > 0:
            done.extend(self.pass_ms(min(ms, 500)))
            ms -= 500
            if self.up:
                done.extend(self.core(self.beat()))
            for session in self.pinging:
                done.extend(self.say(session, Ping(ping_id="p", timestamp_ms=5)))
        return done

    def write(self) -> Done:
        """Let the disk finish what it was given, and what follows from that."""
        done = Done()
        while self.unwritten:
            note = self.unwritten.pop(0)
            self.disk.update({entry.key: entry for entry in note.puts})
            for key in note.drops:
                self.disk.pop(key, None)
            done.extend(self.do(Noted(note.note)))
        return done

    def fail_to_write(self, sentence: str = "disk full") -> Done:
        return self.do(NoteFailed(self.unwritten.pop(0).note, sentence))

    def settle_down(self, ms: int = 100) -> Done:
        """Let time pass and the disk write, until nothing waits for it."""
        done = self.pass_ms(ms)
        done.extend(self.write())
        return done

    def contents(self, n: int = 0) -> LedgerContents:
        """What the next life will find."""
        return LedgerContents(ledger_id="ledger", n=n, entries=tuple(self.disk.values()))

    def _turn_to(self, mono_ms: int) -> None:
        self.now = Instant(self.now.wall_ms + mono_ms - self.now.mono_ms, mono_ms)

    # ------------------------------------------------------------------ the Core

    def core_up(self, *, probed: bool = True) -> Done:
        self.stream += 1
        self.up = True
        done = self.do(CoreUp(self.stream))
        if probed:
            done.extend(self.core(self.beat()))
        return done

    def core_down(self) -> Done:
        self.up = False
        return self.do(CoreDown(self.stream, "gone"))

    def core(self, message: CoreToAgent) -> Done:
        return self.do(CoreSaid(self.stream, message))

    @property
    def core_mono_ms(self) -> int:
        return self.now.mono_ms + CORE_AHEAD_MS

    def beat(self, **changes: Any) -> DeliveryHeartbeat:
        """The Core's heartbeat that answers a probe sent just now."""
        beat = DeliveryHeartbeat(
            heartbeat_interval_ms=1_000,
            retry_backoff_ms=(50, 100, 200, 400, 800),
            max_retries=100,
            ack_timeout_ms=150,
            mono_ms=self.core_mono_ms,
            echo_mono_ms=self.now.mono_ms,
        )
        return replace(beat, **changes)

    def ack(self, done: Done, *, success: bool = True, error: str = "") -> Done:
        """The Core acknowledges every numbered frame in *done*."""
        answered = Done()
        for message_id in dict.fromkeys(frame.message_id for frame in done.numbered):
            assert message_id is not None
            ack = MessageAck(message_id=message_id, success=success, error=error)
            answered.extend(self.core(ack))
        return answered

    def verdict(
        self,
        account_id: AccountId = SLAVE,
        status: RegistrationStatus = RegistrationStatus.ACCEPTED,
        role: Role = Role.SLAVE,
        *,
        ledger_n: int = 0,
        ledger_id: str = "",
    ) -> Done:
        return self.core(
            SymbolRegistrationResult(
                account_id=account_id,
                pipe_role=role,
                protocol_version=3,
                status=status,
                evaluation_id=EvaluationId("e"),
                evaluated_at_ms=WALL_MS,
                ledger_n=ledger_n,
                ledger_id=ledger_id,
            )
        )

    # ------------------------------------------------------------------ the EAs

    def connect(self, role: Role, account_id: AccountId) -> int:
        self.sessions += 1
        self.pinging.append(self.sessions)
        self.do(PipeOpened(self.sessions, role, account_id))
        return self.sessions

    def greet(self, session: int, role: Role, account_id: AccountId, **metadata: Any) -> Done:
        return self.say(session, handshake(role, account_id, **metadata))

    def master(self, account_id: AccountId = MASTER, **metadata: Any) -> int:
        session = self.connect(Role.MASTER, account_id)
        self.greet(session, Role.MASTER, account_id, **metadata)
        return session

    def slave(
        self, account_id: AccountId = SLAVE, *, accepted: bool = True, **metadata: Any
    ) -> int:
        session = self.connect(Role.SLAVE, account_id)
        self.greet(session, Role.SLAVE, account_id, **metadata)
        if accepted:
            self.verdict(account_id)
        return session

    def legacy_slave(self, account_id: AccountId = SLAVE, *, accepted: bool = True) -> int:
        return self.slave(account_id, accepted=accepted, protocol_version=2, features=())

    def say(self, session: int, message: FromEa) -> Done:
        return self.do(EaSaid(session, message))

    def disconnect(self, session: int) -> Done:
        self.pinging.remove(session)
        return self.do(PipeClosed(session, "gone"))


def ready(settings: BridgeSettings = SETTINGS) -> Stage:
    """A stage with the Core up and probed."""
    stage = Stage(settings)
    stage.core_up()
    return stage


# ---------------------------------------------------------------------- messages


def handshake(role: Role, account_id: AccountId, **metadata: Any) -> Handshake:
    chosen: dict[str, Any] = {
        "protocol_version": 3,
        "features": FEATURES,
        "broker": "Northwind",
        "instance": "i1",
        **metadata,
    }
    return Handshake(
        account_id=account_id,
        client_id=ClientId(f"{role.value}_{account_id}"),
        role=role,
        metadata=HandshakeMetadata(**chosen),
        symbols=(),
        timestamp_ms=WALL_MS - 7,
    )


def trade_id(ticket: int = 1) -> TradeId:
    return derive_trade_id(
        server="Demo", account_id=MASTER, root_ticket=Ticket(ticket), opened_at_ms=WALL_MS
    )


def intent(ticket: int = 1, **changes: Any) -> TradeIntent:
    opened = TradeIntent(
        trade_id=trade_id(ticket),
        account_id=MASTER,
        client_id=ClientId("master_1001"),
        ticket=Ticket(ticket),
        symbol="XAUUSD",
        side=Side.BUY,
        lot=Decimal("0.20"),
        price=Decimal("4015.10"),
        magic_number=7,
        age_ms=20,
    )
    return replace(opened, **changes)


def modify(ticket: int = 1, seq: int = 1, **changes: Any) -> TradeModify:
    modified = TradeModify(
        trade_id=trade_id(ticket),
        seq=seq,
        account_id=MASTER,
        client_id=ClientId("master_1001"),
        ticket=Ticket(ticket),
        symbol="XAUUSD",
        magic_number=7,
        stop_loss=Decimal("4000.00"),
    )
    return replace(modified, **changes)


def close(ticket: int = 1, **changes: Any) -> TradeClose:
    closed = TradeClose(
        trade_id=trade_id(ticket),
        account_id=MASTER,
        client_id=ClientId("master_1001"),
        ticket=Ticket(ticket),
        symbol="XAUUSD",
        magic_number=7,
    )
    return replace(closed, **changes)


def command_id(ticket: int = 1, seq: int = 0, account_id: AccountId = SLAVE) -> CommandId:
    return derive_command_id(trade_id(ticket), seq, account_id)


def order(
    stage: Stage, ticket: int = 1, account_id: AccountId = SLAVE, **changes: Any
) -> ExecuteOrder:
    """An open that has just left the Core with 5 s of its time."""
    opened = ExecuteOrder(
        command_id=command_id(ticket, 0, account_id),
        trade_id=trade_id(ticket),
        account_id=account_id,
        symbol="GOLD",
        side=Side.BUY,
        lot=Decimal("0.10"),
        magic_number=7,
        ttl_ms=5_000,
        age_ms=0,
        sent_mono_ms=stage.core_mono_ms,
        first=True,
    )
    return replace(opened, **changes)


def close_order(ticket: int = 1, account_id: AccountId = SLAVE, **changes: Any) -> CloseOrder:
    closed = CloseOrder(
        command_id=command_id(ticket, SEQ_CLOSE, account_id),
        trade_id=trade_id(ticket),
        account_id=account_id,
        ticket=Ticket(500 + ticket),
        symbol="GOLD",
        magic_number=7,
        seq=SEQ_CLOSE,
    )
    return replace(closed, **changes)


def modify_order(ticket: int = 1, seq: int = 1, account_id: AccountId = SLAVE) -> ModifyOrder:
    return ModifyOrder(
        command_id=command_id(ticket, seq, account_id),
        trade_id=trade_id(ticket),
        account_id=account_id,
        seq=seq,
        ticket=Ticket(500 + ticket),
        symbol="GOLD",
        magic_number=7,
        stop_loss=Decimal("4000.00"),
    )


def reduce_order(ticket: int = 1, seq: int = 2, account_id: AccountId = SLAVE) -> ReduceOrder:
    return ReduceOrder(
        command_id=command_id(ticket, seq, account_id),
        trade_id=trade_id(ticket),
        account_id=account_id,
        seq=seq,
        ticket=Ticket(500 + ticket),
        symbol="GOLD",
        magic_number=7,
        remaining_lot=Decimal("0.05"),
    )


def flatten(account_id: AccountId = SLAVE) -> Flatten:
    return Flatten(command_id=CommandId("flatten-1"), account_id=account_id, tickets=(Ticket(501),))


def cancel_pendings(account_id: AccountId = SLAVE) -> CancelPendings:
    return CancelPendings(command_id=CommandId("cancel-1"), account_id=account_id)


def result(command: Command, **changes: Any) -> ExecutionResult:
    """What the EA answers: done."""
    answered = ExecutionResult(
        command_id=command.command_id,
        trade_id=getattr(command, "trade_id", TradeId("")),
        kind=command.kind,
        success=True,
        account_id=command.account_id,
        ticket=Ticket(501) if command.kind is CommandKind.EXECUTE else None,
    )
    return replace(answered, **changes)


def receipt(command: Command, kind: Receipt = Receipt.OK, message: str = "") -> PipeDeliveryAck:
    return PipeDeliveryAck(
        command_id=command.command_id,
        account_id=command.account_id,
        result=kind,
        error_message=message,
    )


def result_ack(command: Command, ledger_n: int = 0) -> ResultAck:
    return ResultAck(
        command_id=command.command_id, account_id=command.account_id, ledger_n=ledger_n
    )


def intent_ack(
    action: TradeIntent | TradeModify | TradeClose, kind: Receipt = Receipt.OK, **changes: Any
) -> TradeIntentAck:
    ack = TradeIntentAck(
        trade_id=action.trade_id, seq=action.seq, result=kind, account_id=action.account_id
    )
    return replace(ack, **changes)


def quote(symbol: str = "GOLD", account_id: AccountId = SLAVE, spread: str = "20") -> Quote:
    return Quote(
        account_id=account_id,
        canonical_symbol="XAUUSD",
        broker_symbol=symbol,
        bid=Decimal("4015.00"),
        ask=Decimal("4015.20"),
        spread_points=Decimal(spread),
        timestamp_ms=123,
    )


def specs(account_id: AccountId = SLAVE, reported_at_ms: int = WALL_MS) -> SymbolSpecReport:
    spec = SymbolSpecification(
        canonical_symbol="XAUUSD",
        broker_symbol="GOLD",
        digits=2,
        stops_level_points=0,
        contract_size=Decimal(100),
        tick_value=Decimal(1),
        min_lot=Decimal("0.01"),
        max_lot=Decimal(100),
        lot_step=Decimal("0.01"),
    )
    return SymbolSpecReport(account_id=account_id, symbols=(spec,), reported_at_ms=reported_at_ms)


def open_trades(account_id: AccountId = SLAVE) -> OpenTrades:
    return OpenTrades(account_id=account_id, epoch="i1", trades=())


def snapshot(
    account_id: AccountId = SLAVE, sequence: int = 1, deals: Iterable[int] = ()
) -> StateSnapshot:
    return StateSnapshot(
        account_id=account_id,
        info=AccountInfo(
            account_id=account_id,
            balance=Decimal(1000),
            equity=Decimal(1000),
            margin=Decimal(0),
            margin_free=Decimal(1000),
            margin_level=Decimal(0),
            currency="USD",
        ),
        sequence=sequence,
        history=tuple(
            Deal(
                ticket=Ticket(ticket),
                symbol="GOLD",
                side=Side.BUY,
                lot=Decimal("0.10"),
                open_price=Decimal(1),
                close_price=Decimal(2),
                open_time_ms=1,
                close_time_ms=2,
            )
            for ticket in deals
        ),
    )
