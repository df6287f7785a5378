"""The watch over windows: pending orders go when one begins, nothing is looked at without any."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from echo.domain.accounts import Position, StateSnapshot
from echo.domain.commands import CancelPendings
from echo.domain.desk import RemoveWindow
from echo.domain.ids import AccountId, StrategyId, Ticket
from echo.domain.policy import CopyOptions
from echo.domain.quantities import Instant, Side
from echo.domain.windows import WindowRules
from echo.engine import window_watch
from echo.engine.effects import Effect
from tests.engine.desk_scenes import add, swept, window
from tests.engine.scenes import LEGACY_FEATURES, SLAVE, Desk, desk, fixed_lot, sent

PENDING = Position(
    ticket=Ticket(700),
    symbol="EURUSD.x",
    side=Side.BUY,
    lot=Decimal("0.10"),
    open_price=Decimal("1.20000"),
    magic_number=7,
)


def show(stage: Desk, *pendings: Position, account_id: AccountId = SLAVE) -> None:
    snapshot = StateSnapshot(
        account_id=account_id, info=None, pendings=pendings, complete=True, connected=True
    )
    stage.say(snapshot, message_id=None)


def named(**changes: Any) -> Desk:
    """A slave that follows a strategy which is told by its magic number."""
    policies = [fixed_lot(), fixed_lot(strategy_id=StrategyId("magic_7"))]
    return desk(policies=policies, **changes)


def cancels(effects: Iterable[Effect]) -> list[tuple[int | None, str | None]]:
    return [(each.magic_number, each.symbol) for each in sent(effects, CancelPendings)]


def test_inherited_pending_orders_go_when_the_window_begins_and_not_before() -> None:
    stage = named()
    show(stage, PENDING, replace(PENDING, ticket=Ticket(701)))
    add(stage, window(stage, begins_s=60))

    assert cancels(stage.wait(59_999)) == []
    told = stage.wait(1)
    assert cancels(told) == [(7, "EURUSD.x")]


def test_orders_of_others_and_of_other_symbols_stay() -> None:
    stage = named()
    foreign = replace(PENDING, magic_number=8)
    unconcerned = replace(PENDING, symbol="EURJPY.x")
    show(stage, foreign, unconcerned)
    before = len(stage.heard)
    add(stage, window(stage))

    assert cancels(stage.heard[before:]) == []


def test_magic_numbers_of_open_copies_and_of_ranges_are_the_strategys() -> None:
    stage = desk(options=CopyOptions(magic_ranges=((1, 99),)))
    stage.fill()
    show(stage, PENDING, replace(PENDING, magic_number=42), replace(PENDING, magic_number=142))
    before = len(stage.heard)
    add(stage, window(stage, symbol="*"))

    assert cancels(stage.heard[before:]) == [(7, "EURUSD.x"), (42, "EURUSD.x")]


def test_an_account_that_is_away_is_looked_at_when_it_shows_its_orders() -> None:
    stage = named()
    add(stage, window(stage))
    show(stage, PENDING)

    assert cancels(stage.wait(5_000)) == [(7, "EURUSD.x")]


def test_each_window_deletes_once() -> None:
    stage = named()
    show(stage, PENDING)
    before = len(stage.heard)
    add(stage, window(stage))
    [order] = sent(stage.heard[before:], CancelPendings)
    stage.say(swept(order))

    show(stage, PENDING)
    assert cancels(stage.wait(20_000)) == []


def test_an_account_may_keep_its_pending_orders() -> None:
    stage = named(options=CopyOptions(windows=WindowRules(cancel_pendings=False)))
    show(stage, PENDING)
    before = len(stage.heard)
    add(stage, window(stage))

    assert cancels(stage.heard[before:]) == []


def test_a_legacy_terminal_is_not_told_what_it_does_not_know() -> None:
    stage = named(slave_features=LEGACY_FEATURES)
    show(stage, PENDING)
    before = len(stage.heard)
    add(stage, window(stage))

    assert cancels(stage.heard[before:]) == []


def test_the_same_window_gives_the_same_command_after_a_restart() -> None:
    stage = named()
    show(stage, PENDING)
    before = len(stage.heard)
    add(stage, window(stage))
    [first] = sent(stage.heard[before:], CancelPendings)
    stage.restart()
    stage.join(SLAVE)
    stage.register(SLAVE)
    show(stage, PENDING)
    stage.wait(5_000)

    assert {each.command_id for each in sent(stage.heard, CancelPendings)} == {first.command_id}


def test_without_windows_no_timer_runs() -> None:
    stage = desk()
    assert window_watch.KEY not in stage.timers
    add(stage, window(stage, lasts_s=1))
    assert window_watch.KEY in stage.timers
    stage.ask(RemoveWindow(window_id="nfp"))
    stage.wait(60_000)

    assert window_watch.KEY not in stage.timers


def test_a_wall_clock_that_is_set_forward_is_noticed_within_seconds() -> None:
    stage = named()
    show(stage, PENDING)
    add(stage, window(stage, begins_s=3_600))
    stage.now = Instant(stage.now.wall_ms + 3_600_000, stage.now.mono_ms)

    assert cancels(stage.wait(window_watch.LOOK_MS_MAX)) == [(7, "EURUSD.x")]
