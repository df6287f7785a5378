"""EAs on a string: they speak as terminals do, and do what a test wants done."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from bench.eas import ASK, SPEC, SYMBOL, BareEa
from echo.domain.accounts import AccountInfo, StateSnapshot
from echo.domain.answers import ExecutionResult, PipeDeliveryAck, Receipt
from echo.domain.commands import Command, CommandKind, ExecuteOrder
from echo.domain.errors import ErrorCode
from echo.domain.handshake import Handshake, Role, SymbolRegistrationResult
from echo.domain.ids import SEQ_CLOSE, AccountId, StrategyId, Ticket, TradeId, derive_trade_id
from echo.domain.intents import TradeClose, TradeIntent
from echo.domain.quantities import NO_TIMESTAMPS, Side, Timestamps
from echo.domain.sessions import Ping
from echo.domain.specs import SymbolMapping
from echo.terminal.master import traceparent
from echo.wire.pipe import read_agent_line, write_from_ea
from tests.fakes import WITHIN_S

SERVER = "Scripted"
EXECUTES_MS = 12
"""How long a follower's order takes."""

Answer = Callable[["Follower", Command], None]


class Scripted(BareEa):
    """An EA; ``ahead_ms`` is how far its host's clock is ahead of the test's."""

    def __init__(
        self,
        role: Role,
        account_id: str,
        folder: Path,
        *,
        spec: SymbolMapping = SPEC,
        protocol: int = 3,
        ahead_ms: int = 0,
    ) -> None:
        super().__init__(role, AccountId(account_id))
        self.spec, self.protocol, self.ahead_ms = spec, protocol, ahead_ms
        self.folder = folder
        self.verdicts: list[SymbolRegistrationResult] = []

    async def come(self) -> None:
        """Connect, or connect again, and be judged."""
        self.registered.clear()
        await self.connect(self.folder)
        await asyncio.wait_for(self.registered.wait(), WITHIN_S)

    def go(self) -> None:
        """Leave the pipe."""
        self.transport.close()

    def now_ms(self) -> int:
        """What the clock of its host shows."""
        return time.time_ns() // 1_000_000 + self.ahead_ms

    def say(self, message: object) -> None:
        """Write one message in the EA's own dialect."""
        line = write_from_ea(cast(Ping, message), self.protocol, self.now_ms(), self.now_ms())
        if not self.transport.is_closing():
            self.transport.write(line)

    def heard(self, content: bytes) -> None:
        """Keep verdicts, good and bad."""
        if b'"symbol_registration_result"' in content:
            verdict = read_agent_line(content)
            assert isinstance(verdict, SymbolRegistrationResult)
            self.verdicts.append(verdict)
            self.registered.set()

    def greeting(self, **changes: Any) -> Handshake:
        """Return the EA's handshake, with *changes*."""
        return replace(self._handshake(), **changes)

    def _handshake(self) -> Handshake:
        hello = super()._handshake()
        metadata = replace(hello.metadata, protocol_version=self.protocol)
        return replace(hello, symbols=(self.spec,), metadata=metadata, timestamp_ms=self.now_ms())


class Leader(Scripted):
    """A master that opens and closes on command."""

    _tickets = 0

    def open(
        self, *, strategy: str = "trend", stop_loss: Decimal | None = Decimal("1.38900")
    ) -> TradeId:
        """Report a fresh position."""
        self._tickets += 1
        ticket = Ticket(self.now_ms() + self._tickets)
        trade_id = derive_trade_id(
            server=SERVER,
            account_id=self.account_id,
            root_ticket=ticket,
            opened_at_ms=self.now_ms(),
        )
        self.say(
            TradeIntent(
                trade_id=trade_id,
                account_id=self.account_id,
                client_id=self.client_id,
                ticket=ticket,
                symbol=SYMBOL,
                side=Side.BUY,
                lot=Decimal("0.10"),
                price=ASK - Decimal("0.00003"),
                stop_loss=stop_loss,
                take_profit=Decimal("1.39500"),
                magic_number=7,
                strategy_id=StrategyId(strategy),
                server=SERVER,
                volume_initial=Decimal("0.10"),
                age_ms=0,
                buffer_depth=1,
                timestamps=Timestamps(t0_master_ea_ms=self.now_ms()),
                traceparent=traceparent(trade_id, 0),
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
                ticket=Ticket(self._tickets),
                symbol=SYMBOL,
                magic_number=7,
                close_price=ASK,
                volume_remaining=Decimal(0),
                timestamps=Timestamps(t0_master_ea_ms=self.now_ms()),
                traceparent=traceparent(trade_id, SEQ_CLOSE),
            )
        )


class Follower(Scripted):
    """A slave that answers as *answer* wants; ``orders`` is all it was given, repeats included."""

    def __init__(self, account_id: str, folder: Path, **more: Any) -> None:
        super().__init__(Role.SLAVE, account_id, folder, **more)
        self.answer: Answer = fill
        self.orders: list[Command] = []
        self.equity = 10_000
        self._ticket = 1_000

    def heard(self, content: bytes) -> None:
        """Take in a verdict, or a command."""
        if b'_order"' in content or b'"flatten"' in content:
            command = cast(Command, read_agent_line(content))
            self.orders.append(command)
            self.answer(self, command)
        else:
            super().heard(content)

    def take(self, command: Command) -> None:
        """Say that a command has arrived."""
        ack = PipeDeliveryAck(
            command_id=command.command_id, account_id=self.account_id, result=Receipt.OK
        )
        self.say(ack)

    def tell(self, command: Any, code: ErrorCode = ErrorCode.NO_ERROR) -> None:
        """Say what became of a command, with the moments of this host."""
        self._ticket += 1
        execute = isinstance(command, ExecuteOrder)
        began_ms, carried = self.now_ms(), getattr(command, "timestamps", NO_TIMESTAMPS)
        done = code is ErrorCode.NO_ERROR
        self.say(
            ExecutionResult(
                command_id=command.command_id,
                trade_id=getattr(command, "trade_id", TradeId("")),
                kind=CommandKind.EXECUTE if execute else command.kind,
                success=done,
                account_id=self.account_id,
                ticket=Ticket(self._ticket) if execute and done else None,
                error_code=code,
                error_message="" if done else "130",
                executed_price=ASK if done else None,
                executed_lot=command.lot if execute and done else None,
                timestamps=replace(
                    carried,
                    t5_slave_ea_recv_ms=began_ms,
                    t6_order_send_ms=began_ms + 1,
                    t7_order_filled_ms=began_ms + EXECUTES_MS,
                ),
                traceparent=getattr(command, "traceparent", ""),
            )
        )

    def money(self) -> None:
        """Report the account's money."""
        now = Decimal(self.equity)
        self.say(
            StateSnapshot(
                account_id=self.account_id,
                info=AccountInfo(
                    account_id=self.account_id,
                    balance=Decimal(10_000),
                    equity=now,
                    margin=Decimal(0),
                    margin_free=now,
                    margin_level=Decimal(0),
                    currency="USD",
                ),
                timestamp_ms=self.now_ms(),
                epoch="scripted",
                sequence=self.now_ms(),
                complete=True,
                connected=True,
            )
        )


def fill(follower: Follower, command: Command) -> None:
    """Take what comes, and do it."""
    follower.take(command)
    follower.tell(command)


def refuse_stops(follower: Follower, command: Command) -> None:
    """Take what comes; the broker does not like its stops."""
    follower.take(command)
    follower.tell(command, ErrorCode.INVALID_STOPS)


def ignore(_follower: Follower, _command: Command) -> None:
    """Say nothing."""
