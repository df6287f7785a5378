"""A referee: watches everything that an engine does, and knows what it must never do."""

from collections import defaultdict
from dataclasses import replace

from echo.domain.answers import Outcome, Receipt, TradeIntentAck
from echo.domain.commands import (
    CloseOrder,
    ExecuteOrder,
    ModifyOrder,
    ReduceOrder,
    TradeCommand,
)
from echo.domain.ids import SEQ_CLOSE, AccountId, CommandId, TradeId
from echo.domain.journal import (
    ActionRecord,
    CommandRecord,
    DecisionRecord,
    Recovered,
    TradeRecord,
)
from echo.engine.effects import Effect, Persist, Send
from echo.engine.state import State, TradeState

LANE_ORDERS = (ExecuteOrder, ModifyOrder, ReduceOrder, CloseOrder)


class Referee:
    """Keeps the record of one journal, over all lives of the Core that writes it."""

    def __init__(self) -> None:
        self.rows: dict[tuple[TradeId, int, AccountId], DecisionRecord] = {}
        self.actions: set[tuple[TradeId, int]] = set()
        self.commands: dict[CommandId, CommandRecord] = {}
        self.settled: set[TradeId] = set()
        self.applied: dict[tuple[TradeId, AccountId], list[TradeCommand]] = defaultdict(list)

    def watch(self, effects: list[Effect], state: State) -> None:
        """Judge what one event led to."""
        for effect in effects:
            if isinstance(effect, Persist):
                self._journaled(effect)
            elif isinstance(effect, Send):
                self._sent(effect, state)
        for trade in state.trades.values():
            self._trade(trade)
        assert len(state.settled) == len(self.settled)
        assert all(trade_id in state.settled for trade_id in self.settled)
        unresolved = {key for account in state.accounts.values() for key in account.unresolved}
        assert unresolved == set(state.commands)

    def _journaled(self, effect: Persist) -> None:
        match effect.record:
            case DecisionRecord() as row:
                self._decided(row)
            case ActionRecord(trade_id=trade_id, seq=seq):
                assert (trade_id, seq) not in self.actions, "an action is written once"
                self.actions.add((trade_id, seq))
            case CommandRecord() as record:
                assert record.command_id not in self.commands, "a command is written once"
                self.commands[record.command_id] = record
                self._issued(record.command)  # type: ignore[arg-type]  # the engine issues no others
            case TradeRecord(trade_id=trade_id, settled=settled):
                assert trade_id not in self.settled, "a settled trade does not change"
                if settled:
                    self.settled.add(trade_id)
            case _:
                pass

    def _decided(self, row: DecisionRecord) -> None:
        key = (row.trade_id, row.seq, row.account_id)
        before = self.rows.get(key)
        self.rows[key] = row
        if row.outcome in {Outcome.OMITTED, Outcome.FAILED, Outcome.IN_DOUBT}:
            assert row.sentence, "a reason has words"
        if before is None:
            return
        assert not before.outcome.is_final, f"{before} became {row}"
        assert not (before.outcome is Outcome.IN_DOUBT and row.outcome is Outcome.PENDING)
        assert before.command_id in {None, row.command_id}, "one command per decision"
        unchanged = replace(
            row,
            outcome=before.outcome,
            code=before.code,
            sentence=before.sentence,
            settled_at_ms=before.settled_at_ms,
            command_id=before.command_id,
        )
        assert unchanged == before, "only what came of it may change"

    def _issued(self, command: TradeCommand) -> None:
        earlier = self.applied[command.trade_id, command.account_id]
        if isinstance(command, ModifyOrder):
            numbers = [each.seq for each in earlier]
            assert command.seq > max(numbers, default=0), "never a lower modify after a higher"
        if isinstance(command, ReduceOrder):
            numbers = [each.seq for each in earlier if not isinstance(each, ModifyOrder)]
            assert command.seq > max(numbers, default=0), "never a lower reduction after a higher"
        if isinstance(command, CloseOrder):
            assert command.symbol
            assert command.ticket > 0
        earlier.append(command)

    def _sent(self, effect: Send, state: State) -> None:
        message = effect.message
        if isinstance(message, LANE_ORDERS):
            assert message.command_id in self.commands, "journaled before it leaves"
            assert effect.agent_id == state.accounts[message.account_id].agent_id, "to the owner"
            row = self.rows[message.trade_id, message.seq, message.account_id]
            assert row.command_id == message.command_id
            assert row.outcome is not Outcome.IN_DOUBT or not isinstance(message, ExecuteOrder)
        if isinstance(message, TradeIntentAck) and message.result is Receipt.OK:
            known = (message.trade_id, message.seq) in self.actions
            assert known or message.trade_id in self.settled, "journaled before it is promised"

    def _trade(self, trade: TradeState) -> None:
        rows = trade.decisions
        assert trade.undecided == sum(not row.outcome.is_final for row in rows.values())
        assert not trade.is_settled, "a settled trade is not kept"
        assert len(trade.lanes) == trade.fanned_out
        if trade.fanned_out == len(trade.followers):
            pairs = {(seq, follower) for seq in trade.actions for follower in trade.followers}
            assert set(rows) == pairs, "one decision for every action on every follower"
        for key, row in rows.items():
            assert self.rows[trade.trade_id, *key] == row, "what is believed is what is written"

    def check_end(self, recovered: Recovered) -> None:
        """Judge the whole, when everything that could be answered has been answered."""
        assert recovered.trades == ()
        for trade_id, seq in self.actions:
            assert trade_id in self.settled, f"trade {trade_id} is not settled"
            assert seq <= SEQ_CLOSE
        for row in self.rows.values():
            assert row.outcome.is_final
