"""A metric has one name, and one that Prometheus allows."""

from echo.links.telemetry.metric import counter, gauge, histogram


def test_a_counter_ends_in_total_once() -> None:
    assert counter("echo.order.sent", "t", "F").exposed_name == "echo_order_sent_total"
    assert counter("echo.retry_total", "t", "F").exposed_name == "echo_retry_total"


def test_a_duration_says_its_unit_once() -> None:
    assert histogram("echo.latency.e2e", "t", "F").exposed_name == "echo_latency_e2e_ms"
    assert histogram("latency_e2e_ms", "t", "F").exposed_name == "latency_e2e_ms"


def test_a_state_keeps_its_name_and_labels_lose_their_dots() -> None:
    metric = gauge("echo.depth", "t", "F", "routing.mode")

    assert metric.exposed_name == "echo_depth"
    assert metric.exposed_labels == ("routing_mode",)
