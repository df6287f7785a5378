"""Secrets: made once, readable by their owner, and each certificate for its own name and use."""

import stat
from pathlib import Path

import pytest

from tests.deploy.composition import COMPOSE, composition
from tests.deploy.desk import make_secrets, openssl, run_script


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    return make_secrets(folder, "--agent", "agent_vps1", names="core.example.com 192.0.2.7")


def test_every_secret_that_compose_asks_for_is_made(secrets: Path) -> None:
    wanted = {Path(each["file"]).name for each in composition()["secrets"].values()}

    assert wanted <= {path.name for path in secrets.iterdir()}
    assert all((secrets / name).stat().st_size > 0 for name in wanted)


def test_only_the_authority_s_certificate_may_be_read_by_others(secrets: Path) -> None:
    open_to_others = {
        path.name for path in secrets.iterdir() if stat.S_IMODE(path.stat().st_mode) & 0o077
    }

    assert open_to_others == {"ca.crt"}


@pytest.mark.parametrize(
    ("name", "host"),
    [
        *(("core", "core"), ("core", "core.example.com"), ("core", "localhost")),
        *(("otelcol", "otelcol"), ("postgres", "postgres"), ("etcd", "etcd")),
    ],
)
def test_a_server_is_who_it_says_it_is(secrets: Path, name: str, host: str) -> None:
    said = openssl(
        *("verify", "-CAfile", secrets / "ca.crt", "-purpose", "sslserver"),
        *("-verify_hostname", host, secrets / f"{name}.crt"),
    )

    assert said.strip().endswith(": OK"), said


def test_an_address_is_an_address(secrets: Path) -> None:
    said = openssl(
        *("verify", "-CAfile", secrets / "ca.crt", "-verify_ip", "192.0.2.7"),
        secrets / "core.crt",
    )

    assert said.strip().endswith(": OK"), said


def test_an_agent_s_certificate_opens_no_server(secrets: Path) -> None:
    where = ("verify", "-CAfile", secrets / "ca.crt", "-purpose")
    certificate = secrets / "agent_vps1.crt"

    assert openssl(*where, "sslclient", certificate).strip().endswith(": OK")
    assert "unsuitable certificate purpose" in openssl(*where, "sslserver", certificate)


def test_nothing_is_made_twice(secrets: Path) -> None:
    before = {path.name: path.read_bytes() for path in secrets.iterdir()}
    make_secrets(secrets, names="other.example.com")

    assert {path.name: path.read_bytes() for path in secrets.iterdir()} == before


@pytest.mark.parametrize("agent", ["../core", "a b", "a/b", "*"])
def test_a_name_that_is_none_makes_nothing(tmp_path: Path, agent: str) -> None:
    done = run_script(COMPOSE / "secrets.sh", "--agent", agent, ECHO_SECRETS=str(tmp_path))

    assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []
