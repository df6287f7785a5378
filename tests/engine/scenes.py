"""A Core on a stage: builders of everything that it hears, and a desk that plays it by hand."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from echo.domain.answers import AckResult, AckStage, CommandAck, ExecutionResult, Outcome
from echo.domain.commands import ExecuteOrder, TradeCommand
from echo.domain.errors import ErrorCode
from echo.domain.facts import Alarm
from echo.domain.handshake import AccountSymbolsReport, Feature, HandshakeMetadata, Role
from echo.domain.ids import (
    SEQ_OPEN,
    AccountId,
    AgentId,
    ClientId,
    CommandId,
    EvaluationId,
    MessageId,
    StrategyId,
    Ticket,
    TradeId,
    derive_trade_id,
)
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.journal import (
    AccountRecord,
    ActionRecord,
    AgentSessionRecord,
    CommandProgress,
    CommandRecord,
    CommandState,
    CopyRecord,
    DecisionRecord,
    LedgerMark,
    Record,
    Recovered,
    SymbolMapRecord,
    TradeRecord,
)
from echo.domain.limits_record import LimitsRecord
from echo.domain.modes import Mode
from echo.domain.operations import Answer, Request
from echo.domain.policy import CopyOptions, PolicyBook, RiskPolicy, RiskType
from echo.domain.quantities import Instant, Side
from echo.domain.rulings import PolicyRecord, SettingSeen, SwitchRecord, WindowRecord
from echo.domain.sessions import (
    AccountConnected,
    AgentHeartbeat,
    AgentHello,
    AgentToCore,
    CoreToAgent,
)
from echo.domain.specs import Quote, SymbolMapping, SymbolSpecification, SymbolSpecReport
from echo.engine.effects import (
    Arm,
    Disarm,
    Effect,
    EndSession,
    Observe,
    Persist,
    Reply,
    Send,
    SendNow,
)
from echo.engine.engine import Engine
from echo.engine.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    Due,
    Event,
    OperatorAsked,
    Started,
    TimerKey,
)
from echo.engine.settings import EngineSettings

WALL_MS = 1_750_000_000_000
MONO_MS = 1_000_000

AGENT = AgentId("agent-a")
OTHER_AGENT = AgentId("agent-b")
MASTER = AccountId("1001")
SLAVE = AccountId("2001")
SECOND = AccountId("2002")
STRATEGY = StrategyId("swing")
TICKET = Ticket(5001)
FEATURES = tuple(feature.value for feature in Feature)
LEGACY_FEATURES = ("spec_report/v1", "spec_report/tickvalue")

T = TypeVar("T")


def trade_id_of(ticket: int, master: AccountId = MASTER) -> TradeId:
    return derive_trade_id(
        server="Demo", account_id=master, root_ticket=Ticket(ticket), opened_at_ms=1_700_000_000_000
    )


TRADE = trade_id_of(TICKET)


def settings(**changes: Any) -> EngineSettings:
    return replace(EngineSettings(slave_accounts=(SLAVE,)), **changes)


def fixed_lot(account_id: AccountId = SLAVE, lot: str = "0.10", **changes: Any) -> RiskPolicy:
    return replace(
        RiskPolicy(
            account_id=account_id,
            strategy_id=STRATEGY,
            risk_type=RiskType.FIXED_LOT,
            lot_size=Decimal(lot),
        ),
        **changes,
    )


def fixed_risk(account_id: AccountId = SLAVE, amount: str = "100", **changes: Any) -> RiskPolicy:
    return replace(
        RiskPolicy(
            account_id=account_id,
            strategy_id=STRATEGY,
            risk_type=RiskType.FIXED_RISK,
            amount=Decimal(amount),
            currency="USD",
        ),
        **changes,
    )


def mapping(canonical: str = "EURUSD", broker: str | None = None, **changes: Any) -> SymbolMapping:
    return replace(
        SymbolMapping(
            canonical_symbol=canonical,
            broker_symbol=broker or f"{canonical}.x",
            digits=5,
            point=Decimal("0.00001"),
            tick_size=Decimal("0.00001"),
            min_lot=Decimal("0.01"),
            max_lot=Decimal(50),
            lot_step=Decimal("0.01"),
            contract_size=Decimal(100_000),
            tick_value=Decimal(1),
        ),
        **changes,
    )


def metadata(role: Role = Role.SLAVE, **changes: Any) -> HandshakeMetadata:
    return replace(
        HandshakeMetadata(
            protocol_version=3,
            client_semver="3.0.0",
            features=FEATURES,
            pipe_role=role,
            currency="USD",
        ),
        **changes,
    )


def report(
    account_id: AccountId = SLAVE,
    role: Role = Role.SLAVE,
    *,
    symbols: tuple[SymbolMapping, ...] | None = (mapping(),),
    at_ms: int = WALL_MS,
    **changes: Any,
) -> AccountSymbolsReport:
    return AccountSymbolsReport(
        account_id=account_id,
        symbols=symbols,
        reported_at_ms=at_ms,
        metadata=metadata(role, **changes),
    )


def specification(canonical: str = "EURUSD", **changes: Any) -> SymbolSpecification:
    return replace(
        SymbolSpecification(
            canonical_symbol=canonical,
            broker_symbol=f"{canonical}.x",
            digits=5,
            stops_level_points=0,
            contract_size=Decimal(100_000),
            tick_value=Decimal(1),
            min_lot=Decimal("0.01"),
            max_lot=Decimal(50),
            lot_step=Decimal("0.01"),
        ),
        **changes,
    )


def spec_report(account_id: AccountId = SLAVE, *specs: SymbolSpecification) -> SymbolSpecReport:
    return SymbolSpecReport(
        account_id=account_id, symbols=specs or (specification(),), reported_at_ms=WALL_MS
    )


def quote(
    account_id: AccountId = SLAVE,
    bid: str = "1.10000",
    ask: str = "1.10010",
    canonical: str = "EURUSD",
) -> Quote:
    return Quote(
        account_id=account_id,
        canonical_symbol=canonical,
        broker_symbol=f"{canonical}.x",
        bid=Decimal(bid),
        ask=Decimal(ask),
        spread_points=Decimal(10),
        timestamp_ms=WALL_MS,
    )


def opened(**changes: Any) -> TradeIntent:
    return replace(
        TradeIntent(
            trade_id=TRADE,
            account_id=MASTER,
            client_id=ClientId(f"master_{MASTER}"),
            ticket=TICKET,
            symbol="EURUSD",
            side=Side.BUY,
            lot=Decimal("1.00"),
            price=Decimal("1.10000"),
            magic_number=7,
            strategy_id=STRATEGY,
            age_ms=20,
        ),
        **changes,
    )


def modified(seq: int, *, sl: str | None = None, tp: str | None = None) -> TradeModify:
    return TradeModify(
        trade_id=TRADE,
        seq=seq,
        account_id=MASTER,
        client_id=ClientId(f"master_{MASTER}"),
        ticket=TICKET,
        symbol="EURUSD",
        magic_number=7,
        stop_loss=None if sl is None else Decimal(sl),
        take_profit=None if tp is None else Decimal(tp),
    )


def closed(**changes: Any) -> TradeClose:
    return replace(
        TradeClose(
            trade_id=TRADE,
            account_id=MASTER,
            client_id=ClientId(f"master_{MASTER}"),
            ticket=TICKET,
            symbol="EURUSD",
            magic_number=7,
        ),
        **changes,
    )


def reduced(seq: int, remaining: str | None, **changes: Any) -> TradeClose:
    left = None if remaining is None else Decimal(remaining)
    return closed(seq=seq, volume_remaining=left, **changes)


def done(command: TradeCommand, **changes: Any) -> ExecutionResult:
    """The EA did what *command* says."""
    return replace(
        ExecutionResult(
            command_id=command.command_id,
            trade_id=command.trade_id,
            kind=command.kind,
            success=True,
            account_id=command.account_id,
        ),
        **changes,
    )


def filled(command: ExecuteOrder, ticket: int = 9001, **changes: Any) -> ExecutionResult:
    return done(
        command,
        ticket=Ticket(ticket),
        executed_price=Decimal("1.10010"),
        executed_lot=command.lot,
        **changes,
    )


def refused(
    command: TradeCommand, code: ErrorCode = ErrorCode.MARKET_CLOSED, **changes: Any
) -> ExecutionResult:
    return done(command, **{"success": False, "error_code": code, **changes})


def doubted(command: TradeCommand, **changes: Any) -> ExecutionResult:
    return refused(command, ErrorCode.TIMEOUT, doubt=True, **changes)


class Archive:
    """The journal as it would be read back: every record by its derived key."""

    def __init__(self) -> None:
        self.rows: dict[tuple[object, ...], Record] = {}

    def keep(self, record: Record) -> None:
        match record:
            case TradeRecord():
                key: tuple[object, ...] = (record.trade_id,)
            case ActionRecord():
                key = (record.trade_id, record.seq)
            case DecisionRecord():
                key = (record.trade_id, record.seq, record.account_id)
            case CommandRecord() | CommandProgress():
                key = (record.command_id,)
            case CopyRecord():
                key = (record.trade_id, record.account_id)
            case AccountRecord() | SymbolMapRecord() | LedgerMark() | LimitsRecord():
                key = (record.account_id,)
            case AgentSessionRecord():
                key = (record.agent_id,)
            case PolicyRecord():
                key = (record.account_id, record.strategy_id, record.origin)
            case WindowRecord():
                key = (record.window.window_id,)
            case SwitchRecord():
                key = (*record.switch.key,)
            case SettingSeen():
                key = (record.key,)
            case _:
                key = (len(self.rows),)
        self.rows[type(record), *key] = record

    def all(self, kind: type[T]) -> tuple[T, ...]:
        return tuple(row for row in self.rows.values() if isinstance(row, kind))

    def decision(
        self, seq: int = SEQ_OPEN, account_id: AccountId = SLAVE, trade_id: TradeId = TRADE
    ) -> DecisionRecord:
        row = self.rows[DecisionRecord, trade_id, seq, account_id]
        assert isinstance(row, DecisionRecord)
        return row

    def trade(self, trade_id: TradeId = TRADE) -> TradeRecord:
        row = self.rows[TradeRecord, trade_id]
        assert isinstance(row, TradeRecord)
        return row

    def read_back(self) -> Recovered:
        trades = self.all(TradeRecord)
        live = {row.trade_id for row in trades if not row.settled}
        progress = {row.command_id: row for row in self.all(CommandProgress)}
        return Recovered(
            trades=tuple(row for row in trades if row.trade_id in live),
            actions=tuple(row for row in self.all(ActionRecord) if row.trade_id in live),
            decisions=tuple(row for row in self.all(DecisionRecord) if row.trade_id in live),
            commands=tuple(
                CommandState(record=row, progress=progress.get(row.command_id))
                for row in self.all(CommandRecord)
            ),
            copies=tuple(row for row in self.all(CopyRecord) if row.trade_id in live),
            settled=frozenset(row.trade_id for row in trades if row.settled),
            left_alone=frozenset(
                (row.trade_id, row.account_id)
                for row in self.all(DecisionRecord)
                if row.outcome is Outcome.MANUAL
            ),
            accounts=self.all(AccountRecord),
            symbol_maps=self.all(SymbolMapRecord),
            ledger_marks=self.all(LedgerMark),
            agent_epochs=self.all(AgentSessionRecord),
            policy_records=self.all(PolicyRecord),
            windows=tuple(row for row in self.all(WindowRecord) if not row.removed),
            switches=tuple(
                row for row in self.all(SwitchRecord) if row.switch.mode is not Mode.LIVE
            ),
            limits=self.all(LimitsRecord),
            settings=self.all(SettingSeen),
        )


class Desk:
    """One Core, played by hand: feeds it events, keeps its timers, its journal and its words."""

    def __init__(
        self,
        *,
        settings: EngineSettings | None = None,
        policies: Sequence[RiskPolicy] | None = None,
        options: CopyOptions | None = None,
    ) -> None:
        self.settings = settings or EngineSettings(slave_accounts=(SLAVE,))
        slaves = self.settings.slave_accounts
        self.book = PolicyBook(
            [fixed_lot(each) for each in slaves] if policies is None else policies,
            default_options=options or CopyOptions(),
        )
        self.archive = Archive()
        self.watch: Callable[[list[Effect]], None] = lambda _: None
        self.now = Instant(WALL_MS, MONO_MS)
        self.events: list[tuple[Event, Instant]] = []
        self.start()

    def start(self, recovered: Recovered | None = None) -> None:
        """Begin a life: everything volatile is forgotten."""
        self.engine = Engine(self.settings, self.book)
        self.timers: dict[TimerKey, int] = {}
        self.sessions: dict[AgentId, int] = {}
        self.heard: list[Effect] = []
        self.told: list[Effect] = []
        self.n = 0
        if recovered is not None:
            self.feed(Started(recovered))

    def restart(self) -> None:
        """Kill the Core and start another on what it has journaled, on another clock."""
        self.now = Instant(self.now.wall_ms + 5_000, self.now.mono_ms // 2)
        self.start(self.archive.read_back())

    def feed_again(self) -> list[Effect]:
        """The journal refused: what is durable is read back, what is volatile stays."""
        return self.feed(Started(self.archive.read_back()))

    def feed(self, event: Event) -> list[Effect]:
        """Let *event* happen now; everything journaled counts as committed."""
        self.events.append((event, self.now))
        self.told = self.engine.handle(event, self.now)
        self.heard += self.told
        for effect in self.told:
            match effect:
                case Persist():
                    self.archive.keep(effect.record)
                case Arm():
                    self.timers[effect.key] = effect.due_mono_ms
                case Disarm():
                    self.timers.pop(effect.key, None)
                case _:
                    pass
        self.watch(self.told)
        return self.told

    def later(self, ms: int) -> None:
        """Let time pass without any timer noticing."""
        self.now = Instant(self.now.wall_ms + ms, self.now.mono_ms + ms)

    def wait(self, ms: int) -> list[Effect]:
        """Let time pass; return what the timers led to."""
        end, led_to = self.now.mono_ms + ms, len(self.heard)
        while self.timers:
            key = min(self.timers, key=lambda each: (self.timers[each], each))
            due = self.timers[key]
            if due > end:
                break
            del self.timers[key]
            self.later(max(0, due - self.now.mono_ms))
            self.feed(Due(key))
        self.later(end - self.now.mono_ms)
        return self.heard[led_to:]

    # -- Agents and accounts

    def join(
        self, *accounts: AccountId, agent: AgentId = AGENT, probed: bool = True
    ) -> list[Effect]:
        """An Agent opens a stream and, with *probed*, answers the first clock probe.

        One that connects again has lost its old stream, and the Core has noticed.
        """
        told = self.leave(agent) if agent in self.engine.state.agents else []
        self.sessions[agent] = self.sessions.get(agent, 0) + 1
        hello = AgentHello(
            agent_id=agent, version="1", hostname="h", os="linux", owned_accounts=accounts
        )
        told = [*told, *self.feed(AgentJoined(agent, self.sessions[agent], hello))]
        if probed:
            told = told + self.probe(agent)
        return told

    def probe(self, agent: AgentId = AGENT) -> list[Effect]:
        """The Agent's pulse, which answers the Core's; both clocks show the same."""
        mono_ms = self.now.mono_ms
        pulse = AgentHeartbeat(
            agent_id=agent, timestamp_ms=self.now.wall_ms, mono_ms=mono_ms, echo_mono_ms=mono_ms
        )
        return self.say(pulse, agent=agent, message_id=None)

    def leave(self, agent: AgentId = AGENT) -> list[Effect]:
        return self.feed(AgentLeft(agent, self.sessions[agent], "gone"))

    def say(
        self,
        message: AgentToCore,
        *,
        agent: AgentId = AGENT,
        message_id: MessageId | str | None = "",
    ) -> list[Effect]:
        """The Agent sends *message*; work of its ledger gets the next number."""
        if message_id == "":
            self.n += 1
            message_id = MessageId(f"ledger:{self.n}")
        said = AgentSaid(
            agent,
            self.sessions[agent],
            None if message_id is None else MessageId(message_id),
            message,
            EvaluationId(f"evaluation-{len(self.events)}"),
        )
        return self.feed(said)

    def connect(
        self, account_id: AccountId, role: Role = Role.SLAVE, *, agent: AgentId = AGENT
    ) -> list[Effect]:
        connected = AccountConnected(account_id=account_id, connected_at_ms=WALL_MS, role=role)
        return self.say(connected, agent=agent, message_id=None)

    def register(
        self,
        account_id: AccountId,
        role: Role = Role.SLAVE,
        *,
        agent: AgentId = AGENT,
        **changes: Any,
    ) -> list[Effect]:
        """An EA connects and introduces itself."""
        self.connect(account_id, role, agent=agent)
        return self.say(report(account_id, role, **changes), agent=agent, message_id=None)

    def quote(
        self, account_id: AccountId = SLAVE, *, agent: AgentId = AGENT, **changes: Any
    ) -> list[Effect]:
        return self.say(quote(account_id, **changes), agent=agent, message_id=None)

    def open(self, **changes: Any) -> ExecuteOrder:
        """The master opens and the slave is told to; return what it is told."""
        return self.one(self.say(opened(**changes)), ExecuteOrder)

    def fill(self, ticket: int = 9001, **changes: Any) -> ExecuteOrder:
        """The master opens, the slave fills."""
        order = self.open(**changes)
        self.say(filled(order, ticket))
        return order

    def ack(
        self,
        command_id: CommandId,
        stage: AckStage = AckStage.AGENT_BUFFERED,
        result: AckResult = AckResult.OK,
        *,
        agent: AgentId = AGENT,
    ) -> list[Effect]:
        ack = CommandAck(command_id=command_id, stage=stage, result=result)
        return self.say(ack, agent=agent, message_id=None)

    def ask(self, request: Request, by: str = "ana") -> Answer:
        """A person asks; the answer leaves after everything that it says is journaled."""
        told = self.feed(OperatorAsked(len(self.events), by, request))
        [answer] = [effect.answer for effect in told if isinstance(effect, Reply)]
        assert isinstance(told[-1], Reply)
        return answer

    # -- what came of it

    def one(self, effects: Iterable[Effect], kind: type[T]) -> T:
        [message] = sent(effects, kind)
        return message

    def outcome(self, seq: int = SEQ_OPEN, account_id: AccountId = SLAVE) -> Outcome:
        return self.archive.decision(seq, account_id).outcome

    def code(self, seq: int = SEQ_OPEN, account_id: AccountId = SLAVE) -> ErrorCode:
        return self.archive.decision(seq, account_id).code


def desk(
    *slaves: AccountId,
    options: CopyOptions | None = None,
    policies: Sequence[RiskPolicy] | None = None,
    master_features: tuple[str, ...] = FEATURES,
    slave_features: tuple[str, ...] = FEATURES,
    symbol: SymbolMapping | None = None,
    **changes: Any,
) -> Desk:
    """A Core at work: one Agent, one master, registered slaves with fresh quotes."""
    slaves = slaves or (SLAVE,)
    stage = Desk(
        settings=settings(slave_accounts=slaves, **changes), policies=policies, options=options
    )
    stage.join(MASTER, *slaves)
    stage.register(MASTER, Role.MASTER, features=master_features)
    for slave in slaves:
        stage.register(slave, symbols=(symbol or mapping(),), features=slave_features)
        stage.quote(slave)
    return stage


def two_hosts(**changes: Any) -> Desk:
    """A Core at work: the master is on one host, the slave on another."""
    stage = Desk(settings=settings(**changes))
    stage.join(MASTER)
    stage.register(MASTER, Role.MASTER)
    stage.join(SLAVE, agent=OTHER_AGENT)
    stage.register(SLAVE, agent=OTHER_AGENT)
    stage.quote(agent=OTHER_AGENT)
    return stage


def ready(stage: Desk, *slaves: AccountId) -> None:
    """Bring everybody back after a restart."""
    slaves = slaves or stage.settings.slave_accounts
    stage.join(MASTER, *slaves)
    stage.register(MASTER, Role.MASTER)
    for slave in slaves:
        stage.register(slave)
        stage.quote(slave)


def sent(effects: Iterable[Effect], kind: type[T]) -> list[T]:
    """Messages of *kind* that leave, in order."""
    return [
        effect.message
        for effect in effects
        if isinstance(effect, (Send, SendNow)) and isinstance(effect.message, kind)
    ]


def messages(effects: Iterable[Effect]) -> list[CoreToAgent]:
    return [effect.message for effect in effects if isinstance(effect, (Send, SendNow))]


def recipients(effects: Iterable[Effect]) -> set[AgentId]:
    return {
        effect.agent_id for effect in effects if isinstance(effect, (Send, SendNow, EndSession))
    }


def records(effects: Iterable[Effect], kind: type[T]) -> list[T]:
    """Records of *kind* that are to be written, in order."""
    return [
        effect.record
        for effect in effects
        if isinstance(effect, Persist) and isinstance(effect.record, kind)
    ]


def facts(effects: Iterable[Effect], kind: type[T]) -> list[T]:
    return [
        effect.fact
        for effect in effects
        if isinstance(effect, Observe) and isinstance(effect.fact, kind)
    ]


def alarms(effects: Iterable[Effect]) -> list[str]:
    """Codes of the alarms raised."""
    return [alarm.code for alarm in facts(effects, Alarm)]
