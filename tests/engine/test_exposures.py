"""What counts as held: shown, filled since, on its way, in doubt; never what was only wished."""

from decimal import Decimal

from echo.domain.answers import Outcome
from echo.domain.commands import CloseOrder
from echo.domain.errors import Refusal
from echo.domain.exposure import Exposure
from echo.domain.quantities import Side
from echo.engine.exposures import copies_of, exposures, tick_value_of
from tests.engine.limit_scenes import holding, limited, shown
from tests.engine.reports import foreign
from tests.engine.scenes import (
    SLAVE,
    Desk,
    closed,
    done,
    doubted,
    mapping,
    opened,
    refused,
    trade_id_of,
)

STOP = Decimal("1.09900")


def counted(stage: Desk) -> list[tuple[str, str, str]]:
    """Name, lots and stop of everything that is held."""
    found = exposures(stage.engine.state, stage.engine.state.account(SLAVE))
    assert not isinstance(found, Refusal), found
    return [(each.name, str(each.lot), str(each.stop_price)) for each in found]


def test_what_the_terminal_shows_counts_foreign_positions_included() -> None:
    stage = limited()
    shown(stage, 100_000, holding(77, lot="2.00"))

    assert counted(stage) == [("ticket 77", "2.00", "1.09910")]


def test_an_open_counts_from_its_decision_to_its_refusal() -> None:
    stage = limited()
    shown(stage, 100_000)
    order = stage.open(stop_loss=STOP)
    assert counted(stage) == [(f"the copy of {order.trade_id}", "1.00", "1.09910")]

    stage.say(refused(order))
    assert counted(stage) == []


def test_an_open_in_doubt_may_exist() -> None:
    stage = limited()
    shown(stage, 100_000)
    stage.say(doubted(stage.open(stop_loss=STOP)))

    assert stage.outcome() is Outcome.IN_DOUBT
    assert len(counted(stage)) == 1


def test_a_fill_counts_until_it_is_shown_then_once() -> None:
    stage = limited()
    shown(stage, 100_000)
    stage.fill(stop_loss=STOP)
    unseen = counted(stage)
    shown(stage, 100_000, holding())

    assert unseen == [("ticket 9001", "1.00", "1.09910")]
    assert counted(stage) == unseen


def test_a_closed_copy_counts_no_more() -> None:
    stage = limited()
    shown(stage, 100_000)
    stage.fill(stop_loss=STOP)
    shown(stage, 100_000, holding())
    stage.say(done(stage.one(stage.say(closed()), CloseOrder)))
    shown(stage, 100_000)

    assert counted(stage) == []
    assert list(copies_of(stage.engine.state, stage.engine.state.account(SLAVE))) == []


def test_a_short_copy_has_its_stop_above() -> None:
    stage = limited()
    shown(stage, 100_000)
    stage.say(opened(side=Side.SELL, stop_loss=Decimal("1.10100")))
    [found] = exposures(stage.engine.state, stage.engine.state.account(SLAVE))  # type: ignore[misc]  # no refusal

    assert isinstance(found, Exposure)
    assert (found.side, found.stop_price) == (Side.SELL, Decimal("1.10100"))


def test_what_cannot_be_counted_is_named() -> None:
    stage = limited()
    shown(stage, 100_000, foreign(77))
    found = exposures(stage.engine.state, stage.engine.state.account(SLAVE))

    assert isinstance(found, Refusal)
    assert found.sentence.startswith("ticket 77 is in XAUUSD.x, of which no tick value is known")


def test_a_copy_in_a_symbol_that_is_gone_cannot_be_counted() -> None:
    stage = limited()
    shown(stage, 100_000)
    stage.open(stop_loss=STOP)
    account = stage.engine.state.account(SLAVE)
    account.symbols = {}
    found = exposures(stage.engine.state, account)

    assert isinstance(found, Refusal)
    assert found.sentence.startswith(f"the copy of {trade_id_of(5001)} is in EURUSD.x")


def test_the_newest_tick_value_counts_if_it_makes_sense() -> None:
    stage = limited()
    account = stage.engine.state.account(SLAVE)
    account.tick_values = {}
    assert tick_value_of(account, mapping()) == 1
    account.tick_values = {"EURUSD": (Decimal("0.92"), 0)}
    assert tick_value_of(account, mapping()) == Decimal("0.92")
    account.tick_values = {"EURUSD": (Decimal(0), 0)}
    assert tick_value_of(account, mapping()) is None
