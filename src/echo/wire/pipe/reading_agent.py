"""What an Agent wrote, as domain values: an EA's ear, for every protocol version."""

from decimal import Decimal
from typing import TypedDict

from msgspec.json import Decoder

from echo.domain.answers import AckStage, Receipt, ResultAck, TradeIntentAck
from echo.domain.commands import (
    CancelPendings,
    CloseOrder,
    ExecuteOrder,
    Flatten,
    ModifyOrder,
    Protect,
    ReduceOrder,
)
from echo.domain.errors import ErrorCode
from echo.domain.handshake import (
    IssueCode,
    RegistrationIssue,
    RegistrationStatus,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.ids import AccountId, AgentId, CommandId, EvaluationId, Ticket, TradeId
from echo.domain.quantities import Timestamps
from echo.domain.sessions import DeliveryConfig, EaSession, Pong
from echo.wire.identifiers import account_id, command_id, identifier, trade_id
from echo.wire.pipe import agent_lines, words
from echo.wire.pipe.fields import decode, number, optional_number, word
from echo.wire.pipe.messages import ToEa
from echo.wire.pipe.reading import timestamps
from echo.wire.pipe.registration import ISSUE_PREFIX, STATUS_PREFIX
from echo.wire.refusals import WireError, WireReason, quoted

_Line = (
    agent_lines.Pong
    | agent_lines.ExecuteOrder
    | agent_lines.CloseOrder
    | agent_lines.ModifyOrder
    | agent_lines.ReduceOrder
    | agent_lines.CancelPendings
    | agent_lines.Flatten
    | agent_lines.TradeIntentAck
    | agent_lines.ResultAck
    | agent_lines.DeliveryConfig
    | agent_lines.Session
    | agent_lines.SymbolRegistrationResult
)

_decoder: Decoder[_Line] = Decoder(_Line)

_STAGES = {stage.name.lower(): stage for stage in AckStage}
_STATUSES = {
    spelling.lower(): status
    for status in RegistrationStatus
    for spelling in (status.value, STATUS_PREFIX + status.value)
}
_ISSUES = {
    spelling.lower(): code
    for code in IssueCode
    for spelling in (code.value, ISSUE_PREFIX + code.value)
}
_INT64_MAX = 2**63 - 1


def read_agent_line(raw: bytes) -> ToEa:
    r"""Read one line of an Agent, without its ``\n``.

    Raises:
        WireError: The line breaks the protocol.  With ``UNKNOWN_TYPE`` an EA ignores it: its
            Agent knows more than it does.
    """
    line = decode(_decoder, raw)
    match line:
        case agent_lines.ExecuteOrder():
            return _execute(line.payload)
        case agent_lines.CloseOrder():
            return CloseOrder(**_lane(line.payload), **_place(line.payload))
        case agent_lines.Pong():
            return Pong(
                ping_id=identifier(line.id, "id"),
                timestamp_ms=line.timestamp_ms,
                echo_ms=line.echo_ms,
                mono_ms=line.mono_ms,
            )
        case agent_lines.TradeIntentAck():
            return _intent_ack(line.payload)
        case agent_lines.ResultAck():
            return ResultAck(
                command_id=command_id(line.payload.command_id),
                account_id=_account(line.payload.target_account_id),
                ledger_n=line.payload.ledger_n,
            )
        case agent_lines.ModifyOrder():
            return ModifyOrder(
                **_lane(line.payload),
                **_place(line.payload),
                stop_loss=optional_number(line.payload.stop_loss, "stop_loss"),
                take_profit=optional_number(line.payload.take_profit, "take_profit"),
            )
        case agent_lines.ReduceOrder():
            return ReduceOrder(
                **_lane(line.payload),
                **_place(line.payload),
                remaining_lot=number(line.payload.remaining_lot, "remaining_lot"),
                residual=word(words.RESIDUALS, line.payload.residual, "residual"),
                again=line.payload.again,
            )
        case _:
            return _rare(line)


def _rare(
    line: agent_lines.CancelPendings
    | agent_lines.Flatten
    | agent_lines.DeliveryConfig
    | agent_lines.Session
    | agent_lines.SymbolRegistrationResult,
) -> ToEa:
    match line:
        case agent_lines.CancelPendings():
            return CancelPendings(
                command_id=command_id(line.payload.command_id),
                account_id=account_id(line.payload.target_account_id),
                magic_number=line.payload.magic_number,
                symbol=line.payload.symbol,
            )
        case agent_lines.Flatten():
            return Flatten(
                command_id=command_id(line.payload.command_id),
                account_id=account_id(line.payload.target_account_id),
                tickets=tuple(Ticket(each) for each in line.payload.tickets),
                reason=line.payload.reason,
            )
        case agent_lines.DeliveryConfig():
            return DeliveryConfig(
                retry_backoff_ms=line.payload.retry_backoff_ms,
                max_retries=line.payload.max_retries,
            )
        case agent_lines.Session():
            return EaSession(
                session_epoch=line.payload.session_epoch,
                heartbeat_interval_ms=line.payload.heartbeat_interval_ms,
                retry_backoff_ms=line.payload.retry_backoff_ms,
                max_retries=line.payload.max_retries,
                ledger_n=line.payload.ledger_n,
                ledger_id=line.payload.ledger_id,
            )
        case agent_lines.SymbolRegistrationResult():
            return _registration(line.payload)


class _Lane(TypedDict):
    command_id: CommandId
    trade_id: TradeId
    account_id: AccountId
    symbol: str
    magic_number: int
    session_epoch: int
    timestamps: Timestamps
    traceparent: str


class _Place(TypedDict):
    ticket: Ticket
    seq: int


def _lane(body: agent_lines.LaneBody) -> _Lane:
    return {
        "command_id": command_id(body.command_id),
        "trade_id": trade_id(body.trade_id),
        "account_id": account_id(body.target_account_id),
        "symbol": body.symbol,
        "magic_number": body.magic_number,
        "session_epoch": body.session_epoch,
        "timestamps": timestamps(body.timestamps),
        "traceparent": body.traceparent,
    }


def _place(
    body: agent_lines.CloseOrderBody | agent_lines.ModifyOrderBody | agent_lines.ReduceOrderBody,
) -> _Place:
    return {"ticket": Ticket(body.ticket), "seq": body.seq}


def _execute(body: agent_lines.ExecuteOrderBody) -> ExecuteOrder:
    protect = body.protect
    return ExecuteOrder(
        **_lane(body),
        side=word(words.SIDES, body.order_side, "order_side"),
        lot=number(body.lot_size, "lot_size"),
        seq=body.seq,
        stop_loss=optional_number(body.stop_loss, "stop_loss"),
        take_profit=optional_number(body.take_profit, "take_profit"),
        comment=body.comment,
        protect=None if protect is None else _protect(protect.stop_loss, protect.take_profit),
        ttl_ms=body.ttl_ms,
        age_ms=body.age_ms,
        sent_mono_ms=body.sent_mono_ms,
        max_slippage_points=optional_number(body.max_slippage_points, "max_slippage_points"),
        max_spread_points=optional_number(body.max_spread_points, "max_spread_points"),
    )


def _protect(stop_loss: Decimal | None, take_profit: Decimal | None) -> Protect:
    return Protect(
        stop_loss=optional_number(stop_loss, "stop_loss"),
        take_profit=optional_number(take_profit, "take_profit"),
    )


def _intent_ack(body: agent_lines.TradeIntentAckBody) -> TradeIntentAck:
    result = word(words.RECEIPTS, body.result, "result")
    # An Agent that knows more may give a reason that we do not; what to do is in the result.
    fallback = ErrorCode.NO_ERROR if result is Receipt.OK else ErrorCode.UNKNOWN
    name = body.error_code.removeprefix("ERR_")
    code = ErrorCode.__members__.get(name, fallback) if name else ErrorCode.NO_ERROR
    return TradeIntentAck(
        trade_id=trade_id(body.trade_id),
        seq=body.seq,
        result=result,
        account_id=_account(body.account_id),
        command_id=body.command_id,
        attempt=body.attempt,
        error_code=code,
        error_message=body.error_message,
        observed_at_ms=body.observed_at_ms,
        last_seq=body.last_seq,
        stage=word(_STAGES, body.stage, "stage") if body.stage else AckStage.NONE,
    )


def _account(text: str) -> AccountId:
    """Return the account; empty = the account of the pipe."""
    return account_id(text) if text else AccountId("")


def _registration(body: agent_lines.RegistrationBody) -> SymbolRegistrationResult:
    return SymbolRegistrationResult(
        account_id=account_id(body.account_id),
        pipe_role=word(words.ROLES, body.pipe_role, "pipeRole"),
        protocol_version=body.protocol_version,
        status=word(_STATUSES, body.status, "status"),
        evaluation_id=EvaluationId(body.evaluation_id),
        evaluated_at_ms=_int64(body.evaluated_at_ms),
        agent_id=AgentId(body.agent_id),
        core_version=body.core_version,
        client_semver=body.client_semver,
        errors=_issues(body.errors),
        warnings=_issues(body.warnings),
        symbols=tuple(
            SymbolRegistration(
                canonical_symbol=entry.canonical_symbol,
                broker_symbol=entry.broker_symbol,
                status=word(_STATUSES, entry.status, "status"),
                warnings=_issues(entry.warnings),
                errors=_issues(entry.errors),
                spec_age_ms=_int64(entry.spec_age_ms),
                evaluated_at_ms=_int64(entry.evaluated_at_ms),
            )
            for entry in body.symbols
        ),
    )


def _issues(issues: tuple[agent_lines.IssueBody, ...]) -> tuple[RegistrationIssue, ...]:
    return tuple(
        RegistrationIssue(
            code=word(_ISSUES, issue.code, "code"),
            message=issue.message,
            metadata=tuple(issue.metadata.items()),
        )
        for issue in issues
    )


def _int64(value: str | int) -> int:
    """Read a 64-bit integer, which protobuf's JSON writes as a string."""
    text = str(value)
    if len(text) <= 20 and text.removeprefix("-").isdecimal() and text.isascii():
        parsed = int(text)
        if -_INT64_MAX - 1 <= parsed <= _INT64_MAX:
            return parsed
    raise WireError(WireReason.OUT_OF_RANGE, f"{quoted(text)} is not a 64-bit integer")
