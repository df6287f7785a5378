"""Flattening and deleting go on until nothing is left."""

from decimal import Decimal

import pytest

from echo.domain.answers import ExecutionResult
from echo.domain.commands import CancelPendings, CommandKind, Flatten
from echo.domain.ids import CommandId, Ticket
from echo.domain.quantities import Side
from echo.terminal.fates import Fate, Reply, ScriptedFates
from echo.terminal.orders import CloseLot, PlacePending
from tests.terminal.rig import ACCOUNT, Rig, execute

D = Decimal
FLATTEN = Flatten(
    command_id=CommandId("f"),
    account_id=ACCOUNT,
    tickets=(Ticket(1_000_001), Ticket(1_000_002)),
    reason="kill switch",
)


def results(rig: Rig, kind: CommandKind) -> list[ExecutionResult]:
    return [each for each in rig.heard_of(ExecutionResult) if each.kind is kind and not each.stored]


def three_positions(*fates: Fate) -> Rig:
    rig = Rig().start()
    for number in range(1, 4):
        rig.hear(execute(number))
    rig.broker._fates = ScriptedFates(fates)
    return rig


def test_the_named_tickets_are_closed_and_no_others() -> None:
    rig = three_positions()

    rig.hear(FLATTEN)

    [result] = results(rig, CommandKind.FLATTEN)
    assert list(rig.broker.positions) == [1_000_003]
    assert (result.success, result.executed_lot) == (True, D("0.20"))
    assert result.error_message == "2 positions closed"


def test_a_ticket_that_moved_is_followed() -> None:
    rig = three_positions()
    rig.by_hand(CloseLot(ref="h", ticket=Ticket(1_000_001), lot=D("0.03")))

    rig.hear(FLATTEN)

    assert list(rig.broker.positions) == [1_000_003]


@pytest.mark.parametrize(
    "fate",
    [Fate(refuse_code=132), Fate(reply=Reply.SILENCE), Fate(reply=Reply.TIMEOUT, executes=False)],
)
def test_a_sweep_that_failed_in_part_is_repeated_for_that_part(fate: Fate) -> None:
    rig = three_positions(fate)

    rig.hear(FLATTEN)
    rig.hear(FLATTEN)
    rig.pass_ms(15_000)

    assert list(rig.broker.positions) == [1_000_003]
    assert len(results(rig, CommandKind.FLATTEN)) == 1


def test_a_sweep_that_takes_long_calls_a_person() -> None:
    rig = three_positions(*[Fate(refuse_code=132)] * 14)

    rig.hear(FLATTEN)
    rig.pass_ms(12_000)

    assert rig.trades_of("NOT_DONE") == {""}


def test_nothing_to_sweep_is_done_at_once() -> None:
    rig = Rig().start()

    rig.hear(FLATTEN)

    assert [each.executed_lot for each in results(rig, CommandKind.FLATTEN)] == [0]


def test_a_terminal_that_shows_nothing_has_not_been_swept() -> None:
    rig = three_positions()
    rig.broker.door.synchronised = False
    rig.look()
    rig.hear(FLATTEN)
    early = results(rig, CommandKind.FLATTEN)

    rig.broker.door.synchronised = True
    rig.look()

    assert early == []
    assert list(rig.broker.positions) == [1_000_003]


def pending(magic: int) -> PlacePending:
    return PlacePending(
        ref="p",
        symbol="EURUSD.m",
        side=Side.BUY,
        lot=D("0.1"),
        price=D("1.3"),
        magic_number=magic,
    )


@pytest.mark.parametrize(
    ("magic", "symbol", "left"),
    [(None, None, []), (7, None, [8]), (None, "GBPUSD", [7, 8]), (8, "EURUSD.m", [7])],
)
def test_pending_orders_are_deleted_by_magic_and_symbol(magic, symbol, left) -> None:
    rig = Rig().start()
    rig.by_hand(pending(7))
    rig.by_hand(pending(8))

    rig.hear(
        CancelPendings(
            command_id=CommandId("c"), account_id=ACCOUNT, magic_number=magic, symbol=symbol
        )
    )

    assert [each.magic_number for each in rig.broker.view(rig.now).pendings] == left
    [result] = results(rig, CommandKind.CANCEL)
    assert result.error_message == f"{2 - len(left)} orders deleted"
