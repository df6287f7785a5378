"""What is asked of a journal on a server is answered as of a file with the same rows."""

import asyncio
import json
from pathlib import Path

import pytest

from echo.stores.postgres.moving import to_server
from echo.stores.postgres.schema import drop
from echo.stores.postgres.target import PostgresTarget
from tests.apps.cli.running_core import echoctl, write_settings
from tests.apps.divergence.desks import write_desk
from tests.domain.stories import TRADE
from tests.servers.postgres import PostgresServer
from tests.stores.postgres.places import target_on

QUESTIONS = {
    "report divergence": ("report", "divergence", "--by", "trade"),
    "why": ("why", TRADE.trade_id),
    "audit run": ("audit", "run"),
    "audit changes": ("audit", "changes"),
}


@pytest.fixture
def target(server: PostgresServer) -> PostgresTarget:
    target = target_on(server, schema="echo")
    asyncio.run(drop(target))
    return target


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_desk(tmp_path / "core") / "journal.sqlite"


@pytest.fixture
def settings(target: PostgresTarget, file: Path, tmp_path: Path) -> str:
    """Settings that lead to the same journal on a server."""
    asyncio.run(to_server(file, target))
    return str(
        write_settings(
            tmp_path,
            f'store.kind = "postgres"\n[postgres]\nhost = "127.0.0.1"\nport = {target.port}\n'
            'database = "postgres"\nuser = "postgres"',
        )
    )


def without_place(said: str) -> object:
    told = json.loads(said)
    if isinstance(told, dict):
        told.pop("journal", None)
    return told


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_answers_are_those_of_a_file(name: str, settings: str, file: Path) -> None:
    code, said, errors = echoctl(*QUESTIONS[name], "--json", "--config", settings)
    same = echoctl(*QUESTIONS[name], "--json", "--journal", str(file))

    assert (code, errors) == (same[0], same[2])
    assert without_place(said) == without_place(same[1])


def test_the_page_names_the_server(settings: str, target: PostgresTarget, tmp_path: Path) -> None:
    page = tmp_path / "page.html"

    code, said, _ = echoctl("report", "divergence", "--config", settings, "--html", str(page))

    assert code == 0
    assert "2 of 2 copies" in said
    assert str(target) in page.read_text()
