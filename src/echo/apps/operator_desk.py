"""The Core's desk for operators: its door, its token, and what becomes of it when it fails."""

from pathlib import Path
from typing import TYPE_CHECKING

from echo.config.settings import CoreSettings
from echo.domain.facts import Alarm
from echo.domain.operations import Answer, Request
from echo.links.admin_door import AdminAt, AdminDoor, no_figures
from echo.links.admin_token import mint_token, remove_token
from echo.links.grpc_options import TlsFiles
from echo.ports.telemetry import FactSink
from echo.services.core.service import CoreService

if TYPE_CHECKING:
    from echo.links.admin_web import Figures


class OperatorDesk:
    """Where people ask the running Core.

    Nothing here is on a trade's way: a desk that fails is told to people, and the Core goes on.
    """

    def __init__(self, door: AdminDoor, folder: Path, facts: FactSink, figures: "Figures") -> None:
        self._door, self._folder, self._facts, self._figures = door, folder, facts, figures
        self._opened = self._minted = False

    @property
    def address(self) -> str:
        """Where it is, as ``host:port``."""
        return self._door.address

    async def open(self, service: CoreService) -> None:
        """Serve until `close`.  The journal is this Core's by now, and so is the token's file."""

        async def operate(by: str, request: Request) -> Answer:
            return await service.operate(by, request)

        self._opened = True
        try:
            token = mint_token(self._folder)
            self._minted = True
            await self._door.serve(token, operate, lambda: service.ready, self._figures)
        except Exception as error:
            sentence = f"operators cannot ask this Core any more: {error}"
            self._facts.observe(Alarm(key="admin", code="ADMIN_DOOR_FAILED", sentence=sentence))
        finally:
            self._door.close()
            if self._minted:
                remove_token(self._folder)

    def close(self) -> None:
        """Let `open` return; what never opened gives its address back."""
        self._door.stop()
        if not self._opened:
            self._door.close()


def operator_desk(
    settings: CoreSettings,
    tls: TlsFiles | None,
    facts: FactSink,
    figures: "Figures" = no_figures,
) -> OperatorDesk | None:
    """Take the door's address; ``None`` = the settings want no door.

    Raises:
        PortTaken, UnsafeBind, SettingsInvalid: as `AdminDoor`.
    """
    admin = settings.admin
    if not admin.enabled:
        return None
    door = AdminDoor(AdminAt(host=admin.bind, port=admin.port, tls=tls))
    return OperatorDesk(door, settings.state_dir, facts, figures)
