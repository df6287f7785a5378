"""A collector: a real OTLP/gRPC receiver that keeps what it is sent, as protobuf."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Condition

import grpc
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs_pb
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2_grpc as logs_rpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics_pb
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2_grpc as metrics_rpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as trace_pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as trace_rpc
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span

Context = grpc.ServicerContext
Request = (
    metrics_pb.ExportMetricsServiceRequest
    | trace_pb.ExportTraceServiceRequest
    | logs_pb.ExportLogsServiceRequest
)
Answer = (
    metrics_pb.ExportMetricsServiceResponse
    | trace_pb.ExportTraceServiceResponse
    | logs_pb.ExportLogsServiceResponse
)


class Collector(
    metrics_rpc.MetricsServiceServicer,
    trace_rpc.TraceServiceServicer,
    logs_rpc.LogsServiceServicer,
):
    """What arrived: the latest of each metric, every span, the resources that sent them."""

    def __init__(self) -> None:
        self.metrics: dict[str, Metric] = {}
        self.moved: set[str] = set()
        """Metrics of which anybody has ever told another value than 0."""
        self.spans: list[Span] = []
        self.logs: list[LogRecord] = []
        self.services: set[str] = set()
        self.instances: set[str] = set()
        self.exports: Counter[str] = Counter()
        """How often each service has sent its figures."""
        self.endpoint = ""
        self._arrived = Condition()

    def wait_for(self, metric: str, *, spans: int = 0, timeout_s: float = 60.0) -> None:
        """Return when *metric* and so many spans have arrived; fail when they do not."""

        def is_here() -> bool:
            return metric in self.metrics and len(self.spans) >= spans

        with self._arrived:
            assert self._arrived.wait_for(is_here, timeout_s), sorted(self.metrics)

    def forget(self) -> None:
        """Drop the spans and logs that have arrived, for those who want none of them."""
        with self._arrived:
            self.spans.clear()
            self.logs.clear()

    def Export(self, request: Request, context: Context) -> Answer:
        """Keep what *request* holds."""
        with self._arrived:
            match request:
                case metrics_pb.ExportMetricsServiceRequest():
                    self._keep_metrics(request)
                    answer: Answer = metrics_pb.ExportMetricsServiceResponse()
                case trace_pb.ExportTraceServiceRequest():
                    self._keep_spans(request)
                    answer = trace_pb.ExportTraceServiceResponse()
                case logs_pb.ExportLogsServiceRequest():
                    self._keep_logs(request)
                    answer = logs_pb.ExportLogsServiceResponse()
            self._arrived.notify_all()
        return answer

    def _keep_metrics(self, request: metrics_pb.ExportMetricsServiceRequest) -> None:
        for resource in request.resource_metrics:
            self.exports.update(self._name(resource.resource.attributes))
            for scope in resource.scope_metrics:
                self.metrics |= {metric.name: metric for metric in scope.metrics}
                self.moved |= {metric.name for metric in scope.metrics if _has_moved(metric)}

    def _keep_spans(self, request: trace_pb.ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            self._name(resource.resource.attributes)
            for scope in resource.scope_spans:
                self.spans += scope.spans

    def _keep_logs(self, request: logs_pb.ExportLogsServiceRequest) -> None:
        for resource in request.resource_logs:
            self._name(resource.resource.attributes)
            for scope in resource.scope_logs:
                self.logs += scope.log_records

    def _name(self, attributes) -> set[str]:
        names = {each.value.string_value for each in attributes if each.key == "service.name"}
        self.services |= names
        self.instances |= {
            each.value.string_value for each in attributes if each.key == "service.instance.id"
        }
        return names


def _has_moved(metric: Metric) -> bool:
    points = (*metric.sum.data_points, *metric.gauge.data_points)
    return any(point.as_double or point.as_int for point in points) or any(
        point.count for point in metric.histogram.data_points
    )


@contextmanager
def collecting(
    credentials: grpc.ServerCredentials | None = None, *, port: int = 0
) -> Iterator[Collector]:
    """Run a collector on loopback, on a free port or on *port*, over TLS with *credentials*."""
    collector = Collector()
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    metrics_rpc.add_MetricsServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]  # generated
    trace_rpc.add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]  # generated
    logs_rpc.add_LogsServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]  # generated
    port = (
        server.add_insecure_port(f"127.0.0.1:{port}")
        if credentials is None
        else server.add_secure_port(f"127.0.0.1:{port}", credentials)
    )
    collector.endpoint = f"127.0.0.1:{port}"
    server.start()
    try:
        yield collector
    finally:
        server.stop(grace=None).wait()
