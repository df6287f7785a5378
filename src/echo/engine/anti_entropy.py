"""Anti-entropy: what terminals say is open, against what the journal says is open.

Messages get lost with the files that held them, people close positions by hand, brokers close
them by margin.  Every few seconds each terminal says what it holds; differences that its own
successive reports agree on are repaired, or told to people.  Nothing is ever opened from a report.
"""

from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.evidence import Listing, Shown, is_conclusive
from echo.domain.handshake import Role
from echo.domain.quantities import Instant
from echo.engine import astray, dispatch, early_closes, missing, strays
from echo.engine.outbox import Outbox
from echo.engine.state import State

COMPARED_EVERY_MS = 1_500
"""Snapshots come more often than it is worth to compare them."""


def listed(state: State, message: OpenTrades, now: Instant, out: Outbox) -> None:
    """Compare an account's list of open trades, as a master's and as a slave's."""
    account = state.account(message.account_id)
    if not message.epoch:
        return
    listing = Listing(message)
    findings = missing.find_gone(state, account, message, listing)
    if account.role is Role.SLAVE:
        findings |= strays.find(state, account, message)
    proved = account.evidence.listed.take(message.epoch, findings, now.mono_ms)
    for what, name in proved:
        if what in missing.KINDS:
            missing.make_up(state, (what, name), findings[what, name][0], now, out)
        else:
            strays.act(state, account, (what, name), findings[what, name][0], now, out)


def shown(state: State, snapshot: StateSnapshot, now: Instant, out: Outbox) -> None:
    """Compare a snapshot of an account: its copies are there, its own trades have their levels."""
    account = state.account(snapshot.account_id)
    evidence = account.evidence
    if not is_conclusive(snapshot):
        # Whatever such a terminal lists, it may have forgotten the rest.
        evidence.reset()
        return
    if snapshot.epoch == evidence.shown.epoch and snapshot.sequence <= evidence.sequence:
        return  # Said once more: it is no second witness.
    last_ms = evidence.compared_mono_ms
    if last_ms is not None and now.mono_ms - last_ms < COMPARED_EVERY_MS:
        return
    evidence.compared_mono_ms = now.mono_ms
    evidence.sequence = snapshot.sequence
    if not account.led and not account.followed:
        # Whatever was still to be proved was about trades that are over.
        evidence.shown.take(snapshot.epoch, {}, now.mono_ms)
        return
    positions = Shown(snapshot.positions)
    findings = missing.find_moved(state, account, positions)
    findings |= early_closes.find(state, account, snapshot, positions)
    findings |= astray.find(state, account, positions)
    for what, name in evidence.shown.take(snapshot.epoch, findings, now.mono_ms):
        if what in missing.KINDS:
            missing.make_up(state, (what, name), findings[what, name][0], now, out)
        elif what == astray.ASTRAY:
            astray.set_right(state, account, name, findings[what, name][0], now, out)
        else:
            early_closes.record(state, account, name, now, out)
    dispatch.ask_again(state, account, now, out)
