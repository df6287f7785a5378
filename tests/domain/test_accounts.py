"""A snapshot proves nothing by itself."""

from decimal import Decimal

from echo.domain.accounts import AccountInfo, OpenTrades, Position, StateSnapshot
from echo.domain.ids import AccountId, Ticket
from echo.domain.quantities import Side


def test_an_empty_snapshot_is_no_evidence() -> None:
    snapshot = StateSnapshot(account_id=AccountId("1"), info=None)

    assert not snapshot.complete
    assert not snapshot.connected
    assert snapshot.epoch == ""


def test_equity_may_be_negative_and_tickets_long() -> None:
    info = AccountInfo(
        account_id=AccountId("1"),
        balance=Decimal(10),
        equity=Decimal("-3.5"),
        margin=Decimal(0),
        margin_free=Decimal(0),
        margin_level=Decimal(0),
        currency="USD",
    )
    position = Position(
        ticket=Ticket(2**63 - 1),
        symbol="EURUSD",
        side=Side.BUY,
        lot=Decimal("0.1"),
        open_price=Decimal("1.1"),
    )

    assert info.equity < 0
    assert position.ticket.bit_length() == 63
    assert position.stop_loss is None


def test_open_trades_are_values() -> None:
    one = OpenTrades(account_id=AccountId("1"), epoch="e", trades=())

    assert one == OpenTrades(account_id=AccountId("1"), epoch="e", trades=())
    assert hash(one)
