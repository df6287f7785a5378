"""The wire format of OTLP's requests, for what a trade tells dozens of: spans and log records.

By way of the SDK's own values, or of protobuf's, one of them takes five times as long, and the
thread that does it shares a lock with the event loop.  Numbers of fields are those of
opentelemetry/proto/{common,trace,logs}/v1; the encoding is that of
https://protobuf.dev/programming-guides/encoding/.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from struct import Struct
from typing import Final

from echo.domain.traces import Value

REMEMBERED_MAX: Final = 1_024
"""Attributes that are kept as bytes: a trade's id stands in each of its steps."""
_BYTE: Final = 0x80
_VARINT, _FIXED64, _BYTES = 0, 1, 2
_FLOAT: Final = Struct("<d").pack
_UINT: Final = Struct("<Q").pack
_SIGNED: Final = 1 << 64


def varint(number: int) -> bytes:
    """Return *number*, of 64 bits at most, in groups of seven of them."""
    if 0 <= number < _BYTE:
        return _ONE_BYTE[number]
    number %= _SIGNED  # a negative one is written as its complement
    found = bytearray()
    while number >= _BYTE:
        found.append(number % _BYTE | _BYTE)
        number //= _BYTE
    found.append(number)
    return bytes(found)


def head(field: int, kind: int) -> bytes:
    """Return what stands before a field's value."""
    return varint(field << 3 | kind)


def in_field(field: int) -> Callable[[bytes], bytes]:
    """Return what writes bytes, a text or a message into *field*."""
    mark = head(field, _BYTES)

    def write(content: bytes) -> bytes:
        return b"%b%b%b" % (mark, varint(len(content)), content)

    return write


def id_in_field(field: int, size: int) -> Callable[[str], bytes]:
    """Return what writes an id of *size* bytes, given in hexadecimal digits, into *field*."""
    mark, digits = head(field, _BYTES) + varint(size), 2 * size

    def write(known: str) -> bytes:
        if len(known) != digits:
            raise ValueError(f"an id of {size} bytes has {digits} digits: {known!r}")
        return mark + bytes.fromhex(known)

    return write


def time_in_field(field: int) -> Callable[[int], bytes]:
    """Return what writes Unix nanoseconds into *field*."""
    mark = head(field, _FIXED64)

    def write(at_ns: int) -> bytes:
        return mark + _UINT(at_ns)

    return write


_ONE_BYTE: Final = tuple(bytes([each]) for each in range(_BYTE))
_KEY: Final = in_field(1)
_VALUE: Final = in_field(2)
_INT: Final = head(3, _VARINT)
_DOUBLE: Final = head(4, _FIXED64)
TEXT: Final = in_field(1)
"""A text as a value: of an attribute, or a log record's body."""


@lru_cache(maxsize=REMEMBERED_MAX, typed=True)
def attribute(field: int, name: str, value: Value) -> bytes:
    """Return one attribute's name and value as *field*."""
    if isinstance(value, str):
        told = TEXT(value.encode())
    elif isinstance(value, int):
        told = _INT + varint(value)
    else:
        told = _DOUBLE + _FLOAT(float(value))
    return in_field(field)(_KEY(name.encode()) + _VALUE(told))


def attributes(field: int, told: Mapping[str, Value]) -> bytes:
    """Return *told* as repeated *field*."""
    return b"".join([attribute(field, name, value) for name, value in told.items()])


def request(told: Iterable[bytes], resource: Mapping[str, str], scope: str) -> bytes:
    """Return the request that tells a collector of spans, or of log records: both look alike.

    Args:
        told: Each as a message.
        resource: Who tells of them.
        scope: Name of what made them.
    """
    item = in_field(2)
    scoped = in_field(1)(in_field(1)(scope.encode())) + b"".join([item(each) for each in told])
    return in_field(1)(in_field(1)(attributes(1, resource)) + in_field(2)(scoped))
