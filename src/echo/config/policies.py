"""Policies out of settings: who follows what, with how much, within which tolerances."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from decimal import Decimal

from echo.config.limits import account_limits, limit_complaints
from echo.config.policy_keys import POLICY_KEYS
from echo.config.rules import rule_complaints, switches_of, window_rules, windows_of
from echo.config.setting import Value
from echo.domain import policy_sense as sense
from echo.domain.commands import Residual
from echo.domain.comments import COMMENT_RULE, read_comment
from echo.domain.ids import ANY_STRATEGY, AccountId, StrategyId, is_identifier
from echo.domain.loops import loop_complaint
from echo.domain.policy import (
    CommentMode,
    CopyOptions,
    OnUnprotected,
    PolicyBook,
    RiskBasis,
    RiskPolicy,
    RiskType,
    SlTpMode,
    TinyTrade,
)
from echo.domain.quantities import Side

ANY_ACCOUNT = "*"
_CURRENCY = re.compile(r"[A-Z]{3}")
_RANGE = re.compile(r"(-?\d{1,18})(?:-(\d{1,18}))?")

Rows = dict[tuple[str, str], dict[str, Value]]


def policy_book(values: Mapping[str, Value]) -> PolicyBook:
    """Return all policies that *values*, read without complaints, declare."""
    defaults = _fields(values, ANY_ACCOUNT)
    accounts = sorted({key.split("/")[1] for key in values if key.startswith("policy/")})
    options = {
        AccountId(account): _options({**defaults, **_fields(values, account)})
        for account in accounts
        if account != ANY_ACCOUNT
    }
    return PolicyBook(
        [_policy(account, strategy, row) for (account, strategy), row in _rows(values).items()],
        options,
        _options(defaults),
        windows=windows_of(values),
        switches=switches_of(values),
        masters=map(AccountId, _texts(values.get("agent/master_accounts"))),
        limits=account_limits(values),
        symbol_options=_symbol_options(values, accounts),
    )


def _symbol_options(
    values: Mapping[str, Value], accounts: Iterable[str]
) -> dict[tuple[AccountId, str], CopyOptions]:
    """Return the tolerances of single symbols: each over those of its account, or of any."""
    given: dict[tuple[str, str], dict[str, Value]] = {}
    for key, value in values.items():
        parts = key.split("/")
        if parts[0] == "policy" and len(parts) == 4:
            given.setdefault((parts[1], parts[2].upper()), {})[parts[3]] = value
    defaults, found = _fields(values, ANY_ACCOUNT), {}
    for account in {ANY_ACCOUNT, *accounts}:
        own = {} if account == ANY_ACCOUNT else _fields(values, account)
        for symbol in sorted(
            {symbol for whose, symbol in given if whose in {account, ANY_ACCOUNT}}
        ):
            fields = {
                **defaults,
                **given.get((ANY_ACCOUNT, symbol), {}),
                **own,
                **given.get((account, symbol), {}),
            }
            found[AccountId(account), symbol] = _options(fields)
    return found


def policy_complaints(values: Mapping[str, Value], bad: Set[str] = frozenset()) -> list[str]:
    """Check each account's policies for sense; keys in *bad* were complained about already."""
    found: list[str] = []
    for (account, strategy), row in _rows(values).items():
        where = f"risk/{account}/{strategy}"
        if not is_identifier(account):
            found.append(f"{where}: {account!r} is not an account")
        spellings = (f"{where}/", f"risk/{account}/default/")
        if not any(key.startswith(spellings) for key in bad):
            found += _row_complaints(where, row)
    for key, value in values.items():
        parts = key.split("/")
        if parts[0] == "policy" and parts[1] != ANY_ACCOUNT and not is_identifier(parts[1]):
            found.append(f"{key}: {parts[1]!r} is neither an account nor *")
        if parts[0] == "risk" and parts[2] == "default":
            twin = f"risk/{parts[1]}/{ANY_STRATEGY}/{parts[3]}"
            found += [f"{key} and {twin} are two names of one row: keep one"] * (twin in values)
        found += _list_complaints(key, parts[-1], value)
    found += rule_complaints(values)
    found += limit_complaints(values)
    return found or list(_sense_complaints(values, bad))


def _sense_complaints(values: Mapping[str, Value], bad: Set[str]) -> Iterator[str]:
    """Check rows that are complete for their sense, and all together for loops."""
    if bad:
        return
    policies = [
        _policy(account, strategy, row) for (account, strategy), row in _rows(values).items()
    ]
    for policy in policies:
        yield from sense.policy_complaints(policy)
    masters = frozenset(map(AccountId, _texts(values.get("agent/master_accounts"))))
    loop = loop_complaint(policies, masters)
    if loop:
        yield loop


def policy_warnings(values: Mapping[str, Value]) -> list[str]:
    """Name accounts that will copy nothing, because one half of what they need is missing."""
    slaves = _texts(values["core/slave_accounts"])
    following = {account: None for account, _ in _rows(values)}
    return [
        *(
            f"account {each} has no policy under risk/{each}: it copies nothing"
            for each in slaves
            if each not in following
        ),
        *(
            f"risk/{each} is given, but {each} is not in core/slave_accounts: it copies nothing"
            for each in following
            if each not in slaves
        ),
    ]


def _row_complaints(where: str, row: Mapping[str, Value]) -> Iterator[str]:
    kind = row.get("risk_type")
    if kind is None:
        yield f"{where}/risk_type is missing"
    if kind == RiskType.FIXED_LOT and row.get("lot_size") is None:
        yield f"{where}/lot_size is missing: FIXED_LOT needs it"
    if kind == RiskType.FIXED_RISK:
        if row.get("amount") is None:
            yield f"{where}/amount is missing: FIXED_RISK needs it"
        currency = str(row.get("currency") or "")
        if not _CURRENCY.fullmatch(currency):
            yield f"{where}/currency = {currency!r} is not three capitals"
    if kind == RiskType.RISK_PERCENT and row.get("risk_pct") is None:
        yield f"{where}/risk_pct is missing: RISK_PERCENT needs it"
    if kind == RiskType.MULTIPLIER and row.get("multiplier") is None:
        yield f"{where}/multiplier is missing: MULTIPLIER needs it"
    low, high = row.get("min_lot_override"), row.get("max_lot_override")
    if isinstance(low, Decimal) and isinstance(high, Decimal) and low > high:
        yield f"{where}/min_lot_override = {low} is above max_lot_override = {high}"


def _list_complaints(key: str, name: str, value: Value) -> Iterator[str]:
    match name:
        case "sides" if not set(_texts(value)) <= set(Side):
            yield f"{key} = {', '.join(_texts(value))} holds more than BUY and SELL"
        case "magic_ranges":
            wrong = [each for each in _texts(value) if not _range(each)]
            yield from (f"{key}: {each!r} is not a range such as 100-199" for each in wrong)
        case "comment" if not read_comment(str(value)):
            yield f"{key} = {value!r} is none of tag, tag+rr, none and text:WORDS ({COMMENT_RULE})"
        case "master_accounts" if key.startswith("risk/"):
            wrong = [each for each in _texts(value) if not is_identifier(each)]
            yield from (f"{key}: {each!r} is not an account" for each in wrong)


def _rows(values: Mapping[str, Value]) -> Rows:
    rows: Rows = {}
    for key, value in values.items():
        parts = key.split("/")
        if parts[0] == "risk":
            # Rows named "default" are how older desks say "any strategy".
            strategy = ANY_STRATEGY if parts[2] == "default" else parts[2]
            rows.setdefault((parts[1], strategy), {})[parts[3]] = value
    for account, amount in _fixed_risks(values).items():
        row: dict[str, Value] = {
            "risk_type": "FIXED_RISK",
            "amount": amount,
            "currency": values["core/risk/default_currency"],
        }
        rows.setdefault((account, ANY_STRATEGY), row)
    return rows


def _fixed_risks(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return account -> amount of ``risk_fixed``, which ``*`` sets for every slave account."""
    named = {
        key.split("/")[1]: value
        for key, value in values.items()
        if key.startswith("policy/") and key.endswith("/risk_fixed")
    }
    if ANY_ACCOUNT in named:
        amount = named.pop(ANY_ACCOUNT)
        return {**dict.fromkeys(_texts(values["core/slave_accounts"]), amount), **named}
    return named


def _policy(account: str, strategy: str, row: Mapping[str, Value]) -> RiskPolicy:
    valid_until = row.get("valid_until_ms")
    return RiskPolicy(
        account_id=AccountId(account),
        strategy_id=StrategyId(strategy),
        risk_type=RiskType(str(row["risk_type"])),
        lot_size=_decimal(row.get("lot_size")),
        amount=_decimal(row.get("amount")),
        risk_pct=_decimal(row.get("risk_pct")),
        risk_basis=RiskBasis(str(row.get("risk_basis") or RiskBasis.BALANCE)),
        multiplier=_decimal(row.get("multiplier")),
        tiny_trade=TinyTrade(str(row.get("tiny_trade") or TinyTrade.SKIP)),
        currency=str(row.get("currency") or ""),
        min_lot_override=_decimal(row.get("min_lot_override")),
        max_lot_override=_decimal(row.get("max_lot_override")),
        commission_per_lot=_decimal(row.get("commission_per_lot")) or Decimal(0),
        commission_rate_pct=_decimal(row.get("commission_rate")) or Decimal(0),
        master_accounts=frozenset(map(AccountId, _texts(row.get("master_accounts")))),
        valid_until_ms=valid_until if isinstance(valid_until, int) else None,
    )


def _fields(values: Mapping[str, Value], account: str) -> dict[str, Value]:
    prefix = f"policy/{account}/"
    return {
        key.removeprefix(prefix): value
        for key, value in values.items()
        if key.startswith(prefix) and "/" not in key.removeprefix(prefix)
    }


def _options(given: Mapping[str, Value]) -> CopyOptions:
    fields = {each.parts[-1]: each.default for each in POLICY_KEYS if each.parts[0] == "policy"}
    fields |= given
    delay_ms = fields["max_delay_ms"]
    comment = read_comment(str(fields["comment"])) or (CommentMode.TAG, "")
    return CopyOptions(
        max_spread_points=_decimal(fields["max_spread"]),
        max_slippage_points=_decimal(fields["max_slippage"]),
        max_delay_ms=delay_ms if isinstance(delay_ms, int) else CopyOptions().max_delay_ms,
        copy_sl_tp=bool(fields["copy_sl_tp"]),
        sl_tp_mode=SlTpMode(str(fields["sl_tp_mode"])),
        sl_offset_points=_decimal(fields["sl_offset"]) or Decimal(0),
        tp_offset_points=_decimal(fields["tp_offset"]) or Decimal(0),
        catastrophic_sl_points=_decimal(fields["catastrophic_sl"]),
        comment=comment[0],
        comment_text=comment[1],
        protect_within_ms=_whole(fields["protect_within_ms"]),
        on_unprotected=OnUnprotected(str(fields["on_unprotected"])),
        modify_coalesce_ms=_whole(fields["modify_coalesce_ms"]),
        wait_improvement_ms=_whole(fields["wait_improvement_ms"]),
        wait_improvement_points=_decimal(fields["wait_improvement"]) or Decimal(0),
        reenter_within_ms=_whole(fields["reenter_within_ms"]),
        reenter_slippage_points=_decimal(fields["reenter_slippage"]) or Decimal(0),
        residual=Residual(str(fields["residual"])),
        sides=frozenset(map(Side, _texts(fields["sides"]))),
        symbols_include=frozenset(map(str.upper, _texts(fields["symbols_include"]))),
        symbols_exclude=frozenset(map(str.upper, _texts(fields["symbols_exclude"]))),
        magic_ranges=tuple(
            found for each in _texts(fields["magic_ranges"]) if (found := _range(each))
        ),
        session_zone=str(given.get("session_zone") or ""),
        windows=window_rules(given),
    )


def _range(text: str) -> tuple[int, int] | None:
    found = _RANGE.fullmatch(text.strip())
    if not found:
        return None
    low = int(found[1])
    high = int(found[2]) if found[2] else low
    return (low, high) if low <= high else None


def _whole(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _decimal(value: Value) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else ()
