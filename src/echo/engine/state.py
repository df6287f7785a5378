"""What the engine knows.

The *durable* part (trades, commands, settled ids, symbol maps) can be read back from the journal;
the *volatile* part (links, quotes, probes) comes back by itself when its senders reconnect.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from echo.domain.accounts import AccountInfo, Position
from echo.domain.answers import AckStage, Outcome
from echo.domain.clocks import PeerClock
from echo.domain.commands import Command
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.evidence import Agreement
from echo.domain.handshake import (
    AccountSymbolsReport,
    Feature,
    HandshakeMetadata,
    Role,
    SymbolRegistrationResult,
)
from echo.domain.ids import (
    SEQ_CLOSE,
    AccountId,
    AgentId,
    CommandId,
    Ticket,
    TradeId,
)
from echo.domain.intents import MasterAction, TradeClose, TradeIntent
from echo.domain.journal import CommandStatus, DecisionRecord, TradeStatus
from echo.domain.ledger_files import LedgerFiles
from echo.domain.policy import PolicyBook
from echo.domain.quantities import ClockProbe
from echo.domain.specs import Quote, SessionWindow, SymbolMapping
from echo.engine.desk import DeskRules
from echo.engine.enrolment import Enrolment, Judging
from echo.engine.events import AgentSaid
from echo.engine.limit_watch import LimitWatch
from echo.engine.settings import EngineSettings
from echo.engine.settled import Recalls, SettledTrades


@dataclass(slots=True)
class AgentState:
    """One Agent's live stream."""

    agent_id: AgentId
    session: int
    joined_mono_ms: int
    heard_mono_ms: int
    epoch: int = 0
    """Counts the Agent's sessions over all lives of the Core."""
    host: str = ""
    rival: str = ""
    """Where another stream of the same name came from; empty = there was none."""
    rival_told: bool = False
    probe: ClockProbe = field(default_factory=ClockProbe)
    clock: PeerClock = field(default_factory=PeerClock)
    peer_stamp_mono_ms: int | None = None
    """The Agent's last clock stamp, to be returned with the next pulse."""
    peer_stamp_at_mono_ms: int = 0
    held: list[AgentSaid] = field(default_factory=list)
    """Actions that wait for the first answered clock probe: until then their age is unknown."""
    resent_until_us: int = 0
    """When the commands that were sent again so far are through, at the pace of resending."""


@dataclass(slots=True, kw_only=True)
class Held:
    """One entry that waits on one account.

    ``canonical``: of its symbol.  ``passing``: the codes at which it goes on waiting.
    ``generation``: of the command that will make it.
    """

    trade_id: TradeId
    canonical: str | None
    since_mono_ms: int
    passing: frozenset[ErrorCode]
    generation: int = 0
    possible_mono_ms: int | None = None
    """Since when it could be made; ``None`` = it cannot."""


@dataclass(slots=True, kw_only=True)
class Bare:
    """One copy that shall have a stop: since when it has none, as far as is known."""

    since_mono_ms: int
    seen: int = 0
    """How often its account has shown it without a stop, in a row."""
    told: bool = False
    """Whether people were told."""
    again: bool = False
    """Whether its EA was told the levels once more."""
    after_restart: bool = False
    """It was open before this life of the Core; its terminal may have to come back first."""


@dataclass(slots=True)
class AccountEvidence:
    """What an account's own reports have said about its trades so far."""

    listed: Agreement[tuple[str, str]] = field(default_factory=Agreement)
    """Differences that its lists of open trades agree on: what is wrong, and with what."""
    shown: Agreement[tuple[str, str]] = field(default_factory=Agreement)
    """The same for its snapshots."""
    sequence: int = 0
    """The number of the last snapshot of that life of the EA."""
    compared_mono_ms: int | None = None
    """When a snapshot was last compared; ``None`` = in this session not yet."""
    told: set[Ticket] = field(default_factory=set)
    """Positions that people were told about; they are told once."""

    @property
    def is_open(self) -> bool:
        """Whether something was found that is neither proved nor denied yet."""
        return self.listed.is_open or self.shown.is_open

    def reset(self) -> None:
        """Begin anew: what was said in another session of the EA is no witness."""
        self.listed.reset()
        self.shown.reset()
        self.compared_mono_ms = None


@dataclass(slots=True)
class AccountState:
    """One account as its terminal describes it."""

    account_id: AccountId
    agent_id: AgentId | None = None
    connected: bool = False
    role: Role = Role.SLAVE
    metadata: HandshakeMetadata | None = None
    symbols: dict[str, SymbolMapping] = field(default_factory=dict)
    """By canonical name."""
    canonical_of: dict[str, str] = field(default_factory=dict)
    """By upper-cased broker name."""
    untaken: frozenset[str] = frozenset()
    """Upper-cased broker names that stand for nothing: another spelling does, or nobody knows."""
    report: AccountSymbolsReport | None = None
    """The latest of this session of its EA; ``None`` = none yet."""
    spec_mono_ms: dict[str, int] = field(default_factory=dict)
    tick_values: dict[str, tuple[Decimal, int]] = field(default_factory=dict)
    sessions: dict[str, tuple[SessionWindow, ...]] = field(default_factory=dict)
    """Trading hours by canonical name, as last reported."""
    quotes: dict[str, tuple[Quote, int]] = field(default_factory=dict)
    """By canonical name, with the monotonic ms of arrival: hosts' clocks are never compared."""
    positions: tuple[Position, ...] = ()
    """As last shown; empty = there are none, or they were not shown yet."""
    pendings: tuple[Position, ...] | None = None
    """Pending orders as last shown; ``None`` = not shown yet."""
    info: AccountInfo | None = None
    info_stored_mono_ms: int | None = None
    verdict: SymbolRegistrationResult | None = None
    stored_verdict: tuple[object, ...] | None = None
    """What the journal's latest evaluation came to; an equal one is not stored again."""
    unresolved: dict[CommandId, None] = field(default_factory=dict)
    """Commands without an outcome, oldest first."""
    led: dict[TradeId, None] = field(default_factory=dict)
    """Trades in memory of which it is the master."""
    followed: dict[TradeId, None] = field(default_factory=dict)
    """Trades in memory of which it has, or may have, a copy."""
    held: dict[TradeId, Held] = field(default_factory=dict)
    """Entries that wait for a better price, or for the account to be there."""
    unprotected: dict[TradeId, Bare] = field(default_factory=dict)
    """Copies that shall have a stop, and have not been seen with one yet."""
    evidence: AccountEvidence = field(default_factory=AccountEvidence)
    limits: LimitWatch = field(default_factory=LimitWatch)
    enrolment: Enrolment = field(default_factory=Enrolment)
    files: LedgerFiles = field(default_factory=LedgerFiles)
    """Whose memory served it last, as its handshakes said."""

    def offers(self, feature: str) -> bool:
        """Whether the account's EA negotiated *feature*."""
        return self.metadata is not None and self.metadata.offers(feature)

    @property
    def is_legacy(self) -> bool:
        """Whether the account's EA is known, and known to keep no ledger."""
        return self.metadata is not None and not self.offers(Feature.LOSSLESS)


@dataclass(slots=True)
class CommandState:
    """One command without an outcome."""

    command: Command
    account_id: AccountId
    trade_id: TradeId
    seq: int
    agent_id: AgentId | None = None
    stage: AckStage = AckStage.CORE_ACCEPTED
    status: CommandStatus = CommandStatus.PENDING
    attempt: int = 0
    retries: int = 0
    """How often it had to be tried again, in this life of the Core."""
    maybe_sent: bool = False
    """A frame may have left, in this life of the Core or in an earlier one."""
    deadline_mono_ms: int | None = None
    """Opens only: when the entry's time is used up; ``None`` for an open = used up already."""
    age_base_ms: int = 0
    """Opens only: the entry's age when the Core took it in."""
    taken_mono_ms: int | None = None
    """When the Core took the action in; ``None`` after a restart."""
    refusals: int = 0
    generation: int = 0
    """Rises when its EA turned its id away, or will never answer to it."""
    earlier: tuple[CommandId, ...] = ()
    """Its ids of earlier generations; an answer to one of them is its answer."""
    sent_mono_ms: int | None = None
    """When its last frame left; ``None`` = none in this life of the Core."""
    resting: bool = False
    """Refused, and waiting for its next try: news of the frames before it means nothing."""
    refusal: Refusal | None = None
    """The definite no while it rests; ``None`` = it may have been carried out all the same."""


@dataclass(slots=True)
class Lane:
    """One trade on one account: its actions go in order, and wait for nobody else's."""

    account_id: AccountId
    opened: Outcome = Outcome.PENDING
    open_command_id: CommandId | None = None
    ticket: Ticket | None = None
    symbol: str = ""
    open_price: Decimal = Decimal(0)
    lot_initial: Decimal = Decimal(0)
    lot_remaining: Decimal = Decimal(0)
    closed: bool = False
    by_hand: bool = False
    """Closed at the slave, not by Echo."""
    closed_why: str = ""
    """Why Echo closed it before its master did; empty = it did not."""
    waiting: dict[int, MasterAction] = field(default_factory=dict)
    current: CommandId | None = None
    modified_mono_ms: int | None = None
    """When it last changed its levels, in this life of the Core."""
    seq_applied: int = 0
    astray: int = 0
    """How often its levels were found to be old ones, in this life of the Core."""
    retold: int = 0
    """How often its levels were told to an EA that had lost its file, in this life of the Core."""
    contradicted: tuple[CommandId, ...] = ()
    """Opens that turned out to be filled, against the record; people know of them."""


@dataclass(slots=True)
class TradeState:
    """One master's trade with all its lanes."""

    intent: TradeIntent
    canonical: str | None
    followers: tuple[AccountId, ...]
    taken_mono_ms: int | None
    age_ms: int | None
    ticket: Ticket
    volume_initial: Decimal
    volume_remaining: Decimal
    stop_loss: Decimal | None
    take_profit: Decimal | None
    opened_at_ms: int
    status: TradeStatus = TradeStatus.PENDING
    fanned_out: int = 0
    """How many followers have their decision about the open."""
    unanswered: AgentSaid | None = None
    """The open as last reported; acknowledged when the last chunk of the fan-out is journaled."""
    actions: dict[int, MasterAction] = field(default_factory=dict)
    decisions: dict[tuple[int, AccountId], DecisionRecord] = field(default_factory=dict)
    undecided: int = 0
    """Decisions without a final outcome."""
    lanes: dict[AccountId, Lane] = field(default_factory=dict)

    @property
    def trade_id(self) -> TradeId:
        """The trade's identity."""
        return self.intent.trade_id

    @property
    def last_seq(self) -> int:
        """The highest number among modifies and reductions."""
        return max((seq for seq in self.actions if seq != SEQ_CLOSE), default=0)

    @property
    def tickets(self) -> frozenset[Ticket]:
        """Every number that the position has had at its master."""
        renamed = (
            action.new_ticket
            for action in self.actions.values()
            if isinstance(action, TradeClose) and action.new_ticket is not None
        )
        return frozenset((self.intent.ticket, *renamed))

    @property
    def is_settled(self) -> bool:
        """Closed, and nothing about it can change any more."""
        return (
            SEQ_CLOSE in self.actions
            and self.fanned_out == len(self.followers)
            and self.undecided == 0
        )


@dataclass(slots=True)
class State:
    """All of it."""

    settings: EngineSettings
    book: PolicyBook
    """The rules in force: what the settings say, and what people have set."""
    given: PolicyBook = field(default_factory=PolicyBook)
    """What the settings say."""
    desk: DeskRules = field(default_factory=DeskRules)
    trades: dict[TradeId, TradeState] = field(default_factory=dict)
    commands: dict[CommandId, CommandState] = field(default_factory=dict)
    renamed: dict[CommandId, CommandId] = field(default_factory=dict)
    """By ids of earlier generations: the command that took their place."""
    settled: SettledTrades = field(default_factory=SettledTrades)
    recalls: Recalls = field(default_factory=Recalls)
    left_alone: dict[TradeId, set[AccountId]] = field(default_factory=dict)
    """Accounts with copies of settled trades that a person looks after."""
    unfilled: dict[TradeId, dict[AccountId, Outcome]] = field(default_factory=dict)
    """Opens of settled trades that were sent, and are recorded as not executed."""
    master_tickets: dict[tuple[AccountId, Ticket], TradeId] = field(default_factory=dict)
    ledger_marks: dict[AccountId, int] = field(default_factory=dict)
    agent_epochs: dict[AgentId, int] = field(default_factory=dict)
    """The number of each Agent's last session."""
    accounts: dict[AccountId, AccountState] = field(default_factory=dict)
    agents: dict[AgentId, AgentState] = field(default_factory=dict)
    judging: Judging = field(default_factory=Judging)

    def must_recall(self, trade_id: TradeId) -> bool:
        """Whether only the journal knows if the trade is over."""
        if trade_id in self.trades:
            return False
        return self.recalls.is_asked(trade_id) or self.settled.may_have_held(trade_id)

    def account(self, account_id: AccountId) -> AccountState:
        """Return the account's state, made on first mention."""
        account = self.accounts.get(account_id)
        if account is None:
            account = self.accounts[account_id] = AccountState(account_id)
        return account
