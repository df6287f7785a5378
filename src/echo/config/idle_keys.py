"""Keys that files and key-value stores may hold, and that change nothing in this version.

They are accepted so that an older configuration starts, and named in a warning so that nobody
relies on them.
"""

from typing import Final

from echo.config.policy_keys import POLICY_KEYS
from echo.config.setting import Setting, ignored

_NOT_ENFORCED: Final = "Windows are not enforced in this version: entries are NOT blocked."
_WINDOW_FIELDS: Final = ("start_utc", "end_utc", "pre_buffer_sec", "post_buffer_sec")

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
    *(
        ignored(f"postgres/{key}", "The journal is a SQLite file in this version.")
        for key in (
            "host",
            "port",
            "database",
            "user",
            "password",
            "schema",
            "pool_max_conns",
            "pool_min_conns",
        )
    ),
    *(
        ignored(f"telemetry/{key}", "Telemetry is not exported in this version.")
        for key in ("service_name", "service_version", "environment")
    ),
    *(
        ignored(f"windows/{{account}}/{{symbol}}/{field}", _NOT_ENFORCED)
        for field in _WINDOW_FIELDS
    ),
    *(
        ignored(f"windows/{{account}}/{{symbol}}/{{id}}/{field}", _NOT_ENFORCED)
        for field in _WINDOW_FIELDS
    ),
    *(
        ignored(
            f"policy/{{account}}/{{symbol}}/{each.parts[-1]}",
            "Tolerances hold for all symbols of an account in this version.",
        )
        for each in POLICY_KEYS
        if each.parts[0] == "policy"
    ),
)
