"""How an open reads its broker's numbers, and what it answers."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.errors import (
    IN_DOUBT_MT4,
    IN_DOUBT_MT5,
    MT4_CODES,
    MT5_CODES,
    RETRYABLE_MT4,
    RETRYABLE_MT5,
    ErrorCode,
    Refusal,
)
from echo.domain.ids import Ticket
from echo.domain.quantities import Side
from echo.terminal.opening import (
    Opening,
    Reading,
    code_of,
    intention_of,
    reading_of,
)
from echo.terminal.orders import Filled, Refused
from echo.terminal.sightings import CLOCK_SLACK_MS, LATE_FILL_MS, Sighting
from echo.terminal.view import MT4, MT5
from tests.terminal.rig import ACCOUNT, Rig, execute, price, protected
from tests.terminal.test_ledger import intention

D = Decimal


@pytest.mark.parametrize(
    ("terminal", "listed", "passing", "doubtful"),
    [
        (MT4, MT4_CODES, RETRYABLE_MT4, IN_DOUBT_MT4),
        (MT5, MT5_CODES, RETRYABLE_MT5, IN_DOUBT_MT5),
    ],
)
def test_every_number_is_read_and_unknown_ones_prove_nothing(
    terminal: str, listed, passing, doubtful
) -> None:
    for code in {*listed, *passing, *doubtful, 77_777}:
        reading = reading_of(code, terminal)
        if code in passing:
            assert reading is Reading.PASSING_NO
        elif code in doubtful or code not in listed:
            assert reading is Reading.DOUBT
        else:
            assert reading is Reading.DEFINITE_NO


def test_numbers_have_names() -> None:
    assert code_of(134, MT4) is ErrorCode.NO_MONEY
    assert code_of(10019, MT5) is ErrorCode.NO_MONEY
    assert code_of(134, MT5) is ErrorCode.UNKNOWN


def opening(**changes: object) -> Opening:
    command = execute()
    base = {"command_id": command.command_id, "trade_id": command.trade_id, "command": command}
    return Opening(**{**base, **changes})  # type: ignore[arg-type]  # tests name real fields


def test_what_was_only_refused_by_rule_is_omitted() -> None:
    result = opening().refusal(ACCOUNT, Refusal(ErrorCode.STALE, "late"))

    assert (result.success, result.error_code, result.error_message) == (
        False,
        ErrorCode.STALE,
        "late",
    )


def test_what_the_broker_refused_before_has_failed_with_its_word() -> None:
    asked = opening(attempts=2, refused=Refused(ref="r", code=138), refused_code=ErrorCode.REQUOTE)

    result = asked.refusal(ACCOUNT, Refusal(ErrorCode.STALE, "late"))

    assert (result.error_code, result.error_message) == (
        ErrorCode.REQUOTE,
        "code=138 after 2 attempts; late",
    )
    assert asked.rejection(ACCOUNT).error_message == "code=138"


@pytest.mark.parametrize(("side", "points"), [(Side.BUY, D(20)), (Side.SELL, D(-30))])
def test_slippage_counts_in_the_orders_direction(side: Side, points: Decimal) -> None:
    sold = opening(command=replace(execute(), side=side), sent_at=price("1.39000"))
    fill = Filled(ref="r", ticket=Ticket(5), lot=D("0.1"), price=D("1.39030"))

    result = sold.filled(ACCOUNT, fill, point=D("0.00001"), wall_ms=99)

    assert (result.slippage_points, result.spread_points) == (points, D(10))
    assert result.timestamps.t7_order_filled_ms == 99


def test_after_a_restart_only_the_intention_is_known() -> None:
    revived = opening(command=None, intention=intention())
    fill = Filled(ref="r", ticket=Ticket(5), lot=D("0.1"), price=D("1.39"))

    result = revived.filled(ACCOUNT, fill, point=D("0.00001"), wall_ms=99)

    assert (result.success, result.ticket, result.slippage_points) == (True, 5, None)
    assert revived.flight_key == intention().flight_key
    assert revived.sought.open_before == {4}


def test_an_open_that_knows_nothing_is_a_bug() -> None:
    with pytest.raises(ValueError, match="neither"):
        _ = opening(command=None).flight_key


def test_a_fill_is_sought_from_when_it_can_have_been_sent() -> None:
    sent = opening(intention=intention()).sought
    cold = opening(server_ms=50_000, age_ms=8_000).sought

    assert (sent.server_from_ms, sent.server_to_ms) == (
        1_000 - CLOCK_SLACK_MS,
        1_000 + LATE_FILL_MS,
    )
    assert cold.server_from_ms == 50_000 - 8_000 - CLOCK_SLACK_MS


def test_findings_are_told_as_late_fills_or_as_candidates() -> None:
    found = Sighting(Ticket(8), "S", Side.BUY, D("0.2"), D("1.4"), 5, "", 0)

    adopted = opening().adopted(ACCOUNT, found)
    undecided = opening().undecided(ACCOUNT, (Ticket(8), Ticket(9)))

    assert (adopted.late, adopted.ticket, adopted.executed_price, adopted.executed_lot) == (
        True,
        8,
        D("1.4"),
        D("0.2"),
    )
    assert (undecided.doubt, undecided.candidates) == (True, (8, 9))
    assert "8, 9" in undecided.error_message


def test_an_intention_says_what_was_there_before() -> None:
    rig = Rig().start()
    rig.hear(execute(9))

    view, later = rig.broker.view(rig.now), protected("1.3", "1.5")
    noted = intention_of(execute(), tag="E", view=view, later=later)

    assert noted.open_tickets == (1_000_001,)
    assert noted.levels == (D("1.3"), D("1.5"))
    assert intention_of(execute(), tag="E", view=view, later=None).levels is None
