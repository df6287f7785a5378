"""What the shell of a terminal must carry out, in this order.

An `Append` is on disk before anything behind it in the same list is carried out.  When one fails,
the shell carries out no later `Say`, `Order`, `Append` or `Rewrite` of that list, and feeds
`AppendFailed` with the numbers of all records that were not written.
"""

from dataclasses import dataclass

from echo.domain.facts import Fact
from echo.domain.ids import CommandId, TradeId
from echo.domain.sealing import sealed
from echo.terminal.events import FileRecord, TimerKey
from echo.terminal.orders import OrderRequest
from echo.wire.pipe.messages import FromEa


@sealed
@dataclass(frozen=True, slots=True)
class Say:
    """Write *message* to the pipe; lost when the pipe is gone."""

    message: FromEa


@sealed
@dataclass(frozen=True, slots=True)
class Append:
    """Add *record* to the EA's file and flush it."""

    record: FileRecord


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Replace the file by one with the same header and these records only.

    ``highest_n`` goes into the header as ``compacted_n``: the numbers that were dropped were used.
    """

    records: tuple[FileRecord, ...]
    highest_n: int


@dataclass(frozen=True, slots=True)
class Order:
    """Ask the broker."""

    request: OrderRequest


@dataclass(frozen=True, slots=True)
class EndPipe:
    """Close the pipe; the link connects again by itself."""

    reason: str


@sealed
@dataclass(frozen=True, slots=True)
class Arm:
    """Raise `Due` with *key* at *due_mono_ms*; replaces a timer of the same key."""

    key: TimerKey
    due_mono_ms: int


@sealed
@dataclass(frozen=True, slots=True)
class Disarm:
    """Forget the timer *key*, if there is one."""

    key: TimerKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionDetected:
    """A master's action was noticed just now: the first moment of its way."""

    trade_id: TradeId
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLeaving:
    """An open is about to be handed to the broker: the last moment that is Echo's."""

    command_id: CommandId
    trade_id: TradeId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBlocked:
    """An open is ready to leave, but the broker still owes an answer about one just like it.

    From here on the wait is the broker's, not Echo's.
    """

    command_id: CommandId
    trade_id: TradeId


TerminalFact = Fact | ActionDetected | OrderLeaving | OrderBlocked


@sealed
@dataclass(frozen=True, slots=True)
class Observe:
    """Tell telemetry."""

    fact: TerminalFact


@sealed
@dataclass(frozen=True, slots=True)
class Panel:
    """Show this on the chart, one thing a line."""

    text: str


Effect = Say | Append | Rewrite | Order | EndPipe | Arm | Disarm | Observe | Panel
