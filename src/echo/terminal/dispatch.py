"""Brings a master's actions to the Agent: on disk first, then said until they are acknowledged."""

from decimal import Decimal
from typing import Final

from echo.domain.answers import Receipt, TradeIntentAck
from echo.domain.copies import replace
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, TradeId
from echo.domain.intents import MasterAction, TradeClose, TradeIntent, TradeModify
from echo.terminal.detection import Tracked, opened_at_ms
from echo.terminal.effects import ActionDetected, Rewrite
from echo.terminal.events import FileRecord
from echo.terminal.outbox import ActionKey, Outbox
from echo.terminal.reopening import open_in_history, open_in_records
from echo.terminal.repeats import Repeats
from echo.terminal.workplace import Workplace
from echo.wire.records import RecordKind

RESEND: Final = ("resend",)
REWRITE: Final = ("rewrite",)
REWRITE_MS: Final = 1_000
LINES_PER_TURN: Final = 64
REOPEN_MS: Final = 2_000
"""Answers overtake each other: one that comes late asks for an open that was just said again."""


class Dispatch:
    """The outbox, and what of it has to be said when."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._repeats: Repeats[ActionKey] = Repeats()
        self._held: set[ActionKey] = set()
        self._unwritten: list[FileRecord] = []
        self._born: dict[TradeId, tuple[int, int]] = {}
        """When the age of a trade's open was known last, and how old it was."""
        self._refused: set[TradeId] = set()
        """Trades whose open was refused for good."""
        self._reopened: dict[TradeId, int] = {}
        """When a trade's open was said again last because the Core did not know the trade."""
        self.outbox = Outbox()

    def restored(self, outbox: Outbox) -> None:
        """Take over what a former life has not brought through; its opens are as old as the
        broker's clock says, or this machine's: the broker's stands still without prices, and one
        that was set on makes them too old at worst.
        """
        self.outbox = outbox
        place = self._place
        for trade_id in {trade_id for trade_id, _ in outbox.waiting} | outbox.trades.keys():
            age_ms = place.age_ms(opened_at_ms(trade_id))
            said = outbox.waiting.get((trade_id, SEQ_OPEN))
            if said is not None and (said_at_ms := said.timestamps.t0_master_ea_ms) is not None:
                age_ms = max(age_ms, place.now.wall_ms - said_at_ms)
            self._born[trade_id] = (place.now.mono_ms, age_ms)

    def report(self, action: MasterAction, *, age_ms: int | None = 0) -> None:
        """Note an action and say it; *age_ms*: how old an open is already, ``None`` = unknown."""
        place = self._place
        if isinstance(action, TradeIntent) and age_ms is not None:
            self._born[action.trade_id] = (place.now.mono_ms, age_ms)
        place.observe(ActionDetected(trade_id=action.trade_id, seq=action.seq))
        record = self.outbox.intends(action, at_ms=place.now.wall_ms)
        if self._unwritten:
            # What happened before it is not on disk yet, and must not become known after it.
            self._hold(record)
            return
        place.append(record)
        self._say((action.trade_id, action.seq))

    def clock_known(self) -> None:
        """Say everything again that was not acknowledged: the Agent can tell its age now."""
        for key in self.outbox.waiting:
            if key not in self._held:
                self._repeats.again_at(key, self._place.now.mono_ms)
        self.due()

    def due(self) -> None:
        """Say again what is due, a bounded number of lines at a time."""
        if self._place.link.agent_mono_ms(self._place.now) is None:
            return
        for key in self._repeats.take_due(self._place.now.mono_ms, LINES_PER_TURN):
            self._say(key)
        self._arm()

    def acknowledged(self, ack: TradeIntentAck) -> None:
        """Take an answer: taken, come again, or never."""
        key = (ack.trade_id, ack.seq)
        if ack.result is Receipt.RETRY and ack.error_code is ErrorCode.NOT_FOUND:
            self._unknown(key)
            return
        if key not in self.outbox.waiting:
            return
        match ack.result:
            case Receipt.OK:
                self._release(key)
                if ack.seq == SEQ_OPEN and ack.last_seq is not None:
                    self._catch_up(ack.trade_id, ack.last_seq)
            case Receipt.FAILED:
                self._release(key)
                if ack.seq == SEQ_OPEN:
                    self._refused.add(ack.trade_id)
                self._place.alarm(
                    f"refused:{ack.trade_id}:{ack.seq}",
                    "ACTION_REFUSED",
                    f"action {ack.seq} of trade {ack.trade_id} was refused for good:"
                    f" {ack.error_code.name} {ack.error_message}",
                    ack.trade_id,
                )
            case Receipt.RETRY:
                if ack.error_code is ErrorCode.SEQ_CONFLICT and ack.last_seq is not None:
                    self._conflict(key, ack.last_seq)

    def not_written(self, numbers: tuple[int, ...]) -> None:
        """Take note that records did not reach the disk: they are written again until they do,
        and what they hold is not said before.
        """
        for record in self.outbox.unwritten(numbers):
            self._keep(record)
        self._place.alarm("outbox", "OUTBOX_UNWRITABLE", "actions wait until it can be written")
        self._place.arm(REWRITE, REWRITE_MS)

    def _hold(self, record: FileRecord) -> None:
        """Have a record written after those that wait already."""
        for each in self.outbox.unwritten((record["n"],)):
            self._keep(each)

    def _keep(self, record: FileRecord) -> None:
        if record["t"] == RecordKind.INTENT:
            key = _key_of(record)
            self._held.add(key)
            self._repeats.drop(key)
        self._unwritten.append(record)

    def rewrite_due(self) -> None:
        """Try to write again what could not be written."""
        waiting, self._unwritten = self._unwritten, []
        for record in waiting:
            self._place.append(self.outbox.again(record))
            if record["t"] == RecordKind.INTENT:
                key = _key_of(record)
                self._held.discard(key)
                if key in self.outbox.waiting:
                    self._say(key)

    def compact(self) -> None:
        """Shrink the file if that is worth it."""
        place, settings = self._place, self._place.settings
        if len(self.outbox.records) < settings.compact_records_min:
            return
        smaller = self.outbox.compacted(
            settled_before_ms=place.now.wall_ms - settings.keep_settled_ms
        )
        if len(smaller.records) * 2 <= len(self.outbox.records):
            self.outbox = smaller
            place.do(Rewrite(records=tuple(smaller.records), highest_n=smaller.n))

    def _release(self, key: ActionKey) -> None:
        self._repeats.drop(key)
        if key[1] == SEQ_CLOSE:
            self._born.pop(key[0], None)
            self._reopened.pop(key[0], None)
            self._refused.discard(key[0])
        self._place.append(self.outbox.acknowledged(key, at_ms=self._place.now.wall_ms))

    def _unknown(self, key: ActionKey) -> None:
        """The Core does not know the trade: say its open again, before what came after it.

        Somebody else may have promised either, and lost it; an action that was acknowledged is
        repeated by who promised it.
        """
        trade_id, seq = key
        opened = (trade_id, SEQ_OPEN)
        if seq == SEQ_OPEN or opened in self.outbox.waiting:
            return
        now_ms = self._place.now.mono_ms
        if now_ms - self._reopened.get(trade_id, now_ms - REOPEN_MS) < REOPEN_MS:
            return
        waits = key in self.outbox.waiting
        intent = None if trade_id in self._refused else self._opening(trade_id)
        if intent is not None:
            self._reopened[trade_id] = now_ms
            self.outbox.reopened(intent)
            self._say(opened)
            if waits:
                self._say(key)
            return
        if trade_id not in self._refused:
            intent = open_in_history(self._place.view, self._place.settings, trade_id)
            if intent is not None:
                # Nothing is known of it any more: its end is found like any other's.
                self.report(intent, age_ms=None)
                return
        if waits:
            self._release(key)
        self._place.alarm(
            f"unopened:{trade_id}",
            "OPEN_UNKNOWN",
            f"action {seq} of trade {trade_id} leads nowhere: the Core does not know the trade,"
            " and its open cannot be said again",
            trade_id,
        )

    def _opening(self, trade_id: TradeId) -> TradeIntent | None:
        return open_in_records((*self.outbox.records, *self._unwritten), trade_id)

    def _conflict(self, key: ActionKey, last_seq: int) -> None:
        """Others have used these numbers: an outbox was lost.  Count on after theirs."""
        trade_id, seq = key
        if seq == SEQ_OPEN or last_seq == SEQ_CLOSE:
            self._release(key)
            self._catch_up(trade_id, last_seq)
            return
        place = self._place
        renumbering = [
            (old, action)
            for old, action in self.outbox.waiting.items()
            if old[0] == trade_id and SEQ_OPEN < old[1] < SEQ_CLOSE
        ]
        for (old_key, action), new_seq in zip(
            renumbering, range(last_seq + 1, last_seq + 1 + len(renumbering)), strict=True
        ):
            self._release(old_key)
            self.report(replace(action, seq=new_seq))
        place.alarm(
            f"renumbered:{trade_id}",
            "SEQ_CONFLICT",
            f"{len(renumbering)} actions of trade {trade_id} count on from {last_seq}",
            trade_id,
        )

    def _catch_up(self, trade_id: TradeId, last_seq: int) -> None:
        """The trade is known further than this EA remembers: report where it stands."""
        trade = self.outbox.trades.get(trade_id)
        if trade is None or last_seq <= trade.seq:
            return
        if last_seq == SEQ_CLOSE:
            self._place.alarm(
                f"closed:{trade_id}",
                "CLOSED_ELSEWHERE",
                f"ticket {trade.position.ticket} is open, the Core has its trade closed",
                trade_id,
            )
            return
        self.outbox.renumbered(trade_id, last_seq)
        self.report(self._levels_now(trade, last_seq + 1))
        self.report(self._volume_now(trade, last_seq + 2))

    def _levels_now(self, trade: Tracked, seq: int) -> TradeModify:
        position, settings = trade.position, self._place.settings
        return TradeModify(
            trade_id=trade.trade_id,
            seq=seq,
            account_id=settings.account_id,
            client_id=settings.client_id,
            ticket=position.ticket,
            symbol=position.symbol,
            magic_number=position.magic_number,
            stop_loss=position.stop_loss or Decimal(0),
            take_profit=position.take_profit or Decimal(0),
        )

    def _volume_now(self, trade: Tracked, seq: int) -> TradeClose:
        position, settings = trade.position, self._place.settings
        return TradeClose(
            trade_id=trade.trade_id,
            seq=seq,
            account_id=settings.account_id,
            client_id=settings.client_id,
            ticket=position.ticket,
            symbol=position.symbol,
            magic_number=position.magic_number,
            volume_remaining=position.lot,
            new_ticket=position.ticket,
        )

    def _say(self, key: ActionKey) -> None:
        place = self._place
        agent_mono_ms = place.link.agent_mono_ms(place.now)
        if agent_mono_ms is None or key in self._held:
            return
        action = self.outbox.waiting[key]
        attempt = self._repeats.said(
            key, now_mono_ms=place.now.mono_ms, backoff_ms=place.link.backoff_ms
        )
        if isinstance(action, TradeIntent):
            born_mono_ms, age_ms = self._born.get(action.trade_id, (None, 0))
            action = replace(
                action,
                attempt=attempt,
                buffer_depth=len(self.outbox.waiting),
                age_ms=None if born_mono_ms is None else age_ms + place.now.mono_ms - born_mono_ms,
                sent_mono_ms=agent_mono_ms,
            )
        place.say(action)
        if attempt == place.link.max_retries + 1:
            place.alarm(
                f"unacknowledged:{action.trade_id}:{action.seq}",
                "NOT_ACKNOWLEDGED",
                f"action {action.seq} of trade {action.trade_id} was said {attempt} times",
                action.trade_id,
            )
        self._arm()

    def _arm(self) -> None:
        due_mono_ms = self._repeats.next_due_mono_ms
        if due_mono_ms is not None:
            self._place.arm(RESEND, max(0, due_mono_ms - self._place.now.mono_ms))


def _key_of(record: FileRecord) -> ActionKey:
    return TradeId(record["action"]["trade_id"]), record["action"]["seq"]
