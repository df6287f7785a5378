"""Keys that files and key-value stores may hold, and that change nothing in this version.

They are accepted so that an older configuration starts, and named in a warning so that nobody
relies on them.
"""

from typing import Final

from echo.config.setting import Setting, ignored

IDLE_KEYS: Final[tuple[Setting, ...]] = (
    *(
        ignored(f"grpc/{key}", "Core and Agent ping at the pace of their heartbeat.")
        for key in (
            "keepalive/time_s",
            "keepalive/timeout_s",
            "keepalive/min_time_s",
            "client_keepalive/time_s",
            "client_keepalive/timeout_s",
            "client_keepalive/permit_without_stream",
        )
    ),
)
