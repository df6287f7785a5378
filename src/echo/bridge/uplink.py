"""Uplink: what must reach the Core's journal, numbered, and sent again until acknowledged."""

from dataclasses import dataclass
from typing import Final

from echo.bridge import telling
from echo.bridge.notes import Notes
from echo.bridge.pace import BACKOFF_MS_MAX
from echo.bridge.schedule import Schedule
from echo.bridge.state import State
from echo.domain.answers import ExecutionResult, MessageAck
from echo.domain.copies import replace
from echo.domain.facts import Alarm
from echo.domain.ids import AccountId
from echo.domain.intents import MasterAction, TradeIntent
from echo.domain.ledger import LedgerEntry, LedgerKind

NOTE_PREFIX: Final = "uplink:"

UplinkMessage = MasterAction | ExecutionResult


@dataclass(slots=True)
class UplinkItem:
    """One piece of work on its way up.

    ``key`` names the work, so that a repeat finds it.  ``aged_from_mono_ms``: when an open's age
    was 0, on this host's clock; ``None`` = unknown.  ``noted``: the ledger has it.  ``again``:
    the Core could not use it yet, so its acknowledgement does not end it.
    """

    n: int
    key: str
    account_id: AccountId
    message: UplinkMessage
    aged_from_mono_ms: int | None = None
    noted: bool = False
    again: bool = False
    sends: int = 0


class Uplink:
    """Unacknowledged items, in the order of their numbers."""

    def __init__(self, state: State, notes: Notes) -> None:
        self._state = state
        self._notes = notes
        self._items: dict[int, UplinkItem] = {}
        self._by_key: dict[str, UplinkItem] = {}
        self._schedule: Schedule[int] = Schedule(state, ("uplink",))

    @property
    def full(self) -> bool:
        """Whether nothing new may be taken: what is in here is never dropped for room."""
        return len(self._items) >= self._state.settings.uplink_entries_max

    def find(self, key: str) -> UplinkItem | None:
        """Return the item of that work, if it is on its way."""
        return self._by_key.get(key)

    @property
    def items(self) -> tuple[UplinkItem, ...]:
        """All items, in the order of their numbers."""
        return tuple(self._items.values())

    def add(
        self, key: str, account_id: AccountId, message: UplinkMessage, *, wait_ms: int = 0
    ) -> UplinkItem:
        """Number new work, forward it (at once, or after *wait_ms*), and have it noted beside."""
        item = UplinkItem(self._state.next_n(), key, account_id, message)
        if isinstance(message, TradeIntent) and message.age_ms is not None:
            item.aged_from_mono_ms = self._state.now.mono_ms - message.age_ms
        self._keep(item)
        away = self._state.stream is None
        self._notes.put(NOTE_PREFIX + key, lambda: self._entry(item), urgent=away)
        if wait_ms:
            self._schedule.set(item.n, self._state.now.mono_ms + wait_ms)
        elif not away:
            self._send(item)
        return item

    def restore(self, entry: LedgerEntry, message: UplinkMessage) -> UplinkItem:
        """Take over an item of a former life, under its number."""
        key = entry.key.removeprefix(NOTE_PREFIX)
        item = UplinkItem(entry.n, key, entry.account_id, message, noted=True)
        since_ms = self._state.ms_since(entry)
        if isinstance(message, TradeIntent) and message.age_ms is not None and since_ms is not None:
            item.aged_from_mono_ms = self._state.now.mono_ms - message.age_ms - since_ms
        self._keep(item)
        return item

    def noted(self, key: str) -> UplinkItem | None:
        """The ledger has the item now; return it, unless it has been settled meanwhile."""
        item = self._by_key.get(key)
        if item is not None:
            item.noted = True
        return item

    def acknowledged(self, ack: MessageAck) -> UplinkItem | None:
        """Take in the Core's acknowledgement; return the item that is settled by it, if any."""
        n = self._state.n_of(ack.message_id)
        item = self._items.get(n) if n is not None else None
        if item is None:
            return None
        if item.again and ack.success:
            item.again = False
            self._schedule.set(item.n, self._state.now.mono_ms + BACKOFF_MS_MAX)
            return None
        self._remove(item)
        if not ack.success:
            self._state.observe(
                Alarm(
                    key=f"uplink:{ack.message_id}",
                    code="FRAME_REFUSED",
                    sentence=f"the Core refused {item.key} for good: {ack.error}",
                    account_id=item.account_id,
                    trade_id=item.message.trade_id,
                    traceparent=item.message.traceparent,
                )
            )
        return item

    def withdraw(self, key: str) -> None:
        """Forget that work: it will never be acknowledged under this name."""
        item = self._by_key.get(key)
        if item is not None:
            self._remove(item)

    def core_up(self) -> None:
        """A new stream: everything again, in order, under the same names."""
        for item in self._items.values():
            item.sends = 0
            item.again = False
            self._send(item)

    def core_down(self) -> None:
        """Nothing can be sent; what was only in memory goes to disk at once."""
        self._schedule.clear()
        self._notes.hurry()

    def rang(self) -> None:
        """The timer is due: send what was not acknowledged in time."""
        self._schedule.rang()
        for n in self._schedule.take_due():
            self._send(self._items[n])

    def arm(self) -> None:
        """Have the shell wake us for the next repeat."""
        self._schedule.arm()

    def _keep(self, item: UplinkItem) -> None:
        self._items[item.n] = item
        self._by_key[item.key] = item

    def _remove(self, item: UplinkItem) -> None:
        del self._items[item.n]
        del self._by_key[item.key]
        self._schedule.forget(item.n)
        self._notes.drop(NOTE_PREFIX + item.key)

    def _send(self, item: UplinkItem) -> None:
        state = self._state
        item.sends += 1
        message = self._stamped(item)
        state.to_core(message, state.message_id(item.n))
        telling.intent_forwarded(state, item.account_id, message, item.sends)
        self._schedule.set(item.n, state.now.mono_ms + state.pace.wait_ms(item.sends))
        if item.sends == state.pace.max_retries:
            state.observe(
                Alarm(
                    key=f"uplink:{state.message_id(item.n)}",
                    code="UPLINK_SLOW",
                    sentence=f"{item.key} was sent {item.sends} times without an answer",
                    account_id=item.account_id,
                    trade_id=item.message.trade_id,
                    traceparent=item.message.traceparent,
                )
            )

    def _stamped(self, item: UplinkItem) -> UplinkMessage:
        """Return the message as it stands now: an open has grown older by what it was held."""
        if not isinstance(item.message, TradeIntent):
            return item.message
        now_mono_ms = self._state.now.mono_ms
        born_mono_ms = item.aged_from_mono_ms
        age_ms = None if born_mono_ms is None else now_mono_ms - born_mono_ms
        return replace(item.message, age_ms=age_ms, sent_mono_ms=now_mono_ms)

    def _entry(self, item: UplinkItem) -> LedgerEntry:
        return LedgerEntry(
            key=NOTE_PREFIX + item.key,
            n=item.n,
            kind=LedgerKind.UPLINK,
            account_id=item.account_id,
            message=self._stamped(item),
            boot_id=self._state.boot_id,
            boot_ms=self._state.boot_ms,
        )
