"""The Core's settings."""

from typing import Final

from echo.config.setting import (
    Reload,
    Setting,
    choice,
    ignored,
    number,
    path,
    switch,
    text,
    texts,
    whole,
    wholes,
)
from echo.domain.symbols import CANONICAL_PATTERN

LIVE: Final = Reload.LIVE

CORE_KEYS: Final[tuple[Setting, ...]] = (
    text(
        "core/bind", "127.0.0.1", "Address that Agents connect to; beyond loopback TLS is needed."
    ),
    whole(
        "core/grpc_port",
        50_051,
        "Port that Agents connect to; 0 = any free one, named in the state file.",
        low=0,
        high=65_535,
    ),
    path(
        "core/state_dir", "var/core", "Folder of the journal and of what the Core says of itself."
    ),
    path("core/tls/cert_file", None, "Certificate that the Core shows to Agents."),
    path("core/tls/key_file", None, "Private key of that certificate."),
    path("core/tls/client_ca_file", None, "Authority that must have signed Agents' certificates."),
    switch(
        "core/admin/enabled",
        True,
        "Whether operators may ask the running Core.",
        reload=Reload.RESTART,
    ),
    text(
        "core/admin/bind",
        "127.0.0.1",
        "Address that operators connect to; beyond loopback the Core's certificate is needed.",
    ),
    whole(
        "core/admin/port",
        8_780,
        "Port that operators connect to; 0 = any free one, named in the state file.",
        low=0,
        high=65_535,
    ),
    path("core/record_file", None, "Write every event with its moment here, for replay."),
    whole(
        "core/journal/keep_days",
        365,
        "How long the journal keeps trades that are closed and settled; 0 = for ever.",
        low=0,
        high=36_500,
        unit="days",
        reload=LIVE,
    ),
    texts("core/slave_accounts", (), "Accounts that receive copies, in order."),
    texts(
        "core/canonical_symbols",
        (),
        "The canonical symbols that are allowed, these and no others; empty = all of the shipped"
        " catalogue.",
        aliases=("symbol_whitelist",),
        pattern=CANONICAL_PATTERN,
    ),
    texts(
        "core/symbols/extra",
        (),
        "Canonical symbols that are allowed besides those.",
        pattern=CANONICAL_PATTERN,
    ),
    choice(
        "core/symbols/unknown_action",
        "warn",
        ("warn", "reject"),
        "What becomes of a symbol that an account has not mapped.",
    ),
    whole(
        "core/specs/max_age_ms",
        10_000,
        "A symbol whose spec is older is not opened.",
        low=1_000,
        high=86_400_000,
        unit="ms",
        reload=LIVE,
    ),
    ignored("core/specs/alert_threshold_ms", "Never had an effect."),
    ignored("core/specs/default_lot", "A lot of 0 is refused, never replaced."),
    ignored("core/default_lot_size", "A lot of 0 is refused, never replaced."),
    choice("core/specs/missing_policy", "reject", ("reject",), "A missing spec is refused."),
    ignored("core/dedupe_ttl_minutes", "Ids are remembered as long as the journal keeps them."),
    choice(
        "core/risk/missing_policy", "reject", ("reject",), "Without a policy nothing is copied."
    ),
    ignored("core/risk/cache_ttl_ms", "Policies are held in memory and change at once."),
    whole(
        "core/risk/quote_max_age_ms",
        750,
        "A symbol whose quote is older is not opened.",
        low=100,
        high=60_000,
        unit="ms",
        reload=LIVE,
    ),
    number(
        "core/risk/min_distance_points",
        "5",
        "A stop nearer than this cannot be sized.",
        high="100000",
        unit="points",
    ),
    number(
        "core/risk/max_risk_drift_pct",
        "0.02",
        "By which share the expected loss may exceed the intended risk.",
        high="1",
        unit="share",
    ),
    text(
        "core/risk/default_currency",
        "USD",
        "Currency of policy/{account}/risk_fixed; an account in another one is refused.",
        reload=LIVE,
    ),
    ignored("core/risk/enable_currency_fallback", "A currency is never assumed."),
    ignored("core/risk/reject_on_missing_tick_value", "A missing tick value is always refused."),
    whole(
        "core/protocol/min_version",
        1,
        "Oldest EA protocol that is spoken.",
        low=1,
        high=3,
        reload=LIVE,
    ),
    whole(
        "core/protocol/max_version",
        3,
        "Newest EA protocol that is spoken.",
        low=1,
        high=3,
        reload=LIVE,
    ),
    wholes(
        "core/protocol/blocked_versions",
        (),
        "Protocols inside the range that are refused.",
        low=1,
        high=99,
    ),
    texts("core/protocol/required_features", (), "Features that every EA should offer."),
    choice(
        "core/protocol/missing_feature_action",
        "warn",
        ("warn", "reject"),
        "Whether an EA without a required feature is warned about, or copies nothing.",
    ),
    switch("core/protocol/allow_legacy", True, "Whether protocol 1 is spoken."),
    ignored(
        "core/protocol/retry_interval_ms", "Registrations are judged anew when something changes."
    ),
    choice(
        "core/log_level",
        "INFO",
        ("DEBUG", "INFO", "WARNING", "ERROR"),
        "What is logged.",
        reload=Reload.RESTART,
    ),
    whole(
        "core/delivery/ack_timeout_ms",
        150,
        "How long an acknowledgement may take before a frame is repeated.",
        low=10,
        high=60_000,
        unit="ms",
        reload=LIVE,
    ),
    wholes(
        "core/delivery/retry_backoff_ms",
        (50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600),
        "Waits before repeats, rising, at least five; the last repeats, capped at 10 s.",
        low=1,
        high=600_000,
        unit="ms",
    ),
    whole(
        "core/delivery/max_retries",
        100,
        "Repeats after which a person is told; repeating goes on.",
        low=1,
        high=1_000_000,
        reload=LIVE,
    ),
    ignored("core/delivery/reconciler_interval_ms", "Repeats are timed one by one."),
    whole(
        "core/delivery/heartbeat_interval_ms",
        1_000,
        "Pause between heartbeats on a stream.",
        low=1_000,
        high=5_000,
        unit="ms",
        reload=LIVE,
    ),
    ignored("core/router/worker_pool_size", "One engine decides for all trades."),
    ignored("core/router/queue_depth_max", "One engine decides for all trades."),
    ignored("core/router/worker_timeout_ms", "One engine decides for all trades."),
)
