from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from echo.bridge import legacy
from echo.bridge.effects import Note, SendEa
from echo.bridge.errands import ERRANDS_MAX
from echo.bridge.events import EaRefused
from echo.domain.answers import AckResult, AckStage, CommandAck, ExecutionResult, Receipt
from echo.domain.commands import CloseOrder, Command, CommandKind, ExecuteOrder, ReduceOrder
from echo.domain.errors import ErrorCode
from echo.domain.facts import Alarm, InputRefused
from echo.domain.handshake import RegistrationStatus, Role
from echo.domain.ids import Ticket
from echo.domain.ledger import LedgerContents
from echo.domain.sessions import ClockEcho, Ping
from tests.bridge.stage import (
    OTHER_SLAVE,
    SLAVE,
    Stage,
    cancel_pendings,
    close_order,
    flatten,
    modify_order,
    order,
    quote,
    ready,
    receipt,
    reduce_order,
    result,
)

PING = Ping(ping_id="p")
OLD: dict[str, Any] = {"protocol_version": 2, "features": ()}
WITH_ACKS: dict[str, Any] = {"protocol_version": 3, "features": ()}


# ---------------------------------------------------------------- time to live


def test_an_open_says_what_is_left_of_its_time() -> None:
    stage = ready()
    stage.slave()
    opened = order(stage, sent_mono_ms=stage.core_mono_ms - 300, age_ms=10)

    [frame] = stage.core(opened).down(ExecuteOrder)

    assert (frame.ttl_ms, frame.age_ms) == (4_700, 310)
    assert frame.sent_mono_ms == stage.now.mono_ms


def test_an_open_waits_for_the_gate_while_its_time_runs() -> None:
    stage = ready()
    stage.slave(accepted=False)
    assert stage.core(order(stage)).down(ExecuteOrder) == []
    stage.pass_ms(1_200)

    [frame] = stage.verdict().down(ExecuteOrder)

    assert (frame.ttl_ms, frame.age_ms) == (3_800, 1_200)


@pytest.mark.parametrize("ea", ["none", "shut"])
def test_an_open_whose_time_is_used_up_before_any_write_is_stale(ea: str) -> None:
    stage = ready()
    if ea == "shut":
        stage.slave(accepted=False)
    opened = order(stage)
    stage.core(opened)
    assert stage.live(4_900).up(ExecutionResult) == []

    frame = stage.live(200).numbered[0]

    assert isinstance(frame.message, ExecutionResult)
    answer = frame.message
    assert (answer.success, answer.error_code) == (False, ErrorCode.STALE)
    assert (answer.kind, answer.command_id) == (CommandKind.EXECUTE, opened.command_id)
    assert ("away" if ea == "none" else "accepted") in answer.error_message
    if ea == "none":
        stage.slave()
    assert stage.live(1_000).down(ExecuteOrder) == []


def test_an_open_that_arrives_too_late_is_stale_at_once() -> None:
    stage = ready()
    stage.slave()
    stage.pass_ms(500)

    done = stage.core(order(stage, ttl_ms=100, sent_mono_ms=stage.core_mono_ms - 101))

    assert done.down(ExecuteOrder) == []
    [answer] = done.up(ExecutionResult)
    assert answer.error_code is ErrorCode.STALE
    assert "too late" in answer.error_message


def test_an_open_that_an_ea_may_have_is_only_asked_for_when_its_time_is_up() -> None:
    stage = ready()
    slave = stage.slave()
    stage.core(order(stage))
    stage.disconnect(slave)
    assert stage.live(6_000).up(ExecutionResult) == []
    session = stage.connect(Role.SLAVE, SLAVE)

    [frame] = stage.greet(session, Role.SLAVE, SLAVE).down(ExecuteOrder)

    assert frame.ttl_ms == 0


def test_an_open_that_an_ea_may_have_waits_for_the_new_gate_while_there_is_time() -> None:
    stage = ready()
    slave = stage.slave()
    stage.core(order(stage))
    stage.disconnect(slave)
    session = stage.connect(Role.SLAVE, SLAVE)
    assert stage.greet(session, Role.SLAVE, SLAVE).down(ExecuteOrder) == []

    assert [frame.ttl_ms for frame in stage.live(5_000).down(ExecuteOrder)][:1] == [0]


def test_an_open_without_a_limit_waits_as_long_as_it_takes() -> None:
    stage = ready()
    stage.core(order(stage, ttl_ms=None))
    stage.live(60_000)
    session = stage.connect(Role.SLAVE, SLAVE)
    stage.greet(session, Role.SLAVE, SLAVE)

    [frame] = stage.verdict().down(ExecuteOrder)

    assert frame.ttl_ms is None


def test_without_an_answered_probe_the_open_waits() -> None:
    stage = Stage()
    stage.core_up(probed=False)
    stage.slave()
    opened = order(stage, sent_mono_ms=stage.core_mono_ms - 100)
    assert stage.core(opened).down(ExecuteOrder) == []
    stage.pass_ms(50)
    stage.core(close_order())

    [frame] = stage.core(stage.beat()).down(ExecuteOrder)

    assert frame.ttl_ms == 4_850


def test_a_probe_between_heartbeats_will_do() -> None:
    stage = Stage()
    stage.core_up(probed=False)
    stage.slave()
    stage.core(order(stage))
    echo = ClockEcho(mono_ms=stage.core_mono_ms, echo_mono_ms=stage.now.mono_ms)

    assert len(stage.core(echo).down(ExecuteOrder)) == 1


def test_stamps_of_an_old_stream_are_not_read_by_the_new_ones_clock() -> None:
    stage = Stage()
    stage.core_up(probed=False)
    stage.slave()
    opened = order(stage)
    stage.core(opened)
    stage.core_down()

    assert stage.core_up().down(ExecuteOrder) == []
    fresh = replace(opened, ttl_ms=4_000, sent_mono_ms=stage.core_mono_ms)
    assert [frame.ttl_ms for frame in stage.core(fresh).down(ExecuteOrder)] == [4_000]
    assert stage.core(stage.beat()).down(ExecuteOrder) == []


def test_an_open_that_is_settled_before_the_probe_is_left_alone() -> None:
    stage = Stage()
    stage.core_up(probed=False)
    slave = stage.slave()
    opened = order(stage)
    stage.core(opened)
    stage.say(slave, result(opened))

    assert stage.core(stage.beat()).down(ExecuteOrder) == []


def test_a_wide_spread_stops_an_open_that_was_never_written() -> None:
    stage = ready()
    slave = stage.slave()
    stage.say(slave, quote(spread="34"))

    done = stage.core(order(stage, max_spread_points=Decimal(25)))

    assert done.down(ExecuteOrder) == []
    [answer] = done.up(ExecutionResult)
    assert answer.error_code is ErrorCode.SPREAD_EXCEEDED
    assert answer.error_message == "spread 34 pt > max 25 pt"


def test_a_price_that_runs_away_while_an_open_waits_at_the_gate_stops_it() -> None:
    stage = ready()
    slave = stage.slave(accepted=False)
    stage.say(slave, quote())
    opened = order(stage, max_slippage_points=Decimal(15))
    assert stage.core(opened).down(ExecuteOrder) == []
    stage.say(slave, replace(quote(), bid=Decimal("4015.16"), ask=Decimal("4015.36")))

    done = stage.verdict()

    assert done.down(ExecuteOrder) == []
    [answer] = done.up(ExecutionResult)
    assert answer.error_code is ErrorCode.SLIPPAGE_EXCEEDED
    assert answer.error_message == "price 16.0 pt worse than when it came > max 15 pt"


def test_an_open_without_a_mono_stamp_goes_to_the_ea_with_no_time_left() -> None:
    stage = ready()
    stage.slave()

    done = stage.core(order(stage, sent_mono_ms=None, first=False))

    assert [(f.ttl_ms, f.first) for f in done.down(ExecuteOrder)] == [(0, False)]


# ---------------------------------------------------------------- what an EA cannot do


@pytest.mark.parametrize("life", ["i1", "i2"])
def test_a_reduction_that_another_life_may_have_read_says_so(life: str) -> None:
    stage = ready()
    session = stage.slave()
    [written] = stage.core(reduce_order()).down(ReduceOrder)
    stage.disconnect(session)

    session = stage.connect(Role.SLAVE, SLAVE)
    done = stage.greet(session, Role.SLAVE, SLAVE, instance=life)

    assert not written.again
    assert [each.again for each in done.down(ReduceOrder)] == [life == "i2"]


def test_a_reduction_that_another_life_of_this_agent_had_may_have_been_read() -> None:
    stage = ready()
    stage.core(reduce_order())
    stage.settle_down(40)
    later = Stage(contents=stage.contents())

    later.slave()

    assert [each.again for each in later.live(1_000).down(ReduceOrder)][:1] == [True]


@pytest.mark.parametrize(
    "command",
    [
        modify_order(),
        reduce_order(),
        flatten(),
        cancel_pendings(),
        replace(close_order(), ticket=Ticket(0)),
    ],
    ids=["modify", "reduce", "flatten", "cancel", "ticket 0"],
)
def test_what_a_legacy_ea_cannot_do_is_answered_for_it(command: Command) -> None:
    stage = ready()
    stage.slave(**OLD)

    done = stage.core(command)

    assert done.of(SendEa) == []
    [answer] = done.up(ExecutionResult)
    assert (answer.success, answer.error_code) == (False, ErrorCode.UNSUPPORTED_BY_PEER)
    assert answer.kind is command.kind
    assert [alarm.code for alarm in done.facts(Alarm)] == ["UNSUPPORTED_BY_PEER"]


def test_what_waits_is_judged_when_its_ea_comes() -> None:
    stage = ready()
    stage.core(modify_order())
    session = stage.connect(Role.SLAVE, SLAVE)

    done = stage.greet(session, Role.SLAVE, SLAVE, **OLD)

    assert [each.error_code for each in done.up(ExecutionResult)] == [ErrorCode.UNSUPPORTED_BY_PEER]


# ---------------------------------------------------------------- room


def test_no_room_for_one_more_is_answered_by_silence() -> None:
    stage = ready()
    for ticket in range(ERRANDS_MAX):
        stage.core(close_order(ticket))

    done = stage.core(close_order(ERRANDS_MAX))

    assert [fact.reason for fact in done.facts(InputRefused)] == ["errands_full"]
    assert stage.core(close_order(1, OTHER_SLAVE)).facts(InputRefused) == []


# ---------------------------------------------------------------- restarts


def test_a_restarted_agent_brings_what_it_had_noted() -> None:
    stage = ready()
    stage.slave()
    stage.core(order(stage, 1))
    stage.core(close_order(2))
    stage.settle_down(40)
    later = Stage(contents=stage.contents(), boot_ms=5_000_000 + 1_040)
    session = later.connect(Role.SLAVE, SLAVE)

    done = later.greet(session, Role.SLAVE, SLAVE)
    assert len(done.down(CloseOrder)) == 1
    later.core_up()
    [frame] = later.verdict().down(ExecuteOrder)

    assert (frame.ttl_ms, frame.age_ms) == (3_960, 1_040)


def test_a_restarted_agent_never_says_stale_of_what_it_may_have_written() -> None:
    stage = ready()
    stage.slave()
    stage.core(order(stage))
    stage.settle_down(40)
    later = Stage(contents=stage.contents(), boot_id="another boot")
    later.core_up()
    assert later.live(30_000).up(ExecutionResult) == []
    session = later.connect(Role.SLAVE, SLAVE)

    [frame] = later.greet(session, Role.SLAVE, SLAVE).down(ExecuteOrder)

    assert (frame.ttl_ms, frame.age_ms) == (0, None)


def test_a_restarted_agent_that_noted_nothing_asks_the_ea_too() -> None:
    later = ready()
    later.core(order(later, age_ms=4_000, ttl_ms=1_000, first=False))

    assert later.live(2_000).up(ExecutionResult) == []
    session = later.connect(Role.SLAVE, SLAVE)
    assert [f.ttl_ms for f in later.greet(session, Role.SLAVE, SLAVE).down(ExecuteOrder)] == [0]


def test_a_restarted_agent_acknowledges_what_it_had_noted() -> None:
    stage = ready()
    stage.core(close_order())
    stage.settle_down(40)
    later = Stage(contents=stage.contents())
    later.core_up()

    [ack] = later.core(close_order()).up(CommandAck)

    assert ack.stage is AckStage.AGENT_BUFFERED


def test_a_command_whose_result_was_noted_is_over() -> None:
    stage = ready()
    slave = stage.slave()
    stage.core(close_order())
    stage.settle_down(40)
    held = dict(stage.disk)
    stage.say(slave, result(close_order()))
    stage.settle_down(40)
    stage.disk.update(held)
    later = Stage(contents=stage.contents())

    session = later.connect(Role.SLAVE, SLAVE)
    assert later.greet(session, Role.SLAVE, SLAVE).down(CloseOrder) == []
    later.settle_down(40)
    assert [key.split(":")[0] for key in later.disk] == ["uplink"]


# ---------------------------------------------------------------- legacy EAs


def test_a_legacy_open_is_written_only_after_the_ledger_knows() -> None:
    stage = ready()
    slave = stage.legacy_slave()
    done = stage.core(order(stage))
    assert done.down(ExecuteOrder) == []
    [note] = done.of(Note)
    assert [entry.kind.value for entry in note.puts] == ["written"]

    written = stage.write()

    assert len(written.down(ExecuteOrder, slave)) == 1
    assert [(a.stage, a.result) for a in written.up(CommandAck)] == [
        (AckStage.PIPE_DELIVERED, AckResult.OK)
    ]


def test_a_legacy_open_is_never_written_twice() -> None:
    stage = ready()
    slave = stage.legacy_slave()
    opened = order(stage)
    stage.core(opened)
    stage.write()

    later = stage.live(4_000)
    later.extend(stage.core(opened))
    later.extend(stage.greet(slave, Role.SLAVE, SLAVE, **OLD))
    later.extend(stage.verdict())

    assert later.down(ExecuteOrder) == []
    assert later.up(ExecutionResult) == []


def test_a_legacy_session_lost_before_the_result_leaves_its_open_in_doubt() -> None:
    stage = ready()
    slave = stage.legacy_slave()
    opened = order(stage)
    stage.core(opened)
    stage.write()

    [answer] = stage.disconnect(slave).up(ExecutionResult)

    assert (answer.doubt, answer.success) == (True, False)
    assert answer.command_id == opened.command_id
    stage.legacy_slave()
    assert stage.live(1_000).down(ExecuteOrder) == []


def test_a_legacy_ea_that_says_nothing_of_an_open_leaves_it_in_doubt() -> None:
    """Its pipe is open and it talks of other things: its broker never answered."""
    stage = ready()
    slave = stage.legacy_slave()
    opened = order(stage)
    stage.core(opened)
    stage.write()

    early = stage.live(legacy.ANSWER_MS - 2_000).up(ExecutionResult)
    answer, *_ = stage.live(4_000).up(ExecutionResult)

    assert early == []
    assert (answer.doubt, answer.command_id) == (True, opened.command_id)
    assert stage.say(slave, result(opened)).up(ExecutionResult)


def test_a_late_result_follows_a_doubt() -> None:
    stage = ready()
    slave = stage.legacy_slave()
    opened = order(stage)
    stage.core(opened)
    stage.write()
    stage.disconnect(slave)
    back = stage.legacy_slave()

    [answer] = stage.say(back, result(opened)).up(ExecutionResult)

    assert (answer.doubt, answer.success) == (False, True)


def test_an_agent_that_restarts_cannot_tell_what_a_legacy_ea_did() -> None:
    stage = ready()
    stage.legacy_slave()
    opened = order(stage)
    stage.core(opened)
    stage.settle_down(40)
    later = Stage(contents=stage.contents())

    [answer] = later.core_up().up(ExecutionResult)

    assert answer.doubt
    later.legacy_slave()
    fresh = replace(opened, sent_mono_ms=later.core_mono_ms)
    assert later.core(fresh).down(ExecuteOrder) == []
    assert later.settle_down(100).down(ExecuteOrder) == []


def test_only_its_ea_knows_of_an_open_that_was_sent_before() -> None:
    """Two Agents of one name: whoever had the stream before may have brought it to its EA."""
    stage = ready()
    stage.live(3_000)
    opened = order(stage, age_ms=1_000, ttl_ms=500, first=False)

    stage.core(opened)

    assert stage.live(5_000).up(ExecutionResult) == []
    [asked] = stage.greet(stage.connect(Role.SLAVE, SLAVE), Role.SLAVE, SLAVE).down(ExecuteOrder)
    assert asked.ttl_ms == 0


def test_an_open_that_nobody_else_was_sent_is_refused_by_its_agent() -> None:
    stage = ready()
    stage.live(3_000)
    opened = order(stage, age_ms=1_000, ttl_ms=500)

    stage.core(opened)

    answers = stage.live(5_000).up(ExecutionResult)
    assert {each.error_code for each in answers} == {ErrorCode.STALE}


@pytest.mark.parametrize("ttl_ms", [0, 5_000], ids=["stale", "young enough"])
@pytest.mark.parametrize("n", [0, 7], ids=["a new ledger", "a ledger put back"])
def test_a_ledger_says_nothing_of_what_it_does_not_know(ttl_ms: int, n: int) -> None:
    """Somebody deleted it: the open may have been carried out, and its answer lost with it."""
    stage = Stage(contents=LedgerContents(ledger_id="ledger", n=n, entries=()))
    stage.core_up()
    stage.legacy_slave()

    done = stage.core(order(stage, ttl_ms=ttl_ms, age_ms=None, first=False))

    [answer] = done.up(ExecutionResult)
    assert (answer.doubt, answer.success) == (True, False)
    assert stage.settle_down(100).down(ExecuteOrder) == []


@pytest.mark.parametrize(
    "changes",
    [{"age_ms": 500, "first": False}, {"age_ms": 9_000, "first": True}],
    ids=["younger than the Agent", "sent for the first time"],
)
def test_what_no_former_life_can_have_seen_it_has_not_written(changes: dict[str, Any]) -> None:
    stage = Stage()
    stage.core_up()
    stage.legacy_slave()
    stage.live(1_000)

    done = stage.core(order(stage, ttl_ms=1_000, **changes))

    [answer] = done.up(ExecutionResult)
    assert (answer.doubt, answer.error_code) == (False, ErrorCode.STALE)


def test_what_a_former_life_had_and_had_not_written_is_not_in_doubt() -> None:
    stage = ready()
    stage.core(order(stage))
    stage.settle_down(100)
    later = Stage(contents=stage.contents())
    later.core_up()
    later.legacy_slave()

    answers = later.live(8_000).up(ExecutionResult)

    assert {(each.doubt, each.error_code) for each in answers} == {(False, ErrorCode.STALE)}


def test_a_doubt_outlives_every_restart_until_it_is_certain() -> None:
    stage = ready()
    slave = stage.legacy_slave()
    opened = order(stage)
    stage.core(opened)
    stage.write()
    stage.ack(stage.disconnect(slave))
    stage.settle_down(100)
    for _ in range(2):
        later = Stage(contents=stage.contents())
        later.ack(later.core_up())
        later.settle_down(100)
        stage = later
    assert [key.split(":")[0] for key in stage.disk] == ["written"]

    back = stage.legacy_slave()
    stage.ack(stage.say(back, result(opened)))
    stage.settle_down(100)
    assert stage.disk == {}


def test_a_doubt_that_was_noted_is_not_repeated_by_a_restart() -> None:
    stage = ready()
    slave = stage.legacy_slave()
    stage.core(order(stage))
    stage.write()
    stage.disconnect(slave)
    stage.settle_down(100)
    later = Stage(contents=stage.contents())

    assert [each.doubt for each in later.core_up().up(ExecutionResult)] == [True]


def test_a_result_that_was_noted_leaves_no_doubt() -> None:
    stage = ready()
    slave = stage.legacy_slave()
    opened = order(stage)
    stage.core(opened)
    stage.write()
    held = dict(stage.disk)
    stage.say(slave, result(opened))
    stage.settle_down(100)
    stage.disk.update(held)
    later = Stage(contents=stage.contents())

    answered = later.core_up()
    assert [each.doubt for each in answered.up(ExecutionResult)] == [False]
    later.ack(answered)
    later.settle_down(100)
    assert later.disk == {}


def test_a_legacy_open_needs_two_seconds_of_its_time() -> None:
    stage = ready()
    stage.legacy_slave()

    done = stage.core(order(stage, ttl_ms=1_999))

    [answer] = done.up(ExecutionResult)
    assert answer.error_code is ErrorCode.STALE
    assert "1999 ms" in answer.error_message
    assert done.of(Note) == []


def test_a_legacy_open_that_waits_is_given_up_two_seconds_before_its_end() -> None:
    stage = ready()
    stage.legacy_slave(accepted=False)
    stage.core(order(stage))

    assert stage.live(3_000).up(ExecutionResult) == []
    assert stage.live(10).up(ExecutionResult)[0].error_code is ErrorCode.STALE


def test_a_legacy_open_without_a_limit_is_never_stale() -> None:
    stage = ready()
    stage.legacy_slave(accepted=False)
    stage.core(order(stage, ttl_ms=None))
    stage.live(20_000)
    stage.verdict()

    assert len(stage.write().down(ExecuteOrder)) == 1


def test_a_legacy_open_waits_for_a_sign_of_life() -> None:
    stage = ready()
    slave = stage.legacy_slave()
    stage.pinging.clear()
    stage.live(5_500)
    stage.core(order(stage))
    assert stage.write().down(ExecuteOrder) == []

    stage.say(slave, PING)

    assert len(stage.write().down(ExecuteOrder)) == 1


def test_a_line_that_could_not_be_read_is_a_sign_of_life_too() -> None:
    stage = ready()
    slave = stage.legacy_slave()
    stage.pinging.clear()
    stage.live(5_500)
    stage.core(order(stage))

    done = stage.do(EaRefused(slave, "bad_json", "line 1"))

    assert [fact.reason for fact in done.facts(InputRefused)] == ["bad_json"]
    assert len(stage.write().down(ExecuteOrder)) == 1


def test_no_open_goes_behind_one_that_a_legacy_ea_does_not_seem_to_read() -> None:
    stage = ready()
    slave = stage.legacy_slave()
    first = order(stage, 1)
    stage.core(first)
    stage.write()
    stage.live(2_000)
    stage.core(order(stage, 2))
    assert stage.write().down(ExecuteOrder) == []

    stage.say(slave, result(first))

    assert len(stage.write().down(ExecuteOrder)) == 1


def test_a_legacy_ea_that_left_while_the_ledger_wrote_gets_it_when_it_is_back() -> None:
    stage = ready()
    slave = stage.legacy_slave()
    stage.core(order(stage))
    stage.disconnect(slave)
    assert stage.write().down(ExecuteOrder) == []
    back = stage.legacy_slave(accepted=False)

    assert len(stage.verdict().down(ExecuteOrder, back)) == 1


def test_a_legacy_open_given_up_after_the_ledger_wrote_is_forgotten_there() -> None:
    stage = ready()
    slave = stage.legacy_slave()
    stage.core(order(stage))
    stage.disconnect(slave)
    stage.write()
    stage.ack(stage.live(6_000))
    stage.settle_down(100)

    assert stage.disk == {}


def test_a_wide_spread_stops_a_legacy_open_too() -> None:
    stage = ready()
    slave = stage.legacy_slave()
    stage.say(slave, quote(spread="34"))

    done = stage.core(order(stage, max_spread_points=Decimal(25)))

    assert [each.error_code for each in done.up(ExecutionResult)] == [ErrorCode.SPREAD_EXCEEDED]
    assert done.of(Note) == []


def test_an_open_that_another_kind_of_ea_may_have_is_in_doubt_for_a_legacy_one() -> None:
    stage = ready()
    ours = stage.slave()
    stage.core(order(stage))
    stage.disconnect(ours)
    session = stage.connect(Role.SLAVE, SLAVE)

    done = stage.greet(session, Role.SLAVE, SLAVE, **OLD)

    assert [each.doubt for each in done.up(ExecutionResult)] == [True]
    assert done.down(ExecuteOrder) == []


def test_legacy_closes_are_written_again_in_a_new_session_until_there_is_a_result() -> None:
    stage = ready()
    slave = stage.legacy_slave(accepted=False)
    first = stage.core(close_order())
    assert len(first.down(CloseOrder)) == 1
    assert [ack.stage for ack in first.up(CommandAck)] == [AckStage.PIPE_DELIVERED]
    assert stage.live(10_000).down(CloseOrder) == []
    assert stage.disconnect(slave).up(ExecutionResult) == []

    session = stage.connect(Role.SLAVE, SLAVE)
    assert len(stage.greet(session, Role.SLAVE, SLAVE, **OLD).down(CloseOrder)) == 1
    stage.say(session, result(close_order()))
    stage.disconnect(session)
    again = stage.connect(Role.SLAVE, SLAVE)
    assert stage.greet(again, Role.SLAVE, SLAVE, **OLD).down(CloseOrder) == []


@pytest.mark.parametrize("kind", [Receipt.FAILED, Receipt.RETRY])
def test_a_legacy_open_that_is_turned_away_has_failed_unless_a_result_says_otherwise(
    kind: Receipt,
) -> None:
    stage = ready()
    slave = stage.slave(**WITH_ACKS)
    opened = order(stage)
    stage.core(opened)
    stage.write()

    done = stage.say(slave, receipt(opened, kind, "handshake_not_ready"))
    assert [ack.result for ack in done.up(CommandAck)] == [AckResult.FAILED]
    assert stage.core(opened).up(CommandAck) == []
    assert stage.live(1_900).up(ExecutionResult) == []
    answer = stage.live(500).up(ExecutionResult)[0]

    assert (answer.success, answer.error_code) == (False, ErrorCode.HANDSHAKE_NOT_READY)
    assert not answer.doubt


def test_a_result_after_a_refusal_on_receipt_counts() -> None:
    stage = ready()
    slave = stage.slave(**WITH_ACKS)
    opened = order(stage)
    stage.core(opened)
    stage.write()
    stage.say(slave, receipt(opened, Receipt.FAILED, "unknown_symbol"))

    [answer] = stage.say(slave, result(opened)).up(ExecutionResult)

    assert answer.success
    assert {each.success for each in stage.live(5_000).up(ExecutionResult)} == {True}


def test_a_session_lost_after_a_refusal_on_receipt_leaves_no_doubt() -> None:
    stage = ready()
    slave = stage.slave(**WITH_ACKS)
    opened = order(stage)
    stage.core(opened)
    stage.write()
    stage.say(slave, receipt(opened, Receipt.FAILED, "unknown_symbol"))

    [answer] = stage.disconnect(slave).up(ExecutionResult)

    assert (answer.doubt, answer.error_code) == (False, ErrorCode.SYMBOL_NOT_MAPPED)


def test_a_legacy_close_of_what_is_gone_is_done() -> None:
    stage = ready()
    slave = stage.slave(**WITH_ACKS)
    stage.core(close_order())
    stage.say(slave, receipt(close_order(), Receipt.FAILED, "ticket_not_found"))

    answer = stage.live(2_500).up(ExecutionResult)[0]

    assert (answer.success, answer.error_code) == (True, ErrorCode.NOT_FOUND)


def test_a_legacy_close_that_was_turned_away_is_written_again_in_a_new_session() -> None:
    stage = ready()
    slave = stage.slave(**WITH_ACKS)
    stage.core(close_order())
    stage.say(slave, receipt(close_order(), Receipt.FAILED, "price_unavailable"))
    assert stage.disconnect(slave).up(ExecutionResult) == []
    session = stage.connect(Role.SLAVE, SLAVE)

    assert len(stage.greet(session, Role.SLAVE, SLAVE, **WITH_ACKS).down(CloseOrder)) == 1


def test_a_legacy_close_may_be_asked_to_come_again() -> None:
    stage = ready()
    slave = stage.slave(**WITH_ACKS)
    stage.core(close_order())
    stage.say(slave, receipt(close_order(), Receipt.RETRY, "price_unavailable"))

    assert len(stage.pass_ms(150).down(CloseOrder)) == 1


def test_a_rejected_account_opens_nothing_but_closes() -> None:
    stage = ready()
    stage.slave(accepted=False)
    stage.verdict(status=RegistrationStatus.REJECTED)

    assert stage.core(order(stage)).down(ExecuteOrder) == []
    assert len(stage.core(close_order()).down(CloseOrder)) == 1
