from decimal import Decimal

from echo.domain.ids import order_tag
from echo.sim.ended import master_books, slaves, tags
from echo.terminal.legacy_slave import COMMENT_CHARS
from tests.sim.stage import closed, ended, opened


def test_both_sides_of_a_trade_bear_its_name() -> None:
    world = ended(opened(), closed())
    (trade_id,) = world.journal.trades

    assert [each.trade_id for each in master_books(world)] == [trade_id]
    (copy,) = slaves(world)
    assert (copy.trade_id, copy.lot_remaining) == (trade_id, Decimal(0))


def test_a_copy_is_known_by_its_tag_or_by_what_an_old_ea_writes() -> None:
    world = ended(opened())
    (trade_id,) = world.journal.trades

    assert tags(world) == {order_tag(trade_id): trade_id, trade_id[:COMMENT_CHARS]: trade_id}
