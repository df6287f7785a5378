"""What all parts of a slave EA share, and what all its answers say."""

from decimal import Decimal

from echo.domain.accounts import Deal, Position
from echo.domain.answers import ExecutionResult
from echo.domain.commands import CancelPendings, Command, Flatten
from echo.domain.errors import ErrorCode
from echo.domain.ids import TradeId
from echo.domain.quantities import NO_TIMESTAMPS
from echo.terminal.ledger import Ledger
from echo.terminal.settings import EaSettings
from echo.terminal.sightings import Sighting, Sought, TagIndex, tagged
from echo.terminal.view import TerminalView
from echo.terminal.workplace import Workplace


class Desk(Workplace):
    """A workplace with a ledger, and an eye for what belongs to it."""

    def __init__(self, settings: EaSettings) -> None:
        super().__init__(settings)
        self.ledger = Ledger()
        self.file_id = ""
        self.alone_since_mono_ms = 0
        """Since when nobody but this life can have been told to open anything here."""
        self._tags = TagIndex()

    @property
    def alone_ms(self) -> int:
        """For how long nobody but this life can have been told to open anything here."""
        return self.now.mono_ms - self.alone_since_mono_ms

    def see(self, view: TerminalView) -> None:
        """Take a new view."""
        super().see(view)
        self._tags.take(view.history)

    def tagged(self, sought: Sought) -> tuple[Sighting, ...]:
        """Return what the terminal shows that carries the tag of a trade."""
        deals = self._tags.deals(sought.tag)
        candidates: tuple[Position | Deal, ...] = (*self.view.positions, *deals)
        return tagged(sought, candidates, self.ledger)


def result_of(
    command: Command,
    *,
    success: bool,
    code: ErrorCode = ErrorCode.NO_ERROR,
    sentence: str = "",
    executed_lot: Decimal | None = None,
) -> ExecutionResult:
    """The answer to *command*, with what every answer says."""
    if isinstance(command, CancelPendings | Flatten):
        trade_id, timestamps, traceparent = TradeId(""), NO_TIMESTAMPS, ""
    else:
        trade_id, timestamps = command.trade_id, command.timestamps
        traceparent = command.traceparent
    return ExecutionResult(
        command_id=command.command_id,
        trade_id=trade_id,
        kind=command.kind,
        success=success,
        account_id=command.account_id,
        error_code=code,
        error_message=sentence,
        executed_lot=executed_lot,
        timestamps=timestamps,
        traceparent=traceparent,
    )
