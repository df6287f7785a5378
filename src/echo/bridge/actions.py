"""A master's actions on their way up, and who has promised what to its EA.

The Core's acknowledgement counts.  While the Core is away the ledger's does, and from then on
the action is this Agent's own: the EA has forgotten it.
"""

from typing import Final

from echo.bridge.ea import Ea
from echo.bridge.pace import BACKOFF_MS_MAX
from echo.bridge.pipes import Pipes
from echo.bridge.recent import Recent
from echo.bridge.state import State
from echo.bridge.uplink import Uplink, UplinkItem
from echo.domain.answers import AckStage, ExecutionResult, MessageAck, Receipt, TradeIntentAck
from echo.domain.copies import replace
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.facts import Alarm
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, AccountId, TradeId
from echo.domain.intents import MasterAction, TradeIntent, action_content
from echo.domain.traces import traceparent

PROMISES_MAX: Final = 10_000
"""Promised actions remembered until the Core has answered; the oldest are forgotten."""


def action_key(account_id: AccountId, trade_id: TradeId, seq: int) -> str:
    """Name an action on its way up."""
    return f"action:{account_id}:{trade_id}:{seq}"


class Actions:
    """Takes actions from EAs, answers them while the Core is away, and passes answers on."""

    def __init__(self, state: State, uplink: Uplink, pipes: Pipes) -> None:
        self._state = state
        self._uplink = uplink
        self._pipes = pipes
        self._promised: Recent[str, MasterAction] = Recent(PROMISES_MAX)
        self._senders: Recent[tuple[TradeId, int], AccountId] = Recent(PROMISES_MAX)

    def take(self, ea: Ea, action: MasterAction) -> None:
        """Take in an action: forward it, or find it on its way already."""
        action = self._received(ea, action)
        self._senders.put((action.trade_id, action.seq), ea.account_id)
        key = action_key(ea.account_id, action.trade_id, action.seq)
        item = self._uplink.find(key)
        if item is not None:
            self._repeated(item, action)
        elif self._uplink.full:
            self._refuse_for_room(ea, action)
        else:
            self._uplink.add(key, ea.account_id, action)
            if not ea.takes_acks:
                # It neither waits for an answer nor comes again.
                self._promised.put(key, action)

    def restore(self, item: UplinkItem) -> None:
        """A former life may have promised what it had noted."""
        if not isinstance(item.message, ExecutionResult):
            self._promised.put(item.key, item.message)
            self._senders.put((item.message.trade_id, item.message.seq), item.account_id)

    def noted(self, item: UplinkItem) -> None:
        """The ledger has the item: while the Core is away that is a promise."""
        if self._state.stream is None:
            self._promise(item)

    def core_down(self) -> None:
        """Nobody else will answer now: promise what the ledger has."""
        for item in self._uplink.items:
            if item.noted and self._promised.get(item.key) is None:
                self._promise(item)

    def answered(self, ack: TradeIntentAck) -> None:
        """Take in the Core's answer and pass it on to the EA.

        The wire does not say whose action it was: the Core answers whoever sent it, and that is
        remembered here.
        """
        sender = ack.account_id or self._senders.get((ack.trade_id, ack.seq))
        if sender is None:
            return
        if sender != ack.account_id:
            ack = replace(ack, account_id=sender)
        key = action_key(ack.account_id, ack.trade_id, ack.seq)
        promised = self._promised.get(key)
        if ack.result is not Receipt.RETRY:
            self._promised.pop(key)
        else:
            if promised is None or ack.error_code is ErrorCode.SEQ_CONFLICT:
                # It comes again from its EA, or under another number; this frame is answered.
                self._uplink.withdraw(key)
            if promised is not None:
                self._keep_promise(key, promised, ack)
        ea = self._pipes.master(ack.account_id)
        if ea is not None and ea.takes_acks:
            self._pipes.send(ea, ack)

    def settled(self, item: UplinkItem, ack: MessageAck) -> None:
        """The Core has acknowledged the frame; one refused for good must not come again."""
        if ack.success or isinstance(item.message, ExecutionResult):
            return
        self._promised.pop(item.key)
        refusal = Refusal(ErrorCode.UNKNOWN, ack.error or "the Core refused the frame")
        self._answer(item.account_id, item.message, Receipt.FAILED, refusal)

    def _received(self, ea: Ea, action: MasterAction) -> MasterAction:
        stamps = replace(action.timestamps, t1_agent_recv_ms=self._state.now.wall_ms)
        if not action.traceparent:
            # Older EAs begin no trace: theirs begins here.
            action = replace(action, traceparent=traceparent(action.trade_id, action.seq))
        if not isinstance(action, TradeIntent):
            return replace(action, account_id=ea.account_id, timestamps=stamps)
        age_ms = action.age_ms
        if age_ms is None and ea.greeted and not ea.takes_acks:
            # Older EAs report an open in the tick or second in which they see it, and cannot say.
            age_ms = 0
        if age_ms is not None and action.sent_mono_ms is not None and ea.takes_acks:
            # A line may have lain in the pipe for long while this process was not running.
            age_ms += max(0, self._state.now.mono_ms - action.sent_mono_ms)
        return replace(action, account_id=ea.account_id, timestamps=stamps, age_ms=age_ms)

    def _repeated(self, item: UplinkItem, action: MasterAction) -> None:
        known = item.message
        if isinstance(known, ExecutionResult):
            return
        numbered = SEQ_OPEN < action.seq < SEQ_CLOSE
        if numbered and action_content(known) != action_content(action):
            sentence = f"action {action.seq} of this trade is under way with other content"
            refusal = Refusal(ErrorCode.SEQ_CONFLICT, sentence)
            last_seq = self._last_seq(action.trade_id)
            self._answer(item.account_id, action, Receipt.RETRY, refusal, last_seq)
            return
        if isinstance(action, TradeIntent) and action.age_ms is not None:
            born_mono_ms = self._state.now.mono_ms - action.age_ms
            if item.aged_from_mono_ms is not None:
                item.aged_from_mono_ms = min(item.aged_from_mono_ms, born_mono_ms)
        if item.noted:
            self.noted(item)

    def _refuse_for_room(self, ea: Ea, action: MasterAction) -> None:
        sentence = f"{self._state.settings.uplink_entries_max} messages wait for the Core"
        self._state.refuse(ea.peer, "uplink_full", sentence)
        if ea.takes_acks:
            refusal = Refusal(ErrorCode.BROKER_BUSY, sentence)
            self._answer(ea.account_id, action, Receipt.RETRY, refusal)
            return
        self._state.observe(
            Alarm(
                key=f"uplink_full:{ea.account_id}",
                code="ACTION_NOT_TAKEN",
                sentence=f"{sentence}; ticket {action.ticket} was reported by an EA that does"
                " not repeat",
                account_id=ea.account_id,
                trade_id=action.trade_id,
                traceparent=action.traceparent,
            )
        )

    def _promise(self, item: UplinkItem) -> None:
        if not isinstance(item.message, ExecutionResult):
            self._promised.put(item.key, item.message)
            self._answer(item.account_id, item.message, Receipt.OK)

    def _keep_promise(self, key: str, action: MasterAction, ack: TradeIntentAck) -> None:
        """The Core wants it again, but the EA has been told to forget it: send it ourselves."""
        numbered = SEQ_OPEN < action.seq < SEQ_CLOSE and not isinstance(action, TradeIntent)
        if ack.error_code is ErrorCode.SEQ_CONFLICT and numbered:
            self._promised.pop(key)
            seq = max(ack.last_seq or 0, self._last_seq(action.trade_id)) + 1
            action = replace(action, seq=seq)
            key = action_key(ack.account_id, action.trade_id, seq)
            self._promised.put(key, action)
            self._senders.put((action.trade_id, seq), ack.account_id)
            self._uplink.add(key, ack.account_id, action)
            return
        item = self._uplink.find(key)
        if item is not None:
            item.again = True
        else:
            self._uplink.add(key, ack.account_id, action, wait_ms=BACKOFF_MS_MAX)

    def _last_seq(self, trade_id: TradeId) -> int:
        seqs = (
            item.message.seq
            for item in self._uplink.items
            if not isinstance(item.message, ExecutionResult) and item.message.trade_id == trade_id
        )
        return max((seq for seq in seqs if seq != SEQ_CLOSE), default=0)

    def _answer(
        self,
        account_id: AccountId,
        action: MasterAction,
        receipt: Receipt,
        refusal: Refusal | None = None,
        last_seq: int | None = None,
    ) -> None:
        ea = self._pipes.master(account_id)
        if ea is None or not ea.takes_acks:
            return
        ack = TradeIntentAck(
            trade_id=action.trade_id,
            seq=action.seq,
            result=receipt,
            account_id=account_id,
            attempt=action.attempt if isinstance(action, TradeIntent) else 1,
            error_code=refusal.code if refusal else ErrorCode.NO_ERROR,
            error_message=refusal.sentence if refusal else "",
            observed_at_ms=self._state.now.wall_ms,
            last_seq=last_seq,
            stage=AckStage.AGENT_BUFFERED,
        )
        self._pipes.send(ea, ack)
