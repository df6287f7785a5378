"""One rule of a pack, out of its table: every key known, every number a number."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeVar

from echo.domain.account_limits import NO_CAPS, AccountLimits
from echo.domain.closing_time import ClosingTime
from echo.domain.headroom import IdeaRule
from echo.domain.limit_rules import HUNDRED, Anchor, Basis, LimitKind, LimitRule, LimitUnit
from echo.domain.lot_caps import LotCaps
from echo.domain.reset_time import ResetTime

_E = TypeVar("_E", bound=StrEnum)
Table = Mapping[str, Any]
Rule = LimitRule | IdeaRule | ClosingTime | LotCaps

_ALWAYS: Final = frozenset({"id", "kind", "source", "verified_on"})
_LOSS: Final = frozenset(
    {
        *("basis", "anchor", "limit", "unit", "reset", "zone", "stops_at_initial"),
        *("warn_at", "stop_entries_at", "flatten_at", "locks", "flattens"),
    }
)
_KEYS: Final = {
    **dict.fromkeys((kind.value for kind in LimitKind), _LOSS),
    "trade_idea": frozenset({"limit", "unit", "reopen_within_s"}),
    "closing_time": frozenset({"closes", "reopens", "zone", "stop_entries_s", "flatten_s"}),
    "max_lots": frozenset({"per_trade", "per_symbol", "per_account"}),
    "max_open_trades": frozenset({"limit"}),
    "max_leverage": frozenset({"limit"}),
}


class BadRule(ValueError):
    """A rule that cannot be read; the message names it and the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRules:
    """All rules of a pack, by what they are."""

    losses: tuple[LimitRule, ...] = ()
    ideas: tuple[IdeaRule, ...] = ()
    closings: tuple[ClosingTime, ...] = ()
    caps: LotCaps = NO_CAPS

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> "PackRules":
        """Sort *rules*; several caps are the tightest of all."""
        found = list(rules)
        caps = NO_CAPS
        for each in found:
            if isinstance(each, LotCaps):
                caps = caps.tighter(each)
        return cls(
            losses=tuple(each for each in found if isinstance(each, LimitRule)),
            ideas=tuple(each for each in found if isinstance(each, IdeaRule)),
            closings=tuple(each for each in found if isinstance(each, ClosingTime)),
            caps=caps,
        )

    def complaints(self) -> Iterator[str]:
        """Say what makes no sense."""
        yield from AccountLimits(
            rules=self.losses, ideas=self.ideas, closings=self.closings, caps=self.caps
        ).complaints()


def read_rule(table: Table, initial_balance: Decimal) -> Rule:
    """Read one ``[[rule]]``.

    Raises:
        BadRule: a key is unknown or missing, or its value is of the wrong kind.
    """
    name = table.get("id")
    if not isinstance(name, str) or not name:
        raise BadRule("a rule without an id")
    kind = table.get("kind")
    if not isinstance(kind, str) or kind not in _KEYS:
        raise BadRule(f"rule {name}: kind = {kind!r} is none of {', '.join(_KEYS)}")
    unknown = sorted(table.keys() - _KEYS[kind] - _ALWAYS)
    if unknown:
        raise BadRule(f"rule {name}: {', '.join(unknown)} is no word of a {kind}")
    source, verified = table.get("source"), table.get("verified_on")
    if not isinstance(source, str) or not source:
        raise BadRule(f"rule {name}: source is missing: where is it published?")
    if not isinstance(verified, date):
        raise BadRule(f"rule {name}: verified_on is missing, a date such as 2026-11-21")
    told = (source, verified.isoformat())
    match kind:
        case "trade_idea":
            return _idea(name, table, initial_balance, told)
        case "closing_time":
            return _closing(name, table, told)
        case "max_lots":
            given: dict[str, Any] = {
                key: _number(name, table, key) for key in _KEYS[kind] if key in table
            }
            return replace(NO_CAPS, **given)
        case "max_open_trades":
            return LotCaps(open_trades=_whole(name, table, "limit"))
        case "max_leverage":
            return LotCaps(leverage=_number(name, table, "limit"))
        case _:
            return _loss(name, LimitKind(kind), table, initial_balance, told)


def _loss(
    name: str, kind: LimitKind, table: Table, initial_balance: Decimal, told: tuple[str, str]
) -> LimitRule:
    anchor = Anchor.RESET if kind is LimitKind.DAILY_LOSS else Anchor.INITIAL
    shares: dict[str, Any] = {
        key: _number(name, table, key)
        for key in ("warn_at", "stop_entries_at", "flatten_at")
        if key in table
    }
    switches: dict[str, Any] = {
        key: _switch(name, table, key)
        for key in ("locks", "flattens", "stops_at_initial")
        if key in table
    }
    rule = LimitRule(
        rule_id=name,
        kind=kind,
        basis=_choice(name, table, "basis", Basis.BALANCE),
        anchor=_choice(name, table, "anchor", anchor),
        limit=_number(name, table, "limit"),
        unit=_choice(name, table, "unit", LimitUnit.PERCENT_OF_INITIAL),
        initial_balance=initial_balance,
        reset=_time(name, table, "reset") if "reset" in table else None,
        source=told[0],
        verified_on=told[1],
    )
    return replace(rule, **shares, **switches)


def _idea(name: str, table: Table, initial_balance: Decimal, told: tuple[str, str]) -> IdeaRule:
    limit = _number(name, table, "limit")
    unit = _choice(name, table, "unit", LimitUnit.PERCENT_OF_INITIAL)
    if unit is LimitUnit.PERCENT_OF_ANCHOR:
        raise BadRule(f"rule {name}: an idea has no anchor, unit is money or percent_of_initial")
    if unit is LimitUnit.PERCENT_OF_INITIAL:
        limit = initial_balance * limit / HUNDRED
    return IdeaRule(
        rule_id=name,
        limit=limit,
        reopen_within_s=_whole(name, table, "reopen_within_s") if "reopen_within_s" in table else 0,
        source=told[0],
        verified_on=told[1],
    )


def _closing(name: str, table: Table, told: tuple[str, str]) -> ClosingTime:
    leads = {
        key: _whole(name, table, key) for key in ("stop_entries_s", "flatten_s") if key in table
    }
    return ClosingTime(
        rule_id=name,
        closes=_time(name, table, "closes"),
        reopens=_time(name, table, "reopens"),
        source=told[0],
        verified_on=told[1],
        **leads,
    )


def _number(name: str, table: Table, key: str) -> Decimal:
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise BadRule(f"rule {name}: {key} = {value!r} is not a number")
    found = Decimal(value)
    if not found.is_finite():
        raise BadRule(f"rule {name}: {key} = {value} is not a finite number")
    return found


def _whole(name: str, table: Table, key: str) -> int:
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadRule(f"rule {name}: {key} = {value} is not a whole number")
    return value


def _switch(name: str, table: Table, key: str) -> bool:
    value = table[key]
    if not isinstance(value, bool):
        raise BadRule(f"rule {name}: {key} = {value!r} is neither true nor false")
    return value


def _choice(name: str, table: Table, key: str, default: _E) -> _E:
    value = table.get(key, default.value)
    kinds = type(default)
    if value not in [each.value for each in kinds]:
        words = ", ".join(each.value for each in kinds)
        raise BadRule(f"rule {name}: {key} = {value!r} is none of {words}")
    return kinds(value)


def _time(name: str, table: Table, key: str) -> ResetTime:
    value, zone = table.get(key), table.get("zone")
    if not isinstance(zone, str):
        raise BadRule(f"rule {name}: zone is missing, such as Europe/Prague")
    try:
        at = value if isinstance(value, time) else time.fromisoformat(str(value))
    except ValueError:
        raise BadRule(f"rule {name}: {key} = {value!r} is not a time such as 18:00") from None
    if at.tzinfo is not None:
        raise BadRule(f"rule {name}: {key} = {value!r} must leave the zone to the key zone")
    return ResetTime(at, zone)
