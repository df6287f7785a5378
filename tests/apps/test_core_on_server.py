"""A real Core whose journal is on a server: its policies, its rival, its end."""

from pathlib import Path

import pytest

from echo.apps.journals import place_of
from echo.apps.live_settings import live_settings
from echo.config.settings import core_settings
from echo.stores.postgres.target import PostgresTarget
from tests.apps.programs import refusal, start, write_settings
from tests.servers.postgres import PostgresServer
from tests.stores import examples as ex
from tests.stores.postgres.places import PUT_POLICY, empty, policy_cells, query, until


@pytest.fixture
def settings(server: PostgresServer, tmp_path: Path) -> Path:
    lines = (
        f'[postgres]\nhost = "127.0.0.1"\nport = {server.port}\ndatabase = "postgres"\n'
        'user = "postgres"\n\n[agent]'
    )
    path = write_settings(tmp_path, change=("[agent]", lines))
    path.write_text(
        path.read_text().replace("admin.port = 0", 'admin.port = 0\nstore.kind = "postgres"')
    )
    return path


async def test_a_policy_of_the_table_is_in_force_at_once_and_on_record(
    server: PostgresServer, settings: Path
) -> None:
    target = await empty(server)
    core = await start("core", settings)
    try:
        await until(
            target, "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'echo-watch%'"
        )
        await query(target, PUT_POLICY, *policy_cells(ex.POLICY))

        await until(
            target,
            "SELECT 1 FROM risk_policy_history WHERE policy ->> 'amount' = '100.50'",
        )
        live = await live_settings(settings)
        assert isinstance(place_of(core_settings(live.reading.values)), PostgresTarget)
    finally:
        code, errors = await core.end()
    assert (code, "Traceback" in errors) == (0, False)
    assert not (settings.parent / "core" / "journal.sqlite").exists()


async def test_a_server_that_is_away_is_said_in_a_sentence(
    server: PostgresServer, settings: Path
) -> None:
    server.stop()

    said = await refusal("core", settings)

    assert said.startswith(f"postgresql://postgres@127.0.0.1:{server.port}/postgres#echo: ")
