"""Results: what became of commands, on its way to the Core and remembered for repeats."""

from typing import Final

from echo.bridge.ea import Ea
from echo.bridge.errands import Errand, Errands, Warrant
from echo.bridge.legacy import nothing_to_close, proves_nothing
from echo.bridge.notes import Notes
from echo.bridge.pipes import Pipes
from echo.bridge.recent import Recent
from echo.bridge.state import State
from echo.bridge.uplink import Uplink, UplinkItem
from echo.domain.answers import (
    AckResult,
    AckStage,
    CommandAck,
    ExecutionResult,
    MessageAck,
    ResultAck,
)
from echo.domain.commands import CancelPendings, Command, CommandKind, ExecuteOrder, Flatten
from echo.domain.copies import replace
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.ids import AccountId, CommandId, TradeId

ANSWERED_MAX: Final = 4_096
"""Results remembered after the Core has them; a command that is repeated later goes to its EA."""
DOUBTED_MAX: Final = 1_024
"""Opens in doubt whose notes are kept, so that no restart writes them again."""

_VERDICTS: Final = ("doubt", "done", "refused")


def command_note(command_id: CommandId) -> str:
    """Name the ledger's note of a command under way."""
    return f"command:{command_id}"


def written_note(command_id: CommandId) -> str:
    """Name the ledger's note that a legacy EA may have read an open."""
    return f"written:{command_id}"


def result_key(account_id: AccountId, command_id: CommandId, verdict: str) -> str:
    """Name a result on its way up: a doubt may be followed by certainty, so these are two."""
    return f"result:{account_id}:{command_id}:{verdict}"


def refused_result(command: Command, refusal: Refusal, *, doubt: bool = False) -> ExecutionResult:
    """Return the answer that this Agent gives in place of the EA."""
    result = ExecutionResult(
        command_id=command.command_id,
        trade_id=TradeId(""),
        kind=command.kind,
        success=nothing_to_close(command.kind, refusal.code, ""),
        account_id=command.account_id,
        error_code=refusal.code,
        error_message=refusal.sentence,
        doubt=doubt,
    )
    if isinstance(command, (CancelPendings, Flatten)):
        return result
    return replace(
        result,
        trade_id=command.trade_id,
        timestamps=command.timestamps,
        traceparent=command.traceparent,
    )


class Results:
    """Takes results from EAs, gives them in their place, answers repeated commands."""

    def __init__(
        self, state: State, notes: Notes, uplink: Uplink, pipes: Pipes, errands: Errands
    ) -> None:
        self._state = state
        self._notes = notes
        self._uplink = uplink
        self._pipes = pipes
        self._errands = errands
        self._answered: Recent[CommandId, ExecutionResult] = Recent(ANSWERED_MAX)
        self._doubted: Recent[CommandId, None] = Recent(DOUBTED_MAX)
        self._senders: Recent[CommandId, AccountId] = Recent(ANSWERED_MAX)

    def restore(self, item: UplinkItem) -> None:
        """A result of a former life is still on its way."""
        if isinstance(item.message, ExecutionResult):
            self._remember(item.message)
            self._senders.put(item.message.command_id, item.account_id)

    def is_under_way(self, account_id: AccountId, command_id: CommandId) -> bool:
        """Whether a result of the command is on its way to the Core."""
        return any(
            self._uplink.find(result_key(account_id, command_id, verdict)) for verdict in _VERDICTS
        )

    def refuse(self, errand: Errand, refusal: Refusal) -> None:
        """Settle an errand without its EA."""
        self._settle(errand, refused_result(errand.command, refusal))

    def doubt(self, errand: Errand, sentence: str) -> None:
        """Settle an errand that may or may not have been executed; nobody here can tell."""
        refusal = Refusal(ErrorCode.UNKNOWN, sentence)
        self._settle(errand, refused_result(errand.command, refusal, doubt=True))

    def take(self, ea: Ea, result: ExecutionResult) -> None:
        """Take a result from an EA; one that is on its way already is only a repeat."""
        errand = self._errands.get(result.command_id)
        if errand is not None and errand.account_id != ea.account_id:
            sentence = f"a result for account {errand.account_id} came from {ea.peer}"
            self._state.refuse(ea.peer, "foreign_command", sentence)
            return
        if not result.account_id:
            result = replace(result, account_id=ea.account_id)
        if not ea.lossless and not result.success:
            gone = nothing_to_close(result.kind, result.error_code, result.error_message)
            if gone:
                result = replace(result, success=True, error_code=ErrorCode.NOT_FOUND)
            elif proves_nothing(result.kind, result.error_message):
                result = replace(result, doubt=True)
        if errand is not None:
            self._settle(errand, _completed(result, errand))
        elif self._uplink.full and self._uplink.find(_key_of(result)) is None:
            sentence = f"{self._state.settings.uplink_entries_max} messages wait for the Core"
            self._state.refuse(ea.peer, "uplink_full", sentence)
        else:
            self._send_up(result)
            if not result.doubt:
                self._forget_warrant(result.command_id)

    def repeat(self, command: Command) -> bool:
        """Answer a command whose result is known; ``False`` = it is not."""
        if not self.is_under_way(command.account_id, command.command_id):
            stored = self._answered.get(command.command_id)
            if stored is None:
                return False
            if not self._uplink.full:
                self._send_up(replace(stored, stored=True))
        ack = CommandAck(
            command_id=command.command_id,
            stage=AckStage.AGENT_BUFFERED,
            result=AckResult.OK,
            observed_at_ms=self._state.now.wall_ms,
        )
        self._state.to_core(ack)
        return True

    def settled(self, item: UplinkItem, ack: MessageAck) -> None:
        """The Core has journaled a result: a certain one need not be kept from repeating."""
        result = item.message
        if ack.success and isinstance(result, ExecutionResult) and not result.doubt:
            self._forget_warrant(result.command_id)

    def acknowledged(self, ack: ResultAck) -> None:
        """The Core has a result: its EA, remembered here, may stop to repeat it."""
        sender = ack.account_id or self._senders.get(ack.command_id)
        if sender is None:
            return
        if sender != ack.account_id:
            ack = replace(ack, account_id=sender)
        self._pipes.journaled(ack.account_id, ack.ledger_n)
        errand = self._errands.get(ack.command_id)
        # A refused close is repeated under its own id: only an open is over with any answer.
        if errand is not None and isinstance(errand.command, ExecuteOrder):
            self._errands.remove(errand)
            self._notes.drop(command_note(ack.command_id))
            self._forget_warrant(ack.command_id)
        ea = self._pipes.slave(ack.account_id)
        if ea is not None and ea.takes_acks:
            self._pipes.send(ea, ack)

    def keep_warrant(self, command_id: CommandId) -> None:
        """Keep the note of an open in doubt; when there are too many, the oldest goes."""
        forgotten = self._doubted.put(command_id, None)
        if forgotten is not None:
            self._notes.drop(written_note(forgotten))

    def _settle(self, errand: Errand, result: ExecutionResult) -> None:
        # The result is put before anything is dropped: in one write, or before it.
        self._send_up(result)
        self._errands.remove(errand)
        self._notes.drop(command_note(errand.command_id))
        if not result.doubt:
            self._forget_warrant(errand.command_id)
        elif errand.warrant is Warrant.ON_DISK:
            self.keep_warrant(errand.command_id)

    def _send_up(self, result: ExecutionResult) -> None:
        key = _key_of(result)
        self._remember(result)
        self._senders.put(result.command_id, result.account_id)
        if self._uplink.find(key) is None:
            self._uplink.add(key, result.account_id, result)

    def _remember(self, result: ExecutionResult) -> None:
        """Remember what is final: a refused close may be tried again, under the same id."""
        if result.success or result.kind is CommandKind.EXECUTE:
            self._answered.put(result.command_id, result)

    def _forget_warrant(self, command_id: CommandId) -> None:
        self._doubted.pop(command_id)
        self._notes.drop(written_note(command_id))


def _key_of(result: ExecutionResult) -> str:
    verdict = "doubt" if result.doubt else "done" if result.success else "refused"
    return result_key(result.account_id, result.command_id, verdict)


def _completed(result: ExecutionResult, errand: Errand) -> ExecutionResult:
    """Return *result* with what only the command knows: EAs leave it out or return it damaged."""
    command = errand.command
    if isinstance(command, (CancelPendings, Flatten)):
        return replace(result, kind=command.kind)
    stamps = replace(
        result.timestamps,
        t0_master_ea_ms=command.timestamps.t0_master_ea_ms,
        t1_agent_recv_ms=command.timestamps.t1_agent_recv_ms,
        t2_core_recv_ms=command.timestamps.t2_core_recv_ms,
        t3_core_send_ms=command.timestamps.t3_core_send_ms,
        t4_agent_recv_ms=errand.received_at_ms,
    )
    return replace(
        result,
        kind=command.kind,
        trade_id=command.trade_id,
        timestamps=stamps,
        traceparent=result.traceparent or command.traceparent,
    )
