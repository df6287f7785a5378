"""How much has no outcome yet, and for how long: a figure for dashboards."""

from echo.domain.answers import AckStage
from echo.domain.copy_facts import BacklogSeen
from echo.domain.quantities import Instant
from echo.engine.pending import age_ms
from echo.engine.state import State


def backlog(state: State, now: Instant) -> BacklogSeen:
    """Return the age of the oldest command at each stage of delivery, and who is away."""
    oldest_ms = dict.fromkeys(AckStage, 0)
    for command in state.commands.values():
        stage = command.stage
        oldest_ms[stage] = max(oldest_ms[stage], age_ms(state, command, now))
    known = [each.connected for each in state.accounts.values() if each.metadata is not None]
    return BacklogSeen(
        commands=len(state.commands),
        oldest_ms=tuple(oldest_ms.items()),
        accounts_connected=sum(known),
        accounts_silent=len(known) - sum(known),
    )
