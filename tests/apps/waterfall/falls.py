"""A trade with followers and the stamps that a test gives it."""

from dataclasses import replace

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import AccountId, derive_command_id
from echo.domain.inquiry import Carried, Inquest, ToldAction, ToldDecision
from echo.domain.intents import ActionKind
from echo.domain.quantities import NO_TIMESTAMPS, Timestamps
from tests.stores import examples as ex

BEGUN_MS = 1_900_000_000_000
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
SLAVE = AccountId("7001")
LEFT_OUT = AccountId("7002")
STAMPS = Timestamps(
    t0_master_ea_ms=BEGUN_MS,
    t1_agent_recv_ms=BEGUN_MS + 1,
    t2_core_recv_ms=BEGUN_MS + 3,
    t3_core_send_ms=BEGUN_MS + 6,
    t4_agent_recv_ms=BEGUN_MS + 7,
    t5_slave_ea_recv_ms=BEGUN_MS + 9,
    t6_order_send_ms=BEGUN_MS + 14,
    t7_order_filled_ms=BEGUN_MS + 264,
)


def decision(stamps: Timestamps = STAMPS, account_id: AccountId = SLAVE) -> ToldDecision:
    """Return a copied open that was answered with *stamps*."""
    return ToldDecision(
        seq=0,
        kind=ActionKind.OPEN,
        account_id=account_id,
        outcome=Outcome.FILLED,
        code=ErrorCode.NO_ERROR,
        sentence="",
        rule="",
        inputs=(),
        decided_at_ms=BEGUN_MS + 3,
        settled_at_ms=BEGUN_MS + 300,
        carried=Carried(
            stage="EA_CONFIRMED",
            status="acked",
            attempt=1,
            last_error="",
            command_id=derive_command_id(ex.trade().trade_id, 0, account_id),
            timestamps=stamps,
        ),
    )


def omission(account_id: AccountId = LEFT_OUT) -> ToldDecision:
    """Return an open that was not copied."""
    return replace(
        decision(account_id=account_id),
        outcome=Outcome.OMITTED,
        code=ErrorCode.SPREAD_EXCEEDED,
        sentence="spread 34.0 pt > max 25 pt",
        carried=None,
    )


def inquest(*decisions: ToldDecision, traceparent: str = TRACEPARENT) -> Inquest:
    """Return a trade that was opened and came to *decisions*."""
    action = ToldAction(
        seq=0,
        kind=ActionKind.OPEN,
        received_at_ms=BEGUN_MS + 3,
        sentence="BUY 1 at 1.1",
        traceparent=traceparent,
        timestamps=replace(NO_TIMESTAMPS, t0_master_ea_ms=BEGUN_MS, t1_agent_recv_ms=BEGUN_MS + 1),
    )
    return Inquest(trade=ex.trade(), actions=(action,), decisions=decisions, holdings=())
