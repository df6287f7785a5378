"""A closed trade with two followers, as the journal has it: one copied it, the other did not."""

from dataclasses import replace
from decimal import Decimal

from echo.domain.accounts import Deal
from echo.domain.answers import ExecutionResult, Outcome
from echo.domain.commands import CloseOrder, Command, CommandKind, ExecuteOrder
from echo.domain.divergence import Tick
from echo.domain.errors import ErrorCode
from echo.domain.ids import (
    SEQ_CLOSE,
    SEQ_OPEN,
    AccountId,
    AgentId,
    ClientId,
    CommandId,
    StrategyId,
    Ticket,
    TradeId,
    derive_command_id,
    derive_trade_id,
)
from echo.domain.intents import ActionKind, TradeClose, TradeIntent
from echo.domain.journal import (
    ActionRecord,
    CommandRecord,
    CopyRecord,
    DecisionRecord,
    ExecutionRecord,
    Record,
    TradeRecord,
    TradeStatus,
)
from echo.domain.quantities import Side
from echo.domain.sizing import Inputs
from echo.domain.trade_results import AccountFacts, Done, TradeStory

D = Decimal
MASTER, SLAVE, OTHER = AccountId("5001"), AccountId("7001"), AccountId("7002")
AGENT = AgentId("agent_one")
CLOSED_MS = 1_795_276_592_000
"""2026-11-21, UTC."""

OPENED_MS = CLOSED_MS - 60_000
MASTER_TICKET, TICKET = Ticket(11), Ticket(21)
TICK = Tick(value=D(1), size=D("0.00001"))
SIZED: Inputs = (
    ("risk_type", "FIXED_LOT"),
    ("policy_version", 3),
    ("lot_size", D("0.5")),
    ("bid", D("1.09998")),
    ("ask", D("1.10001")),
)
FACTS = {
    account: AccountFacts(currency="USD", ticks={"EURUSD": TICK})
    for account in (MASTER, SLAVE, OTHER)
}


def trade_id(number: int = 1) -> TradeId:
    return derive_trade_id(
        server="Demo", account_id=MASTER, root_ticket=Ticket(number), opened_at_ms=OPENED_MS
    )


TRADE = TradeRecord(
    trade_id=trade_id(),
    master_account_id=MASTER,
    master_client_id=ClientId("master_5001"),
    master_ticket=MASTER_TICKET,
    strategy_id=StrategyId("magic_1"),
    symbol="EURUSD",
    side=Side.BUY,
    lot=D(2),
    price=D("1.10000"),
    magic_number=1,
    stop_loss=None,
    take_profit=None,
    comment="",
    status=TradeStatus.CLOSED,
    volume_initial=D(2),
    volume_remaining=D(0),
    attempt=1,
    opened_at_ms=OPENED_MS,
    updated_at_ms=CLOSED_MS,
    followers=(SLAVE, OTHER),
    settled=True,
)
INTENT = TradeIntent(
    trade_id=TRADE.trade_id,
    account_id=MASTER,
    client_id=TRADE.master_client_id,
    ticket=MASTER_TICKET,
    symbol="EURUSD",
    side=Side.BUY,
    lot=D(2),
    price=TRADE.price,
    magic_number=1,
)
CLOSE = TradeClose(
    trade_id=TRADE.trade_id,
    account_id=MASTER,
    client_id=TRADE.master_client_id,
    ticket=MASTER_TICKET,
    symbol="EURUSD",
    magic_number=1,
    close_price=D("1.10500"),
    profit=D(1000),
    reason="manual",
)
REDUCE = replace(
    CLOSE, seq=1, close_price=None, profit=None, lot=D("0.5"), volume_remaining=D("1.5")
)
COPY = CopyRecord(
    trade_id=TRADE.trade_id,
    account_id=SLAVE,
    ticket=TICKET,
    symbol="EURUSD.m",
    open_price=D("1.10004"),
    lot_initial=D("0.5"),
    lot_remaining=D(0),
    updated_at_ms=CLOSED_MS,
)


def command_id(account_id: AccountId = SLAVE, seq: int = SEQ_OPEN) -> CommandId:
    return derive_command_id(TRADE.trade_id, seq, account_id)


def action(what: TradeIntent | TradeClose) -> ActionRecord:
    kind = ActionKind.OPEN if isinstance(what, TradeIntent) else what.kind
    at_ms = OPENED_MS if kind is ActionKind.OPEN else CLOSED_MS
    return ActionRecord(
        trade_id=what.trade_id, seq=what.seq, kind=kind, action=what, received_at_ms=at_ms
    )


def decision(
    account_id: AccountId = SLAVE,
    seq: int = SEQ_OPEN,
    outcome: Outcome = Outcome.FILLED,
    inputs: Inputs = SIZED,
) -> DecisionRecord:
    omitted = outcome is Outcome.OMITTED
    return DecisionRecord(
        trade_id=TRADE.trade_id,
        seq=seq,
        account_id=account_id,
        kind=ActionKind.OPEN if seq == SEQ_OPEN else ActionKind.CLOSE,
        outcome=outcome,
        code=ErrorCode.SPREAD_EXCEEDED if omitted else ErrorCode.NO_ERROR,
        sentence="spread 34 pt > max 25 pt" if omitted else "",
        inputs=inputs,
        command_id=None if omitted else command_id(account_id, seq),
        decided_at_ms=OPENED_MS,
        settled_at_ms=CLOSED_MS,
    )


OPENED = Done(
    account_id=SLAVE,
    kind=CommandKind.EXECUTE,
    seq=SEQ_OPEN,
    tickets=frozenset({TICKET}),
    price=D("1.10004"),
    lot=D("0.5"),
)
CLOSED = Done(
    account_id=SLAVE,
    kind=CommandKind.CLOSE,
    seq=SEQ_CLOSE,
    tickets=frozenset({TICKET}),
    price=D("1.10490"),
    lot=D("0.5"),
)
STORY = TradeStory(
    trade=TRADE,
    actions=(action(INTENT), action(CLOSE)),
    decisions=(
        decision(),
        decision(seq=SEQ_CLOSE, outcome=Outcome.CLOSED, inputs=()),
        decision(OTHER, outcome=Outcome.OMITTED),
    ),
    done=(OPENED, CLOSED),
    copies=(COPY,),
)


def deal(ticket: Ticket = TICKET, lot: str = "0.5", **changes: object) -> Deal:
    found = Deal(
        ticket=ticket,
        symbol="EURUSD.m",
        side=Side.BUY,
        lot=D(lot),
        open_price=D("1.10004"),
        close_price=D("1.10490"),
        open_time_ms=OPENED_MS,
        close_time_ms=CLOSED_MS,
        swap=D("-1"),
        commission=D("-3"),
    )
    return replace(found, **changes)  # type: ignore[arg-type]  # a test names fields as it likes


def journaled() -> tuple[Record, ...]:
    """The same as records, as a Core commits them."""
    opens = ExecuteOrder(
        command_id=command_id(),
        trade_id=TRADE.trade_id,
        account_id=SLAVE,
        symbol="EURUSD.m",
        side=Side.BUY,
        lot=D("0.5"),
        magic_number=1,
    )
    closes = CloseOrder(
        command_id=command_id(seq=SEQ_CLOSE),
        trade_id=TRADE.trade_id,
        account_id=SLAVE,
        ticket=TICKET,
        symbol="EURUSD.m",
        magic_number=1,
        seq=SEQ_CLOSE,
    )
    return (
        TRADE,
        *STORY.actions,
        *STORY.decisions,
        COPY,
        *_answered(opens, OPENED),
        *_answered(closes, CLOSED),
    )


def _answered(command: Command, done: Done) -> tuple[Record, ...]:
    result = ExecutionResult(
        command_id=command.command_id,
        trade_id=TRADE.trade_id,
        kind=command.kind,
        success=True,
        account_id=SLAVE,
        ticket=TICKET,
        executed_price=done.price,
        executed_lot=done.lot,
    )
    return (
        CommandRecord(
            command_id=command.command_id,
            account_id=SLAVE,
            agent_id=AGENT,
            command=command,
            created_at_ms=OPENED_MS,
        ),
        ExecutionRecord(
            command_id=command.command_id,
            trade_id=TRADE.trade_id,
            account_id=SLAVE,
            agent_id=AGENT,
            result=result,
            received_at_ms=CLOSED_MS,
        ),
    )
