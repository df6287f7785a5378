"""Gates: what an entry must pass before its size is asked for, from the general to the costly.

Each gate is one rule.  It lets the entry pass, or names one code and one sentence with the
numbers that stood in the way.
"""

from typing import Final

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.filters import (
    adverse_points,
    refuse_delay,
    refuse_kind,
    refuse_permission,
    refuse_session,
    refuse_slippage,
    refuse_spread,
)
from echo.domain.handshake import Feature, RegistrationStatus
from echo.domain.ids import AccountId, StrategyId
from echo.domain.intents import ActionKind, MasterAction, TradeIntent, action_kind
from echo.domain.modes import refuse_entry, refuse_modify
from echo.domain.policy import CopyOptions, RiskPolicy
from echo.domain.quantities import Instant
from echo.domain.sizing import Inputs
from echo.domain.specs import Quote, SymbolMapping
from echo.engine import windows
from echo.engine.settings import EngineSettings
from echo.engine.state import AccountState, State, TradeState

# Bound once: the class of an enumeration is slow to ask, and these are asked all the time.
_REJECTED: Final = RegistrationStatus.REJECTED
_SPEC_REPORT: Final = Feature.SPEC_REPORT


def strategy_of(intent: TradeIntent) -> StrategyId:
    """Return the declared strategy; an EA that declares none is told apart by magic number."""
    return intent.strategy_id or StrategyId(f"magic_{intent.magic_number}")


def policy_for(
    state: State, trade: TradeState, account: AccountState, now: Instant
) -> RiskPolicy | Refusal:
    """Return the policy under which the account follows, if it may: the first gates."""
    intent = trade.intent
    policy = state.book.policy(account.account_id, strategy_of(intent))
    if policy is None or not policy.applies_to(intent.account_id, wall_ms=now.wall_ms):
        return Refusal(
            ErrorCode.RISK_POLICY_MISSING,
            f"account {account.account_id} has no policy for {strategy_of(intent)}"
            f" of master {intent.account_id}",
        )
    return (
        refuse_entry(state.book.switches.strictest(intent.account_id, account.account_id))
        or _refuse_master(state, trade)
        or _refuse_account(account)
        or policy
    )


def age_ms(trade: TradeState, now: Instant) -> int | None:
    """Return how old the entry is by now; ``None`` = unknown."""
    waited_ms = now.mono_ms - trade.taken_mono_ms if trade.taken_mono_ms is not None else 0
    return None if trade.age_ms is None else trade.age_ms + waited_ms


def seen(state: State, trade: TradeState, account: AccountState, now: Instant) -> Inputs:
    """Return what there was to decide by when an entry was left out, for whoever asks why.

    Nothing of accounts that follow nothing of the kind: most of a desk's do not.
    """
    intent = trade.intent
    policy = state.book.policy(account.account_id, strategy_of(intent))
    if policy is None:
        return ()
    told: list[tuple[str, object]] = [
        ("risk_type", policy.risk_type.value),
        ("policy_version", policy.version),
        ("age_ms", age_ms(trade, now)),
    ]
    spec = account.symbols.get(trade.canonical or "")
    quoted = account.quotes.get(trade.canonical or "")
    if spec is not None and quoted is not None:
        quote, arrived_mono_ms = quoted
        price = quote.entry_price(intent.side)
        worse = adverse_points(intent.side, master_price=intent.price, slave_price=price, spec=spec)
        told += [
            ("bid", quote.bid),
            ("ask", quote.ask),
            ("quote_age_ms", now.mono_ms - arrived_mono_ms),
            ("master_price", intent.price),
            ("worse_points", worse),
        ]
    return tuple(told)


def refuse_unwanted(
    state: State,
    trade: TradeState,
    account: AccountState,
    spec: SymbolMapping,
    entry_age_ms: int | None,
    now: Instant,
) -> Refusal | None:
    """Refuse what needs no market to be refused: by kind, permission, hour, window or age."""
    intent, canonical = trade.intent, spec.canonical_symbol
    options = state.book.options(account.account_id, canonical)
    sessions = account.sessions.get(canonical, ())
    return (
        refuse_kind(intent, canonical, options)
        or refuse_permission(spec, intent.side)
        or refuse_session(sessions, spec, options, wall_ms=now.wall_ms)
        or windows.refuse(state, account.account_id, canonical, ActionKind.OPEN, now)
        or refuse_delay(entry_age_ms, options)
    )


def refuse_market(
    intent: TradeIntent, quote: Quote, spec: SymbolMapping, options: CopyOptions
) -> Refusal | None:
    """Refuse the market as it is: by spread, or by how far it has run from the master's price."""
    return refuse_spread(quote, spec, options) or refuse_slippage(intent, quote, spec, options)


def refuse_follow_up(
    state: State,
    trade: TradeState,
    account_id: AccountId,
    action: MasterAction,
    now: Instant,
) -> Refusal | None:
    """Refuse a change, a reduction or a close of an open copy; only a window may stop a close."""
    kind = action_kind(action)
    refusal = windows.refuse(state, account_id, trade.canonical or "", kind, now)
    if refusal is None and kind is ActionKind.MODIFY:
        refusal = refuse_modify(state.book.switches.strictest(trade.intent.account_id, account_id))
    return refusal


def usable_spec(
    trade: TradeState, account: AccountState, settings: EngineSettings, now: Instant
) -> SymbolMapping | Refusal:
    """Return the account's symbol for the trade, mapped and described freshly enough."""
    if trade.canonical is None:
        return Refusal(
            ErrorCode.SYMBOL_NOT_MAPPED, f"nobody knows what {trade.intent.symbol} stands for"
        )
    spec = account.symbols.get(trade.canonical)
    if spec is None:
        return Refusal(
            ErrorCode.SYMBOL_NOT_MAPPED,
            f"account {account.account_id} reports no symbol for {trade.canonical}",
        )
    assert account.verdict is not None  # noqa: S101 -- refused before
    for entry in account.verdict.symbols:
        same = entry.canonical_symbol == trade.canonical
        if same and entry.status is _REJECTED:
            reasons = ", ".join(issue.message for issue in entry.errors)
            return Refusal(
                ErrorCode.SYMBOL_NOT_MAPPED,
                f"{trade.canonical} is rejected on account {account.account_id}: {reasons}",
            )
    # A legacy terminal reports its symbols once, with its handshake, and never again.
    if not account.offers(_SPEC_REPORT):
        return spec
    reported_mono_ms = account.spec_mono_ms.get(trade.canonical)
    if reported_mono_ms is None:
        return Refusal(
            ErrorCode.SPEC_MISSING,
            f"spec of {spec.broker_symbol} was not reported since the Core was started",
        )
    age_ms = now.mono_ms - reported_mono_ms
    if age_ms > settings.spec_max_age_ms:
        return Refusal(
            ErrorCode.SPEC_MISSING,
            f"spec of {spec.broker_symbol} is {age_ms} ms old > {settings.spec_max_age_ms} ms",
        )
    return spec


def fresh_quote(
    account: AccountState, spec: SymbolMapping, settings: EngineSettings, now: Instant
) -> Quote | Refusal:
    """Return the account's quote, if it was repeated within ``quote_max_age_ms``."""
    quoted = account.quotes.get(spec.canonical_symbol)
    if quoted is None:
        return Refusal(
            ErrorCode.QUOTE_STALE,
            f"account {account.account_id} has not quoted {spec.broker_symbol} yet",
        )
    quote, arrived_mono_ms = quoted
    age_ms = now.mono_ms - arrived_mono_ms
    if age_ms > settings.quote_max_age_ms:
        return Refusal(
            ErrorCode.QUOTE_STALE,
            f"quote of {spec.broker_symbol} is {age_ms} ms old > {settings.quote_max_age_ms} ms",
        )
    return quote


def _refuse_master(state: State, trade: TradeState) -> Refusal | None:
    master = state.accounts.get(trade.intent.account_id)
    verdict = master.verdict if master else None
    if verdict is not None and verdict.status is _REJECTED:
        reasons = ", ".join(issue.message for issue in verdict.errors)
        return Refusal(
            ErrorCode.HANDSHAKE_NOT_READY,
            f"master {trade.intent.account_id} was rejected: {reasons}",
        )
    return None


def _refuse_account(account: AccountState) -> Refusal | None:
    if account.verdict is None:
        return Refusal(
            ErrorCode.HANDSHAKE_NOT_READY, f"account {account.account_id} is not registered yet"
        )
    if account.verdict.status is _REJECTED:
        reasons = ", ".join(issue.message for issue in account.verdict.errors)
        return Refusal(
            ErrorCode.HANDSHAKE_NOT_READY,
            f"account {account.account_id} was rejected: {reasons or 'no usable symbol'}",
        )
    return None
