"""The stage: one folder with the settings of every program of the demo."""

import contextlib
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from echo.apps.demo.cast import Cast, Player, Quoted
from echo.apps.demo.material import Material
from echo.apps.demo.options import DemoOptions
from echo.apps.demo.telling import NOTHING, Telling
from echo.apps.demo.telling import settings_lines as telling_lines
from echo.apps.expert_terminal import expert_file
from echo.apps.journals import JOURNAL_FILE, Place
from echo.apps.lent_schema import settings_lines
from echo.apps.terminal_config import (
    AccountConfig,
    BrokerDelay,
    ClockConfig,
    MarketConfig,
    SymbolConfig,
    TerminalConfig,
    write_action,
)
from echo.domain.handshake import Role
from echo.domain.policy import CopyOptions, RiskPolicy
from echo.stores.postgres.target import PostgresTarget

PROTOCOL_OF_EXPERTS: Final = 3
DOUBT_MS: Final = 4_000
"""The slowest answer of a paper broker takes 3.7 s; a real one has been seen to take a minute."""

SOCKET_BYTES_MAX: Final = 107
PORTS: Final = range(20_000, 32_000)
LONGEST_PIPE: Final = "echo_master_50001.sock"


class Stage:
    """Writes what the programs read, and knows where they write.

    Args:
        store: Where on which server the journal is kept; ``None`` = in the folder.

    The pipes lie in a folder of their own where the names of sockets would be too long in this.
    """

    def __init__(self, folder: Path, store: PostgresTarget | None = None) -> None:
        self.folder = folder
        self.store = store
        self.pipes = folder / "pipes"
        if len(os.fsencode(self.pipes / LONGEST_PIPE)) > SOCKET_BYTES_MAX:
            self.pipes = Path(tempfile.mkdtemp(prefix="echo-pipes-"))
        self.experts: Path | None = None
        """Where compiled experts lie; ``None`` = the brains in Python are on the charts."""
        self.ea_pipes = self.pipes
        """Where terminals look for their pipes."""
        self.core_port = _free_port()
        self.agents_port = self.core_port
        """Where the Agent looks for the Core."""
        self.settings = folder / "echo.toml"
        self.journal = folder / "core" / JOURNAL_FILE
        self.place: Place = store or self.journal
        """Where the Core keeps its journal."""
        self.recording = folder / "core" / "events.jsonl"

    def prepare(self, cast: Cast, *, record: bool = False, telling: Telling = NOTHING) -> None:
        """Write the settings of Core and Agent."""
        for name in ("pipes", "core", "agent", "terminals", "logs"):
            (self.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        self.settings.write_text(_echo_toml(self, cast, telling, record=record))

    def strike(self) -> None:
        """Remove what lies outside the folder."""
        if not self.pipes.is_relative_to(self.folder):
            shutil.rmtree(self.pipes, ignore_errors=True)

    def book(self, player: Player) -> Path:
        """Where *player*'s broker writes its book."""
        return self.folder / "terminals" / f"book-{player.role}-{player.account_id}.jsonl"

    def log(self, name: str) -> Path:
        """Where a program's log goes."""
        return self.folder / "logs" / f"{name}.log"

    def write_terminal(
        self,
        players: Sequence[tuple[int, Player]],
        material: Material,
        options: DemoOptions,
        started_wall_ms: int,
    ) -> Path:
        """Write the settings of one process of terminals and return their file.

        Args:
            players: Its accounts, each with the number that starts its broker's chance.
        """
        config = TerminalConfig(
            state_dir=str(self.folder / "terminals"),
            pipe_dir=str(self.ea_pipes),
            clock=ClockConfig(
                started_wall_ms=started_wall_ms,
                market_start_ms=material.plan.market_start_ms,
                speed=material.plan.speed,
            ),
            markets={
                quoted.market: _market(quoted, material)
                for _, player in players
                for quoted in player.broker.symbols
            },
            accounts=[
                _account(player, number, material, options, self.experts)
                for number, player in players
            ],
        )
        first = players[0][1]
        path = self.folder / "terminals" / f"{first.role}-{first.account_id}.json"
        path.write_bytes(msgspec.json.encode(config))
        return path


def _market(quoted: Quoted, material: Material) -> MarketConfig:
    found = material.tick_file(quoted.feed)
    return MarketConfig(
        file=str(found.path),
        day_start_ms=found.day_start_ms,
        shift_ms=found.shift_ms,
        markup_points=quoted.markup_points,
    )


def _account(
    player: Player,
    number: int,
    material: Material,
    options: DemoOptions,
    experts: Path | None,
) -> AccountConfig:
    compiled = experts is not None and player.protocol_version >= PROTOCOL_OF_EXPERTS
    terminal = player.broker.terminal
    script = next(
        (each.actions for each in material.plan.scripts if each.master == player.account_id), ()
    )
    return AccountConfig(
        role=player.role,
        account=player.account_id,
        broker=player.broker.name,
        server=player.broker.server,
        terminal=player.broker.terminal,
        protocol_version=player.protocol_version,
        balance=player.balance,
        broker_delay=BrokerDelay(options.broker_delay),
        doubt_ms=DOUBT_MS,
        seed=number,
        expert=str(expert_file(experts, player.role, terminal)) if experts and compiled else "",
        symbols=[_symbol(each) for each in player.broker.symbols],
        script=[write_action(action) for action in script] if player.role is Role.MASTER else [],
    )


def _symbol(quoted: Quoted) -> SymbolConfig:
    spec = quoted.spec
    return SymbolConfig(
        name=spec.broker_symbol,
        canonical=spec.canonical_symbol,
        market=quoted.market,
        digits=spec.digits,
        tick_size=spec.tick_size,
        contract_size=spec.contract_size or spec.min_lot,
        min_lot=spec.min_lot,
        max_lot=spec.max_lot,
        lot_step=spec.lot_step,
        stop_level_points=spec.stop_level_points,
    )


def _echo_toml(stage: Stage, cast: Cast, telling: Telling, *, record: bool) -> str:
    symbols = {
        quoted.spec.canonical_symbol for player in cast.players for quoted in player.broker.symbols
    }
    lines = [
        "# Written by the demo; a real desk's file looks the same.",
        "[core]",
        'bind = "127.0.0.1"',
        f"grpc_port = {stage.core_port}",
        f"state_dir = {_text(stage.folder / 'core')}",
        f"admin.port = {telling.metrics_port or 0}",
        *(['store.kind = "postgres"'] if stage.store is not None else []),
        *([f"record_file = {_text(stage.recording)}"] if record else []),
        f"slave_accounts = {_texts(player.account_id for player in cast.slaves)}",
        f"canonical_symbols = {_texts(sorted(symbols))}",
        "",
        "[agent]",
        'agent_id = "agent_demo"',
        f"master_accounts = {_texts(player.account_id for player in cast.masters)}",
        f"slave_accounts = {_texts(player.account_id for player in cast.slaves)}",
        f"pipe_dir = {_text(stage.pipes)}",
        f"delivery.ledger_path = {_text(stage.folder / 'agent' / 'ledger.sqlite')}",
        *([f"metrics_port = {telling.metrics_port + 1}"] if telling.metrics_port else []),
        "",
        "[endpoints]",
        f'core_addr = "127.0.0.1:{stage.agents_port}"',
        *([f"otel.otlp_endpoint = {_text(telling.otlp)}"] if telling.otlp else []),
        *telling_lines(telling),
        *(["", *settings_lines(stage.store)] if stage.store is not None else []),
    ]
    for policy in cast.policies:
        lines += _risk(policy)
    for account_id, options in cast.options.items():
        lines += _options(account_id, options)
    return "\n".join(lines) + "\n"


def _risk(policy: RiskPolicy) -> list[str]:
    lines = ["", f'[risk."{policy.account_id}"."{policy.strategy_id}"]']
    lines.append(f'risk_type = "{policy.risk_type}"')
    if policy.lot_size is not None:
        lines.append(f"lot_size = {policy.lot_size}")
    if policy.amount is not None:
        lines += [f"amount = {policy.amount}", f'currency = "{policy.currency}"']
    return lines


def _options(account_id: str, options: CopyOptions) -> list[str]:
    patient = options.max_delay_ms != CopyOptions().max_delay_ms
    named = {
        "max_spread": options.max_spread_points,
        "max_slippage": options.max_slippage_points,
        "max_delay_ms": options.max_delay_ms if patient else None,
    }
    limits = [f"{name} = {value}" for name, value in named.items() if value is not None]
    return ["", f'[policy."{account_id}"]', *limits] if limits else []


def _text(value: object) -> str:
    return msgspec.json.encode(str(value)).decode()


def _texts(values: Iterable[str]) -> str:
    return "[" + ", ".join(map(_text, values)) + "]"


def _free_port() -> int:
    """Find a port below those that the system gives to outgoing connections.

    A Core that was killed must find its port free when it comes back.
    """
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
