"""The Core's desk for operators: its door, its token, and what becomes of it when it fails."""

from pathlib import Path
from typing import TYPE_CHECKING

from echo.config.settings import CoreSettings
from echo.domain.facts import Alarm
from echo.domain.health import Health
from echo.domain.operations import Answer, NotDone, OperationCode, Request
from echo.links.admin_door import AdminAt, AdminDoor, no_figures
from echo.links.admin_token import is_token, leave_token, mint_token, read_token, remove_token
from echo.links.grpc_options import TlsFiles
from echo.ports.errors import SettingsInvalid
from echo.ports.telemetry import FactSink
from echo.services.core.service import CoreService

if TYPE_CHECKING:
    from echo.apps.standby import StandsBy
    from echo.links.admin_pages import Beside
    from echo.links.admin_web import Figures


class OperatorDesk:
    """Where people ask the running Core.

    Nothing here is on a trade's way: a desk that fails is told to people, and the Core goes on.
    """

    def __init__(self, door: AdminDoor, folder: Path, facts: FactSink, figures: "Figures") -> None:
        self._door, self._folder, self._facts, self._figures = door, folder, facts, figures
        self.address = door.address
        """Where it is, or was until it failed, as ``host:port``."""
        self._token = mint_token()
        self._opened = False

    def announce(self) -> None:
        """Leave the token where operators look for it: the journal is this Core's by now.

        Called again whenever that becomes true again: of Cores that share a folder, the one that
        serves is asked.
        """
        try:
            leave_token(self._folder, self._token)
        except SettingsInvalid as error:
            self._failed(error)

    async def open(
        self,
        service: CoreService,
        beside: "Beside | None" = None,
        standby: "StandsBy | None" = None,
    ) -> None:
        """Serve until `close`.

        Args:
            beside: What is told without asking the engine.
            standby: Returns how the Core waits for another one; ``None`` = it never does.
        """

        async def operate(by: str, request: Request) -> Answer:
            waits = None if service.ready or standby is None else await standby()
            if waits is not None:
                return NotDone(code=OperationCode.NOT_READY, sentence=waits.refusal)
            return await service.operate(by, request)

        async def health() -> Health:
            if service.ready or standby is None:
                return Health(ready=service.ready)
            return Health(ready=False, standby=await standby())

        def lets_in(token: str) -> bool:
            # Whoever may ask the Core that serves may ask the one that waits, too.
            theirs = read_token(self._folder) if standby is not None else None
            return is_token(token, self._token) or bool(theirs and is_token(token, theirs))

        self._opened = True
        try:
            await self._door.serve(lets_in, operate, health, self._figures, beside)
        except Exception as error:
            self._failed(error)
        finally:
            self._door.close()
            remove_token(self._folder, self._token)

    def close(self) -> None:
        """Let `open` return; what never opened gives its address back."""
        self._door.stop()
        if not self._opened:
            self._door.close()

    def _failed(self, error: Exception) -> None:
        sentence = f"operators cannot ask this Core any more: {error}"
        self._facts.observe(Alarm(key="admin", code="ADMIN_DOOR_FAILED", sentence=sentence))


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
