"""The backlog is the age of what waits longest at each stage."""

from echo.domain.answers import AckStage
from echo.engine.backlog import backlog
from tests.engine.scenes import desk


def test_nothing_waits_on_a_quiet_desk() -> None:
    stage = desk()

    seen = backlog(stage.engine.state, stage.now)

    assert seen.commands == 0
    assert set(dict(seen.oldest_ms).values()) == {0}


def test_a_command_ages_at_the_stage_that_it_has_reached() -> None:
    stage = desk()
    order = stage.open()
    stage.later(300)
    assert dict(backlog(stage.engine.state, stage.now).oldest_ms)[AckStage.CORE_ACCEPTED] == 300

    stage.ack(order.command_id, AckStage.PIPE_DELIVERED)
    seen = backlog(stage.engine.state, stage.now)

    assert seen.commands == 1
    assert dict(seen.oldest_ms)[AckStage.PIPE_DELIVERED] == 300
    assert dict(seen.oldest_ms)[AckStage.CORE_ACCEPTED] == 0
