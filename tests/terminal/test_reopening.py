"""A trade that the Core has never heard of is opened once more before anything else is said of it.

An Agent may acknowledge an open while the Core is away, and lose its ledger.
"""

from echo.domain.answers import Receipt, TradeIntentAck
from echo.domain.copies import replace
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE, TradeId
from echo.domain.intents import TradeIntent
from echo.terminal.orders import CloseLot, SetLevels
from echo.terminal.reopening import open_in_history, open_in_records
from echo.terminal.view import MT5
from tests.terminal.rig import UNSHOWN_MS, Rig
from tests.terminal.test_master import Action, D, ack, actions, both, buy, distinct, master, only


def unknown(action: Action) -> TradeIntentAck:
    return ack(action, Receipt.RETRY, error_code=ErrorCode.NOT_FOUND)


def with_lost_open(terminal: str, **changes: object) -> Rig:
    """A master whose open was acknowledged by an Agent that has forgotten it."""
    rig = master(terminal, **changes).start()
    rig.by_hand(buy())
    rig.hear(ack(actions(rig)[0]))
    rig.pass_ms(7_000)
    rig.said.clear()
    return rig


def close(rig: Rig) -> Action:
    rig.by_hand(CloseLot(ref="h", ticket=only(rig)))
    [action] = actions(rig)
    return action


@both
def test_the_open_is_said_again_with_its_true_age_and_the_action_after_it(terminal: str) -> None:
    rig = with_lost_open(terminal)
    rig.by_hand(SetLevels(ref="h", ticket=only(rig), stop_loss=D("1.381"), take_profit=None))
    [moved] = actions(rig)
    rig.said.clear()

    rig.hear(unknown(moved))

    assert [each.seq for each in actions(rig)] == [0, 1]
    intent = actions(rig)[0]
    assert isinstance(intent, TradeIntent)
    assert intent.trade_id == moved.trade_id
    assert intent.age_ms == 7_000


@both
def test_once_the_open_is_known_nothing_is_said_any_more(terminal: str) -> None:
    rig = with_lost_open(terminal)
    closed = close(rig)
    rig.hear(unknown(closed))
    rig.hear(ack(actions(rig)[1]))
    rig.hear(ack(closed))
    rig.said.clear()

    rig.pass_ms(60_000)

    assert actions(rig) == []
    assert rig.alarms == []


def test_more_answers_of_that_kind_do_not_multiply_the_open() -> None:
    rig = with_lost_open(MT5)
    closed = close(rig)
    rig.said.clear()

    for _ in range(5):
        rig.hear(unknown(closed))

    assert [each.seq for each in actions(rig)] == [0, SEQ_CLOSE]


def test_a_close_that_an_agent_promised_is_no_reason_to_be_silent_about_its_open() -> None:
    rig = with_lost_open(MT5)
    closed = close(rig)
    rig.hear(ack(closed))
    rig.said.clear()

    rig.hear(unknown(closed))

    [intent] = actions(rig)
    assert isinstance(intent, TradeIntent)
    assert intent.age_ms is None, "nobody counted on: too old"


def test_a_restarted_ea_knows_the_open_and_its_age() -> None:
    rig = with_lost_open(MT5)
    rig.restart()
    rig.said.clear()
    closed = close(rig)

    rig.hear(unknown(closed))

    intent = actions(rig)[1]
    assert isinstance(intent, TradeIntent)
    assert intent.age_ms == 7_000 + UNSHOWN_MS
    assert distinct(rig) == [(closed.trade_id, SEQ_CLOSE), (closed.trade_id, 0)]


def test_an_open_that_waits_again_outlives_a_compaction_and_is_not_tracked_twice() -> None:
    rig = with_lost_open(MT5, compact_records_min=2, keep_settled_ms=1_000)
    for _ in range(4):
        rig.by_hand(SetLevels(ref="h", ticket=only(rig), stop_loss=D("1.381"), take_profit=None))
        rig.by_hand(SetLevels(ref="h", ticket=only(rig), stop_loss=D("1.382"), take_profit=None))
    for action in actions(rig)[:-1]:
        rig.hear(ack(action))
    rig.hear(unknown(actions(rig)[-1]))
    rig.pass_ms(3_600_000)
    rig.said.clear()

    rig.pass_ms(20_000)

    assert {each.seq for each in actions(rig)} == {0, 8}


def test_an_open_that_was_refused_for_good_takes_its_later_actions_with_it() -> None:
    rig = master().start()
    rig.by_hand(buy())
    rig.hear(ack(actions(rig)[0], Receipt.FAILED, error_code=ErrorCode.UNKNOWN))
    rig.said.clear()
    closed = close(rig)

    rig.hear(unknown(closed))
    rig.said.clear()
    rig.pass_ms(30_000)

    assert actions(rig) == []
    assert "OPEN_UNKNOWN" in rig.alarms


@both
def test_a_lost_outbox_leaves_the_history_to_tell_the_open(terminal: str) -> None:
    rig = with_lost_open(terminal)
    closed = close(rig)
    rig.hear(ack(closed))
    rig.file.clear()
    rig.restart()
    rig.said.clear()

    rig.hear(unknown(closed))
    rig.look()

    assert distinct(rig) == [(closed.trade_id, 0), (closed.trade_id, SEQ_CLOSE)]
    intent = actions(rig)[0]
    assert isinstance(intent, TradeIntent)
    assert intent.age_ms is None
    assert (intent.lot, intent.symbol) == (D("0.10"), "EURUSD.m")


def test_what_neither_file_nor_history_knows_is_an_alarm() -> None:
    rig = with_lost_open(MT5)
    stranger = replace(close(rig), trade_id=TradeId("0197748f-0000-7000-8000-000000000009"))
    rig.said.clear()

    rig.hear(unknown(stranger))

    assert actions(rig) == []
    assert "OPEN_UNKNOWN" in rig.alarms


def test_an_open_is_found_among_other_records_or_not_at_all() -> None:
    rig = with_lost_open(MT5)
    closed = close(rig)

    found = open_in_records(rig.file, closed.trade_id)

    assert found is not None
    assert found.trade_id == closed.trade_id
    assert open_in_records(rig.file[1:], closed.trade_id) is None


def test_a_position_of_another_time_is_not_taken_for_the_trade() -> None:
    rig = with_lost_open(MT5)
    closed = close(rig)
    view = rig.broker.view(rig.now)
    later = replace(view, history=tuple(replace(each, open_time_ms=5) for each in view.history))

    assert open_in_history(view, rig.settings, closed.trade_id) is not None
    assert open_in_history(later, rig.settings, closed.trade_id) is None
