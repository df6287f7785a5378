"""Stamps that are not set stay so."""

from hypothesis import given

from echo.domain.quantities import NO_TIMESTAMPS, Timestamps
from echo.wire.core.stamps import read_stamps, write_stamps
from echo.wire.pb import common_pb2 as pb
from tests.wire import strategies as our


@given(our.TIMESTAMPS)
def test_stamps_are_read_as_they_were_written(stamps: Timestamps) -> None:
    message = pb.TimestampMetadata()

    write_stamps(message, stamps)

    assert read_stamps(message) == stamps


def test_a_message_without_stamps_has_none() -> None:
    assert read_stamps(pb.TimestampMetadata()) == NO_TIMESTAMPS
