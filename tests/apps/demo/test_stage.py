"""The folder of a performance: every program finds settings there that it can use."""

import stat
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from echo.apps.demo.cast import Cast, Player, cast
from echo.apps.demo.material import Material, gather
from echo.apps.demo.options import DemoOptions
from echo.apps.demo.stage import LONGEST_PIPE, SOCKET_BYTES_MAX, Stage
from echo.apps.terminal_config import BrokerDelay, TerminalConfig, read_action, read_config
from echo.config.settings import agent_settings, core_settings
from echo.domain.ids import StrategyId
from echo.stores.file import FileSettings

PEOPLE = cast(2, 6, legacy=1)
OPTIONS = DemoOptions(seconds=10, broker_delay="0")
BEGINS_MS = 1_750_000_000_000


@pytest.fixture(scope="module")
def material() -> Material:
    return gather(OPTIONS, [player.account_id for player in PEOPLE.masters])


def config_of(stage: Stage, player: Player, material: Material) -> TerminalConfig:
    stage.prepare(PEOPLE)
    return read_config(stage.write_terminal([(4, player)], material, OPTIONS, BEGINS_MS))


def test_core_and_agent_agree_on_what_they_are_told(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.prepare(PEOPLE)
    values = FileSettings(stage.settings).load().values
    core, agent = core_settings(values), agent_settings(values)

    slaves = tuple(player.account_id for player in PEOPLE.slaves)
    assert core.slave_accounts == agent.slave_accounts == slaves
    assert agent.master_accounts == tuple(player.account_id for player in PEOPLE.masters)
    assert agent.core_addr == f"127.0.0.1:{core.grpc_port}"
    assert core.canonical_symbols == {"EURUSD", "XAUUSD"}
    assert stage.journal.parent == core.state_dir
    assert agent.pipe_dir == stage.pipes
    assert core.record_file is None


def test_every_slave_s_rule_reaches_the_core(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.prepare(PEOPLE)
    reading = FileSettings(stage.settings).load()
    book = core_settings(reading.values).book

    anything = StrategyId("7")
    for policy in PEOPLE.policies:
        found = book.policy(policy.account_id, anything)
        assert found is not None
        assert (found.risk_type, found.lot_size, found.amount) == (
            policy.risk_type,
            policy.lot_size,
            policy.amount,
        )
    for account_id, options in PEOPLE.options.items():
        assert book.options(account_id).max_spread_points == options.max_spread_points
        assert book.options(account_id).max_slippage_points == options.max_slippage_points


def test_the_core_records_where_it_is_asked_to(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.prepare(PEOPLE, record=True)

    values = FileSettings(stage.settings).load().values
    assert core_settings(values).record_file == stage.recording


def test_what_it_makes_is_its_owner_s_alone(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.prepare(PEOPLE)

    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir() if path.is_dir()
    }
    assert modes == dict.fromkeys(("agent", "core", "logs", "pipes", "terminals"), 0o700)


def test_a_master_is_told_its_script(tmp_path: Path, material: Material) -> None:
    master = PEOPLE.masters[1]
    config = config_of(Stage(tmp_path), master, material)
    [account] = config.accounts

    script = material.plan.scripts[1]
    assert (account.account, script.master) == (master.account_id, master.account_id)
    assert tuple(map(read_action, account.script)) == script.actions
    assert (account.seed, account.broker_delay) == (4, BrokerDelay.NONE)
    assert (config.clock.started_wall_ms, config.clock.speed) == (BEGINS_MS, Decimal(60))


def test_a_slave_is_told_its_broker_s_conditions_and_no_script(
    tmp_path: Path, material: Material
) -> None:
    slave = PEOPLE.slaves[2]
    config = config_of(Stage(tmp_path), slave, material)
    [account] = config.accounts

    assert account.script == []
    assert (account.server, account.terminal) == (slave.broker.server, slave.broker.terminal)
    assert [
        (each.name, each.canonical, each.digits, each.lot_step) for each in account.symbols
    ] == [
        ("#EURUSDpro", "EURUSD", 4, Decimal("0.01")),
        ("XAUUSD_i", "XAUUSD", 2, Decimal(1)),
    ]
    marked_up = {each.name: config.markets[each.market].markup_points for each in account.symbols}
    assert marked_up == {"#EURUSDpro": 8, "XAUUSD_i": 120}
    assert all(Path(market.file).is_file() for market in config.markets.values())


def test_an_old_ea_is_told_to_be_one(tmp_path: Path, material: Material) -> None:
    [account] = config_of(Stage(tmp_path), PEOPLE.slaves[-1], material).accounts

    assert account.protocol_version == 2


def test_accounts_may_share_a_process_and_keep_their_own_prices(
    tmp_path: Path, material: Material
) -> None:
    """The third broker shows the first one's ticks, but dearer."""
    stage = Stage(tmp_path)
    stage.prepare(PEOPLE)
    both = [(2, PEOPLE.slaves[0]), (4, PEOPLE.slaves[2])]
    path = stage.write_terminal(both, material, OPTIONS, BEGINS_MS)
    config = read_config(path)
    cheap, dear = (
        [config.markets[symbol.market] for symbol in account.symbols] for account in config.accounts
    )

    assert path.name == f"slave-{PEOPLE.slaves[0].account_id}.json"
    assert [account.seed for account in config.accounts] == [2, 4]
    assert [each.file for each in cheap] == [each.file for each in dear]
    assert [each.markup_points for each in cheap] == [0, 0]
    assert [each.markup_points for each in dear] == [8, 120]


def test_books_lie_where_the_terminals_write_them(tmp_path: Path, material: Material) -> None:
    stage, player = Stage(tmp_path), PEOPLE.slaves[0]
    config = config_of(stage, player, material)

    assert stage.book(player).parent == Path(config.state_dir)
    assert stage.book(player).name == f"book-slave-{player.account_id}.jsonl"
    assert stage.log("core").parent.is_dir()


def test_pipes_lie_in_the_folder_where_their_names_fit(tmp_path: Path) -> None:
    room = SOCKET_BYTES_MAX - len(str(tmp_path)) - len(f"//pipes/{LONGEST_PIPE}")
    fits, too_long = (tmp_path / ("d" * (room + more)) for more in (0, 1))
    near, far = Stage(fits), Stage(too_long)
    prepare(far, PEOPLE)

    assert near.pipes.parent == fits
    assert len(str(near.pipes / LONGEST_PIPE)) == SOCKET_BYTES_MAX
    assert not far.pipes.is_relative_to(too_long)
    assert len(str(far.pipes / LONGEST_PIPE)) <= SOCKET_BYTES_MAX
    assert agent_settings(FileSettings(far.settings).load().values).pipe_dir == far.pipes
    far.strike()
    assert not far.pipes.exists()
    assert too_long.exists()


def test_a_slave_may_wait_longer_than_usual(tmp_path: Path) -> None:
    account_id = PEOPLE.slaves[0].account_id
    patient = replace(PEOPLE.options[account_id], max_delay_ms=12_000)
    stage = Stage(tmp_path)
    stage.prepare(replace(PEOPLE, options={account_id: patient}))
    book = core_settings(FileSettings(stage.settings).load().values).book

    assert book.options(account_id).max_delay_ms == 12_000
    assert book.options(PEOPLE.slaves[1].account_id).max_delay_ms == 5_000


def test_a_core_that_comes_back_finds_its_port_free(tmp_path: Path) -> None:
    ports = {Stage(tmp_path).core_port for _ in range(20)}

    assert len(ports) > 1
    assert max(ports) < 32_768, "above that outgoing connections take any"


def test_relays_may_be_put_in_between(tmp_path: Path, material: Material) -> None:
    stage = Stage(tmp_path)
    stage.agents_port, stage.ea_pipes = 20_001, tmp_path / "relayed"
    config = config_of(stage, PEOPLE.slaves[0], material)
    values = FileSettings(stage.settings).load().values

    assert agent_settings(values).core_addr == "127.0.0.1:20001"
    assert core_settings(values).grpc_port == stage.core_port
    assert agent_settings(values).pipe_dir == stage.pipes
    assert config.pipe_dir == str(tmp_path / "relayed")


def test_striking_leaves_the_folder_alone(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    prepare(stage, PEOPLE)
    stage.strike()

    assert stage.settings.exists()
    assert stage.pipes.exists()


def prepare(stage: Stage, people: Cast) -> None:
    stage.folder.mkdir(exist_ok=True)
    stage.prepare(people)
