"""``echo-terminal``: one process of paper terminals."""

import sys
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Final

from echo.apps.expert_terminal import expert_station
from echo.apps.failpoints import armed
from echo.apps.mortal import MortalFates, MortalFile
from echo.apps.running import Stopping, run_program, state_folder
from echo.apps.terminal_config import (
    AccountConfig,
    BrokerDelay,
    MarketConfig,
    SymbolConfig,
    TerminalConfig,
    read_action,
    read_config,
)
from echo.domain.handshake import Role
from echo.domain.ids import AccountId
from echo.links.log_facts import LogFacts
from echo.links.pipe_unix_client import UnixEaLink
from echo.links.system_clock import SystemClock
from echo.links.system_ids import SystemIds
from echo.ports.errors import SettingsInvalid
from echo.ports.files import AppendFile
from echo.ports.telemetry import FactSink
from echo.services.terminal.books import restore_book
from echo.services.terminal.ea_file import EaFile
from echo.services.terminal.feed import Feed, MarketClock
from echo.services.terminal.script import Hand
from echo.services.terminal.service import Onstage, TerminalService
from echo.services.terminal.station import Parts, Station
from echo.stores.files import LocalFile
from echo.terminal.book import BookEntry
from echo.terminal.broker import PaperBroker
from echo.terminal.ea import make_ea
from echo.terminal.fates import NO_DELAYS, Delays, DrawnFates, Fates
from echo.terminal.market import BrokerRules, SymbolRules
from echo.terminal.settings import EaSettings
from echo.terminal.ticks import Ticks, TicksUnreadable, read_ticks

DELAYS: Final = {BrokerDelay.REAL: Delays(), BrokerDelay.NONE: NO_DELAYS}
FIRST_TICKETS_APART: Final = 1_000_000


def compose(config: TerminalConfig, facts: FactSink) -> TerminalService:
    """Build the service from *config*.

    Raises:
        SettingsInvalid: a file of ticks or a book cannot be read, or a folder not be written.
    """
    clock, ids = SystemClock(), SystemIds()
    markets = {name: _ticks(market) for name, market in config.markets.items()}
    stations: list[Onstage] = []
    for number, account in enumerate(config.accounts):
        name = f"echo_{account.role}_{account.account}.sock"
        link = UnixEaLink(Path(config.pipe_dir) / name, clock, ids)
        parts = _parts(config, account, markets, link, FIRST_TICKETS_APART * (number + 1) + 1)
        if account.expert:
            stations.append(expert_station(config, account, parts, clock, facts))
        else:
            stations.append(Station(parts, clock, ids, facts))
    return TerminalService(stations, clock)


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    run_program("echo-terminal", sys.argv[1:], _run)


async def _run(config_path: str, stopping: Stopping) -> None:
    config = read_config(Path(config_path))
    facts = LogFacts("echo-terminal")
    try:
        service = compose(config, facts)
        stopping.ready(", ".join(f"{each.role} {each.account}" for each in config.accounts))
        await service.run(stopping.event)
    finally:
        facts.close()


def _parts(
    config: TerminalConfig,
    account: AccountConfig,
    markets: dict[str, Ticks],
    link: UnixEaLink,
    first_ticket: int,
) -> Parts:
    folder = state_folder(Path(config.state_dir))
    rules = _rules(account, first_ticket)
    book = LocalFile(folder / f"book-{account.role}-{account.account}.jsonl")
    entries = _entries(book)
    chance = Random(account.seed)  # noqa: S311 -- a market's moods, not a secret
    fates: Fates = DrawnFates(chance, DELAYS[account.broker_delay])
    records: AppendFile = LocalFile(folder / f"ea-{account.role}-{account.account}.jsonl")
    if (failpoint := armed()) is not None:
        records = MortalFile(records, failpoint)
        if account.role is Role.SLAVE:
            fates = MortalFates(fates, failpoint)
    broker = PaperBroker.restore(rules, entries, fates)
    settings = EaSettings(
        role=account.role,
        account_id=AccountId(account.account),
        server=account.server,
        protocol_version=account.protocol_version,
        symbols=_symbols(account),
        doubt_ms=account.doubt_ms,
    )
    hand = None
    if account.role is Role.MASTER:
        script = tuple(map(read_action, account.script))
        hand = Hand(script, {each.canonical: each.name for each in account.symbols}, broker)
        hand.restore(entries)
    return Parts(
        settings=settings,
        ea=make_ea(settings),
        broker=broker,
        feed=Feed({each.market: markets[each.market] for each in account.symbols}),
        market=MarketClock(
            started_wall_ms=config.clock.started_wall_ms,
            market_start_ms=config.clock.market_start_ms,
            speed=config.clock.speed,
        ),
        hand=hand,
        ea_file=EaFile(records, settings),
        book=book,
        link=link,
    )


def _entries(book: LocalFile) -> tuple[BookEntry, ...]:
    try:
        return restore_book(book)
    except OSError as error:
        raise SettingsInvalid([f"{error.filename}: {error.strerror}"]) from error
    except ValueError as error:
        raise SettingsInvalid([f"a broker's book cannot be read: {error}"]) from error


def _symbols(account: AccountConfig) -> tuple[tuple[str, str], ...]:
    """A slave's EA is told what its symbols stand for; a master's reports them as they are."""
    if account.role is Role.MASTER:
        return ()
    return tuple((each.name, each.canonical) for each in account.symbols)


def _rules(account: AccountConfig, first_ticket: int) -> BrokerRules:
    return BrokerRules(
        account_id=AccountId(account.account),
        server=account.server,
        broker=account.broker,
        currency=account.currency,
        balance=account.balance,
        terminal=account.terminal,
        symbols=tuple(_symbol_rules(each) for each in account.symbols),
        first_ticket=first_ticket,
    )


def _symbol_rules(symbol: SymbolConfig) -> SymbolRules:
    return SymbolRules(
        name=symbol.name,
        market=symbol.market,
        digits=symbol.digits,
        point=Decimal(1).scaleb(-symbol.digits),
        tick_size=symbol.tick_size,
        contract_size=symbol.contract_size,
        min_lot=symbol.min_lot,
        max_lot=symbol.max_lot,
        lot_step=symbol.lot_step,
        stop_level_points=symbol.stop_level_points,
        base_currency=symbol.canonical[:3],
        quote_currency=symbol.canonical[3:6],
    )


def _ticks(market: MarketConfig) -> Ticks:
    try:
        data = Path(market.file).read_bytes()
        ticks = read_ticks(data, day_start_ms=market.day_start_ms, shift_ms=market.shift_ms)
    except OSError as error:
        raise SettingsInvalid([f"{market.file}: {error.strerror}"]) from error
    except TicksUnreadable as error:
        raise SettingsInvalid([f"{market.file}: {error}"]) from error
    return ticks.marked_up(market.markup_points)


if __name__ == "__main__":
    main()
