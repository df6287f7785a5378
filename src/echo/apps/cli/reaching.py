"""Finding the running Core: its settings say where it keeps its state, the state where it is."""

import asyncio
from pathlib import Path
from typing import Final

from echo.apps.live_settings import LiveSettings, live_settings
from echo.apps.state_file import admin_address
from echo.config.settings import AdminSettings, CoreSettings, core_settings
from echo.links.admin_client import AdminClient
from echo.links.admin_token import read_token
from echo.ports.errors import LinkDown, SettingsInvalid

CORE: Final = "the Core"
_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- where a door is, not a bind


def settings_of(config: Path) -> CoreSettings:
    """Read the Core's settings, of a file or of etcd.  Raises ``SettingsInvalid``."""

    async def read() -> LiveSettings:
        live = await live_settings(config)
        await live.source.close()
        return live

    return core_settings(asyncio.run(read()).reading.values)


def reach(settings: CoreSettings) -> AdminClient:
    """Return the way to ask the Core that runs with *settings*.

    Raises:
        SettingsInvalid: they give it no door.
        LinkDown: none runs, or this user may not ask it.
    """
    admin, folder = _admin(settings), settings.state_dir
    address = admin_address(folder) or (f"{admin.bind}:{admin.port}" if admin.port else None)
    if address is None:
        raise LinkDown(CORE, f"none has announced itself in {folder}")
    token = read_token(folder)
    if token is None:
        raise LinkDown(CORE, f"none has left a token in {folder} that this user can read")
    return _door(settings, address, token)


def doors(settings: CoreSettings) -> list[tuple[str, AdminClient]]:
    """Return where Cores with these settings may tell how they do, the settings' own one first.

    Each with its address; none of them is asked for more than that, so no token is needed.

    Raises:
        SettingsInvalid: they give it no door.
    """
    admin = _admin(settings)
    own = f"{admin.bind}:{admin.port}" if admin.port else None
    addresses = dict.fromkeys([own, admin_address(settings.state_dir)])
    return [(each, _door(settings, each, "")) for each in addresses if each is not None]


def _admin(settings: CoreSettings) -> AdminSettings:
    if not settings.admin.enabled:
        raise SettingsInvalid(["core/admin/enabled is false: set it to true and restart the Core"])
    return settings.admin


def _door(settings: CoreSettings, address: str, token: str) -> AdminClient:
    host, _, port = address.rpartition(":")
    bare = host.strip("[]")
    return AdminClient(
        host=_ANYWHERE.get(bare, bare),
        port=int(port),
        token=token,
        certificate=settings.tls.cert_file,
    )
