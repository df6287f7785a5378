"""The replica: quotes, specs and money of every account, as fresh as their terminals send them."""

from echo.domain.accounts import StateSnapshot
from echo.domain.copies import replace
from echo.domain.ids import AccountId
from echo.domain.journal import AccountStateRecord
from echo.domain.quantities import Instant
from echo.domain.specs import Quote, SymbolSpecification, SymbolSpecReport, spec_complaint
from echo.domain.symbols import Contract, normalize_canonical, read_quickly
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, State

STATE_STORED_EVERY_MS = 5_000


def quote(state: State, message: Quote, now: Instant) -> str | None:
    """Keep the newest quote; its age counts from its arrival here.

    Returns its canonical symbol, ``None`` = the quote is of no use.
    """
    account = state.account(message.account_id)
    canonical = canonical_name(state, account, message.broker_symbol, message.canonical_symbol)
    if canonical is None or not 0 < message.bid <= message.ask:
        return None
    account.quotes[canonical] = (message, now.mono_ms)
    return canonical


def specs(state: State, message: SymbolSpecReport, now: Instant) -> bool:
    """Refresh the specs of symbols that the account has registered.

    Returns:
        Whether the account may be judged differently now: something was told that it lacked, or
        that is worth a warning.
    """
    account = state.account(message.account_id)
    news = False
    for spec in message.symbols:
        canonical = canonical_name(state, account, spec.broker_symbol, spec.canonical_symbol)
        mapping = account.symbols.get(canonical or "")
        if canonical is None or mapping is None:
            continue
        refreshed = replace(
            mapping,
            digits=spec.digits,
            min_lot=spec.min_lot,
            max_lot=spec.max_lot,
            lot_step=spec.lot_step,
            stop_level_points=spec.stops_level_points,
            contract_size=spec.contract_size or None,
            trade_permission=spec.trade_permission,
        )
        complaint = spec_complaint(refreshed)
        news = _doubt(account, canonical, complaint) or news
        if complaint is not None:
            continue
        told_mono_ms = account.enrolment.spec_told_mono_ms.get(canonical)
        was_stale = (
            told_mono_ms is None or now.mono_ms - told_mono_ms > state.settings.spec_max_age_ms
        )
        was_valued = canonical in account.tick_values
        account.symbols[canonical] = refreshed
        account.sessions[canonical] = spec.sessions
        account.spec_mono_ms[canonical] = now.mono_ms
        account.enrolment.spec_told_mono_ms[canonical] = now.mono_ms
        _keep_tick_value(account, canonical, spec, now)
        news = (
            news
            or was_stale
            or was_valued is not (canonical in account.tick_values)
            or (mapping.contract_size is None) is not (refreshed.contract_size is None)
        )
    return news


def _doubt(account: AccountState, canonical: str, complaint: str | None) -> bool:
    """Remember why the latest spec of a symbol is not used; return whether that is news."""
    doubts = account.enrolment.spec_doubts
    if complaint is None:
        return doubts.pop(canonical, None) is not None
    known, doubts[canonical] = doubts.get(canonical), complaint
    return known is None


def snapshot(state: State, message: StateSnapshot, now: Instant, out: Outbox) -> None:
    """Keep the account's positions, money and tick values; write the money down now and then."""
    account = state.account(message.account_id)
    for each in message.tick_values:
        # An EA without mappings tells the broker's spelling in capitals.
        name = each.canonical_symbol
        canonical = canonical_name(state, account, name, name)
        if canonical is not None and each.tick_value > 0:
            account.tick_values[canonical] = (each.tick_value, now.mono_ms)
    if message.complete and message.connected:
        account.positions, account.pendings = message.positions, message.pendings
    if message.info is None:
        return
    account.info = message.info
    stored = account.info_stored_mono_ms
    if stored is None or now.mono_ms - stored >= STATE_STORED_EVERY_MS:
        account.info_stored_mono_ms = now.mono_ms
        out.persist_lazily(AccountStateRecord(info=message.info, updated_at_ms=now.wall_ms))


def is_owner(state: State, account_id: AccountId, agent_id: str) -> bool:
    """Whether *agent_id* may speak for the account."""
    account = state.accounts.get(account_id)
    return account is not None and account.agent_id == agent_id


def canonical_name(
    state: State, account: AccountState, broker_symbol: str, reported: str
) -> str | None:
    """Return what a broker's symbol stands for on an account, ``None`` = nothing.

    Of a symbol that the account has not registered, the *reported* name tells.
    """
    broker_symbol = broker_symbol.upper()
    known = account.canonical_of.get(broker_symbol)
    if known is not None:
        return known
    if broker_symbol in account.untaken:
        return None
    catalogue = state.settings.canonical_symbols
    reading = read_quickly(reported, catalogue)
    if reading.contract is not Contract.PLAIN and reading.canonical in account.symbols:
        # Another spelling stands for the instrument: a mini contract is not sized as the full one.
        return None
    return normalize_canonical(reported, catalogue)


def _keep_tick_value(
    account: AccountState, canonical: str, spec: SymbolSpecification, now: Instant
) -> None:
    if spec.tick_value > 0:
        account.tick_values[canonical] = (spec.tick_value, now.mono_ms)
