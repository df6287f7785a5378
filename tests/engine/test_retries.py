"""Retries leave a trace that a person can read, and that does not grow without end."""

from echo.domain.answers import AckResult, AckStage
from echo.domain.commands import CloseOrder
from echo.domain.errors import ErrorCode
from echo.domain.journal import RetryRecord
from echo.engine.effects import Persist
from echo.engine.retries import ALL_OF_FIRST, is_written
from tests.engine.scenes import MASTER, SLAVE, closed, desk, records, refused


def test_every_repeat_is_written_down_with_its_wait() -> None:
    stage = desk()
    order = stage.open()
    rows = records(stage.wait(450), RetryRecord)

    assert [(row.command_id, row.stage, row.attempt) for row in rows] == [
        (order.command_id, AckStage.AGENT_BUFFERED, 1),
        (order.command_id, AckStage.AGENT_BUFFERED, 2),
    ]
    assert [row.duration_ms for row in rows] == [150, 150]
    assert all("agent-a" in row.error for row in rows)


def test_nothing_waits_for_the_row_of_a_retry() -> None:
    stage = desk()
    stage.open()
    told = stage.wait(10_000)

    assert all(
        each.lazy
        for each in told
        if isinstance(each, Persist) and isinstance(each.record, RetryRecord)
    )


def test_a_command_that_is_tried_for_hours_leaves_few_rows() -> None:
    stage = desk()
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    rows = []
    for _ in range(1_000):
        rows += records(stage.say(refused(close, ErrorCode.MARKET_CLOSED)), RetryRecord)
        rows += records(stage.wait(20_000), RetryRecord)
        stage.probe()

    assert len(rows) <= ALL_OF_FIRST + 10
    assert "MARKET_CLOSED" in rows[0].error


def test_a_failed_stage_is_written_down_as_its_agent_counts_it() -> None:
    stage = desk()
    order = stage.open()
    told = stage.ack(order.command_id, AckStage.PIPE_DELIVERED, AckResult.FAILED)

    [row] = records(told, RetryRecord)
    assert (row.stage, row.attempt) == (AckStage.PIPE_DELIVERED, 1)


def test_a_new_session_is_a_retry_of_what_was_sent_before() -> None:
    stage = desk()
    stage.open()
    stage.leave()
    rows = records(stage.join(MASTER, SLAVE), RetryRecord)

    assert [row.error for row in rows] == ["agent-a began another session"]


def test_the_first_few_are_written_and_then_each_time_the_count_has_doubled() -> None:
    written = [retry for retry in range(1, 200) if is_written(retry)]

    assert written == [1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64, 128]
