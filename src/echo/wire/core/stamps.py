"""The eight stamps of a message, in the stream and in the domain; 0 = not passed."""

from echo.domain.quantities import Timestamps
from echo.wire.pb import common_pb2 as pb


def write_stamps(out: pb.TimestampMetadata, stamps: Timestamps) -> None:
    """Fill *out* with the stamps that are set."""
    out.t0_master_ea_ms = stamps.t0_master_ea_ms or 0
    out.t1_agent_recv_ms = stamps.t1_agent_recv_ms or 0
    out.t2_core_recv_ms = stamps.t2_core_recv_ms or 0
    out.t3_core_send_ms = stamps.t3_core_send_ms or 0
    out.t4_agent_recv_ms = stamps.t4_agent_recv_ms or 0
    out.t5_slave_ea_recv_ms = stamps.t5_slave_ea_recv_ms or 0
    out.t6_order_send_ms = stamps.t6_order_send_ms or 0
    out.t7_order_filled_ms = stamps.t7_order_filled_ms or 0


def read_stamps(message: pb.TimestampMetadata) -> Timestamps:
    """Return the stamps of *message*."""
    return Timestamps(
        t0_master_ea_ms=message.t0_master_ea_ms or None,
        t1_agent_recv_ms=message.t1_agent_recv_ms or None,
        t2_core_recv_ms=message.t2_core_recv_ms or None,
        t3_core_send_ms=message.t3_core_send_ms or None,
        t4_agent_recv_ms=message.t4_agent_recv_ms or None,
        t5_slave_ea_recv_ms=message.t5_slave_ea_recv_ms or None,
        t6_order_send_ms=message.t6_order_send_ms or None,
        t7_order_filled_ms=message.t7_order_filled_ms or None,
    )
