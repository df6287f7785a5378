"""The reference stores: what every journal and ledger must do, in the plainest way.

They keep nothing when the process ends.  The simulated world and tests run on them; the SQLite
stores are held to the same contract suite.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from echo.domain.answers import AckStage, Outcome
from echo.domain.commands import CancelPendings, Command, Flatten
from echo.domain.copies import replace
from echo.domain.ids import AccountId, AgentId, CommandId, EvaluationId, TradeId
from echo.domain.intents import action_content
from echo.domain.journal import (
    REMEMBERED_MAX,
    REMEMBERED_MS,
    AccountRecord,
    AccountStateRecord,
    ActionRecord,
    AgentSessionRecord,
    CommandProgress,
    CommandRecord,
    CommandState,
    CommandStatus,
    CopyRecord,
    DecisionRecord,
    EvaluationRecord,
    ExecutionRecord,
    LedgerMark,
    OperationRecord,
    QuoteRecord,
    Record,
    Recovered,
    RetryRecord,
    SpecRecord,
    SymbolMapRecord,
    TradeRecord,
)
from echo.domain.ledger import LedgerContents, LedgerEntry
from echo.domain.limits_record import LimitsRecord
from echo.domain.policy import RiskPolicy
from echo.domain.rulings import (
    ConfigChange,
    PolicyRecord,
    SettingSeen,
    SwitchRecord,
    WindowRecord,
)
from echo.domain.specs import Quote, SymbolMapping, SymbolSpecification
from echo.ports.errors import JournalRefused, JournalUnavailable, LedgerUnwritable
from echo.stores.memory_rules import MemoryRules

RESOLVED = frozenset({CommandStatus.ACKED, CommandStatus.FAILED, CommandStatus.CANCELLED})
"""Delivery states after which a command that belongs to no trade is not loaded any more."""


class MemoryJournal:
    """A journal in dictionaries, one per kind of record, by the record's derived key."""

    def __init__(self, policies: Iterable[RiskPolicy] = ()) -> None:
        self.policies = tuple(policies)
        self.trades: dict[TradeId, TradeRecord] = {}
        self.actions: dict[tuple[TradeId, int], ActionRecord] = {}
        self.decisions: dict[tuple[TradeId, int, AccountId], DecisionRecord] = {}
        self.commands: dict[CommandId, CommandRecord] = {}
        self.progress: dict[CommandId, CommandProgress] = {}
        self.retries: dict[tuple[CommandId, int, AckStage, int], RetryRecord] = {}
        self.executions: dict[ExecutionRecord, None] = {}
        self.successes: dict[CommandId, ExecutionRecord] = {}
        self.copies: dict[tuple[TradeId, AccountId], CopyRecord] = {}
        self.accounts: dict[AccountId, AccountRecord] = {}
        self.symbol_maps: dict[AccountId, SymbolMapRecord] = {}
        self.specs: dict[tuple[AccountId, str], SymbolSpecification] = {}
        self.quotes: dict[tuple[AccountId, str], Quote] = {}
        self.account_states: dict[AccountId, AccountStateRecord] = {}
        self.evaluations: dict[EvaluationId, EvaluationRecord] = {}
        self.ledger_marks: dict[AccountId, LedgerMark] = {}
        self.agent_sessions: dict[AgentId, AgentSessionRecord] = {}
        self.operations: dict[tuple[int, str, CommandId | None], OperationRecord] = {}
        self.rules = MemoryRules()
        self.limits: dict[AccountId, LimitsRecord] = {}
        self._open = True

    async def load(self) -> Recovered:
        """Read everything that a starting Core needs."""
        self._refuse_when_closed()
        live = {key for key, trade in self.trades.items() if not trade.settled}
        settled, since_ms = self._settled_lately()
        return Recovered(
            trades=tuple(self.trades[key] for key in sorted(live)),
            actions=tuple(row for key, row in sorted(self.actions.items()) if key[0] in live),
            decisions=tuple(row for key, row in sorted(self.decisions.items()) if key[0] in live),
            commands=tuple(self._live_commands(live)),
            copies=tuple(row for key, row in sorted(self.copies.items()) if key[0] in live),
            settled=settled,
            settled_since_ms=since_ms,
            left_alone=frozenset(
                (trade_id, account_id)
                for (trade_id, _, account_id), row in self.decisions.items()
                if row.outcome is Outcome.MANUAL
            ),
            accounts=tuple(row for _, row in sorted(self.accounts.items())),
            symbol_maps=tuple(row for _, row in sorted(self.symbol_maps.items())),
            policies=self.policies,
            ledger_marks=tuple(row for _, row in sorted(self.ledger_marks.items())),
            agent_epochs=tuple(row for _, row in sorted(self.agent_sessions.items())),
            policy_records=self.rules.latest_policies,
            windows=self.rules.standing_windows,
            switches=self.rules.standing_switches,
            limits=tuple(row for _, row in sorted(self.limits.items())),
            settings=tuple(row for _, row in sorted(self.rules.settings.items())),
        )

    async def commit(self, records: Sequence[Record]) -> None:
        """Take all *records*, or none of them."""
        self._refuse_when_closed()
        self._refuse_contradictions(records)
        # How far a command has come is written after the commands of the same commit.
        for record in sorted(records, key=lambda record: isinstance(record, CommandProgress)):
            self._put(record)

    async def is_settled(self, trade_id: TradeId) -> bool:
        """Tell whether the trade is stored, and over."""
        self._refuse_when_closed()
        trade = self.trades.get(trade_id)
        return trade is not None and trade.settled

    async def purge(self, *, keep_ms: int, trades_max: int) -> int:
        """Delete settled trades with all their rows, the oldest first; return how many."""
        self._refuse_when_closed()
        settled = self._settled_by_age()
        floor_ms = settled[-1][0] - keep_ms if settled else 0
        gone = {trade_id for at_ms, trade_id in settled if at_ms < floor_ms}
        gone = {trade_id for _, trade_id in settled[: min(trades_max, len(gone))]}
        commands = {key for key, row in self.commands.items() if _trade_of(row.command) in gone}
        for trades in (self.trades, self.actions, self.decisions, self.copies):
            _drop(trades, lambda key: (key if isinstance(key, str) else key[0]) in gone)
        for about in (self.commands, self.progress, self.successes, self.retries):
            _drop(about, lambda key: (key if isinstance(key, str) else key[0]) in commands)
        self.executions = {row: None for row in self.executions if row.trade_id not in gone}
        return len(gone)

    async def purge_registrations(self, *, keep_days: int) -> int:
        """Delete old verdicts, but none's latest; the latest of all tells what time it is."""
        self._refuse_when_closed()
        latest: dict[AccountId, int] = {}
        for row in self.evaluations.values():
            account_id, at_ms = row.result.account_id, row.result.evaluated_at_ms
            latest[account_id] = max(at_ms, latest.get(account_id, 0))
        floor_ms = max(latest.values(), default=0) - keep_days * 86_400_000
        gone = [
            key
            for key, row in self.evaluations.items()
            if row.result.evaluated_at_ms < min(floor_ms, latest[row.result.account_id])
        ]
        for key in gone:
            del self.evaluations[key]
        return len(gone)

    async def close(self) -> None:
        """Refuse everything from now on; what was committed stays readable in the attributes."""
        self._open = False

    def _settled_by_age(self) -> list[tuple[int, TradeId]]:
        return sorted(
            (trade.updated_at_ms, trade_id)
            for trade_id, trade in self.trades.items()
            if trade.settled
        )

    def _settled_lately(self) -> tuple[frozenset[TradeId], int]:
        """Return the settled trades that a Core should remember, and since when that is all."""
        settled = self._settled_by_age()
        if not settled:
            return frozenset(), 0
        floor_ms = settled[-1][0] - REMEMBERED_MS
        lately = [row for row in settled if row[0] >= floor_ms][-REMEMBERED_MAX:]
        is_all = len(lately) == len(settled) < REMEMBERED_MAX
        since_ms = 0 if is_all else lately[0][0]
        return frozenset(trade_id for _, trade_id in lately), since_ms

    def _refuse_when_closed(self) -> None:
        if not self._open:
            raise JournalUnavailable("the journal is closed")

    def _refuse_other_ends(self, records: Sequence[Record]) -> None:
        told = (each for each in records if isinstance(each, DecisionRecord))
        for key, last in {
            (each.trade_id, each.seq, each.account_id): each for each in told
        }.items():
            stored = self.decisions.get(key, last).outcome
            if stored.is_final and stored is not last.outcome:
                raise JournalRefused(f"action {key[1]} of trade {key[0]} is {stored} on {key[2]}")

    def _refuse_contradictions(self, records: Sequence[Record]) -> None:
        self._refuse_other_ends(records)
        actions: dict[tuple[TradeId, int], ActionRecord] = {}
        commands: dict[CommandId, CommandRecord] = {}
        for record in records:
            if isinstance(record, ActionRecord):
                key = (record.trade_id, record.seq)
                first = actions.setdefault(key, self.actions.get(key, record))
                if action_content(first.action) != action_content(record.action):
                    raise JournalRefused(
                        f"action {record.seq} of trade {record.trade_id}"
                        " is stored with other content"
                    )
            elif isinstance(record, AgentSessionRecord):
                last = self.agent_sessions.get(record.agent_id, record)
                if record.epoch < last.epoch:
                    raise JournalRefused(
                        f"session {record.epoch} of {record.agent_id} is older than {last.epoch}"
                    )
            elif isinstance(record, CommandRecord):
                known = self.commands.get(record.command_id, record)
                if commands.setdefault(record.command_id, known).command != record.command:
                    raise JournalRefused(
                        f"command {record.command_id} is stored with other content"
                    )

    def _live_commands(self, live: set[TradeId]) -> Iterable[CommandState]:
        by_age = sorted(self.commands.values(), key=lambda row: (row.created_at_ms, row.command_id))
        for record in by_age:
            progress = self.progress.get(record.command_id)
            if isinstance(record.command, CancelPendings | Flatten):
                wanted = progress is None or progress.status not in RESOLVED
            else:
                wanted = record.command.trade_id in live
            if wanted:
                yield CommandState(record=record, progress=progress)

    def _put(self, record: Record) -> None:
        match record:
            case TradeRecord():
                self.trades[record.trade_id] = record
            case ActionRecord():
                self.actions.setdefault((record.trade_id, record.seq), record)
            case DecisionRecord():
                self.decisions[record.trade_id, record.seq, record.account_id] = record
            case CommandRecord():
                known = self.commands.get(record.command_id, record)
                self.commands[record.command_id] = replace(known, agent_id=record.agent_id)
            case CommandProgress():
                if record.command_id in self.commands:
                    self.progress[record.command_id] = record
            case RetryRecord():
                moment = (record.created_at_ms, record.stage, record.attempt)
                self.retries[record.command_id, *moment] = record
            case ExecutionRecord():
                self.executions[record] = None
                if record.result.success:
                    self.successes.setdefault(record.command_id, record)
            case CopyRecord():
                self.copies[record.trade_id, record.account_id] = record
            case PolicyRecord() | WindowRecord() | SwitchRecord() | ConfigChange() | SettingSeen():
                self.rules.put(record)
            case LimitsRecord():
                self.limits[record.account_id] = record
            case _:
                self._put_about_account(record)

    def _put_about_account(
        self,
        record: AccountRecord
        | SymbolMapRecord
        | SpecRecord
        | QuoteRecord
        | AccountStateRecord
        | EvaluationRecord
        | LedgerMark
        | AgentSessionRecord
        | OperationRecord,
    ) -> None:
        match record:
            case AccountRecord():
                self.accounts[record.account_id] = record
            case SymbolMapRecord():
                self.symbol_maps[record.account_id] = replace(record, symbols=_last_wins(record))
            case SpecRecord():
                for spec in record.symbols:
                    self.specs[record.account_id, spec.canonical_symbol] = spec
            case QuoteRecord(quote=quote):
                self.quotes[quote.account_id, quote.canonical_symbol] = quote
            case AccountStateRecord():
                self.account_states[record.info.account_id] = record
            case EvaluationRecord():
                self.evaluations[record.result.evaluation_id] = record
            case LedgerMark():
                self.ledger_marks[record.account_id] = record
            case AgentSessionRecord():
                self.agent_sessions[record.agent_id] = record
            case OperationRecord():
                key = (record.asked_at_ms, record.action, record.command_id)
                self.operations.setdefault(key, record)


class MemoryLedger:
    """An Agent's ledger in a dictionary."""

    def __init__(self, ledger_id: str = "memory") -> None:
        self.entries: dict[str, LedgerEntry] = {}
        self._ledger_id = ledger_id
        self._n = 0
        self._open = True

    async def load(self) -> LedgerContents:
        """Read everything, in the order of the numbers."""
        self._refuse_when_closed()
        entries = sorted(self.entries.values(), key=lambda entry: (entry.n, entry.key))
        return LedgerContents(ledger_id=self._ledger_id, n=self._n, entries=tuple(entries))

    async def write(self, puts: Sequence[LedgerEntry], drops: Sequence[str]) -> None:
        """Drop and put entries; what is both dropped and put stays."""
        self._refuse_when_closed()
        for key in drops:
            self.entries.pop(key, None)
        for entry in puts:
            self.entries[entry.key] = entry
            self._n = max(self._n, entry.n)

    async def close(self) -> None:
        """Refuse everything from now on."""
        self._open = False

    def _refuse_when_closed(self) -> None:
        if not self._open:
            raise LedgerUnwritable("the ledger is closed")


def _trade_of(command: Command) -> TradeId | None:
    return None if isinstance(command, CancelPendings | Flatten) else command.trade_id


def _drop(rows: dict[Any, Any], is_gone: Callable[[Any], bool]) -> None:
    for key in [key for key in rows if is_gone(key)]:
        del rows[key]


def _last_wins(record: SymbolMapRecord) -> tuple[SymbolMapping, ...]:
    """Return the symbols, one per canonical name, in the order of the report."""
    last = {symbol.canonical_symbol: place for place, symbol in enumerate(record.symbols)}
    return tuple(record.symbols[place] for place in sorted(last.values()))
