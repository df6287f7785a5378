"""A Core for the command line to find: settings, state, token, and a door that answers."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from typer.testing import CliRunner

from echo.apps.cli.main import app
from echo.apps.state_file import StateFile
from echo.links.admin_token import TOKEN_FILE
from tests.fakes import WITHIN_S
from tests.links.admin_desk import TOKEN, Behind, open_door


def echoctl(*arguments: str) -> tuple[int, str, str]:
    """Return exit code, standard output and standard error."""
    result = CliRunner().invoke(
        app, list(arguments), env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    )
    return result.exit_code, result.stdout, result.stderr


def write_settings(folder: Path, more: str = "admin.port = 0") -> Path:
    """Write the least that a Core needs; its state folder is ``core``."""
    path = folder / "echo.toml"
    path.write_text(f'[core]\nstate_dir = "{folder / "core"}"\n{more}\n')
    (folder / "core").mkdir(exist_ok=True)
    return path


def write_token(folder: Path, token: str = TOKEN) -> None:
    (folder / "core" / TOKEN_FILE).write_text(token)


def announce(folder: Path, address: str) -> None:
    state = StateFile(folder / "core" / "core.state.json")
    state.write(ready=True, address="127.0.0.1:1", admin=address)


@contextmanager
def running(folder: Path, behind: Behind) -> Iterator[Path]:
    """A door, opened in a thread of its own; yields the settings that lead to it."""
    settings = write_settings(folder)
    write_token(folder)
    opened, enough = threading.Event(), threading.Event()

    async def serve() -> None:
        async with open_door(behind) as door:
            announce(folder, door.address)
            opened.set()
            await asyncio.to_thread(enough.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert opened.wait(WITHIN_S)
        yield settings
    finally:
        enough.set()
        thread.join(WITHIN_S)
