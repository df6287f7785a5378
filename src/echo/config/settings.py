"""The settings of each program, typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from echo.config.policies import policy_book
from echo.config.setting import Value
from echo.config.store import PostgresSettings, postgres_settings
from echo.domain.ids import AccountId, AgentId
from echo.domain.instruments import CATALOGUE
from echo.domain.policy import PolicyBook

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """Own certificate with its key, and whose signatures are believed; ``None`` = not given."""

    cert_file: Path | None
    key_file: Path | None
    ca_file: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySettings:
    """How patiently things are repeated; times in ms."""

    ack_timeout_ms: int
    retry_backoff_ms: tuple[int, ...]
    max_retries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolSettings:
    """Which EAs are spoken to."""

    min_version: int
    max_version: int
    allow_legacy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminSettings:
    """The door for operators; ``port`` 0 = any free one."""

    enabled: bool
    bind: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TelemetrySettings:
    """What a program tells about itself, and whom; an empty endpoint = nobody."""

    enabled: bool
    otlp_endpoint: str
    metrics_endpoint: str
    service_name: str
    service_version: str
    environment: str
    export_every_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSettings:
    """Who is told of alarms; an empty text = not this way.  Secrets are in files."""

    webhook_url: str
    telegram_chat_id: str
    telegram_token_file: Path | None
    email_to: str
    email_from: str
    email_host: str
    email_port: int
    email_starttls: bool
    email_user: str
    email_password_file: Path | None
    repeat_after_min: int
    storm_max: int
    quiet_hours: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreSettings:
    """Everything that ``echo-core`` is told; each field is the setting of that name."""

    bind: str
    grpc_port: int
    admin: AdminSettings
    state_dir: Path
    postgres: PostgresSettings | None
    """The server that keeps the journal; ``None`` = a file in *state_dir* does."""
    record_file: Path | None
    journal_keep_days: int
    tls: TlsFiles
    slave_accounts: tuple[AccountId, ...]
    canonical_symbols: frozenset[str]
    unknown_action: str
    spec_max_age_ms: int
    quote_max_age_ms: int
    min_distance_points: Decimal
    max_risk_drift_pct: Decimal
    protocol: ProtocolSettings
    blocked_versions: frozenset[int]
    required_features: frozenset[str]
    missing_feature_action: str
    protocol_retry_interval_ms: int
    delivery: DeliverySettings
    heartbeat_interval_ms: int
    log_level: str
    telemetry: TelemetrySettings
    notices: NoticeSettings
    book: PolicyBook


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """Everything that ``echo-agent`` is told; each field is the setting of that name."""

    core_addr: str
    agent_id: AgentId
    pipe_prefix: str
    pipe_dir: Path
    pipe_users: tuple[str, ...]
    spans_via_core: bool
    tls: TlsFiles
    master_accounts: tuple[AccountId, ...]
    slave_accounts: tuple[AccountId, ...]
    protocol: ProtocolSettings
    delivery: DeliverySettings
    ledger_path: Path
    log_level: str
    telemetry: TelemetrySettings
    metrics_port: int


def core_settings(values: Mapping[str, Value]) -> CoreSettings:
    """Return the Core's part of *values*, which were read without complaints."""
    return CoreSettings(
        bind=_as(str, values["core/bind"]),
        grpc_port=_as(int, values["core/grpc_port"]),
        admin=AdminSettings(
            enabled=_as(bool, values["core/admin/enabled"]),
            bind=_as(str, values["core/admin/bind"]),
            port=_as(int, values["core/admin/port"]),
        ),
        state_dir=Path(_as(str, values["core/state_dir"])),
        postgres=postgres_settings(values),
        record_file=_path(values["core/record_file"]),
        journal_keep_days=_as(int, values["core/journal/keep_days"]),
        tls=TlsFiles(
            cert_file=_path(values["core/tls/cert_file"]),
            key_file=_path(values["core/tls/key_file"]),
            ca_file=_path(values["core/tls/client_ca_file"]),
        ),
        slave_accounts=_accounts(values["core/slave_accounts"]),
        canonical_symbols=_catalogue(values),
        unknown_action=_as(str, values["core/symbols/unknown_action"]),
        spec_max_age_ms=_as(int, values["core/specs/max_age_ms"]),
        quote_max_age_ms=_as(int, values["core/risk/quote_max_age_ms"]),
        min_distance_points=_as(Decimal, values["core/risk/min_distance_points"]),
        max_risk_drift_pct=_as(Decimal, values["core/risk/max_risk_drift_pct"]),
        protocol=_protocol("core", values),
        blocked_versions=frozenset(map(int, _as(tuple, values["core/protocol/blocked_versions"]))),
        required_features=frozenset(
            map(str, _as(tuple, values["core/protocol/required_features"]))
        ),
        missing_feature_action=_as(str, values["core/protocol/missing_feature_action"]),
        protocol_retry_interval_ms=_as(int, values["core/protocol/retry_interval_ms"]),
        delivery=_delivery("core", values),
        heartbeat_interval_ms=_as(int, values["core/delivery/heartbeat_interval_ms"]),
        log_level=_as(str, values["core/log_level"]),
        telemetry=_telemetry(values),
        notices=_notices(values),
        book=policy_book(values),
    )


def agent_settings(values: Mapping[str, Value]) -> AgentSettings:
    """Return the Agent's part of *values*, which were read without complaints."""
    return AgentSettings(
        core_addr=_as(str, values["endpoints/core_addr"]),
        agent_id=AgentId(_as(str, values["agent/agent_id"])),
        pipe_prefix=_as(str, values["agent/pipe_prefix"]),
        pipe_dir=Path(_as(str, values["agent/pipe_dir"])),
        pipe_users=tuple(map(str, _as(tuple, values["agent/pipe_users"]))),
        spans_via_core=_as(bool, values["agent/spans_via_core"]),
        tls=TlsFiles(
            cert_file=_path(values["agent/tls/cert_file"]),
            key_file=_path(values["agent/tls/key_file"]),
            ca_file=_path(values["agent/tls/ca_file"]),
        ),
        master_accounts=_accounts(values["agent/master_accounts"]),
        slave_accounts=_accounts(values["agent/slave_accounts"]),
        protocol=_protocol("agent", values),
        delivery=_delivery("agent", values),
        ledger_path=Path(_as(str, values["agent/delivery/ledger_path"])),
        log_level=_as(str, values["agent/log_level"]),
        telemetry=_telemetry(values),
        metrics_port=_as(int, values["agent/metrics_port"]),
    )


def _catalogue(values: Mapping[str, Value]) -> frozenset[str]:
    named, extra = (
        frozenset(str(each).upper() for each in _as(tuple, values[key]))
        for key in ("core/canonical_symbols", "core/symbols/extra")
    )
    return _allowed(named, extra)


@lru_cache(maxsize=4)
def _allowed(named: frozenset[str], extra: frozenset[str]) -> frozenset[str]:
    """Return the same set for the same names: what was read by it is remembered under it."""
    allowed = named or CATALOGUE
    return allowed | extra if extra else allowed


def _protocol(program: str, values: Mapping[str, Value]) -> ProtocolSettings:
    return ProtocolSettings(
        min_version=_as(int, values[f"{program}/protocol/min_version"]),
        max_version=_as(int, values[f"{program}/protocol/max_version"]),
        allow_legacy=_as(bool, values[f"{program}/protocol/allow_legacy"]),
    )


def _delivery(program: str, values: Mapping[str, Value]) -> DeliverySettings:
    waits = _as(tuple, values[f"{program}/delivery/retry_backoff_ms"])
    return DeliverySettings(
        ack_timeout_ms=_as(int, values[f"{program}/delivery/ack_timeout_ms"]),
        retry_backoff_ms=tuple(map(int, waits)),
        max_retries=_as(int, values[f"{program}/delivery/max_retries"]),
    )


def _telemetry(values: Mapping[str, Value]) -> TelemetrySettings:
    otlp_endpoint = _said(values["endpoints/otel/otlp_endpoint"])
    return TelemetrySettings(
        enabled=_as(bool, values["telemetry/enabled"]),
        otlp_endpoint=otlp_endpoint,
        metrics_endpoint=_said(values["endpoints/otel/metrics_endpoint"]) or otlp_endpoint,
        service_name=_said(values["telemetry/service_name"]),
        service_version=_said(values["telemetry/service_version"]),
        environment=_as(str, values["telemetry/environment"]),
        export_every_s=_as(int, values["telemetry/export_every_s"]),
    )


def _notices(values: Mapping[str, Value]) -> NoticeSettings:
    own = {
        key.removeprefix("core/notices/"): value
        for key, value in values.items()
        if key.startswith("core/notices/")
    }
    return NoticeSettings(
        webhook_url=_said(own["webhook_url"]),
        telegram_chat_id=_said(own["telegram/chat_id"]),
        telegram_token_file=_path(own["telegram/token_file"]),
        email_to=_said(own["email/to"]),
        email_from=_said(own["email/from"]),
        email_host=_said(own["email/host"]),
        email_port=_as(int, own["email/port"]),
        email_starttls=_as(bool, own["email/starttls"]),
        email_user=_said(own["email/user"]),
        email_password_file=_path(own["email/password_file"]),
        repeat_after_min=_as(int, own["repeat_after_min"]),
        storm_max=_as(int, own["storm_max"]),
        quiet_hours=_said(own["quiet_hours"]),
        zone=_as(str, own["zone"]),
    )


def _accounts(value: Value) -> tuple[AccountId, ...]:
    """Return accounts in their order, each once."""
    return tuple(dict.fromkeys(AccountId(str(each)) for each in _as(tuple, value)))


def _said(value: Value) -> str:
    """Return a text; empty = unset."""
    return "" if value is None else _as(str, value)


def _path(value: Value) -> Path | None:
    return None if value is None else Path(_as(str, value))


def _as(kind: type[_T], value: object) -> _T:
    """Return *value*, which the schema declares as *kind*."""
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is not a {kind.__name__}: the schema and this module disagree")
    return value
