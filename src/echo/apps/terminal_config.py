"""What a paper terminal is told: its accounts, their brokers, the market and what masters do."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from echo.domain.handshake import Role
from echo.domain.ids import is_identifier
from echo.domain.quantities import Side
from echo.ports.errors import SettingsInvalid
from echo.terminal.replay_script import Action, Close, Modify, Open, Reduce
from echo.terminal.ticks import DIGITS_MAX

Count = Annotated[int, Meta(ge=0)]
Platform = Literal["mt4", "mt5"]


class BrokerDelay(StrEnum):
    """How long a paper broker takes: as measured at real ones, or no time at all."""

    REAL = "real"
    NONE = "0"


class MarketConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One feed: a file of ticks, the midnight its times count from, and its clock's shift to UTC.

    ``markup_points`` is added to every ask, in the file's own smallest step.
    """

    file: str
    day_start_ms: int = 0
    shift_ms: int = 0
    markup_points: Count = 0


class ClockConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the replay begins (Unix ms), what the market's clock shows then, and its speed, > 0."""

    started_wall_ms: int
    market_start_ms: int
    speed: Decimal

    def __post_init__(self) -> None:
        _positive(speed=self.speed)


class SymbolConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One symbol of a broker; fields as in `echo.terminal.market.SymbolRules`."""

    name: str
    canonical: str
    market: str
    digits: Annotated[int, Meta(ge=0, le=DIGITS_MAX)]
    tick_size: Decimal
    contract_size: Decimal
    min_lot: Decimal
    max_lot: Decimal
    lot_step: Decimal
    stop_level_points: Count = 0

    def __post_init__(self) -> None:
        _positive(
            tick_size=self.tick_size,
            contract_size=self.contract_size,
            min_lot=self.min_lot,
            max_lot=self.max_lot,
            lot_step=self.lot_step,
        )


class ActionConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One action of a script; which fields count depends on ``do``."""

    do: Literal["open", "modify", "reduce", "close"]
    key: str
    at_ms: int
    symbol: str = ""
    side: Side = Side.BUY
    lots: Decimal = Decimal(0)
    magic: int = 0
    sl_share: Decimal | None = None
    tp_share: Decimal | None = None

    def __post_init__(self) -> None:
        if self.do in {"open", "reduce"}:
            _positive(lots=self.lots)


class AccountConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account with its EA.

    ``expert``: the compiled expert that is on the chart; empty = the brain in Python.  ``script``
    is for masters; ``seed`` starts the broker's chance.  ``doubt_ms``: how long
    after an order this broker may still show a fill; an EA that does not know an order's fate
    looks for it then.
    """

    role: Role
    account: str
    broker: str
    server: str
    terminal: Platform
    symbols: list[SymbolConfig]
    protocol_version: Annotated[int, Meta(ge=1, le=3)] = 3
    balance: Decimal = Decimal(50_000)
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "USD"
    broker_delay: BrokerDelay = BrokerDelay.REAL
    doubt_ms: Annotated[int, Meta(ge=1, le=3_600_000)] = 65_000
    seed: int = 0
    expert: str = ""
    script: list[ActionConfig] = []

    def __post_init__(self) -> None:
        if not is_identifier(self.account):
            raise ValueError(f"account {self.account!r} is not letters, digits, '.', '_' and '-'")
        _positive(balance=self.balance)


class TerminalConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One process of paper terminals."""

    state_dir: str
    pipe_dir: str
    clock: ClockConfig
    markets: dict[str, MarketConfig]
    accounts: Annotated[list[AccountConfig], Meta(min_length=1)]


_FIELDS: Final = tuple(
    field
    for kind in (
        MarketConfig,
        ClockConfig,
        SymbolConfig,
        ActionConfig,
        AccountConfig,
        TerminalConfig,
    )
    for field in kind.__struct_fields__
)
_UNKNOWN: Final = re.compile(r"unknown field `(.+?)`")


def read_config(path: Path) -> TerminalConfig:
    """Read a terminal's configuration.

    Raises:
        SettingsInvalid: the file cannot be read, or says something that means nothing.
    """
    try:
        config = msgspec.json.decode(path.read_bytes(), type=TerminalConfig)
    except OSError as error:
        raise SettingsInvalid([f"{path}: {error.strerror}"]) from error
    except msgspec.MsgspecError as error:
        sentence = f"{path} is no configuration of terminals: {error}{_hint(str(error))}"
        raise SettingsInvalid([sentence]) from error
    complaints = [f"{path}: {each}" for each in _complaints(config)]
    if complaints:
        raise SettingsInvalid(complaints)
    return config


def _complaints(config: TerminalConfig) -> Iterator[str]:
    """Check what no field alone can tell."""
    for (role, name), count in Counter((a.role, a.account) for a in config.accounts).items():
        if count > 1:
            yield f"{role} {name} is there {count} times"
    for account in config.accounts:
        if not account.symbols:
            yield f"account {account.account} has no symbols"
        for symbol in account.symbols:
            if symbol.market not in config.markets:
                yield (
                    f"symbol {symbol.name} of account {account.account} is priced by"
                    f" {symbol.market}, which is not among the markets"
                )


def _hint(sentence: str) -> str:
    found = _UNKNOWN.search(sentence)
    near = get_close_matches(found[1], _FIELDS, n=1) if found else []
    return f"; did you mean {near[0]}?" if near else ""


def _positive(**numbers: Decimal) -> None:
    for name, number in numbers.items():
        if not number.is_finite() or number <= 0:
            raise ValueError(f"{name} = {number} is not above 0")


def read_action(config: ActionConfig) -> Action:
    """Turn one line of a script into an action."""
    key, at_ms = config.key, config.at_ms
    match config.do:
        case "open":
            return Open(
                key=key,
                at_ms=at_ms,
                symbol=config.symbol,
                side=config.side,
                lots=config.lots,
                magic=config.magic,
                sl_share=config.sl_share,
                tp_share=config.tp_share,
            )
        case "modify":
            return Modify(key=key, at_ms=at_ms, sl_share=config.sl_share, tp_share=config.tp_share)
        case "reduce":
            return Reduce(key=key, at_ms=at_ms, lots=config.lots)
        case "close":
            return Close(key=key, at_ms=at_ms)


def write_action(action: Action) -> ActionConfig:
    """Turn an action into one line of a script."""
    match action:
        case Open():
            return ActionConfig(
                do="open",
                key=action.key,
                at_ms=action.at_ms,
                symbol=action.symbol,
                side=action.side,
                lots=action.lots,
                magic=action.magic,
                sl_share=action.sl_share,
                tp_share=action.tp_share,
            )
        case Modify():
            return ActionConfig(
                do="modify",
                key=action.key,
                at_ms=action.at_ms,
                sl_share=action.sl_share,
                tp_share=action.tp_share,
            )
        case Reduce():
            return ActionConfig(do="reduce", key=action.key, at_ms=action.at_ms, lots=action.lots)
        case Close():
            return ActionConfig(do="close", key=action.key, at_ms=action.at_ms)
