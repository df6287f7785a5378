"""Settings of what programs tell about themselves."""

from typing import Final

from echo.config.setting import Reload, Setting, switch, text, whole

TELEMETRY_KEYS: Final[tuple[Setting, ...]] = (
    text(
        "endpoints/otel/otlp_endpoint",
        None,
        "Collector that takes figures and traces, OTLP over gRPC: host:port.",
        reload=Reload.RESTART,
    ),
    text(
        "endpoints/otel/metrics_endpoint",
        None,
        "Another collector for the figures: host:port. Unset = the same.",
        reload=Reload.RESTART,
    ),
    text(
        "telemetry/service_name",
        None,
        "Name of this program in telemetry. Unset = echo-core or echo-agent.",
        reload=Reload.RESTART,
    ),
    text(
        "telemetry/service_version",
        None,
        "Version in telemetry. Unset = the program's own.",
        reload=Reload.RESTART,
    ),
    text(
        "telemetry/environment",
        "development",
        "Name of this installation in telemetry.",
        reload=Reload.RESTART,
    ),
    switch(
        "telemetry/enabled",
        True,
        "Whether figures are counted at all.",
        reload=Reload.RESTART,
    ),
    whole(
        "telemetry/export_every_s",
        5,
        "How often figures and traces are sent to the collector.",
        low=1,
        high=300,
        unit="s",
        reload=Reload.RESTART,
    ),
    switch(
        "agent/spans_via_core",
        False,
        "Whether the Agent hands its spans to the Core for export, as one that reaches no collector"
        " must; else it sends them to the collector itself.",
        reload=Reload.RESTART,
    ),
    whole(
        "agent/metrics_port",
        0,
        "Loopback port at which the Agent shows its figures to Prometheus. 0 = it shows none.",
        low=0,
        high=65_535,
        reload=Reload.RESTART,
    ),
)
