"""``echoctl agent``: run the Agent here, or have Windows run it as a service."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from echo.apps.agent import PROGRAM, serve
from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_USAGE, give_up
from echo.apps.running import run_program
from echo.apps.windows import installation
from echo.apps.windows.control import STARTED_WITHIN_S, Control, WindowsServices, is_gone, reached
from echo.apps.windows.plan import (
    SERVICE_NAME,
    ServiceRefused,
    ServiceState,
    checked_name,
    demand_servable,
    host_command,
)

STOPPED_WITHIN_S: Final = 15.0
SYSTEMD: Final = {
    "install-service": "copy deploy/systemd/echo-agent.service to /etc/systemd/system, then:"
    " systemctl enable --now echo-agent",
    "remove-service": "systemctl disable --now echo-agent",
    "start": "systemctl start echo-agent",
    "stop": "systemctl stop echo-agent",
    "status": "systemctl status echo-agent",
}
"""What the same is where systemd runs the Agent."""

Name = Annotated[str, typer.Option("--name", help="Of the service: one for each Agent.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Config = Annotated[str, typer.Option("--config", help="Its settings: a file, or an etcd address.")]

app = typer.Typer(
    help="Run the Agent, or have Windows run it as a service.\n\n"
    "Exit codes: 0 done, or it runs; 1 a problem, or it does not run; 2 it cannot be done here.",
    no_args_is_help=True,
)


@app.callback()
def root() -> None:
    """Run the Agent, or have Windows run it as a service."""


@app.command()
def run(
    config: Config = "echo.toml",
    until_eof: Annotated[
        bool, typer.Option("--until-eof", help="End when standard input ends, too.")
    ] = False,
) -> None:
    """Run the Agent in this window, until Ctrl-C; for desks that want no service."""
    run_program(PROGRAM, ["--config", config, *(["--until-eof"] if until_eof else [])], serve)


@app.command("install-service")
def install_service(
    config: Config = "echo.toml",
    state_dir: Annotated[
        Path | None,
        typer.Option(help="Folder of its log; relative paths of its settings start there."),
    ] = None,
    terminal_user: Annotated[
        list[str] | None,
        typer.Option(help="Whose terminals may open the pipes: a name or a SID; by default you."),
    ] = None,
    start_now: Annotated[bool, typer.Option("--start", help="Start it, too.")] = False,
    name: Name = SERVICE_NAME,
    as_json: AsJson = False,
) -> None:
    """Have Windows start the Agent with the machine, and again whenever it fails.

    Run it once more to change what it was installed with.  It runs as an account of its own,
    NT SERVICE\\<name>, and keeps its folder to itself.
    """
    command = "install-service"
    with _windows(command, as_json=as_json) as control:
        frozen = bool(getattr(sys, "frozen", False))
        demand_servable(
            executable=sys.executable,
            prefix=sys.prefix,
            base_prefix=sys.base_prefix,
            home=Path.home(),
            frozen=frozen,
        )
        plan, notes = installation.install(
            control,
            name=name,
            config=config,
            state_dir=state_dir or _data_folder(name),
            users=terminal_user or [],
            command=host_command(sys.executable, frozen=frozen),
        )
        if start_now:
            control.start(name)
            reached(control, name, "running", within_s=STARTED_WITHIN_S)
    for note in notes:
        print(f"echoctl agent {command}: {note}", file=sys.stderr)
    if as_json:
        print(json.dumps({**asdict(plan), "account": plan.account, "not_set": notes}))
        return
    print(f"{name} is installed: {plan.command_line}")
    print(f"its log and its ledger are in {plan.state_dir}")
    if not start_now:
        print("start it with: echoctl agent start")


@app.command("remove-service")
def remove_service(name: Name = SERVICE_NAME, as_json: AsJson = False) -> None:
    """End the service and take it from Windows; settings, ledger and log stay."""
    with _windows("remove-service", as_json=as_json) as control:
        control.stop(checked_name(name))
        reached(control, name, "stopped", within_s=STOPPED_WITHIN_S)
        control.remove(name)
        gone = is_gone(control, name, within_s=STOPPED_WITHIN_S)
    if as_json:
        print(json.dumps({"name": name, "state": "removed" if gone else "marked"}))
    elif gone:
        print(f"{name} is removed")
    else:
        print(f"{name} goes as soon as nobody looks at it: close the window that lists services")


@app.command()
def start(name: Name = SERVICE_NAME, as_json: AsJson = False) -> None:
    """Start the service, and wait until its pipes are served."""
    with _windows("start", as_json=as_json) as control:
        control.start(checked_name(name))
        state = reached(control, name, "running", within_s=STARTED_WITHIN_S)
    _show(state, as_json=as_json)


@app.command()
def stop(name: Name = SERVICE_NAME, as_json: AsJson = False) -> None:
    """End the service; what it has acknowledged is on the disk."""
    with _windows("stop", as_json=as_json) as control:
        control.stop(checked_name(name))
        state = reached(control, name, "stopped", within_s=STOPPED_WITHIN_S)
    _show(state, as_json=as_json)


@app.command()
def status(name: Name = SERVICE_NAME, as_json: AsJson = False) -> None:
    """Say whether it runs, and with what."""
    with _windows("status", as_json=as_json) as control:
        state = control.state(checked_name(name))
        if state is None:
            hint = "install it with echoctl agent install-service"
            raise ServiceRefused(f"{name} is not installed", hint)
    _show(state, as_json=as_json)
    if state.state != "running":
        raise typer.Exit(EXIT_PROBLEM)


def services() -> Control:
    """Return the services of this machine.  Raises ``ServiceRefused``: pywin32 is missing."""
    return WindowsServices()


def is_windows() -> bool:
    """Say whether this is Windows."""
    return os.name == "nt"


@contextmanager
def _windows(command: str, *, as_json: bool) -> Iterator[Control]:
    """Give the services of this Windows; say why something cannot be done, and end."""
    whole = f"agent {command}"
    if not is_windows():
        sentence = "services of Windows are on Windows only; here systemd runs the Agent"
        give_up(whole, EXIT_USAGE, sentence, SYSTEMD[command], as_json=as_json, why="not_windows")
    try:
        yield services()
    except ServiceRefused as refused:
        give_up(whole, EXIT_PROBLEM, refused.sentence, refused.hint, as_json=as_json)


def _data_folder(name: str) -> Path:
    """Return where programs of all users keep their data, and of it the service's part."""
    base = Path(os.environ.get("PROGRAMDATA", "C:/ProgramData")) / "Echo"
    return base / ("agent" if name == SERVICE_NAME else name)


def _show(state: ServiceState, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(state)))
        return
    print(f"{state.name} is {state.state}" + (f", process {state.pid}" if state.pid else ""))
    print(f"  runs {state.command_line}")
    print(f"  as {state.account}")
    if state.state == "stopped" and state.exit_code:
        print(f"  its last end had the code {state.exit_code}")
