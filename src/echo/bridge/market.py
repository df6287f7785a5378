"""Quotes, specs and account states: the latest wins, and never more often than every so often."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from echo.bridge.ea import Ea
from echo.bridge.schedule import Schedule
from echo.bridge.state import State
from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.copies import replace
from echo.domain.link_facts import ReportHeld
from echo.domain.registration_facts import SpecsFiltered, SpecsForwarded
from echo.domain.specs import Quote, SymbolSpecReport

QUOTED_SYMBOLS_MAX: Final = 1_024
"""Symbols of one EA whose quotes are kept."""
HISTORY_MAX: Final = 1_000
"""Deals that wait for the next snapshot to leave; the newest stay."""

Report = Quote | SymbolSpecReport | StateSnapshot | OpenTrades
_SlotKey = tuple[int, str, str]
"""Session, kind of report, symbol (only quotes have one)."""


@dataclass(slots=True)
class _Slot:
    report: Report
    received_mono_ms: int
    sent_mono_ms: int | None = None
    waiting: bool = True


class Market:
    """The latest report of each kind, EA and symbol; gone with its EA's session."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._slots: dict[int, dict[_SlotKey, _Slot]] = {}
        self._schedule: Schedule[_SlotKey] = Schedule(state, ("market",))

    def take(self, ea: Ea, report: Report) -> None:
        """Take in a report: the first of its kind leaves at once, later ones in their turn."""
        now_mono_ms = self._state.now.mono_ms
        if isinstance(report, SymbolSpecReport) and self._is_filtered(ea, report):
            return
        if isinstance(report, Quote) and not ea.takes_acks:
            # Older protocols stamp tick counts, or nothing.
            report = replace(report, timestamp_ms=self._state.now.wall_ms)
        slots = self._slots.get(ea.session)
        if slots is None:
            slots = self._slots[ea.session] = {}
        key = _key(ea.session, report)
        slot = slots.get(key)
        if slot is None:
            if len(slots) >= QUOTED_SYMBOLS_MAX:
                sentence = f"more than {QUOTED_SYMBOLS_MAX} symbols are quoted"
                self._state.refuse(ea.peer, "too_many_symbols", sentence)
                return
            slot = slots[key] = _Slot(report, now_mono_ms)
        else:
            slot.report = _merged(slot, report)
            slot.received_mono_ms = now_mono_ms
            slot.waiting = True
        self._pass_on(key, slot)

    def quote(self, session: int, broker_symbol: str) -> tuple[Quote, int] | None:
        """Return an EA's newest quote of a symbol and its age in ms, or ``None``."""
        slot = self._slots.get(session, {}).get((session, "quote", broker_symbol))
        if slot is None or not isinstance(slot.report, Quote):
            return None
        return slot.report, self._state.now.mono_ms - slot.received_mono_ms

    def announce(self) -> None:
        """Tell a Core that was away the latest of everything."""
        for key, slot in self._all():
            slot.waiting = True
            slot.sent_mono_ms = None
            self._pass_on(key, slot)

    def lost(self, session: int) -> None:
        """An EA is gone, and what it said of its account with it."""
        for key in self._slots.pop(session, {}):
            self._schedule.forget(key)

    def rang(self) -> None:
        """The timer is due: pass on what has waited long enough."""
        self._schedule.rang()
        for key in self._schedule.take_due():
            self._pass_on(key, self._slots[key[0]][key])

    def arm(self) -> None:
        """Have the shell wake us for the next report that may leave."""
        self._schedule.arm()

    def _is_filtered(self, ea: Ea, report: SymbolSpecReport) -> bool:
        """Whether a report of specs tells nothing, or is older than the one that is known."""
        slot = self._slots.get(ea.session, {}).get(_key(ea.session, report))
        known = slot.report if slot is not None else None
        is_old = (
            isinstance(known, SymbolSpecReport) and report.reported_at_ms < known.reported_at_ms
        )
        if report.symbols and not is_old:
            return False
        reason = "stale_report" if report.symbols else "empty_payload"
        self._state.observe(SpecsFiltered(account_id=ea.account_id, reason=reason))
        return True

    def _all(self) -> Iterator[tuple[_SlotKey, _Slot]]:
        for slots in self._slots.values():
            yield from slots.items()

    def _pass_on(self, key: _SlotKey, slot: _Slot) -> None:
        if self._state.stream is None or not slot.waiting:
            return
        now_mono_ms = self._state.now.mono_ms
        in_turn = slot.sent_mono_ms is not None
        if slot.sent_mono_ms is not None:
            due_mono_ms = slot.sent_mono_ms + self._state.settings.coalesce_ms
            if now_mono_ms < due_mono_ms:
                self._schedule.set(key, due_mono_ms)
                return
        slot.waiting = False
        slot.sent_mono_ms = now_mono_ms
        self._state.to_core(slot.report)
        waited_ms = now_mono_ms - slot.received_mono_ms
        if in_turn and waited_ms:
            account_id = slot.report.account_id
            self._state.observe(ReportHeld(account_id=account_id, waited_ms=waited_ms))
        if isinstance(slot.report, SymbolSpecReport):
            told = SpecsForwarded(
                account_id=slot.report.account_id, symbols=len(slot.report.symbols)
            )
            self._state.observe(told)


def _key(session: int, report: Report) -> _SlotKey:
    match report:
        case Quote():
            return (session, "quote", report.broker_symbol)
        case SymbolSpecReport():
            return (session, "specs", "")
        case StateSnapshot():
            return (session, "state", "")
        case OpenTrades():
            return (session, "open_trades", "")


def _merged(slot: _Slot, report: Report) -> Report:
    """Return *report*, with the deals of a snapshot that it overtakes: those come only once."""
    before = slot.report
    if not (slot.waiting and isinstance(before, StateSnapshot)):
        return report
    if not isinstance(report, StateSnapshot) or not before.history:
        return report
    return replace(report, history=(*before.history, *report.history)[-HISTORY_MAX:])
