"""A policy and a symbol's specification in files, for answers without a running Core."""

import json
import tomllib
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

from echo.domain.ids import AccountId, StrategyId
from echo.domain.policy import RiskBasis, RiskPolicy, RiskType, TinyTrade
from echo.domain.specs import SymbolMapping

BYTES_MAX: Final = 1 << 20

_ALIASES: Final = {
    "risk_amount": "amount",
    "risk_currency": "currency",
    "risk_percent": "risk_pct",
    "commission_rate_pct": "commission_rate",
    "min_lot_size": "min_lot_override",
    "max_lot_size": "max_lot_override",
    "stop_level_points": "stop_level",
}
_POLICY_NUMBERS: Final = (
    *("lot_size", "amount", "risk_pct", "multiplier"),
    *("min_lot_override", "max_lot_override", "commission_per_lot", "commission_rate"),
)
_POLICY_TEXTS: Final = ("risk_type", "currency", "risk_basis", "tiny_trade")
_POLICY_UNUSED: Final = ("account_id", "strategy_id", "version", "valid_until", "valid_until_ms")
_SPEC_NUMBERS: Final = (
    *("digits", "point", "tick_size", "tick_value", "min_lot", "max_lot", "lot_step"),
    *("contract_size", "stop_level"),
)
_SPEC_TEXTS: Final = ("symbol", "broker_symbol", "canonical_symbol")

_E = TypeVar("_E", bound=StrEnum)
Note = Callable[[str], None]


class FileUnreadable(ValueError):
    """A file is not what it should be; the message names key, value and reason."""


def read_policy(path: Path, note: Note) -> RiskPolicy:
    """Read one risk policy; tell *note* what was not used.  Raises ``FileUnreadable``."""
    found = _read(path)
    nested = found.pop("config", None)
    if isinstance(nested, Mapping):
        found = {**nested, **found}
    values = {_ALIASES.get(key, key): value for key, value in found.items()}
    _tell_unused(path, values, (*_POLICY_NUMBERS, *_POLICY_TEXTS, *_POLICY_UNUSED), note)
    numbers = {key: _number(path, values, key) for key in _POLICY_NUMBERS}
    return RiskPolicy(
        account_id=AccountId(str(values.get("account_id", "offline"))),
        strategy_id=StrategyId(str(values.get("strategy_id", "*"))),
        risk_type=_choice(path, values, "risk_type", RiskType),
        lot_size=numbers["lot_size"],
        amount=numbers["amount"],
        risk_pct=numbers["risk_pct"],
        risk_basis=_choice(path, values, "risk_basis", RiskBasis, RiskBasis.BALANCE),
        multiplier=numbers["multiplier"],
        tiny_trade=_choice(path, values, "tiny_trade", TinyTrade, TinyTrade.SKIP),
        currency=str(values.get("currency") or "").upper(),
        min_lot_override=numbers["min_lot_override"],
        max_lot_override=numbers["max_lot_override"],
        commission_per_lot=numbers["commission_per_lot"] or Decimal(0),
        commission_rate_pct=numbers["commission_rate"] or Decimal(0),
    )


def read_spec(path: Path, note: Note) -> SymbolMapping:
    """Read one symbol's specification, as `read_policy` does."""
    values = {_ALIASES.get(key, key): value for key, value in _read(path).items()}
    _tell_unused(path, values, (*_SPEC_NUMBERS, *_SPEC_TEXTS), note)
    numbers = {key: _number(path, values, key) for key in _SPEC_NUMBERS}
    name = next((str(values[key]) for key in _SPEC_TEXTS if values.get(key)), "")
    if not name:
        raise FileUnreadable(f"{path}: symbol is missing")
    point = _positive(path, numbers, "point")
    if numbers["tick_size"] is None:
        numbers["tick_size"] = point
    contract_size = numbers["contract_size"]
    spec = SymbolMapping(
        canonical_symbol=str(values.get("canonical_symbol") or name),
        broker_symbol=str(values.get("broker_symbol") or name),
        digits=int(numbers["digits"] if numbers["digits"] is not None else _digits(point)),
        point=point,
        tick_size=_positive(path, numbers, "tick_size"),
        min_lot=_positive(path, numbers, "min_lot"),
        max_lot=_positive(path, numbers, "max_lot"),
        lot_step=_positive(path, numbers, "lot_step"),
        stop_level_points=int(numbers["stop_level"] or 0),
        contract_size=contract_size or None,
        tick_value=numbers["tick_value"],
    )
    if spec.min_lot > spec.max_lot:
        raise FileUnreadable(f"{path}: min_lot = {spec.min_lot} is above max_lot = {spec.max_lot}")
    return spec


def decimal_of(text: str, what: str) -> Decimal:
    """Read a finite number.  Raises ``FileUnreadable`` with *what* it should have been."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise FileUnreadable(f"{what} {text!r} is not a number") from None
    if not number.is_finite():
        raise FileUnreadable(f"{what} {text!r} is not a finite number")
    return number


def _read(path: Path) -> dict[str, Any]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileUnreadable(f"{path}: {error.strerror}") from error
    if len(data) > BYTES_MAX:
        raise FileUnreadable(f"{path} has more than {BYTES_MAX >> 20} MiB")
    try:
        text = data.decode("utf-8-sig")
        if text.lstrip().startswith("{"):
            found = json.loads(text, parse_float=Decimal, parse_int=Decimal)
        else:
            found = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise FileUnreadable(f"{path} is neither JSON nor TOML: {error}") from error
    # A file may hold one table of that name and nothing else.
    inner = next(iter(found.values())) if len(found) == 1 else None
    return dict(inner if isinstance(inner, dict) else found)


def _tell_unused(path: Path, values: Mapping[str, Any], names: tuple[str, ...], note: Note) -> None:
    unused = sorted(values.keys() - set(names))
    if unused:
        note(f"{path}: not used: {', '.join(unused)}; known are {', '.join(names)}")


def _number(path: Path, values: Mapping[str, Any], key: str) -> Decimal | None:
    value = values.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        raise FileUnreadable(f"{path}: {key} = {value!r} is not a number")
    number = decimal_of(str(value), f"{path}: {key} =")
    if number < 0:
        raise FileUnreadable(f"{path}: {key} = {value} is below 0")
    return number


def _positive(path: Path, numbers: Mapping[str, Decimal | None], key: str) -> Decimal:
    number = numbers[key]
    if number is None or number <= 0:
        raise FileUnreadable(f"{path}: {key} = {number} must be above 0")
    return number


def _choice(
    path: Path, values: Mapping[str, Any], key: str, kind: type[_E], default: _E | None = None
) -> _E:
    value = values.get(key)
    if value is None and default is not None:
        return default
    for each in kind:
        if str(value).lower() == each.value.lower():
            return each
    raise FileUnreadable(f"{path}: {key} = {value!r} is none of {', '.join(kind)}")


def _digits(point: Decimal) -> int:
    exponent = point.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
