"""One trace per trade: what its steps are called.

Spans are made afterwards, of facts and of the stamps that messages carried, where these are known:
`core_spans` and `agent_spans`.
"""

from typing import Final

from echo.domain.traces import Value

MASTER_EA: Final = "ea.intent.buffer"
FORWARD: Final = "agent.intent.forward"
DECIDE: Final = "core.router.worker"
TO_AGENT: Final = "agent.command.receive"
PIPE: Final = "agent.pipe.delivery"
SLAVE_EA: Final = "ea.order.execute"
BROKER: Final = "ea.order.fill"
SCHEDULE: Final = "core.router.schedule"
RISK: Final = "core.risk.calculate"
STOPS: Final = "core.stop_offset.compute"
FALLBACK: Final = "core.stop_offset.fallback"
JOURNAL: Final = "core.delivery.journal"
RETRY: Final = "core.delivery.retry"

Attributes = dict[str, Value]

TICKS_MAX: Final = 1 << 32
"""Old EAs stamp ms since the start of their machine, in 32 bits: no time, and no clock's but its
own."""


def is_tick(stamp_ms: int) -> bool:
    """Whether a stamp is no time, but a count since an old EA's machine was started."""
    return stamp_ms < TICKS_MAX
