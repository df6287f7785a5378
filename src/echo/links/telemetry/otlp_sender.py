"""How requests that are bytes already go through the SDK's exporters."""

from collections.abc import Callable, Mapping
from typing import ClassVar, Final

import grpc
from opentelemetry.exporter.otlp.proto.grpc.exporter import OTLPExporterMixin


class Written:
    """What an exporter sends through, for requests that are bytes already.

    Args:
        channel: The connection.
        method: The full name of what takes them.
    """

    def __init__(self, channel: grpc.Channel, method: str) -> None:
        self.Export: Final[Callable[..., bytes]] = channel.unary_unary(method)


class Sender(OTLPExporterMixin):  # type: ignore[type-arg]  # its four: what is not sent here
    """Before one of the SDK's exporters among the bases: its connection, patience and retries.

    Args:
        endpoint: The collector, ``host:port``.
        insecure: Without TLS.
        timeout_s: How long one export may take, retries included.
        resource: Who this is: ``service.name`` and the like.
        scope: Name of what made the spans or records.
    """

    METHOD: ClassVar[str]
    """The full name of what takes the requests."""

    def __init__(
        self,
        endpoint: str,
        *,
        insecure: bool,
        timeout_s: float,
        resource: Mapping[str, str],
        scope: str,
    ) -> None:
        super().__init__(endpoint, insecure=insecure, timeout=timeout_s)  # type: ignore[call-arg]  # that of the exporter among the bases
        self._told_resource, self._scope = dict(resource), scope

    def _initialize_channel_and_stub(self) -> None:
        super()._initialize_channel_and_stub()  # type: ignore[no-untyped-call]  # untyped there
        self._client = Written(self._channel, self.METHOD)  # type: ignore[arg-type, assignment]  # it is there by now; takes bytes, not messages
