"""Turns: what an Agent is sent again when it is back leaves in portions.

All at once could be more than its stream holds, and then every new stream would end as the one
before it did.
"""

from echo.domain.quantities import Instant
from echo.engine.state import AgentState

RESENT_AT_ONCE = 10_000
"""Commands that go at once."""
RESEND_US = 200
"""Pace of those after them, per command."""


def take(agent: AgentState, now: Instant) -> int:
    """Take the next place among what *agent* is sent again; return when its turn is.

    Monotonic time in ms; *now* or earlier = at once.
    """
    through_us = max(agent.resent_until_us, now.mono_ms * 1_000)
    agent.resent_until_us = through_us + RESEND_US
    first_us = through_us - (RESENT_AT_ONCE - 1) * RESEND_US
    return -(-first_us // 1_000)  # Rounded up: not before its turn.
