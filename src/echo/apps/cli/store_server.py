"""``echoctl store`` where a server keeps the journal."""

import asyncio
from pathlib import Path

from echo.apps.cli.exits import EXIT_PROBLEM
from echo.apps.journals import Place, demand_driver
from echo.ports.errors import JournalUnavailable, SettingsInvalid
from echo.stores.postgres.target import PostgresTarget


class NoJournalThere(JournalUnavailable):
    """Where settings point to there is no journal yet."""


def migrate_server(
    target: PostgresTarget, *, writer: str | None, reader: str | None
) -> tuple[int, int]:
    """Bring the schema up to date and let the named roles use it; return releases before and after.

    Raises:
        JournalUnavailable: the server cannot be asked.
        JournalRefused: a newer program made the schema, or this user may not change it.
        SettingsInvalid: the driver is not installed.
    """
    demand_driver()
    from echo.stores.postgres.schema import prepare  # its driver is an extra

    roles = {"writer": writer, "reader": reader}
    granted = {kind: role for kind, role in roles.items() if role is not None}
    before = asyncio.run(prepare(target, granted))
    return before.version, before.known


def check_server(target: PostgresTarget) -> tuple[dict[str, object], list[str]]:
    """Look at server and schema; return a report for programs and problems for people.

    Raises:
        JournalUnavailable: there is no journal, or it cannot be read.
        SettingsInvalid: the driver is not installed.
    """
    demand_driver()
    from echo.stores.postgres.health import read_health  # as above

    health = asyncio.run(read_health(target))
    problems = list(health.complaints)
    if health.schema > health.schema_known:
        problems.append(
            f"schema {health.schema} was made by a newer Echo, this one knows {health.schema_known}"
        )
    report: dict[str, object] = {
        "journal": str(target),
        "ok": not problems,
        "server": health.server,
        "schema": health.schema,
        "schema_known": health.schema_known,
        "problems": problems,
    }
    return report, problems


def demand_journal(target: PostgresTarget) -> None:
    """Look whether there is a journal, and make none.

    Raises:
        NoJournalThere: the server answers, and has none.
        JournalUnavailable: the server cannot be asked.
        SettingsInvalid: the driver is not installed.
    """
    demand_driver()
    from echo.stores.postgres.reading import NoJournal, looking_into  # as above

    async def look() -> None:
        async with looking_into(target):
            pass

    try:
        asyncio.run(look())
    except NoJournal as error:
        raise NoJournalThere(str(error)) from error


def moved(place: Place, path: Path, *, to_server: bool) -> tuple[PostgresTarget, int]:
    """Copy a journal between the file *path* and the server at *place*; return where, how much.

    Raises:
        SettingsInvalid: the settings name no server, or the driver is not installed.
        NoJournalThere: it is the server's that should be copied, and there is none.
        StoreLocked, JournalUnavailable, JournalRefused: one of the two cannot be used.
    """
    if isinstance(place, Path):
        raise SettingsInvalid(["core/store/kind is sqlite: name settings that name a server"])
    demand_driver()
    if not to_server:
        demand_journal(place)
    from echo.stores.postgres import moving  # as above

    work = moving.to_server(path, place) if to_server else moving.to_file(place, path)
    return place, asyncio.run(work)


def told(report: dict[str, object], problems: list[str]) -> tuple[list[str], int]:
    """Return the lines for people, and the exit code."""
    where = report["journal"]
    if problems:
        return [f"{where}: {problem}" for problem in problems], EXIT_PROBLEM
    schema, known = report["schema"], report["schema_known"]
    standing = (
        f"schema {schema} is the one of this Echo"
        if schema == known
        else f"schema {schema} of an older Echo: echoctl store migrate makes it {known}"
    )
    return [f"{where}: PostgreSQL {report['server']} is as it should be, {standing}"], 0
