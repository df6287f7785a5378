"""Who compiles the experts, and what an account's expert is told."""

from decimal import Decimal
from pathlib import Path

import pytest

from echo.apps import expert_terminal
from echo.apps.expert_terminal import (
    NoExperts,
    compiled_experts,
    expert_file,
    inputs_of,
)
from echo.apps.terminal import compose
from echo.apps.terminal_config import (
    AccountConfig,
    ClockConfig,
    MarketConfig,
    SymbolConfig,
    TerminalConfig,
)
from echo.domain.handshake import Role
from tests.fakes import FactLog

SYMBOL = SymbolConfig(
    name="EURUSD.m",
    canonical="EURUSD",
    market="m",
    digits=5,
    tick_size=Decimal("0.00001"),
    contract_size=Decimal(100_000),
    min_lot=Decimal("0.01"),
    max_lot=Decimal(10),
    lot_step=Decimal("0.01"),
)


def account(role: Role, *, doubt_ms: int = 65_000, expert: str = "") -> AccountConfig:
    return AccountConfig(
        role=role,
        account="1",
        broker="b",
        server="s",
        terminal="mt4",
        symbols=[SYMBOL],
        doubt_ms=doubt_ms,
        expert=expert,
    )


def test_experts_have_names_of_their_role_and_platform() -> None:
    folder = Path("built")

    assert expert_file(folder, Role.MASTER, "mt4") == folder / "EchoMaster-mq4"
    assert expert_file(folder, Role.SLAVE, "mt5") == folder / "EchoSlave-mq5"


def test_a_slave_is_told_what_symbols_stand_for_and_a_master_is_not() -> None:
    slave = inputs_of(account(Role.SLAVE, doubt_ms=4_000))

    assert (slave["SymbolMappings"], slave["DoubtSeconds"]) == ("EURUSD:EURUSD.m", 4)
    assert set(inputs_of(account(Role.MASTER))) == {"Alerts"}


def test_without_a_checkout_nothing_is_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expert_terminal, "CHECKOUT", tmp_path)

    with pytest.raises(NoExperts, match="checkout"):
        compiled_experts()


def test_what_the_compiler_says_is_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mql").mkdir()
    built = tmp_path / "tests" / "mql"
    built.mkdir(parents=True)
    monkeypatch.setattr(expert_terminal, "CHECKOUT", tmp_path)
    (built / "build.py").write_text("print('the folder')\n")
    folder = compiled_experts()
    (built / "build.py").write_text("import sys\nsys.exit('no compiler')\n")

    assert folder == Path("the folder")
    with pytest.raises(NoExperts, match="no compiler"):
        compiled_experts()


def test_an_account_with_an_expert_gets_a_station_for_it(tmp_path: Path) -> None:
    ticks = tmp_path / "ticks.csv"
    ticks.write_text("0,1.39000,1.39010\n")
    config = TerminalConfig(
        state_dir=str(tmp_path),
        pipe_dir=str(tmp_path),
        clock=ClockConfig(started_wall_ms=0, market_start_ms=0, speed=Decimal(1)),
        markets={"m": MarketConfig(file=str(ticks))},
        accounts=[account(Role.SLAVE, expert="somewhere/EchoSlave-mq4")],
    )
    compose(config, FactLog())

    assert (tmp_path / "expert-slave-1").is_dir()
