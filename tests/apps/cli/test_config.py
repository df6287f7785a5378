"""``echoctl config``: settings looked at, changed, checked, moved; refused as a whole if wrong."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from echo.config.reading import read_settings
from echo.config.toml_file import flatten_toml
from tests.apps.cli.running_core import echoctl
from tests.servers.etcd import EtcdServer, running_etcd
from tests.servers.ports import free_port

TEXT = """\
# Our desk
[core]
slave_accounts = ["200", "201"]  # both

[core.symbols]
extra = ["A,B"]

[risk."200"."*"]
risk_type = "FIXED_LOT"
lot_size = 0.10

[postgres]
password = "geheim"
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[EtcdServer]:
    with running_etcd() as server:
        yield server


@pytest.fixture
def etcd(cluster: EtcdServer) -> EtcdServer:
    cluster.ctl("del", "--prefix", "")
    return cluster


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "echo.toml"
    path.write_text(TEXT.replace('["A,B"]', '["AAABBB"]'))
    return path


def config(*arguments: object) -> tuple[int, str, str]:
    return echoctl("config", *map(str, arguments))


def test_one_setting_is_shown(file: Path) -> None:
    assert config("get", "core/slave_accounts", "--config", file)[:2] == (0, "200,201\n")
    assert config("get", "core/grpc_port", "--config", file)[:2] == (0, "50051\n")
    assert config("get", "core/tls/cert_file", "--config", file)[:2] == (0, "\n")
    told = json.loads(config("get", "risk/200/*/lot_size", "--json", "--config", file)[1])
    assert told == {"key": "risk/200/*/lot_size", "value": "0.10", "set": True}


def test_everything_that_is_set_is_shown(file: Path) -> None:
    told = json.loads(config("get", "--json", "--config", file)[1])

    assert told["core/slave_accounts"] == "200,201"
    code, table, _ = config("get", "--config", file)
    assert (code, "at once" in table) == (0, True)


def test_an_unknown_setting_is_told_with_what_was_meant(file: Path) -> None:
    code, _, errors = config("get", "core/grpc_prt", "--config", file)

    assert code == 2
    assert "did you mean core/grpc_port?" in errors


def test_a_setting_is_changed_where_it_stands(file: Path) -> None:
    file.chmod(0o640)
    before = file.read_text()

    code, said, _ = config("set", "risk/200/*/lot_size", "0.25", "--config", file)

    assert (code, said) == (0, "risk/200/*/lot_size = 0.25: counts at once\n")
    assert file.read_text() == before.replace("lot_size = 0.10", "lot_size = 0.25")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_setting_is_taken_out(file: Path) -> None:
    assert config("set", "core/symbols/extra", "--remove", "--config", file)[0] == 0
    assert "core/symbols/extra" not in flatten_toml(file.read_text())


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("core/grpc_port", "70000"), "70000 is above 65535"),
        (("risk/200/*/risk_type", "MULTIPLIER"), "multiplier is missing"),
        (("core/grpc_prt", "1"), "did you mean"),
        (("core/grpc_port",), "give a value, or --remove"),
        (("core/grpc_port", "1", "--remove"), "give a value, or --remove"),
    ],
)
def test_what_cannot_be_used_is_not_written(
    file: Path, arguments: tuple[str, ...], named: str
) -> None:
    before = file.read_text()

    code, _, errors = config("set", *arguments, "--config", file)

    assert code == 2
    assert named in errors
    assert file.read_text() == before


def test_a_file_with_a_fault_can_be_mended_one_setting_at_a_time(file: Path) -> None:
    file.write_text("[core]\ngrpc_port = 70000\nlog_level = 'LOUD'\n")

    assert config("set", "core/grpc_port", "1", "--config", file)[0] == 0
    assert config("set", "core/log_level", "DEBUG", "--config", file)[0] == 0
    assert config("check", file)[0] == 0


def test_everything_that_is_wrong_is_said(file: Path) -> None:
    assert config("check", file)[0] == 0
    file.write_text("[core]\ngrpc_port = 70000\ncolour = 1\nspecs.default_lot = 1\n")

    code, said, _ = config("check", file)
    told = json.loads(config("check", "--json", file)[1])

    assert code == 1
    assert said.count("wrong: ") == len(told["complaints"]) == 2
    assert "note: core/specs/default_lot has no effect" in said
    assert config("check", file.parent / "none.toml")[0] == 2


def test_to_etcd_and_back_nothing_is_lost(etcd: EtcdServer, file: Path, tmp_path: Path) -> None:
    back = tmp_path / "back.toml"

    code, said, _ = config("import", file, "--to", etcd.url)
    assert config("export", "--from", etcd.url, "--output", back)[0] == 0

    assert code == 0
    assert "4 written, 0 removed, 0 were so" in said
    assert "postgres/password is a secret" in said
    assert "geheim" not in etcd.ctl("get", "--prefix", "/echo/")
    before, after = flatten_toml(file.read_text()), flatten_toml(back.read_text())
    assert read_settings(after).values == read_settings(before).values
    assert after == {key: raw for key, raw in before.items() if key != "postgres/password"}
    assert stat.S_IMODE(back.stat().st_mode) == 0o600
    assert config("export", "--from", etcd.url)[1] == back.read_text()


def test_an_import_writes_what_differs_and_takes_out_only_when_told_to(
    etcd: EtcdServer, file: Path
) -> None:
    config("import", file, "--to", etcd.url)
    etcd.put("core/grpc_port", "6000")
    etcd.put("core/leader", "someone else's")
    config("set", "risk/200/*/lot_size", "0.5", "--config", file)

    kept = json.loads(config("import", file, "--to", etcd.url, "--json")[1])
    replaced = json.loads(config("import", file, "--to", etcd.url, "--replace", "--json")[1])

    assert (kept["written"], kept["removed"]) == (1, 0)
    assert (replaced["written"], replaced["removed"]) == (0, 1)
    assert "someone else's" in etcd.ctl("get", "/echo/core/leader")
    assert "core/leader is not a setting" in config("export", "--from", etcd.url)[2]


def test_an_import_that_could_not_be_used_writes_nothing(etcd: EtcdServer, file: Path) -> None:
    config("set", "core/slave_accounts", "200", "--config", file)
    file.write_text(file.read_text().replace("0.10", '"much"'))

    code, _, errors = config("import", file, "--to", etcd.url)

    assert code == 2
    assert "nothing was written" in errors
    assert etcd.ctl("get", "--prefix", "/echo/") == ""


def test_one_setting_in_etcd(etcd: EtcdServer) -> None:
    assert config("set", "core/slave_accounts", "200,201", "--config", etcd.url)[0] == 0
    assert config("get", "core/slave_accounts", "--config", etcd.url)[1] == "200,201\n"
    assert config("set", "core/grpc_port", "x", "--config", etcd.url)[0] == 2
    assert config("set", "core/slave_accounts", "--remove", "--config", etcd.url)[0] == 0
    assert config("get", "--json", "--config", etcd.url)[1] == "{}\n"


def test_places_that_are_none_are_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETCD_TIMEOUT", "1")
    port = free_port()

    assert config("import", file, "--to", "other.toml")[0] == 2
    code, _, errors = config("check", f"etcd://127.0.0.1:{port}")
    assert code == 2
    assert f"127.0.0.1:{port}" in errors
    assert "Traceback" not in errors
    assert config("export", "--from", file, "--output", file / "x")[0] == 1
