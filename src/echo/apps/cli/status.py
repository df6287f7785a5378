"""``echoctl status``: how the Core on this host does, also one that only waits for its turn."""

from pathlib import Path
from typing import Annotated

import typer

from echo.apps.cli.asking import START
from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_UNREACHABLE, EXIT_USAGE, give_up
from echo.apps.cli.reaching import CORE, doors, settings_of
from echo.config.settings import CoreSettings
from echo.domain.health import Health
from echo.ports.errors import LinkDown, SettingsInvalid
from echo.wire.health import write_health


def status(
    config: Annotated[
        Path, typer.Option("--config", help="Settings of the Core: a file, or an address of etcd.")
    ] = Path("echo.toml"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell how the Core with these settings does: serving, on standby, or not ready.

    Exit codes: 0 it serves, or waits as it should; 1 it is not ready, or waits for a journal that
    cannot be read; 2 the settings cannot be used; 3 no Core answers.
    """
    command = "status"
    try:
        health, address = _found(settings_of(config))
    except SettingsInvalid as error:
        hint = "name the Core's settings with --config FILE"
        give_up(command, EXIT_USAGE, str(error), hint, as_json=as_json)
    except LinkDown as error:
        give_up(command, EXIT_UNREACHABLE, str(error), START, as_json=as_json)
    standby = health.standby
    if as_json:
        print(write_health(health).decode())
    elif standby is not None:
        print(standby.sentence)
        if standby.serves_at:
            print(f"{standby.holder} serves, and is asked at {standby.serves_at}")
    else:
        print(f"{health.sentence}, asked at {address}")
    if not health.ready and (standby is None or standby.journal):
        raise typer.Exit(EXIT_PROBLEM)


def _found(settings: CoreSettings) -> tuple[Health, str]:
    """Return how the Core does, and where it was asked.

    Raises:
        SettingsInvalid: the settings give it no door.
        LinkDown: it does not answer; of one that shares its folder and does, that is told.
    """
    places = doors(settings)
    if not places:
        raise LinkDown(CORE, f"none has announced itself in {settings.state_dir}")
    (address, own), *others = places
    try:
        return own.health(), address
    except LinkDown as error:
        for elsewhere, other in others:
            try:
                health = other.health()
            except LinkDown:
                continue
            reason = f"{error.reason}; the one at {elsewhere} is {health.state}"
            raise LinkDown(CORE, f"at {address}: {reason}") from error
        raise
