"""Lines between EA and Agent, byte for byte: what other implementations are held to as well."""

from dataclasses import replace
from pathlib import Path

import pytest

from echo.domain.answers import ExecutionResult
from echo.domain.errors import ErrorCode
from echo.domain.handshake import Handshake
from echo.domain.quantities import NO_TIMESTAMPS, Timestamps
from echo.domain.sessions import Ping
from echo.wire.pipe import FromEa, ToEa, read_agent_line, read_ea_line, write_from_ea, write_to_ea
from tests.wire.pipe import samples
from tests.wire.pipe.samples import NOW_MS, TICK_MS

GOLDEN = Path(__file__).parents[2] / "golden" / "pipe"

SECONDS_MS = NOW_MS // 1000 * 1000
LEGACY_SYMBOL = replace(samples.GOLD, trade_permission=None)
HEARD_FILL = replace(
    samples.FILL,
    executed_lot=None,
    spread_points=None,
    slippage_points=None,
    late=False,
    ledger_n=None,
    execution_time_ms=None,
    timestamps=Timestamps(
        t0_master_ea_ms=-382_818_603,
        t5_slave_ea_recv_ms=-1_194_967_321,
        t6_order_send_ms=-1_194_967_320,
        t7_order_filled_ms=-1_194_967_297,
    ),
    traceparent="",
)
HEARD_LEGACY: tuple[FromEa, ...] = (
    Ping(ping_id=samples.COMMAND.upper(), timestamp_ms=TICK_MS, role="master"),
    replace(
        samples.INTENT,
        magic_number=111_111,
        server="",
        comment="",
        volume_initial=None,
        timeframe="",
        atr=None,
        buffer_depth=None,
        age_ms=None,
        sent_mono_ms=None,
        timestamps=Timestamps(t0_master_ea_ms=TICK_MS - 3),
        traceparent="",
    ),
    replace(
        samples.CLOSE,
        symbol="XauUsd",
        profit=None,
        reason="",
        lot=None,
        volume_remaining=None,
        timestamps=NO_TIMESTAMPS,
        traceparent="",
    ),
    HEARD_FILL,
    replace(
        HEARD_FILL,
        success=False,
        ticket=None,
        error_code=ErrorCode.TOO_MANY_REQUESTS,
        error_message="code=141",
        executed_price=None,
    ),
    replace(samples.REFUSED_CLOSE, error_message="code=131", execution_time_ms=TICK_MS),
    replace(
        samples.SPECIFICATIONS,
        symbols=(replace(samples.SPECIFICATION, triple_swap_day="thursday", sessions=()),),
        reported_at_ms=SECONDS_MS,
    ),
    replace(samples.QUOTE, timestamp_ms=NOW_MS + 5),
    replace(
        samples.SNAPSHOT,
        info=replace(samples.MONEY, timestamp_ms=SECONDS_MS),
        positions=(),
        timestamp_ms=SECONDS_MS,
        epoch="",
        sequence=0,
        complete=False,
        connected=False,
        history=(),
        pendings=(),
        tick_values=(),
    ),
)


def heard_handshake(said: Handshake) -> Handshake:
    """What is heard of a handshake of protocol 2: its features stand in one list more."""
    about = said.metadata
    return replace(
        said,
        metadata=replace(about, features=about.required_features),
        symbols=(LEGACY_SYMBOL,),
        timestamp_ms=SECONDS_MS,
    )


def bare_handshake(said: Handshake, semver: str) -> Handshake:
    """What is heard of a handshake of protocol 1, which knows no metadata."""
    bare = replace(
        said.metadata,
        protocol_version=1,
        client_semver=semver,
        required_features=(),
        terminal_build=0,
    )
    return replace(said, metadata=bare, symbols=None, timestamp_ms=TICK_MS)


HEARD_1: tuple[FromEa, ...] = (
    bare_handshake(samples.LEGACY_MASTER, "0.1.0"),
    replace(
        bare_handshake(samples.LEGACY_SLAVE, "0.3.0"),
        symbols=(replace(LEGACY_SYMBOL, tick_value=None),),
    ),
    bare_handshake(samples.LEGACY_SLAVE, "0.2.0"),
    *HEARD_LEGACY,
)
HEARD_2: tuple[FromEa, ...] = (
    replace(
        heard_handshake(samples.LEGACY_MASTER), symbols=(replace(LEGACY_SYMBOL, tick_value=None),)
    ),
    heard_handshake(samples.LEGACY_SLAVE),
    replace(heard_handshake(samples.LEGACY_SLAVE), symbols=None),
    *HEARD_LEGACY,
)

EA_FILES = [
    ("from_ea_1.jsonl", 1, samples.FROM_EA_1, HEARD_1),
    ("from_ea_2.jsonl", 2, samples.FROM_EA_2, HEARD_2),
    ("from_ea_3.jsonl", 3, samples.FROM_EA_3, samples.FROM_EA_3),
]


def lines(name: str) -> list[bytes]:
    return (GOLDEN / name).read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize(("name", "version", "said", "heard"), EA_FILES)
def test_lines_of_an_ea_are_written(
    name: str, version: int, said: tuple[FromEa, ...], heard: tuple[FromEa, ...]
) -> None:
    written = [write_from_ea(message, version, NOW_MS, TICK_MS) for message in said]

    assert written == lines(name)


@pytest.mark.parametrize(("name", "version", "said", "heard"), EA_FILES)
def test_lines_of_an_ea_are_read(
    name: str, version: int, said: tuple[FromEa, ...], heard: tuple[FromEa, ...]
) -> None:
    read = [read_ea_line(line.rstrip(b"\n"), NOW_MS + 5) for line in lines(name)]

    assert read == [(message,) for message in heard]


@pytest.mark.parametrize(("name", "version"), [("to_ea_legacy.jsonl", 1), ("to_ea_3.jsonl", 3)])
def test_lines_of_an_agent_are_written(name: str, version: int) -> None:
    written = [write_to_ea(message, version, NOW_MS) for message in samples.TO_EA]

    assert written == lines(name)


def test_protocols_1_and_2_hear_the_same() -> None:
    for message in samples.TO_EA:
        assert write_to_ea(message, 1, NOW_MS) == write_to_ea(message, 2, NOW_MS)


def test_lines_of_an_agent_are_read() -> None:
    read: list[ToEa] = [read_agent_line(line.rstrip(b"\n")) for line in lines("to_ea_3.jsonl")]

    assert read == list(samples.TO_EA)


def test_every_kind_of_result_is_among_the_samples() -> None:
    kinds = {each.kind for each in samples.FROM_EA_3 if isinstance(each, ExecutionResult)}

    assert {kind.value for kind in kinds} >= {"execute", "close", "modify", "reduce"}
