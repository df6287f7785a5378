"""What a paper terminal is told: its accounts, their brokers, the market and what masters do."""

from decimal import Decimal
from pathlib import Path

import msgspec
from msgspec import Struct

from echo.domain.handshake import Role
from echo.domain.quantities import Side
from echo.ports.errors import SettingsInvalid
from echo.terminal.replay_script import Action, Close, Modify, Open, Reduce


class MarketConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One feed: a file of ticks, the midnight its times count from, and its clock's shift to UTC.

    ``markup_points`` is added to every ask, in the file's own smallest step.
    """

    file: str
    day_start_ms: int = 0
    shift_ms: int = 0
    markup_points: int = 0


class ClockConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the replay begins (Unix ms), what the market's clock shows then, and its speed."""

    started_wall_ms: int
    market_start_ms: int
    speed: Decimal


class SymbolConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One symbol of a broker; fields as in `echo.terminal.market.SymbolRules`."""

    name: str
    canonical: str
    market: str
    digits: int
    tick_size: Decimal
    contract_size: Decimal
    min_lot: Decimal
    max_lot: Decimal
    lot_step: Decimal
    stop_level_points: int = 0


class ActionConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One action of a script; which fields count depends on ``do``."""

    do: str
    key: str
    at_ms: int
    symbol: str = ""
    side: Side = Side.BUY
    lots: Decimal = Decimal(0)
    magic: int = 0
    sl_share: Decimal | None = None
    tp_share: Decimal | None = None


class AccountConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account with its EA.  ``script`` is for masters; ``seed`` starts the broker's chance."""

    role: Role
    account: str
    broker: str
    server: str
    terminal: str
    symbols: list[SymbolConfig]
    protocol_version: int = 3
    balance: Decimal = Decimal(50_000)
    currency: str = "USD"
    broker_delay: str = "real"
    seed: int = 0
    script: list[ActionConfig] = []


class TerminalConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One process of paper terminals."""

    state_dir: str
    pipe_dir: str
    clock: ClockConfig
    markets: dict[str, MarketConfig]
    accounts: list[AccountConfig]


def read_config(path: Path) -> TerminalConfig:
    """Read a terminal's configuration.

    Raises:
        SettingsInvalid: the file cannot be read, or says something that means nothing.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=TerminalConfig)
    except OSError as error:
        raise SettingsInvalid([f"{path}: {error.strerror}"]) from error
    except msgspec.MsgspecError as error:
        raise SettingsInvalid([f"{path}: {error}"]) from error


def read_action(config: ActionConfig) -> Action:
    """Turn one line of a script into an action.

    Raises:
        SettingsInvalid: ``do`` is none of ``open``, ``modify``, ``reduce``, ``close``.
    """
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
        case other:
            raise SettingsInvalid([f"{other!r} is none of open, modify, reduce, close"])


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
