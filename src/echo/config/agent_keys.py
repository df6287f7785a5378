"""The Agent's settings."""

from typing import Final

from echo.config.setting import (
    Reload,
    Setting,
    choice,
    ignored,
    path,
    switch,
    text,
    texts,
    whole,
    wholes,
)

RESTART: Final = Reload.RESTART

USER_SID_PATTERN: Final = r"S-1-(5-21|12-1)(-\d{1,10}){4}"
"""People, of this machine, of a domain or of a directory: never a group such as Everyone.

Source: Microsoft, "Well-known SIDs" ([MS-DTYP] 2.4.2.4).
"""

AGENT_KEYS: Final[tuple[Setting, ...]] = (
    text("endpoints/core_addr", "127.0.0.1:50051", "Where the Core listens: host:port."),
    text("agent/agent_id", "agent_local", "Name of this Agent; stable, unique per Core."),
    text("agent/pipe_prefix", "echo_", "First part of every pipe's name."),
    path("agent/pipe_dir", "var/pipes", "Folder of the unix sockets; not used on Windows."),
    texts(
        "agent/pipe_users",
        (),
        "SIDs of the Windows users whose terminals may open the pipes, such as"
        " S-1-5-21-1-2-3-1001; empty = the user that runs the Agent. Elsewhere without effect.",
        reload=RESTART,
        pattern=USER_SID_PATTERN,
    ),
    path("agent/tls/ca_file", None, "Authority that must have signed the Core's certificate."),
    path("agent/tls/cert_file", None, "Certificate that the Agent shows to the Core."),
    path("agent/tls/key_file", None, "Private key of that certificate."),
    texts("agent/master_accounts", (), "Accounts whose master EAs get a pipe.", reload=RESTART),
    texts("agent/slave_accounts", (), "Accounts whose slave EAs get a pipe.", reload=RESTART),
    ignored("agent/send_queue_size", "Queues have fixed bounds."),
    ignored("agent/retry_enabled", "Never had an effect."),
    ignored("agent/max_retries", "Never had an effect."),
    ignored("agent/flush_force", "Never had an effect."),
    ignored("agent/reconnect_backoff_s", "Never had an effect."),
    ignored("agent/canonical_symbols", "The Core judges symbols."),
    whole(
        "agent/protocol/min_version",
        1,
        "Oldest EA protocol that is spoken.",
        low=1,
        high=3,
        reload=Reload.LIVE,
    ),
    whole(
        "agent/protocol/max_version",
        3,
        "Newest EA protocol that is spoken.",
        low=1,
        high=3,
        reload=Reload.LIVE,
    ),
    switch("agent/protocol/allow_legacy", True, "Whether protocol 1 is spoken."),
    choice(
        "agent/log_level",
        "INFO",
        ("DEBUG", "INFO", "WARNING", "ERROR"),
        "What is logged.",
        reload=RESTART,
    ),
    whole(
        "agent/delivery/ack_timeout_ms",
        150,
        "Wait before a repeat, until the Core's heartbeat says otherwise.",
        low=10,
        high=60_000,
        unit="ms",
    ),
    wholes(
        "agent/delivery/retry_backoff_ms",
        (50, 100, 200, 400, 800),
        "Waits before repeats, until the Core's heartbeat says otherwise.",
        low=1,
        high=600_000,
        unit="ms",
        reload=RESTART,
    ),
    whole(
        "agent/delivery/max_retries",
        100,
        "Repeats before a person is told, until the Core's heartbeat says otherwise.",
        low=1,
        high=1_000_000,
    ),
    path("agent/delivery/ledger_path", "var/agent/ledger.sqlite", "File of the Agent's ledger."),
)
