"""Whether an open is in time, in place and in bounds."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.quantities import Instant, Side
from echo.domain.sessions import Pong
from echo.terminal.desk import Desk
from echo.terminal.entries import EntryChecks
from echo.terminal.opening import Opening
from tests.terminal.rig import MONO_MS, SERVER, WALL_MS, Rig, execute, price, slave_settings

D = Decimal


def desk(*, uptime_ms: int = 10_000, warm: bool = True, **settings: object) -> Desk:
    rig = Rig()
    place = Desk(slave_settings(**settings))
    place.now = Instant(WALL_MS, MONO_MS)
    place.see(rig.broker.view(rig.now))
    place.prices.update(rig.broker.prices)
    place.started_mono_ms = place.alone_since_mono_ms = MONO_MS - uptime_ms
    place.ledger.warm = warm
    probe(place)
    return place


def probe(place: Desk) -> None:
    """Let a pong say that the Agent's clock shows what ours does."""
    place.link.opened(place.now)
    place.link.answered(Pong(ping_id="-1", timestamp_ms=0, echo_ms=0, mono_ms=place.now.mono_ms))


def opening(**changes: Any) -> Opening:
    command = execute(**changes)
    return Opening(command_id=command.command_id, trade_id=command.trade_id, command=command)


@given(st.integers(0, 20_000), st.integers(0, 20_000))
def test_time_left_is_what_was_left_less_what_has_passed(sent_ms: int, now_ms: int) -> None:
    place = desk()
    place.now = Instant(WALL_MS + now_ms, MONO_MS + now_ms)

    left = EntryChecks(place).ttl_left_ms(execute(sent_mono_ms=MONO_MS + sent_ms, ttl_ms=7_000))

    assert left == 7_000 - max(0, now_ms - sent_ms)


def test_without_a_pong_nobody_knows_what_is_left() -> None:
    place = desk()
    place.link.closed()

    checks = EntryChecks(place)

    assert checks.ttl_left_ms(execute()) is None
    assert checks.ttl_left_ms(execute(ttl_ms=None)) == 0
    assert checks.ttl_left_ms(execute(sent_mono_ms=None)) == 0


@pytest.mark.parametrize(
    ("warm", "age_ms", "suspicious"),
    [
        (True, 99_000, False),
        (False, 11_000, True),
        (False, 9_500, True),
        (False, 9_000, False),
        (False, None, True),
    ],
)
def test_only_a_cold_ledger_suspects_its_former_lives(
    warm: bool, age_ms: int | None, suspicious: bool
) -> None:
    checks = EntryChecks(desk(uptime_ms=10_000, warm=warm))

    assert checks.may_be_a_former_lifes(execute(age_ms=age_ms)) is suspicious


def test_an_age_that_cannot_be_counted_is_no_number() -> None:
    checks = EntryChecks(desk())

    assert checks.age_ms(execute(age_ms=None)) is None
    assert checks.age_ms(execute(sent_mono_ms=None)) is None
    assert checks.age_ms(execute(age_ms=7)) == 7


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"account_id": "70002"}, ErrorCode.SESSION_CLOSED),
        ({"server": "Other"}, ErrorCode.SESSION_CLOSED),
        ({"symbols": ()}, ErrorCode.SYMBOL_NOT_MAPPED),
    ],
)
def test_the_place_must_be_the_right_one(change: dict[str, object], code: ErrorCode | None) -> None:
    place = desk()
    place.see(replace(place.view, **change))  # type: ignore[arg-type]  # fields of a view

    refusal = EntryChecks(place).refuse_place(execute())

    assert (refusal.code if refusal else None) is code


def test_the_sentence_names_both_accounts() -> None:
    place = desk()
    place.see(replace(place.view, server="Other"))

    refusal = EntryChecks(place).refuse_place(execute())

    assert refusal is not None
    assert SERVER in refusal.sentence
    assert "'Other'" in refusal.sentence


def test_spread_and_price_have_their_limits() -> None:
    place = desk()
    checks, task = EntryChecks(place), opening(max_slippage_points=D(5))
    command = execute(max_slippage_points=D(5), max_spread_points=D(10))

    first = checks.refuse_price(task, command)
    place.prices["EURUSD.m"] = price("1.39005")
    still = checks.refuse_price(task, command)
    place.prices["EURUSD.m"] = price("1.39006")
    worse = checks.refuse_price(task, command)
    better = checks.refuse_price(task, replace(command, side=Side.SELL))
    place.prices["EURUSD.m"] = price("1.39000", "1.39011")
    wide = checks.refuse_price(opening(), command)

    assert (first, still, better) == (None, None, None)
    assert isinstance(worse, Refusal)
    assert worse.code is ErrorCode.SLIPPAGE_EXCEEDED
    assert isinstance(wide, Refusal)
    assert wide.sentence == "spread 11.0 pt > max 10 pt"


def test_limits_that_are_not_set_do_not_limit() -> None:
    place = desk()
    place.prices["EURUSD.m"] = price("1.39000", "1.99000")

    assert EntryChecks(place).refuse_price(opening(), execute()) is None
    assert EntryChecks(place).refuse_excess(execute(lot=D(99))) is None


def test_without_price_or_connection_an_open_waits() -> None:
    place = desk()
    checks = EntryChecks(place)
    place.prices.clear()
    unpriced = checks.refuse_price(opening(), execute())
    place.see(replace(place.view, connected=False))
    offline = checks.refuse_price(opening(), execute())

    assert unpriced == "EURUSD.m has no price"
    assert isinstance(offline, str)
    assert "not connected" in offline


def test_lots_are_counted_over_a_minute() -> None:
    place = desk(lots_per_minute_max=D("0.3"))
    checks = EntryChecks(place)
    checks.sent(execute(lot=D("0.2")))

    within = checks.refuse_excess(execute(lot=D("0.1")))
    beyond = checks.refuse_excess(execute(lot=D("0.11")))
    place.now = Instant(WALL_MS, MONO_MS + 60_000)

    assert within is None
    assert beyond is not None
    assert beyond.sentence == "0.31 lots within a minute > max 0.3"
    assert checks.refuse_excess(execute(lot=D("0.3"))) is None


def test_open_positions_are_counted_whosever_they_are() -> None:
    checks = EntryChecks(desk(open_positions_max=0))

    refusal = checks.refuse_excess(execute())

    assert refusal is not None
    assert refusal.code is ErrorCode.MAX_TRADES
