"""Installing the Agent as a service: its settings, its users, its rights, its place in Windows."""

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from echo.apps.live_settings import LiveSettings, live_settings
from echo.apps.windows.access import demand_own_folder, files_read, keep_to_itself, let_read
from echo.apps.windows.control import Control
from echo.apps.windows.plan import ServicePlan, ServiceRefused, checked_name
from echo.config.agent_keys import USER_SID_PATTERN
from echo.config.settings import AgentSettings, agent_settings
from echo.config.toml_edit import CannotEdit, with_setting
from echo.ports.errors import SettingsInvalid
from echo.stores.etcd.place import is_etcd

PIPE_USERS = "agent/pipe_users"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """How the service is given what it needs; in tests, something that only remembers."""

    keep_to_itself: Callable[[Path, str], None] = keep_to_itself
    let_read: Callable[[Iterable[Path], str], None] = let_read


def install(
    control: Control,
    *,
    name: str,
    config: str,
    state_dir: Path,
    users: Sequence[str],
    command: tuple[str, ...],
    rights: Rights | None = None,
) -> tuple[ServicePlan, list[str]]:
    r"""Install the service, or change the one of that name; return it, and what could not be set.

    Args:
        control: The services of this machine.
        name: Under which Windows knows the service.
        config: Its settings: a file, or an address of etcd.
        state_dir: Its folder.
        users: Names or SIDs of those whose terminals may open the pipes; empty = as the settings
            say, and where they say nothing, whoever installs.  Written into the settings' file.
        command: How the service's program is started.
        rights: How files and folders are opened to the service.

    Raises:
        ServiceRefused: it cannot be installed; the message says why.
    """
    checked_name(name)
    rights = rights or Rights()
    file = None if is_etcd(config) else Path(config).absolute()
    place = config if file is None else str(file)
    settings = _read(place)
    state_dir = state_dir.absolute()
    demand_own_folder(settings, state_dir)
    sids = _sids(control, users, settings)
    if sids != settings.pipe_users:
        settings = _write_users(place, file, sids)
    if not settings.master_accounts and not settings.slave_accounts:
        raise ServiceRefused(
            f"{place}: agent/master_accounts and agent/slave_accounts are empty",
            "name the accounts of this machine's terminals first",
        )
    plan = ServicePlan(name=name, config=place, state_dir=str(state_dir), command=command)
    notes = control.install(plan)
    try:
        rights.keep_to_itself(state_dir, plan.sid)
        rights.let_read(files_read(settings, file, state_dir), plan.sid)
    except OSError as error:
        raise ServiceRefused(
            f"{plan.account} cannot be given access to what it needs: {error}",
            "the service is installed; mend this and install it again",
        ) from error
    return plan, notes


def _read(place: str) -> AgentSettings:
    async def read() -> LiveSettings:
        live = await live_settings(place)
        await live.source.close()
        return live

    try:
        return agent_settings(asyncio.run(read()).reading.values)
    except SettingsInvalid as error:
        raise ServiceRefused(str(error), "name the Agent's settings with --config") from error


def _sids(control: Control, users: Sequence[str], settings: AgentSettings) -> tuple[str, ...]:
    if not users and settings.pipe_users:
        return settings.pipe_users
    found = []
    for user in users or [""]:
        sid = user if user.upper().startswith("S-1-") else control.user_sid(user)
        if re.fullmatch(USER_SID_PATTERN, sid, re.IGNORECASE | re.ASCII) is None:
            raise ServiceRefused(
                f"{sid} ({user or 'whoever installs'}) is no person: the pipes would be open to a"
                " group, or to a service",
                "name the user that the terminals run as with --terminal-user",
            )
        found.append(sid.upper())
    return tuple(dict.fromkeys(found))


def _write_users(place: str, file: Path | None, sids: tuple[str, ...]) -> AgentSettings:
    if file is None:
        raise ServiceRefused(
            f"{PIPE_USERS} at {place} does not name the users of these terminals",
            f"set it first: echoctl config set {PIPE_USERS} {','.join(sids)} --config {place}",
        )
    try:
        file.write_text(
            with_setting(file.read_text(encoding="utf-8"), PIPE_USERS, list(sids)),
            encoding="utf-8",
        )
    except (OSError, CannotEdit) as error:
        hint = f"write it by hand: {PIPE_USERS} = {list(sids)}"
        raise ServiceRefused(f"{file}: {error}", hint) from error
    return _read(place)
