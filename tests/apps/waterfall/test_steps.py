"""Steps stand where the stamps say, and what no clock can tell is marked."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from echo.apps.waterfall.steps import (
    UNKNOWN_LENGTH,
    UNKNOWN_PLACE,
    UNSTAMPED,
    ActionFall,
    Step,
    waterfall,
)
from echo.domain.ids import AccountId
from echo.domain.quantities import NO_TIMESTAMPS, Timestamps
from echo.links.telemetry import spans
from tests.apps.waterfall.falls import (
    BEGUN_MS,
    SLAVE,
    STAMPS,
    TRACE,
    decision,
    inquest,
    omission,
)

TICKS = 4_000_000
"""What a terminal of an old protocol stamps: ms since its computer's start."""


def only(stamps: Timestamps) -> ActionFall:
    [fall] = waterfall(inquest(decision(stamps))).actions
    return fall


def placed(steps: tuple[Step, ...]) -> list[tuple[str, int, int]]:
    return [(step.name, step.start_ms, step.lasts_ms) for step in steps]


def test_every_step_follows_the_one_before() -> None:
    fall = only(STAMPS)
    [copy] = fall.copies

    assert placed(fall.shared) == [(spans.MASTER_EA, 0, 1), (spans.FORWARD, 1, 2)]
    assert placed(copy.steps) == [
        (spans.DECIDE, 3, 3),
        (spans.TO_AGENT, 6, 1),
        (spans.PIPE, 7, 2),
        (spans.SLAVE_EA, 9, 255),
    ]
    assert (copy.to_order_ms, copy.done_ms, copy.steps[-1].order_ms) == (14, 264, 14)
    assert (fall.begun_at_ms, fall.end_ms, fall.trace_id) == (BEGUN_MS, 264, TRACE)
    assert not any(step.remark for step in (*fall.shared, *copy.steps))


def test_steps_hang_on_each_other_as_the_trace_s_spans_do() -> None:
    fall = only(STAMPS)
    chain = [*fall.shared, *fall.copies[0].steps]

    assert [step.parent_id for step in chain] == ["", *(step.span_id for step in chain[:-1])]


def test_the_slowest_follower_comes_first_and_one_without_a_copy_says_why() -> None:
    fast = replace(STAMPS, t7_order_filled_ms=BEGUN_MS + 20)
    asked = inquest(decision(fast), omission(), decision(account_id=AccountId("7003")))
    [fall] = waterfall(asked).actions

    assert [each.account_id for each in fall.copies] == ["7003", "7001", "7002"]
    assert (fall.copies[2].steps, fall.copies[2].why) == ((), "spread 34.0 pt > max 25 pt")


def test_one_follower_can_be_asked_for() -> None:
    [fall] = waterfall(inquest(decision(), omission()), SLAVE).actions

    assert [each.account_id for each in fall.copies] == [SLAVE]


def test_an_action_that_nobody_copied_shows_its_way_to_the_core() -> None:
    [fall] = waterfall(inquest(omission())).actions

    assert placed(fall.shared) == [(spans.MASTER_EA, 0, 1), (spans.FORWARD, 1, 2)]


def test_clocks_that_run_backwards_are_named_with_their_difference() -> None:
    behind = replace(STAMPS, t2_core_recv_ms=BEGUN_MS - 39, t3_core_send_ms=BEGUN_MS - 36)
    forward = only(behind).shared[1]

    assert (forward.lasts_ms, forward.remark) == (0, "the clocks at its two ends differ: -40 ms")


def test_a_slave_that_stamps_ticks_keeps_its_length_and_loses_its_place() -> None:
    old = replace(
        STAMPS,
        t5_slave_ea_recv_ms=TICKS,
        t6_order_send_ms=TICKS + 5,
        t7_order_filled_ms=TICKS + 255,
    )
    [copy] = only(old).copies
    pipe, slave = copy.steps[-2:]

    assert (pipe.lasts_ms, pipe.remark) == (0, UNKNOWN_LENGTH)
    assert (slave.start_ms, slave.lasts_ms, slave.order_ms) == (7, 255, 12)
    assert slave.remark == UNKNOWN_PLACE
    assert (copy.to_order_ms, copy.done_ms) == (None, None)


def test_a_master_that_stamps_ticks_begins_where_its_agent_has_it() -> None:
    fall = only(replace(STAMPS, t0_master_ea_ms=TICKS))

    assert fall.begun_at_ms == BEGUN_MS + 1
    assert (fall.shared[0].lasts_ms, fall.shared[0].remark) == (0, UNKNOWN_LENGTH)
    assert placed(fall.shared)[1] == (spans.FORWARD, 0, 2)


def test_an_answer_without_stamps_of_its_terminal_shows_the_rest_as_one() -> None:
    """Closes and changes are not stamped where they arrive, only where they are done."""
    close = Timestamps(
        t3_core_send_ms=BEGUN_MS + 6,
        t4_agent_recv_ms=BEGUN_MS + 7,
        t7_order_filled_ms=BEGUN_MS + 107,
    )
    fall = only(close)
    [copy] = fall.copies

    assert placed(fall.shared) == [(spans.MASTER_EA, 0, 1), (spans.FORWARD, 1, 2)]
    assert placed(copy.steps) == [
        (spans.DECIDE, 3, 3),
        (spans.TO_AGENT, 6, 1),
        (UNSTAMPED, 7, 100),
    ]
    assert (copy.to_order_ms, copy.done_ms) == (None, 107)


def test_a_trade_whose_ea_begins_no_trace_has_steps_all_the_same() -> None:
    fall = waterfall(inquest(decision(), traceparent=""))

    assert not fall.traced
    assert len(fall.trace_id) == 32
    assert len(fall.actions[0].copies[0].steps) == 4


_STAMP = st.none() | st.integers(0, 1 << 41) | st.integers(BEGUN_MS - 999, BEGUN_MS + 999)


@given(st.builds(Timestamps, **dict.fromkeys(Timestamps.__dataclass_fields__, _STAMP)))
def test_whatever_the_stamps_nothing_lasts_less_than_nothing_or_starts_years_away(
    stamps: Timestamps,
) -> None:
    fall = only(stamps)
    steps = [*fall.shared, *(step for copy in fall.copies for step in copy.steps)]

    assert all(0 <= step.lasts_ms <= 600_000 for step in steps)
    assert all(abs(step.start_ms) <= 600_000 * len(steps) for step in steps)


def test_stamps_that_are_all_missing_are_no_answer() -> None:
    [copy] = only(NO_TIMESTAMPS).copies

    assert copy.steps == ()
