"""Bare EAs for measuring: they speak protocol 3, stamp what they see, and do nothing else.

No paper broker and no ledger file stand between the pipe and the stamp, so that what is measured
is the way from one pipe to the other.  All of them share one process and its clock.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import cast

from echo.domain.accounts import AccountInfo, StateSnapshot
from echo.domain.answers import ExecutionResult, PipeDeliveryAck, Receipt
from echo.domain.commands import CloseOrder, CommandKind, ExecuteOrder
from echo.domain.handshake import (
    PROTOCOL_3_FEATURES,
    AccountMode,
    Handshake,
    HandshakeMetadata,
    Role,
    SymbolRegistrationResult,
)
from echo.domain.ids import AccountId, ClientId, Ticket, TradeId, derive_trade_id
from echo.domain.intents import TradeClose, TradeIntent
from echo.domain.quantities import Side
from echo.domain.sessions import Ping
from echo.domain.specs import Quote, SymbolMapping
from echo.wire.framing import LINE_BYTES_MAX, Line, LineReader
from echo.wire.pipe import read_agent_line, write_from_ea

SYMBOL = "EURUSD"
SERVER = "Bench"
ANSWER_AFTER_S = 0.01
BID, ASK = Decimal("1.39100"), Decimal("1.39110")
SPEC = SymbolMapping(
    canonical_symbol=SYMBOL,
    broker_symbol=SYMBOL,
    digits=5,
    point=Decimal("0.00001"),
    tick_size=Decimal("0.00001"),
    min_lot=Decimal("0.01"),
    max_lot=Decimal(100),
    lot_step=Decimal("0.01"),
    contract_size=Decimal(100_000),
    tick_value=Decimal(1),
)


@dataclass(slots=True)
class Trip:
    """One open on its way: when it left the master, and when each slave had it, in seconds."""

    sent_s: float
    arrived_s: list[float] = field(default_factory=list)


class BareEa(asyncio.Protocol):
    """One EA on its pipe."""

    def __init__(self, role: Role, account_id: AccountId) -> None:
        self.role, self.account_id = role, account_id
        self.client_id = ClientId(f"{role}_{account_id}")
        self.registered = asyncio.Event()
        self._reader = LineReader(LINE_BYTES_MAX)

    async def connect(self, folder: Path) -> None:
        """Connect to the Agent's socket and say hello."""
        path = folder / f"echo_{self.role}_{self.account_id}.sock"
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_unix_connection(lambda: self, str(path))
        self.transport = cast(asyncio.WriteTransport, transport)
        self.say(self._handshake())
        self.say(Ping(ping_id=f"{self.client_id}-1", role=self.role.value))
        if self.role is Role.SLAVE:
            self.quote()

    def say(self, message: object) -> None:
        """Write one message."""
        self.transport.write(write_from_ea(cast(Ping, message), 3, _wall_ms()))

    def quote(self) -> None:
        """Report price and money, as an EA does all the time."""
        self.say(
            Quote(
                account_id=self.account_id,
                canonical_symbol=SYMBOL,
                broker_symbol=SYMBOL,
                bid=BID,
                ask=ASK,
                spread_points=Decimal(10),
                timestamp_ms=_wall_ms(),
            )
        )

    def data_received(self, data: bytes) -> None:
        """Read lines; what they mean is the role's business."""
        for line in self._reader.feed(data):
            if isinstance(line, Line):
                self.heard(line.content)

    def heard(self, content: bytes) -> None:
        """Take in one line."""
        if b'"symbol_registration_result"' in content:
            result = read_agent_line(content)
            assert isinstance(result, SymbolRegistrationResult)
            if result.status.value == "REJECTED":
                raise RuntimeError(f"{self.client_id} was rejected: {result}")
            self.registered.set()

    def _handshake(self) -> Handshake:
        return Handshake(
            account_id=self.account_id,
            client_id=self.client_id,
            role=self.role,
            symbols=(SPEC,),
            timestamp_ms=_wall_ms(),
            metadata=HandshakeMetadata(
                protocol_version=3,
                client_semver="1.0.0",
                features=tuple(PROTOCOL_3_FEATURES),
                pipe_role=self.role,
                account_mode=AccountMode.HEDGING,
                currency="USD",
                server=SERVER,
                instance=f"{self.client_id}-{time.time_ns()}",
            ),
        )


class BareMaster(BareEa):
    """Opens and closes on command."""

    def __init__(self, account_id: AccountId) -> None:
        super().__init__(Role.MASTER, account_id)
        self.trips: dict[TradeId, Trip] = {}
        self._ticket = time.time_ns() // 1_000_000

    def open(self) -> TradeId:
        """Report a fresh position, stamping the moment before its line is made."""
        sent_s = time.perf_counter()
        self._ticket += 1
        ticket = Ticket(self._ticket)
        opened_at_ms = _wall_ms()
        trade_id = derive_trade_id(
            server=SERVER, account_id=self.account_id, root_ticket=ticket, opened_at_ms=opened_at_ms
        )
        self.trips[trade_id] = Trip(sent_s)
        self.say(
            TradeIntent(
                trade_id=trade_id,
                account_id=self.account_id,
                client_id=self.client_id,
                ticket=ticket,
                symbol=SYMBOL,
                side=Side.BUY,
                lot=Decimal("0.10"),
                price=ASK,
                stop_loss=Decimal("1.38900"),
                take_profit=Decimal("1.39500"),
                magic_number=7,
                server=SERVER,
                volume_initial=Decimal("0.10"),
                age_ms=0,
            )
        )
        return trade_id

    def close(self, trade_id: TradeId) -> None:
        """Report that the position is closed."""
        self.say(
            TradeClose(
                trade_id=trade_id,
                account_id=self.account_id,
                client_id=self.client_id,
                ticket=Ticket(self._ticket),
                symbol=SYMBOL,
                magic_number=7,
                close_price=BID,
                volume_remaining=Decimal(0),
            )
        )


class BareSlave(BareEa):
    """Stamps every open and answers it at once."""

    def __init__(self, account_id: AccountId, arrived: Callable[[TradeId, float], None]) -> None:
        super().__init__(Role.SLAVE, account_id)
        self._arrived = arrived
        self._ticket = 1_000
        self.closed = 0
        """Closes that it was told."""

    def heard(self, content: bytes) -> None:
        """Stamp an open at once, and answer a moment later.

        All slaves share this process: what one does with its order must not delay the stamp of
        the next, as it would not if each had a terminal of its own.
        """
        now_s = time.perf_counter()
        if b'"execute_order"' in content:
            start = content.index(b'"trade_id":"') + len(b'"trade_id":"')
            self._arrived(TradeId(content[start : start + 36].decode()), now_s)
            asyncio.get_running_loop().call_later(ANSWER_AFTER_S, self._execute, content)
        elif b'"close_order"' in content:
            close = read_agent_line(content)
            assert isinstance(close, CloseOrder)
            self.closed += 1
            self._answer(close, close.ticket, BID)
        else:
            super().heard(content)

    def _execute(self, content: bytes) -> None:
        order = read_agent_line(content)
        assert isinstance(order, ExecuteOrder)
        self._ticket += 1
        self._answer(order, Ticket(self._ticket), ASK)

    def state(self) -> None:
        """Report the account."""
        self.say(
            StateSnapshot(
                account_id=self.account_id,
                info=AccountInfo(
                    account_id=self.account_id,
                    balance=Decimal(10_000),
                    equity=Decimal(10_000),
                    margin=Decimal(0),
                    margin_free=Decimal(10_000),
                    margin_level=Decimal(0),
                    currency="USD",
                ),
                timestamp_ms=_wall_ms(),
                epoch="bench",
                complete=True,
                connected=True,
            )
        )

    def _answer(self, command: ExecuteOrder | CloseOrder, ticket: Ticket, price: Decimal) -> None:
        self.say(
            PipeDeliveryAck(
                command_id=command.command_id, account_id=self.account_id, result=Receipt.OK
            )
        )
        execute = isinstance(command, ExecuteOrder)
        self.say(
            ExecutionResult(
                command_id=command.command_id,
                trade_id=command.trade_id,
                kind=CommandKind.EXECUTE if execute else CommandKind.CLOSE,
                success=True,
                account_id=self.account_id,
                ticket=ticket,
                executed_price=price,
                executed_lot=command.lot if isinstance(command, ExecuteOrder) else None,
            )
        )


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000
