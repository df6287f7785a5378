"""A slave EA does each open at most once, whatever repeats, whatever crashes."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.answers import ExecutionResult, Receipt, ResultAck, TradeIntentAck
from echo.domain.commands import CommandKind, ExecuteOrder
from echo.domain.handshake import Handshake
from echo.domain.ids import AccountId
from echo.domain.sessions import DeliveryConfig, Ping
from echo.domain.specs import Quote, SessionRange, SessionWindow, SymbolSpecReport
from echo.terminal import events
from echo.terminal.book import BookKind
from echo.terminal.fates import Fate, Reply, ScriptedFates
from echo.terminal.slave import SlaveEa
from tests.terminal.rig import (
    ACCOUNT,
    EURUSD,
    MONO_MS,
    SERVER,
    Crashed,
    Rig,
    close,
    execute,
    modify,
    reduce,
    rules,
    slave_settings,
    trade_id,
)

D = Decimal
DOUBT_MS = 65_000


def span(start_minute: int, end_minute: int) -> SessionRange:
    return SessionRange(start_minute=start_minute, end_minute=end_minute)


def test_it_introduces_itself_and_reports_at_once() -> None:
    rig = Rig().start()

    [hello] = rig.heard_of(Handshake)
    assert (hello.account_id, hello.role, hello.metadata.server) == (ACCOUNT, "slave", SERVER)
    assert hello.metadata.instance == "life1"
    assert hello.metadata.ledger_n == 1
    assert hello.symbols is not None
    assert [each.canonical_symbol for each in hello.symbols] == ["EURUSD"]
    kinds = [type(message) for message in rig.said]
    assert kinds[:2] == [Handshake, Ping]
    assert {SymbolSpecReport, Quote, StateSnapshot, OpenTrades} <= set(kinds)


def test_a_later_handshake_names_the_commands_that_came_last() -> None:
    rig = Rig().start()
    for number in range(1, 19):
        rig.hear(execute(number, sent_mono_ms=rig.now.mono_ms))
    rig.disconnect()
    rig.pass_ms(1_000)
    rig.connect()

    first, *_, last = rig.heard_of(Handshake)
    assert first.metadata.resume == ()
    assert last.metadata.resume == tuple(execute(n).command_id for n in range(3, 19))


def test_a_report_says_when_a_symbol_is_quoted_and_traded() -> None:
    quoted, traded = span(0, 1_440), (span(60, 720), span(780, 1_440))
    monday = SessionWindow(day=2, quote_sessions=(quoted,), trade_sessions=traded)
    friday = SessionWindow(day=6, quote_sessions=(quoted,))
    rig = Rig(None, rules(symbols=(replace(EURUSD, sessions=(monday, friday)),))).start()

    [report] = rig.heard_of(SymbolSpecReport)

    assert report.symbols[0].sessions == (monday, friday)


def test_it_keeps_reporting_at_its_pace() -> None:
    rig = Rig().start()
    rig.said.clear()

    rig.pass_ms(10_000)

    assert len(rig.heard_of(StateSnapshot)) == 10
    assert len(rig.heard_of(SymbolSpecReport)) == 2
    assert len(rig.heard_of(OpenTrades)) == 2
    assert len(rig.heard_of(Quote)) == 20
    assert len(rig.heard_of(Ping)) == 2


def test_it_is_silent_while_the_pipe_is_down() -> None:
    rig = Rig().start()
    rig.disconnect()
    rig.said.clear()

    rig.quote("1.39100")
    rig.pass_ms(20_000)

    assert rig.said == []


def logged_in_elsewhere(rig: Rig) -> None:
    """Show the account of somebody else."""
    rig.feed(events.Seen(replace(rig.broker.view(rig.now), account_id=AccountId("9"))))


def attached_elsewhere() -> Rig:
    """An EA whose pipe comes up while its terminal shows another account."""
    rig = Rig().attach()
    logged_in_elsewhere(rig)
    return rig.connect()


def test_it_introduces_itself_only_when_its_terminal_shows_its_own_account() -> None:
    rig = attached_elsewhere()
    rig.pass_ms(20_000)
    away = list(rig.said)

    rig.look()
    rig.pass_ms(2_000)

    assert away == []
    [hello] = rig.heard_of(Handshake)
    assert hello.account_id == ACCOUNT
    rig.look()
    assert len(rig.heard_of(Handshake)) == 1


def test_a_pipe_that_went_down_meanwhile_is_not_spoken_to() -> None:
    rig = attached_elsewhere()
    rig.disconnect()
    rig.look()
    down = list(rig.said)

    rig.connect()

    assert down == []
    assert len(rig.heard_of(Handshake)) == 1


def test_a_look_at_another_account_does_not_have_it_introduce_itself_again() -> None:
    rig = Rig().start()
    logged_in_elsewhere(rig)
    rig.look()

    assert len(rig.heard_of(Handshake)) == 1


def test_the_first_event_must_be_attached() -> None:
    with pytest.raises(ValueError, match="first event"):
        SlaveEa(slave_settings()).handle(events.PipeUp(), Rig().now)


def test_messages_for_masters_and_unknown_timers_mean_nothing() -> None:
    rig = Rig().start()
    ack = TradeIntentAck(trade_id=trade_id(), seq=0, result=Receipt.OK, account_id=AccountId("m"))
    before = len(rig.said)

    rig.hear(ack)
    rig.feed(events.Due(("nothing",)))
    rig.feed(events.Due(("nothing", "at all")))
    rig.feed(events.Due(("open", "unknown")))

    assert len(rig.said) == before


def test_a_new_pace_is_taken_over() -> None:
    rig = Rig().start()
    rig.hear(DeliveryConfig(retry_backoff_ms=(10_000,), max_retries=1))

    rig.hear(execute())
    rig.pass_ms(35_000)

    assert len(rig.heard_of(ExecutionResult)) == 4


def test_an_unreadable_file_makes_a_cold_start() -> None:
    rig = Rig()
    rig.file = [{"t": "X", "n": 4, "at": 0}]

    rig.start()

    assert "LEDGER_UNREADABLE" in rig.alarms
    assert rig.file[-1] == {"t": "W", "n": 5, "at": rig.now.wall_ms, "warm": False}


def test_old_settled_records_are_dropped_and_open_trades_remembered() -> None:
    rig = Rig(slave_settings(compact_records_min=10, keep_settled_ms=60_000)).start()
    for number in range(1, 9):
        rig.hear(execute(number))
        rig.hear(ResultAck(command_id=execute(number).command_id, account_id=ACCOUNT))
        if number != 3:
            rig.hear(close(number, ticket=1_000_000 + number))
            closing = close(number).command_id
            rig.hear(ResultAck(command_id=closing, account_id=ACCOUNT))
    before = len(rig.file)

    rig.pass_ms(3_600_000)
    size = len(rig.file)
    rig.restart()
    rig.hear(execute(3))

    assert (before, size) == (1 + 8 * 3 + 7 * 3, 4)
    assert rig.heard_of(ExecutionResult)[-1].stored
    assert len(rig.opens) == 8
    assert rig.file[0]["t"] == "W"


def test_an_account_with_open_trades_lists_them() -> None:
    rig = Rig().start()
    rig.hear(execute())

    rig.pass_ms(5_000)

    [trade] = rig.heard_of(OpenTrades)[-1].trades
    assert (trade.trade_id, trade.tag, trade.ticket) == (
        trade_id(),
        execute().comment,
        1_000_001,
    )


FATES = st.sampled_from(
    [
        Fate(),
        Fate(execute_after_ms=700),
        Fate(refuse_code=134),
        Fate(reply=Reply.TIMEOUT),
        Fate(reply=Reply.TIMEOUT, executes=False),
        Fate(reply=Reply.TIMEOUT, execute_after_ms=30_000),
        Fate(reply=Reply.TIMEOUT, execute_after_ms=58_000, comment_chars=0),
        Fate(reply=Reply.SILENCE, comment_chars=15),
        Fate(reply=Reply.SILENCE, comment_chars=0),
        Fate(execute_after_ms=300, comment_chars=0),
    ]
)

COMMANDS = st.one_of(
    st.builds(lambda number: execute(number, magic_number=5), st.integers(1, 3)),
    st.builds(
        lambda number, seq: modify(number, seq, magic_number=5, ticket=0, stop_loss=D("1.38")),
        st.integers(1, 3),
        st.integers(1, 3),
    ),
    st.builds(
        lambda number, seq: reduce(
            number, seq, magic_number=5, ticket=0, remaining=f"0.0{9 - seq}"
        ),
        st.integers(1, 3),
        st.integers(1, 3),
    ),
    st.builds(lambda number: close(number, ticket=0, magic_number=5), st.integers(1, 3)),
)

STEPS = st.one_of(
    COMMANDS,
    COMMANDS,
    st.sampled_from(["cut", "ack"]),
    st.sampled_from([10, 400, 5_000, 20_000]),
)


def take(rig: Rig, step: object) -> None:
    """Let one thing happen."""
    match step:
        case "cut":
            rig.disconnect()
            rig.connect()
        case "ack":
            for result in rig.heard_of(ExecutionResult)[-3:]:
                rig.hear(ResultAck(command_id=result.command_id, account_id=ACCOUNT))
        case int():
            rig.pass_ms(step)
        case ExecuteOrder():
            age_ms = rig.now.mono_ms - MONO_MS
            rig.hear(replace(step, sent_mono_ms=rig.now.mono_ms, ttl_ms=60_000, age_ms=age_ms + 1))
        case _:
            rig.hear(step)  # type: ignore[arg-type]  # what is left are commands


def check(rig: Rig) -> None:
    """At most one order and one fill per trade, one truthful outcome per command."""
    entries = [each for each in rig.broker.take_entries() if each.kind is BookKind.OPENED]
    filled = {each.asked: each.ticket for each in entries}
    assert len(filled) == len(entries)
    sent = [order.comment for order in rig.opens]
    assert len(set(sent)) == len(sent)
    outcomes: dict[str, set[tuple[object, ...]]] = {}
    for result in rig.heard_of(ExecutionResult):
        verdict = (result.success, result.ticket, result.error_code, result.doubt)
        outcomes.setdefault(result.command_id, set()).add(verdict)
        if result.kind is CommandKind.EXECUTE and not result.doubt:
            tag = next(execute(n).comment for n in (1, 2, 3) if trade_id(n) == result.trade_id)
            assert result.ticket == filled.get(tag) if result.success else tag not in filled
    assert all(len(verdicts) == 1 for verdicts in outcomes.values())


@given(st.lists(STEPS, max_size=14), st.lists(FATES, max_size=5))
def test_any_repetition_in_any_order_opens_each_trade_at_most_once(
    steps: list[object], fates: list[Fate]
) -> None:
    rig = Rig(fates=ScriptedFates(fates)).start()

    for step in steps:
        take(rig, step)
    rig.pass_ms(3 * DOUBT_MS)

    check(rig)


@pytest.mark.no_cover
@settings(max_examples=200)
@given(
    st.lists(STEPS, min_size=1, max_size=10),
    st.lists(FATES, max_size=4),
    st.lists(st.integers(0, 40), min_size=1, max_size=3),
)
def test_a_crash_before_any_effect_never_leads_to_a_second_order(
    steps: list[object], fates: list[Fate], crashes: list[int]
) -> None:
    rig = Rig(fates=ScriptedFates(fates)).start()
    ahead = list(crashes)
    rig.crash_in = ahead.pop(0)

    for step in steps:
        try:
            take(rig, step)
        except Crashed:
            rig.restart()
            rig.crash_in = ahead.pop(0) if ahead else None
    rig.restart()
    for step in steps:
        take(rig, step)
    rig.pass_ms(3 * DOUBT_MS)

    check(rig)


@given(st.lists(COMMANDS, min_size=1, max_size=8), st.lists(FATES, max_size=3))
def test_the_same_events_give_the_same_effects(steps: list[object], fates: list[Fate]) -> None:
    twins = [Rig(fates=ScriptedFates(fates)).start() for _ in range(2)]

    for rig in twins:
        for step in steps:
            take(rig, step)
        rig.pass_ms(70_000)

    assert twins[0].said == twins[1].said
    assert twins[0].file == twins[1].file
