"""One pipe's ear."""

import json

import pytest

from echo.bridge.events import FromEa
from echo.domain.handshake import Handshake
from echo.domain.sessions import Ping
from echo.services.agent import hearing as module
from echo.services.agent.hearing import Hearing
from echo.wire.framing import LEGACY_LINE_BYTES_MAX, LINE_BYTES_MAX
from echo.wire.refusals import WireError, WireReason
from tests.services.agent.fakes import FakePipe

NOW_MS = 1_750_000_000_000


@pytest.fixture
def hearing() -> Hearing:
    return Hearing(FakePipe())


def ping(ping_id: str = "p1", *, padding: int = 0) -> bytes:
    line = {"type": "ping", "id": ping_id, "timestamp_ms": 1, "role": "slave", "x": "y" * padding}
    return json.dumps(line).encode() + b"\n"


def handshake(protocol_version: int) -> bytes:
    payload = {
        "client_id": "slave_200",
        "account_id": "200",
        "broker": "B",
        "role": "slave",
        "protocol_version": protocol_version,
        "client_semver": "3.0.0",
    }
    return json.dumps({"type": "handshake", "timestamp_ms": 1, "payload": payload}).encode() + b"\n"


def heard(hearing: Hearing, data: bytes) -> list[FromEa | WireError]:
    return list(hearing.hear(data, NOW_MS))


def test_lines_are_read_however_they_are_cut(hearing: Hearing) -> None:
    data = handshake(3) + ping("p1") + ping("p2")
    found = [each for n in range(len(data)) for each in heard(hearing, data[n : n + 1])]

    assert [type(each) for each in found] == [Handshake, Ping, Ping]


@pytest.mark.parametrize(
    "bad",
    [b"{\n", b"\xff\xfe\n", b"[]\n", b'{"type":"nonsense"}\n', b'{"type":"ping"}\n'],
    ids=["cut", "not utf-8", "list", "unknown", "field missing"],
)
def test_a_line_that_cannot_be_read_harms_no_other(hearing: Hearing, bad: bytes) -> None:
    first, refused, second = heard(hearing, ping("p1") + bad + ping("p2"))

    assert isinstance(first, Ping)
    assert isinstance(refused, WireError)
    assert isinstance(second, Ping)


def test_before_the_handshake_lines_may_be_as_long_as_legacy_ones(hearing: Hearing) -> None:
    [found] = heard(hearing, ping(padding=LINE_BYTES_MAX))

    assert isinstance(found, Ping)


@pytest.mark.parametrize(("version", "taken"), [(1, True), (2, True), (3, False)])
def test_after_the_handshake_the_bound_is_that_of_the_protocol(
    hearing: Hearing, version: int, taken: bool
) -> None:
    heard(hearing, handshake(version))

    [found] = heard(hearing, ping(padding=LINE_BYTES_MAX))

    assert isinstance(found, Ping) is taken
    if isinstance(found, WireError):
        assert found.reason is WireReason.TOO_LONG


def test_a_handshake_that_is_too_long_for_its_own_protocol_is_refused(hearing: Hearing) -> None:
    line = json.loads(handshake(3))
    line["padding"] = "y" * LINE_BYTES_MAX
    [found] = heard(hearing, json.dumps(line).encode() + b"\n")

    assert isinstance(found, WireError)


def test_a_line_beyond_every_bound_is_refused_when_it_ends(hearing: Hearing) -> None:
    assert heard(hearing, b"x" * (LEGACY_LINE_BYTES_MAX + 2)) == []

    refused, found = heard(hearing, b"\n" + ping())

    assert isinstance(refused, WireError)
    assert refused.reason is WireReason.TOO_LONG
    assert isinstance(found, Ping)


def test_a_line_without_an_end_is_noticed(hearing: Hearing) -> None:
    block = b"x" * 1_048_576
    for _ in range(module.ENDLESS_BYTES_MAX // len(block)):
        heard(hearing, block)
        assert not hearing.is_endless
    heard(hearing, block)

    assert hearing.is_endless


def test_the_size_of_a_message_is_that_of_all_its_parts(hearing: Hearing) -> None:
    whole = handshake(3)
    heard(hearing, whole)
    assert hearing.message_bytes == len(whole) - 1

    parts = []
    for part in (1, 2):
        line = json.loads(whole)
        line["payload"] |= {"part": part, "parts": 2, "symbols": []}
        parts.append(json.dumps(line).encode() + b"\n")
    assert heard(hearing, parts[0]) == []
    [message] = heard(hearing, parts[1])
    assert isinstance(message, Handshake)
    assert hearing.message_bytes == sum(map(len, parts)) - 2
    heard(hearing, ping())
    assert hearing.message_bytes == len(ping()) - 1
