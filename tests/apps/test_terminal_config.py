"""The settings of paper terminals: read whole, or refused in a sentence that says where."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from echo.apps.terminal_config import (
    BrokerDelay,
    TerminalConfig,
    read_action,
    read_config,
    write_action,
)
from echo.domain.handshake import Role
from echo.domain.quantities import Side
from echo.ports.errors import SettingsInvalid
from echo.terminal.replay_script import Action, Close, Modify, Open, Reduce
from tests.apps.terminals import EURUSD, account, terminal, write_terminal

OPEN = {"do": "open", "key": "a", "at_ms": 0, "symbol": "EURUSD", "lots": "0.10"}


def read(folder: Path, config: dict[str, Any]) -> TerminalConfig:
    return read_config(write_terminal(folder, config))


def refusal(folder: Path, config: dict[str, Any]) -> str:
    with pytest.raises(SettingsInvalid) as caught:
        read(folder, config)
    return str(caught.value)


def test_everything_is_read(tmp_path: Path) -> None:
    config = read(tmp_path, terminal(tmp_path, account(script=[OPEN]), account("slave", "200")))

    master, slave = config.accounts
    assert (master.role, master.account, master.script[0].lots) == (
        Role.MASTER,
        "100",
        Decimal("0.10"),
    )
    assert (slave.role, slave.broker_delay) == (Role.SLAVE, BrokerDelay.NONE)
    assert slave.symbols[0].tick_size == Decimal("0.00001")


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    config = read(tmp_path, terminal(tmp_path, account(script=[OPEN])))
    path = tmp_path / "again.json"
    path.write_bytes(msgspec.json.encode(config))

    assert read_config(path) == config


@pytest.mark.parametrize(
    "action",
    [
        Open(
            key="a",
            at_ms=1,
            symbol="EURUSD",
            side=Side.SELL,
            lots=Decimal("0.2"),
            magic=7,
            sl_share=Decimal("0.001"),
            tp_share=None,
        ),
        Modify(key="a", at_ms=2, sl_share=Decimal("0.002"), tp_share=Decimal("0.003")),
        Reduce(key="a", at_ms=3, lots=Decimal("0.1")),
        Close(key="a", at_ms=4),
    ],
    ids=lambda action: type(action).__name__,
)
def test_actions_survive_the_file(action: Action) -> None:
    assert read_action(write_action(action)) == action


def changed(config: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """Return *config* with one value changed; *path* is like ``accounts/0/role``."""
    config = json.loads(json.dumps(config))
    *heads, last = path.split("/")
    place: Any = config
    for head in heads:
        place = place[int(head)] if head.isdigit() else place[head]
    place[last] = value
    return config


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        pytest.param("clock/spede", 1, "did you mean speed?", id="unknown key"),
        pytest.param("zzzzz", 1, "unknown field `zzzzz`", id="nothing like it"),
        pytest.param("clock/speed", "fast", "$.clock.speed", id="wrong type"),
        pytest.param("clock/speed", "0", "speed = 0 is not above 0", id="speed"),
        pytest.param("clock/speed", "NaN", "speed = NaN is not above 0", id="no number"),
        pytest.param("accounts/0/role", "boss", "$.accounts[0].role", id="role"),
        pytest.param("accounts/0/account", "a/b", "'a/b' is not letters", id="account"),
        pytest.param("accounts/0/terminal", "mt6", "$.accounts[0].terminal", id="terminal"),
        pytest.param("accounts/0/protocol_version", 4, "<= 3", id="protocol"),
        pytest.param("accounts/0/currency", "usd", "currency", id="currency"),
        pytest.param("accounts/0/balance", "-1", "balance = -1", id="balance"),
        pytest.param("accounts/0/broker_delay", "slow", "broker_delay", id="delay"),
        pytest.param("accounts/0/doubt_ms", 0, ">= 1", id="doubt"),
        pytest.param("accounts/0/symbols/0/digits", 9, "<= 8", id="digits"),
        pytest.param("accounts/0/symbols/0/lot_step", "0", "lot_step = 0", id="lot step"),
        pytest.param("accounts/0/symbols/0/market", "x", "not among the markets", id="market"),
        pytest.param("accounts/0/symbols", [], "has no symbols", id="no symbols"),
        pytest.param("accounts/0/script", [{**OPEN, "do": "buy"}], "script[0].do", id="verb"),
        pytest.param("accounts/0/script", [{**OPEN, "lots": "0"}], "lots = 0", id="lots"),
        pytest.param("accounts", [], "$.accounts", id="no accounts"),
        pytest.param("accounts", [account(), account()], "100 is there 2 times", id="twice"),
        pytest.param("markets/ticks/markup_points", -1, ">= 0", id="mark-up"),
    ],
)
def test_what_means_nothing_is_refused(tmp_path: Path, path: str, value: object, said: str) -> None:
    config = changed(terminal(tmp_path, account(symbols=[EURUSD])), path, value)

    sentence = refusal(tmp_path, config)
    assert said in sentence
    assert sentence.startswith(str(tmp_path / "terminal.json"))
    assert len(sentence.splitlines()) == 1


def test_several_complaints_come_together(tmp_path: Path) -> None:
    config = terminal(tmp_path, account(symbols=[]), account("slave", "200", symbols=[]))

    assert len(refusal(tmp_path, config).splitlines()) == 2


@pytest.mark.parametrize("text", ["", "[core]", "{", '{"state_dir": 1}'])
def test_another_file_is_no_configuration(tmp_path: Path, text: str) -> None:
    path = tmp_path / "echo.toml"
    path.write_text(text)

    with pytest.raises(SettingsInvalid, match="is no configuration of terminals: "):
        read_config(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"nowhere\.json: No such file"):
        read_config(tmp_path / "nowhere.json")
