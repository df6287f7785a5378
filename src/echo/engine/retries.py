"""Retries, written down for operators: the first few of every command, then ever fewer.

A terminal that is away for a weekend is tried many thousand times; its table must not grow so.
"""

from typing import Final

from echo.domain.answers import AckStage
from echo.domain.journal import RetryRecord
from echo.domain.quantities import Instant
from echo.engine.outbox import Outbox
from echo.engine.state import CommandState

ALL_OF_FIRST: Final = 8
"""So many retries are all written; of later ones the 16th, 32nd, 64th and so on."""


def note(
    command: CommandState,
    stage: AckStage,
    error: str,
    now: Instant,
    out: Outbox,
    *,
    attempt: int | None = None,
) -> None:
    """Count a retry of *command* and write it down if it is one of those that are.

    Args:
        command: What did not get on.
        stage: How far it was to be brought.
        error: Why it was not.
        now: When that was found; the row's duration counts from the last frame.
        out: Takes the row.
        attempt: Which attempt failed, as whoever made it counts; ``None`` = as the Core counts.
    """
    command.retries += 1
    if not is_written(command.retries):
        return
    sent_mono_ms = command.sent_mono_ms
    out.persist_lazily(
        RetryRecord(
            command_id=command.command.command_id,
            stage=stage,
            attempt=command.attempt if attempt is None else attempt,
            error=error,
            duration_ms=0 if sent_mono_ms is None else now.mono_ms - sent_mono_ms,
            created_at_ms=now.wall_ms,
        )
    )


def is_written(retry: int) -> bool:
    """Whether retry number *retry* (from 1) gets a row."""
    return retry <= ALL_OF_FIRST or retry & (retry - 1) == 0
