"""A size follows from what both accounts have reported, and from nothing else."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.accounts import AccountInfo
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.handshake import Role
from echo.domain.ids import AccountId, ClientId, StrategyId, Ticket, TradeId
from echo.domain.intents import TradeIntent
from echo.domain.policy import RiskPolicy, RiskType
from echo.domain.protection import Levels
from echo.domain.quantities import Side
from echo.domain.sizing import Sized
from echo.domain.specs import Quote, SymbolMapping
from echo.engine.settings import EngineSettings
from echo.engine.sizes import Follower, sized_copy
from echo.engine.state import AccountState

MASTER, SLAVE = AccountId("1001"), AccountId("2001")
EURUSD = SymbolMapping(
    canonical_symbol="EURUSD",
    broker_symbol="EURUSD",
    digits=5,
    point=Decimal("0.00001"),
    tick_size=Decimal("0.00001"),
    min_lot=Decimal("0.01"),
    max_lot=Decimal(100),
    lot_step=Decimal("0.01"),
    tick_value=Decimal(1),
    contract_size=Decimal(100_000),
)
INTENT = TradeIntent(
    trade_id=TradeId("019748f0-0000-7000-8000-000000000001"),
    account_id=MASTER,
    client_id=ClientId("master_1001"),
    ticket=Ticket(7),
    symbol="EURUSD",
    side=Side.BUY,
    lot=Decimal("0.40"),
    price=Decimal("1.10000"),
    magic_number=1,
)
POLICY = RiskPolicy(
    account_id=SLAVE,
    strategy_id=StrategyId("*"),
    risk_type=RiskType.MULTIPLIER,
    multiplier=Decimal("0.5"),
)


def account(account_id: AccountId, equity: int | None, role: Role = Role.SLAVE) -> AccountState:
    """An account with EURUSD and, unless *equity* is ``None``, its funds."""
    found = AccountState(account_id, role=role, symbols={"EURUSD": EURUSD})
    if equity is not None:
        found.info = AccountInfo(
            account_id=account_id,
            balance=Decimal(10_000),
            equity=Decimal(equity),
            margin=Decimal(0),
            margin_free=Decimal(equity),
            margin_level=Decimal(0),
            currency="USD",
        )
    return found


def sized(
    policy: RiskPolicy = POLICY,
    *,
    slave: AccountState | None = None,
    master: AccountState | None = None,
    stop: str | None = "1.09900",
    spec: SymbolMapping = EURUSD,
) -> Sized | Refusal:
    quote = Quote(
        account_id=SLAVE,
        canonical_symbol="EURUSD",
        broker_symbol="EURUSD",
        bid=Decimal("1.09990"),
        ask=Decimal("1.10000"),
        spread_points=Decimal(10),
        timestamp_ms=1,
    )
    levels = Levels(stop_loss=None if stop is None else Decimal(stop), take_profit=None)
    follower = Follower(slave or account(SLAVE, 5_000), spec, quote, levels)
    theirs = master or account(MASTER, 20_000, Role.MASTER)
    return sized_copy(policy, INTENT, follower, theirs, EngineSettings())


@pytest.mark.parametrize(
    ("changes", "lot"),
    [
        ({}, "0.20"),
        ({"risk_type": RiskType.EQUITY_RATIO}, "0.05"),
        ({"risk_type": RiskType.BALANCE_RATIO, "multiplier": None}, "0.40"),
        ({"risk_type": RiskType.RISK_PERCENT, "risk_pct": Decimal(1)}, "1.00"),
        ({"risk_type": RiskType.FIXED_RISK, "amount": Decimal(50), "currency": "USD"}, "0.50"),
        ({"risk_type": RiskType.FIXED_LOT, "lot_size": Decimal("0.11")}, "0.11"),
    ],
)
def test_each_mode_takes_what_it_needs_from_both_accounts(
    changes: dict[str, object], lot: str
) -> None:
    result = sized(replace(POLICY, **changes))  # type: ignore[arg-type]  # fields by name

    assert isinstance(result, Sized)
    assert result.lot == Decimal(lot)


def test_a_master_of_which_nothing_is_known_is_not_guessed() -> None:
    no = sized(master=AccountState(MASTER, role=Role.MASTER))

    assert isinstance(no, Refusal)
    assert (no.code, "contract size" in no.sentence) == (ErrorCode.SPEC_MISSING, True)


def test_funds_that_were_not_reported_are_waited_for() -> None:
    policy = replace(POLICY, risk_type=RiskType.EQUITY_RATIO)
    no = sized(policy, slave=account(SLAVE, None))

    assert isinstance(no, Refusal)
    assert "slave has not reported" in no.sentence


def test_a_stop_that_the_market_has_passed_cannot_be_sized_on() -> None:
    risky = replace(POLICY, risk_type=RiskType.FIXED_RISK, amount=Decimal(50), currency="USD")
    no = sized(risky, stop="1.10500")

    assert isinstance(no, Refusal)
    assert no.code is ErrorCode.INVALID_STOPS
    assert isinstance(sized(stop="1.10500"), Sized)


def test_a_stop_inside_the_stop_level_counts_where_it_can_be_set() -> None:
    risky = replace(POLICY, risk_type=RiskType.FIXED_RISK, amount=Decimal(50), currency="USD")
    result = sized(risky, stop="1.09985", spec=replace(EURUSD, stop_level_points=90))

    assert isinstance(result, Sized)
    assert dict(result.inputs)["stop_price"] == Decimal("1.09900")
